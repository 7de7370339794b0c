"""P7: print sheets against reportlab drawing the same labels, as a ratio of CPU time in one run.

    python -m benchmarks.p7_sheets [--size 1000]

The references draw what the sheet draws, from runs and lines made beforehand: no symbol is made,
none read back, no text is fitted. One draws the runs as reportlab's path objects, as a user of
reportlab would; the target is against it. The other hands reportlab finished operators and must
give the same bytes. It is shown for scale: making the symbols and reading them back, which no sheet
goes without, alone takes most of its time again. All work by turns, so that a busy machine slows
all.
"""

from __future__ import annotations

import io
import random
import re
import statistics
import time
from collections.abc import Callable

from benchmarks.figure import Figure, Found, Point, forget_peak, peak, run
from registry.qr import QUIET_ZONE, symbol
from registry.sheet import draw_lines, draw_symbol, new_canvas, sheet
from registry.sheet import measure as width_of
from registry.sheet_draw import runs
from registry.sheet_label import (
    LEFT,
    PER_PAGE,
    Label,
    Line,
    cell,
    module_dots,
    points,
    symbol_corner,
    text_lines,
    text_width,
)

SITE = "https://cek.bnsp.example/"
TURNS = 5
DARK = re.compile("1+")
Spans = list[list[tuple[int, int]]]
"""The dark runs of a symbol, row by row: first module, and the one after the last."""
Drawing = tuple[str, Spans, tuple[int, int], int, int, list[Line]]


def labels(count: int) -> list[Label]:
    """Invented certificates of typical sizes, version 12 and 13."""
    rng = random.Random(7)
    names = ("Sari Nugraheni Setyaningrum", "Budi", "Bambang Sutrisno")
    return [
        Label(
            index,
            f"62019 2512 4 {index:07d} 2026",
            names[index % 3],
            9001 + index % 3,
            b"\xd2\x84\x49" + rng.randbytes(rng.randint(222, 262)),
        )
        for index in range(count)
    ]


def drawings(chosen: list[Label]) -> list[Drawing]:
    """What the reference needs of each label."""
    made = []
    for count, label in enumerate(chosen):
        code = symbol(SITE, label.data)
        dots = module_dots(code, label)
        side = (code.size + 2 * QUIET_ZONE) * dots
        place = count % PER_PAGE
        corner = (
            cell(place)[0] + symbol_corner(place, side)[0],
            cell(place)[1] + symbol_corner(place, side)[1],
        )
        lines = text_lines(label, SITE, text_width(side), width_of, demo=False)
        spans = [[run.span() for run in DARK.finditer(row)] for row in code.rows]
        made.append((runs(code), spans, corner, dots, place, lines))
    return made


def reference(made: list[Drawing]) -> bytes:
    """The same pages by reportlab alone."""
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, "Absah")
    for count, (drawn, spans, corner, dots, place, lines) in enumerate(made, 1):
        draw_symbol(canvas, drawn, len(spans), corner, dots)
        draw_lines(canvas, points(cell(place)[0]) + LEFT, points(cell(place)[1]), lines)
        if count % PER_PAGE == 0 or count == len(made):
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def by_paths(made: list[Drawing]) -> bytes:
    """The same pages by reportlab's own path objects: what a user of reportlab would write."""
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, "Absah")
    for count, (_, spans, corner, dots, place, lines) in enumerate(made, 1):
        size = len(spans)
        scale, side = points(dots), size + 2 * QUIET_ZONE
        canvas.saveState()
        canvas.translate(points(corner[0]), points(corner[1]))
        canvas.scale(scale, scale)
        canvas.setFillGray(1)
        canvas.rect(0, 0, side, side, stroke=0, fill=1)
        canvas.setFillGray(0)
        path = canvas.beginPath()
        for y, row in enumerate(spans):
            for x, end in row:
                path.rect(QUIET_ZONE + x, QUIET_ZONE + size - 1 - y, end - x, 1)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()
        draw_lines(canvas, points(cell(place)[0]) + LEFT, points(cell(place)[1]), lines)
        if count % PER_PAGE == 0 or count == len(made):
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """CPU seconds and what was made."""
    start = time.process_time()
    done = work()
    return time.process_time() - start, done


def measure(size: int) -> Found:
    """Sheets of ``size`` labels, and both references."""
    chosen = labels(size)
    forget_peak()
    sheet(chosen, SITE)
    memory = peak()
    made = drawings(chosen)
    ours, operators, paths = [], [], []
    for _ in range(TURNS):
        seconds, data = timed(lambda: sheet(chosen, SITE))
        other, same = timed(lambda: reference(made))
        if data != same:
            raise RuntimeError("the sheet is not the same bytes as its reference")
        ours.append(seconds)
        operators.append(other)
        paths.append(timed(lambda: by_paths(made))[0])
    return Found(
        size=size,
        things="labels",
        figures=[
            _figure("reportlab, its path objects", ours, paths, 1.3),
            _figure("reportlab, operators made beforehand", ours, operators, None),
            Figure(
                id="P7",
                work="bytes of a label",
                reference="bytes",
                ratio=len(data) / size,
                target=3200,
            ),
        ],
        points=[
            Point("sheet", statistics.median(ours)),
            Point("reportlab, operators made beforehand", statistics.median(operators)),
            Point("reportlab, its path objects", statistics.median(paths)),
        ],
        memory=memory,
        details={"turns": TURNS, "same bytes every time": True},
    )


def _figure(name: str, ours: list[float], theirs: list[float], target: float | None) -> Figure:
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Figure(id="P7", work="print sheets", reference=name, ratio=ratio, target=target)


if __name__ == "__main__":
    run("p7_sheets", measure, 1_000)
