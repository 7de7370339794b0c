"""The published log against an independent, plain computation of RFC 6962 and C2SP tlog-tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from registry import log
from signing import merkle
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
    checkpoint = b"the signed note of %d" % size
    found = log.files(_tree(entries), entries, {size: checkpoint})
    assert found.pop("log/checkpoint") == checkpoint
    assert found.pop(f"log/checkpoints/{size}") == checkpoint
    assert found == _plain(entries, [size])


def test_partial_tiles_of_earlier_sizes_stay() -> None:
    sizes = (1, 3, 200, 256, 257, 300, 511, 513, 700)
    entries = _entries(sizes[-1])
    found = log.files(_tree(entries), entries, {size: b"%d" % size for size in sizes})
    assert found.pop("log/checkpoint") == b"700"
    assert {int(path.rpartition("/")[2]) for path in found if "checkpoints" in path} == set(sizes)
    tiles = {path: data for path, data in found.items() if "checkpoints" not in path}
    assert tiles == _plain(entries, sizes)
    assert "log/tile/0/000.p/200" in tiles
    assert "log/tile/entries/001.p/44" in tiles


def test_a_newer_size_keeps_every_older_file() -> None:
    entries = _entries(600)
    before: dict[str, bytes] = {}
    for size in (1, 40, 256, 300, 512, 600):
        signed = {n: b"%d" % n for n in (1, 40, 256, 300, 512, 600) if n <= size}
        found = log.files(_tree(entries[:size]), entries[:size], signed)
        del found["log/checkpoint"]
        assert before.items() <= found.items(), size
        before = found


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


@pytest.mark.parametrize(("tree", "entries", "signed"), [(9, 10, 10), (10, 9, 10), (10, 10, 9)])
def test_sizes_that_do_not_belong_together_are_refused(
    tree: int, entries: int, signed: int
) -> None:
    held = _entries(10)
    with pytest.raises(ValueError, match="not the tree's"):
        log.files(_tree(held[:tree]), held[:entries], {signed: b"note"})
