"""The private ledger against what is published, row by row: ``absah audit --ledger``.

The public log cannot know whether a leaf belongs to an assessment that took place; whoever may
write into the store could put rows there, as in the case of 2020, when certificates were added to
a database and no signature was missed. So every row must carry the signature of an issuer key over
exactly what the row says, stand in the log at its own index, and have the state that is published.

Both are read in order of index, so memory holds one row of the ledger at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from registry import chain
from registry.audit_ledger_report import LedgerReport
from registry.audit_published import Published
from registry.audit_site import Site
from registry.records import registration_key
from registry.rows import ChangeRow, LedgerRow
from registry.store_audit import AuditStore, EntryRow, RecordRow
from signing import build_note, cose, merkle
from signing.certificate import Certificate, decode_payload
from signing.reasons import Malformed, TooNew
from signing.status import ALLOWED, State, lists_for
from signing.trust import Issuer

LISTED = 20
"""Rows with the same kind of fault that are named one by one; the others are counted."""
_COLUMNS = (
    "number",
    "registration",
    "name",
    "passport_name",
    "birth_day",
    "scheme",
    "lsp",
    "issue_day",
    "expiry_day",
    "replaces",
)
"""Columns of a row that must be the signed field of the same name."""


class Ledger:
    """The store of a workspace, to be compared with the site that was just recomputed."""

    def __init__(self, database: Path) -> None:
        self.database = database

    def compare(self, site: Site, published: Published) -> None:
        """Report every row that does not agree. UserError: the store cannot be read."""
        with AuditStore.open(self.database) as store, store.one_state():
            _Comparison(site, published, store, self.database.name).run()


class _Comparison:
    """One pass over the store."""

    def __init__(self, site: Site, published: Published, store: AuditStore, path: str) -> None:
        self.site, self.published, self.store, self.path = site, published, store, path
        self.report = site.report.ledger = LedgerReport()
        self.batches = {batch.batch: batch for batch in store.batches()}
        self.in_batch: Counter[int] = Counter()
        self.schemes = {bytes.fromhex(text)[:16]: code for text, code in store.schemes().items()}
        self.issuers: dict[bytes, Issuer] = {
            issuer.kid: issuer
            for document in published.trusted.ordered()
            for issuer in document.issuers
        }
        self.faults: Counter[str] = Counter()

    def run(self) -> None:
        """Look at the file, every entry, every record, every batch and every note."""
        self._out_of_reach()
        for why in self.store.integrity_faults():
            self.fault("ledger-damaged", why=why)
        for name in self.store.triggers_changed():
            self.fault("ledger-schema", name=name)
        self._entries()
        for index in self.store.without_entry():
            self.fault("ledger-unlogged", index=index)
        self._records()
        for number, batch in self.batches.items():
            if self.in_batch[number] != batch.issued:
                held = self.in_batch[number]
                self.fault("ledger-batch", number=number, issued=batch.issued, held=held)
        self._notes()
        self._chain()
        for code, count in self.faults.items():
            if count > LISTED:
                self.site.fault(self.path, "ledger-more", count=count - LISTED, kind=code)

    def _out_of_reach(self) -> None:
        published = self.published
        if published.tree is None:
            self.site.missed(
                self.path, "the log could not be recomputed, so no row was found in it"
            )
        unknown = sorted(set(lists_for(published.size)) - published.lists.keys())
        if unknown:
            listed = ", ".join(map(str, unknown))
            self.site.missed(self.path, f"status lists that could not be verified: {listed}")

    def fault(self, code: str, **values: object) -> None:
        """Report a fault; of one kind only so many that a person still reads them."""
        self.faults[code] += 1
        if self.faults[code] <= LISTED:
            self.site.fault(self.path, code, **values)

    # Entries ---------------------------------------------------------------------------------

    def _entries(self) -> None:
        """Every entry of the store against the leaf at its index, and its state."""
        history = _Histories(self.store.every_change())
        last = -1
        for row in self.store.every_entry():
            self._missing(last + 1, row.idx)
            last = row.idx
            self._entry(row)
            if row.certificate is not None:
                self._certificate(row, row.certificate)
                self._state(row, row.certificate.lsp, history.of(row.idx))
            elif row.erased is not None:
                self.in_batch[row.erased.batch] += 1
                self.report.of(row.erased.lsp).erased += 1
                self._state(row, row.erased.lsp, history.of(row.idx))
        size = self.published.size
        if last + 1 < size:
            self.fault("ledger-short", held=last + 1, size=size)

    def _missing(self, first: int, end: int) -> None:
        listed = min(end, first + LISTED)
        for index in range(first, listed):
            self.fault("ledger-missing", index=index)
        self.faults["ledger-missing"] += end - listed

    def _entry(self, row: EntryRow) -> None:
        wanted = merkle.leaf_hash(bytes([row.type]) + row.digest)
        held = self.published.leaf(row.idx)
        if held is not None and held != wanted:
            self.fault("ledger-leaf", index=row.idx)
        absent = row.certificate is None and row.erased is None
        if absent == (bytes([row.type]) == merkle.CERTIFICATE_ENTRY):
            code = "ledger-missing" if absent else "ledger-unlogged"
            self.fault(code, index=row.idx)

    def _certificate(self, row: EntryRow, held: LedgerRow) -> None:
        """The stored bytes: the ones in the log, signed, and saying what the row says."""
        self.report.rows += 1
        self.in_batch[held.batch] += 1
        batch = self.batches.get(held.batch)
        if batch is not None:
            self.report.add_late(batch, held.issue_day)
        if merkle.certificate_entry(held.cose)[1:] != row.digest:
            self.fault("ledger-leaf", index=row.idx)
        try:
            signed = self._signed(held)
        except (Malformed, TooNew) as error:
            self.fault("ledger-unsigned", index=row.idx, why=str(error))
            return
        different = self._different(row, held, signed)
        if different:
            self.fault("ledger-content", index=row.idx, fields=", ".join(different))

    def _signed(self, held: LedgerRow) -> Certificate:
        """What is signed. Malformed: it is no certificate, or no issuer key signed it."""
        frame = cose.split(held.cose)
        issuer = self.issuers.get(frame.kid)
        if issuer is None:
            raise Malformed("kid", "no issuer key of the trust documents")
        self.report.signatures += 1
        if not cose.check(frame, issuer.x):
            raise Malformed("signature", "the signature does not hold")
        return decode_payload(frame.payload)

    def _different(self, row: EntryRow, held: LedgerRow, signed: Certificate) -> list[str]:
        """Names of what the row says otherwise."""
        found = [name for name in _COLUMNS if getattr(held, name) != getattr(signed, name)]
        if signed.index != row.idx:
            found.insert(0, "idx")
        if signed.blank_number not in (None, held.blank_number):
            found.append("blank_number")
        if self.schemes.get(signed.scheme_digest) != signed.scheme:
            found.append("scheme_digest")
        listed = None if held.units is None else held.units.count(";") + 1
        bits = None if signed.units is None else int.from_bytes(signed.units, "big").bit_count()
        if listed != bits:
            found.append("units")
        return found

    def _state(self, row: EntryRow, lsp: int, history: list[ChangeRow]) -> None:
        """The state: what its recorded changes make it, and what the newest note pins."""
        counts, state = self.report.of(lsp), State(row.state)
        states = _replayed(history)
        if states is None or states[-1] != state:
            self.fault("ledger-changes", index=row.idx, state=_word(state))
        if row.idx >= self.published.size:
            counts.unpublished += 1
            self.report.unpublished += 1
            return
        counts.states[state] += 1
        stated = self.published.state(row.idx)
        if stated is None or stated == state:
            return
        early = sum(change.changed < self.published.issued for change in history)
        if states is not None and stated in states[early:-1]:
            self.report.pending += 1
            return
        words = {"state": _word(state), "stated": _word(stated)}
        self.fault("ledger-state", index=row.idx, **words)

    # Records and notes -------------------------------------------------------------------------

    def _records(self) -> None:
        """Every certificate belongs to the record of its own registration number, once."""
        total = 0
        for (registration, lsp), rows in groupby(self.store.every_record(), _record):
            members = list(rows)
            total += len(members)
            for row in members:
                printed = registration_key(row.printed or "")
                if (printed, row.printed_lsp) != (registration, lsp):
                    self.fault("ledger-record", index=row.idx)
            replaced = {row.replaces for row in members}
            ended = (State.REVOKED, State.SUPERSEDED)
            standing = [r.idx for r in members if r.idx not in replaced and r.state not in ended]
            self.report.add_record(lsp, registration, standing)
        held = self.store.certificate_count()
        if total != held:
            self.fault("ledger-records", records=total, rows=held)

    def _notes(self) -> None:
        """Every published note is one that this store committed before it was published."""
        published = {note.build: note.text for note in self.published.notes}
        for row in self.store.notes():
            if row.build in published and build_note.parse(row.note).text == published[row.build]:
                del published[row.build]
        for number in published:
            self.fault("ledger-note", number=number)

    def _chain(self) -> None:
        """The private audit table, and the heads of it that the published notes state."""
        found = chain.recompute(self.store.audit())
        for number in found.faults:
            self.fault("ledger-chain", number=number)
        for note in self.published.notes:
            if note.audit is not None and bytes.fromhex(note.audit) not in found.heads:
                self.fault("ledger-chain-head", number=note.build)


def _record(row: RecordRow) -> tuple[str, int]:
    return row.registration, row.lsp


class _Histories:
    """The changes of each index, read along with the entries."""

    def __init__(self, changes: Iterator[ChangeRow]) -> None:
        self._groups = groupby(changes, lambda change: change.idx)
        self._next = next(self._groups, None)

    def of(self, index: int) -> list[ChangeRow]:
        """The changes of ``index``; must be asked for in ascending order."""
        while self._next is not None and self._next[0] < index:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != index:
            return []
        return list(self._next[1])


def _replayed(history: list[ChangeRow]) -> list[State] | None:
    """The states that the changes lead through, from valid on; None: a change is not allowed."""
    states = [State.VALID]
    for change in history:
        if change.old != states[-1] or (change.old, change.new) not in ALLOWED:
            return None
        states.append(State(change.new))
    return states


def _word(state: State) -> str:
    return state.name.lower()
