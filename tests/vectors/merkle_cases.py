"""merkle.json: tiles, bundles, and proofs of inclusion and of an older tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.vectors import merkle_tiles, plain_merkle
from tests.vectors.world import b64, malformed, ok, sha256

ABOUT = (
    "Entry i of every tree is the text `entry <i>`; `roots` has the root of each size used. `kind` "
    "included: whether `hashes` prove that `leaf` stands at `index` of the tree (`size`, `root`). "
    "older: the root at size `old` that `hashes` show inside (`size`, `root`). path: of a tile "
    "[level, number, width], or of a bundle [number, width]. tiles: all tiles of a size. needed: "
    "tiles for the proof of `index`, in order. proof, prefix: hashes out of `tiles` (base64 by "
    "path). leaf, node, entry: hashes as hex. cut: a tile out of a wider one. bundle: its entries."
)
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 255, 256, 257, 300)
Case = dict[str, Any]


@cache
def leaves(size: int) -> list[bytes]:
    return [plain_merkle.leaf(b"entry %d" % at) for at in range(size)]


@cache
def root(size: int) -> bytes:
    return plain_merkle.root(leaves(size))


def _places(size: int) -> list[int]:
    """All indexes of a small tree; of a large one the ends and the borders."""
    if size <= 9:
        return list(range(size))
    return sorted({0, 1, size // 2, size - 2, size - 1, plain_merkle.split(size)})


def _included() -> Iterator[Case]:
    for size in SIZES:
        for index in _places(size):
            hashes = plain_merkle.inclusion(index, leaves(size))
            yield _inclusion(f"included-{index}-of-{size}", index, size, hashes, held=True)
    size, index = 17, 11
    good = plain_merkle.inclusion(index, leaves(size))
    first = bytes([good[0][0] ^ 1]) + good[0][1:]
    last = good[-1][:31] + bytes([good[-1][31] ^ 128])
    for name, hashes in {
        "first-hash-changed": [first, *good[1:]],
        "last-hash-changed": [*good[:-1], last],
        "one-hash-less": good[:-1],
        "first-hash-missing": good[1:],
        "one-hash-more": [*good, good[0]],
        "no-hashes": [],
        "two-hashes-swapped": [good[1], good[0], *good[2:]],
        "hash-of-31-bytes": [good[0][:31], *good[1:]],
        "hash-of-33-bytes": [good[0] + b"\0", *good[1:]],
        "of-another-index": plain_merkle.inclusion(10, leaves(size)),
        "of-another-size": plain_merkle.inclusion(index, leaves(16)),
    }.items():
        yield _inclusion(f"not-included-{name}", index, size, hashes, held=False)
    for name, at, of in (
        ("index-at-size", 17, 17),
        ("other-index", 10, 17),
        ("other-size", 11, 16),
    ):
        yield _inclusion(f"not-included-{name}", at, of, good, held=False)
    case = _inclusion("not-included-another-leaf", index, size, good, held=False)
    yield case | {"leaf": b64(plain_merkle.leaf(b"entry 12"))}
    case = _inclusion("not-included-another-root", index, size, good, held=False)
    yield case | {"root": b64(root(16))}
    case = _inclusion("not-included-leaf-of-31-bytes", index, size, good, held=False)
    yield case | {"leaf": b64(leaves(size)[index][:31])}
    node = plain_merkle.node(leaves(4)[0], leaves(4)[1])
    case = _inclusion("not-included-node-as-leaf", 0, 4, [root(2), node], held=False)
    yield case | {"leaf": b64(node)}
    case = _inclusion("not-included-root-as-leaf-of-one", 0, 1, [], held=False)
    yield case | {"root": b64(root(2))}


def _inclusion(name: str, index: int, size: int, hashes: list[bytes], *, held: bool) -> Case:
    return {
        "name": name,
        "kind": "included",
        "leaf": b64(leaves(max(size, index + 1))[index]),
        "index": index,
        "size": size,
        "hashes": [b64(h) for h in hashes],
        "root": b64(root(size)),
        "expect": ok(held),
    }


def _older() -> Iterator[Case]:
    for size in SIZES:
        sizes = range(1, size + 1) if size <= 9 else [*_places(size)[1:], size]
        for old in sizes:
            hashes = plain_merkle.prefix(old, leaves(size))
            yield _prefix(f"older-{old}-of-{size}", old, size, hashes, ok(b64(root(old))))
    old, size, fault = 11, 17, malformed("proof")
    good = plain_merkle.prefix(old, leaves(size))
    for name, hashes in {
        "first-hash-changed": [sha256(b"x"), *good[1:]],
        "last-hash-changed": [*good[:-1], sha256(b"x")],
        "one-hash-less": good[:-1],
        "one-hash-more": [*good, good[0]],
        "no-hashes": [],
        "two-hashes-swapped": [good[1], good[0], *good[2:]],
        "hash-of-31-bytes": [good[0][:31], *good[1:]],
        "of-another-size": plain_merkle.prefix(10, leaves(size)),
        "of-another-tree": plain_merkle.prefix(old, leaves(16)),
    }.items():
        yield _prefix(f"not-older-{name}", old, size, hashes, fault)
    for name, at in (("zero", 0), ("past-size", 18)):
        yield _prefix(f"not-older-{name}", at, size, good, fault)
    case = _prefix("not-older-another-root", old, size, good, fault)
    yield case | {"root": b64(root(16))}
    case = _prefix("not-older-equal-size-another-root", size, size, [root(16)], fault)
    yield case


def _prefix(name: str, old: int, size: int, hashes: list[bytes], expect: dict[str, Any]) -> Case:
    return {
        "name": name,
        "kind": "older",
        "old": old,
        "size": size,
        "hashes": [b64(h) for h in hashes],
        "root": b64(root(size)),
        "expect": expect,
    }


def _hashes() -> Iterator[Case]:
    for name, entry in {"empty": b"", "certificate": b"\x01" + bytes(32)}.items():
        said = ok(plain_merkle.leaf(entry).hex())
        yield {"name": f"leaf-{name}", "kind": "leaf", "entry": entry.hex(), "expect": said}
    one, two = leaves(2)
    given = {"left": one.hex(), "right": two.hex()}
    yield {"name": "node", "kind": "node", **given, "expect": ok(root(2).hex())}
    for name, data in {"empty": b"", "bytes": b"\xd2\x84\x49"}.items():
        said = ok("01" + sha256(data).hex())
        yield {"name": f"entry-{name}", "kind": "entry", "data": data.hex(), "expect": said}


def document() -> dict[str, Any]:
    sizes = sorted({*SIZES, *range(1, 10), *merkle_tiles.SIZES})
    return {
        "about": ABOUT,
        "roots": {str(size): b64(root(size)) for size in sizes},
        "cases": [*_hashes(), *_included(), *_older(), *merkle_tiles.cases(leaves)],
    }
