"""Tables for people: as text, as CSV and as a workbook. Bytes out; the caller writes the file.

Every text that begins like a formula is defused, also behind blanks: a table is opened in the
program that a sender's cells were meant to attack. Unprintable characters are spelt out. The same
table is the same bytes on every day.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from registry.printable import shown

_LEADS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MOMENT = re.compile(rb">\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<")
_LONGEST = 2_000
"""Characters of the longest line of a cell in a workbook."""


def defused(text: str) -> str:
    """``text`` as a spreadsheet program shows it and never runs it (CWE-1236).

    >>> defused(" =1+1")
    "' =1+1"
    """
    return "'" + text if text.lstrip().startswith(_LEADS) or text[:1].isspace() else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark, ``;`` and CRLF: what Excel opens by a double click in Indonesia.

    Every field is quoted, so a program that splits at commas finds no new cell.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([_spelt(defused(_text(value))) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet, every cell a text."""
    import openpyxl  # noqa: PLC0415 heavy: only for those who ask for a workbook

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    append(sheet, header, bold=True)
    for row in rows:
        append(sheet, [_text(value) for value in row])
    return book_bytes(book)


def append(
    sheet: Any, texts: Iterable[str], *, bold: bool = False, marked: Collection[int] = ()
) -> None:
    """One row of text cells in a write-only sheet; ``marked`` are columns from 1."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    cells = []
    for at, text in enumerate(texts, 1):
        cell = WriteOnlyCell(sheet, value=_spelt(defused(text)))
        cell.data_type = "s"  # "=..." is text here, whatever it looks like
        cell.number_format = "@"
        if bold:
            cell.font = Font(bold=True)
        if at in marked:
            cell.fill = PatternFill("solid", fgColor="FFFFC7CE")
        cells.append(cell)
    sheet.append(cells)


def book_bytes(book: Any) -> bytes:
    """A workbook without the moment of its making."""
    saved, out = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as dated, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as same:
        for name in dated.namelist():
            data = dated.read(name)
            if name == "docProps/core.xml":
                data = _MOMENT.sub(rb">2000-01-01T00:00:00Z<", data)
            # A ZipInfo of its own has a fixed date where a plain name would take the clock's.
            same.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def text_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Aligned lines for a terminal, the header first; numbers to the right."""
    table = [list(header), *([shown(_text(value), 60) for value in row] for row in rows)]
    numeric = [all(row[at].isdigit() for row in table[1:]) for at in range(len(header))]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = [
            " " * (width - _width(text)) + text if right else text + " " * (width - _width(text))
            for text, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _spelt(text: str) -> str:
    return "\n".join(shown(part, _LONGEST) for part in text.split("\n"))
