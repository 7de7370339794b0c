"""Reads a site back and recomputes its present state, with public keys only, before it counts.

It knows what one build note pins. ``audit`` goes further and looks at all of history; this is the
part that stands between a build and everyone who relies on it.
"""

from __future__ import annotations

import hashlib

from registry.errors import UserError, Words
from registry.source import Source, Unreachable
from signing import build_note, merkle, note, status
from signing.build_note import BuildNote
from signing.reasons import Malformed
from signing.trust import TrustDocument

FILE_LIMIT = 64 * 1024 * 1024


def check(source: Source, document: TrustDocument, wanted: bytes | None = None) -> BuildNote:
    """The note that ``source`` serves, once everything that it pins was read and recomputed.

    ``wanted``: the exact note expected there. UserError ``read-back``: names what is not as signed.
    """
    data = _read(source, "build.note", note.LIMIT)
    if wanted is not None and data != wanted:
        raise _fault("build.note", "another build is served")
    try:
        found = build_note.verified(data, document)
    except Malformed as error:
        raise _fault("build.note", str(error)) from error
    _check_checkpoint(source, found, document)
    _check_log(source, found)
    _check_lists(source, found, document)
    for name, digest in found.catalogue.items():
        _expect(source, f"catalogue/{name}", digest)
    _expect(source, "files.json", found.files)
    return found


def _check_checkpoint(source: Source, found: BuildNote, document: TrustDocument) -> None:
    path = f"log/checkpoints/{found.size}"
    try:
        checkpoint = merkle.parse_checkpoint(_read(source, path, note.LIMIT), document.log)
    except Malformed as error:
        raise _fault(path, str(error)) from error
    if (checkpoint.size, checkpoint.root) != (found.size, found.root):
        raise _fault(path, "not the size and root of the build note")


def _check_log(source: Source, found: BuildNote) -> None:
    """Bundles make the leaves, leaves the tiles, tiles the root."""
    level: list[bytes] = []
    for at in range(0, found.size, merkle.TILE):
        width = min(merkle.TILE, found.size - at)
        path = "log/" + merkle.bundle_path(at // merkle.TILE, width)
        try:
            entries = merkle.decode_bundle(_read(source, path, FILE_LIMIT))
        except Malformed as error:
            raise _fault(path, str(error)) from error
        if len(entries) != width:
            raise _fault(path, "not as many entries as the log")
        level += [merkle.leaf_hash(entry) for entry in entries]
    root = merkle.root_of(level)
    number = 0
    while level:
        above = []
        for at in range(0, len(level), merkle.TILE):
            part = level[at : at + merkle.TILE]
            path = "log/" + merkle.tile_path((number, at // merkle.TILE, len(part)))
            if _read(source, path, FILE_LIMIT) != b"".join(part):
                raise _fault(path, "not the hashes of the entries")
            if len(part) == merkle.TILE:
                above.append(merkle.root_of(part))
        level, number = above, number + 1
    if root != found.root:
        raise _fault("build.note", "its root is not the root of the entries")


def _check_lists(source: Source, found: BuildNote, document: TrustDocument) -> None:
    publishers = [key.public for key in document.publishers]
    for number, digest in enumerate(found.status):
        path = f"status/{number}-{digest[:16]}.cwt"
        data = _expect(source, path, digest)
        try:
            status.parse(data, document.id, publishers)
        except Malformed as error:
            raise _fault(path, str(error)) from error


def _expect(source: Source, path: str, digest: str) -> bytes:
    data = _read(source, path, FILE_LIMIT)
    if hashlib.sha256(data).hexdigest() != digest:
        raise _fault(path, "not the digest that is signed")
    return data


def _read(source: Source, path: str, limit: int) -> bytes:
    try:
        data = source.read(path, limit)
    except Unreachable as error:
        raise _fault(path, str(error), exit_code=3) from error
    if data is None:
        raise _fault(path, "missing")
    return data


def _fault(path: str, why: str, *, exit_code: int = 1) -> UserError:
    return UserError(
        "read-back",
        path,
        Words(f"read back wrongly: {why}", f"hasil baca ulang salah: {why}"),
        Words(
            "what is served must be what was built: look at the disk or host, then build again",
            "yang disajikan harus sama dengan hasil build: periksa disk atau hosting, build lagi",
        ),
        exit_code=exit_code,
    )
