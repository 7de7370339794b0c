"""Which batches there are, and what one of them holds: for the list and for an LSP's receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from registry import approval
from registry.batches import waiting
from registry.rows import BatchRow
from registry.store import Store
from signing.canonical import time_text


class Listed(NamedTuple):
    """One batch in the list. ``rows``: certificates issued or changed, or waiting."""

    batch: int
    state: str
    """``waiting`` or ``issued``."""
    kind: str
    received: str
    rows: int
    approved: bool
    file: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an LSP sent: file, digest (hex) and rows."""

    HEADER: ClassVar = ("row", "lsp", "nomor_registrasi", "nama")
    batch: int
    file: str
    sha256: str
    rows: Sequence[tuple[int, int, str, str]]
    """Row of the file, or registry index where it was issued; LSP; registration number; name."""

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        rows = [dict(zip(self.HEADER, row, strict=True)) for row in self.rows]
        return {"batch": self.batch, "file": self.file, "sha256": self.sha256, "rows": rows}


def listing(store: Store) -> list[Listed]:
    """Every batch, by number."""
    approved = {row.batch: row for row in store.approvals()}
    imported = {row.batch for row in store.batches()}
    found = [
        Listed(row.batch, "waiting", row.kind, time_text(row.made), row.rows, False, row.name)
        for row in store.pending()
    ]
    found += [
        Listed(
            row.batch,
            "issued",
            row.kind,
            time_text(row.received),
            row.issued,
            bool(approved[row.batch].note) if row.batch in approved else False,
            row.name,
        )
        for row in store.batches()
    ]
    found += [
        Listed(row.batch, "issued", row.kind, time_text(row.decided), row.rows, bool(row.note), "")
        for row in approved.values()
        if row.batch not in imported
    ]
    return sorted(found)


def receipt_of(store: Store, number: int, lsp: int | None = None) -> Receipt:
    """The receipt of an import file, waiting or issued. UserError: there is no such batch."""
    issued = next((row for row in store.batches() if row.batch == number), None)
    rows = _issued_rows(store, issued) if issued else []
    if issued is None:
        file = approval.read(waiting(store, number).data)
        name, digest = file.file, file.sha256
        rows = [(r["row"], r["lsp"], r["registration"], r["name"]) for r in file.rows]
    else:
        name, digest = issued.name, issued.digest.hex()
    kept = [row for row in rows if lsp is None or row[1] == lsp]
    return Receipt(number, name, digest, kept)


def _issued_rows(store: Store, batch: BatchRow) -> list[tuple[int, int, str, str]]:
    return [(row.idx, row.lsp, row.registration, row.name) for row in store.of_batch(batch.batch)]
