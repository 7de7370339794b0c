"""Tiles of the log, fetched into proofs of one entry and of an older tree.

``script/proofs.js`` is the twin: same order, same names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from signing import merkle, note
from signing.merkle import Tile
from signing.reasons import Malformed

Read = Callable[[str, int, bool], bytes | None]
"""Path, most bytes, and whether caches are passed by, to what stands there: None if not at hand."""
Ranges = Sequence[tuple[int, int]]


class Tiles:
    """The tiles of one tree, kept while it is the present one."""

    def __init__(self, size: int, root: bytes) -> None:
        self.size, self.root = size, root
        self.held: dict[Tile, bytes] = {}
        self._levels: dict[Tile, list[bytes]] = {}
        self._above: dict[int, tuple[list[bytes], list[bytes]]] = {}
        """Of a full tile of leaves that is proven to stand in the tree: its levels, and the hashes
        that lead on from its root."""

    def entry(self, index: int, read: Read) -> list[bytes]:
        """The leaf hash at ``index`` and its inclusion proof; empty where they cannot be had."""
        n, at = divmod(index, merkle.TILE)
        if n in self._above:
            levels, above = self._above[n]
            beside = [_at(level, at >> k ^ 1) for k, level in enumerate(levels)]
            return [_at(levels[0], at), *beside, *above]
        ranges = [(index, index + 1), *merkle.inclusion_ranges(index, self.size)]

        def proven(hashes: list[bytes]) -> bool:
            return merkle.included(hashes[0], index, self.size, hashes[1:], self.root)

        hashes = self._proof(ranges, read, proven)
        if hashes and (n + 1) * merkle.TILE <= self.size:
            # All hashes below the tile's root come from its leaves: one proof proves all of them.
            self._above[n] = self._levels[0, n, merkle.TILE], hashes[1 + _HEIGHT :]
        return hashes

    def prefix(self, size: int, read: Read) -> list[bytes]:
        """Proof of the root at an older ``size``; empty where it cannot be had."""

        def proven(hashes: list[bytes]) -> bool:
            try:
                merkle.older_root(size, self.size, hashes, self.root)
            except Malformed:
                return False
            return True

        return self._proof(merkle.prefix_ranges(size, self.size), read, proven)

    def _proof(
        self, ranges: Ranges, read: Read, proven: Callable[[list[bytes]], bool]
    ) -> list[bytes]:
        """The hashes of ranges, out of tiles that make the root; once more past caches if not."""
        needed = merkle.tiles_needed(ranges, self.size)
        for fresh in (False, True):
            if all(self._fetch(tile, read, fresh) for tile in needed):
                hashes = [self._hash(first, end) for first, end in ranges]
                if proven(hashes):
                    return hashes
                self.held.clear()
                self._levels.clear()
                self._above.clear()
        return []

    def _hash(self, first: int, end: int) -> bytes:
        """The hash of leaves first..end out of tiles; each node of a tile is made once."""
        count = end - first
        if count & (count - 1) or first % count:
            middle = first + merkle.split_point(count)
            return merkle.node_hash(self._hash(first, middle), self._hash(middle, end))
        tile = merkle.subtree_tile((first, end), self.size)
        levels = self._levels.get(tile)
        if levels is None:
            levels = self._levels[tile] = _levels(self.held[tile])
        below = 8 * tile[0]
        height = count.bit_length() - 1 - below
        return _at(levels[height], first % (merkle.TILE << below) // count)

    def _fetch(self, tile: Tile, read: Read, fresh: bool) -> bool:
        """Whether the tile is held: as it is, or cut out of a wider one."""
        if tile in self.held:
            return True
        level, n, width = tile
        for candidate in _widths(tile, read):
            path = "log/" + merkle.tile_path((level, n, candidate))
            data = read(path, merkle.TILE * merkle.HASH, fresh) if candidate >= width else None
            if data is not None and len(data) == candidate * merkle.HASH:
                self.held[tile] = merkle.cut_tile(tile, data)
                return True
        return False


_HEIGHT = 8
"""Levels of a full tile below its root."""


def _levels(data: bytes) -> list[bytes]:
    """The nodes of a tile by height, joined: from its own hashes to those below its root."""
    levels = [data]
    while len(levels) < _HEIGHT:
        levels.append(merkle.parents(levels[-1]))
    return levels


def _at(level: bytes, n: int) -> bytes:
    return level[n * merkle.HASH : (n + 1) * merkle.HASH]


def _widths(tile: Tile, read: Read) -> Iterator[int]:
    """Where a tile may be found: at its own width, full, or as wide as the newest tree has it."""
    level, n, width = tile
    yield width
    if width < merkle.TILE:
        yield merkle.TILE
        yield _newest_width(level, n, read)


def _newest_width(level: int, n: int, read: Read) -> int:
    """Width of a tile in the newest tree that the site shows: a hint, nothing is believed."""
    data = read("log/checkpoint", note.LIMIT, True) or b""
    lines = data.split(b"\n")
    if len(lines) < 2 or not lines[1].isdigit() or len(lines[1]) > 10:
        return 0
    return min(merkle.TILE, max(0, (int(lines[1]) >> (8 * level)) - merkle.TILE * n))
