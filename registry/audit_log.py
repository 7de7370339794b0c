"""The log of a site, recomputed: bundles make the leaves, leaves the tiles, tiles every root.

Every bundle and tile of the present tree is read once, and every partial one of every size that was
ever signed. Entries are kept as one array of leaf hashes; only entries that are no certificates are
remembered by themselves.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from registry import log
from registry.audit_notes import Noted, kept_path
from registry.audit_site import Site
from registry.audit_trust import Trusted
from signing import merkle
from signing.build_note import BuildNote
from signing.merkle import HASH, TILE, Checkpoint, Tile
from signing.reasons import Malformed
from signing.trust import Final, TrustDocument

_ENTRY = 33
_STEP = _ENTRY + 2
"""Bytes of an entry in a bundle, with its length."""
_LEAVES = struct.Struct(f"x{_ENTRY + 1}s").iter_unpack
_sha256 = hashlib.sha256


@dataclass(slots=True)
class Entries:
    """What the log holds, as far as the bundles prove it."""

    size: int = 0
    others: dict[int, bytes] = field(default_factory=dict)
    """Entries that are not certificates, by index."""
    tree: log.Tree | None = None
    """None: entries are missing or damaged, so roots are not known."""
    proven: bool = True
    """False: a bundle was missing or wrong, so there may be more of them."""


def check(site: Site, trusted: Trusted, noted: Noted) -> Entries:
    """Everything below ``log/``, and whatever signed object states a root of it."""
    notes = noted.notes
    signed = _checkpoints(site, trusted, notes)
    reader = _Reader(site, noted.present)
    tree = reader.entries.tree = reader.tree()
    if tree is None:
        # The faults say which files are damaged; nothing is said about roots over such entries.
        site.missed("log/", "entries are missing or damaged, so their roots are not known")
        site.named.update(name for name in site.names or () if name.startswith("log/"))
        return reader.entries
    reader.partial(tree, sorted({*signed, *(note.size for note in notes)}))
    for size, checkpoint in signed.items():
        if checkpoint is not None and checkpoint.root != tree.root(size):
            site.fault(_checkpoint_path(size), "checkpoint-root", size=size)
    for note in notes:
        if note.root != tree.root(note.size):
            site.fault(kept_path(note.build), "note-root", size=note.size)
    _finals(site, trusted, tree)
    _logged(site, trusted, notes, reader.entries)
    return reader.entries


# Checkpoints ---------------------------------------------------------------------------------


def _checkpoint_path(size: int) -> str:
    return f"log/checkpoints/{size}"


def _checkpoints(
    site: Site, trusted: Trusted, notes: list[BuildNote]
) -> dict[int, Checkpoint | None]:
    """Every checkpoint up to the present size, verified; None: it was refused or is missing."""
    present = notes[-1].size
    sizes = {*site.numbered("log/checkpoints/{}"), *(note.size for note in notes)}
    found: dict[int, Checkpoint | None] = {}
    newest: bytes | None = None
    for size in sorted(sizes):
        path = _checkpoint_path(size)
        data = site.get(path)
        checkpoint = None
        if data is not None:
            checkpoint = _checkpoint(site, path, size, data, trusted.newest)
        if size > present:
            site.fault(path, "checkpoint-ahead", size=size)
            continue
        found[size] = checkpoint
        if size == present and checkpoint is not None:
            newest = data
    copy = site.get("log/checkpoint")
    if copy is not None and newest is not None and copy != newest:
        site.fault("log/checkpoint", "copy", of=_checkpoint_path(present))
    return found


def _checkpoint(
    site: Site, path: str, size: int, data: bytes, document: TrustDocument
) -> Checkpoint | None:
    """One checkpoint, signed by the key that was open at its size."""
    open_then = next(
        entry for entry in document.logs if entry.final is None or size <= entry.final.size
    )
    try:
        checkpoint = merkle.parse_checkpoint(data, open_then.key)
    except Malformed as error:
        site.fault(path, "checkpoint-refused", why=str(error))
        return None
    if checkpoint.size != size:
        site.fault(path, "checkpoint-refused", why=f"it is of size {checkpoint.size}")
        return None
    return checkpoint


# Bundles and tiles ---------------------------------------------------------------------------


class _Reader:
    """Reads the present tree. Its root says whether a bundle or its tile is the wrong one."""

    def __init__(self, site: Site, present: BuildNote) -> None:
        self.site, self.present = site, present
        self.entries = Entries(present.size)
        self.unread: set[int] = set()
        """Numbers of bundles that did not give their entries."""
        self.differing: dict[int, bytes] = {}
        """Hashes in level 0 tiles that are not the ones of their bundle."""

    def tree(self) -> log.Tree | None:
        """The tree that the entries make; None where damage leaves it unknown."""
        size = self.present.size
        numbers = range((size + TILE - 1) // TILE)
        tree = log.Tree(self._chunk(n, min(TILE, size - n * TILE)) for n in numbers)
        if self.differing:
            tree = self._decide(tree)
        if (self.unread or self.differing) and tree.root() != self.present.root:
            return None
        for tile in merkle.tiles(size):
            if tile[0] > 0:
                self._compare(tile, tree)
        return tree

    def _chunk(self, n: int, width: int) -> bytes:
        """The leaf hashes of one bundle; those of its tile where the bundle does not give any."""
        path = "log/" + merkle.bundle_path(n, width)
        data = self.site.get(path)
        hashes = self._hashes(path, n, width, data) if data is not None else None
        tile_path = "log/" + merkle.tile_path((0, n, width))
        tile = self.site.get(tile_path)
        if tile is not None and len(tile) != width * HASH:
            self.site.fault(tile_path, "tile")
            tile = None
        if hashes is None:
            self.entries.proven = False
            self.unread.add(n)
            return tile or bytes(width * HASH)
        if tile is not None and tile != hashes:
            self.differing[n] = tile
        return hashes

    def _hashes(self, path: str, n: int, width: int, data: bytes) -> bytes | None:
        if len(data) == width * _STEP and data[::_STEP] + data[1::_STEP] == _heads(width):
            self._remember(n, ((i, data[2 + i * _STEP : (i + 1) * _STEP]) for i in _odd(data)))
            return _uniform_leaves(data)
        try:
            entries = merkle.decode_bundle(data)
        except Malformed as error:
            self.site.fault(path, "form", why=str(error))
            return None
        if len(entries) != width:
            self.site.fault(path, "bundle")
            return None
        for i, entry in enumerate(entries):
            if not entry or (entry[:1] in _DIGESTS and len(entry) != _ENTRY):
                self.site.fault(path, "entry-form", index=n * TILE + i)
        self._remember(n, ((i, e) for i, e in enumerate(entries) if e[:1] != b"\x01"))
        return b"".join(map(merkle.leaf_hash, entries))

    def _remember(self, n: int, others: Iterator[tuple[int, bytes]]) -> None:
        self.entries.others.update((n * TILE + i, entry) for i, entry in others)

    def _decide(self, tree: log.Tree) -> log.Tree:
        """Bundle and tile contradict each other: the signed root says which one is wrong."""
        size, root = self.present.size, self.present.root
        bundles_hold = tree.root() == root
        leaves = bytearray(tree.levels[0])
        for n, tile in self.differing.items():
            leaves[n * TILE * HASH : n * TILE * HASH + len(tile)] = tile
        tiles_tree = log.Tree([bytes(leaves)])
        tiles_hold = not bundles_hold and tiles_tree.root() == root
        for n in self.differing:
            width = min(TILE, size - n * TILE)
            if not bundles_hold:
                self._forget(n, width)
            if not tiles_hold:
                self.site.fault("log/" + merkle.tile_path((0, n, width)), "tile")
        return tiles_tree if tiles_hold else tree

    def _forget(self, n: int, width: int) -> None:
        self.site.fault("log/" + merkle.bundle_path(n, width), "bundle")
        self.entries.proven = False
        for index in range(n * TILE, n * TILE + width):
            self.entries.others.pop(index, None)

    def _compare(self, tile: Tile, tree: log.Tree) -> None:
        path = "log/" + merkle.tile_path(tile)
        data = self.site.get(path)
        if data is not None and data != tree[tile]:
            self.site.fault(path, "tile")

    def partial(self, tree: log.Tree, sizes: list[int]) -> None:
        """The partial tiles and bundles of earlier sizes: the beginnings of the present ones."""
        now = set(_partial(self.present.size))
        earlier = {tile for size in sizes for tile in _partial(size)} - now
        for tile in sorted(earlier):
            self._compare(tile, tree)
            if tile[0] == 0:
                self._bundle(tile, tree)

    def _bundle(self, tile: Tile, tree: log.Tree) -> None:
        path = "log/" + merkle.bundle_path(tile[1], tile[2])
        data = self.site.get(path)
        if data is None:
            return
        try:
            hashes = b"".join(map(merkle.leaf_hash, merkle.decode_bundle(data)))
        except Malformed as error:
            self.site.fault(path, "form", why=str(error))
            return
        if hashes != tree[tile]:
            self.site.fault(path, "bundle")


_DIGESTS = (merkle.CERTIFICATE_ENTRY, merkle.TRUST_ENTRY)


def _heads(width: int) -> bytes:
    """The lengths of entries that all have 33 bytes, high bytes first, then low bytes."""
    return bytes(width) + bytes([_ENTRY]) * width


def _odd(data: bytes) -> list[int]:
    """Places of entries in a uniform bundle that are not certificates."""
    types = data[2::_STEP]
    if types.count(1) == len(types):
        return []
    return [i for i, kind in enumerate(types) if kind != 1]


def _uniform_leaves(data: bytes) -> bytes:
    """Leaf hashes, joined, of a bundle whose entries all have 33 bytes."""
    # The low byte of each length becomes the 0x00 that stands before a leaf.
    buffer = bytearray(data)
    buffer[1::_STEP] = bytes(len(data) // _STEP)
    return b"".join([_sha256(leaf).digest() for (leaf,) in _LEAVES(buffer)])


def _partial(size: int) -> Iterator[Tile]:
    """The partial tiles of a tree: at most one a level."""
    level = 0
    while size:
        full, rest = divmod(size, TILE)
        if rest:
            yield (level, full, rest)
        size, level = full, level + 1


# What else states something about the log ----------------------------------------------------


def _finals(site: Site, trusted: Trusted, tree: log.Tree) -> None:
    """Every cut-off is the root of this one tree at its size."""
    seen: set[Final] = set()
    for document in trusted.ordered():
        stated = [issuer.final for issuer in document.issuers]
        stated += [entry.final for entry in document.logs]
        new = {final for final in stated if final is not None} - seen
        seen |= new
        for final in sorted(new, key=lambda final: final.size):
            if final.size > tree.size or tree.root(final.size) != final.root:
                path = f"trust/{document.version}.note"
                site.fault(path, "final-root", size=final.size)


def _logged(site: Site, trusted: Trusted, notes: list[BuildNote], entries: Entries) -> None:
    """Every trust version that a note names is an entry of the log that it pins, in order."""
    places = {
        entry: index
        for index, entry in sorted(entries.others.items(), reverse=True)
        if entry[:1] == merkle.TRUST_ENTRY
    }
    last = -1
    for document in trusted.ordered():
        index = places.pop(merkle.trust_entry(document.text), None)
        naming = (note.size for note in notes if note.trust_version >= document.version)
        size = next(naming, None)
        if size is None or (index is None and not entries.proven):
            continue
        in_order = index is not None and last < index < size
        if not in_order or (document.version == 1 and index != 0):
            site.fault(f"trust/{document.version}.note", "trust-unlogged", size=size)
        last = index if index is not None else last
    for index in sorted(places.values()) if trusted.whole else ():
        n = index // TILE
        path = "log/" + merkle.bundle_path(n, min(TILE, entries.size - n * TILE))
        site.fault(path, "trust-hidden", index=index)
