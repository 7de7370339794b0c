"""P8: ``absah verify FILE`` from start to exit, as a ratio of CPU time in one run.

    python -m benchmarks.p8_start [--size 15]

The reference starts Python and loads the Ed25519 class of cryptography. Each is a process of its
own; both run by turns. ``click`` alone, and an empty Python, are shown to say what the rest costs.

All modules are compiled before, as pip leaves them: a source tree in an environment that forbids
writing bytecode would be compiled anew at every start, which no user meets.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import Figure, Found, run
from registry import demo

NOW = 1_795_489_200
REFERENCE = "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey"


def cpu_seconds(command: list[str]) -> float:
    """User and system time of a process that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_of(arguments: list[str]) -> float:
    """MiB of the largest resident memory of ``absah`` with these arguments."""
    code = "import sys; from benchmarks.figure import peak; from registry.cli import main"
    code += "; code = main(sys.argv[1:]); print(peak(), file=sys.stderr); sys.exit(code)"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return float(done.stderr)


def commands(folder: Path) -> dict[str, list[str]]:
    """What is timed, by name."""
    wishes = demo.Wishes(
        folder=folder / "demo",
        public=folder / "public",
        site="http://127.0.0.1:8080/",
        now=NOW,
        records=20,
        seed=7,
    )
    made = demo.make(wishes, lambda _words: None)
    absah = Path(sys.executable).with_name("absah")
    sample = made.samples / "valid.txt"
    site = str(made.workspace.public)
    trust = str(made.workspace.public / "trust")
    where = ["--site", site, "--trust", trust, "--now", "2026-11-24T12:05:00+09:00"]
    return {
        "absah verify": [str(absah), "verify", str(sample), *where],
        "cryptography": [sys.executable, "-c", REFERENCE],
        "click": [sys.executable, "-c", "import click"],
        "empty": [sys.executable, "-c", "pass"],
    }


def measure(size: int) -> Found:
    """Start each command ``size`` times."""
    os.environ["LC_ALL"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as folder:
        timed = commands(Path(folder))
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for command in timed.values():
            cpu_seconds(command)  # compiles what it loads
        seconds: dict[str, list[float]] = {name: [] for name in timed}
        for _ in range(size):
            for name, command in timed.items():
                seconds[name].append(cpu_seconds(command))
        memory = peak_of(timed["absah verify"][1:])
    pairs = zip(seconds["absah verify"], seconds["cryptography"], strict=True)
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    return Found(
        size=size,
        things="turns",
        figures=[
            Figure(
                id="P8",
                work="absah verify FILE, start to exit",
                reference="Python loading cryptography's Ed25519",
                ratio=ratio,
                target=3.0,
            )
        ],
        memory=memory,
        details={"milliseconds": {name: round(1000 * s, 1) for name, s in medians.items()}},
    )


if __name__ == "__main__":
    run("p8_start", measure, 15)
