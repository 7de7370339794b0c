"""Puts what was measured into docs/benchmarks.md: tables between two marks, plots beside it.

    python -m benchmarks.report

It measures nothing and says nothing of its own: what stands outside the marks is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import table
from benchmarks.figure import Found, load
from benchmarks.p6_page import is_app
from benchmarks.plot import Line, plot

DOCUMENT = Path("docs") / "benchmarks.md"
IMAGES = Path("docs") / "images"
BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
TITLES = {
    "p1_issue": "P1: issue",
    "p2_qr": "P2: QR symbols",
    "p3_publish": "P3: publication",
    "p4_verify": "P4: verification in bulk",
    "p5_audit": "P5: audit",
    "p6_page": "P6: verdict on the page",
    "p7_sheets": "P7: print sheets",
}
"""Benchmarks that have stages."""


def series(runs: Sequence[Found]) -> dict[str, Line]:
    """Seconds of each stage against size."""
    names = dict.fromkeys(point.stage for run in runs for point in run.points)
    return {
        name: [
            (run.size, point.seconds)
            for run in runs
            for point in run.points
            if point.stage == name and point.seconds > 0
        ]
        for name in names
    }


def stages(runs: Sequence[Found]) -> str:
    """Seconds of each stage, and the peak memory, at each size."""
    lines = series(runs)
    heads = [f"{run.size:,} {run.things}" for run in runs]
    rows = [["seconds", *heads], ["---"] * (len(heads) + 1)]
    for name, line in lines.items():
        at = dict(line)
        rows.append([name, *(f"{at[run.size]:.3g}" if run.size in at else "" for run in runs)])
    rows.append(["*peak MiB*", *(f"{run.memory:,.0f}" for run in runs)])
    return _table(rows)


def weights(runs: Sequence[Found]) -> str:
    """What the page loads until a green verdict, by path: the app, then the registry's data."""
    paths: dict[str, int] = runs[-1].details["bytes by path until valid"]
    rows = [["until a green verdict", "bytes on the wire"], ["---", "---"]]
    for kind, wanted in (("app", True), ("registry data", False)):
        part = {path: size for path, size in paths.items() if is_app(path) == wanted}
        rows.append([f"**{kind}**", f"**{sum(part.values()):,}**"])
        rows += [[f"`{path}`", f"{size:,}"] for path, size in part.items()]
    return _table(rows)


def rates(runs: Sequence[Found]) -> str:
    """What each peer does in a second of CPU time."""
    found = runs[-1].details["a CPU second, and characters"]
    rows = [["", "issue", "verify", "characters or bytes"], ["---"] * 4]
    return _table(
        [*rows, *([name, *(f"{n:,}" for n in line.values())] for name, line in found.items())]
    )


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def plots(measured: dict[str, list[Found]]) -> dict[str, str]:
    """SVG by name of the file: the stages of each benchmark, and the memory of all."""
    made = {}
    for name, title in TITLES.items():
        runs = measured[name]
        if len(runs) > 1:
            made[f"bench-{name}.svg"] = plot(
                f"{title}, seconds", runs[-1].things, "s", series(runs)
            )
    memory = {
        TITLES[name]: [(run.size, run.memory) for run in measured[name] if run.memory]
        for name in TITLES
        if len(measured[name]) > 1
    }
    if memory:
        made["bench-memory.svg"] = plot("Peak memory", "size", "MiB", memory)
    return made


def block(measured: dict[str, list[Found]], drawn: Iterable[str]) -> str:
    """Everything that stands between the marks."""
    rows = table.lines(measured.values())
    parts = [*sorted({f"Measured on {row.found.machine}." for row in rows}), table.markdown(rows)]
    names = set(drawn)
    for name, title in TITLES.items():
        if not measured[name]:
            continue
        parts += [f"### {title}", stages(measured[name])]
        if f"bench-{name}.svg" in names:
            parts.append(f"![{title}: seconds against size](images/bench-{name}.svg)")
        if name == "p6_page":
            parts.append(weights(measured[name]))
    if measured["peers"]:
        parts += ["### Peers: times in a second of CPU time", rates(measured["peers"])]
    if "bench-memory.svg" in names:
        parts += ["### Memory", "![Peak memory against size](images/bench-memory.svg)"]
    return "\n\n".join(parts)


def replaced(document: str, text: str) -> str:
    """The document with another text between the marks. ValueError: it has not both marks."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if len(pattern.findall(document)) != 1:
        raise ValueError(f"{DOCUMENT} has no place for what was measured")
    return pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", document)


def main() -> int:
    """Write plots and tables; 1 where nothing was measured."""
    measured = {name: load(name) for name in table.MODULES}
    if not any(measured.values()):
        print("nothing was measured: make bench")
        return 1
    drawn = plots(measured)
    for old in IMAGES.glob("bench-*.svg"):
        old.unlink()
    for name, data in drawn.items():
        (IMAGES / name).write_text(data, encoding="utf-8")
    text = replaced(DOCUMENT.read_text(encoding="utf-8"), block(measured, drawn))
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
