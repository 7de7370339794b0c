"""Tiles: their paths, which a proof needs, and what comes out of them (C2SP tlog-tiles)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.vectors import plain_merkle
from tests.vectors.world import b64, malformed, ok

SIZES = (1, 2, 255, 256, 257, 300, 600, 65_536, 65_793)
TILE = 256
PATHS = (
    ([0, 0, 256], "tile/0/000"),
    ([0, 0, 1], "tile/0/000.p/1"),
    ([0, 999, 256], "tile/0/999"),
    ([0, 1000, 256], "tile/0/x001/000"),
    ([1, 1000, 255], "tile/1/x001/000.p/255"),
    ([0, 1_234_067, 256], "tile/0/x001/x234/067"),
    ([0, 39_062, 128], "tile/0/x039/062.p/128"),
    ([15, 123_456_789, 41], "tile/15/x123/x456/789.p/41"),
)
BUNDLES = (
    ([0, 256], "tile/entries/000"),
    ([0, 8], "tile/entries/000.p/8"),
    ([1_234_067, 256], "tile/entries/x001/x234/067"),
    ([123_456_789, 41], "tile/entries/x123/x456/789.p/41"),
)
Tile = tuple[int, int, int]
Leaves = Callable[[int], list[bytes]]
Case = dict[str, Any]


def cases(leaves: Leaves) -> Iterator[Case]:
    yield from _paths()
    for size in (1, 2, 255, 256, 257, 300, 600):
        said = ok([list(tile) for tile in _all(size)])
        yield {"name": f"tiles-of-{size}", "kind": "tiles", "size": size, "expect": said}
    yield from _proofs(leaves)
    yield from _cuts()
    yield from _bundles()


def _paths() -> Iterator[Case]:
    for tile, path in PATHS:
        name = "path-" + "-".join(map(str, tile))
        yield {"name": name, "kind": "path", "tile": tile, "expect": ok(path)}
    for bundle, path in BUNDLES:
        name = "bundle-path-" + "-".join(map(str, bundle))
        yield {"name": name, "kind": "bundle-path", "bundle": bundle, "expect": ok(path)}


def _all(size: int) -> list[Tile]:
    """Every tile of a tree, level by level: a hash at level L stands for 256^L leaves."""
    tiles, level, unit = [], 0, 1
    while size >= unit:
        whole = size // unit
        tiles += [(level, n, min(TILE, whole - TILE * n)) for n in range(-(-whole // TILE))]
        level, unit = level + 1, unit * TILE
    return tiles


def _needed(first: int, end: int, size: int) -> list[Tile]:
    """The tiles of the perfect subtrees that make the hash of leaves first..end, left to right."""
    count = end - first
    if count & (count - 1) or first % count:
        k = first + plain_merkle.split(count)
        return _needed(first, k, size) + _needed(k, end, size)
    level = (count.bit_length() - 1) // 8
    unit = TILE**level
    n = first // unit // TILE
    return [(level, n, min(TILE, size // unit - TILE * n))]


def _siblings(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges of an inclusion proof, nearest first."""

    def ranges(first: int, end: int) -> list[tuple[int, int]]:
        if end - first == 1:
            return []
        k = first + plain_merkle.split(end - first)
        return [*ranges(first, k), (k, end)] if index < k else [*ranges(k, end), (first, k)]

    return ranges(0, size)


def _kept(size: int, old: int) -> list[tuple[int, int]]:
    """The leaf ranges of a proof of the older tree, as plain_merkle.prefix orders them."""

    def ranges(first: int, end: int) -> list[tuple[int, int]]:
        if old == end:
            return [(first, end)]
        k = first + plain_merkle.split(end - first)
        return [*ranges(first, k), (k, end)] if old <= k else [*ranges(k, end), (first, k)]

    return ranges(0, size)


def _once(tiles: list[Tile]) -> list[Tile]:
    return list(dict.fromkeys(tiles))


def _data(tile: Tile, leaves: list[bytes]) -> bytes:
    level, n, width = tile
    unit = TILE**level
    starts = range(TILE * n * unit, (TILE * n + width) * unit, unit)
    return b"".join(plain_merkle.root(leaves[at : at + unit]) for at in starts)


def _path(tile: Tile) -> str:
    level, n, width = tile
    digits = f"{n:03d}" if n < 1000 else f"x{n // 1000:03d}/{n % 1000:03d}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < TILE else "")


def _proofs(leaves: Leaves) -> Iterator[Case]:
    wanted = (
        (0, 1),
        (0, 2),
        (200, 256),
        (256, 257),
        (7, 300),
        (299, 300),
        (300, 600),
        (65_792, 65_793),
    )
    for index, size in wanted:
        ranges = [(index, index + 1), *_siblings(index, size)]
        tiles = _once([tile for part in ranges for tile in _needed(*part, size)])
        given = {"index": index, "size": size}
        said = ok([list(tile) for tile in tiles])
        yield {"name": f"needed-{index}-of-{size}", "kind": "needed", **given, "expect": said}
        held = leaves(size)
        data = {_path(tile): b64(_data(tile, held)) for tile in tiles}
        hashes = [b64(h) for h in plain_merkle.inclusion(index, held)]
        said = ok({"leaf": b64(held[index]), "hashes": hashes})
        case = {"kind": "proof", **given, "tiles": data, "expect": said}
        yield {"name": f"proof-{index}-of-{size}", **case}
        if (index, size) == (7, 300):
            yield from _tampered(case)
    for old, size in ((1, 2), (256, 257), (200, 300), (257, 600), (65_536, 65_793)):
        tiles = _once([tile for part in _kept(size, old) for tile in _needed(*part, size)])
        held = leaves(size)
        data = {_path(tile): b64(_data(tile, held)) for tile in tiles}
        said = ok([b64(h) for h in plain_merkle.prefix(old, held)])
        case = {"kind": "prefix", "old": old, "size": size, "tiles": data, "expect": said}
        yield {"name": f"prefix-{old}-of-{size}", **case}


def _tampered(case: Case) -> Iterator[Case]:
    """Tiles that are missing, short, long or no tile: could not check."""
    first, *rest = case["tiles"]
    fault = {"expect": malformed("tile")}
    others = {path: case["tiles"][path] for path in rest}
    yield {"name": "proof-tile-missing", **case, "tiles": others, **fault}
    for name, data in {
        "empty": b"",
        "short": bytes(255 * 32),
        "cut": bytes(256 * 32 - 1),
        "long": bytes(257 * 32),
        "html": b"<!doctype html><title>404</title>",
    }.items():
        yield {"name": f"proof-tile-{name}", **case, "tiles": {first: b64(data)} | others, **fault}


def _cuts() -> Iterator[Case]:
    wide = b"".join(bytes([n]) * 32 for n in range(44))
    for name, tile, data, expect in (
        ("same-width", [0, 1, 44], wide, ok(b64(wide))),
        ("wider", [0, 1, 7], wide, ok(b64(wide[: 7 * 32]))),
        ("full", [0, 1, 256], bytes(8192), ok(b64(bytes(8192)))),
        ("narrower", [0, 1, 45], wide, malformed("tile")),
        ("half-a-hash", [0, 1, 7], wide + b"\0", malformed("tile")),
        ("too-wide", [0, 1, 7], bytes(8192 + 32), malformed("tile")),
        ("empty", [0, 1, 1], b"", malformed("tile")),
    ):
        given = {"tile": tile, "data": b64(data)}
        yield {"name": f"cut-{name}", "kind": "cut", **given, "expect": expect}


def _bundles() -> Iterator[Case]:
    entry = b"\x01" + bytes(32)
    two = b"\x00\x21" + entry + b"\x00\x21" + b"\x03" + bytes(32)
    for name, data, expect in (
        ("empty", b"", ok([])),
        ("two", two, ok([entry.hex(), "03" + "00" * 32])),
        ("empty-entry", b"\x00\x00", ok([""])),
        ("other-length", b"\x01\x00" + bytes(256), ok(["00" * 256])),
        ("cut", two[:-1], malformed("bundle")),
        ("half-a-length", two + b"\0", malformed("bundle")),
        ("length-alone", b"\x00\x21", malformed("bundle")),
    ):
        given = {"data": data.hex()}
        yield {"name": f"bundle-{name}", "kind": "bundle", **given, "expect": expect}
