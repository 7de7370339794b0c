"""The public log as files: tiles, entry bundles and checkpoints of every size ever signed.

It knows the layout of C2SP tlog-tiles and nothing of certificates. All files follow from the
entries and the list of signed sizes, so a lost public folder is built again byte for byte; partial
tiles of earlier sizes stay for ever (docs/formats.md section 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from signing import merkle
from signing.merkle import HASH, TILE, Tile

_WIDTH = TILE * HASH


class Tree(Mapping[Tile, bytes]):
    """The hashes of a tree, level by level, read as tiles of any width."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.levels = [bytearray().join(leaves)]
        while len(self.levels[-1]) >= _WIDTH:
            below = self.levels[-1]
            full = len(below) // _WIDTH
            self.levels.append(bytearray().join(_top(below, n) for n in range(full)))

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self.levels[0]) // HASH

    def root(self, size: int | None = None) -> bytes:
        """The root, or the root that the tree had at ``size``."""
        size = size or self.size
        return merkle.range_hash(0, size, size, self)

    def __getitem__(self, tile: Tile) -> bytes:
        level, n, width = tile
        start = n * _WIDTH
        held = self.levels[level] if level < len(self.levels) else b""
        data = bytes(held[start : start + width * HASH])
        if len(data) != width * HASH:
            raise KeyError(tile)
        return data

    def __iter__(self) -> Iterator[Tile]:
        return merkle.tiles(self.size)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _top(level: bytearray, n: int) -> bytes:
    data = level[n * _WIDTH : (n + 1) * _WIDTH]
    return merkle.root_of([bytes(data[i : i + HASH]) for i in range(0, _WIDTH, HASH)])


def files(
    tree: Tree, entries: Sequence[bytes], checkpoints: Mapping[int, bytes]
) -> dict[str, bytes]:
    """Every file below ``log/``, for the sizes of ``checkpoints`` (the largest is the tree's).

    ``entries`` are all log entries in order; ``checkpoints`` are signed notes by size.
    """
    newest = max(checkpoints)
    if newest != tree.size or newest != len(entries):
        raise ValueError("the newest checkpoint is not the tree's")
    found = {f"log/checkpoints/{size}": data for size, data in checkpoints.items()}
    found["log/checkpoint"] = checkpoints[newest]
    for size in checkpoints:
        for tile in merkle.tiles(size):
            # Full tiles are the same in every later tree; partial ones belong to their size.
            if tile[2] < TILE or size == newest:
                found["log/" + merkle.tile_path(tile)] = tree[tile]
            if tile[0] == 0 and (tile[2] < TILE or size == newest):
                start = tile[1] * TILE
                bundle = merkle.encode_bundle(entries[start : start + tile[2]])
                found["log/" + merkle.bundle_path(tile[1], tile[2])] = bundle
    return found
