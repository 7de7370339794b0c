"""The fault report for the sender, as CSV and as XLSX. Bytes out; the caller writes the file.

Every text that begins like a formula is defused, also behind blanks: a report is opened in the
program that the sender's cells were meant to attack. Unprintable characters are spelt out.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import Any

from registry.intake import Reading
from registry.intake_cells import shown
from registry.intake_faults import sentence
from registry.records import Fault

_LEADS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_FAULT_HEADER = ("baris / row", "kolom / column", "kode / code", "keterangan", "explanation")
_ROW_HEADER = "baris / row"
_TEXT_HEADER = "kesalahan / faults"


def defused(text: str) -> str:
    """``text`` as a spreadsheet program shows it and never runs it (CWE-1236).

    >>> defused(" =1+1")
    "' =1+1"
    """
    return "'" + text if text.lstrip().startswith(_LEADS) or text[:1].isspace() else text


def faults_csv(reading: Reading) -> bytes:
    """One line a fault: row, column, code, sentence in id and en.

    UTF-8 with a mark, ``;`` and CRLF: what Excel opens by a double click in Indonesia. Every field
    is quoted, so a program that splits at commas finds no new cell.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_FAULT_HEADER)
    for fault in reading.faults:
        writer.writerow([defused(text) for text in _fields(fault)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def faults_xlsx(reading: Reading) -> bytes:
    """A workbook of two sheets: the refused rows with their faulty cells marked, and the faults.

    The rows hold the sender's known columns only (others, such as NIK, are dropped), behind the
    row number and before the sentences; every cell is text.
    """
    import openpyxl  # noqa: PLC0415 heavy: only for those who ask for a workbook

    book = openpyxl.Workbook(write_only=True)
    rows = book.create_sheet("Baris")
    rows.freeze_panes = "B2"
    _append(rows, [_ROW_HEADER, *reading.columns, _TEXT_HEADER], bold=True)
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in reading.faults:
        by_row[fault.row].append(fault)
    for number, cells in sorted(reading.refused.items()):
        faults = by_row[number]
        marked = {fault.column for fault in faults}
        at = [n for n, name in enumerate(reading.columns, 1) if name in marked]
        words = "\n".join(f"{fault.code}: {sentence(fault, 'id')}" for fault in faults)
        _append(rows, [str(number), *cells, words], marked=at or range(1, len(cells) + 1))
    table = book.create_sheet("Kesalahan")
    table.freeze_panes = "A2"
    _append(table, _FAULT_HEADER, bold=True)
    for fault in reading.faults:
        _append(table, _fields(fault))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _append(sheet: Any, texts: Any, *, bold: bool = False, marked: Any = ()) -> None:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    cells = []
    for at, text in enumerate(texts):
        cell = WriteOnlyCell(sheet, value=_spelt(defused(text)))
        cell.data_type = "s"  # "=..." is text here, whatever it looks like
        cell.number_format = "@"
        if bold:
            cell.font = Font(bold=True)
        if at in marked:
            cell.fill = PatternFill("solid", fgColor="FFFFC7CE")
        cells.append(cell)
    sheet.append(cells)


def _spelt(text: str) -> str:
    return "\n".join(shown(part, 2_000) for part in text.split("\n"))


def _fields(fault: Fault) -> tuple[str, ...]:
    row = str(fault.row) if fault.row else ""
    return (row, fault.column or "", fault.code, sentence(fault, "id"), sentence(fault, "en"))
