"""Reads a workbook through the confined child process (intake_xlsx).

Whatever becomes of the child (killed, out of memory, nonsense on its output), this side ends with
rows or with one UnreadableError.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from registry import intake_xlsx
from registry.intake_cells import Cell, Kind, Raw, Row, Sheet, UnreadableError, text_of
from registry.intake_columns import known_columns
from registry.printable import shown

MEMORY = 1 << 30
"""Bytes of address space that the child may take."""
SECONDS = 120
"""Seconds of processor time that it may take."""
_SCRIPT = Path(__file__).with_name("intake_xlsx.py")
_LINE = 16 << 20
"""Longest line of the child in bytes: 64 cells of 12,000 characters, each escaped."""
_KINDS = {kind.value: kind for kind in Kind}
_CODES = frozenset(
    {
        "hidden-row",
        "merged-cells",
        "not-a-workbook",
        "too-many-columns",
        "too-many-rows",
        "which-sheet",
        "workbook-damaged",
        "workbook-dtd",
        "workbook-encrypted",
        "workbook-too-costly",
        "zip-budget",
    }
)


def open_workbook(file: BinaryIO, most_rows: int) -> Sheet:
    """The sheet in ``file``. UnreadableError: empty, or the child refused the workbook."""
    rows = _rows(file, most_rows)
    first = next(rows, None)
    if first is None:
        raise UnreadableError("empty-file")
    header = tuple(text_of(cell) for cell in first[1])
    if first[0] != 1 or known_columns(header) < 2:
        raise UnreadableError("no-header", 1)
    return Sheet(header, (Row(number, header, cells) for number, cells in rows))


def _rows(file: BinaryIO, most_rows: int) -> Iterator[tuple[int, list[Raw]]]:
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", str(_SCRIPT), str(most_rows), str(MEMORY), str(SECONDS)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # warnings of openpyxl; what matters comes as a line
        env={},
    )
    if child.stdout is None:
        raise AssertionError("a pipe was asked for")
    width = 0
    try:
        while True:
            message = _message(child.stdout.readline(_LINE), child)
            if message[0] == "end":
                return
            number, cells = _row(message)
            width = width or len(cells)
            # A workbook leaves empty cells out; a short row is no fault there.
            yield number, cells + [""] * (width - len(cells))
    finally:
        child.stdout.close()
        child.kill()
        child.wait()


def _message(line: bytes, child: subprocess.Popen[bytes]) -> list[Any]:
    if not line.endswith(b"\n"):
        costly = len(line) < _LINE and _ended_by_limit(child)
        raise _damaged("workbook-too-costly" if costly else "workbook-damaged")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _damaged("workbook-damaged") from error
    if not isinstance(message, list) or not message:
        raise _damaged("workbook-damaged")
    if message[0] == "fault":
        raise _fault(message)
    return message


def _ended_by_limit(child: subprocess.Popen[bytes]) -> bool:
    """Whether a child that closed its output without a last word was ended by a limit."""
    try:
        status = child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        return False
    return status < 0 or status == intake_xlsx.OUT_OF_MEMORY


def _fault(message: list[Any]) -> UnreadableError:
    code = message[1] if len(message) == 3 else None
    values = message[2] if len(message) == 3 else None
    if code not in _CODES or not isinstance(values, dict):
        return _damaged("workbook-damaged")
    words = {str(key): shown(str(value)) for key, value in values.items()}
    row = words.pop("row", "0")
    return UnreadableError(code, int(row) if row.isdecimal() else 0, **words)


def _row(message: list[Any]) -> tuple[int, list[Raw]]:
    if len(message) == 3 and message[0] == "row":
        _, number, cells = message
        if type(number) is int and isinstance(cells, list) and len(cells) <= intake_xlsx.COLUMNS:
            return number, [_cell(cell) for cell in cells]
    raise _damaged("workbook-damaged")


def _cell(cell: Any) -> Raw:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, list) and len(cell) == 2 and isinstance(cell[1], str):
        kind = _KINDS.get(cell[0]) if isinstance(cell[0], str) else None
        if kind:
            return Cell(kind, cell[1])
    raise _damaged("workbook-damaged")


def _damaged(code: str) -> UnreadableError:
    return UnreadableError(code, what="?")
