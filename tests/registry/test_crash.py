"""kill -9 at random moments: what was answered is there, and nothing is half done (R2, R4)."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from registry import chain
from registry.store import Store
from signing import cose, keys
from signing.certificate import decode_payload
from tests.registry.killed_issuer import ROWS
from tests.registry.ledger_example import key, opened

ROOT = Path(__file__).parents[2]


def kill_once(folder: Path, mode: str, after: float) -> int:
    """Start the issuer, kill it ``after`` seconds past ready; the log size it answered last."""
    command = [sys.executable, "-m", "tests.registry.killed_issuer", str(folder), mode]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.kill()
        lines = process.stdout.read().splitlines()
    return max((int(line.split()[1]) for line in lines), default=0)


def faults(folder: Path, answered: int) -> list[str]:
    """Every broken invariant of the store."""
    found = []
    with Store.open(folder / "registry.db", writer=True) as store:
        found += store.integrity_faults()
        found += [f"audit entry {seq}" for seq in chain.recompute(store.audit()).faults]
        size = store.size()
        if size < answered:
            found.append(f"lost: {answered} were answered, {size} are there")
        entries = list(store.entries(0, size))
        rows = list(store.certificates(0, size))
        if len(entries) != size or [row.idx for row in rows] != list(range(1, size)):
            found.append("a gap in the log, or an entry without its certificate")
        for row in rows:
            frame = cose.split(row.cose)
            if entries[row.idx] != b"\x01" + hashlib.sha256(row.cose).digest():
                found.append(f"entry {row.idx} is not its certificate's")
            if not keys.verify_again(key("general").public, frame.signed, frame.signature):
                found.append(f"signature {row.idx}")
            if decode_payload(frame.payload).index != row.idx:
                found.append(f"index {row.idx}")
        counts = Counter(row.batch for row in rows)
        for batch in store.batches():
            if counts[batch.batch] != batch.issued or batch.issued not in {1, ROWS}:
                found.append(f"batch {batch.batch} is torn: {counts[batch.batch]} certificates")
        for row in rows:
            if row.state != next((change.new for change in store.changes(row.idx)[::-1]), 0):
                found.append(f"state {row.idx} has no change")
            # The replaced one may be the one that is revoked after it.
            if row.replaces is not None and rows[row.replaces - 1].state not in {1, 3}:
                found.append(f"{row.replaces} was replaced and not superseded")
    return found


def hammer(folder: Path, mode: str, trials: int, seed: int) -> tuple[int, list[str]]:
    """Kill ``trials`` times on one store; certificates made and faults found."""
    draw = random.Random(seed)
    opened(folder).close()
    found: list[str] = []
    answered = 1
    for _ in range(trials):
        answered = max(answered, kill_once(folder, mode, draw.uniform(0, 0.12)))
        found += faults(folder, answered)
        if found:
            break
    with Store.open(folder / "registry.db") as store:
        made = store.size() - 1
    print(f"{trials} kills ({mode}), {made} certificates, faults: {found}")
    return made, found


def test_a_killed_issuer_loses_and_tears_nothing(tmp_path: Path) -> None:
    made, found = hammer(tmp_path, "safe", 10, 1)
    assert found == []
    assert made > ROWS


def test_a_writer_that_commits_too_early_is_caught(tmp_path: Path) -> None:
    _, found = hammer(tmp_path, "torn", 25, 2)
    assert any("torn" in text or "superseded" in text or "gap" in text for text in found)


@pytest.mark.soak
def test_a_killed_issuer_loses_and_tears_nothing_at_length(tmp_path: Path) -> None:
    killed = 0
    for round_ in range(100):
        folder = tmp_path / str(round_)
        folder.mkdir()
        assert hammer(folder, "safe", 30, 100 + round_)[1] == []
        killed += 30
    assert killed == 3_000
