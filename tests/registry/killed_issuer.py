"""The process that the crash test kills: issues batches and changes states until it is stopped.

Run as ``python -m tests.registry.killed_issuer FOLDER MODE``. MODE ``torn`` is the positive
control, a writer that commits in the middle of a batch. Says ``ready`` and then ``done SIZE`` after
each step that has returned.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry import changes
from registry.changes import ReasonCode
from registry.issue import Terms, issue
from registry.reconcile import Kind
from registry.rows import LedgerRow
from registry.store import Store
from tests.registry.ledger_example import NOW, Ring, batch, catalogue, record

ROWS = 40


class TornStore(Store):
    """A store whose transaction does not hold: every certificate is committed by itself."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def add_certificates(self, rows: object) -> None:
        for row in rows:  # type: ignore[attr-defined]
            assert isinstance(row, LedgerRow)
            super().add_certificates([row])


def say(text: str) -> None:
    """One write, so that a line is whole or absent."""
    os.write(1, text.encode() + b"\n")


def main(folder: Path, mode: str) -> None:
    kind = TornStore if mode == "torn" else Store
    known, ring, terms = catalogue(), Ring("general"), Terms(now=NOW)
    with kind.open(folder / "registry.db", writer=True) as store:
        say("ready")
        while True:
            first = secrets.randbelow(10**9) * 1_000
            numbers = range(first, first + ROWS)
            records = [record(n, registration=f"TIK 9001 {n}", name=f"Contoh {n}") for n in numbers]
            made = issue(store, batch(*records), known, ring, terms)
            say(f"done {store.size()}")
            right = records[0].model_copy(update={"name": "Contoh Betul"})
            issue(store, batch(right, kind=Kind.REPLACEMENT), known, ring, terms)
            changes.revoke(store, [str(made.indexes[3])], ReasonCode.OTHER, NOW)
            say(f"done {store.size()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
