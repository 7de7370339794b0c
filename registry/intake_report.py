"""The fault report for the sender, as CSV and as XLSX. Bytes out; the caller writes the file."""

from __future__ import annotations

from collections import defaultdict

from registry import tables
from registry.intake import Reading
from registry.intake_faults import sentence
from registry.records import Fault

_FAULT_HEADER = ("baris / row", "kolom / column", "kode / code", "keterangan", "explanation")
_ROW_HEADER = "baris / row"
_TEXT_HEADER = "kesalahan / faults"


def faults_csv(reading: Reading) -> bytes:
    """One line a fault: row, column, code, sentence in id and en."""
    return tables.csv_bytes(_FAULT_HEADER, map(_fields, reading.faults))


def faults_xlsx(reading: Reading) -> bytes:
    """A workbook of two sheets: the refused rows with their faulty cells marked, and the faults.

    The rows hold the sender's known columns only (others, such as NIK, are dropped), behind the
    row number and before the sentences; every cell is text.
    """
    import openpyxl  # noqa: PLC0415 heavy: only for those who ask for a workbook

    book = openpyxl.Workbook(write_only=True)
    rows = book.create_sheet("Baris")
    rows.freeze_panes = "B2"
    tables.append(rows, [_ROW_HEADER, *reading.columns, _TEXT_HEADER], bold=True)
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in reading.faults:
        by_row[fault.row].append(fault)
    for number, cells in sorted(reading.refused.items()):
        faults = by_row[number]
        marked = {fault.column for fault in faults}
        at = [n for n, name in enumerate(reading.columns, 2) if name in marked]
        words = "\n".join(f"{fault.code}: {sentence(fault, 'id')}" for fault in faults)
        tables.append(rows, [str(number), *cells, words], marked=at or range(2, len(cells) + 2))
    table = book.create_sheet("Kesalahan")
    table.freeze_panes = "A2"
    tables.append(table, _FAULT_HEADER, bold=True)
    for fault in reading.faults:
        tables.append(table, _fields(fault))
    return tables.book_bytes(book)


def _fields(fault: Fault) -> tuple[str, ...]:
    row = str(fault.row) if fault.row else ""
    return (row, fault.column or "", fault.code, sentence(fault, "id"), sentence(fault, "en"))
