"""The sdist and the wheel: what they carry, and that the command runs from another folder.

The wheel is installed into an environment that holds the base dependencies and nothing else, so a
verifier that needs one of the publisher's libraries fails here.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from site_templates.hatch_build import find_toolchain

ROOT = Path(__file__).resolve().parent.parent
PUBLISHER = ("jinja2", "openpyxl", "pydantic", "qrcode")

pytestmark = pytest.mark.package


def call(*command: object, cwd: Path, exits: int = 0, **environment: str) -> str:
    """Runs a program and returns what it printed on stdout."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == exits, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def path_without_node(folder: Path) -> str:
    """A PATH with every program of the present one but Node and npm."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if program.name not in {"node", "nodejs", "npm", "npx"} and os.access(program, os.X_OK):
                link = folder / program.name
                if not link.is_symlink():
                    link.symlink_to(program)
    return str(folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of this tree, and the wheel that was built from it without Node."""
    out = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out)]
    call(*build, "--sdist", cwd=ROOT)
    with tarfile.open(next(out.glob("*.tar.gz"))) as archive:
        archive.extractall(out / "unpacked", filter="data")
    source = next((out / "unpacked").iterdir())
    call(*build, "--wheel", cwd=source, PATH=path_without_node(out / "bin"))
    assert not (source / "site_templates" / "node_modules").exists()
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment with the wheel and its base dependencies alone."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    call(sys.executable, "-m", "venv", "--without-pip", environment, cwd=built)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    call(*pip, "--no-index", "--no-deps", *built.glob("*.whl"), cwd=built)
    packages = next(environment.glob("lib/python*/site-packages"))
    metadata = next(packages.glob("absah-*.dist-info"))
    for name in closure(PathDistribution(metadata).requires or []):
        copy_distribution(name, packages)
    return python.parent


def closure(requirements: list[str]) -> set[str]:
    """The names of what these requirements need here, without extras, and what those need."""
    found: set[str] = set()
    pending = [Requirement(line) for line in requirements]
    while pending:
        wanted = pending.pop()
        if wanted.name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found.add(wanted.name)
        pending += [Requirement(line) for line in distribution(wanted.name).requires or []]
    return found


def copy_distribution(name: str, packages: Path) -> None:
    """Puts the files of an installed distribution, but not its programs, into ``packages``."""
    for file in distribution(name).files or []:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small published registry, public/, and its samples, demo/samples/."""
    folder = tmp_path_factory.mktemp("site")
    demo = ["demo", "--records", "12", "--seed", "1", "--no-serve"]
    call(Path(sys.executable).with_name("absah"), *demo, cwd=folder)
    return folder


def test_sdist_carries_sources_and_bundle(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "LICENSE",
        "Makefile",
        "README.md",
        "pyproject.toml",
        "requirements/dev.txt",
        "site_templates/build.mjs",
        "site_templates/dist/.source-sha256",
        "site_templates/dist/manifest.json",
        "site_templates/package-lock.json",
        "site_templates/script/app.js",
        "tests/test_wheel.py",
    } <= names
    assert not [name for name in names if "node_modules" in name or ".venv" in name]
    assert [name for name in names if name.startswith("public")] == ["public/.gitignore"]


def test_wheel_carries_what_runs_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = set(archive.namelist())
    folders = {name.partition("/")[0] for name in names}
    assert folders == {"registry", "signing", "site_templates", "absah-0.1.0.dist-info"}
    for package in ("registry", "signing", "site_templates"):
        assert {f"{package}/__init__.py", f"{package}/py.typed"} <= names
    parts = {name.split("/")[1] for name in names if name.startswith("site_templates/")}
    assert parts == {"__init__.py", "dist", "dist_guide", "pages", "py.typed", "words"}
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in ("registry", "signing")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours <= names


def test_environment_is_what_it_claims(installed: Path, tmp_path: Path) -> None:
    script = (
        "import json, importlib.metadata as m, importlib.util as u;"
        "print(json.dumps([{k: v for k, v in m.packages_distributions().items() if 'absah' in v},"
        f"[n for n in {PUBLISHER!r} if u.find_spec(n)]]))"
    )
    owned, extra = json.loads(call(installed / "python", "-c", script, cwd=tmp_path))
    assert owned == {name: ["absah"] for name in ("registry", "signing", "site_templates")}
    assert extra == []


def test_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    absah = installed / "absah"
    assert "verify" in call(absah, "--help", cwd=tmp_path)
    assert "0.1.0" in call(absah, "--version", cwd=tmp_path)
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "__init__.py").write_text("raise SystemExit('the wrong registry')\n")
    assert "verify" in call(absah, "--help", cwd=tmp_path)


@pytest.mark.parametrize(("sample", "exits"), [("valid", 0), ("revoked", 1), ("malformed", 3)])
def test_base_install_verifies(
    installed: Path, site: Path, tmp_path: Path, sample: str, exits: int
) -> None:
    text = site / "demo" / "samples" / f"{sample}.txt"
    options = ["--site", site / "public", "--state", tmp_path / "state", "--json"]
    printed = call(installed / "absah", "verify", text, *options, cwd=tmp_path, exits=exits)
    assert json.loads(printed)["reason"] == sample


def test_base_install_reads_a_picture(installed: Path, site: Path, tmp_path: Path) -> None:
    picture = site / "demo" / "samples" / "valid.png"
    options = ["--site", site / "public", "--state", tmp_path / "state", "--json"]
    printed = call(installed / "absah", "verify", picture, *options, cwd=tmp_path)
    assert json.loads(printed)["reason"] == "valid"


def test_base_install_audits(installed: Path, site: Path, tmp_path: Path) -> None:
    trusted = ["--trust", site / "public" / "trust"]
    call(installed / "absah", "audit", site / "public", *trusted, cwd=tmp_path)


def test_base_install_says_what_the_ledger_needs(installed: Path, site: Path) -> None:
    asked: list[str | Path] = [installed / "absah", "audit", site / "public"]
    asked += ["--ledger", site / "demo"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "absah[publisher]" in done.stderr


def test_base_install_makes_a_root_key(installed: Path, tmp_path: Path) -> None:
    new = ["key", "new", "root", "--name", "a", "--registry", "cek.example", "--passphrase-fd", "3"]
    script = 'exec "$@" 3< <(printf "long enough to be a passphrase\\n%.0s" 1 2)'
    call("bash", "-c", script, "bash", installed / "absah", *new, cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"root-a.key", "root-a.pub"}
    assert (tmp_path / "root-a.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "command", ["verify", "audit", "approve", "trust sign", "key new", "key show"]
)
def test_base_install_explains_its_commands(installed: Path, tmp_path: Path, command: str) -> None:
    assert "Usage: absah" in call(installed / "absah", *command.split(), "--help", cwd=tmp_path)


def test_checkout_installs_with_python_alone(tmp_path: Path) -> None:
    """Without Node, pip brings it from the registry, and the bundle is the same to the byte."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("README.md", "LICENSE", "pyproject.toml", "registry", "signing", "site_templates"):
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, source)
        else:
            ignored = shutil.ignore_patterns("node_modules", "dist*", "__pycache__")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
    path = path_without_node(tmp_path / "bin")
    assert find_toolchain(path) is None
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(tmp_path)]
    call(*pip, source, cwd=tmp_path, PATH=path)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        manifest = archive.read("site_templates/dist/manifest.json")
    assert manifest == (ROOT / "site_templates" / "dist" / "manifest.json").read_bytes()
