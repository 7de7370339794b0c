"""Batches of the store, waiting, approved and issued, and the audit table that all of it enters."""

from __future__ import annotations

from collections.abc import Iterator

from registry import chain
from registry.rows import ApprovalRow, AuditRow, BatchRow, LedgerRow, PendingRow
from registry.store_file import LEDGER, StoreFile
from signing.canonical import dumps

_NEXT = """SELECT max(
  (SELECT coalesce(max(batch), 0) FROM batch),
  (SELECT coalesce(max(batch), 0) FROM pending),
  (SELECT coalesce(max(batch), 0) FROM approval)) + 1"""


class BatchTables(StoreFile):
    """Every batch has one number, from its proposal on."""

    def add_batch(self, batch: BatchRow) -> int:
        """Keep an import file, before its certificates; its number (0: a new one)."""
        number = batch.batch or self._one(_NEXT)
        self._sql.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *batch[1:]))
        self.add_audit(
            "batch",
            at=batch.received,
            batch=number,
            kind=batch.kind,
            file=batch.digest.hex(),
            first=self._one("SELECT coalesce(max(idx) + 1, 0) FROM entry"),
            issued=batch.issued,
        )
        return number

    def batches(self) -> list[BatchRow]:
        """Every issued import file, oldest first."""
        return [BatchRow(*row) for row in self._sql.execute("SELECT * FROM batch ORDER BY batch")]

    def of_batch(self, number: int) -> Iterator[LedgerRow]:
        """The certificates of one import file, in order of index."""
        sql = f"{LEDGER} WHERE batch = ? ORDER BY idx"
        return map(LedgerRow._make, self._sql.execute(sql, (number,)))

    def issued_by_lsp(self, first: int, end: int) -> dict[int, int]:
        """Number of certificates by LSP in the import files received from second first to end."""
        sql = (
            "SELECT lsp, count(*) FROM batch JOIN certificate USING (batch)"
            " WHERE received >= ? AND received < ? GROUP BY lsp"
        )
        return dict(self._sql.execute(sql, (first, end)).fetchall())

    # Two pairs of eyes -----------------------------------------------------------------------

    def add_pending(self, row: PendingRow) -> int:
        """Keep a proposed batch; its number (``row.batch`` is not used)."""
        number = self._one(_NEXT)
        self._sql.execute("INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *row[1:]))
        return number

    def pending(self, digest: bytes | None = None) -> list[PendingRow]:
        """Batches that wait, oldest first; only those with this digest, where one is given."""
        sql = "SELECT * FROM pending WHERE ?1 IS NULL OR digest = ?1 ORDER BY batch"
        return [PendingRow(*row) for row in self._sql.execute(sql, (digest,))]

    def drop_pending(self, number: int) -> bool:
        """Forget a proposed batch; whether there was one."""
        cursor = self._sql.execute("DELETE FROM pending WHERE batch = ?", (number,))
        return cursor.rowcount == 1

    def add_approval(self, row: ApprovalRow, note_digest: bytes) -> None:
        """Keep what a second person approved; the batch is no longer pending."""
        self.drop_pending(row.batch)
        self._sql.execute("INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self.add_audit(
            "approval",
            at=row.decided,
            batch=row.batch,
            kind=row.kind,
            approved=row.digest.hex(),
            note=note_digest.hex(),
        )

    def approvals(self) -> list[ApprovalRow]:
        """Every approved batch that was issued, oldest first."""
        sql = "SELECT * FROM approval ORDER BY batch"
        return [ApprovalRow(*row) for row in self._sql.execute(sql)]

    # The audit chain -------------------------------------------------------------------------

    def add_audit(self, event: str, **values: object) -> None:
        """Enter what happened, bound to all before it. No personal data, no free text."""
        last = self._sql.execute("SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")
        seq, previous = last.fetchone() or (0, chain.START)
        text = dumps({"event": event, **values})
        salt = self.random(chain.SALT)
        row = AuditRow(seq + 1, salt, text, chain.link(previous, salt, text))
        self._sql.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", row)

    def audit(self) -> Iterator[AuditRow]:
        """Every entry, oldest first: for chain.recompute."""
        return map(AuditRow._make, self._sql.execute("SELECT * FROM audit ORDER BY seq"))

    def audit_head(self) -> bytes | None:
        """Digest of the newest entry; None while there is none."""
        row = self._sql.execute("SELECT digest FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        return bytes(row[0]) if row else None
