"""Reads JSON Lines: one object a line, UTF-8, every value a text.

A number or true is handed on as a cell of that kind, so that a lost zero is the same fault as in a
workbook; null is an empty cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from registry.intake_cells import Cell, Kind, Raw, Row, Sheet, UnreadableError
from registry.intake_csv import text_lines


class _Number(NamedTuple):
    """A JSON number as it was written: never turned into a float."""

    text: str


def open_lines(file: BinaryIO) -> Sheet:
    """The sheet in ``file`` (at its start)."""
    return Sheet(None, _rows(file))


def _rows(file: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(text_lines(file, "utf-8-sig"), 1):
        if line.strip():
            pairs = _object(line, number)
            header = tuple(name for name, _ in pairs)
            yield Row(number, header, [_cell(value, number) for _, value in pairs])


def _object(line: str, number: int) -> list[tuple[str, Any]]:
    """The pairs of the line's object, twins included: read_header names them."""
    try:
        pairs = json.loads(
            line,
            object_pairs_hook=list,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableError("json", number) from error
    # An array cannot be told from an object after the hook: the text can.
    if not line.lstrip().startswith("{"):
        raise UnreadableError("json-object", number)
    return pairs  # type: ignore[no-any-return]


def _cell(value: Any, number: int) -> Raw:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return Cell(Kind.BOOLEAN, str(value).lower())
    if isinstance(value, _Number):
        return Cell(Kind.NUMBER, value.text)
    raise UnreadableError("json-object", number)
