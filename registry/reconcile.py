"""Rows of an import file against the ledger: which become certificates, which are there already.

A record is the same certificate when LSP and registration number are the same. The same row again
changes nothing; other content under the same key is a conflict, unless the file says that it
replaces. Nothing is written here; the sentences of the faults are those of intake_sentences.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from registry.records import Fault, Key, Record, registration_key
from registry.rows import LedgerRow
from registry.store import Store
from signing.certificate import date_of, day_of
from signing.status import State

__all__ = ["COLUMNS", "Kind", "Plan", "Wanted", "reconcile", "units_text"]


class Kind(StrEnum):
    """What an import file is."""

    NEW = "new"
    ONBOARDING = "onboarding"
    """Certificates that exist on paper, given a code later."""
    REPLACEMENT = "replacement"
    """Corrections: an existing record becomes a new certificate, the old one is superseded."""


COLUMNS = {
    "number": "nomor_sertifikat",
    "registration": "nomor_registrasi",
    "name": "nama",
    "passport_name": "nama_paspor",
    "birth_date": "tanggal_lahir",
    "scheme": "skema",
    "lsp": "lsp",
    "issued": "tanggal_terbit",
    "expires": "berlaku_sampai",
    "units": "unit",
    "blank_number": "nomor_blangko",
    "replaces": "menggantikan",
}
"""Import column of each field of a record."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that becomes a certificate."""

    row: int
    record: Record
    replaces: int | None = None
    supersedes: bool = False
    """Whether the certificate ``replaces`` is superseded with it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the rows of a file."""

    wanted: list[Wanted] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    """Rows that are in the ledger already."""
    blanks: list[tuple[int, str]] = field(default_factory=list)
    """Registry index and serial number of the blank, new to the ledger and not signed."""
    faults: list[Fault] = field(default_factory=list)


def reconcile(
    store: Store,
    rows: Iterable[tuple[int, Record]],
    *,
    kind: Kind,
    sign_blank: bool,
    accept_duplicates: bool,
) -> Plan:
    """What to do with each row. Every fault of every row is listed; rows keep their order."""
    work = _Reconciler(store, kind, sign_blank, accept_duplicates)
    for row, record in rows:
        work.take(row, record)
    refused = {fault.row for fault in work.plan.faults}
    work.plan.wanted[:] = [wanted for wanted in work.plan.wanted if wanted.row not in refused]
    work.plan.faults.sort(key=lambda fault: fault.row)
    return work.plan


def units_text(units: Sequence[str] | None) -> str | None:
    """Unit codes as the store keeps them."""
    return None if units is None else ";".join(units)


class _Reconciler:
    """One pass over the rows, with what was seen in them so far."""

    def __init__(self, store: Store, kind: Kind, sign_blank: bool, accept_duplicates: bool) -> None:
        self.store = store
        self.kind = kind
        self.sign_blank = sign_blank
        self.accept_duplicates = accept_duplicates
        self.plan = Plan()
        self.keys: dict[Key, Wanted] = {}
        self.replaced: dict[int, int] = {}
        self.people: dict[tuple[str, int, str], list[Wanted]] = {}

    def take(self, row: int, record: Record) -> None:
        """Decide about one row."""
        twin = self.keys.get(record.key)
        if twin is not None:
            self._same_key(row, record, twin)
            return
        current = self.store.current(record.key)
        wanted = self._against(row, record, current)
        if wanted is None:
            return
        self.keys[record.key] = wanted
        self.plan.wanted.append(wanted)
        if not self.accept_duplicates:
            self._look_for_duplicate(wanted)

    def _same_key(self, row: int, record: Record, twin: Wanted) -> None:
        if record == twin.record:
            self.plan.unchanged.append(row)
            return
        names = [name for name in COLUMNS if getattr(record, name) != getattr(twin.record, name)]
        self._contradict(row, twin.row, "registration", names)

    def _contradict(self, row: int, other: int, name: str, names: list[str]) -> None:
        """Two rows that cannot both be right: neither is more right, so both are refused."""
        columns = ", ".join(COLUMNS[name] for name in names)
        for one, two in ((row, other), (other, row)):
            self._fault(one, name, "conflict-in-file", other=str(two), fields=columns)

    def _against(self, row: int, record: Record, current: LedgerRow | None) -> Wanted | None:
        if current is None:
            return self._first(row, record)
        differing = self._differences(record, current)
        if not differing:
            self.plan.unchanged.append(row)
            blank = record.blank_number
            if blank is not None and blank != current.blank_number:
                self.plan.blanks.append((current.idx, blank))
            return None
        if self.kind is not Kind.REPLACEMENT:
            for name, stored, given in differing:
                values = {"index": str(current.idx), "stored": stored, "given": given}
                self._fault(row, name, "conflict", **values)
            return None
        if record.replaces is not None and not self._names(record.replaces, current):
            self._fault(row, "replaces", "replaces-unknown", given=record.replaces)
            return None
        return self._replacement(row, record, current, "registration")

    def _first(self, row: int, record: Record) -> Wanted | None:
        """A record that the ledger does not know yet."""
        replacing = self.kind is Kind.REPLACEMENT
        if record.replaces is None:
            if replacing:
                self._fault(row, "registration", "nothing-to-replace")
                return None
            return Wanted(row, record)
        old = self._linked(row, record, record.replaces)
        if old is None:
            return None
        if old.name != record.name and old.birth_day != day_of(record.birth_date):
            # A slip of the keyboard must not mark a stranger's certificate.
            self._fault(row, "replaces", "replaces-other-person", index=str(old.idx))
            return None
        if replacing:
            return self._replacement(row, record, old, "replaces")
        return Wanted(row, record, old.idx)

    def _replacement(self, row: int, record: Record, old: LedgerRow, name: str) -> Wanted | None:
        state = State(old.state)
        if state in {State.SUSPENDED, State.SUPERSEDED}:
            # A suspension is lifted by a person's decision, never by a spreadsheet.
            words = "dibekukan (suspended)" if state is State.SUSPENDED else "diganti (superseded)"
            self._fault(row, name, "replaces-not-standing", index=str(old.idx), state=words)
            return None
        other = self.replaced.setdefault(old.idx, row)
        if other != row:
            self._contradict(row, other, name, ["replaces"])
            return None
        return Wanted(row, record, old.idx, supersedes=state is State.VALID)

    def _linked(self, row: int, record: Record, given: str) -> LedgerRow | None:
        """The certificate that ``menggantikan`` names: an index, or a number of the same LSP."""
        if given.isascii() and given.isdigit() and len(given) <= 10:
            found = self.store.certificate(int(given))
            rows = [found] if found else []
        else:
            rows = [held for held in self.store.numbered(given) if held.lsp == record.lsp]
        newest = {registration_key(held.registration): held for held in rows}
        if not newest:
            self._fault(row, "replaces", "replaces-unknown", given=given)
            return None
        if len(newest) > 1:
            indexes = ", ".join(str(held.idx) for held in newest.values())
            self._fault(row, "replaces", "replaces-several", given=given, indexes=indexes)
            return None
        return next(iter(newest.values()))

    def _names(self, given: str, held: LedgerRow) -> bool:
        """Whether a reference names this certificate, or another one of its record."""
        numbers = {str(held.idx), held.number, registration_key(held.registration)}
        return given in numbers or registration_key(given) in numbers

    def _differences(self, record: Record, held: LedgerRow) -> list[tuple[str, str, str]]:
        """(field, stored, given) of what a second certificate would say otherwise."""
        pairs: list[tuple[str, object, object]] = [
            ("number", held.number, record.number),
            ("name", held.name, record.name),
            ("passport_name", held.passport_name, record.passport_name),
            ("birth_date", date_of(held.birth_day), record.birth_date),
            ("scheme", held.scheme, record.scheme),
            ("issued", date_of(held.issue_day), record.issued),
            ("expires", date_of(held.expiry_day), record.expires),
            ("units", held.units, units_text(record.units)),
        ]
        if self.sign_blank:
            pairs.append(("blank_number", held.blank_number, record.blank_number))
        if record.replaces is not None and self.kind is not Kind.REPLACEMENT:
            old = self.store.certificate(held.replaces) if held.replaces is not None else None
            if old is None or not self._names(record.replaces, old):
                pairs.append(("replaces", held.replaces, record.replaces))
        return [
            (name, "-" if a is None else str(a), "-" if b is None else str(b))
            for name, a, b in pairs
            if a != b
        ]

    def _look_for_duplicate(self, wanted: Wanted) -> None:
        record = wanted.record
        born = day_of(record.birth_date)
        for held in self.store.of_person(record.name, born):
            first, last = day_of(record.issued), day_of(record.expires)
            standing = held.state in {State.VALID, State.SUSPENDED} and held.idx != wanted.replaces
            overlaps = held.issue_day <= last and first <= held.expiry_day
            if standing and overlaps and held.scheme == record.scheme:
                self._fault(wanted.row, "name", "possible-duplicate", other=f"#{held.idx}")
                return
        same = self.people.setdefault((record.name, born, record.scheme), [])
        for other in same:
            if other.record.issued <= record.expires and record.issued <= other.record.expires:
                self._fault(wanted.row, "name", "possible-duplicate", other=f"row {other.row}")
                break
        same.append(wanted)

    def _fault(self, row: int, name: str, code: str, **values: str) -> None:
        self.plan.faults.append(Fault(row=row, column=COLUMNS[name], code=code, values=values))
