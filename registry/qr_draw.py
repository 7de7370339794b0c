"""QR symbols as SVG and PNG files: the same bytes on every machine, white below the code.

The writers of ``qrcode`` are 10 to 40 times slower, their SVG changes with whether lxml is
installed, and any PNG packed by zlib changes with the zlib build. So the PNG here carries its own
small deflate stream (RFC 1951, fixed codes): a row of pixels once, then "repeat the row above".
"""

from __future__ import annotations

import struct
import zlib
from functools import cache

from registry.qr_symbol import Symbol

QUIET_ZONE = 4
"""Modules of white that ISO/IEC 18004 6.3.8 demands on every side."""
LARGEST_BORDER = 16
LARGEST_SCALE = 32
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def svg(symbol: Symbol, *, border: int = QUIET_ZONE, module_mm: float | None = None) -> bytes:
    """The symbol as an SVG file: a white square, and one stroked path.

    ``border`` is the quiet zone in modules, 4 to 16; ``module_mm`` the printed side of a module
    (none: the file has no size of its own). The path goes along each row that is not all light:
    ``M<x> <y>.5``, then ``h<n>`` for n dark modules and ``m<n> 0`` for n light ones. ValueError
    outside the ranges.
    """
    side = _side(symbol, border)
    path = "".join(
        f"M{border} {border + number}.5{_row_path(row)}"
        for number, row in enumerate(symbol.rows)
        if "1" in row
    )
    size = ""
    if module_mm is not None:
        length = f"{_module(module_mm) * side:.3f}mm"
        size = f' width="{length}" height="{length}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"{size}'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path fill="none" stroke="#000" d="{path}"/></svg>\n'
    ).encode("ascii")


def png(
    symbol: Symbol,
    *,
    scale: int = 8,
    border: int = QUIET_ZONE,
    module_mm: float | None = None,
) -> bytes:
    """The symbol as a PNG file (RFC 2083) of one bit a pixel.

    ``scale`` is the side of a module in pixels, 1 to 32; ``border`` the quiet zone in modules, 4
    to 16; ``module_mm`` the printed side of a module, kept as pixels a metre, so that a word
    processor places the picture in its true size. ValueError outside the ranges.
    """
    if not 1 <= scale <= LARGEST_SCALE:
        raise ValueError(f"scale is 1 to {LARGEST_SCALE} pixels a module, not {scale}")
    width = _side(symbol, border) * scale
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", width, width, 1, 0, 0, 0, 0))]
    if module_mm is not None:
        density = round(1000 * scale / _module(module_mm))
        chunks.append(_chunk(b"pHYs", struct.pack(">IIB", density, density, 1)))
    lines = _pixel_lines(symbol, scale, border)
    chunks.append(_chunk(b"IDAT", _zlib_stream(lines)))
    chunks.append(_chunk(b"IEND", b""))
    return PNG_SIGNATURE + b"".join(chunks)


def _side(symbol: Symbol, border: int) -> int:
    if not QUIET_ZONE <= border <= LARGEST_BORDER:
        raise ValueError(f"border is {QUIET_ZONE} to {LARGEST_BORDER} modules, not {border}")
    return symbol.size + 2 * border


def _module(module_mm: float) -> float:
    if not 0.01 <= module_mm <= 100:
        raise ValueError(f"a module is 0.01 to 100 mm, not {module_mm}")
    return module_mm


class _PiecePaths(dict[str, str]):
    """Dark modules and the light ones after them (either may be missing) -> their path.

    A look-up costs half of what functools.cache costs, and a symbol has 1,200 of them.
    """

    def __missing__(self, piece: str) -> str:
        light = piece.count("0")
        dark = len(piece) - light
        path = (f"h{dark}" if dark else "") + (f"m{light} 0" if light else "")
        return self.setdefault(piece, path)


_PIECE_PATHS = _PiecePaths()


def _row_path(row: str) -> str:
    # A cut before each dark run leaves few different pieces: "0001101" -> "000", "110", "1".
    pieces = row.rstrip("0").replace("01", "0 1").split(" ")
    return "".join(map(_PIECE_PATHS.__getitem__, pieces))


def _pixel_lines(symbol: Symbol, scale: int, border: int) -> list[tuple[bytes, int]]:
    """Lines of pixels (filter byte 0, then 1 = white) and how often each stands."""
    side = _side(symbol, border)
    fill = "0" * (-side * scale % 8)
    white, black = "1" * scale, "0" * scale

    def line(row: str) -> bytes:
        bits = row.replace("1", "_").replace("0", white).replace("_", black) + fill
        return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")

    margin = "0" * border
    edge = (line("0" * side), border * scale)
    return [edge, *((line(margin + row + margin), scale) for row in symbol.rows), edge]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _zlib_stream(lines: list[tuple[bytes, int]]) -> bytes:
    """RFC 1950 around one deflate block with fixed codes (RFC 1951 3.2.6).

    ``lines`` have one length, of at least 3 and at most 32,768 bytes.
    """
    literals = _literal_codes()
    distance = _distance_code(len(lines[0][0]))
    parts = ["110"]  # last block; fixed codes (01, low bit first)
    for line, count in lines:
        parts.extend(map(literals.__getitem__, line))
        parts.extend(code + distance for code in _length_codes((count - 1) * len(line)))
    parts.append("0000000")  # end of block
    bits = "".join(parts)
    body = int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")
    check = zlib.adler32(b"".join(line * count for line, count in lines))
    return b"\x78\x01" + body + check.to_bytes(4, "big")


@cache
def _literal_codes() -> tuple[str, ...]:
    short = (f"{0b00110000 + value:08b}" for value in range(144))
    return (*short, *(f"{0b110010000 + value:09b}" for value in range(112)))


def _low_first(value: int, width: int) -> str:
    return f"{value:0{width}b}"[::-1] if width else ""


@cache
def _length_codes(count: int) -> tuple[str, ...]:
    """Codes of the copies that make ``count`` bytes, each 3 to 258 long; none for 0."""
    lengths = [258] * (count // 258)
    rest = count % 258
    if rest in {1, 2}:  # no copy is that short: take three from the one before
        lengths[-1] -= 3
        rest += 3
    return tuple(_length_code(length) for length in [*lengths, *([rest] if rest else [])])


def _length_code(length: int) -> str:
    """One length as code and extra bits (RFC 1951 3.2.5): 3 to 258."""
    if length == 258:
        symbol, extra, width = 285, 0, 0
    else:
        offset = length - 3
        width = max(0, offset.bit_length() - 3)
        symbol = 257 + 4 * width + (offset >> width)
        extra = offset & (1 << width) - 1
    code = f"{symbol - 256:07b}" if symbol < 280 else f"{0b11000000 + symbol - 280:08b}"
    return code + _low_first(extra, width)


@cache
def _distance_code(distance: int) -> str:
    """One distance as code and extra bits (RFC 1951 3.2.5): 1 to 32,768."""
    offset = distance - 1
    width = max(0, offset.bit_length() - 2)
    symbol = 2 * width + (offset >> width)
    return f"{symbol:05b}" + _low_first(offset & (1 << width) - 1, width)
