"""P7: print sheets against reportlab drawing the same labels, as a ratio of CPU time in one run.

    python -m benchmarks.p7_sheets [--count N] [--json]

The reference draws what the sheet draws, from operators and lines made beforehand: no symbol is
made, none read back, no text is fitted. Both work by turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import statistics
import time
from collections.abc import Callable

from registry.qr import QUIET_ZONE, symbol
from registry.sheet import draw_lines, draw_symbol, measure, new_canvas, sheet
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
RATIO, BYTES = 1.3, 3200
Drawing = tuple[str, int, tuple[int, int], int, int, list[Line]]


def labels(count: int) -> list[Label]:
    """Invented certificates of typical sizes, version 12 and 13."""
    rng = random.Random(7)
    names = ("Siti Nurhaliza Wahyuningsih", "Budi", "Bambang Sutrisno")
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
        lines = text_lines(label, SITE, text_width(side), measure, demo=False)
        made.append((runs(code), code.size, corner, dots, place, lines))
    return made


def reference(made: list[Drawing]) -> bytes:
    """The same pages by reportlab alone."""
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, "Absah")
    for count, (drawn, size, corner, dots, place, lines) in enumerate(made, 1):
        draw_symbol(canvas, drawn, size, corner, dots)
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chosen = labels(options.count)
    made = drawings(chosen)
    ours, theirs, ratios = [], [], []
    for _ in range(TURNS):
        seconds, data = timed(lambda: sheet(chosen, SITE))
        other, same = timed(lambda: reference(made))
        assert data == same
        ours.append(seconds)
        theirs.append(other)
        ratios.append(seconds / other)
    result = {
        "id": "P7",
        "labels": options.count,
        "ratio": round(statistics.median(ratios), 3),
        "target": RATIO,
        "seconds": round(statistics.median(ours), 3),
        "reference_seconds": round(statistics.median(theirs), 3),
        "bytes_a_label": round(len(data) / options.count),
        "target_bytes": BYTES,
        "same_bytes": True,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }
    if options.json:
        print(json.dumps(result, indent=1))
        return
    print(f"P7: {options.count} labels, median of {TURNS} turns")
    print(f"  sheet      {result['seconds']} s, reportlab with the same operators")
    print(f"  reference  {result['reference_seconds']} s")
    print(f"  ratio      {result['ratio']} (target <= {RATIO})")
    print(f"  bytes      {result['bytes_a_label']} a label (target <= {BYTES})")
    print(f"  memory     {result['peak_mib']} MiB; same bytes as the reference")


if __name__ == "__main__":
    main()
