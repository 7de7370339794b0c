"""P5: the audit of a published site against hashing the same bytes once, in one run.

    python -m benchmarks.p5_audit [--size 10000]

The audit recomputes everything: trust documents, notes, log, status lists, catalogue, all other
files, compressed twins. Reference = SHA-256 of every file of the same folder, one by one. Both in
CPU seconds of this process, by turns; the files have been read before. The site is built with its
states; of its certificates only the digests are published, so that random ones stand for them.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figure import Figure, Found, Point, forget_peak, run
from benchmarks.p3_publish import NOW, add
from registry import build, demo
from registry.audit import audit
from registry.keyring import Keyring
from registry.rows import ChangeRow
from registry.source import FolderSource
from registry.store import Store
from signing.status import State

LARGE = 100_000
"""Certificates from which on one turn is enough."""


def prepared(place: Path, size: int) -> Path:
    """The public folder of a registry of ``size`` certificates, 1 % of them revoked."""
    wishes = demo.Wishes(
        folder=place / "demo",
        public=place / "public",
        site="http://127.0.0.1:8080/",
        now=NOW,
        records=12,
        seed=1,
    )
    workspace = demo.make(wishes, lambda _words: None).workspace
    draw = random.Random(size)
    with Store.open(workspace.database, writer=True) as store:
        first = store.size()
        add(store, size, draw)
        revoked = sorted(draw.sample(range(first, first + size), size // 100))
        with store.transaction():
            store.add_changes(
                ChangeRow(index, State.VALID, State.REVOKED, "other", None, NOW)
                for index in revoked
            )
        terms = build.Terms(NOW + 60, clock_checked=True)
        build.build(workspace, store, Keyring(workspace.keys, demo=True), terms)
    return workspace.public


def audited(public: Path) -> int:
    """Entries of the log after an audit without a fault."""
    report = audit(FolderSource(public), None, NOW + 120)
    if report.faults or report.could_not_check:
        raise RuntimeError(f"{[*report.faults, *report.could_not_check][:3]}")
    return report.size


def hashed(public: Path) -> int:
    """Bytes of all files, each hashed once."""
    total = 0
    for path in public.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            hashlib.sha256(data).digest()
            total += len(data)
    return total


def timed(work: Callable[[Path], int], public: Path) -> float:
    """CPU seconds."""
    start = time.process_time()
    work(public)
    return time.process_time() - start


def measure(size: int) -> Found:
    """Audit a site of ``size`` certificates, and the reference."""
    with tempfile.TemporaryDirectory() as name:
        public = prepared(Path(name), size)
        content, files = hashed(public), sum(path.is_file() for path in public.rglob("*"))
        forget_peak()
        ours, theirs = [], []
        for _ in range(1 if size >= LARGE else 5):
            ours.append(timed(audited, public))
            theirs.append(statistics.median(timed(hashed, public) for _ in range(3)))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Found(
        size=size,
        things="certificates",
        figures=[
            Figure(
                id="P5",
                work="audit of a published site",
                reference="SHA-256 of the same files once",
                ratio=ratio,
                target=4,
            )
        ],
        points=[
            Point("audit", statistics.median(ours)),
            Point("SHA-256 of the same files", statistics.median(theirs)),
        ],
        details={"files": files, "bytes": content},
    )


if __name__ == "__main__":
    run("p5_audit", measure, 10_000)
