"""An LSP's file to records: CSV, XLSX or JSON Lines in, records or every fault of it out.

Nothing is guessed and nothing is written: ``read`` gives a Reading, and the caller decides. A fault
has row, column, code and (intake_faults) a sentence; reports for the sender are made by
intake_report.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from registry.catalogue import Catalogue
from registry.intake_cells import Row, Sheet, UnreadableError, is_blank, text_of
from registry.intake_columns import COLUMNS, Layout, field_named, read_header
from registry.intake_csv import ENCODINGS, open_csv
from registry.intake_lines import open_lines
from registry.intake_rows import RowChecker
from registry.intake_workbook import open_workbook
from registry.printable import shown
from registry.records import Fault, Key, Record

__all__ = ["ENCODINGS", "Options", "Reading", "read"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Start of an old .xls, and of an .xlsx behind a password."""
_WORKBOOK_BYTES = 64 << 20
_MOST_NOTES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may set for one file."""

    encoding: str | None = None
    """One of ENCODINGS for a CSV file that is neither UTF-8 nor UTF-16 with a mark."""
    max_rows: int = 1_000_000
    max_faults: int = 10_000
    """Reading stops there and says so: such a file has one cause, not 10,000."""
    days_ahead: int = 31
    """How far ahead of today an issue date may lie."""

    def __post_init__(self) -> None:
        if self.encoding not in (None, *ENCODINGS):
            raise ValueError(f"encoding must be one of {', '.join(ENCODINGS)}")


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a file says."""

    digest: str = ""
    """SHA-256 of the file's bytes, hex."""
    rows: list[tuple[int, Record]] = field(default_factory=list)
    """(row number, record) of the rows without a fault, in the file's order. None of them where
    the file could not be read to its end."""
    faults: list[Fault] = field(default_factory=list)
    """In order of row; within a row in order of column. Row 0: the file as a whole."""
    dropped: list[str] = field(default_factory=list)
    """Headers of columns that are not ours: never stored."""
    not_competent: int = 0
    """Rows with the result BK."""
    repeated: list[tuple[int, int]] = field(default_factory=list)
    """(row, earlier row) where the same record stands once more: no fault, not issued twice."""
    notes: list[Fault] = field(default_factory=list)
    """Texts put in one form (``tidied-form``, ``tidied-blanks``), the first 1,000."""
    tidied: int = 0
    """Number of all notes."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our word for each known column by the sender's header, in the sender's order."""
    refused: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Cells of each row with a fault under ``columns``, safe to print: for the fault report."""

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Take in what the ledger has against rows that were sound here.

        Their records leave ``rows``; a column named by its Indonesian name gets the sender's.
        """
        records = dict(self.rows)
        by_field = {known: header for header, known in self.columns.items()}
        for fault in faults:
            column = by_field.get(field_named(fault.column or "") or "", fault.column)
            self.faults.append(fault.model_copy(update={"column": column}))
            if fault.row in records:
                record = records.pop(fault.row)
                self.refused[fault.row] = tuple(
                    _cell(getattr(record, known, None)) for known in self.columns.values()
                )
        self.rows = list(records.items())
        self.sort()

    def sort(self) -> None:
        """Put the faults in order of row and column."""
        place = {header: at for at, header in enumerate(self.columns)}
        self.faults.sort(key=lambda fault: (fault.row, place.get(fault.column or "", -1)))


def read(
    path: Path, catalogue: Catalogue, *, today: date, options: Options | None = None
) -> Reading:
    """The records and faults of a file. OSError: it cannot be opened or is no regular file."""
    options = options or Options()
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
        raise OSError(f"{path}: not a regular file")
    reading = Reading()
    with path.open("rb") as file:
        reading.digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        try:
            sheet = _open(file, path.suffix.lower(), options)
            _Collector(reading, catalogue, today, options).take(sheet)
        except UnreadableError as error:
            # Half a file is no file: what came before must not be issued with --accept-valid.
            reading.rows.clear()
            reading.faults.append(error.fault)
    reading.sort()
    return reading


def _open(file: BinaryIO, suffix: str, options: Options) -> Sheet:
    """Open by content; the name only tells JSON Lines from CSV, and what was meant."""
    start = file.read(512)
    file.seek(0)
    if not start:
        raise UnreadableError("empty-file")
    if start.startswith(_ZIP):
        if file.seek(0, 2) > _WORKBOOK_BYTES:
            raise UnreadableError("zip-budget", limit=f"{_WORKBOOK_BYTES >> 20} MiB")
        return open_workbook(file, options.max_rows)
    if start.startswith(_OLE):
        raise UnreadableError("workbook-encrypted")
    if suffix in (".xlsx", ".xlsm", ".xls", ".ods") or start.lstrip().startswith(b"<"):
        raise UnreadableError("not-a-workbook")
    if suffix in (".jsonl", ".ndjson", ".json"):
        return open_lines(file)
    return open_csv(file, options.encoding)


class _Collector:
    """Takes the rows of one sheet into one reading."""

    def __init__(
        self, reading: Reading, catalogue: Catalogue, today: date, options: Options
    ) -> None:
        self._reading = reading
        self._checker = RowChecker(catalogue, today, options.days_ahead)
        self._options = options
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._by_key: dict[Key, tuple[int, Record]] = {}
        self._by_number: dict[tuple[int, str], int] = {}

    def take(self, sheet: Sheet) -> None:
        """Every row, unless the header has a fault: then no row could be judged."""
        if sheet.header is not None and self._layout(sheet.header, 1) is None:
            return
        seen = False
        for row in self._bounded(sheet.rows):
            if all(map(is_blank, row.cells)):
                continue
            seen = True
            layout = self._layout(row.header, row.number)
            if layout:
                self._take_row(row, layout)
            if len(self._reading.faults) >= self._options.max_faults:
                raise UnreadableError(
                    "too-many-faults", row.number, limit=str(self._options.max_faults)
                )
        if not seen:
            raise UnreadableError("no-rows")

    def _bounded(self, rows: Iterator[Row]) -> Iterator[Row]:
        for count, row in enumerate(rows, 1):
            if count > self._options.max_rows:
                raise UnreadableError(
                    "too-many-rows", row.number, limit=str(self._options.max_rows)
                )
            yield row

    def _layout(self, header: tuple[str, ...], number: int) -> Layout | None:
        """The layout of a header, or None after its faults were noted under ``number``."""
        reading = self._reading
        layout = self._layouts.get(header)
        if layout is None:
            layout = self._layouts[header] = read_header(header)
            reading.dropped += [name for name in layout.dropped if name not in reading.dropped]
            reading.columns |= {place.header: place.field for place in layout.places}
        if layout.faults:
            reading.faults += [fault.model_copy(update={"row": number}) for fault in layout.faults]
            return None
        return layout

    def _take_row(self, row: Row, layout: Layout) -> None:
        reading = self._reading
        record, faults, notes = self._checker.check(row, layout)
        reading.tidied += len(notes)
        reading.notes += notes[: max(0, _MOST_NOTES - len(reading.notes))]
        if record is None and not faults:
            reading.not_competent += 1
        elif record is not None:
            faults = self._compare(row.number, record, layout)
        if faults:
            reading.faults += faults
            reading.refused[row.number] = self._cells(row, layout)

    def _compare(self, number: int, record: Record, layout: Layout) -> list[Fault]:
        """Keep the record, unless an earlier row says the same or contradicts it."""
        first_row, first = self._by_key.setdefault(record.key, (number, record))
        if first == record and first_row != number:
            self._reading.repeated.append((number, first_row))
            return []
        if first_row != number:
            column = layout.header_of("registration")
            words = {"other": str(first_row), "fields": _differences(first, record)}
            return [Fault(row=number, column=column, code="conflict-in-file", values=words)]
        # A serial number belongs to one LSP: another LSP may print the same certificate number.
        twin = self._by_number.setdefault((record.lsp, record.number), number)
        if twin != number:
            column, words = layout.header_of("number"), {"other": str(twin)}
            return [Fault(row=number, column=column, code="number-twice", values=words)]
        self._reading.rows.append((number, record))
        return []

    def _cells(self, row: Row, layout: Layout) -> tuple[str, ...]:
        found = {
            place.header: shown(text_of(row.cells[place.at]), 300)
            for place in layout.places
            if place.at < len(row.cells)
        }
        return tuple(found.get(header, "") for header in self._reading.columns)


def _differences(first: Record, other: Record) -> str:
    """The fields in which two records differ, by the Indonesian column names."""
    return ", ".join(
        column.names[0]
        for column in COLUMNS
        if column.field != "result" and getattr(first, column.field) != getattr(other, column.field)
    )


def _cell(value: object) -> str:
    """A record's value as a sender would write it."""
    if isinstance(value, tuple):
        return ";".join(value)
    return "" if value is None else str(value)
