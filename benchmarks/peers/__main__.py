"""Peers: what a user would pick instead, on the same record, issue and verify, in one run.

    python -m benchmarks.peers [--size 3]

Each is a process of its own and says how often it issues and verifies in a second of CPU time;
they take turns, ``--size`` of them. They are installed into ``build/peers`` from the pins beside
this file, and are never a dependency. One that cannot be installed or run is told in the table.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Found, run

HERE = Path(__file__).parent
PLACE = Path("build") / "peers"
PYTHON = PLACE / "python"
NODE = PLACE / "node"
OURS = "Absah"
PYPI = ("claim169", "cwt", "openbadgeslib")
NPM = {"@digitalbazaar/vc": "vc.mjs", "@pathcheck/dcc-sdk": "dcc.mjs"}
REMARKS = {
    "claim169": "written in Rust",
    "cwt": "only the token, not the text of a code",
    "openbadgeslib": "a JWT, too long for a code of this size",
    "@digitalbazaar/vc": "JSON-LD, data integrity proof",
    "@pathcheck/dcc-sdk": "signs with ECDSA on P-256",
}
Failures = dict[str, str]


def install() -> Failures:
    """Install what is not there as pinned; why it could not be, by the peers' names."""
    failed: Failures = {}
    for names, work in ((PYPI, _install_python), (tuple(NPM), _install_node)):
        try:
            work()
        except (OSError, subprocess.CalledProcessError) as error:
            told = getattr(error, "stderr", None) or str(error)
            failed |= dict.fromkeys(names, f"could not be installed: {_last(told)}")
    return failed


def _install_python() -> None:
    pins = HERE / "requirements.txt"
    if _current(PYTHON, [pins]):
        return
    _called([sys.executable, "-m", "venv", str(PYTHON)])
    pip = [str(PYTHON / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    _called([*pip, "install", "-q", "--require-hashes", "-r", str(pins)])
    _mark(PYTHON, [pins])


def _install_node() -> None:
    pins = [HERE / name for name in ("package.json", "package-lock.json", ".npmrc")]
    if not _current(NODE, pins):
        NODE.mkdir(parents=True, exist_ok=True)
        for pin in pins:
            shutil.copy(pin, NODE)
        _called(["npm", "ci", "--prefix", str(NODE)])
        _mark(NODE, pins)
    for script in (*NPM.values(), "rate.mjs", "record.json"):
        shutil.copy(HERE / script, NODE)  # modules are looked for from where a script stands


def _called(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, encoding="utf-8")


def _digest(pins: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(pin.read_bytes() for pin in pins)).hexdigest()


def _current(folder: Path, pins: Sequence[Path]) -> bool:
    mark = folder / ".installed"
    return mark.is_file() and mark.read_text(encoding="ascii") == _digest(pins)


def _mark(folder: Path, pins: Sequence[Path]) -> None:
    (folder / ".installed").write_text(_digest(pins), encoding="ascii")


def commands() -> dict[str, list[str]]:
    """What is run for each, ours first."""
    python = str(PYTHON / "bin" / "python")
    return {
        OURS: [sys.executable, "-m", "benchmarks.peers.ours"],
        **{name: [python, str(HERE / "other.py"), name] for name in PYPI},
        **{name: ["node", str(NODE / script)] for name, script in NPM.items()},
    }


def turns(count: int, failed: Failures) -> dict[str, list[dict[str, float]]]:
    """Rates of each turn by name; who fails is added to ``failed`` and left out afterwards."""
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(count):
        for name, command in commands().items():
            if name not in failed:
                done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
                if done.returncode:
                    failed[name] = f"could not be run: {_last(done.stderr)}"
                else:
                    found.setdefault(name, []).append(json.loads(done.stdout))
    if OURS in failed:
        raise RuntimeError(failed[OURS])
    return found


def _last(told: str) -> str:
    """The line of a message that says most."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return next(filter(_SAYS_WHY.match, lines), lines[-1] if lines else "?")


_SAYS_WHY = re.compile(r"[\w.]*(Error|ERROR): |npm error ")


def compared(
    name: str, work: str, found: dict[str, list[dict[str, float]]], failed: Failures
) -> Figure:
    """How many times as often ours does a work in a CPU second; the median of the turns."""
    ratio = None
    if name not in failed:
        pairs = zip(found[OURS], found[name], strict=True)
        ratio = statistics.median(ours[work] / theirs[work] for ours, theirs in pairs)
    aimed = (name, work) == ("claim169", "verify")
    return Figure(
        id="P4" if aimed else "peers",
        work=f"Absah {work}, signature and claims",
        reference=f"{name} {work}",
        ratio=ratio,
        target=1 if aimed else None,
        direction=">=",
        why=failed.get(name, REMARKS[name]),
    )


def measure(size: int) -> Found:
    """Install, take ``size`` turns, compare."""
    failed = install()
    found = turns(size, failed)
    names = [*PYPI, *NPM]
    rates: dict[str, Any] = {
        name: {kind: round(statistics.median(line[kind] for line in lines)) for kind in lines[0]}
        for name, lines in found.items()
        if name not in failed
    }
    return Found(
        size=size,
        things="turns",
        figures=[
            compared(name, work, found, failed) for work in ("issue", "verify") for name in names
        ],
        details={"a CPU second, and characters": rates},
    )


if __name__ == "__main__":
    run("peers", measure, 3)
