"""The public log as files: tiles, entry bundles and checkpoints of every size ever signed.

It knows the layout of C2SP tlog-tiles and nothing of certificates. All files follow from the
entries and the list of signed sizes, so a lost public folder is built again byte for byte; partial
tiles of earlier sizes stay for ever (docs/formats.md section 5).

A tree that grows needs of its past only the tiles at its right edge, about one for each level: they
give the root that it had, so that they prove themselves (record 0023).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from signing import merkle
from signing.merkle import HASH, TILE, Tile
from signing.reasons import Malformed

_WIDTH = TILE * HASH
_CHUNK = TILE * 64
_AT_ONCE = 64
"""Full tiles whose roots are made together: half a MiB."""
_STEP = 35
"""Bytes of an entry in a bundle: its length, its type, a digest."""

Tiles = Callable[[Tile], bytes]
Entries = Callable[[int, int], Iterable[bytes]]


class Piece(NamedTuple):
    """One file below ``log/`` that never changes: its path, its length, and how it is made."""

    path: str
    length: int
    make: Callable[[], bytes]


class Tree(Mapping[Tile, bytes]):
    """The hashes of a tree, level by level, read as tiles of any width.

    A tree made by :meth:`grown` holds what is right of ``known`` leaves and nothing before.
    """

    def __init__(
        self, leaves: Iterable[bytes], *, known: int = 0, edge: Sequence[bytes] = ()
    ) -> None:
        self.known = known
        """Number of leaves before the first one at hand, a multiple of 256."""
        self.levels = [_joined(leaves)]
        while self._end(len(self.levels) - 1) >= TILE or len(self.levels) <= len(edge):
            self._climb(edge)

    @classmethod
    def grown(cls, size: int, root: bytes, read: Tiles, leaves: Iterable[bytes]) -> Tree:
        """The tree that had ``root`` at ``size``, with ``leaves`` from the last 256th on.

        ``read`` gives the tiles of its right edge. Malformed: they do not make that root.
        """
        known = size - size % TILE
        edge, level = [], 1
        while known >> (8 * level):
            count = known >> (8 * level)
            tile = (level, count // TILE, count % TILE)
            data = read(tile) if tile[2] else b""
            if len(data) != tile[2] * HASH:
                raise Malformed("tile", "not the length of its width")
            edge.append(data)
            level += 1
        tree = cls(leaves, known=known, edge=edge)
        if tree.size < size or tree.root(size) != root:
            raise Malformed("tile", "the right edge does not make the root")
        return tree

    def first(self, level: int) -> int:
        """Number of the first hash of a level that is at hand."""
        return (self.known >> (8 * level)) // TILE * TILE

    def _end(self, level: int) -> int:
        return self.first(level) + len(self.levels[level]) // HASH

    def _climb(self, edge: Sequence[bytes]) -> None:
        """Add the level above the highest one: what the edge holds, then new full tiles."""
        level = len(self.levels)
        held = bytearray(edge[level - 1] if level <= len(edge) else b"")
        below, skipped = self.levels[-1], self.first(level - 1)
        begin, end = self.first(level) + len(held) // HASH, self._end(level - 1) // TILE
        for n in range(begin, end, _AT_ONCE):
            start = (n * TILE - skipped) * HASH
            held += _tops(bytes(below[start : start + min(_AT_ONCE, end - n) * _WIDTH]))
        self.levels.append(held)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._end(0)

    def root(self, size: int | None = None) -> bytes:
        """The root, or the root that the tree had at ``size``."""
        size = size or self.size
        return merkle.range_hash(0, size, size, self)

    def __getitem__(self, tile: Tile) -> bytes:
        level, n, width = tile
        if level >= len(self.levels):
            raise KeyError(tile)
        start = (n * TILE - self.first(level)) * HASH
        data = bytes(self.levels[level][start : start + width * HASH]) if start >= 0 else b""
        if len(data) != width * HASH:
            raise KeyError(tile)
        return data

    def __iter__(self) -> Iterator[Tile]:
        return (tile for tile in merkle.tiles(self.size) if tile in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _joined(leaves: Iterable[bytes]) -> bytearray:
    """All leaves in one piece; a list of a million of them would be three times as large."""
    found, chunk = bytearray(), []
    for leaf in leaves:
        chunk.append(leaf)
        if len(chunk) == _CHUNK:
            found += b"".join(chunk)
            chunk.clear()
    return found + b"".join(chunk)


def _tops(tiles: bytes) -> bytes:
    """The roots of full tiles, all joined."""
    for _ in range(TILE.bit_length() - 1):
        tiles = merkle.parents(tiles)
    return tiles


def tiles_of(sizes: Iterable[int]) -> list[Tile]:
    """Every tile of trees of ``sizes``: full ones of the largest, partial ones of each."""
    found: dict[Tile, None] = {}
    newest = 0
    for size in sizes:
        newest = max(newest, size)
        level = 0
        while count := size >> (8 * level):
            if count % TILE:
                found[level, count // TILE, count % TILE] = None
            level += 1
    # Full tiles are the same in every later tree; partial ones belong to their size.
    full = [tile for tile in merkle.tiles(newest) if tile[2] == TILE]
    return full + list(found)


def pieces(sizes: Iterable[int], tree: Tiles, entries: Entries) -> Iterator[Piece]:
    """Every tile and entry bundle that trees of ``sizes`` need, each made when it is asked for.

    ``tree`` gives the hashes of a tile, ``entries`` log entries first..end, all of the largest.
    """
    for tile in tiles_of(sizes):
        level, n, width = tile
        yield Piece("log/" + merkle.tile_path(tile), width * HASH, partial(tree, tile))
        if level == 0:
            make = partial(_bundle, entries, n * TILE, n * TILE + width)
            yield Piece("log/" + merkle.bundle_path(n, width), width * _STEP, make)


def _bundle(entries: Entries, first: int, end: int) -> bytes:
    found = list(entries(first, end))
    if len(found) != end - first:
        raise ValueError("there are fewer entries than were signed")
    return merkle.encode_bundle(found)


def signed(checkpoints: Mapping[int, bytes], size: int) -> dict[str, bytes]:
    """The checkpoints as files, and the copy of the newest, which is the one of ``size``."""
    if max(checkpoints) != size:
        raise ValueError("the newest checkpoint is not the tree's")
    found = {f"log/checkpoints/{size}": data for size, data in checkpoints.items()}
    return {**found, "log/checkpoint": checkpoints[max(checkpoints)]}
