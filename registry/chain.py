"""The audit chain: every entry of the audit table is bound to all before it.

::

    digest(0) = 32 zero bytes
    digest(n) = SHA-256(digest(n-1) || salt(n) || event(n))

``salt`` is 16 random bytes, ``event`` canonical JSON (UTF-8). The newest digest is the head; the
build note publishes it (docs/formats.md section 7), so an entry that is changed, removed or slipped
in later no longer leads to what was published. The salt keeps the head from telling anybody who
guesses an event, a private reason above all, that the guess was right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.rows import AuditRow
from signing.canonical import loads
from signing.reasons import Malformed

START = bytes(32)
"""What stands before the first entry."""
SALT = 16
"""Bytes of a salt."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A recomputed chain."""

    size: int
    head: bytes
    """Digest of the last entry, 32 bytes; START when there is none."""
    heads: frozenset[bytes] = frozenset()
    """Every digest on the way: the head of each older build note is one of them."""
    faults: tuple[int, ...] = field(default=())
    """Numbers of the entries that do not follow from the one before, or are no canonical JSON."""


def link(previous: bytes, salt: bytes, event: str) -> bytes:
    """Digest of the entry after ``previous`` (32 bytes)."""
    return hashlib.sha256(previous + salt + event.encode()).digest()


def recompute(rows: Iterable[AuditRow]) -> Chain:
    """The chain of an audit table, oldest entry first, and where it is broken.

    After a broken entry the next ones are held against the digest that it states, so that one
    fault is one line.
    """
    previous, size = START, 0
    heads, faults = set(), []
    for size, row in enumerate(rows, 1):
        sound = row.seq == size and len(row.salt) == SALT and _canonical(row.event)
        if not sound or link(previous, row.salt, row.event) != row.digest:
            faults.append(row.seq)
        previous = row.digest
        heads.add(row.digest)
    return Chain(size, previous, frozenset(heads), tuple(faults))


def _canonical(event: str) -> bool:
    try:
        return isinstance(loads(event), dict)
    except Malformed:
        return False
