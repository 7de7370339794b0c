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
KEPT_FROM = 8
"""Leaves below a hash that is worth keeping: a million entries keep a quarter of a million."""
Ranges = Sequence[tuple[int, int]]


class Tiles:
    """The tiles of one tree, kept while it is the present one."""

    def __init__(self, size: int, root: bytes) -> None:
        self.size, self.root = size, root
        self.held: dict[Tile, bytes] = {}
        self._hashes: dict[tuple[int, int], bytes] = {}

    def entry(self, index: int, read: Read) -> list[bytes]:
        """The leaf hash at ``index`` and its inclusion proof; empty where they cannot be had."""
        ranges = [(index, index + 1), *merkle.inclusion_ranges(index, self.size)]

        def proven(hashes: list[bytes]) -> bool:
            return merkle.included(hashes[0], index, self.size, hashes[1:], self.root)

        return self._proof(ranges, read, proven)

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
                self._hashes.clear()
        return []

    def _hash(self, first: int, end: int) -> bytes:
        """The hash of leaves first..end out of tiles; many entries of one tree share the large."""
        if end - first < KEPT_FROM:
            return merkle.range_hash(first, end, self.size, self.held)
        found = self._hashes.get((first, end))
        if found is None:
            found = merkle.range_hash(first, end, self.size, self.held)
            self._hashes[first, end] = found
        return found

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
