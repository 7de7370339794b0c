"""One row to one record, or to every fault of that row.

A cell is judged alone first, then the values against each other and against the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import MAXYEAR, date, timedelta
from functools import partial
from typing import Any, NamedTuple

from registry.catalogue import Catalogue, Lsp, SchemeEntry
from registry.intake_cells import CellError, Raw, Row, is_blank
from registry.intake_columns import Layout
from registry.intake_text import (
    add_years,
    as_certificate_number,
    as_date,
    as_identifier,
    as_lsp,
    as_name,
    as_registration,
    as_result,
    as_text,
    as_units,
)
from registry.printable import shown
from registry.records import Fault, Record
from signing.certificate import TEXT_LIMITS

Values = dict[str, Any]
_FIRST_BIRTH = date(1870, 1, 1)
_FIRST_ISSUE = date(1970, 1, 1)

# A text comes with a note of what was put right; its reader is told apart by the type it gives.
_READERS: dict[str, Callable[[Raw], Any]] = {
    "number": partial(as_certificate_number, limit=TEXT_LIMITS["number"]),
    "registration": partial(as_registration, limit=TEXT_LIMITS["registration"]),
    "name": partial(as_name, limit=TEXT_LIMITS["name"]),
    "passport_name": partial(as_name, limit=TEXT_LIMITS["passport_name"]),
    "birth_date": as_date,
    "scheme": partial(as_text, limit=TEXT_LIMITS["scheme"]),
    "lsp": as_lsp,
    "issued": as_date,
    "expires": as_date,
    "units": as_units,
    "blank_number": partial(as_identifier, limit=TEXT_LIMITS["blank_number"]),
    "replaces": partial(as_identifier, limit=TEXT_LIMITS["registration"]),
    "result": as_result,
}


class Checked(NamedTuple):
    """What became of a row. No record and no fault: the result was BK (not competent)."""

    record: Record | None
    faults: Sequence[Fault]
    notes: Sequence[Fault]
    """Texts that were put in one form without a change of meaning."""


class RowChecker:
    """Checks rows against one catalogue. ``last_issue`` is the latest issue date accepted."""

    def __init__(self, catalogue: Catalogue, today: date, days_ahead: int) -> None:
        self._schemes = catalogue.schemes
        self._lsps = catalogue.lsps
        self._last_issue = today + timedelta(days=days_ahead)

    def check(self, row: Row, layout: Layout) -> Checked:
        """The record of a row, or its faults."""
        if _ragged(row, layout):
            counts = {"cells": str(len(row.cells)), "columns": str(layout.width)}
            return Checked(None, [_fault(row, None, "ragged", counts)], ())
        faults = [
            _fault(row, None, "column-nameless", {"value": shown(str(at + 1))})
            for at in layout.nameless
            if not is_blank(row.cells[at])
        ]
        values, notes, cell_faults = _read_cells(row, layout)
        if values.get("result") is False:
            return Checked(None, (), ())
        faults += cell_faults
        for field, code, words in self._judge(values):
            faults.append(_fault(row, layout.header_of(field), code, words))
        if faults:
            return Checked(None, faults, notes)
        values.pop("result", None)
        if values.get("passport_name") == values["name"]:
            values.pop("passport_name")
        return Checked(Record.model_validate(values), (), notes)

    def _judge(self, values: Values) -> list[tuple[str, str, dict[str, str]]]:
        """Faults between the values that could be read, as (field, code, words)."""
        found: list[tuple[str, str, dict[str, str]]] = []
        scheme = self._schemes.get(values.get("scheme", ""))
        if "scheme" in values and scheme is None:
            found.append(("scheme", "scheme-unknown", {"value": values["scheme"]}))
        lsp = self._lsps.get(values.get("lsp", 0))
        if "lsp" in values and lsp is None:
            found.append(("lsp", "lsp-unknown", {"value": str(values["lsp"])}))
        found += self._judge_dates(values)
        if lsp and "issued" in values:
            found += _judge_licence(lsp, values["issued"])
        if scheme:
            found += _judge_scheme(scheme, values)
        return found

    def _judge_dates(self, values: Values) -> list[tuple[str, str, dict[str, str]]]:
        found: list[tuple[str, str, dict[str, str]]] = []
        birth, issued, expires = (values.get(f) for f in ("birth_date", "issued", "expires"))
        if birth and birth < _FIRST_BIRTH:
            found.append(("birth_date", "date-too-early", {"first": str(_FIRST_BIRTH)}))
        if issued and issued < _FIRST_ISSUE:
            found.append(("issued", "date-too-early", {"first": str(_FIRST_ISSUE)}))
        if issued and issued > self._last_issue:
            found.append(("issued", "issued-in-future", {"last": str(self._last_issue)}))
        if birth and issued and birth > issued:
            found.append(("birth_date", "birth-after-issue", {"issued": str(issued)}))
        if expires and issued and expires < issued:
            found.append(("expires", "expires-before-issue", {"issued": str(issued)}))
        return found


def _judge_licence(lsp: Lsp, issued: date) -> list[tuple[str, str, dict[str, str]]]:
    if lsp.licensed(issued):
        return []
    intervals = ", ".join(f"{first}..{last}" for first, last in lsp.licences)
    return [("issued", "lsp-not-licensed", {"lsp": str(lsp.number), "licences": intervals})]


def _judge_scheme(scheme: SchemeEntry, values: Values) -> list[tuple[str, str, dict[str, str]]]:
    """Computes the expiry and puts the units in the scheme's order, in ``values``."""
    found: list[tuple[str, str, dict[str, str]]] = []
    if "issued" in values and values["issued"].year + scheme.years <= MAXYEAR:
        term = add_years(values["issued"], scheme.years)
        if values.setdefault("expires", term) > term:
            words = {"years": str(scheme.years), "last": str(term)}
            found.append(("expires", "expires-beyond-term", words))
    if "units" in values:
        held = values["units"]
        code, unit = _unit_fault(scheme, held)
        if code:
            found.append(("units", code, {"unit": unit, "scheme": scheme.code}))
        in_order = tuple(unit for unit in scheme.units if unit in set(held))
        values["units"] = None if in_order == scheme.units else in_order
    return found


def _unit_fault(scheme: SchemeEntry, held: list[str]) -> tuple[str, str]:
    if not scheme.units:
        return "units-not-listed", held[0]
    for unit in held:
        if unit not in scheme.units:
            return "unit-unknown", unit
        if held.count(unit) > 1:
            return "unit-twice", unit
    return "", ""


def _read_cells(row: Row, layout: Layout) -> tuple[Values, list[Fault], list[Fault]]:
    """(values by field, notes, faults) of the known columns."""
    values: Values = {}
    notes: list[Fault] = []
    faults: list[Fault] = []
    for field, at, header, required in layout.places:
        raw = row.cells[at]
        if is_blank(raw):
            if required or field == "result":
                faults.append(_fault(row, header, "empty-cell", {}))
            continue
        try:
            value = _READERS[field](raw)
        except CellError as error:
            faults.append(_fault(row, header, error.code, error.values))
            continue
        if isinstance(value, tuple):
            value, note = value
            if note:
                notes.append(_fault(row, header, note, {}))
        values[field] = value
    return values, notes, faults


def _ragged(row: Row, layout: Layout) -> bool:
    """Too few cells (a cut row), or something beyond the last column with a name."""
    return len(row.cells) < layout.width or not all(map(is_blank, row.cells[layout.width :]))


def _fault(row: Row, column: str | None, code: str, values: dict[str, str]) -> Fault:
    return Fault(row=row.number, column=column, code=code, values=values)
