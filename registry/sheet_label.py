"""What stands on one label, and where, in printer dots of 1/300 inch.

A label holds the code of one certificate, what a person needs to put it on the right paper (name
and number) and the one address at which it may be checked. Whoever prints paper chooses that line
too, so it is a reminder and no proof (docs/threats.md). Sheets are A4 with 3 x 7 labels of 70 x
42.3 mm, without a gap: a common stock, and one that takes a symbol of version 13 at 6 dots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.errors import UserError, Words
from registry.qr import QUIET_ZONE
from registry.qr_symbol import Symbol

DOTS_PER_INCH = 300
PAGE = (2480, 3507)
"""A4 in whole dots."""
COLUMNS, ROWS = 3, 7
PER_PAGE = COLUMNS * ROWS
CELL = (PAGE[0] // COLUMNS, PAGE[1] // ROWS)
MODULE_DOTS = (6, 5)
"""Sides of a module that are tried, largest first: 0.51 and 0.42 mm. Below 5 phones fail."""
_EDGE = 26
"""Dots between quiet zone and page, so that no dark module lies where a printer cannot print."""
_LEFT = 50
"""Dots left of the text: 4.2 mm, the margin that most printers need."""

Measure = Callable[[str, float], float]
"""Width of a text at a size, both in points."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says. ``data`` is the signed certificate."""

    index: int
    number: str
    name: str
    lsp: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: baseline in points above the cell's bottom, size in points."""

    y: float
    size: float
    text: str


class LabelTooSmallError(UserError):
    """A symbol that fits on no label, even at the smallest module a phone reads."""

    def __init__(self, label: Label) -> None:
        super().__init__(
            "label-too-small",
            f"#{label.index}",
            Words("its code is too large for a label", "kodenya terlalu besar untuk label"),
            Words(
                "draw it alone with absah qr, and print it at 0.42 mm a module or more",
                "gambar tersendiri dengan absah qr, dan cetak 0,42 mm per modul atau lebih",
            ),
        )


def points(dots: float) -> float:
    """Dots as points of 1/72 inch."""
    return dots * 72 / DOTS_PER_INCH


def module_dots(symbol: Symbol, label: Label) -> int:
    """Dots of a module of this symbol on a label. LabelTooSmallError."""
    side = symbol.size + 2 * QUIET_ZONE
    for dots in MODULE_DOTS:
        if side * dots + _EDGE <= CELL[1]:
            return dots
    raise LabelTooSmallError(label)


def cell(place: int) -> tuple[int, int]:
    """The lower left corner of label ``place`` (0 to 20, row by row from the top), in dots."""
    row, column = divmod(place, COLUMNS)
    return column * PAGE[0] // COLUMNS, PAGE[1] * (ROWS - 1 - row) // ROWS


def symbol_corner(place: int, side: int) -> tuple[int, int]:
    """Lower left corner of a code of ``side`` dots (quiet zone included) within its cell.

    To the right, and in the first and last row away from the edge of the page.
    """
    row = place // COLUMNS
    free = CELL[1] - side
    above = {0: free, ROWS - 1: 0}.get(row, free // 2)
    return CELL[0] - side - _EDGE, free - above


def text_lines(
    label: Label, site: str, width: float, measure: Measure, *, demo: bool
) -> list[Line]:
    """The text of a label, ``width`` points wide, from the top down.

    The name grows smaller until it fits in three lines, and is never cut.
    """
    name_size, name = _fitting(label.name, width, measure, (7.5, 6.5, 5.5, 4.6), 3)
    number_size, number = _fitting(label.number, width, measure, (6.5, 5.6, 5), 2)
    address_size, address = _fitting(site, width, measure, (5.8, 5.4, 5, 4.6, 4.2), 1)
    top = [(name_size, text) for text in name]
    top += [(0.0, ""), *((number_size, text) for text in number)]
    top.append((5.0, f"#{label.index}  LSP {label.lsp}"))
    bottom = [(5.2, "見本 SAMPLE CONTOH")] if demo else []
    bottom += [(5.2, "正式な確認先"), (5.2, "Alamat resmi:")]
    bottom += [(address_size, text) for text in address]
    for factor in _FACTORS:
        placed = [*_downwards(top, factor), *_upwards(bottom, factor)]
        if placed[len(top) - 1].y >= placed[len(top)].y + placed[len(top)].size * _LEADING:
            break
    return placed


def text_width(side: int) -> float:
    """Points for text beside a code of ``side`` dots."""
    return points(CELL[0] - side - _EDGE - _LEFT)


LEFT = points(_LEFT)
_TOP = points(CELL[1]) - 14.5
_BOTTOM = 15.0
_LEADING = 1.22
_FACTORS = (1, 0.9, 0.8, 0.7)
"""How far everything shrinks where an extreme name meets an extreme address."""


def _downwards(lines: list[tuple[float, str]], factor: float) -> Iterator[Line]:
    y = _TOP
    for size, text in lines:
        y -= factor * (_LEADING * size if text else 2.5)
        yield Line(y, factor * size, text)


def _upwards(lines: list[tuple[float, str]], factor: float) -> list[Line]:
    """The last line at the bottom, the others above it, in reading order."""
    y = _BOTTOM
    placed = []
    for size, text in reversed(lines):
        placed.append(Line(y, factor * size, text))
        y += factor * _LEADING * size
    return placed[::-1]


def _fitting(
    text: str, width: float, measure: Measure, sizes: tuple[float, ...], most: int
) -> tuple[float, list[str]]:
    """The largest of ``sizes`` at which ``text`` takes ``most`` lines, else the smallest."""
    for size in sizes:
        lines = wrapped(text, width, size, measure)
        if len(lines) <= most:
            return size, lines
    return sizes[-1], wrapped(text, width, sizes[-1], measure)


def wrapped(text: str, width: float, size: float, measure: Measure) -> list[str]:
    """``text`` in lines no wider than ``width``: broken at spaces, a long word anywhere."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if measure(joined, size) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and measure(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines
