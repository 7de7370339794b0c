"""T9: the history of the trust documents only tightens (docs/formats.md section 4).

Two versions in, what the later one loosens out. A reader does not check this: whoever holds enough
root keys can sign it. So the builder refuses it and every auditor reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from signing.keys import thumbprint
from signing.trust import STATUSES, Final, Issuer, TrustDocument


class Loosened(NamedTuple):
    """One rule of T9 that a new version breaks."""

    code: str
    """``history-dropped changed until status final former``, with the prefix; ``key-role``."""
    name: str
    """The entry: a kid in hex, the text of a log key, an address, or a key's fingerprint."""


def loosened(before: TrustDocument, after: TrustDocument) -> list[Loosened]:
    """Everything that ``after`` takes back of what ``before``, the version before it, said."""
    return [*_issuers(before, after), *_logs(before, after), *_former(before, after)]


def roles(document: TrustDocument) -> Iterator[tuple[bytes, str]]:
    """Every public key of a document and its role."""
    for role, listed in (
        ("root", document.roots),
        ("publisher", document.publishers),
        ("log", tuple(entry.key for entry in document.logs)),
        ("approver", document.approvers),
    ):
        yield from ((key.public, role) for key in listed)
    yield from ((issuer.x, "issuer") for issuer in document.issuers)


def mixed(past: Iterable[TrustDocument], document: TrustDocument) -> list[Loosened]:
    """Keys of ``document`` that had another role in an earlier version: one key, one role."""
    held = {x: role for earlier in past for x, role in roles(earlier)}
    return [
        Loosened("key-role", thumbprint(x).hex()[:16])
        for x, role in roles(document)
        if held.get(x, role) != role
    ]


def _issuers(before: TrustDocument, after: TrustDocument) -> Iterator[Loosened]:
    kids = [issuer.kid for issuer in after.issuers]
    for place, old in enumerate(before.issuers):
        new = after.issuer(old.kid)
        name = old.kid.hex()
        if new is None or kids.index(old.kid) != place:
            yield Loosened("history-dropped", name)
        if new is not None:
            yield from _issuer(old, new, name)


def _issuer(old: Issuer, new: Issuer, name: str) -> Iterator[Loosened]:
    if (old.x, old.lsps, old.schemes, old.begins) != (new.x, new.lsps, new.schemes, new.begins):
        yield Loosened("history-changed", name)
    if new.until > old.until:
        yield Loosened("history-until", name)
    if STATUSES.index(new.status) < STATUSES.index(old.status):
        yield Loosened("history-status", name)
    if old.final is not None and not _lower(old.final, new.final):
        yield Loosened("history-final", name)


def _lower(old: Final, new: Final | None) -> bool:
    """Whether a cut-off stays or falls; at the same size it is the same tree."""
    return new is not None and (new == old or new.size < old.size)


def _logs(before: TrustDocument, after: TrustDocument) -> Iterator[Loosened]:
    for place, old in enumerate(before.logs):
        new = after.logs[place] if place < len(after.logs) else None
        if new is None or new.key != old.key:
            yield Loosened("history-dropped", old.key.text)
        elif old.final is not None and new.final != old.final:
            yield Loosened("history-final", old.key.text)


def _former(before: TrustDocument, after: TrustDocument) -> Iterator[Loosened]:
    wanted = before.former if before.site == after.site else before.addresses
    for address in wanted:
        if address not in after.former:
            yield Loosened("history-former", address)
