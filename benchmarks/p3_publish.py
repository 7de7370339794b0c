"""P3: publishing a few more certificates onto many, against the full build of the same registry.

A registry of ``--size`` certificates is built into an empty folder (the reference), then 1,
1,000 and 100,000 more are added, each followed by a build of the whole way: states, log, note,
pages, twins, staging, read-back before and after the exchange. Both in wall seconds and CPU seconds
of one run. Written is what has a new inode in the served folder. The first of these builds has no
spare folder yet (record 0028). At the end the incremental result is compared with a build aside
(``absah build --check``).

    python -m benchmarks.p3_publish [--size 20000]
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Found, Point, run
from registry import build, demo
from registry.keyring import Keyring
from registry.rows import BatchRow, LedgerRow
from registry.store import Store
from registry.workspace import Workspace
from signing.canonical import time_seconds

NOW = time_seconds("2026-11-24T03:00:00Z")
TARGET = 0.02
ADDED = (1, 1_000, 100_000)
CHUNK = 50_000
COSE = 236
"""Bytes of a usual certificate; the build reads none of them, only the ledger holds them."""


def add(store: Store, count: int, draw: random.Random) -> None:
    """Append certificates to the ledger as an import leaves them, without their signatures."""
    for begun in range(0, count, CHUNK):
        first = store.size()
        with store.transaction():
            few = min(CHUNK, count - begun)
            batch = store.add_batch(
                BatchRow(0, draw.randbytes(32), "bench.csv", NOW, "new", few, few)
            )
            store.add_certificates(_row(first + n, batch, draw) for n in range(few))


def _row(index: int, batch: int, draw: random.Random) -> LedgerRow:
    return LedgerRow(
        idx=index,
        number=f"62019 2512 4 {index:07d} 2026",
        registration=f"TIK 9001 {index:07d} 2026",
        name=f"Contoh {index}",
        passport_name=None,
        birth_day=7_000,
        scheme="DEMO/helper-cookery",
        lsp=9001,
        issue_day=20_000,
        expiry_day=21_000,
        units=None,
        blank_number=None,
        replaces=None,
        kid=b"\x00\x00\x00\x00",
        batch=batch,
        cose=draw.randbytes(COSE),
    )


def inodes(folder: Path) -> dict[int, int]:
    """Size by inode of every file below a folder."""
    stats = (path.stat() for path in folder.rglob("*") if path.is_file())
    return {stat.st_ino: stat.st_size for stat in stats}


def timed(workspace: Workspace, store: Store, now: int) -> dict[str, float | int]:
    """Build once: seconds, CPU seconds, and what was written."""
    before = inodes(workspace.public)
    ring = Keyring(workspace.keys, demo=True)
    wall, cpu = time.perf_counter(), time.process_time()
    done = build.build(workspace, store, ring, build.Terms(now, clock_checked=True))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = inodes(workspace.public)
    assert done.written
    fresh = [size for inode, size in after.items() if inode not in before]
    return {
        "seconds": round(wall, 3),
        "cpu": round(cpu, 3),
        "files": len(after),
        "written_files": len(fresh),
        "written_bytes": sum(fresh),
    }


def published(records: int, added: Sequence[int]) -> dict[str, Any]:
    """The full build of ``records`` certificates, and the builds of a few more."""
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        wishes = demo.Wishes(
            folder=Path(place) / "demo",
            public=Path(place) / "public",
            site="http://127.0.0.1:8080/",
            now=NOW,
            records=12,
            seed=1,
        )
        workspace = demo.make(wishes, lambda _words: None).workspace
        with Store.open(workspace.database, writer=True) as store:
            add(store, records, draw)
            shutil.rmtree(workspace.public)
            full = timed(workspace, store, NOW + 60)
            steps = []
            for number, count in enumerate(added, 1):
                add(store, count, draw)
                step = timed(workspace, store, NOW + 60 + number)
                ratio = step["seconds"] / full["seconds"]
                cpu = step["cpu"] / full["cpu"]
                rounded = {"ratio": round(ratio, 4), "cpu_ratio": round(cpu, 4)}
                steps.append({"added": count, **step, **rounded})
            begun = time.perf_counter()
            differing = build.compare(workspace, store)
            checked = round(time.perf_counter() - begun, 3)
    return {
        "records": records,
        "full": full,
        "steps": steps,
        "check_seconds": checked,
        "differing": differing,
    }


def measure(size: int) -> Found:
    """Publish ``ADDED`` onto ``size``. RuntimeError: the incremental build is not the full one."""
    found = published(size, ADDED)
    if found["differing"]:
        raise RuntimeError(f"differs from a build aside: {found['differing'][:3]}")
    full = found["full"]
    return Found(
        size=size,
        things="certificates",
        figures=[
            Figure(
                id="P3",
                work=f"publish {step['added']:,} more onto {size:,}"
                + ("" if number else ", no spare yet"),
                reference="the full build of the same registry",
                ratio=step["ratio"],
                target=TARGET if step["added"] == 1_000 else None,
                why=f"{step['written_files']} files, {step['written_bytes']:,} bytes written",
            )
            for number, step in enumerate(found["steps"])
        ],
        points=[
            Point("full build", full["seconds"]),
            *(Point(f"+{step['added']:,}", step["seconds"]) for step in found["steps"]),
        ],
        details=found,
    )


if __name__ == "__main__":
    run("p3_publish", measure, 20_000)
