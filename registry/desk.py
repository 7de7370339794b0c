"""The desk: what the register knows about one certificate, lists and reports. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from registry.catalogue import Catalogue
from registry.changes import found_by_number
from registry.rows import LedgerRow
from registry.store import Store
from signing.canonical import time_text
from signing.certificate import DAY, WIB, date_of
from signing.status import State

EXPIRED = "expired"
STATES = (*(state.name.lower() for state in State), EXPIRED)
"""Words for a certificate's state; a valid one past its last day is ``expired``."""
FIRST_DAY, LAST_DAY = 0, 2_932_896


@dataclass(frozen=True, slots=True)
class Line:
    """One certificate in a list."""

    index: int
    number: str
    registration: str
    name: str
    birth_date: str
    scheme: str
    lsp: int
    issued: str
    expires: str
    state: str


@dataclass(frozen=True, slots=True)
class LspLine:
    """One LSP in a report."""

    lsp: int
    name: str
    certificates: int
    valid: int
    expired: int
    suspended: int
    revoked: int
    superseded: int
    first_issued: str
    last_issued: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month (UTC+7) in a report: by the day of import and of change."""

    month: str
    new: int
    onboarding: int
    replacement: int
    revoked: int
    suspended: int
    reinstated: int
    superseded: int


def header(kind: type[Any]) -> tuple[str, ...]:
    """The columns of a list or report."""
    return tuple(field.name for field in fields(kind))


def today(now: int) -> int:
    """The day at UTC+7, counted from 1970-01-01."""
    return (now + WIB) // DAY


def matches(store: Store, text: str) -> list[LedgerRow]:
    """Certificates with this registry index or number; where there is none, by part of a name."""
    return found_by_number(store, text) or list(store.with_name(" ".join(text.split())))


def line(row: LedgerRow, now: int) -> Line:
    """A certificate for a list."""
    return Line(
        row.idx,
        row.number,
        row.registration,
        row.name,
        date_of(row.birth_day).isoformat(),
        row.scheme,
        row.lsp,
        date_of(row.issue_day).isoformat(),
        date_of(row.expiry_day).isoformat(),
        word(row, now),
    )


def word(row: LedgerRow, now: int) -> str:
    """The state of a certificate, one of STATES."""
    if row.state == State.VALID and row.expiry_day < today(now):
        return EXPIRED
    return State(row.state).name.lower()


def facts(store: Store, row: LedgerRow, now: int) -> dict[str, Any]:
    """Everything about one certificate: data, batch, publication, history with its reasons."""
    batch = next((held for held in store.batches() if held.batch == row.batch), None)
    due = store.due_of(row.idx)
    return {
        **asdict(line(row, now)),
        "passport_name": row.passport_name,
        "units": row.units,
        "blank_number": row.blank_number,
        "replaces": row.replaces,
        "replaced_by": store.successors(row.idx),
        "superseded_from": None if due is None else time_text(due),
        "key": row.kid.hex(),
        "batch": row.batch,
        "file": None if batch is None else batch.name,
        "received": None if batch is None else time_text(batch.received),
        "read_back": row.idx < store.confirmed_size(),
        "history": [
            {
                "at": time_text(change.changed),
                "from": State(change.old).name.lower(),
                "to": State(change.new).name.lower(),
                "reason": change.reason,
                "successor": change.successor,
                "withdrawn": None if change.withdrawn is None else time_text(change.withdrawn),
            }
            for change in store.changes(row.idx)
        ],
    }


def listed(
    store: Store, now: int, days: tuple[int, int], lsp: int | None, state: str | None
) -> Iterator[Line]:
    """Certificates with issue days of an interval, ends included."""
    lines = (line(row, now) for row in store.issued_between(*days, lsp))
    return (found for found in lines if state in (None, found.state))


def by_lsp(
    store: Store, catalogue: Catalogue, now: int, days: tuple[int, int], lsp: int | None
) -> list[LspLine]:
    """Certificates of each LSP by state."""
    found = []
    for number, *counts, first, last in store.counts_by_lsp(today(now), *days, lsp):
        entry = catalogue.lsps.get(number)
        name = entry.name_on(date_of(last)).id if entry else ""
        total, valid, expired, suspended, revoked, superseded = counts
        found.append(
            LspLine(
                lsp=number,
                name=name,
                certificates=total,
                valid=valid,
                expired=expired,
                suspended=suspended,
                revoked=revoked,
                superseded=superseded,
                first_issued=date_of(first).isoformat(),
                last_issued=date_of(last).isoformat(),
            )
        )
    return found


def by_month(store: Store) -> list[MonthLine]:
    """What was issued and changed in each month."""
    found: dict[str, Counter[str]] = {}
    for month, kind, count in store.issued_by_month():
        found.setdefault(month, Counter())[kind] += count
    words = {State.VALID: "reinstated", State.REVOKED: "revoked"}
    words |= {State.SUSPENDED: "suspended", State.SUPERSEDED: "superseded"}
    for month, state, count in store.changed_by_month():
        found.setdefault(month, Counter())[words[State(state)]] += count
    return [
        MonthLine(month, *(found[month][name] for name in header(MonthLine)[1:]))
        for month in sorted(found)
    ]


def expiring(store: Store, now: int, days: int, lsp: int | None) -> Iterable[Line]:
    """Valid certificates whose last day is today or within ``days`` after it."""
    first = today(now)
    return (line(row, now) for row in store.expiring(first, first + days, lsp))
