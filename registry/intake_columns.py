"""The columns of an import file: their names, which are required, and what a header says.

Names are compared without case; blanks, hyphens and underscores are one. Other columns are dropped
and named, never stored (NIK, telephone): but one that looks like a misspelt known column is a
fault, because a lost ``unit`` column would sign all units of a scheme.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from registry.printable import shown
from registry.records import Fault


class Column(NamedTuple):
    """A column: our word for it, and its names (Indonesian first)."""

    field: str
    names: tuple[str, ...]
    required: bool = False


COLUMNS = (
    Column("number", ("nomor_sertifikat", "certificate_number"), required=True),
    Column("registration", ("nomor_registrasi", "registration_number"), required=True),
    Column("name", ("nama", "name"), required=True),
    Column("passport_name", ("nama_paspor", "passport_name")),
    Column("birth_date", ("tanggal_lahir", "birth_date"), required=True),
    Column("scheme", ("skema", "scheme"), required=True),
    Column("lsp", ("lsp",), required=True),
    Column("issued", ("tanggal_terbit", "issued"), required=True),
    Column("expires", ("berlaku_sampai", "expires")),
    Column("units", ("unit", "units")),
    Column("blank_number", ("nomor_blangko", "nomor_blanko", "blank_number")),
    Column("replaces", ("menggantikan", "replaces")),
    Column("result", ("hasil", "result")),
)
_FIELDS = {name: column.field for column in COLUMNS for name in column.names}
_REQUIRED = {column.field: column.names[0] for column in COLUMNS if column.required}


class Place(NamedTuple):
    """Where a known column stands, and its header as the sender wrote it."""

    field: str
    at: int
    header: str
    required: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """What a header says."""

    width: int
    """Number of columns up to the last one with a name."""
    places: tuple[Place, ...]
    dropped: tuple[str, ...]
    """Headers of other columns."""
    nameless: tuple[int, ...]
    """Indexes of columns without a header: allowed while they are empty."""
    faults: tuple[Fault, ...]
    """Faults of the header, row 1."""

    def header_of(self, field: str) -> str | None:
        """The sender's header of a field; None if the file has no such column."""
        return next((place.header for place in self.places if place.field == field), None)


def known_columns(header: Sequence[str]) -> int:
    """How many of the names are known: tells the right delimiter from a wrong one."""
    return sum(_plain(name) in _FIELDS for name in header)


def field_named(name: str) -> str | None:
    """Our word for the column of a name; None for any other name."""
    return _FIELDS.get(_plain(name))


def read_header(header: Sequence[str]) -> Layout:
    """The layout of a header row; its faults are inside."""
    names = [_plain(name) for name in header]
    width = max((index + 1 for index, name in enumerate(names) if name), default=0)
    places: dict[str, Place] = {}
    dropped: list[str] = []
    faults: list[Fault] = []
    for index, name in enumerate(names[:width]):
        column = shown(header[index].strip(" \u00a0"))
        field = _FIELDS.get(name)
        if field is None:
            near = _near(name)
            if near:
                faults.append(_fault(column, "column-unclear", meant=near))
            elif name:
                dropped.append(column)
        elif field in places:
            faults.append(_fault(column, "column-twice", first=places[field].header))
        else:
            places[field] = Place(field, index, column, field in _REQUIRED)
    for field, name in _REQUIRED.items():
        if field not in places:
            faults.append(_fault(name, "column-missing"))
    return Layout(
        width=width,
        places=tuple(places.values()),
        dropped=tuple(dropped),
        nameless=tuple(index for index, name in enumerate(names[:width]) if not name),
        faults=tuple(faults),
    )


def _fault(column: str, code: str, **values: str) -> Fault:
    return Fault(row=1, column=column, code=code, values=values)


def _plain(name: str) -> str:
    composed = unicodedata.normalize("NFC", name.replace("\u00a0", " ").strip())
    return re.sub(r"[\s_-]+", "_", composed).lower()


def _near(name: str) -> str | None:
    """The known name that ``name`` misspells: one letter off, in long names two."""
    for known in _FIELDS:
        allowed = 0 if len(known) < 4 else 1 if len(known) < 8 else 2
        if allowed and abs(len(known) - len(name)) <= allowed and _edits(name, known) <= allowed:
            return known
    return None


def _edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    before = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, twin in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != twin)))
        before = row
    return before[-1]
