"""A QR symbol as PDF path operators, and those operators read back into pixels.

A symbol is rectangles, one for each run of dark modules: vector, so that a printer draws whole
dots (of a picture of one pixel a module 174 of 210 simulated prints were read, of this all).
"""

from __future__ import annotations

import re

from registry.errors import Words
from registry.qr import QUIET_ZONE, SymbolUnreadableError, read_back
from registry.qr_symbol import Symbol

_DARK = re.compile("1+")
_RUN = re.compile(r"([0-9]{1,3}) 0 ([0-9]{1,3}) 1 ")
_NEXT_ROW = "f 1 0 0 1 0 -1 cm\n"
_NOT_OURS = Words("not a drawing of ours", "bukan gambar kami")


class _Runs(dict[tuple[int, int], str]):
    """First module and the one after the last -> operator; a look-up, as there are 1,200."""

    def __missing__(self, span: tuple[int, int]) -> str:
        left, right = span
        return self.setdefault(span, f"{left} 0 {right - left} 1 re\n")


class _Modules(dict[str, int]):
    """An operator, without its name -> its modules as bits, module x in bit ``1 << x``."""

    def __missing__(self, operands: str) -> int:
        match = _RUN.fullmatch(operands)
        if not match:
            raise SymbolUnreadableError(_NOT_OURS)
        x, width = int(match[1]), int(match[2])
        return self.setdefault(operands, ((1 << width) - 1) << x)


_RUNS = _Runs()
_MODULES = _Modules()


def runs(symbol: Symbol) -> str:
    """Operators (ISO 32000-1 8.5.2.1) in modules: x to the right, y upwards.

    The origin is the lower left corner of the first row, and moves down with each row.
    """
    rows = (map(re.Match.span, _DARK.finditer(row)) for row in symbol.rows)
    return "".join("".join(map(_RUNS.__getitem__, row)) + _NEXT_ROW for row in rows)


def checked_runs(drawn: str, size: int, text: str) -> str:
    """``drawn`` after zxing-cpp has read exactly ``text`` from it. ``size``: modules a side.

    SymbolUnreadableError if it reads anything else, or if an operator is not one of ours.
    """
    *rows, end = drawn.split(_NEXT_ROW)
    if end or len(rows) != size:
        raise SymbolUnreadableError(_NOT_OURS)
    pixels = []
    for row in rows:
        *operators, rest = row.split("re\n")
        modules = sum(map(_MODULES.__getitem__, operators))
        if rest or modules >> size:
            raise SymbolUnreadableError(_NOT_OURS)
        pixels.append(f"{modules:0{size}b}"[::-1])
    side = size + 2 * QUIET_ZONE
    margin = "0" * QUIET_ZONE
    edge = "0" * side * QUIET_ZONE
    body = "".join(f"{margin}{row}{margin}" for row in pixels)
    read_back(f"{edge}{body}{edge}".encode("ascii").translate(_COLOURS), side, text)
    return drawn


_COLOURS = bytes.maketrans(b"01", b"\xff\0")
