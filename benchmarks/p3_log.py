"""P3 at sizes that no ledger is made for: the log alone, staged, exchanged and read back.

Entries are made, not stored, so 10,000,000 of them fit a benchmark. The rest is what a build does:
tree, tiles and bundles, staging, read-back of the log before and after the exchange. Lists, pages
and the reading of the ledger are missing on both sides of the ratio; docs/scale.md adds them.

    python -m benchmarks.p3_log [--size 200000]
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Found, Point, run
from registry import log, publish, readback
from registry.served import Served, stamp
from registry.site_files import Files
from registry.source import FolderSource
from signing import merkle

NOW = 1_795_489_200
TARGET = 0.02
ADDED = (1, 1_000, 1, 1_000)
"""The first one has no spare folder yet."""


def entries(first: int, end: int) -> Iterator[bytes]:
    """Entries of the form of the log: a byte of type, a digest."""
    for index in range(first, end):
        yield b"\x01" + hashlib.sha256(index.to_bytes(8)).digest()


def leaves(first: int, end: int) -> Iterator[bytes]:
    """Their leaf hashes."""
    return map(merkle.leaf_hash, entries(first, end))


class Growing:
    """A log in a folder, published again and again at a larger size."""

    def __init__(self, public: Path) -> None:
        self.public = public
        self.sizes: list[int] = []
        self.root = b""

    def publish(self, size: int) -> dict[str, float | int]:
        """Publish it at ``size``: seconds, CPU seconds, names, what was written."""
        wall, cpu = time.perf_counter(), time.process_time()
        old, source = (self.sizes or [0])[-1], FolderSource(self.public)
        if old:
            known = old - old % merkle.TILE
            tree = log.Tree.grown(old, self.root, readback.edge(source), leaves(known, size))
        else:
            tree = log.Tree(leaves(0, size))
        stamps = {stamp(n, NOW + n) for n in range(len(self.sizes))}
        served = Served(self.public, stamps)
        files = Files(served)
        for piece in log.pieces([*self.sizes, size], tree.__getitem__, entries):
            files.add_final(*piece)
        mark = stamp(len(self.sizes), NOW + len(self.sizes))
        with publish.staged(
            self.public, files, kept=files.kept, served=served, mark=mark
        ) as folder:
            self._read_back(folder, old, size, tree.root())
            publish.exchange(folder, self.public)
        self._read_back(self.public, old, size, tree.root())
        self.sizes.append(size)
        self.root = tree.root()
        done = time.perf_counter() - wall, time.process_time() - cpu
        return {
            "seconds": round(done[0], 3),
            "cpu": round(done[1], 3),
            "files": len(files) + len(files.kept),
            "written_files": len(files),
            "written_bytes": sum((self.public / path).stat().st_size for path in files),
        }

    def _read_back(self, folder: Path, old: int, size: int, root: bytes) -> None:
        source = FolderSource(folder)
        hashes = readback.leaves(source, old - old % merkle.TILE, size)
        if old:
            tree = log.Tree.grown(old, self.root, readback.edge(source), hashes)
        else:
            tree = log.Tree(hashes)
        if tree.root() != root:
            raise RuntimeError("read back wrongly")


def measure(size: int) -> Found:
    """A log of ``size``, then ``ADDED`` onto it."""
    with tempfile.TemporaryDirectory() as place:
        growing = Growing(Path(place) / "public")
        full = growing.publish(size)
        steps: list[dict[str, Any]] = []
        for count in ADDED:
            size += count
            steps.append({"added": count, **growing.publish(size)})
    begin = size - sum(ADDED)
    return Found(
        size=begin,
        things="certificates",
        figures=[
            Figure(
                id="P3",
                work=f"log alone: {step['added']:,} more onto {begin:,}"
                + ("" if number else ", no spare yet"),
                reference="the whole of the same log",
                ratio=round(step["seconds"] / full["seconds"], 4),
                target=TARGET if step["added"] == 1_000 else None,
                why=f"{step['written_files']} files, {step['written_bytes']:,} bytes written",
            )
            for number, step in enumerate(steps)
        ],
        points=[
            Point("whole log", full["seconds"]),
            *(Point(f"log +{step['added']:,}", step["seconds"]) for step in steps[-2:]),
        ],
        details={"full": full, "steps": steps},
    )


if __name__ == "__main__":
    run("p3_log", measure, 200_000)
