"""The status lists of a site: what each build note pinned, slot by slot, and every change of it.

A revocation is for ever. So the lists of all notes are compared in order; a list that a publisher
key signed to undo one is a fault even though its signature holds.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from registry.audit_log import Entries
from registry.audit_notes import Noted
from registry.audit_site import Site
from registry.audit_trust import Trusted
from signing import status
from signing.build_note import BuildNote
from signing.reasons import Malformed
from signing.status import ENTRIES, State, StatusList

_LIST = re.compile(r"status/[0-9]+-[0-9a-f]{16}\.cwt\Z")
KEPT = 400 * 86_400
"""Seconds after its last note for which a list that was replaced stays published."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The list of one number as the last note so far pinned it."""

    digest: str
    data: bytes
    trust_version: int
    parsed: StatusList


def check(site: Site, trusted: Trusted, noted: Noted, entries: Entries) -> dict[int, StatusList]:
    """Every list that a note pinned; those of the present one by number."""
    lists = _Lists(site, trusted, noted.notes)
    for note in noted.notes:
        for number, digest in enumerate(note.status):
            before = lists.held.get(number)
            found = lists.take(note, number, digest)
            if found is None:
                continue
            path = _path(number, digest)
            if before is not None and before.digest != digest:
                _compare(site, path, before.parsed, found.parsed)
            if found.parsed.issued > note.issued:
                site.fault(path, "status-time")
            _slots(site, path, note, found.parsed, entries)
    _copies(site, noted.present, lists.held)
    if not noted.whole:
        for path in sorted((site.names or frozenset()) - site.named):
            if _LIST.match(path):
                site.missed(path, "the note that pins it could not be verified")
    pinned = dict(enumerate(noted.present.status))
    return {n: held.parsed for n, held in lists.held.items() if held.digest == pinned.get(n)}


def _path(number: int, digest: str) -> str:
    return f"status/{number}-{digest[:16]}.cwt"


class _Lists:
    """Reads and verifies lists in the order of the notes, each file once."""

    def __init__(self, site: Site, trusted: Trusted, notes: list[BuildNote]) -> None:
        self.site, self.trusted = site, trusted
        self.held: dict[int, _Held] = {}
        self.failed: set[str] = set()
        """Digests of lists about which enough was said."""
        self.last_pinned = {digest: note.issued for note in notes for digest in note.status}
        self.oldest_kept = notes[-1].issued - KEPT

    def take(self, note: BuildNote, number: int, digest: str) -> _Held | None:
        """The list that a note pins, signed by a publisher of the trust version that it names."""
        before, version = self.held.get(number), note.trust_version
        same = before if before is not None and before.digest == digest else None
        if same is not None and same.trust_version == version:
            return same
        if digest in self.failed:
            return None
        path = _path(number, digest)
        try:
            data = same.data if same is not None else self._read(path, digest)
            parsed = self._parsed(data, number, version) if data is not None else None
        except Malformed as error:
            self.site.fault(path, "status-refused", why=str(error))
            parsed = None
        if data is None or parsed is None:
            self.failed.add(digest)
            return None
        self.held[number] = _Held(digest, data, version, parsed)
        return self.held[number]

    def _read(self, path: str, digest: str) -> bytes | None:
        needed = self.last_pinned[digest] >= self.oldest_kept
        if not needed and path not in (self.site.names or ()):
            return None
        data = self.site.get(path)
        if data is not None and hashlib.sha256(data).hexdigest() != digest:
            self.site.fault(path, "digest", by="build.note")
            return None
        return data

    def _parsed(self, data: bytes, number: int, version: int) -> StatusList:
        document = self.trusted.documents[version]
        parsed = status.parse(data, document.id, [key.public for key in document.publishers])
        if parsed.number != number:
            raise Malformed("status-claims", f"it is list {parsed.number}")
        return parsed


def _compare(site: Site, path: str, old: StatusList, new: StatusList) -> None:
    """Only the changes of formats 6: never back from revoked, nor to valid from superseded."""
    if new.issued < old.issued:
        site.fault(path, "status-time")
    for index, old_state, new_state in _refused(old, new):
        words = {"old": _word(old_state), "new": _word(new_state)}
        site.fault(path, "status-change", index=index, **words)


def _refused(old: StatusList, new: StatusList) -> Iterator[tuple[int, State, State]]:
    """Registry indexes whose state differs in a way that is not allowed, with both states."""
    bits = int.from_bytes(old.bits, "big") ^ int.from_bytes(new.bits, "big")
    if not bits:
        return
    for match in re.finditer(rb"[^\0]", bits.to_bytes(status.LENGTH, "big"), re.DOTALL):
        at = match.start()
        for place, before, after in _refused_in(old.bits[at], new.bits[at]):
            yield new.number * ENTRIES + 4 * at + place, before, after


@cache
def _refused_in(old: int, new: int) -> tuple[tuple[int, State, State], ...]:
    """The same of the four states in one byte, by their place in it."""
    pairs = ((n, State(old >> 2 * n & 3), State(new >> 2 * n & 3)) for n in range(4))
    return tuple(p for p in pairs if p[1] is not p[2] and p[1:] not in status.ALLOWED)


def _slots(site: Site, path: str, note: BuildNote, found: StatusList, entries: Entries) -> None:
    """Entries that are no certificates are 1, slots beyond the log's size are 0."""
    first = found.number * ENTRIES
    end = min(note.size, first + ENTRIES)
    for index in entries.others:
        if first <= index < end and found.state(index) is not State.REVOKED:
            site.fault(path, "status-other", index=index, state=_word(found.state(index)))
    used = first + 4 * len(found.bits.rstrip(b"\0"))
    for index in range(end, used):
        if found.state(index) is not State.VALID:
            site.fault(path, "status-unused", index=index, state=_word(found.state(index)))
            break


def _word(state: State) -> str:
    return state.name.lower()


def _copies(site: Site, present: BuildNote, held: dict[int, _Held]) -> None:
    """``status/<k>.cwt`` is the list that the present note pins."""
    for number, digest in enumerate(present.status):
        path = f"status/{number}.cwt"
        data = site.get(path)
        found = held.get(number)
        if data is not None and found and found.digest == digest and data != found.data:
            site.fault(path, "copy", of=_path(number, digest))


def totals(present: BuildNote, lists: dict[int, StatusList], entries: Entries) -> dict[str, int]:
    """Number of certificates by state, out of the lists of the present note."""
    counts: Counter[State] = Counter()
    for number, found in lists.items():
        certain = found.bits.translate(None, b"\0")
        counts[State.VALID] += 4 * (status.LENGTH - len(certain))
        for byte, times in Counter(certain).items():
            for state in State:
                fits = sum(byte >> shift & 3 == state for shift in (0, 2, 4, 6))
                counts[state] += fits * times
        counts[State.VALID] -= ENTRIES - min(ENTRIES, present.size - number * ENTRIES)
    counts[State.REVOKED] -= len(entries.others)
    return {_word(state): counts[state] for state in State}
