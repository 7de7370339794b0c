"""The one shape of what a benchmark finds: ratios with targets, printed as text, kept as JSON.

A benchmark is a module with ``measure(size) -> Found`` that ends in :func:`run`. Every size is
measured in a process of its own, so that its peak memory is its own too. What was found stands in
``build/bench/<module>-<size>.json`` afterwards; table.py and plot.py read it there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

KEPT = Path("build") / "bench"
Direction = Literal[">=", "<="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One ratio of a work to its reference, or a count with a limit."""

    id: str
    """Of quality.md's table: P1 to P8; others for peers."""
    work: str
    reference: str
    """What was run beside it; of a count, its unit."""
    ratio: float | None
    """None: could not be measured, and ``why`` says why."""
    target: float | None
    """None: shown for scale."""
    direction: Direction = "<="
    why: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none, or nothing was measured."""
        if self.ratio is None or self.target is None:
            return None
        return self.ratio >= self.target if self.direction == ">=" else self.ratio <= self.target


@dataclass(frozen=True, slots=True)
class Point:
    """What one stage took at one size: a point of a plot."""

    stage: str
    seconds: float


@dataclass(slots=True, kw_only=True)
class Found:
    """Everything that one run of a benchmark found."""

    size: int
    things: str
    """What ``size`` counts, in the plural."""
    figures: list[Figure]
    points: list[Point] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    """Whatever else is worth keeping, by name, with its unit."""
    memory: float = 0
    """Peak resident memory of the work in MiB; :func:`run` fills it in."""
    machine: str = ""


def run(name: str, measure: Callable[[int], Found], size: int) -> None:
    """The command line of a benchmark: measure one size, print it, keep it."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}")
    parser.add_argument("--size", type=int, default=size)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    options = parser.parse_args()
    found = measure(options.size)
    found.memory = found.memory or peak()
    found.machine = machine()
    keep(name, found)
    print(json.dumps(_plain(found), indent=1) if options.json else text(found))


def keep(name: str, found: Found) -> None:
    """Write what was found to its file."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}-{found.size}.json"
    path.write_text(json.dumps(_plain(found), indent=1) + "\n", encoding="utf-8")


def forget(name: str) -> None:
    """Remove what earlier runs of a benchmark found."""
    for path in KEPT.glob(f"{name}-*.json"):
        path.unlink()


def load(name: str) -> list[Found]:
    """What the runs of a benchmark found, smallest size first."""
    return sorted(
        (_read(path) for path in KEPT.glob(f"{name}-*.json")), key=lambda found: found.size
    )


def text(found: Found) -> str:
    """The figures in lines for people."""
    lines = [f"{found.size:,} {found.things}, peak {found.memory:,.0f} MiB; {found.machine}"]
    for figure in found.figures:
        value = "not measured" if figure.ratio is None else f"{figure.ratio:,.3f}"
        target = "" if figure.target is None else f" (target {figure.direction} {figure.target:g})"
        why = f": {figure.why}" if figure.why else ""
        lines.append(f"{figure.id}  {figure.work} / {figure.reference}: {value}{target}{why}")
    lines += [f"    {point.stage}: {point.seconds:.4g} s" for point in found.points]
    for name, value in found.details.items():
        lines.append(f"    {name}: {'' if isinstance(value, dict) else value}".rstrip())
        if isinstance(value, dict):
            lines += [f"      {key}: {inner}" for key, inner in value.items()]
    return "\n".join(lines)


def machine() -> str:
    """This machine in one line: cores that may be used, processor, Python."""
    model = platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {model}, Python {platform.python_version()}"


def peak(processes: Sequence[int] = ()) -> float:
    """MiB of the largest resident memory so far of this process and the ``processes`` beside it.

    Not ``ru_maxrss``: a process inherits that from the one that started it.
    """
    total = 0
    for process in ("self", *processes):
        for line in _lines(f"/proc/{process}/status"):
            if line.startswith("VmHWM:"):
                total += int(line.split()[1])
    return total / 1024


def forget_peak() -> None:
    """Let :func:`peak` of this process begin anew, at what is resident now (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def children() -> list[int]:
    """The running processes that this one has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):  # one that has just ended
            if f"PPid:\t{os.getpid()}" in _lines(str(status)):
                found.append(int(status.parent.name))
    return found


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def _plain(found: Found) -> dict[str, Any]:
    plain = asdict(found)
    for line, figure in zip(plain["figures"], found.figures, strict=True):
        line["reached"] = figure.reached
    return plain


def _read(path: Path) -> Found:
    plain = json.loads(path.read_text(encoding="utf-8"))
    for line in plain["figures"]:
        del line["reached"]  # follows from the rest
    plain["figures"] = [Figure(**line) for line in plain["figures"]]
    plain["points"] = [Point(**line) for line in plain["points"]]
    return Found(**plain)
