"""kill -9 at random moments: what was answered is there, and nothing is half done (R2, R4)."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from registry import approval, batch_file, chain
from registry.store import Store
from signing import cose, keys
from signing.certificate import decode_payload
from tests.registry.killed_issuer import ROWS
from tests.registry.ledger_example import ID, approver, key, opened

ROOT = Path(__file__).parents[2]


def kill_once(folder: Path, mode: str, steps: int, after: float) -> int:
    """Start the issuer, kill it ``after`` seconds past so many steps; the log size it answered."""
    command = [sys.executable, "-m", "tests.registry.killed_issuer", str(folder), mode]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(steps + 1)]
        assert lines[0] == "ready\n"
        time.sleep(after)
        process.kill()
        lines += process.stdout.readlines()
    # Only a writer that tears its own store may end by itself.
    assert process.returncode == -signal.SIGKILL or mode.startswith("torn")
    return max((int(line.split()[1]) for line in lines[1:] if line), default=0)


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
            if not keys.verify_libsodium(key("general").public, frame.signed, frame.signature):
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


def approval_faults(folder: Path, store: Store) -> list[str]:
    """Every broken invariant of batches that wait or were approved, and of their files."""
    waiting = {row.batch: row for row in store.pending()}
    decided = {row.batch: row for row in store.approvals()}
    batches = {row.batch: row for row in store.batches()}
    found = [f"batch {n} waits and is done" for n in waiting.keys() & (decided | batches).keys()]
    found += [f"batch {n} has no approval" for n in batches.keys() - decided.keys()]
    rows = store.certificates(0, store.size())
    revoked = sum(change.new == 1 for row in rows for change in store.changes(row.idx))
    if revoked != sum(row.kind == "revoke" for row in decided.values()):
        found.append("a revocation without its approval, or the reverse")
    for row in decided.values():
        approval.check(row.note, row.digest, ID, [approver("a")])
        if row.kind != "revoke" and batches.get(row.batch, (0,) * 7)[-1] != row.rows:
            found.append(f"batch {row.batch} is approved and not issued")
    for number, held in waiting.items():
        if batch_file.digest_of(held.data) != held.digest or not batch_file.parse(held.data).rows:
            found.append(f"batch {number} waits in another form")
    for path in folder.glob("*.approval"):
        if not approval.check(path.read_bytes(), _digest(path), ID, [approver("a")]).by:
            found.append(f"{path.name} is half written")
    return found


def _digest(path: Path) -> bytes:
    return batch_file.digest_of(path.with_suffix(".batch").read_bytes())


def hammer(folder: Path, mode: str, trials: int, seed: int) -> tuple[int, list[str]]:
    """Kill ``trials`` times on one store; certificates made and faults found."""
    draw = random.Random(seed)
    opened(folder, approvers=("a",)).close()
    found: list[str] = []
    answered = 1
    for _ in range(trials):
        # However slow the machine is, some of the kills fall into a later step.
        made = kill_once(folder, mode, draw.randrange(3), draw.uniform(0, 0.1))
        answered = max(answered, made)
        found += faults(folder, answered)
        if mode.endswith("approved"):
            with Store.open(folder / "registry.db") as store:
                found += approval_faults(folder, store)
        if found:
            break
    with Store.open(folder / "registry.db") as store:
        made = store.size() - 1
    print(f"{trials} kills ({mode}), {made} certificates, faults: {found}")
    return made, found


@pytest.mark.parametrize("mode", ["safe", "approved"])
def test_a_killed_issuer_loses_and_tears_nothing(tmp_path: Path, mode: str) -> None:
    made, found = hammer(tmp_path, mode, 10, 1)
    assert found == []
    assert made > ROWS


@pytest.mark.parametrize("mode", ["torn", "torn-approved"])
def test_a_writer_that_commits_too_early_is_caught(tmp_path: Path, mode: str) -> None:
    _, found = hammer(tmp_path, mode, 25, 2)
    words = ["torn", "superseded", "gap", "approval", "approved", "waits"]
    assert any(word in text for text in found for word in words)


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["safe", "approved"])
def test_a_killed_issuer_loses_and_tears_nothing_at_length(tmp_path: Path, mode: str) -> None:
    killed = 0
    for round_ in range(50):
        folder = tmp_path / str(round_)
        folder.mkdir()
        assert hammer(folder, mode, 30, 100 + round_)[1] == []
        killed += 30
    assert killed == 1_500
