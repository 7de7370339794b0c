"""Two pairs of eyes at the publisher: propose a batch, issue it once it was approved, or drop it.

A proposed batch waits in the store as the file that a second person sees (batch_file.py). What is
issued is what that file says: the ledger is asked again, and where it has moved on in the meantime
(a row, a state, a scheme of the catalogue), nothing is issued.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from registry import approval, batch_file, changes
from registry.batch_file import BatchFile
from registry.catalogue import Catalogue
from registry.changes import ReasonCode
from registry.errors import UserError, Words
from registry.issue import Batch, Issued, Terms, issue_within
from registry.issuers import IssuerKeys, newest_trust
from registry.reconcile import Kind, Wanted
from registry.records import Record
from registry.rows import ApprovalRow, LedgerRow, PendingRow
from registry.store import Store
from signing.reasons import Malformed
from signing.status import State

TARGET = {
    "revoke": State.REVOKED,
    "reinstate": State.VALID,
    "supersede": State.SUPERSEDED,
}
"""State to which a batch of changes leads; ``withdraw`` leads back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the publisher brings to issue a batch."""

    catalogue: Catalogue
    issuers: IssuerKeys
    terms: Terms
    own: Collection[bytes] = ()
    """Public keys of approvers whose private half lies at the publisher's: they do not count."""
    required: bool = True
    """Whether an approval is needed at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an issued batch."""

    batch: int
    kind: str
    by: tuple[str, ...] = ()
    """Names of the approvers' keys."""
    issued: Issued = field(default_factory=Issued)
    changed: list[int] = field(default_factory=list)


def propose(
    store: Store, batch: Batch, catalogue: Catalogue, issuers: IssuerKeys, terms: Terms
) -> tuple[Issued, int | None]:
    """Check an import file as :func:`registry.issue.issue` does, and let its rows wait.

    (what would be issued, number of the batch); None: there are faults, or nothing is new. The
    same file again while it waits gives the number that it has.
    """
    with store.transaction():
        result = issue_within(store, batch, catalogue, issuers, replace(terms, dry_run=True))
        wanted = result.planned.wanted
        if not wanted:
            return result, None
        waiting = _waiting(store, batch)
        if waiting is not None:
            return result, waiting
        for index, blank in result.planned.blanks:
            store.set_blank_number(index, blank)
        schemes = {item.record.scheme for item in wanted}
        file = BatchFile(
            registry=newest_trust(store).id,
            kind=batch.kind.value,
            made=terms.now,
            file=batch.name,
            sha256=batch.digest,
            accept_duplicates=terms.accept_duplicates,
            sign_blank=terms.sign_blank,
            old_until=terms.old_until,
            schemes={code: catalogue.schemes[code].digest for code in schemes},
            rows=tuple(map(_record_row, wanted)),
        )
        return result, _keep(store, file)


def propose_change(
    store: Store,
    kind: str,
    references: Sequence[str],
    now: int,
    reason: ReasonCode | None = None,
) -> tuple[list[int], int | None]:
    """Let a change of states wait: (indexes that are in the wanted state already, its number).

    ``references`` of ``supersede`` are the old and the new certificate. UserError as the change
    itself.
    """
    with store.transaction():
        extra: dict[str, Any] = {}
        if kind == "supersede":
            old, successor = changes.successor_of(store, *references)
            rows, extra = [old], {"successor": successor.idx}
        else:
            rows = changes.named(store, references)
        if reason is not None:
            extra["reason"] = reason.value
        there: list[LedgerRow] = []
        if kind == "withdraw":
            changes.check_withdrawal(store, rows)
        else:
            rows, there = changes.split(rows, TARGET[kind])
        if not rows:
            return [row.idx for row in there], None
        listed = tuple(_change_row(at, row, extra) for at, row in enumerate(rows, 1))
        registry = newest_trust(store).id
        file = BatchFile(registry=registry, kind=kind, made=now, rows=listed)
        return [row.idx for row in there], _keep(store, file)


def settle(store: Store, number: int, note: bytes | None, desk: Desk) -> Settled:
    """Issue a batch that waits, all or nothing.

    UserError: there is none of this number, the approval is missing or does not hold, or the
    ledger or the catalogue has moved on since it was proposed.
    """
    with store.transaction():
        row = waiting(store, number)
        file = approval.read(row.data)
        by = _approved(store, row, note, desk)
        now = desk.terms.now
        data = note or b""
        decided = ApprovalRow(number, row.digest, row.kind, row.name, row.rows, now, data)
        store.add_approval(decided, hashlib.sha256(data).digest())
        if file.issues:
            made = _issue(store, row, file, desk)
            return Settled(batch=number, kind=row.kind, by=by, issued=made)
        changed = _change(store, file, now)
        return Settled(batch=number, kind=row.kind, by=by, changed=changed)


def drop(store: Store, number: int) -> None:
    """Forget a batch that waits; nothing of it stays. UserError: none of this number waits."""
    with store.transaction():
        waiting(store, number)
        store.drop_pending(number)


def waiting(store: Store, number: int) -> PendingRow:
    """The batch of this number that waits. UserError: it was issued already, or there is none."""
    for row in store.pending():
        if row.batch == number:
            return row
    done = {row.batch for row in store.batches()} | {row.batch for row in store.approvals()}
    why = _ISSUED if number in done else _NO_BATCH
    raise UserError("no-batch", f"batch {number}", why, _LIST)


def _keep(store: Store, file: BatchFile) -> int:
    if len(file.rows) > batch_file.MOST_ROWS:
        why = Words(
            f"a batch of more than {batch_file.MOST_ROWS} rows cannot be looked through",
            f"batch lebih dari {batch_file.MOST_ROWS} baris tidak dapat diperiksa",
        )
        raise UserError("batch-too-large", file.file, why, _SPLIT)
    data = file.data
    digest = batch_file.digest_of(data)
    row = PendingRow(0, digest, file.kind, file.file, file.made, len(file.rows), data)
    return store.add_pending(row)


def _waiting(store: Store, batch: Batch) -> int | None:
    """Number under which this very import file waits already."""
    for row in store.pending():
        if row.kind == batch.kind and batch_file.parse(row.data).sha256 == batch.digest:
            return row.batch
    return None


def _record_row(wanted: Wanted) -> dict[str, Any]:
    record = wanted.record.model_dump(mode="json", exclude_none=True)
    old = {} if wanted.replaces is None else {"old": wanted.replaces}
    return {"row": wanted.row, **record, **old}


def _change_row(at: int, row: LedgerRow, extra: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row": at,
        "index": row.idx,
        "number": row.number,
        "registration": row.registration,
        "name": row.name,
        "scheme": row.scheme,
        "lsp": row.lsp,
        "state": State(row.state).name.lower(),
        **extra,
    }


def _approved(store: Store, row: PendingRow, note: bytes | None, desk: Desk) -> tuple[str, ...]:
    if note is None:
        if desk.required:
            raise UserError("not-approved", f"batch {row.batch}", _NOT_APPROVED, _APPROVE)
        return ()
    document = newest_trust(store)
    approvers = [key for key in document.approvers if key.public not in set(desk.own)]
    try:
        return approval.check(note, row.digest, document.id, approvers).by
    except Malformed as error:
        why = Words(f"the approval does not hold: {error}", f"persetujuan tidak sah: {error}")
        own = any(key.public in set(desk.own) for key in document.approvers)
        hint = _OWN_KEY if own else _APPROVE
        raise UserError("not-approved", f"batch {row.batch}", why, hint) from error


def _issue(store: Store, row: PendingRow, file: BatchFile, desk: Desk) -> Issued:
    for code, digest in file.schemes.items():
        entry = desk.catalogue.schemes.get(code)
        if entry is None or entry.digest != digest:
            raise _moved_on(row, f"scheme {code}")
    rows = [(int(line["row"]), _record(line)) for line in file.rows]
    batch = Batch(
        rows=rows, digest=file.sha256, name=file.file, kind=Kind(file.kind), number=row.batch
    )
    terms = replace(
        desk.terms,
        accept_duplicates=file.accept_duplicates,
        sign_blank=file.sign_blank,
        old_until=file.old_until,
    )
    made = issue_within(store, batch, desk.catalogue, desk.issuers, terms)
    if made.faults or made.unchanged:
        first = made.faults[0].row if made.faults else made.unchanged[0]
        raise _moved_on(row, f"row {first}")
    old = {int(line["row"]): line.get("old") for line in file.rows}
    for at, index in made.pairs():
        held = store.certificate(index)
        if held is None or held.replaces != old[at]:
            raise _moved_on(row, f"row {at}")
    return made


def _record(line: Mapping[str, Any]) -> Record:
    values = {name: value for name, value in line.items() if name not in ("row", "old")}
    try:
        return Record.model_validate_json(json.dumps(values))
    except ValidationError as error:
        why = Words("a row of it is no record", "sebuah barisnya bukan data sertifikat")
        raise UserError("bad-batch", f"row {line['row']}", why) from error


def _change(store: Store, file: BatchFile, now: int) -> list[int]:
    rows = []
    for line in file.rows:
        held = store.certificate(line["index"])
        if held is None or _change_row(line["row"], held, _extra(line)) != dict(line):
            raise UserError(
                "moved-on", f"certificate {line['index']}", _MOVED_ON, _DROP_AND_PROPOSE
            )
        rows.append(held)
    if file.kind == "withdraw":
        return changes.withdraw_within(store, rows, now).changed
    changed = []
    for line, held in zip(file.rows, rows, strict=True):
        successor = store.certificate(line["successor"]) if "successor" in line else None
        if successor is not None and successor.state != State.VALID:
            raise UserError("moved-on", f"certificate {held.idx}", _MOVED_ON, _DROP_AND_PROPOSE)
        reason = ReasonCode(line["reason"]) if "reason" in line else None
        done = changes.apply(store, [held], TARGET[file.kind], reason, now, line.get("successor"))
        changed += done.changed
    return changed


def _extra(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ("successor", "reason") if name in line}


def _moved_on(row: PendingRow, what: str) -> UserError:
    return UserError("moved-on", f"batch {row.batch}, {what}", _MOVED_ON, _DROP_AND_PROPOSE)


_NO_BATCH = Words("no such batch", "batch tidak ada")
_ISSUED = Words("it was issued already", "sudah diterbitkan")
_LIST = Words("see them with: absah batch list", "lihat dengan: absah batch list")
_SPLIT = Words("split the file", "bagi berkasnya")
_NOT_APPROVED = Words(
    "this registry issues approved batches only", "registri ini hanya menerbitkan batch disetujui"
)
_APPROVE = Words(
    "absah batch show N --out FILE, then absah approve FILE at the second person's computer",
    "absah batch show N --out BERKAS, lalu absah approve BERKAS di komputer orang kedua",
)
_OWN_KEY = Words(
    "a key whose private half lies in keys/ approves nothing",
    "kunci yang bagian privatnya ada di keys/ tidak dapat menyetujui",
)
_MOVED_ON = Words(
    "the register or the catalogue has changed since it was proposed",
    "registri atau katalog telah berubah sejak batch diajukan",
)
_DROP_AND_PROPOSE = Words(
    "drop it and propose it anew: absah batch drop", "buang lalu ajukan lagi: absah batch drop"
)
