"""The closing table: every figure at its largest measured size, against its target.

    python -m benchmarks.table

It measures nothing: it reads what the benchmarks have left in ``build/bench``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figure import Figure, Found, load

MODULES = (
    *("p1_issue", "p2_qr", "p3_publish", "p3_log", "p4_verify", "p5_audit", "p6_page"),
    *("p7_sheets", "p8_start", "peers", "p3_read_rate"),
)
"""Every benchmark, in the order of the table."""
HEADER = ("id", "size", "work / reference", "ratio", "target", "reached", "remark")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure and the run that found it."""

    figure: Figure
    found: Found

    @property
    def cells(self) -> tuple[str, ...]:
        """As in ``HEADER``."""
        figure = self.figure
        reached = {True: "yes", False: "no", None: "-"}[figure.reached]
        return (
            figure.id,
            f"{self.found.size:,} {self.found.things}",
            f"{figure.work} / {figure.reference}",
            "not measured" if figure.ratio is None else number(figure.ratio),
            "" if figure.target is None else f"{figure.direction} {number(figure.target)}",
            reached,
            figure.why,
        )


def number(value: float) -> str:
    """Three digits, or all those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def lines(founds: Iterable[Sequence[Found]]) -> list[Line]:
    """The figures of each benchmark's largest run."""
    return [Line(figure, runs[-1]) for runs in founds if runs for figure in runs[-1].figures]


def printed(rows: Sequence[Line]) -> str:
    """The table for a terminal."""
    cells = [HEADER, *(row.cells for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(HEADER))]
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )
    judged = [row.figure.reached for row in rows if row.figure.reached is not None]
    machines = sorted({row.found.machine for row in rows})
    return "\n".join([*machines, *aligned, f"{sum(judged)} of {len(judged)} targets reached"])


def markdown(rows: Sequence[Line]) -> str:
    """The table for a document."""
    cells = [HEADER, ("---",) * len(HEADER), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def main(sizes: Mapping[str, Sequence[int]] | None = None) -> None:
    """Print the table of what was measured so far, or of these sizes only."""
    print(
        printed(
            lines(
                _of(load(name), None if sizes is None else sizes.get(name, ())) for name in MODULES
            )
        )
    )


def _of(runs: list[Found], sizes: Sequence[int] | None) -> list[Found]:
    return runs if sizes is None else [run for run in runs if run.size in sizes]


if __name__ == "__main__":
    main()
