"""A test page: symbols of every size at 4, 5 and 6 dots a module, and a form to note who reads it.

No symbol here is a certificate. Each says its own version and module, so that a phone names what
it has read.
"""

from __future__ import annotations

import io

from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from registry.errors import UserError, Words
from registry.qr import QUIET_ZONE, Mode, Segment, Symbol, symbol_of
from registry.qr_layout import Correction, capacity
from registry.sheet import FONT, draw_symbol, new_canvas
from registry.sheet_draw import checked_runs, runs
from registry.sheet_label import PAGE, points

VERSIONS = range(11, 17)
DOTS = (4, 5, 6)
PHONES = 4
"""Columns of the form."""
_LEFT, _TOP, _GAP = 70, 320, 44
_FORM = 1660
"""Where the form begins, in dots from the left."""
_SENTENCES = (
    "Lembar kalibrasi: cetak pada 100 % (tanpa penyesuaian ukuran), 300 dpi atau lebih.",
    "Pindai tiap kode dengan tiap ponsel: tulis merek ponsel di kepala kolom, ○ terbaca, × tidak.",
    "印刷確認用紙:100 %(拡大・縮小なし)、300 dpi以上で印刷し、読めた符号に○を記入してください。",
)


def calibration_sheet() -> bytes:
    """One A4 page as PDF: versions 11 to 16 at 4, 5 and 6 dots a module of 1/300 inch.

    SymbolUnreadableError if a symbol does not read back.
    """
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, "Absah: calibration")
    canvas.setFont(FONT, 8)
    for count, sentence in enumerate(_SENTENCES):
        canvas.drawString(points(_LEFT), points(PAGE[1] - 90 - 42 * count), sentence)
    _form_head(canvas)
    top = PAGE[1] - _TOP
    for version in VERSIONS:
        top = _row(canvas, version, top)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def named_symbol(version: int, dots: int) -> tuple[Symbol, str]:
    """A symbol of exactly this version and the text that it holds. UserError: no such version."""
    head = f"Absah v{version} {dots} dots #".encode("ascii")
    room = capacity(version, Correction.M) - Segment(Mode.BYTE, head).length(version)
    count = (room - 4 - 14) // 10 * 3
    if count < 1:
        raise UserError("no-version", f"v{version}", Words("has no room", "tidak muat"))
    # Digits without a pattern: 7^n modulo a prime.
    digits = "".join(str(pow(7, place, 10_007) % 10) for place in range(count)).encode("ascii")
    segments = [Segment(Mode.BYTE, head), Segment(Mode.NUMERIC, digits)]
    return symbol_of(segments, minimum_version=version), (head + digits).decode("ascii")


def _row(canvas: Canvas, version: int, top: int) -> int:
    """The three symbols of a version below ``top`` and their fields; where the next row begins."""
    left = _LEFT
    height = (17 + 4 * version + 2 * QUIET_ZONE) * max(DOTS)
    names = []
    for dots in DOTS:
        made, text = named_symbol(version, dots)
        side = (made.size + 2 * QUIET_ZONE) * dots
        drawn = checked_runs(runs(made), made.size, text)
        draw_symbol(canvas, drawn, made.size, (left, top - side), dots)
        names.append((left + 24, top - side - 22, f"v{version}  {dots} dots"))
        left += side + _GAP
    canvas.setFont(FONT, 6)
    for x, y, name in names:
        canvas.drawString(points(x), points(y), name)
    line = height // len(DOTS)
    for count, dots in enumerate(DOTS):
        _fields(canvas, f"v{version} / {dots}", top - 24 - line * count)
    return top - height - _GAP


def _form_head(canvas: Canvas) -> None:
    canvas.setFont(FONT, 7)
    canvas.drawString(points(_FORM), points(PAGE[1] - _TOP + 40), "v / dots")
    for phone in range(PHONES):
        x = points(_FORM + 170 + 150 * phone)
        canvas.line(x, points(PAGE[1] - _TOP + 30), x + points(130), points(PAGE[1] - _TOP + 30))


def _fields(canvas: Canvas, name: str, top: int) -> None:
    canvas.setFont(FONT, 7)
    canvas.drawString(points(_FORM), points(top - 60), name)
    canvas.setLineWidth(0.4)
    for phone in range(PHONES):
        box = points(_FORM + 170 + 150 * phone), points(top - 100)
        canvas.rect(*box, points(130), points(100))
