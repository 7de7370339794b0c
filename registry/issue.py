"""Rows become certificates: index, cti, signature and log entry in one transaction.

A signed certificate is a logged certificate. Its index comes from the one counter that numbers the
log, in random order within a batch, so that the public order says nothing about the file's. Every
signature is made by one library and checked by another before it is stored, and nothing of it
leaves this module before the transaction is on disk.
"""

from __future__ import annotations

import secrets
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.catalogue import Catalogue, SchemeEntry
from registry.errors import UserError, Words
from registry.issuers import IssuerKeys, choose_issuer, eligible, newest_trust
from registry.reconcile import COLUMNS, Kind, Plan, Wanted, reconcile, units_text
from registry.records import Fault, Record
from registry.rows import BatchRow, ChangeRow, DueRow, LedgerRow
from registry.signers import SigningPool, sign_checked
from registry.store import Store
from signing import cose, keys, trust
from signing.certificate import DAY, WIB, Certificate, day_of, encode_payload, unit_bitmap
from signing.reasons import Malformed
from signing.status import State

RandomBytes = Callable[[int], bytes]
"""Gives that many random bytes; a demonstration with a seed brings its own."""
LATER_REPLACES = 6
"""Bytes that a first certificate leaves free for the field ``replaces`` of its successor."""
_FRAME = 222
"""Most bytes of a certificate beside its texts: frame, numbers, cti, digest, bitmap, heads."""
_LAST_INDEX = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The clean rows of one import file."""

    rows: Sequence[tuple[int, Record]]
    """(row number in the file, record)."""
    digest: str
    """SHA-256 of the file, hex."""
    name: str
    kind: Kind = Kind.NEW
    number: int = 0
    """Number that it has already; 0 = a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How to issue. ``now`` in seconds."""

    now: int
    sign_blank: bool = False
    accept_valid: bool = False
    """Issue the rows without a fault although others have one."""
    accept_duplicates: bool = False
    dry_run: bool = False
    old_until: int | None = None
    """Until this second a replaced certificate stands; None = superseded at once."""
    quota: Mapping[str, int] = field(default_factory=dict)
    """Most certificates a day by LSP number, or ``every`` for the others; none = no limit."""
    random: RandomBytes = secrets.token_bytes


@dataclass(slots=True, kw_only=True)
class Issued:
    """What became of a batch. ``faults`` without ``accept_valid``: nothing was written."""

    batch: int | None = None
    """Number of the batch in the store; None when nothing was issued."""
    first: int = 0
    rows: array[int] = field(default_factory=lambda: array("q"))
    """Row numbers in the order of their indexes, which begin at ``first``."""
    unchanged: list[int] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    """Indexes that were superseded, or will be."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    """Remarks on issued rows: ``larger-symbol``."""
    would_issue: int = 0
    """Rows that are, or without ``dry_run`` would be, certificates."""
    planned: Plan = field(default_factory=Plan)
    """What ``dry_run`` would write."""

    @property
    def indexes(self) -> range:
        """Registry indexes of the new certificates."""
        return range(self.first, self.first + len(self.rows))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """(row, registry index) of each new certificate, in order of index."""
        return zip(self.rows, self.indexes, strict=True)


def issue(
    store: Store, batch: Batch, catalogue: Catalogue, issuers: IssuerKeys, terms: Terms
) -> Issued:
    """Issue a batch, all or nothing unless ``accept_valid``. The faults stand in the result.

    UserError: no trust document, or no issuer key for an LSP and scheme; nothing was written.
    """
    with nullcontext() if terms.dry_run else store.transaction():
        return issue_within(store, batch, catalogue, issuers, terms)


def issue_within(
    store: Store, batch: Batch, catalogue: Catalogue, issuers: IssuerKeys, terms: Terms
) -> Issued:
    """As :func:`issue`, inside the caller's transaction."""
    document = newest_trust(store)
    plan = reconcile(
        store,
        batch.rows,
        kind=batch.kind,
        sign_blank=terms.sign_blank,
        accept_duplicates=terms.accept_duplicates,
    )
    desk = _Desk(store, catalogue, document, issuers, terms)
    desk.refuse_long(plan)
    result = Issued(unchanged=plan.unchanged, faults=plan.faults, would_issue=len(plan.wanted))
    if plan.faults and not terms.accept_valid:
        result.would_issue = 0
        return result
    _refuse_over_quota(store, plan, terms)
    if terms.dry_run:
        result.planned = plan
        for lsp, scheme in sorted({(w.record.lsp, w.record.scheme) for w in plan.wanted}):
            eligible(document, lsp, scheme, terms.now)
    else:
        desk.write(batch, plan, result)
    return result


def append_trust(store: Store, note: bytes) -> int:
    """Put a trust document into the log as an entry of type 0x03; its registry index.

    The newest one again changes nothing. UserError: it is not the next version, not signed by
    enough root keys, or the first one and the log is not empty.
    """
    with store.transaction():
        known = store.trust()
        if known and known[-1].note == note:
            return known[-1].idx
        try:
            if known:
                document = trust.step(trust.parse(known[-1].note), note)
            else:
                document = trust.anchor(note)
        except Malformed as error:
            why = Words(f"cannot follow: {error}", f"tidak dapat menyusul: {error}")
            raise UserError("bad-trust", "trust document", why, _TRUST_HINT) from error
        if document.version != len(known) + 1 or (not known and store.size()):
            why = Words("it is not the next version", "bukan versi berikutnya")
            raise UserError("bad-trust", "trust document", why, _TRUST_HINT)
        return store.add_trust(document.version, note, bytes.fromhex(document.digest))


class _Work(NamedTuple):
    """A certificate on its way to a signature."""

    wanted: Wanted
    certificate: Certificate
    kid: bytes
    signer: keys.Signer
    payload: bytes
    message: bytes


class _Desk:
    """Everything that is needed to turn wanted rows into certificates."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        document: trust.TrustDocument,
        issuers: IssuerKeys,
        terms: Terms,
    ) -> None:
        self.store = store
        self.schemes = catalogue.schemes
        self.document = document
        self.issuers = issuers
        self.terms = terms
        self.signers: dict[tuple[int, str], tuple[bytes, keys.Signer]] = {}

    def refuse_long(self, plan: Plan) -> None:
        """Move rows whose certificate would be too long from ``wanted`` to ``faults``."""
        last = self.store.size() + len(plan.wanted)
        if last > _LAST_INDEX:
            why = Words("no registry index is left", "nomor indeks registri habis")
            raise UserError("registry-full", "registry", why)
        kept = []
        for wanted in plan.wanted:
            over = self._bytes_over(wanted, last)
            if over > 0:
                plan.faults.append(_too_long(wanted, over))
            else:
                kept.append(wanted)
        plan.wanted[:] = kept
        plan.faults.sort(key=lambda fault: fault.row)

    def _bytes_over(self, wanted: Wanted, index: int) -> int:
        record = wanted.record
        room = cose.MAX_ISSUED - (LATER_REPLACES if wanted.replaces is None else 0)
        texts = (record.number, record.registration, record.name, record.scheme)
        optional = (record.passport_name or "") + (record.blank_number or "")
        if _FRAME + len(("".join(texts) + optional).encode()) <= room:
            return 0  # the usual case, known without encoding it
        payload = encode_payload(self.certificate(wanted, index, bytes(16)))
        return len(cose.join(bytes(4), payload, bytes(64))) - room

    def certificate(self, wanted: Wanted, index: int, cti: bytes) -> Certificate:
        """What is signed of a record."""
        record = wanted.record
        entry = self.schemes[record.scheme]
        return Certificate(
            index=index,
            number=record.number,
            registration=record.registration,
            name=record.name,
            birth_day=day_of(record.birth_date),
            scheme=record.scheme,
            lsp=record.lsp,
            issue_day=day_of(record.issued),
            scheme_digest=entry.claim,
            expiry_day=day_of(record.expires),
            cti=cti,
            units=_bitmap(record, entry),
            passport_name=record.passport_name,
            blank_number=record.blank_number if self.terms.sign_blank else None,
            replaces=wanted.replaces,
        )

    def write(self, batch: Batch, plan: Plan, result: Issued) -> None:
        """Sign and store what is wanted, inside the caller's transaction."""
        for index, blank in plan.blanks:
            self.store.set_blank_number(index, blank)
        if not plan.wanted:
            return
        result.first = self.store.size()
        numbers = (len(batch.rows), len(plan.wanted))
        digest = bytes.fromhex(batch.digest)
        result.batch = self.store.add_batch(
            BatchRow(batch.number, digest, batch.name, self.terms.now, batch.kind.value, *numbers)
        )
        for scheme in sorted({wanted.record.scheme for wanted in plan.wanted}):
            self.store.add_scheme(bytes.fromhex(self.schemes[scheme].digest), scheme)
        order = _shuffled(len(plan.wanted), self.terms.random)
        self.store.add_certificates(self._signed(plan.wanted, order, result))
        for place, index in zip(order, result.indexes, strict=True):
            self._supersede(plan.wanted[place], index, result)

    def _signed(
        self, wanted: list[Wanted], order: list[int], result: Issued
    ) -> Iterator[LedgerRow]:
        for work, signature in self._signatures(self._works(wanted, order, result.first)):
            item, certificate = work.wanted, work.certificate
            data = cose.join(work.kid, work.payload, signature)
            if len(data) > cose.MAX_ISSUED:
                raise ValueError(f"a certificate of {len(data)} bytes was not refused")
            if len(data) > cose.NOTE_OVER:
                values = {"bytes": str(len(data))}
                note = Fault(row=item.row, column=None, code="larger-symbol", values=values)
                result.notes.append(note)
            result.rows.append(item.row)
            yield _ledger_row(certificate, item.record, work.kid, result.batch or 0, data)

    def _works(self, wanted: list[Wanted], order: list[int], first: int) -> Iterator[_Work]:
        for index, place in enumerate(order, first):
            item = wanted[place]
            certificate = self.certificate(item, index, self.terms.random(16))
            kid, signer = self._signer(certificate.lsp, certificate.scheme)
            payload = encode_payload(certificate)
            message = cose.sig_structure(kid, payload)
            yield _Work(item, certificate, kid, signer, payload, message)

    def _signatures(self, works: Iterator[_Work]) -> Iterator[tuple[_Work, bytes]]:
        """Each with a signature that a second library has verified, here or in its processes."""
        if isinstance(self.issuers, SigningPool):
            return self.issuers.signed(works)
        return ((work, sign_checked(work.kid, work.signer, work.message)) for work in works)

    def _signer(self, lsp: int, scheme: str) -> tuple[bytes, keys.Signer]:
        found = self.signers.get((lsp, scheme))
        if found is None:
            signer = choose_issuer(self.document, lsp, scheme, self.terms.now, self.issuers)
            found = (keys.kid(signer.public), signer)
            self.signers[lsp, scheme] = found
        return found

    def _supersede(self, wanted: Wanted, successor: int, result: Issued) -> None:
        if not wanted.supersedes or wanted.replaces is None:
            return
        old, now, until = wanted.replaces, self.terms.now, self.terms.old_until
        if until is not None and until > now:
            self.store.add_due(DueRow(old, successor, until))
        else:
            change = ChangeRow(old, State.VALID, State.SUPERSEDED, None, successor, now)
            self.store.add_changes([change])
        result.superseded.append(old)


def _refuse_over_quota(store: Store, plan: Plan, terms: Terms) -> None:
    """UserError: an LSP would have more certificates on one day than it may."""
    if not terms.quota:
        return
    day = (terms.now + WIB) // DAY * DAY - WIB
    made = store.issued_by_lsp(day, day + DAY)
    for lsp, count in sorted(Counter(wanted.record.lsp for wanted in plan.wanted).items()):
        most = terms.quota.get(str(lsp), terms.quota.get("every"))
        before = made.get(lsp, 0)
        if most is not None and before + count > most:
            why = Words(
                f"{before} certificates today and {count} more exceed its daily quota of {most}",
                f"{before} sertifikat hari ini dan {count} lagi melebihi kuota harian {most}",
            )
            raise UserError("over-quota", f"LSP {lsp}", why, _QUOTA_HINT)


def _shuffled(count: int, random: RandomBytes) -> list[int]:
    """0..count-1 in random order: sorted by 128 random bits each, so no two are alike."""
    drawn = random(16 * count)
    return sorted(range(count), key=lambda i: drawn[16 * i : 16 * i + 16])


def _bitmap(record: Record, entry: SchemeEntry) -> bytes | None:
    if record.units is None:
        return None
    return unit_bitmap((entry.units.index(code) for code in record.units), len(entry.units))


def _ledger_row(
    certificate: Certificate, record: Record, kid: bytes, batch: int, data: bytes
) -> LedgerRow:
    return LedgerRow(
        certificate.index,
        certificate.number,
        certificate.registration,
        certificate.name,
        certificate.passport_name,
        certificate.birth_day,
        certificate.scheme,
        certificate.lsp,
        certificate.issue_day,
        certificate.expiry_day,
        units_text(record.units),
        record.blank_number,  # kept here also when it is not signed
        certificate.replaces,
        kid,
        batch,
        data,
    )


def _too_long(wanted: Wanted, over: int) -> Fault:
    record = wanted.record
    names = ("number", "registration", "name", "passport_name")
    longest = max(names, key=lambda name: len((getattr(record, name) or "").encode()))
    values = {"over": str(over)}
    return Fault(
        row=wanted.row, column=COLUMNS[longest], code="too-long-certificate", values=values
    )


_QUOTA_HINT = Words(
    "ask the LSP whether all of them are its own; daily_quota stands in registry.toml",
    "tanyakan kepada LSP apakah semuanya benar; daily_quota ada di registry.toml",
)
_TRUST_HINT = Words(
    "draft it anew from the published version: absah trust draft",
    "susun ulang dari versi terbitan: absah trust draft",
)
