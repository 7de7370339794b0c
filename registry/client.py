"""What a verifier fetches and in which order; ends in evidence for ``signing.verify.judge``.

Build note (a hint), trust walk to the version that it names, the note's signature, checkpoint; then
for a certificate its status list and the tiles that prove its entry. Nothing is believed for where
it came from. A failed read leaves the evidence poorer, never wrong. ``script/client.js`` is the
twin: same order, same names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from registry.errata import corrected
from registry.proofs import Tiles
from registry.source import Source, Unreachable
from signing import build_note, merkle, note, status, trust
from signing.build_note import Against, BuildNote
from signing.merkle import Checkpoint
from signing.reasons import Malformed, TooNew
from signing.status import StatusList
from signing.trust import TrustDocument
from signing.verify import Evidence, Opened, Verdict, examine, judge

CATALOGUE_LIMIT = 256 * 1024
LISTS_AHEAD = 16
"""Up to this many status lists are read ahead."""


@dataclass(slots=True)
class Held:
    """What a client holds of one registry. Every object in it has been verified."""

    trust: TrustDocument | None = None
    note: BuildNote | None = None
    checkpoint: Checkpoint | None = None
    lists: dict[int, StatusList] = field(default_factory=dict)
    tiles: Tiles | None = None
    walked: bool = False
    fetched: bool = False
    conflict: bool = False
    ahead: bool = False
    too_new: bool = False
    older: list[TrustDocument] = field(default_factory=list)
    """The documents that were walked through before ``trust``: a note may still name one."""


class Shown(NamedTuple):
    """Catalogue data for one certificate. None = not at hand; it never changes a verdict."""

    scheme: dict[str, Any] | None = None
    lsp: dict[str, Any] | None = None


class Result(NamedTuple):
    """The answer about one text, with the state that it rests on."""

    verdict: Verdict
    opened: Opened
    trust: TrustDocument | None
    note: BuildNote | None
    fetched: bool
    shown: Shown


class Client:
    """Checks texts against one registry, read through one source (None: offline)."""

    def __init__(self, source: Source | None, held: Held, now: int) -> None:
        self.source, self.held, self.now = source, held, now
        self.raw: dict[str, bytes] = {}
        """Bytes of every signed object that was accepted, by path, for a memory to keep."""
        self.before: BuildNote | None = None
        """The note that was held before; its tree must be the beginning of the present one."""
        self.rival: bytes | None = None
        """A note that contradicts the one that was held: evidence."""
        self._catalogue: dict[str, tuple[str, Any]] = {}
        """Catalogue files by name: the digest that was checked, and what they say."""

    def refresh(self) -> None:
        """Fetch note, trust and checkpoint; once more past caches if they do not fit together."""
        for fresh in (False, True):
            if self._refresh(fresh):
                return

    def read_ahead(self) -> None:
        """Fetch the status lists where they are few, so that all can be judged offline later."""
        note = self.held.note
        if note and self.held.fetched and len(note.status) <= LISTS_AHEAD:
            for number in range(len(note.status)):
                self._list(number)

    def compare_history(self) -> None:
        """The present tree must have, at the size that was seen before, the root seen then.

        And where a log key ended, the root that the root holders signed: another key signs the
        same tree.
        """
        held = self.held
        if not (held.trust and held.note and held.fetched and held.checkpoint):
            return
        marks = [(entry.final.size, entry.final.root) for entry in held.trust.logs if entry.final]
        if self.before is not None:
            marks.append((self.before.size, self.before.root))
        if not all(self._had(size, root, held.note) for size, root in marks):
            held.conflict = True
            self.rival = self.raw.pop("build.note", None)

    def _had(self, size: int, root: bytes, present: BuildNote) -> bool:
        """False only where tiles prove that the present tree had another root at ``size``."""
        if size > present.size:
            return True
        hashes = self._tiles(present).prefix(size, self._read)
        # Tiles that are not at hand or not whole say nothing about the past.
        return not hashes or merkle.older_root(size, present.size, hashes, present.root) == root

    def check(self, text: str) -> Result:
        """The verdict on one text, with what has to be fetched for it."""
        held = self.held
        opened = examine(text, held.trust)
        evidence = self._evidence(opened)
        verdict = judge(evidence, self.now)
        shown = self._shown(opened) if verdict.certificate else Shown()
        return Result(verdict, opened, held.trust, held.note, held.fetched, shown)

    # Note, trust and checkpoint -----------------------------------------------------------------

    def _refresh(self, fresh: bool) -> bool:
        """Whether all fits together, or no note can be read."""
        data = self._read("build.note", note.LIMIT, True)
        self._walk(self._hint(data), fresh)
        self._forget_removed()
        if data is None or self.held.trust is None:
            return True
        try:
            found = build_note.verified(data, self.held.trust, self.held.older)
        except TooNew:
            self.held.too_new = True
            return True
        except Malformed:
            return False
        self._accept(found, data)
        return self._fetch_checkpoint(fresh)

    def _hint(self, data: bytes | None) -> int | None:
        try:
            return build_note.parse(data).trust_version if data else None
        except Malformed:
            return None

    def _walk(self, goal: int | None, fresh: bool) -> None:
        """T3: one version after the other, one past the goal; stop where there is none."""
        for _ in range(trust.HOPS):
            current = self.held.trust
            if current is None or (goal is not None and current.version > goal):
                return
            path = f"trust/{current.version + 1}.note"
            data = self._read(path, note.TRUST_LIMIT, fresh)
            if data is None or not data.startswith(trust.PREFIX):
                return
            try:
                self.held.trust = trust.step(current, data)
            except TooNew:
                self.held.too_new = True
                return
            except Malformed:
                return
            self.held.older.append(current)
            self.raw[path] = data

    def _forget_removed(self) -> None:
        """T8: a publisher key that a new version removes takes the note it signed with it."""
        held = self.held
        if held.note and held.trust and not build_note.is_signed(held.note, held.trust):
            held.note, held.checkpoint, held.tiles = None, None, None
            held.lists = {}
            self.before = None

    def _accept(self, found: BuildNote, data: bytes) -> None:
        held = self.held
        held.walked = True
        if found.issued > self.now + build_note.AHEAD:
            held.ahead = True
            return
        against = build_note.compare(held.note, found) if held.note else Against.NEWER
        if against is Against.CONFLICT:
            held.conflict = True
            self.rival = data
        if against is Against.NEWER:
            self.before = self.before or held.note
            held.note, held.checkpoint, held.tiles = found, None, None
            held.lists = {}
            self.raw["build.note"] = data
        held.fetched = against in (Against.NEWER, Against.SAME)

    def _fetch_checkpoint(self, fresh: bool) -> bool:
        held = self.held
        if not (held.note and held.fetched and held.trust) or held.checkpoint:
            return True
        path = f"log/checkpoints/{held.note.size}"
        data = self._read(path, note.LIMIT, fresh)
        try:
            found = merkle.parse_checkpoint(data or b"", held.trust.log)
        except Malformed:
            return False
        if (found.size, found.root) != (held.note.size, held.note.root):
            return False
        held.checkpoint = found
        self.raw[path] = data or b""
        return True

    # Evidence about one certificate -------------------------------------------------------------

    def _evidence(self, opened: Opened) -> Evidence:
        held, certificate = self.held, opened.certificate
        found: list[bytes] = []
        prefix: list[bytes] = []
        listed = None
        if held.note and certificate:
            listed = self._list(certificate.index // status.ENTRIES)
            if held.checkpoint and certificate.index < held.note.size:
                tiles = self._tiles(held.note)
                found = tiles.entry(certificate.index, self._read)
                final = opened.issuer.final if opened.issuer else None
                if found and final and final.size <= held.note.size:
                    prefix = tiles.prefix(final.size, self._read)
        return Evidence(
            opened=opened,
            trust=held.trust,
            walked=held.walked,
            note=held.note,
            fetched=held.fetched,
            status=listed,
            checkpoint=held.checkpoint,
            leaf=found[0] if found else None,
            proof=found[1:],
            prefix=prefix,
            conflict=held.conflict,
            ahead=held.ahead,
            too_new=held.too_new,
        )

    def _list(self, number: int) -> StatusList | None:
        """The status list as the note pins it; once more past caches if it does not match."""
        held = self.held
        if number in held.lists:
            return held.lists[number]
        if not (held.note and held.trust and number < len(held.note.status)):
            return None
        digest = held.note.status[number]
        path = f"status/{number}-{digest[:16]}.cwt"
        publishers = [key.public for key in held.trust.publishers]
        for fresh in (False, True):
            data = self._read(path, status.LIMIT, fresh) or b""
            try:
                if hashlib.sha256(data).hexdigest() == digest:
                    held.lists[number] = status.parse(data, held.trust.id, publishers)
                    self.raw[path] = data
                    return held.lists[number]
            except Malformed:
                return None
        return None

    def _tiles(self, pinned: BuildNote) -> Tiles:
        """The tiles of the note's tree."""
        tiles = self.held.tiles
        if tiles is None or (tiles.size, tiles.root) != (pinned.size, pinned.root):
            tiles = self.held.tiles = Tiles(pinned.size, pinned.root)
        return tiles

    # Catalogue ----------------------------------------------------------------------------------

    def _shown(self, opened: Opened) -> Shown:
        certificate = opened.certificate
        if certificate is None:
            return Shown()
        scheme = self._scheme(certificate.scheme_digest, certificate.scheme)
        return Shown(scheme, self._lsp(certificate.lsp))

    def _scheme(self, claim: bytes, code: str) -> dict[str, Any] | None:
        path = f"catalogue/scheme/{claim.hex()}.json"
        if path not in self._catalogue:
            data = self._read(path, CATALOGUE_LIMIT) or b""
            digest = hashlib.sha256(data)
            if digest.digest()[:16] != claim:
                return None
            self._catalogue[path] = digest.hexdigest(), _parsed(data)
        digest_text, entry = self._catalogue[path]
        if not isinstance(entry, dict) or entry.get("code") != code:
            return None
        return corrected(entry, digest_text, self._pinned("errata.json"))

    def _lsp(self, number: int) -> dict[str, Any] | None:
        listed = self._pinned(f"lsps/{number // 64}.json")
        if not isinstance(listed, list):
            return None
        return next((entry for entry in listed if entry.get("number") == number), None)

    def _pinned(self, name: str) -> Any:
        """A catalogue file as the note pins it; None where it is not at hand."""
        digest = self.held.note.catalogue.get(name) if self.held.note else None
        if digest is None:
            return None
        if self._catalogue.get(name, ("",))[0] != digest:
            data = self._read(f"catalogue/{name}", CATALOGUE_LIMIT) or b""
            if hashlib.sha256(data).hexdigest() != digest:
                return None
            self._catalogue[name] = digest, _parsed(data)
        return self._catalogue[name][1]

    def _read(self, path: str, limit: int, fresh: bool = False) -> bytes | None:
        if self.source is None:
            return None
        try:
            return self.source.read(path, limit, fresh=fresh)
        except Unreachable:
            return None


def _parsed(data: bytes) -> Any:
    """A catalogue file whose digest matched; one that is no JSON counts as not at hand."""
    try:
        return json.loads(data)
    except ValueError:
        return None
