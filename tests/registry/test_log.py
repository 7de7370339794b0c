"""The published log against an independent, plain computation of RFC 6962 and C2SP tlog-tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from registry import log
from signing import merkle
from signing.reasons import Malformed
from tests.vectors import plain_merkle

SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 600, 1000)


def _entries(count: int) -> list[bytes]:
    """Entries of both kinds, and one of another length."""
    made = [b"\x01" + hashlib.sha256(b"%d" % n).digest() for n in range(count)]
    made[0] = b"\x03" + bytes(32)
    if count > 5:
        made[5] = b"\xff" * 300
    return made


def _tree(entries: Sequence[bytes]) -> log.Tree:
    return log.Tree(plain_merkle.leaf(entry) for entry in entries)


def _files(entries: Sequence[bytes], sizes: Sequence[int]) -> dict[str, bytes]:
    """Every tile and bundle of the log for sizes that were signed."""
    tree = _tree(entries)
    pieces = log.pieces(sizes, tree.__getitem__, lambda first, end: entries[first:end])
    return {piece.path: piece.make() for piece in pieces}


def _number(n: int) -> str:
    digits = f"{n:03d}"
    while len(digits) % 3:
        digits = "0" + digits
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*("x" + part for part in parts[:-1]), parts[-1]])


def _plain(entries: Sequence[bytes], sizes: Sequence[int]) -> dict[str, bytes]:
    """Every tile and bundle that trees of ``sizes`` need, each hash over its own leaves."""
    leaves = [plain_merkle.leaf(entry) for entry in entries]
    found: dict[str, bytes] = {}
    for size in sizes:
        level, unit = 0, 1
        while size >= unit:
            whole = size // unit
            for n in range(0, whole, 256):
                width = min(256, whole - n)
                end = "" if width == 256 else f".p/{width}"
                place = _number(n // 256) + end
                hashes = (leaves[i * unit : (i + 1) * unit] for i in range(n, n + width))
                found[f"log/tile/{level}/{place}"] = b"".join(map(plain_merkle.root, hashes))
                if level == 0:
                    part = entries[n : n + width]
                    data = b"".join(len(e).to_bytes(2, "big") + e for e in part)
                    found[f"log/tile/entries/{place}"] = data
            level, unit = level + 1, unit * 256
    return found


@pytest.mark.parametrize("size", SIZES)
def test_tiles_and_bundles_of_one_size(size: int) -> None:
    entries = _entries(size)
    assert _files(entries, [size]) == _plain(entries, [size])


def test_checkpoints_and_the_copy_of_the_newest() -> None:
    found = log.signed({1: b"one", 700: b"seven hundred", 30: b"thirty"}, 700)
    assert found == {
        "log/checkpoints/1": b"one",
        "log/checkpoints/30": b"thirty",
        "log/checkpoints/700": b"seven hundred",
        "log/checkpoint": b"seven hundred",
    }


def test_partial_tiles_of_earlier_sizes_stay() -> None:
    sizes = (1, 3, 200, 256, 257, 300, 511, 513, 700)
    entries = _entries(sizes[-1])
    tiles = _files(entries, sizes)
    assert tiles == _plain(entries, sizes)
    assert "log/tile/0/000.p/200" in tiles
    assert "log/tile/entries/001.p/44" in tiles


def test_a_newer_size_keeps_every_older_file() -> None:
    entries = _entries(600)
    before: dict[str, bytes] = {}
    for size in (1, 40, 256, 300, 512, 600):
        found = _files(entries[:size], [n for n in (1, 40, 256, 300, 512, 600) if n <= size])
        assert before.items() <= found.items(), size
        before = found


def test_the_stated_lengths_are_those_of_the_files() -> None:
    entries = [b"\x01" + bytes(32)] * 1000
    tree = _tree(entries)
    pieces = log.pieces([3, 700, 1000], tree.__getitem__, lambda first, end: entries[first:end])
    held = [(piece.length, len(piece.make())) for piece in pieces]
    assert len(held) == 2 * (3 + 3) + 2
    assert all(said == made for said, made in held)


@pytest.mark.parametrize("size", SIZES)
def test_roots_of_every_earlier_size(size: int) -> None:
    entries = _entries(size)
    tree, leaves = _tree(entries), [plain_merkle.leaf(entry) for entry in entries]
    assert tree.size == size
    assert tree.root() == plain_merkle.root(leaves)
    for older in {1, 2, size // 2, size - 1} - {0}:
        if older <= size:
            assert tree.root(older) == plain_merkle.root(leaves[:older]), older


def test_a_larger_tree_has_two_levels_of_full_tiles() -> None:
    size = 70_000
    leaves = [hashlib.sha256(b"leaf %d" % n).digest() for n in range(size)]
    tree = log.Tree(leaves)
    assert [len(level) // 32 for level in tree.levels] == [size, size // 256, 1]
    assert tree.levels[2] == plain_merkle.root(leaves[:65_536])
    assert tree[(1, 1, 17)] == b"".join(
        plain_merkle.root(leaves[n * 256 : (n + 1) * 256]) for n in range(256, 273)
    )
    assert tree.root() == plain_merkle.root(leaves)
    assert tree.root(66_000) == plain_merkle.root(leaves[:66_000])
    listed = list(tree)
    assert len(tree) == len(listed) == 273 + 1 + 1 + 1 + 1
    assert all(len(tree[tile]) == 32 * tile[2] for tile in listed)
    for index in (0, 255, 65_535, 65_536, 69_999):
        ranges = merkle.inclusion_ranges(index, size)
        proof = merkle.proof(ranges, size, tree)
        assert proof == plain_merkle.inclusion(index, leaves)


@pytest.mark.parametrize("tile", [(0, 0, 11), (0, 1, 1), (1, 0, 1)])
def test_a_tile_that_the_tree_does_not_have_is_a_key_error(tile: merkle.Tile) -> None:
    tree = _tree(_entries(10))
    with pytest.raises(KeyError):
        tree[tile]
    assert tile not in tree


def test_sizes_that_do_not_belong_together_are_refused() -> None:
    held = _entries(10)
    with pytest.raises(ValueError, match="not the tree's"):
        log.signed({9: b"note"}, 10)
    with pytest.raises(KeyError):
        _files(held[:9], [10])
    tree = _tree(held)
    fewer = log.pieces([10], tree.__getitem__, lambda first, end: held[first:9])
    with pytest.raises(ValueError, match="fewer entries"):
        [piece.make() for piece in fewer]


GROWTH = [
    (1, 2), (1, 256), (2, 70_000), (255, 257), (256, 256), (256, 257), (257, 66_000),
    (65_535, 65_537), (65_536, 65_536), (65_536, 65_537), (65_537, 70_000), (66_000, 132_000),
    (131_072, 131_073), (131_073, 132_000),
]  # fmt: skip


@pytest.fixture(scope="module")
def many() -> list[bytes]:
    return [hashlib.sha256(b"leaf %d" % n).digest() for n in range(132_000)]


@pytest.mark.parametrize(("old", "new"), GROWTH)
def test_a_grown_tree_is_the_whole_one_at_its_right_edge(
    many: list[bytes], old: int, new: int
) -> None:
    whole = log.Tree(many[:new])
    read: list[merkle.Tile] = []

    def reading(tile: merkle.Tile) -> bytes:
        read.append(tile)
        return whole[tile]

    grown = log.Tree.grown(old, whole.root(old), reading, many[old - old % 256 : new])
    assert len(read) <= 2, "of the past only the right edge, above the leaves"
    assert (grown.size, grown.root(), grown.root(old)) == (new, whole.root(), whole.root(old))
    added = set(log.tiles_of([new])) - set(log.tiles_of([old]))
    for tile in added | {tile for tile in log.tiles_of([old]) if tile[2] < 256}:
        assert grown[tile] == whole[tile], tile
    assert all(grown[tile] == whole[tile] for tile in grown)


def test_a_grown_tree_believes_no_edge_that_does_not_make_the_root(many: list[bytes]) -> None:
    whole = log.Tree(many[:70_000])
    old = 66_000
    leaves = many[old - old % 256 : 70_000]
    edge = [tile for tile in log.tiles_of([old]) if tile[2] < 256 and tile[0]]
    assert len(edge) == 2
    for wrong in edge:
        for spoil in (lambda data: data[:-1], lambda data: b"", lambda data: bytes(len(data))):

            def reading(tile: merkle.Tile, wrong: merkle.Tile = wrong, spoil: Any = spoil) -> bytes:
                return bytes(spoil(whole[tile])) if tile == wrong else whole[tile]

            with pytest.raises(Malformed):
                log.Tree.grown(old, whole.root(old), reading, leaves)
    for rest in (many[old - old % 256 : old - 1], [*leaves[:100], bytes(32), *leaves[101:]]):
        with pytest.raises(Malformed):
            log.Tree.grown(old, whole.root(old), whole.__getitem__, rest)
