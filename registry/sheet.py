"""Print sheets: PDF pages of labels, vector, with the font inside, the same bytes every time.

Only certificates whose publication was read back come here (``absah sheet`` sees to it). Each
symbol is read back by zxing-cpp from the very operators that the page will hold.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

from reportlab import rl_config  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from registry.qr import QUIET_ZONE, symbol
from registry.sheet_draw import checked_runs, runs
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
from registry.tables import defused
from signing.fragment import qr_text

FONT = "BIZUDPGothic"
FONT_FILE = files("registry") / "fonts" / "BIZUDPGothic-subset.ttf"
PER_FILE = 100 * PER_PAGE
"""Labels in one file of a folder of sheets: a hundred pages, about 7 MB."""

# ASCII85 makes every stream a quarter larger and half as slow, and no reader needs it.
rl_config.useA85 = 0


def sheet(labels: Iterable[Label], site: str, *, demo: bool = False) -> bytes:
    """A PDF with 21 labels a page, in the order given. ``site`` is the registry's address.

    LabelTooSmallError; SymbolUnreadableError if a symbol does not read back.
    """
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, "Absah")
    rest = iter(labels)
    while page := list(islice(rest, PER_PAGE)):
        for place, label in enumerate(page):
            _draw_label(canvas, place, label, site, demo=demo)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def parts(labels: Iterable[Label]) -> Iterator[list[Label]]:
    """``labels`` cut into what one file of a folder holds."""
    rest = iter(labels)
    while part := list(islice(rest, PER_FILE)):
        yield part


def index_csv(parts_of: Sequence[tuple[str, Sequence[Label]]]) -> bytes:
    """Where each label stands: file, page, row, column; index, number, name, LSP. UTF-8 with BOM.

    A value that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["file", "page", "row", "column", "index", "number", "name", "lsp"])
    for name, labels in parts_of:
        for count, label in enumerate(labels):
            page, place = divmod(count, PER_PAGE)
            row, column = divmod(place, 3)
            where = [name, page + 1, row + 1, column + 1]
            table.writerow(
                [*where, label.index, *map(defused, (label.number, label.name)), label.lsp]
            )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def new_canvas(buffer: io.BytesIO, title: str) -> Canvas:
    """An A4 canvas that writes the same bytes for the same drawing, in the embedded font alone."""
    font()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1, initialFontName=FONT)
    canvas.setTitle(title)
    canvas.setAuthor("Absah")
    # Viewers shrink a page to their idea of margins, and dots would no longer be whole.
    canvas.setViewerPreference("PrintScaling", "None")
    return canvas


@cache
def font() -> TTFont:
    """The font of the sheets, registered once: BIZ UDPGothic, Latin, kana and JIS level 1."""
    with FONT_FILE.open("rb") as file:
        loaded = TTFont(FONT, io.BytesIO(file.read()))
    pdfmetrics.registerFont(loaded)
    return loaded


def measure(text: str, size: float) -> float:
    """Width of ``text`` in points at ``size`` points."""
    widths: dict[int, float] = font().face.charWidths
    return size * sum(map(widths.__getitem__, map(ord, text))) / 1000


def draw_symbol(canvas: Canvas, drawn: str, size: int, corner: tuple[int, int], dots: int) -> None:
    """A white plate with its quiet zone and the code on it; ``corner`` is the plate's, in dots."""
    x, y = (points(value) for value in corner)
    side = size + 2 * QUIET_ZONE
    scale = points(dots)
    canvas.addLiteral(
        f"q {scale:g} 0 0 {scale:g} {x:g} {y:g} cm 1 g 0 0 {side} {side} re f\n"
        f"1 0 0 1 {QUIET_ZONE} {QUIET_ZONE + size - 1} cm 0 g\n{drawn}Q"
    )


def draw_lines(canvas: Canvas, left: float, bottom: float, lines: Iterable[Line]) -> None:
    """Lines of text from ``left``, their heights counted from ``bottom``; points."""
    for line in lines:
        if line.text:
            canvas.setFont(FONT, line.size)
            canvas.drawString(left, bottom + line.y, line.text)


def _draw_label(canvas: Canvas, place: int, label: Label, site: str, *, demo: bool) -> None:
    made = symbol(site, label.data)
    dots = module_dots(made, label)
    drawn = checked_runs(runs(made), made.size, qr_text(site, label.data))
    side = (made.size + 2 * QUIET_ZONE) * dots
    left, bottom = cell(place)
    x, y = symbol_corner(place, side)
    draw_symbol(canvas, drawn, made.size, (left + x, bottom + y), dots)
    lines = text_lines(label, site, text_width(side), measure, demo=demo)
    draw_lines(canvas, points(left) + LEFT, points(bottom), lines)
