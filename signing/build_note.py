"""The build note: one consistent state of everything published (docs/formats.md section 7).

It is the only file whose bytes change under its name. It pins trust version, log size and root,
status lists and catalogue by digest, and its ``issued`` is the only clock of freshness.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from signing import note
from signing.canonical import Json, b64decode, b64encode, dumps, loads, time_seconds, time_text
from signing.keys import Signer, Vkey
from signing.reasons import Malformed, TooNew
from signing.status import lists_for
from signing.trust import TrustDocument

HEADER = "absah-build/v1"
AHEAD = 24 * 3600
"""Seconds a note may lie ahead of the reader's clock before it is neither taken nor stored."""
_HEX = re.compile(r"[0-9a-f]{64}\Z")


class BuildNote(NamedTuple):
    """One build note, form checked. Digests are lower-case hex."""

    registry: str
    build: int
    issued: int
    previous: str
    trust_version: int
    trust_digest: str
    size: int
    root: bytes
    status: tuple[str, ...]
    """Digest of status list k at position k."""
    catalogue: Mapping[str, str]
    files: str
    audit: str | None
    text: str
    note: note.Note | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the note's text, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Against(StrEnum):
    """How a new note stands against the stored one (docs/formats.md section 7)."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    CONFLICT = "conflict"


def text_of(fields: Json) -> str:
    """The text that the publisher signs: header line and canonical JSON."""
    return f"{HEADER}\n{dumps(fields)}"


def state_fields(
    *,
    registry: str,
    trust: TrustDocument,
    size: int,
    root: bytes,
    status: Sequence[str],
    catalogue: Mapping[str, str],
    files: str,
    audit: str | None = None,
) -> dict[str, Any]:
    """What a note says about a state, without number, time and predecessor."""
    fields: dict[str, Any] = {
        "registry": registry,
        "trust": {"version": trust.version, "sha256": trust.digest},
        "log": {"size": size, "root": b64encode(root)},
        "status": [{"list": k, "sha256": digest} for k, digest in enumerate(status)],
        "catalogue": dict(catalogue),
        "files": files,
    }
    return fields if audit is None else {**fields, "audit": audit}


def draft(state: Mapping[str, Any], build: int, issued: int, previous: str) -> dict[str, Any]:
    """The JSON object of a note: a state with its number, time and predecessor."""
    rest = {name: value for name, value in state.items() if name != "registry"}
    head = {"build": build, "issued": time_text(issued), "previous": previous}
    return {"registry": state["registry"], **head, **rest}


def says(note: BuildNote, state: Mapping[str, Any]) -> bool:
    """Whether a note is about exactly this state."""
    again = draft(state, note.build, note.issued, note.previous)
    return text_of(again) == note.text


def sign(fields: Json, key: Vkey, signer: Signer) -> bytes:
    """The signed note of ``fields`` by the publisher key ``key``."""
    text = text_of(fields)
    return note.assemble(text, [note.sign_line(text, key.name, signer)])


def parse(data: bytes) -> BuildNote:
    """The note's fields, form only. Malformed else; TooNew for a later header.

    A hint until :func:`verified` has checked its signature.
    """
    parsed = note.parse(data)
    header, _, body = parsed.text.partition("\n")
    if header != HEADER:
        later = re.fullmatch(r"absah-build/v([2-9]|[1-9][0-9]+)", header)
        raise TooNew("build", "a later header") if later else Malformed("build", "no such header")
    try:
        return _fields(loads(body), parsed)
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed("build", "a field is missing or of another type") from error


def verified(data: bytes, trust: TrustDocument, older: Sequence[TrustDocument] = ()) -> BuildNote:
    """The note, signed by a publisher of ``trust``, and naming it (T2, T3).

    It may also name one of the ``older`` documents that were walked through: while a site is being
    uploaded, the next one can be there before the note that names it. Malformed else. TooNew:
    signed by a publisher, but with a later header.
    """
    if not note.signers(note.parse(data), trust.publishers):
        raise Malformed("build-signature", "not signed by a publisher key")
    parsed = parse(data)
    if parsed.registry != trust.id:
        raise Malformed("build-registry", "the note of another registry")
    known = {(document.version, document.digest) for document in (trust, *older)}
    if (parsed.trust_version, parsed.trust_digest) not in known:
        raise Malformed("build-trust", "it names another trust document")
    return parsed


def is_signed(stored: BuildNote, trust: TrustDocument) -> bool:
    """Whether a note that was verified once is signed by a publisher of ``trust`` too (T8)."""
    try:
        return stored.note is not None and bool(note.signers(stored.note, trust.publishers))
    except Malformed:
        return False


def compare(stored: BuildNote, new: BuildNote) -> Against:
    """How ``new`` stands against ``stored``; both verified.

    A lower number is a slow mirror, no attack. Two signed texts that contradict each other are.
    """
    if new.build < stored.build:
        return Against.OLDER
    if new.build == stored.build:
        return Against.SAME if new.text == stored.text else Against.CONFLICT
    if new.size < stored.size or new.trust_version < stored.trust_version:
        return Against.CONFLICT
    if new.size == stored.size and new.root != stored.root:
        return Against.CONFLICT
    return Against.NEWER


def _fields(d: Any, parsed: note.Note) -> BuildNote:
    trust, log, lists = d["trust"], d["log"], d["status"]
    root = b64decode(log["root"])
    size = _whole(log["size"], 1)
    if len(root) != 32 or size > 2**31:
        raise Malformed("build", "log size or root out of range")
    numbers = [_whole(entry["list"], 0) for entry in lists] if type(lists) is list else None
    if numbers != list(lists_for(size)):
        raise Malformed("build", "not the status lists of this size")
    if type(d["catalogue"]) is not dict or type(d["registry"]) is not str:
        raise Malformed("build", "a field is of another type")
    return BuildNote(
        registry=d["registry"],
        build=_whole(d["build"], 1),
        issued=time_seconds(d["issued"]),
        previous="" if d["previous"] == "" else _hex(d["previous"]),
        trust_version=_whole(trust["version"], 1),
        trust_digest=_hex(trust["sha256"]),
        size=size,
        root=root,
        status=tuple(_hex(entry["sha256"]) for entry in lists),
        catalogue={name: _hex(digest) for name, digest in d["catalogue"].items()},
        files=_hex(d["files"]),
        audit=_hex(d["audit"]) if "audit" in d else None,
        text=parsed.text,
        note=parsed,
    )


def _whole(value: object, low: int) -> int:
    if type(value) is not int or value < low:
        raise Malformed("build", "not a whole number")
    return value


def _hex(value: object) -> str:
    if type(value) is not str or not _HEX.match(value):
        raise Malformed("build", "not a SHA-256 in hex")
    return value
