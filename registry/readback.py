"""Reads a site back and recomputes its present state, with public keys only, before it counts.

It knows what one build note pins. ``audit`` goes further and looks at all of history; this is the
part that stands between a build and everyone who relies on it. Where an earlier state of the same
site was read back already, the log is read from its right edge on: the edge makes the earlier root,
so what was read then is known to be part of what is served now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from registry import log
from registry.errors import UserError, Words
from registry.source import Source, Unreachable
from signing import build_note, merkle, note, status
from signing.build_note import BuildNote
from signing.reasons import Malformed
from signing.trust import TrustDocument

FILE_LIMIT = 64 * 1024 * 1024


class Since(NamedTuple):
    """A state of the log that was read back before."""

    size: int
    root: bytes


def check(
    source: Source,
    document: TrustDocument,
    wanted: bytes | None = None,
    since: Since | None = None,
) -> BuildNote:
    """The note that ``source`` serves, once everything that it pins was read and recomputed.

    ``wanted``: the exact note expected there. ``since``: the log before it was read back already.
    UserError ``read-back``: names what is not as signed.
    """
    data = _read(source, "build.note", note.LIMIT)
    if wanted is not None and data != wanted:
        raise _fault("build.note", "another build is served")
    try:
        found = build_note.verified(data, document)
    except Malformed as error:
        raise _fault("build.note", str(error)) from error
    _check_checkpoint(source, found, document)
    _check_log(source, found, since)
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


def _check_log(source: Source, found: BuildNote, since: Since | None) -> None:
    """Bundles make the leaves, leaves the tiles, tiles the root."""
    old = since.size if since else 0
    if since and old > found.size:
        raise _fault("build.note", "its log is smaller than the one before")
    known = old - old % merkle.TILE
    hashes = leaves(source, known, found.size)
    if since is None:
        tree = log.Tree(hashes)
    else:
        try:
            tree = log.Tree.grown(old, since.root, edge(source), hashes)
        except Malformed as error:
            why = f"the log before it is not the one that was read back: {error}"
            raise _fault("build.note", why) from error
    for tile in merkle.tiles(found.size):
        # Tiles left of the edge are files that were read back before.
        if tile[1] * merkle.TILE >= tree.first(tile[0]):
            path = "log/" + merkle.tile_path(tile)
            if _read(source, path, FILE_LIMIT) != tree[tile]:
                raise _fault(path, "not the hashes of the entries")
    if tree.root() != found.root:
        raise _fault("build.note", "its root is not the root of the entries")


def edge(source: Source) -> log.Tiles:
    """Reads the tiles of a site, for :meth:`registry.log.Tree.grown`."""
    return lambda tile: _read(source, "log/" + merkle.tile_path(tile), FILE_LIMIT)


def leaves(source: Source, first: int, size: int) -> Iterator[bytes]:
    """Leaf hashes from an index on, a multiple of 256, out of entry bundles."""
    for at in range(first, size, merkle.TILE):
        width = min(merkle.TILE, size - at)
        path = "log/" + merkle.bundle_path(at // merkle.TILE, width)
        try:
            entries = merkle.decode_bundle(_read(source, path, FILE_LIMIT))
        except Malformed as error:
            raise _fault(path, str(error)) from error
        if len(entries) != width:
            raise _fault(path, "not as many entries as the log")
        yield from map(merkle.leaf_hash, entries)


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
