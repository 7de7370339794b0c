"""A log of 300,001 entries as this project publishes it, and proofs that it makes from its tiles.

Programs that are not ours judge it. Sizes 1 to 1,025 are signed besides the last one, as if each
had been published by itself; every proof comes out of :mod:`signing.merkle` and the tiles' bytes.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry import log
from signing import keys, merkle
from signing.canonical import b64encode
from signing.merkle import Checkpoint

ORIGIN = "cek.example.go.id/log"
LARGE = 300_001
SIZES = (*range(1, 1_026), LARGE)
SIGNER = keys.PrivateKey.from_seed(hashlib.sha256(b"foreign log").digest())
VKEY = keys.Vkey(ORIGIN, SIGNER.public)


@dataclass(frozen=True, slots=True)
class Proof:
    """An inclusion proof of ``number`` in ``size``, or a consistency proof from that older size."""

    number: int
    size: int
    hashes: list[bytes]


@dataclass(frozen=True, slots=True)
class PublishedLog:
    """The log in a folder: ``site/log`` as served, ``entries`` and ``cases.json`` beside it."""

    folder: Path
    entries: list[bytes]
    roots: dict[int, bytes]
    included: list[Proof] = field(default_factory=list)
    grown: list[Proof] = field(default_factory=list)

    @property
    def served(self) -> Path:
        """What a tlog-tiles client is pointed at."""
        return self.folder / "site" / "log"

    def checkpoint(self, size: int) -> str:
        """The signed checkpoint of a size, as served."""
        return (self.served / "checkpoints" / str(size)).read_text("utf-8")


def entry(index: int) -> bytes:
    """The entry of an invented certificate; entry 0 is one of a trust document."""
    return (b"\x01" if index else b"\x03") + hashlib.sha256(b"entry %d" % index).digest()


def publish(folder: Path) -> PublishedLog:
    """Write the log, and a proof for up to four places of every size."""
    entries = [entry(index) for index in range(LARGE)]
    tree = log.Tree(map(merkle.leaf_hash, entries))
    roots = {size: tree.root(size) for size in SIZES}
    signed = {
        size: merkle.sign_checkpoint(Checkpoint(ORIGIN, size, root), SIGNER)
        for size, root in roots.items()
    }
    published = PublishedLog(folder, entries, roots)
    files = log.signed(signed, LARGE)
    made = log.pieces(SIZES, tree.__getitem__, lambda first, end: entries[first:end])
    files.update((piece.path, piece.make()) for piece in made)
    for path, data in files.items():
        place = folder / "site" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    drawn = random.Random(1)
    for size in SIZES:
        places = {0, size // 2, size - 1, drawn.randrange(size)}
        published.included.extend(_included(tree, index, size) for index in sorted(places))
        olds = {1, (size + 1) // 2, size, drawn.randrange(size) + 1}
        published.grown.extend(_grown(tree, old, size) for old in sorted(olds))
    (folder / "entries").write_bytes(b"".join(entries))
    (folder / "cases.json").write_text(_cases(published), "ascii")
    return published


def _included(tree: log.Tree, index: int, size: int) -> Proof:
    return Proof(index, size, merkle.proof(merkle.inclusion_ranges(index, size), size, tree))


def _grown(tree: log.Tree, old: int, size: int) -> Proof:
    """The proof as RFC 6962 has it: where the older tree is a subtree, its root is left out."""
    hashes = merkle.proof(merkle.prefix_ranges(old, size), size, tree)
    return Proof(old, size, hashes[1:] if old & (old - 1) == 0 or old == size else hashes)


def _cases(published: PublishedLog) -> str:
    def plain(proofs: Sequence[Proof]) -> list[dict[str, object]]:
        return [
            {"number": p.number, "size": p.size, "hashes": [b64encode(h) for h in p.hashes]}
            for p in proofs
        ]

    value = {
        "vkey": VKEY.text,
        "sizes": SIZES,
        "included": plain(published.included),
        "grown": plain(published.grown),
    }
    return json.dumps(value)
