"""The build notes of a site: ``build.note``, every ``builds/<n>.note``, and the chain they make.

Every note is kept, so that a silent step back (a revocation that was undone, a smaller log) leaves
a trace that the publisher signed.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.audit_site import Site
from registry.audit_trust import Trusted
from registry.source import Unreachable
from signing import build_note, note
from signing.build_note import BuildNote
from signing.canonical import time_text
from signing.reasons import Malformed, TooNew

HEAD = "build.note"
GAP = 1000
"""Most numbers in a row without a note that are tried where files cannot be listed. Numbers may
have gaps: after a crash a publisher goes on with a higher one."""
AHEAD = 8
"""Numbers in a row behind that of ``build.note`` that are tried where files cannot be listed."""
UPLOAD = 86_400
"""Seconds for which a newer note than ``build.note`` may be one that is just being published."""


@dataclass(frozen=True, slots=True)
class Noted:
    """The build notes that could be verified, ascending; the last one is the present state."""

    notes: list[BuildNote]
    whole: bool
    """False: a note was missing, refused or out of reach, so not all that was pinned is known."""
    settled: bool
    """False: the newest note could not be verified, so the present state is not known."""
    coming: list[int]
    """Numbers of the notes from the one that is served to the newest, while that is published."""

    @property
    def present(self) -> BuildNote:
        """The present state. IndexError: no note could be verified."""
        return self.notes[-1]


def kept_path(build: int) -> str:
    """Path at which the note of a build stays for ever."""
    return f"builds/{build}.note"


def check(site: Site, trusted: Trusted, now: int, until: int | None = None) -> Noted:
    """Every note that verifies; one that is refused is reported and left out.

    ``until``: number of the note to take as the newest; None takes the newest there is.
    """
    head_data = site.get(HEAD)
    kept = _kept(site, head_data)
    if until is not None:
        kept = {number: data for number, data in kept.items() if number <= until}
    found: dict[int, BuildNote] = {}
    for number, data in sorted(kept.items()):
        parsed = _verified(site, kept_path(number), data, trusted) if data is not None else None
        if parsed is not None and parsed.build != number:
            site.fault(kept_path(number), "note-number", number=parsed.build)
        elif parsed is not None:
            found[number] = parsed
    _chain(site, sorted(kept), found)
    head = _head(site, head_data, kept, found, trusted)
    notes = [found[number] for number in sorted(found)]
    if until is None and head is not None and (not notes or head.build > notes[-1].build):
        notes.append(head)
    settled = bool(notes) and notes[-1].build >= max(kept, default=0)
    if settled:
        _present(site, notes[-1], trusted, now)
    whole = kept.keys() == found.keys() and _begins(notes)
    coming = _coming(head, notes, now) if settled and until is None else []
    return Noted(notes, whole=whole, settled=settled, coming=coming)


def _coming(head: BuildNote | None, notes: list[BuildNote], now: int) -> list[int]:
    """The notes between which an upload may stand; a newer one of long ago is no upload."""
    if head is None or abs(now - notes[-1].issued) > UPLOAD:
        return []
    numbers = [note.build for note in notes if note.build >= head.build]
    return numbers if len(numbers) > 1 else []


def _kept(site: Site, head: bytes | None) -> dict[int, bytes | None]:
    """The bytes of all notes that were kept, by number; None: out of reach."""
    if site.names is None:
        return _probed(site, head)
    numbers = site.numbered("builds/{}.note")
    return {number: site.get(kept_path(number)) for number in numbers}


def _probed(site: Site, head: bytes | None) -> dict[int, bytes | None]:
    """The same from a host that cannot list its files: down from the newest, until the first."""
    found: dict[int, bytes | None] = {}
    try:
        number = build_note.parse(head or b"").build
    except Malformed:
        site.missed("builds/", "the build note does not say which notes there are")
        return found
    _probe_ahead(site, number, found)
    gap = 0
    while number > 0 and gap <= GAP:
        try:
            data = site.find(kept_path(number))
        except Unreachable as error:
            site.missed(kept_path(number), str(error))
            found[number] = data = None
        gap = gap + 1 if data is None else 0
        if data is not None:
            found[number] = data
            if _is_first(data):
                break
        number -= 1
    return found


def _probe_ahead(site: Site, number: int, found: dict[int, bytes | None]) -> None:
    """Newer notes than the one that is served: an upload goes on, or the host put one back."""
    last = number
    while number - last < AHEAD:
        number += 1
        try:
            data = site.find(kept_path(number))
        except Unreachable as error:
            site.missed(kept_path(number), str(error))
            return
        if data is not None:
            found[number], last = data, number


def _begins(notes: list[BuildNote]) -> bool:
    """Whether the chain is unbroken from the first note on."""
    befores = ["", *(note.digest for note in notes)]
    return [note.previous for note in notes] == befores[:-1]


def _is_first(data: bytes) -> bool:
    try:
        return build_note.parse(data).previous == ""
    except Malformed:
        return False


def _verified(site: Site, path: str, data: bytes, trusted: Trusted) -> BuildNote | None:
    """The note, verified with the trust document that it names."""
    newest = trusted.newest
    try:
        version = build_note.parse(data).trust_version
    except TooNew:
        version = newest.version
    except Malformed as error:
        site.fault(path, "note-refused", why=str(error))
        return None
    document = trusted.documents.get(version)
    if document is None and not trusted.whole:
        site.missed(path, f"trust version {version}, which it names, could not be verified")
        return None
    if document is None:
        site.fault(f"trust/{version}.note", "missing")
        return None
    try:
        parsed = build_note.verified(data, document)
    except TooNew as error:
        site.missed(path, str(error))
        return None
    except Malformed as error:
        site.fault(path, "note-refused", why=str(error))
        return None
    lines = note.unknown_lines(parsed.note, document.publishers) if parsed.note else ()
    for name in lines:
        site.fault(path, "unknown-line", name=name)
    return parsed


def _head(
    site: Site,
    data: bytes | None,
    kept: dict[int, bytes | None],
    found: dict[int, BuildNote],
    trusted: Trusted,
) -> BuildNote | None:
    """``build.note``: the same bytes as the newest note that was kept."""
    if data is None:
        return None
    same = next((number for number, other in kept.items() if other == data), None)
    head = _verified(site, HEAD, data, trusted) if same is None else found.get(same)
    if head is None:
        return None
    if kept and head.build < max(kept):
        site.fault(HEAD, "note-older", number=head.build, newest=max(kept))
    if same is None and head.build not in kept:
        site.fault(kept_path(head.build), "missing")
    elif same is None and head.build in found:
        other = found[head.build]
        code = "note-conflict" if other.text != head.text else "copy"
        site.fault(HEAD, code, of=kept_path(head.build))
    return head


def _chain(site: Site, numbers: list[int], found: dict[int, BuildNote]) -> None:
    """Each note names the one before it and goes back behind it in nothing."""
    before: BuildNote | None = None
    for place, number in enumerate(numbers):
        new, path = found.get(number), kept_path(number)
        if new is not None and before is not None:
            _follows(site, path, before, new)
        elif new is not None and place == 0 and new.previous != "":
            site.fault(path, "note-chain", why="the note that it names is not there")
        before = new


def _follows(site: Site, path: str, before: BuildNote, new: BuildNote) -> None:
    if new.previous != before.digest:
        why = f"it does not name the text of {kept_path(before.build)}"
        site.fault(path, "note-chain", why=why)
    for what, old, later in (
        ("log.size", before.size, new.size),
        ("trust.version", before.trust_version, new.trust_version),
        ("issued", before.issued, new.issued),
    ):
        if later < old:
            site.fault(path, "note-fell", what=f"{what} {old} -> {later}")


def _present(site: Site, present: BuildNote, trusted: Trusted, now: int) -> None:
    newest = trusted.newest
    if present.trust_version < newest.version:
        # No reader takes such a note: it walks to the newest version and finds another one named.
        named = present.trust_version
        site.fault(HEAD, "note-trust", named=named, newest=newest.version)
    if present.issued > now + build_note.AHEAD:
        site.fault(HEAD, "note-ahead", issued=time_text(present.issued))
    if now - present.issued > newest.max_age:
        days = newest.max_age // 86_400
        site.remark(HEAD, "stale", issued=time_text(present.issued), days=days)
