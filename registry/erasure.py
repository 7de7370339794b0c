"""Erasing persons: what goes from the store for good, and what has to stay.

The log entry, the registry index and the state stay, for the log would break without them, and they
hold no name. Nothing that was printed or published changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

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

    UserError: one is not known, or is still to be superseded.
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
    return result


def erase(store: Store, indexes: Sequence[int], now: int) -> None:
    """Delete certificate, cti and every value of these certificates, from the file's pages too."""
    with store.transaction():
        store.erase(indexes, now)
    store.compact()


_DUE = Words(
    "a replacement is still to take effect (--old-until)",
    "penggantian masih menunggu tanggalnya (--old-until)",
)
_LATER = Words(
    "erase it after that day and the next build", "hapus setelah tanggal itu dan build berikutnya"
)
