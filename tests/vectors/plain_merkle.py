"""The hashes of RFC 6962 section 2.1 as it defines them: slow, recursive, over all the leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]), nearest hash first."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*inclusion(index, leaves[:k]), root(leaves[k:])]
    return [*inclusion(index - k, leaves[k:]), root(leaves[:k])]


def prefix(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) with the first hash always given."""
    if old == len(leaves):
        return [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*prefix(old, leaves[:k]), root(leaves[k:])]
    return [*prefix(old - k, leaves[k:]), root(leaves[:k])]
