"""The private store as an audit reads it: whole tables, row by row, in one state of the file.

A reader of :mod:`registry.store` with the queries that nobody else needs. It writes nothing, and
holds no more than a row of each table in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from registry.rows import ChangeRow, ErasedRow, LedgerRow
from registry.store import Store
from registry.store_file import bring_up_to_date


class EntryRow(NamedTuple):
    """One entry of the log with what the ledger holds for it."""

    idx: int
    type: int
    digest: bytes
    state: int
    certificate: LedgerRow | None
    """None: there is no row, as for every entry that is no certificate."""
    erased: ErasedRow | None
    """What is left of a certificate whose person was erased."""


class RecordRow(NamedTuple):
    """One certificate of a record, and what its own row says of that record."""

    registration: str
    """In its one form (records.py)."""
    lsp: int
    idx: int
    state: int | None
    """None: the log of the store has no such entry."""
    printed: str | None
    """Registration number of the certificate's row; None: there is no such row."""
    printed_lsp: int | None
    replaces: int | None


class AuditStore(Store):
    """A store that is read as a whole."""

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever a writer does meanwhile."""
        self._sql.execute("BEGIN")
        try:
            yield
        finally:
            self._sql.execute("ROLLBACK")

    def every_entry(self) -> Iterator[EntryRow]:
        """Every log entry with its certificate, in order of index."""
        sql = (
            "SELECT entry.*, erased.*, certificate.* FROM entry"
            " LEFT JOIN erased USING (idx) LEFT JOIN certificate USING (idx) ORDER BY entry.idx"
        )
        for row in self._sql.execute(sql):
            erased = None if row[4] is None else ErasedRow._make(row[4:8])
            found = None if row[8] is None else LedgerRow._make((*row[8:], row[3]))
            yield EntryRow._make((*row[:4], found, erased))

    def every_change(self) -> Iterator[ChangeRow]:
        """Every change of a state that stands, by index and, for one index, oldest first."""
        sql = (
            "SELECT idx, old, new, reason, successor, changed, withdrawn FROM change"
            " WHERE withdrawn IS NULL ORDER BY idx, change"
        )
        return map(ChangeRow._make, self._sql.execute(sql))

    def every_record(self) -> Iterator[RecordRow]:
        """The certificates of every record: by registration number, LSP and index."""
        sql = (
            "SELECT record.registration, record.lsp, record.idx, entry.state,"
            " certificate.registration, certificate.lsp, certificate.replaces FROM record"
            " LEFT JOIN certificate USING (idx) LEFT JOIN entry USING (idx)"
            " ORDER BY record.registration, record.lsp, record.idx"
        )
        return map(RecordRow._make, self._sql.execute(sql))

    def without_entry(self) -> Iterator[int]:
        """Indexes of certificates for which the store's log has no entry."""
        sql = "SELECT idx FROM certificate WHERE idx NOT IN (SELECT idx FROM entry) ORDER BY idx"
        return (row[0] for row in self._sql.execute(sql))

    def certificate_count(self) -> int:
        """Rows of certificates."""
        return self._one("SELECT count(*) FROM certificate")

    def triggers_changed(self) -> list[str]:
        """Names of the schema's triggers that are missing or say something else."""
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        with closing(sqlite3.connect(":memory:")) as fresh:
            bring_up_to_date(fresh, 0)
            wanted = dict(fresh.execute(sql))
        held = dict(self._sql.execute(sql))
        return sorted(name for name in {*wanted, *held} if wanted.get(name) != held.get(name))
