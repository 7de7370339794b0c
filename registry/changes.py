"""States of certificates: revoked, suspended, reinstated, superseded.

Allowed are the changes that a status list may show (docs/formats.md 6): 0 -> 1, 2, 3; 2 -> 0, 1, 3;
3 -> 1; revoked is for ever. The reason comes from a closed list and stays in the private store:
published reasons would be data on criminal matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from registry.errors import UserError, Words
from registry.rows import ChangeRow, LedgerRow
from registry.store import Store
from signing import status, trust
from signing.canonical import time_text
from signing.status import ALLOWED, State


class ReasonCode(StrEnum):
    """Why a state was changed. Private."""

    DATA_ERROR = "data-error"
    ISSUED_IN_ERROR = "issued-in-error"
    ASSESSMENT_ANNULLED = "assessment-annulled"
    MISUSE = "misuse"
    HOLDER_REQUEST = "holder-request"
    UNDER_REVIEW = "under-review"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of the certificates that were named."""

    changed: list[int] = field(default_factory=list)
    """Registry indexes, in the order given."""
    unchanged: list[int] = field(default_factory=list)
    """Indexes that were in the wanted state already."""


def find(store: Store, reference: str) -> LedgerRow:
    """The certificate of a registry index, certificate number or registration number.

    UserError: none (exit 1), or several, which it lists (exit 2): a certificate number is not
    unique nationally, and a replaced certificate has its successor's number.
    """
    found = found_by_number(store, reference)
    if not found:
        raise absent(store, reference)
    if len(found) > 1:
        listed = "; ".join(_line(row) for row in found)
        why = Words(f"fits several certificates: {listed}", f"cocok dengan beberapa: {listed}")
        raise UserError("several-certificates", reference, why, _SEVERAL_HINT, exit_code=2)
    return found[0]


def absent(store: Store, reference: str) -> UserError:
    """The error about a reference that fits no certificate, or one whose person was erased."""
    text = reference.strip()
    number = text.isascii() and text.isdigit() and len(text) <= 10
    left = store.erased(int(text)) if number else None
    if left is None:
        return UserError("no-certificate", reference, _NONE, _NONE_HINT)
    day = time_text(left.erased)[:10]
    where = f"LSP {left.lsp}, batch {left.batch}"
    why = Words(f"its person was erased on {day} ({where})", f"datanya dihapus {day} ({where})")
    return UserError("erased", f"#{left.idx}", why, _ERASED_HINT)


def found_by_number(store: Store, reference: str) -> list[LedgerRow]:
    """Every certificate with this registry index, certificate number or registration number."""
    text = " ".join(reference.split())
    found = {row.idx: row for row in store.numbered(text)}
    if text.isascii() and text.isdigit() and len(text) <= 10:
        held = store.certificate(int(text))
        found |= {held.idx: held} if held else {}
    return list(found.values())


def revoke(store: Store, references: Sequence[str], reason: ReasonCode, now: int) -> Changed:
    """Revoke certificates for ever, all or none. UserError as :func:`find`."""
    return _change(store, references, State.REVOKED, reason, now)


def suspend(store: Store, references: Sequence[str], reason: ReasonCode, now: int) -> Changed:
    """Suspend certificates, all or none. UserError: one is revoked or superseded, or as find."""
    return _change(store, references, State.SUSPENDED, reason, now)


def reinstate(store: Store, references: Sequence[str], reason: ReasonCode, now: int) -> Changed:
    """Lift suspensions, all or none. UserError: one is revoked or superseded, or as find."""
    return _change(store, references, State.VALID, reason, now)


def supersede(store: Store, old: str, new: str, now: int) -> Changed:
    """Mark ``old`` as replaced by ``new``, a later certificate that is valid.

    UserError: ``new`` is older or not valid, ``old`` is revoked, or as :func:`find`.
    """
    with store.transaction():
        row, successor = successor_of(store, old, new)
        return apply(store, [row], State.SUPERSEDED, None, now, successor.idx)


def apply_due(store: Store, now: int) -> Changed:
    """Supersede the replaced certificates whose last day is over; a build calls it first."""
    result = Changed()
    with store.transaction():
        for due in store.take_due(now):
            row, successor = (store.certificate(index) for index in (due.idx, due.successor))
            # A successor that was revoked in the meantime must not leave its holder with nothing.
            revoked = successor is not None and successor.state == State.REVOKED
            if row is None or revoked or (row.state, State.SUPERSEDED) not in ALLOWED:
                result.unchanged.append(due.idx)
                continue
            done = apply(store, [row], State.SUPERSEDED, None, now, due.successor)
            result.changed.extend(done.changed)
    return result


def withdraw(store: Store, references: Sequence[str], now: int) -> Changed:
    """Take back the newest change of each certificate, all or none.

    UserError: nothing to withdraw, because the newest signed list shows the present state, or as
    :func:`find`.
    """
    with store.transaction():
        return withdraw_within(store, named(store, references), now)


def withdraw_within(store: Store, rows: Sequence[LedgerRow], now: int) -> Changed:
    """As :func:`withdraw`, inside the caller's transaction."""
    check_withdrawal(store, rows)
    for row in rows:
        store.withdraw(row.idx, now)
    return Changed([row.idx for row in rows])


def check_withdrawal(store: Store, rows: Sequence[LedgerRow]) -> None:
    """UserError: the last change of one of them is already in a signed status list."""
    published = _PublishedStates(store)
    for row in rows:
        if row.state == published.of(row.idx):
            raise UserError("nothing-to-withdraw", f"certificate {row.idx}", _SHOWN, _SHOWN_HINT)


class _PublishedStates:
    """What the newest signed status lists say: they were committed before they were served."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents = [trust.parse(row.note) for row in store.trust()]
        self._lists: dict[int, status.StatusList | None] = {}

    def of(self, index: int) -> State:
        """State of a certificate as it was last signed; VALID for one that no list covers yet."""
        number = index // status.ENTRIES
        if number not in self._lists:
            self._lists[number] = self._parsed(number)
        found = self._lists[number]
        return State.VALID if found is None else found.state(index)

    def _parsed(self, number: int) -> status.StatusList | None:
        held = self._store.newest_list(number)
        if held is None:
            return None
        keys = {key.public for document in self._documents for key in document.publishers}
        return status.parse(held.data, self._documents[-1].id, keys)


def named(store: Store, references: Sequence[str]) -> list[LedgerRow]:
    """The certificates that are named, each once. UserError as :func:`find`."""
    rows = [find(store, reference) for reference in references]
    return list({row.idx: row for row in rows}.values())


def successor_of(store: Store, old: str, new: str) -> tuple[LedgerRow, LedgerRow]:
    """Both certificates of a succession. UserError: ``new`` is older or not valid, or as find."""
    row, successor = find(store, old), find(store, new)
    if successor.idx <= row.idx:
        raise UserError("not-later", new, _NOT_LATER, _NOT_LATER_HINT)
    if successor.state != State.VALID:
        raise _refused(successor, State.SUPERSEDED)
    return row, successor


def split(rows: Sequence[LedgerRow], new: State) -> tuple[list[LedgerRow], list[LedgerRow]]:
    """(rows to change, rows that are in state ``new``). UserError: one cannot change to it."""
    changing = [row for row in rows if row.state != new]
    for row in changing:
        if (row.state, new) not in ALLOWED:
            raise _refused(row, new)
    return changing, [row for row in rows if row.state == new]


def apply(
    store: Store,
    rows: Sequence[LedgerRow],
    new: State,
    reason: ReasonCode | None,
    now: int,
    successor: int | None = None,
) -> Changed:
    """Change states inside the caller's transaction. UserError: one cannot change to ``new``."""
    changing, there = split(rows, new)
    word = None if reason is None else reason.value
    store.add_changes(ChangeRow(row.idx, row.state, new, word, successor, now) for row in changing)
    return Changed([row.idx for row in changing], [row.idx for row in there])


def _change(
    store: Store, references: Sequence[str], new: State, reason: ReasonCode, now: int
) -> Changed:
    with store.transaction():
        return apply(store, named(store, references), new, reason, now)


def _refused(row: LedgerRow, new: State) -> UserError:
    now, wanted = _STATES[State(row.state)], _STATES[new]
    why = Words(
        f"it is {now.en} and cannot take part in a change to {wanted.en}",
        f"berstatus {now.id} dan tidak dapat diubah menjadi {wanted.id}",
    )
    return UserError("state-refused", f"certificate {row.idx}", why, _STATE_HINT)


def _line(row: LedgerRow) -> str:
    state = _STATES[State(row.state)].en
    return f"{row.idx} (LSP {row.lsp}, {row.registration}, {row.name}, {state})"


_STATES = {
    State.VALID: Words("valid", "berlaku"),
    State.REVOKED: Words("revoked", "dicabut"),
    State.SUSPENDED: Words("suspended", "dibekukan"),
    State.SUPERSEDED: Words("superseded", "diganti"),
}
_NONE = Words("no certificate of this registry", "bukan sertifikat di registri ini")
_ERASED_HINT = Words(
    "log entry, index and state stay; nothing else is known of it here",
    "entri log, indeks dan status tetap ada; selain itu tidak ada yang diketahui di sini",
)
_NONE_HINT = Words(
    "give the registry index, or the number as printed",
    "berikan indeks registri, atau nomor seperti tercetak",
)
_SEVERAL_HINT = Words("give the registry index of the one you mean", "berikan indeks registrinya")
_SHOWN = Words(
    "its present state is the published one", "statusnya sekarang sama dengan yang diterbitkan"
)
_SHOWN_HINT = Words(
    "only a change that no build has shown can be withdrawn; revoked is for ever",
    "hanya perubahan yang belum masuk build dapat ditarik; pencabutan bersifat tetap",
)
_NOT_LATER = Words("it is not a later certificate", "bukan sertifikat yang lebih baru")
_NOT_LATER_HINT = Words("the order is: supersede OLD NEW", "urutannya: supersede LAMA BARU")
_STATE_HINT = Words(
    "revoked is for ever, and a superseded certificate can only be revoked",
    "pencabutan bersifat tetap; sertifikat yang diganti hanya dapat dicabut",
)
