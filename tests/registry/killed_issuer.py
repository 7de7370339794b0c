"""The process that the crash test kills: issues batches and changes states until it is stopped.

Run as ``python -m tests.registry.killed_issuer FOLDER MODE``. MODE ``safe`` issues at once,
``approved`` by way of a batch file and an approval; ``torn`` and ``torn-approved`` are the positive
controls, writers that commit in the middle. Says ``ready`` and then ``done SIZE`` after each step
that has returned.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry import batches, changes
from registry.approval import approve
from registry.batches import Desk, Settled
from registry.changes import ReasonCode
from registry.cli.console import save
from registry.issue import Terms, issue
from registry.reconcile import Kind
from registry.records import Record
from registry.rows import LedgerRow
from registry.store import Store
from tests.registry.ledger_example import NOW, Ring, approver, batch, catalogue, key, record

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


def issue_and_change(store: Store, records: list[Record]) -> None:
    """One batch, one replacement, one revocation."""
    known, ring, terms = catalogue(), Ring("general"), Terms(now=NOW)
    made = issue(store, batch(*records), known, ring, terms)
    say(f"done {store.size()}")
    right = records[0].model_copy(update={"name": records[0].name + " Betul"})
    issue(store, batch(right, kind=Kind.REPLACEMENT), known, ring, terms)
    changes.revoke(store, [str(made.indexes[3])], ReasonCode.OTHER, NOW)
    say(f"done {store.size()}")


def approve_and_issue(store: Store, folder: Path, records: list[Record]) -> None:
    """The same by two people: each batch waits, goes out as a file, and comes back approved."""
    desk = Desk(catalogue=catalogue(), issuers=Ring("general"), terms=Terms(now=NOW))

    def settle(number: int | None) -> Settled:
        assert number is not None
        file = folder / f"{number}.batch"
        save(file, batches.waiting(store, number).data, private=True)
        note = approve(file.read_bytes(), approver("a"), key("approver a"), NOW)
        save(file.with_suffix(".approval"), note)
        return batches.settle(store, number, note, desk)

    def propose(*rows: Record, kind: Kind = Kind.NEW) -> int | None:
        order = batch(*rows, kind=kind)
        return batches.propose(store, order, desk.catalogue, desk.issuers, desk.terms)[1]

    made = settle(propose(*records)).issued
    say(f"done {store.size()}")
    right = records[0].model_copy(update={"name": records[0].name + " Betul"})
    settle(propose(right, kind=Kind.REPLACEMENT))
    target = [str(made.indexes[3])]
    settle(batches.propose_change(store, "revoke", target, NOW, ReasonCode.OTHER)[1])
    other = {"registration": records[1].registration + " X", "name": records[1].name + " Lain"}
    dropped = propose(Record(**(records[1].model_dump() | other)))
    assert dropped is not None
    batches.drop(store, dropped)
    say(f"done {store.size()}")


def main(folder: Path, mode: str) -> None:
    kind = TornStore if mode.startswith("torn") else Store
    with kind.open(folder / "registry.db", writer=True) as store:
        say("ready")
        while True:
            first = secrets.randbelow(10**9) * 1_000
            numbers = range(first, first + ROWS)
            records = [record(n, registration=f"TIK 9001 {n}", name=f"Contoh {n}") for n in numbers]
            if mode.endswith("approved"):
                approve_and_issue(store, folder, records)
            else:
                issue_and_change(store, records)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
