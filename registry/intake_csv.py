"""Reads CSV: UTF-8, or UTF-16 with a byte order mark, or an encoding that the user names.

The delimiter (``;`` ``,`` or TAB) is taken from the header. Parsing is strict, a line and a field
are bounded, and a NUL ends it: such a file is no text. Rows are handed on one by one.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from registry.intake_cells import NO_TEXT, Row, Sheet, UnreadableError
from registry.intake_columns import known_columns

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-1", "cp932")
"""What a user may name; the first two are recognised by themselves."""
LINE_LIMIT = 1_000_000
_MARKING = "absah.mark"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def open_csv(file: BinaryIO, encoding: str | None) -> Sheet:
    """The sheet in ``file`` (at its start). UnreadableError: no header, no delimiter, no text."""
    encoding = encoding or _encoding(file)
    lines = text_lines(file, "utf-8-sig" if encoding == "utf-8" else encoding)
    first = next(lines, "")
    delimiter = _delimiter(first)
    rows = _records(chain([first], lines), delimiter)
    header = tuple(next(rows))
    return Sheet(header, (Row(n, header, cells) for n, cells in enumerate(rows, 2)))


def text_lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of ``file`` with their ends, each bounded. UnreadableError names the row.

    Bytes that are no text in this encoding become NO_TEXT, so that their cell can be named.
    """
    # Closed here, and not by the garbage collector: with it goes ``file``, which was read.
    with io.TextIOWrapper(file, encoding, errors=_MARKING, newline="") as text:
        row = 0
        while line := text.readline(LINE_LIMIT):
            row += 1
            if "\0" in line:
                raise UnreadableError("nul", row)
            if len(line) == LINE_LIMIT:
                raise UnreadableError("line-too-long", row, limit=str(LINE_LIMIT))
            yield line


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return NO_TEXT, error.end


codecs.register_error(_MARKING, _mark)


def _encoding(file: BinaryIO) -> str:
    start = file.read(2)
    file.seek(0)
    return "utf-16" if start in _UTF16_MARKS else "utf-8"


def _delimiter(first: str) -> str:
    """The delimiter that finds most known columns in the header."""
    found = {delimiter: known_columns(_split(first, delimiter)) for delimiter in ";,\t"}
    best = max(found, key=lambda delimiter: found[delimiter])
    if found[best] < 2:
        raise UnreadableError("no-header", 1)
    return best


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a field beyond the limit of the csv module
        return []


def _records(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    row = 0
    try:
        for cells in csv.reader(lines, delimiter=delimiter, strict=True):
            row += 1
            yield cells
    except csv.Error as error:
        # The csv module has one exception: a cell beyond its limit is told apart by its words.
        code = "cell-too-long" if "field limit" in str(error) else "csv-quotes"
        raise UnreadableError(code, row + 1) from error
