"""QR symbols of certificates: made, drawn, and read back before a file is written.

A symbol holds ``<site>#<digits>`` (docs/formats.md section 2) as two segments, bytes and digits,
at error level M, in version 12 or the smallest larger one that fits. What is printed lives for
years, so no file is written that an independent decoder (zxing-cpp) has not read::

    file.write_bytes(checked(svg(symbol(site, data)), qr_text(site, data)))
"""

from __future__ import annotations

import io
import re
from functools import cache

import zxingcpp
from PIL import Image
from qrcode import util  # type: ignore[import-untyped]

from registry.errors import UserError, Words
from registry.qr_draw import PNG_SIGNATURE, QUIET_ZONE, png, svg
from registry.qr_layout import Correction
from registry.qr_symbol import Mode, Segment, Symbol, SymbolTooLargeError, symbol_of
from signing.cose import MAX_READ
from signing.fragment import digits

__all__ = [
    "QUIET_ZONE",
    "Correction",
    "Mode",
    "Segment",
    "Symbol",
    "SymbolTooLargeError",
    "SymbolUnreadableError",
    "checked",
    "png",
    "read_back",
    "svg",
    "symbol",
    "symbol_of",
    "text_symbol",
]

SMALLEST_VERSION = 12
"""One size for most certificates, so that a sheet of them looks even: 249 bytes fit."""
_SPLIT_FROM = 20
"""Shortest run of digits or capitals that ``qrcode`` puts in a segment of its own."""

_SVG = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 (?P<side>[0-9]{2,3}) (?P=side)"'
    r'(?: width="(?P<mm>[0-9.]+mm)" height="(?P=mm)")? shape-rendering="crispEdges">'
    r'<path fill="#fff" d="M0 0h(?P=side)v(?P=side)h-(?P=side)z"/>'
    r'<path fill="none" stroke="#000" d="M(?P<path>[^"]+)"/></svg>\n'
)
_START = re.compile(r"([0-9]{1,3}) ([0-9]{1,3})\.5(?:m([0-9]{1,3}) 0)?")
_PIECE = re.compile(r"([0-9]{1,3})(?:m([0-9]{1,3}) 0)?")
_ONLY_QR = zxingcpp.barcode_formats_from_str("QRCode")
_NOT_OURS = Words("not a drawing of ours", "bukan gambar kami")
_WHITE, _BLACK = b"\xff", b"\0"


class SymbolUnreadableError(UserError):
    """A drawn symbol does not read back as its text. A fault of this program; write no file."""

    def __init__(self, why: Words) -> None:
        hint = Words(
            "no file was written; please report this",
            "tidak ada berkas yang ditulis; mohon laporkan",
        )
        super().__init__("symbol-unreadable", "QR", why, hint)


def symbol(site: str, data: bytes) -> Symbol:
    """The symbol of a certificate: ``site`` is the registry's address, ``data`` its bytes.

    SymbolTooLargeError if no reader would take it; ValueError if ``site`` is not ASCII.
    """
    if len(data) > MAX_READ:
        raise SymbolTooLargeError(
            Words(
                f"a certificate of {len(data)} bytes; readers take {MAX_READ} at most",
                f"sertifikat {len(data)} bita; pembaca menerima paling banyak {MAX_READ} bita",
            )
        )
    segments = [
        Segment(Mode.BYTE, f"{site}#".encode("ascii")),
        Segment(Mode.NUMERIC, digits(data).encode("ascii")),
    ]
    return symbol_of(segments, minimum_version=SMALLEST_VERSION)


def text_symbol(text: str) -> Symbol:
    """The symbol of any other text, cut into segments as ``qrcode`` cuts it, error level M.

    ValueError for an empty text; SymbolTooLargeError.
    """
    pieces = util.optimal_data_chunks(text.encode("utf-8"), minimum=_SPLIT_FROM)
    return symbol_of([Segment(Mode(piece.mode), piece.data) for piece in pieces])


def checked(drawn: bytes, text: str) -> bytes:
    """``drawn``, an SVG of ours or a PNG, after zxing-cpp has read exactly ``text`` from it.

    SymbolUnreadableError if it reads anything else, or nothing. (Error correction would hide a
    few wrong modules here; that the drawings show each module is what the tests hold.)
    """
    is_png = drawn.startswith(PNG_SIGNATURE)
    pixels, side = _png_pixels(drawn) if is_png else _svg_pixels(drawn)
    read_back(pixels, side, text)
    return drawn


def read_back(pixels: bytes | bytearray, side: int, text: str) -> None:
    """Return if zxing-cpp reads exactly ``text`` from a square of pixels of one byte, 255 = white.

    SymbolUnreadableError if it reads anything else, or nothing.
    """
    found = zxingcpp.read_barcodes(
        memoryview(pixels).cast("B", (side, side)),
        formats=_ONLY_QR,
        is_pure=True,
    )
    texts = [code.text for code in found if code.valid]
    if not texts:
        raise SymbolUnreadableError(Words("the drawing holds no code", "gambar tidak memuat kode"))
    if texts != [text]:
        raise SymbolUnreadableError(
            Words("the drawing holds another text", "gambar memuat teks lain")
        )


def _png_pixels(drawn: bytes) -> tuple[bytes, int]:
    """Pixels of one byte, 255 = white, and the side of the square."""
    try:
        with Image.open(io.BytesIO(drawn), formats=["PNG"]) as picture:
            size = picture.size
            pixels = picture.convert("L").tobytes()
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's words for a broken file
        raise SymbolUnreadableError(Words("a broken PNG file", "berkas PNG rusak")) from error
    if size[0] != size[1]:
        raise SymbolUnreadableError(Words("not a square", "bukan bujur sangkar"))
    return pixels, size[0]


def _svg_pixels(drawn: bytes) -> tuple[bytes, int]:
    """The same of our own SVG, one pixel a module. Any other SVG is refused."""
    match = _SVG.fullmatch(drawn.decode("ascii", "replace"))
    if not match:
        raise SymbolUnreadableError(_NOT_OURS)
    side = int(match["side"])
    pixels = bytearray(_WHITE * side * side)
    for line in match["path"].split("M"):
        start, *pieces = line.split("h")
        left, top = _line_start(start)
        run = b"".join(map(_PIECE_PIXELS.__getitem__, pieces))
        if top >= side or left + len(run) > side:
            raise SymbolUnreadableError(_NOT_OURS)
        pixels[side * top + left : side * top + left + len(run)] = run
    return bytes(pixels), side


@cache
def _line_start(text: str) -> tuple[int, int]:
    match = _START.fullmatch(text)
    if not match:
        raise SymbolUnreadableError(_NOT_OURS)
    return int(match[1]) + int(match[3] or 0), int(match[2])


class _PiecePixels(dict[str, bytes]):
    """The path of dark modules and of the light ones after them, without the ``h``."""

    def __missing__(self, path: str) -> bytes:
        match = _PIECE.fullmatch(path)
        if not match:
            raise SymbolUnreadableError(_NOT_OURS)
        return self.setdefault(path, _BLACK * int(match[1]) + _WHITE * int(match[2] or 0))


_PIECE_PIXELS = _PiecePixels()
