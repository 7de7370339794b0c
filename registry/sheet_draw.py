"""A QR symbol as PDF path operators, and those operators read back into pixels.

A symbol is rectangles, one for each run of dark modules: vector, so that a printer draws whole
dots (of a picture of one pixel a module 174 of 210 simulated prints were read, of this all).
"""

from __future__ import annotations

import re
from itertools import accumulate

from registry.errors import Words
from registry.qr import QUIET_ZONE, SymbolUnreadableError, read_back
from registry.qr_symbol import Symbol

_RUN = re.compile(r"([0-9]{1,3}) 0 ([0-9]{1,3}) 1 ")
_NEXT_ROW = "f 1 0 0 1 0 -1 cm\n"
_NOT_OURS = Words("not a drawing of ours", "bukan gambar kami")


class _Runs(dict[tuple[int, str], str]):
    """Where a piece of a row ends, and the piece: light modules, then dark ones -> operator.

    A look-up, as a symbol has 1,200 of them. (The last piece of a row may be light alone.)
    """

    def __missing__(self, key: tuple[int, str]) -> str:
        end, piece = key
        dark = piece.count("1")
        return self.setdefault(key, f"{end - dark} 0 {dark} 1 re\n" if dark else "")


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
    return "".join(map(_row_runs, symbol.rows))


def _row_runs(row: str) -> str:
    pieces = row.replace("10", "1 0").split(" ")
    ends = accumulate(map(len, pieces))
    return "".join(map(_RUNS.__getitem__, zip(ends, pieces, strict=True))) + _NEXT_ROW


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
