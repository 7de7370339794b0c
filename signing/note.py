"""Signed notes (C2SP signed-note) under the rules of docs/formats.md section 3.

::

    <text, ending in LF>
    <empty line>
    — <name> <base64(key id 4 || signature)>

Bytes in, text and signature lines out. Every line whose name and key id are both known must
verify, else the whole note is refused; lines of unknown keys are ignored here and counted by the
auditor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from signing import keys
from signing.canonical import b64decode, b64encode
from signing.keys import Vkey
from signing.reasons import Malformed

LIMIT = 64 * 1024
"""Bytes of the largest note, trust documents excepted."""
TRUST_LIMIT = 1024 * 1024
"""Bytes of the largest trust document: they only grow."""
MAX_LINES = 64
DASH = "\u2014"
_PLAIN = b"\n" + bytes(range(0x20, 0x100))
"""Bytes that a note may hold: all but control characters below 0x20."""


class Line(NamedTuple):
    """One signature line."""

    name: str
    id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note cut into its text and its signature lines. No signature has been checked yet."""

    text: str
    lines: tuple[Line, ...]


def parse(data: bytes, limit: int = LIMIT) -> Note:
    """Cut a note into text and lines. Malformed unless it has the one permitted form."""
    if len(data) > limit:
        raise Malformed("note", "too long")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("note", "not UTF-8") from error
    if text.startswith("\ufeff") or data.translate(None, _PLAIN):
        raise Malformed("note", "a byte order mark or a control character")
    cut = text.rfind("\n\n")
    if cut < 1 or not text.endswith("\n"):
        raise Malformed("note", "no text, empty line and signature lines")
    lines = text[cut + 2 : -1].split("\n")
    if len(lines) > MAX_LINES:
        raise Malformed("note", "too many signature lines")
    return Note(text[: cut + 1], tuple(_line(line) for line in lines))


def _line(line: str) -> Line:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not parts[1]:
        raise Malformed("note", "not a signature line")
    data = b64decode(parts[2])
    if len(data) < 5:
        raise Malformed("note", "a signature is too short")
    return Line(parts[1], data[:4], data[4:])


def sign_line(text: str, name: str, signer: keys.Signer) -> str:
    """The signature line of ``signer`` under ``text``, with its LF."""
    key_id = keys.note_key_id(name, 1, signer.public)
    return f"{DASH} {name} {b64encode(key_id + signer.sign(text.encode()))}\n"


def assemble(text: str, lines: Iterable[str]) -> bytes:
    """The note of a text and its signature lines."""
    return (text + "\n" + "".join(lines)).encode()


def signers(note: Note, known: Iterable[Vkey]) -> set[bytes]:
    """Public keys of ``known`` that signed. Malformed if a line of a known key does not verify."""
    by_line = {(key.name, key.id): key for key in known}
    found = set()
    for line in note.lines:
        key = by_line.get((line.name, line.id))
        if key is None:
            continue
        if not keys.verify(key.public, note.text.encode(), line.signature):
            raise Malformed("note-signature", f"the signature of {line.name} does not verify")
        found.add(key.public)
    return found


def unknown_lines(note: Note, known: Iterable[Vkey]) -> list[str]:
    """Names on lines whose key is not among ``known`` (the auditor reports them)."""
    ids = {(key.name, key.id) for key in known}
    return [line.name for line in note.lines if (line.name, line.id) not in ids]
