"""The child process that reads a workbook, and nothing else.

Run as a script ``ROWS MEMORY SECONDS``, the workbook on standard input, it confines itself first,
so that a hostile file can end this process and no other. It writes JSON lines::

    ["row", 2, ["text", null, ["number", "123"], ["date", "2026-01-14"], ...]]
    ["fault", "zip-budget", {"limit": "256 MiB"}]     reading stops there
    ["end"]                                           nothing was left out

It imports nothing of this project: the parent (intake_workbook) trusts no line of it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, BinaryIO

MEMBERS = 200
UNPACKED = 256 << 20
RATIO = 200
COLUMNS = 64
CELL = 12_000
"""Characters of a cell that are handed on; the longest allowed one, a unit list, is shorter."""
OUTPUT = 512 << 20
"""Bytes written in all: a long shared text may stand in every cell."""
DATA_SHEET = "Sertifikat"
"""The sheet that counts where a workbook shows several."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MARK = b"\xef\xbb\xbf"


OUT_OF_MEMORY = 77
"""Exit status where not even the last line could be written."""
_TOO_COSTLY: list[Any] = ["fault", "workbook-too-costly", {}]


class Fault(Exception):
    """Reading stops: a code of intake_faults with its values."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def main() -> None:
    """Read the workbook on standard input, write JSON lines on standard output."""
    most_rows, memory, seconds = map(int, sys.argv[1:])
    _confine(memory, seconds)
    with open(0, "rb", closefd=False) as file:
        # Said out here: inside a handler its traceback still holds all that memory.
        _say(_last_word(file, most_rows))
    sys.stdout.flush()


def _last_word(file: BinaryIO, most_rows: int) -> list[Any]:
    """Read all of it; the line that ends the output."""
    try:
        _check_zip(file)
        _copy(file, most_rows)
    except Fault as fault:
        return ["fault", fault.code, fault.values]
    except MemoryError:
        return _TOO_COSTLY
    except Exception as error:  # noqa: BLE001 a damaged workbook makes openpyxl raise anything
        return ["fault", "workbook-damaged", {"what": type(error).__name__}]
    return ["end"]


def _confine(memory: int, seconds: int) -> None:
    import resource  # noqa: PLC0415 so that other systems can import this module for its figures

    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(limit, (most, most))


_written = 0


def _say(value: list[Any]) -> None:
    global _written  # noqa: PLW0603 one process, one stream
    line = json.dumps(value, separators=(",", ":"))
    _written += len(line) + 1
    if _written > OUTPUT and value[0] == "row":
        raise Fault("workbook-too-costly")
    sys.stdout.write(line + "\n")


def _check_zip(file: BinaryIO) -> None:
    """Refuse a bomb by its directory, then every document type declaration in its XML."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS:
            raise Fault("zip-budget", limit=f"{MEMBERS} members")
        unpacked = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if unpacked > UNPACKED:
            raise Fault("zip-budget", limit=f"{UNPACKED >> 20} MiB")
        if unpacked > max(packed, 10_000) * RATIO:
            raise Fault("zip-budget", limit=f"1:{RATIO}")
        if any(member.flag_bits & 1 for member in members):
            raise Fault("workbook-encrypted")
        names = [member.filename for member in members]
        if len(set(names)) != len(names):
            raise Fault("workbook-damaged", what="zip")
        if "xl/workbook.xml" not in names:
            raise Fault("not-a-workbook")
        for member in members:
            if member.filename.endswith((".xml", ".rels", ".vml")):
                _check_xml(archive, member)


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No DTD, so no entity can grow or fetch; UTF-8 only, so that it cannot be hidden.

    zipfile reads no more of a member than its directory entry declares.
    """
    tail = b""
    with archive.open(member) as stream:
        first = True
        while chunk := stream.read(1 << 20):
            if first and not chunk.removeprefix(_MARK).lstrip().startswith(b"<"):
                raise Fault("workbook-damaged", what="XML")
            first = False
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise Fault("workbook-dtd")
            tail = chunk[-9:]


def _copy(file: BinaryIO, most_rows: int) -> None:
    import openpyxl  # noqa: PLC0415 only under the limits

    file.seek(0)
    book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    last = 0
    for number, hidden, cells in _rows(book, _sheet(book)):
        if number <= last:  # a row that comes twice would hide one of the two
            raise Fault("workbook-damaged", what="rows")
        last = number
        if not any(cells):
            continue
        if hidden:  # a filter, or something that the sender is not meant to see
            raise Fault("hidden-row", row=str(number))
        if number > most_rows + 1:
            raise Fault("too-many-rows", row=str(number), limit=str(most_rows))
        _say(["row", number, cells])


def _sheet(book: Any) -> Any:
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    named = [sheet for sheet in seen if sheet.title == DATA_SHEET]
    chosen = seen if len(seen) == 1 else named
    if len(chosen) != 1:
        raise Fault("which-sheet", sheets=str(len(seen)), name=DATA_SHEET)
    return chosen[0]


def _rows(book: Any, sheet: Any) -> Iterator[tuple[int, bool, list[Any]]]:
    """(row number, whether it is hidden, cells) as the file has them.

    openpyxl's own iterator fills gaps (16,384 columns wide where one far cell says so) and leaves
    out rows that come in disorder; its parser does neither.
    """
    from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415 only under the limits

    with sheet._get_source() as source:  # noqa: SLF001 the parser has no public door
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        for number, cells in parser.parse():
            facts = parser.row_dimensions.pop(str(number), {})
            yield number, facts.get("hidden") in ("1", "true"), _cells(number, cells)
        for merged in parser.merged_cells.mergeCell if parser.merged_cells else ():
            # All but its first cell are empty, and an empty unit column means all units.
            if merged.max_row > 1:
                raise Fault("merged-cells", row=str(max(2, merged.min_row)), cells=merged.coord)


def _cells(number: int, found: list[dict[str, Any]]) -> list[Any]:
    cells: list[Any] = []
    for cell in found:
        value = _value(cell["data_type"], cell["value"])
        if value is None:
            continue
        if cell["row"] != number or cell["column"] <= len(cells):
            raise Fault("workbook-damaged", what="cells")
        if cell["column"] > COLUMNS:
            raise Fault("too-many-columns", row=str(number), limit=str(COLUMNS))
        cells += [None] * (cell["column"] - 1 - len(cells))
        cells.append(value)
    return cells


def _value(kind: str, value: Any) -> Any:
    if kind == "f":
        return ["formula", value[:CELL] if isinstance(value, str) else "="]
    if value is None:
        return None
    if kind == "s":
        # Excel spells what XML cannot hold, and a carriage return, as _x000D_ (ST_Xstring).
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value[:CELL]) or None
    if kind == "n":
        return ["number", str(value)[:CELL]]
    if kind == "b":
        return ["boolean", "TRUE" if value else "FALSE"]
    if kind == "d":
        return ["date", _date(value)]
    return ["error", str(value)[:CELL]]


def _date(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return f"T{value}"


if __name__ == "__main__":
    status = 0
    try:
        main()
    except MemoryError:
        status = OUT_OF_MEMORY
    # No clean-up of a large workbook object by object: the answer is written.
    os._exit(status)
