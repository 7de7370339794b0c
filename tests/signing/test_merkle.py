"""Tree, tiles, proofs and checkpoints against merkle.json and checkpoints.json."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import keys, merkle
from signing.canonical import b64decode, b64encode
from signing.merkle import Tile
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors import merkle_cases, plain_merkle
from tests.vectors.make import load
from tests.vectors.world import key

CHECKPOINT_KEY = keys.parse_vkey(load("checkpoints")["key"])


def _hashes(case: Case) -> list[bytes]:
    return [b64decode(text) for text in case["hashes"]]


def _held(case: Case, ranges: list[tuple[int, int]]) -> dict[Tile, bytes]:
    """The tiles that the ranges need, as far as the case has them."""
    wanted = {merkle.tile_path(tile): tile for tile in merkle.tiles_needed(ranges, case["size"])}
    return {wanted[path]: b64decode(data) for path, data in case["tiles"].items()}


def _proof(case: Case) -> dict[str, Any]:
    index, size = case["index"], case["size"]
    ranges = [(index, index + 1), *merkle.inclusion_ranges(index, size)]
    leaf, *hashes = merkle.proof(ranges, size, _held(case, ranges))
    assert merkle.included(leaf, index, size, hashes, _root(size))
    return {"leaf": b64encode(leaf), "hashes": [b64encode(h) for h in hashes]}


def _prefix(case: Case) -> list[str]:
    old, size = case["old"], case["size"]
    ranges = merkle.prefix_ranges(old, size)
    hashes = merkle.proof(ranges, size, _held(case, ranges))
    assert merkle.older_root(old, size, hashes, _root(size)) == plain_merkle.root(
        merkle_cases.leaves(old)
    )
    return [b64encode(h) for h in hashes]


def _root(size: int) -> bytes:
    return b64decode(load("merkle")["roots"][str(size)])


RUN: dict[str, Any] = {
    "leaf": lambda c: merkle.leaf_hash(bytes.fromhex(c["entry"])).hex(),
    "node": lambda c: merkle.node_hash(*(bytes.fromhex(c[s]) for s in ("left", "right"))).hex(),
    "entry": lambda c: merkle.certificate_entry(bytes.fromhex(c["data"])).hex(),
    "included": lambda c: merkle.included(
        b64decode(c["leaf"]), c["index"], c["size"], _hashes(c), b64decode(c["root"])
    ),
    "older": lambda c: b64encode(
        merkle.older_root(c["old"], c["size"], _hashes(c), b64decode(c["root"]))
    ),
    "path": lambda c: merkle.tile_path(tuple(c["tile"])),
    "bundle-path": lambda c: merkle.bundle_path(*c["bundle"]),
    "tiles": lambda c: [list(tile) for tile in merkle.tiles(c["size"])],
    "needed": lambda c: [list(tile) for tile in merkle.inclusion_tiles(c["index"], c["size"])],
    "proof": _proof,
    "prefix": _prefix,
    "cut": lambda c: b64encode(merkle.cut_tile(tuple(c["tile"]), b64decode(c["data"]))),
    "bundle": lambda c: [e.hex() for e in merkle.decode_bundle(bytes.fromhex(c["data"]))],
}


@pytest.mark.parametrize("case", cases("merkle"), ids=named)
def test_vector(case: Case) -> None:
    assert agrees(answer(lambda: RUN[case["kind"]](case)), case["expect"])


def _checkpoint(case: Case) -> dict[str, Any]:
    found = merkle.parse_checkpoint(b64decode(case["note"]), CHECKPOINT_KEY)
    return {"origin": found.origin, "size": found.size, "root": found.root.hex()}


@pytest.mark.parametrize("case", cases("checkpoints"), ids=named)
def test_checkpoint_vector(case: Case) -> None:
    assert agrees(answer(lambda: _checkpoint(case)), case["expect"])


def test_checkpoint_comes_back() -> None:
    checkpoint = merkle.Checkpoint(CHECKPOINT_KEY.name, 2**31, bytes(range(32)))
    data = merkle.sign_checkpoint(checkpoint, key("log"))
    assert merkle.parse_checkpoint(data, CHECKPOINT_KEY) == checkpoint


SIZES = st.integers(1, 700)


@given(SIZES, st.data())
def test_every_proof_out_of_tiles_holds(size: int, data: st.DataObject) -> None:
    leaves = merkle_cases.leaves(700)[:size]
    root, held = plain_merkle.root(leaves), _all_tiles(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    hashes = merkle.proof(merkle.inclusion_ranges(index, size), size, held)
    assert hashes == plain_merkle.inclusion(index, leaves)
    assert merkle.included(leaves[index], index, size, hashes, root)
    ranges = merkle.prefix_ranges(old, size)
    assert set(merkle.tiles_needed(ranges, size)) <= set(held)
    older = merkle.older_root(old, size, merkle.proof(ranges, size, held), root)
    assert older == plain_merkle.root(leaves[:old])
    assert merkle.range_hash(0, size, size, held) == merkle.root_of(leaves) == root


def _all_tiles(leaves: list[bytes]) -> dict[Tile, bytes]:
    held = {}
    for level, n, width in merkle.tiles(len(leaves)):
        unit = merkle.TILE**level
        starts = range(n * merkle.TILE * unit, (n * merkle.TILE + width) * unit, unit)
        parts = [merkle.root_of(leaves[at : at + unit]) for at in starts]
        held[level, n, width] = b"".join(parts)
    return held


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_bundle_comes_back(entries: list[bytes]) -> None:
    assert merkle.decode_bundle(merkle.encode_bundle(entries)) == entries


@pytest.mark.parametrize("index", [-1, 8, 2**40])
def test_an_index_outside_the_tree_is_not_included(index: int) -> None:
    leaf = merkle_cases.leaves(8)[7]
    hashes = plain_merkle.inclusion(7, merkle_cases.leaves(8))
    assert not merkle.included(leaf, index, 8, hashes, merkle_cases.root(8))


def test_only_the_first_entry_is_in_a_tree_of_one() -> None:
    leaf = merkle_cases.leaves(1)[0]
    assert merkle.included(leaf, 0, 1, [], leaf)
    for index in (-1, 1, 2):
        assert not merkle.included(leaf, index, 1, [], leaf)
    for length in (0, 31, 33):
        assert not merkle.included(bytes(length), 0, 1, [], bytes(length))


def test_a_proof_has_the_hashes_of_its_size_and_no_others() -> None:
    left, right = merkle_cases.leaves(2)
    root = merkle.node_hash(left, right)
    assert merkle.included(right, 1, 2, [left], root)
    assert not merkle.included(right, 0, 1, [left], root)
    assert not merkle.included(root, 0, 2, [], root)
    assert not merkle.included(left, 0, 2, [right[:31]], merkle.node_hash(left, right[:31]))


def test_an_older_root_is_made_of_whole_hashes() -> None:
    left, right = merkle_cases.leaves(2)
    assert merkle.older_root(1, 2, [left, right], merkle.node_hash(left, right)) == left
    for first, second in ((left, right[:31]), (left[:31], right), (left[:31], right[:31])):
        with pytest.raises(Malformed, match="proof: another number"):
            merkle.older_root(1, 2, [first, second], merkle.node_hash(first, second))
    with pytest.raises(Malformed, match="proof: another number"):
        merkle.older_root(1, 1, [left[:31]], left[:31])


def test_tiles_of_the_last_leaf_of_a_tile() -> None:
    assert merkle.inclusion_tiles(255, 1024) == [(0, 0, 256), (1, 0, 4)]


def test_a_range_across_two_tiles() -> None:
    leaves = merkle_cases.leaves(300)
    left, right = (merkle.node_hash(*leaves[at : at + 2]) for at in (254, 256))
    assert merkle.range_hash(254, 258, 300, _all_tiles(leaves)) == merkle.node_hash(left, right)


def test_trust_entry_is_over_the_text() -> None:
    assert merkle.trust_entry("x\n").hex() == (
        "03" + "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac"
    )


def test_tiles_of_a_large_tree() -> None:
    held = list(merkle.tiles(1_000_000))
    assert [tile for tile in held if tile[2] < merkle.TILE] == [
        (0, 3906, 64),
        (1, 15, 66),
        (2, 0, 15),
    ]
    assert len(held) == 3906 + 1 + 15 + 1 + 1


def test_a_tile_is_missing() -> None:
    with pytest.raises(Malformed, match="missing"):
        merkle.subtree_hash((0, 256), 256, {})


@pytest.mark.parametrize("length", [0, 63, 65, 96])
def test_hashes_of_a_tile_have_exactly_its_width(length: int) -> None:
    with pytest.raises(Malformed, match="tile: not the length of its width"):
        merkle.tile_hashes((0, 0, 2), bytes(length))
    assert merkle.tile_hashes((0, 0, 2), bytes(32) + b"\x01" * 32) == [bytes(32), b"\x01" * 32]


@pytest.mark.parametrize(
    ("first", "end", "parts"),
    [
        (0, 1, [(0, 1)]),
        (0, 3, [(0, 2), (2, 3)]),
        (4, 8, [(4, 8)]),
        (2, 6, [(2, 4), (4, 6)]),
        (6, 9, [(6, 8), (8, 9)]),
        (0, 7, [(0, 4), (4, 6), (6, 7)]),
    ],
)
def test_leaves_are_covered_by_perfect_subtrees(
    first: int, end: int, parts: list[tuple[int, int]]
) -> None:
    assert merkle.cover(first, end) == parts


@pytest.mark.parametrize("count", [0, 1, 2, 3, 255, 256])
def test_parents_are_the_nodes_over_whole_pairs(count: int) -> None:
    leaves = [merkle.leaf_hash(b"%d" % n) for n in range(count)]
    pairs = [merkle.node_hash(*leaves[n : n + 2]) for n in range(0, count - 1, 2)]
    assert merkle.parents(b"".join(leaves)) == b"".join(pairs)
