"""What a reader of a spreadsheet hands on: rows of cells, each with its kind.

A text cell is a plain ``str`` ("" is an empty cell, and so is one of blanks alone); a CSV file has
no other kind. Any other cell of a workbook or a JSON line is a :class:`Cell`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from registry.records import Fault

NO_TEXT = "\udcff"
"""Stands for bytes that are no text in the file's encoding; no file can hold it as text."""


class Kind(StrEnum):
    """Kinds of cells that are not text. The values are the words of the child process."""

    NUMBER = "number"
    DATE = "date"
    FORMULA = "formula"
    ERROR = "error"
    BOOLEAN = "boolean"


class Cell(NamedTuple):
    """A cell that is not text. A date is ISO, with ``T`` and a time unless that is midnight."""

    kind: Kind
    text: str


Raw = str | Cell


class Row(NamedTuple):
    """One row. ``number`` is what a spreadsheet shows; JSON Lines: the line."""

    number: int
    header: tuple[str, ...]
    cells: Sequence[Raw]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened file. ``header`` is None where each row names its own columns (JSON Lines)."""

    header: tuple[str, ...] | None
    rows: Iterator[Row]


class UnreadableError(Exception):
    """Reading stops here: the rest of the file was not looked at."""

    def __init__(self, code: str, row: int = 0, **values: str) -> None:
        super().__init__(f"row {row}: {code}")
        self.fault = Fault(row=row, column=None, code=code, values=values)


class CellError(Exception):
    """What is wrong with one cell: a code and the values of its sentence, safe to print."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def text_of(raw: Raw) -> str:
    """The text of any cell, for showing it."""
    return raw if isinstance(raw, str) else raw.text


def is_blank(raw: Raw) -> bool:
    """Whether a cell holds nothing but blanks (no-break ones too)."""
    return isinstance(raw, str) and not raw.strip(" \u00a0")
