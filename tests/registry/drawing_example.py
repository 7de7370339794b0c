"""Invented labels to draw; as a program, a run that a test kills.

``python -m tests.registry.drawing_example OUT COUNT PROCESSES`` draws in small tasks.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from registry import drawing
from registry.drawing import Drawing, Style, draw_all
from registry.executors import executor
from registry.sheet_label import Label

SITE = "https://cek.example.go.id/"
SMALL = 20
"""Codes in a task here."""


def labels(count: int) -> list[Label]:
    """Invented certificates of a usual size."""
    rng = random.Random(20)
    return [
        Label(
            index,
            f"62019 2512 4 {index:07d} 2026",
            f"Contoh Ke-{index}",
            9001 + index % 2,
            b"\xd2\x84\x49" + rng.randbytes(230),
        )
        for index in range(count)
    ]


def drawings(form: str, count: int) -> list[Drawing]:
    """Files of one code each, or sheets of seven."""
    made = labels(count)
    if form == "pdf":
        return [(f"sheet-{at}.pdf", made[at : at + 7]) for at in range(0, count, 7)]
    return [(f"{label.lsp}/{label.index}.{form}", [label]) for label in made]


def main() -> None:
    """Draw until done or killed."""
    out, count, processes = sys.argv[1:]
    drawing.AT_LEAST = SMALL
    with executor(int(processes)) as running:
        draw_all(drawings("svg", int(count)), Style("svg", SITE), Path(out), running)


if __name__ == "__main__":
    main()
