"""Proofs of many entries of one tree share what was made for the first of them."""

from __future__ import annotations

import hashlib

import pytest

from registry.proofs import Read, Tiles
from signing import merkle
from signing.merkle import Tile


def tree(size: int) -> tuple[bytes, dict[Tile, bytes]]:
    """Root and all tiles of a tree of invented leaves."""
    leaves = [hashlib.sha256(b"%d" % at).digest() for at in range(size)]
    held, level, width = {}, leaves, 1
    for tile in merkle.tiles(size):
        if 256 ** tile[0] != width:
            width = 256 ** tile[0]
            level = [
                merkle.root_of(level[at : at + 256])
                for at in range(0, len(level) // 256 * 256, 256)
            ]
        held[tile] = b"".join(level[256 * tile[1] :][: tile[2]])
    return merkle.root_of(leaves), held


def reader(files: dict[str, bytes], asked: list[tuple[str, bool]]) -> Read:
    def read(path: str, _limit: int, fresh: bool) -> bytes | None:
        asked.append((path, fresh))
        return files.get(path)

    return read


def published(held: dict[Tile, bytes]) -> dict[str, bytes]:
    return {f"log/{merkle.tile_path(tile)}": data for tile, data in held.items()}


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700, 66_000])
def test_every_entry_has_the_proof_that_its_own_ranges_give(size: int) -> None:
    root, held = tree(size)
    asked: list[tuple[str, bool]] = []
    tiles, read = Tiles(size, root), reader(published(held), asked)
    for index in range(0, size, max(1, size // 1000)):
        found = tiles.entry(index, read)
        ranges = [(index, index + 1), *merkle.inclusion_ranges(index, size)]
        assert found == merkle.proof(ranges, size, held)
        assert merkle.included(found[0], index, size, found[1:], root)
    assert len(asked) == len(set(asked))  # every tile once


def test_a_proven_tile_says_nothing_about_another_one() -> None:
    root, held = tree(700)
    files = published(held)
    asked: list[tuple[str, bool]] = []
    tiles, read = Tiles(700, root), reader(files, asked)
    assert tiles.entry(3, read)
    damaged = "log/tile/0/001"
    whole, files[damaged] = files[damaged], bytes(256 * 32)
    files["log/tile/1/000.p/2"] = held[1, 0, 2][:32] + merkle.root_of([bytes(32)] * 256)
    tiles = Tiles(700, root)
    assert tiles.entry(3, read) == []  # the tile above it is wrong
    files["log/tile/1/000.p/2"] = held[1, 0, 2]
    first = tiles.entry(3, read)
    assert first
    assert tiles.entry(300, read) == []
    files[damaged] = whole
    # What was proven before is proven again, from tiles that are read again.
    assert tiles.entry(3, read) == first
    found = tiles.entry(300, read)
    assert merkle.included(found[0], 300, 700, found[1:], root)
