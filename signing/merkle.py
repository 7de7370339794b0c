"""The log: Merkle tree, tiles, bundles, checkpoints and proofs (C2SP tlog-tiles, RFC 6962).

leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right). Hashes are 32 bytes, tiles
hold up to 256 of them: tile (level, n) has the roots of 256 subtrees of 256^level leaves each.
Nothing here reads a file: a caller asks which tiles a proof needs, gets them, and hands them in.

>>> tile_path((0, 1234067, 256))
'tile/0/x001/x234/067'
>>> tile_path((0, 39062, 128))
'tile/0/x039/062.p/128'
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from signing import note
from signing.canonical import b64decode, b64encode
from signing.keys import Signer, Vkey
from signing.reasons import Malformed

HASH = 32
TILE = 256
MAX_SIZE = 2**31
CERTIFICATE_ENTRY = b"\x01"
TRUST_ENTRY = b"\x03"
_sha256 = hashlib.sha256
_PAIRS = struct.Struct(f"{2 * HASH}s").iter_unpack

Tile = tuple[int, int, int]
"""(level, number, width): width 1 to 256 hashes."""
Subtree = tuple[int, int]
"""(first leaf, end): a perfect, aligned subtree."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


def certificate_entry(data: bytes) -> bytes:
    """The log entry of a certificate: 33 bytes, 0x01 and the SHA-256 of its bytes."""
    return CERTIFICATE_ENTRY + hashlib.sha256(data).digest()


def trust_entry(text: str) -> bytes:
    """The log entry of a trust document: 0x03 and the SHA-256 of its note's text."""
    return TRUST_ENTRY + hashlib.sha256(text.encode()).digest()


def split_point(count: int) -> int:
    """The largest power of two below ``count`` (``count`` >= 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Root over at least one hash, level by level."""
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def parents(level: bytes) -> bytes:
    """The nodes over the pairs of a level, both joined; an odd last one has none."""
    whole = memoryview(level)[: len(level) // (2 * HASH) * (2 * HASH)]
    return b"".join([_sha256(b"\x01" + pair).digest() for (pair,) in _PAIRS(whole)])


# Tiles ---------------------------------------------------------------------------------------


def tile_path(tile: Tile) -> str:
    """Path of a tile below the log's folder."""
    level, n, width = tile
    return f"tile/{level}/{_number(n)}" + (f".p/{width}" if width < TILE else "")


def bundle_path(n: int, width: int) -> str:
    """Path of an entry bundle below the log's folder."""
    return f"tile/entries/{_number(n)}" + (f".p/{width}" if width < TILE else "")


def _number(n: int) -> str:
    parts = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        parts.insert(0, f"x{n % 1000:03d}")
    return "/".join(parts)


def tiles(size: int) -> Iterator[Tile]:
    """Every tile of a tree of ``size`` leaves, partial ones at their width for that size."""
    level = 0
    while size:
        full, rest = divmod(size, TILE)
        yield from ((level, n, TILE) for n in range(full))
        if rest:
            yield (level, full, rest)
        size, level = full, level + 1


def tile_hashes(tile: Tile, data: bytes) -> list[bytes]:
    """The hashes in a tile's bytes. Malformed unless it holds exactly its width."""
    if len(data) != tile[2] * HASH:
        raise Malformed("tile", "not the length of its width")
    return [data[i : i + HASH] for i in range(0, len(data), HASH)]


def cut_tile(tile: Tile, data: bytes) -> bytes:
    """A tile out of a wider one of the same place. Malformed if ``data`` is no tile that wide."""
    if len(data) % HASH or not tile[2] * HASH <= len(data) <= TILE * HASH:
        raise Malformed("tile", "not whole hashes, or fewer than wanted")
    return data[: tile[2] * HASH]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry behind its big-endian 16-bit length."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Malformed if the lengths do not add up."""
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise Malformed("bundle", "an entry is cut off")
        entries.append(entry)
        at += 2 + length
    return entries


# Subtree hashes out of tiles -----------------------------------------------------------------


def cover(first: int, end: int) -> list[Subtree]:
    """Perfect subtrees whose hashes make the hash of leaves first..end (RFC 6962 section 2.1)."""
    count = end - first
    if count & (count - 1) == 0 and first % count == 0:
        return [(first, end)]
    middle = first + split_point(count)
    return cover(first, middle) + cover(middle, end)


def subtree_tile(subtree: Subtree, size: int) -> Tile:
    """The tile, at its width in a tree of ``size`` leaves, that gives a perfect subtree's hash."""
    first, end = subtree
    level = ((end - first).bit_length() - 1) // 8
    n = (first >> (8 * level)) // TILE
    return (level, n, min(TILE, (size >> (8 * level)) - TILE * n))


def subtree_hash(subtree: Subtree, size: int, held: Mapping[Tile, bytes]) -> bytes:
    """The hash of a perfect subtree out of its tile. Malformed if it is missing or short."""
    tile = subtree_tile(subtree, size)
    if tile not in held:
        raise Malformed("tile", "missing")
    data = held[tile]
    if len(data) != tile[2] * HASH:
        raise Malformed("tile", "not the length of its width")
    unit = 1 << (8 * tile[0])
    at = subtree[0] // unit % TILE * HASH
    end = at + (subtree[1] - subtree[0]) // unit * HASH
    return root_of([data[i : i + HASH] for i in range(at, end, HASH)])


def range_hash(first: int, end: int, size: int, held: Mapping[Tile, bytes]) -> bytes:
    """The hash over leaves first..end of a tree of ``size``, out of tiles."""
    count = end - first
    if count & (count - 1) == 0 and first % count == 0:
        return subtree_hash((first, end), size, held)
    middle = first + split_point(count)
    return node_hash(range_hash(first, middle, size, held), range_hash(middle, end, size, held))


# Proofs --------------------------------------------------------------------------------------


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose hashes are the inclusion proof of ``index``, nearest first (2.1.1)."""
    ranges, first, end = [], 0, size
    while end - first > 1:
        middle = first + split_point(end - first)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def prefix_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges of the consistency proof of ``old`` in ``size`` (RFC 6962 section 2.1.2).

    The first range, which the RFC leaves out where ``old`` is a power of two, always stands, so
    that the proof itself says which root the older tree had.
    """
    ranges, first, end = [], 0, size
    while old != end:
        middle = first + split_point(end - first)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    return [(first, end), *ranges[::-1]]


def tiles_needed(ranges: Iterable[tuple[int, int]], size: int) -> list[Tile]:
    """The tiles that give the hashes of ``ranges`` in a tree of ``size``, each once."""
    found = {subtree_tile(part, size): None for r in ranges for part in cover(*r)}
    return list(found)


def inclusion_tiles(index: int, size: int) -> list[Tile]:
    """The tiles needed to prove what stands at ``index`` in a tree of ``size``."""
    return tiles_needed([(index, index + 1), *inclusion_ranges(index, size)], size)


def proof(ranges: Iterable[tuple[int, int]], size: int, held: Mapping[Tile, bytes]) -> list[bytes]:
    """The hashes of ``ranges`` out of tiles: an inclusion or a prefix proof."""
    return [range_hash(first, end, size, held) for first, end in ranges]


def included(leaf: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes) -> bool:
    """Whether ``hashes`` prove that ``leaf`` stands at ``index`` of the tree with this root.

    RFC 9162 section 2.1.3.2, bit by bit: no ranges are made, for this is asked for every code.
    """
    if not 0 <= index < size or len(leaf) != HASH:
        return False
    value, at, last = leaf, index, size - 1
    for sibling in hashes:
        if not last or len(sibling) != HASH:
            return False
        if at & 1 or at == last:
            value = _sha256(b"\x01" + sibling + value).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = _sha256(b"\x01" + value + sibling).digest()
        at, last = at >> 1, last >> 1
    return not last and value == root


def older_root(old: int, size: int, hashes: Sequence[bytes], root: bytes) -> bytes:
    """The root at size ``old`` that a prefix proof shows inside the tree (size, root).

    Malformed if the hashes do not make ``root``; then they say nothing about the older tree.
    """
    if not 0 < old <= size:
        raise Malformed("proof", "no such older size")
    ranges = prefix_ranges(old, size)
    if len(ranges) != len(hashes) or any(len(h) != HASH for h in hashes):
        raise Malformed("proof", "another number of hashes")
    older = newer = hashes[0]
    start = ranges[0][0]
    for (first, _), sibling in zip(ranges[1:], hashes[1:], strict=True):
        if first < start:
            older, newer, start = node_hash(sibling, older), node_hash(sibling, newer), first
        else:
            newer = node_hash(newer, sibling)
    if newer != root:
        raise Malformed("proof", "the hashes do not make the root")
    return older


# Checkpoints ---------------------------------------------------------------------------------

_SIZE = re.compile(r"[1-9][0-9]{0,9}\Z")


class Checkpoint(NamedTuple):
    """The size and root of the log, signed by its key (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The three lines that the log key signs."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The signed checkpoint; the key's name is the origin."""
    text = checkpoint_text(checkpoint)
    return note.assemble(text, [note.sign_line(text, checkpoint.origin, signer)])


def parse_checkpoint(data: bytes, key: Vkey) -> Checkpoint:
    """The checkpoint in a note signed by the log key. Malformed else; other lines are ignored."""
    parsed = note.parse(data)
    if not note.signers(parsed, [key]):
        raise Malformed("checkpoint", "not signed by the log key")
    lines = parsed.text.split("\n")
    if len(lines) != 4 or lines[0] != key.name or not _SIZE.match(lines[1]):
        raise Malformed("checkpoint", "not three lines of origin, size and root")
    size, root = int(lines[1]), b64decode(lines[2])
    if size > MAX_SIZE or len(root) != HASH:
        raise Malformed("checkpoint", "size or root out of range")
    return Checkpoint(lines[0], size, root)
