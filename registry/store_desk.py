"""Questions that a desk asks the store: by name, by LSP and date, and counts of all of them."""

from __future__ import annotations

from collections.abc import Iterator

from registry.rows import LedgerRow
from registry.store_file import LEDGER, StoreFile

_ISSUED = """
SELECT strftime('%Y-%m', received + 25200, 'unixepoch'), kind, sum(issued) FROM batch GROUP BY 1, 2
"""
_CHANGED = """
SELECT strftime('%Y-%m', changed + 25200, 'unixepoch'), new, count(*) FROM change
WHERE withdrawn IS NULL GROUP BY 1, 2
"""
_BY_LSP = """
SELECT lsp, count(*),
  sum(state = 0 AND expiry_day >= ?1), sum(state = 0 AND expiry_day < ?1),
  sum(state = 2), sum(state = 1), sum(state = 3), min(issue_day), max(issue_day)
FROM certificate JOIN entry USING (idx)
WHERE (?2 IS NULL OR lsp = ?2) AND issue_day BETWEEN ?3 AND ?4
GROUP BY lsp ORDER BY lsp
"""


class DeskTables(StoreFile):
    """Reads only."""

    def with_name(self, text: str) -> Iterator[LedgerRow]:
        """Certificates whose name or passport spelling contains ``text``, ASCII case ignored."""
        sql = (
            f"{LEDGER} WHERE instr(lower(name), lower(?1)) > 0"
            " OR instr(lower(coalesce(passport_name, '')), lower(?1)) > 0 ORDER BY idx"
        )
        return map(LedgerRow._make, self._sql.execute(sql, (text,)))

    def issued_between(self, first: int, last: int, lsp: int | None = None) -> Iterator[LedgerRow]:
        """Certificates of an LSP (None: of all) with issue days first to last, in order."""
        sql = (
            f"{LEDGER} WHERE issue_day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR lsp = ?3) ORDER BY idx"
        )
        return map(LedgerRow._make, self._sql.execute(sql, (first, last, lsp)))

    def expiring(self, first: int, last: int, lsp: int | None = None) -> Iterator[LedgerRow]:
        """Valid certificates whose last day is first to last, the earliest first."""
        sql = (
            f"{LEDGER} WHERE state = 0 AND expiry_day BETWEEN ?1 AND ?2"
            " AND (?3 IS NULL OR lsp = ?3) ORDER BY expiry_day, idx"
        )
        return map(LedgerRow._make, self._sql.execute(sql, (first, last, lsp)))

    def counts_by_lsp(
        self, today: int, first: int, last: int, lsp: int | None = None
    ) -> list[tuple[int, ...]]:
        """(LSP, all, valid, expired, suspended, revoked, superseded, first and last issue day).

        Of the certificates with issue days first to last; ``today`` tells expired from valid.
        """
        return self._sql.execute(_BY_LSP, (today, lsp, first, last)).fetchall()

    def issued_by_month(self) -> list[tuple[str, str, int]]:
        """(month at UTC+7, kind of import, certificates)."""
        return self._sql.execute(_ISSUED).fetchall()

    def changed_by_month(self) -> list[tuple[str, int, int]]:
        """(month at UTC+7, new state, changes)."""
        return self._sql.execute(_CHANGED).fetchall()

    def successors(self, index: int) -> list[int]:
        """Indexes of the certificates that say they replace this one."""
        sql = "SELECT idx FROM certificate WHERE replaces = ? ORDER BY idx"
        return [row[0] for row in self._sql.execute(sql, (index,))]

    def due_of(self, index: int) -> int | None:
        """The second from which a replaced certificate is superseded, where that is to come."""
        row = self._sql.execute("SELECT due FROM due WHERE idx = ?", (index,)).fetchone()
        return None if row is None else int(row[0])
