"""Rules of the house that no linter knows: names, versions, pins, sizes, who touches what."""

import ast
import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "benchmarks" / "peers"
PACKAGES = ("registry", "signing", "site_templates")
GENERATED = ("node_modules", "dist", "dist.part", "__pycache__")


def sources(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """Our own source files below the named folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and not set(path.parts) & set(GENERATED):
                yield path


@pytest.mark.parametrize("name", PACKAGES)
def test_import_name_is_ours_alone(name: str) -> None:
    # An editable install lists no files, so it owns nothing here; the wheel test sees exactly us.
    assert set(packages_distributions().get(name, [])) <= {"absah"}
    assert Path(str(importlib.import_module(name).__file__)).parent == ROOT / name


def test_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    released = re.findall(r"^## \[(\d\S*)\] - \d{4}-\d\d-\d\d$", changelog(), re.MULTILINE)
    assert released[0] == project == version("absah")
    site = json.loads((ROOT / "site_templates" / "package.json").read_text("utf-8"))
    assert site["version"] == project


def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_pins_have_hashes_and_name_no_host() -> None:
    pinned = 0
    locks = [*(ROOT / "requirements").glob("*.txt"), PEERS / "requirements.txt"]
    for lock in sorted(locks):
        text = lock.read_text("utf-8")
        assert not re.search(r"://|^-|file:/|(^|[\s\"'=(])/\w", text, re.MULTILINE), lock
        for entry in re.findall(r"^[a-z0-9].*(?:\n    --hash=.*)*", text, re.MULTILINE):
            assert re.match(
                r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", entry
            ), entry
            pinned += 1
    for folder in (ROOT / "site_templates", PEERS, ROOT / "benchmarks" / "lighthouse"):
        text = (folder / "package-lock.json").read_text("utf-8")
        assert not re.search(r"://|\"resolved\"|\bfile:", text)
        for name, entry in json.loads(text)["packages"].items():
            assert not name or entry["integrity"].startswith("sha512-"), name
            pinned += 1
    print(f"{pinned} pins")
    assert pinned > 100


def test_everything_the_makefile_installs_is_pinned_with_the_same_version() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "requirements" / "run.txt", ROOT / "requirements" / "dev.txt")
    ]
    assert pins[0].items() <= pins[1].items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["publisher"]]
    assert {re.split(r"[\[<>=]", line)[0] for line in wanted} <= pins[0].keys()


def test_files_and_functions_stay_short() -> None:
    long = []
    for path in sources(*PACKAGES, "tests", "benchmarks", suffixes=(".py", ".js", ".mjs")):
        text = path.read_text("utf-8")
        if text.count("\n") > 400:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        if path.suffix == ".py":
            long += [
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines"
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and (length := (node.end_lineno or 0) - node.lineno + 1) > 40
            ]
    assert long == []


def attributes(path: Path) -> set[str]:
    """Every attribute and bare name that a file uses."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    return {n.attr for n in nodes if isinstance(n, ast.Attribute)} | {
        n.id for n in nodes if isinstance(n, ast.Name)
    }


def test_what_only_linux_has_stays_with_the_publisher() -> None:
    only_linux = {"symlink", "symlink_to", "renameat2", "setrlimit"}
    allowed = {"store.py", "publish.py", "disk.py"}
    for path in sources(*PACKAGES):
        if path.name not in allowed and not path.name.startswith("intake"):
            assert not attributes(path) & only_linux, path


def imported(path: Path) -> set[str]:
    """Every module that a file imports, in full; ``from a import b`` gives ``a`` and ``a.b``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_two_modules_reach_the_network() -> None:
    network = {"urllib.request", "http.client"}
    reaching = {path.name for path in sources(*PACKAGES) if imported(path) & network}
    assert reaching <= {"source.py", "publish.py"}


def test_signing_asks_no_clock_and_touches_no_file() -> None:
    forbidden = {"now", "utcnow", "today", "fromtimestamp", "open", "print", "input", "environ"}
    ours = [path for path in sources("signing") if path.name != "pkcs11.py"]
    checked = [(path, attributes(path) & forbidden) for path in ours]
    # A parameter or a local variable may be called `now`: only the call is asked for.
    for path, used in checked:
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call)
        }
        assert not used & calls, path
    assert len(checked) > 5


# For each import contract one line that breaks it: the contracts must be seen to bite.
BREAKS = {
    "registry/records.py": "import registry.cli\nimport sqlite3\nimport qrcode\nimport dask\n",
    "registry/workspace.py": "import registry.records\nimport jinja2\nimport socket\n",
    "registry/catalogue.py": "import cryptography\nimport fcntl\nimport registry.records\n",
    "registry/unplaced.py": "",
    "signing/reasons.py": "import time\nimport signing.verify\nimport registry\n",
    "signing/note.py": "import signing.status\n",
    "signing/status.py": "import signing.note\n",
}


@pytest.fixture(scope="module")
def broken_contracts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What lint-imports says of a copy in which every contract is broken."""
    copy = tmp_path_factory.mktemp("contracts")
    shutil.copy2(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns(*GENERATED)
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    for name, line in BREAKS.items():
        path = copy / name
        path.write_text((path.read_text("utf-8") if path.exists() else "") + line, "utf-8")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=copy, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def contracts() -> list[str]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    return [contract["name"] for contract in tool["importlinter"]["contracts"]]


@pytest.mark.parametrize("name", contracts())
def test_import_contract_bites(name: str, broken_contracts: str) -> None:
    assert f"{name} BROKEN" in broken_contracts
