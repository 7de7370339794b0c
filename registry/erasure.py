"""Erasing persons: what goes from the store for good, and what has to stay.

The log entry, the registry index and the state stay, for the log would break without them, and they
hold no name. Nothing that was printed or published changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from registry import batch_file
from registry.changes import find
from registry.errors import UserError, Words
from registry.store import Store
from signing.certificate import day_of


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of the certificates that were named; registry indexes in order."""

    erased: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    """Erased already."""


def chosen(store: Store, references: Sequence[str], expired_before: date | None) -> Erased:
    """Which certificates would be erased: those named, and those that expired before a day.

    UserError: one is not known, is still to be superseded, or stands in a batch that waits.
    """
    result = Erased()
    for reference in references:
        if reference.isascii() and reference.isdigit() and store.erased(int(reference)):
            result.before.append(int(reference))
            continue
        index = find(store, reference).idx
        if store.awaited(index):
            raise UserError("still-due", f"#{index}", _DUE, _LATER)
        result.erased.append(index)
    if expired_before is not None:
        result.erased.extend(store.expired_before(day_of(expired_before)))
    result.erased[:] = sorted(set(result.erased))
    _refuse_waiting(store, set(result.erased))
    return result


def _refuse_waiting(store: Store, indexes: set[int]) -> None:
    """UserError: a batch that waits for approval names one of them, and so holds the person."""
    for waiting in store.pending():
        rows = batch_file.parse(waiting.data).rows
        named = {row[name] for row in rows for name in ("index", "old") if name in row} & indexes
        if named:
            raise UserError("still-waiting", f"#{min(named)}", _WAITS, _SETTLE)


def erase(store: Store, indexes: Sequence[int], now: int) -> None:
    """Delete certificate, cti and every value of these certificates, from the file's pages too."""
    with store.transaction():
        store.erase(indexes, now)
    store.compact()


_WAITS = Words("a batch that waits names it", "sebuah batch yang menunggu menyebutnya")
_SETTLE = Words(
    "issue that batch or drop it first: absah batch list",
    "terbitkan atau buang batch itu dulu: absah batch list",
)
_DUE = Words(
    "a replacement is still to take effect (--old-until)",
    "penggantian masih menunggu tanggalnya (--old-until)",
)
_LATER = Words(
    "erase it after that day and the next build", "hapus setelah tanggal itu dan build berikutnya"
)
