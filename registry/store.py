"""The private store: everything that the registry knows, in one SQLite file.

``store_file`` opens it and holds the writer's lock; the tables are spread over ``store_*``: here
the log, certificates, states and trust documents. All SQL of the project stands in these modules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

from registry.records import Key, registration_key
from registry.rows import ChangeRow, DueRow, LedgerRow, TrustRow
from registry.store_backup import BackupTables
from registry.store_desk import DeskTables
from registry.store_file import APPLICATION_ID, LEDGER, VERSION
from registry.store_signed import SignedTables
from signing import merkle, status

__all__ = ["APPLICATION_ID", "VERSION", "Store"]

_CHUNK = 4_096


class Store(BackupTables, DeskTables, SignedTables):
    """An open store. Use :meth:`open` and, to write, :meth:`transaction`."""

    # The log ---------------------------------------------------------------------------------

    def size(self) -> int:
        """Number of log entries; also the next registry index."""
        return self._one("SELECT coalesce(max(idx) + 1, 0) FROM entry")

    def entries(self, first: int, end: int) -> Iterator[bytes]:
        """Log entries first..end, 33 bytes each: type and digest."""
        sql = "SELECT type, digest FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"
        for kind, digest in self._sql.execute(sql, (first, end)):
            yield bytes([kind]) + digest

    def leaves(self, first: int, end: int) -> Iterator[bytes]:
        """Leaf hashes first..end, 32 bytes each."""
        return map(merkle.leaf_hash, self.entries(first, end))

    def status_bits(self, number: int) -> bytes:
        """The 32,768 bytes of status list ``number`` as it should be now (signing/status.py)."""
        first = number * status.ENTRIES
        bits = bytearray(status.LENGTH)
        sql = "SELECT idx, state FROM entry WHERE state <> 0 AND idx >= ? AND idx < ?"
        for index, state in self._sql.execute(sql, (first, first + status.ENTRIES)):
            at = index - first
            bits[at >> 2] |= state << 2 * (at & 3)
        return bytes(bits)

    def state_counts(self) -> dict[int, int]:
        """Number of certificates by state."""
        sql = "SELECT state, count(*) FROM entry WHERE type = 1 GROUP BY state"
        return dict(self._sql.execute(sql).fetchall())

    # Certificates ----------------------------------------------------------------------------

    def add_certificates(self, rows: Iterable[LedgerRow]) -> None:
        """Append certificates to ledger and log. ``rows`` in order of index, from :meth:`size`.

        UserError: this store is an older copy of what is published.
        """
        self.refuse_behind()
        stream = iter(rows)
        while chunk := list(islice(stream, _CHUNK)):
            self._sql.executemany(
                "INSERT INTO entry VALUES (?, 1, ?, 0)",
                ((row.idx, hashlib.sha256(row.cose).digest()) for row in chunk),
            )
            self._sql.executemany(
                "INSERT INTO certificate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (row[:-1] for row in chunk),
            )
            self._sql.executemany(
                "INSERT INTO record VALUES (?, ?, ?)",
                sorted((registration_key(row.registration), row.lsp, row.idx) for row in chunk),
            )

    def add_scheme(self, digest: bytes, code: str) -> None:
        """Note that certificates point to this version of a scheme (32-byte digest)."""
        self._sql.execute("INSERT OR IGNORE INTO scheme VALUES (?, ?)", (digest, code))

    def schemes(self) -> dict[str, str]:
        """Code by digest (hex) of every version of a scheme that a certificate points to."""
        return dict(self._sql.execute("SELECT lower(hex(digest)), code FROM scheme").fetchall())

    def certificate(self, index: int) -> LedgerRow | None:
        """The certificate with this registry index."""
        return self._row(f"{LEDGER} WHERE idx = ?", (index,))

    def certificates(self, first: int, end: int) -> Iterator[LedgerRow]:
        """Certificates with indexes first..end, in order."""
        sql = f"{LEDGER} WHERE idx >= ? AND idx < ? ORDER BY idx"
        return map(LedgerRow._make, self._sql.execute(sql, (first, end)))

    def counts(self, end: int) -> list[tuple[str, int, int]]:
        """Certificates with indexes below ``end``: division of KBLI, year of issue, how many."""
        sql = (
            "SELECT substr(number, 1, 2), CAST(strftime('%Y', issue_day * 86400, 'unixepoch') AS"
            " INTEGER), count(*) FROM certificate WHERE idx < ? GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return self._sql.execute(sql, (end,)).fetchall()

    def current(self, key: Key) -> LedgerRow | None:
        """The newest certificate of a record."""
        sql = f"{LEDGER} JOIN record USING (idx) WHERE record.registration = ? AND record.lsp = ?"
        values = (key.registration, key.lsp)
        return self._row(f"{sql} ORDER BY record.idx DESC LIMIT 1", values)

    def numbered(self, text: str) -> list[LedgerRow]:
        """Certificates with this certificate number or registration number, in order."""
        either = (
            "SELECT idx FROM certificate WHERE number = ?"
            " UNION SELECT idx FROM record WHERE registration = ?"
        )
        sql = f"{LEDGER} WHERE idx IN ({either}) ORDER BY idx"
        values = (text, registration_key(text))
        return [LedgerRow(*row) for row in self._sql.execute(sql, values)]

    def of_person(self, name: str, birth_day: int) -> list[LedgerRow]:
        """Certificates of everyone with this name, as signed, and birth day."""
        sql = f"{LEDGER} WHERE name = ? AND birth_day = ? ORDER BY idx"
        return [LedgerRow(*row) for row in self._sql.execute(sql, (name, birth_day))]

    def set_blank_number(self, index: int, blank_number: str) -> None:
        """Keep the serial number of the blank on which a certificate was printed."""
        sql = "UPDATE certificate SET blank_number = ? WHERE idx = ?"
        self._sql.execute(sql, (blank_number, index))

    # States ----------------------------------------------------------------------------------

    def add_changes(self, changes: Iterable[ChangeRow]) -> None:
        """Change states and keep why. An index that is not in state ``old`` stops it."""
        made: dict[int, list[object]] = {}
        for change in changes:
            self._set_state(change.idx, change.old, change.new)
            self._sql.execute("INSERT INTO change VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", change)
            made.setdefault(change.changed, []).append(list(change[:5]))
        for at, entries in made.items():
            self.add_audit("changes", at=at, changes=entries)

    def changes(self, index: int) -> list[ChangeRow]:
        """Changes of one certificate's state, oldest first; withdrawn ones too."""
        sql = "SELECT idx, old, new, reason, successor, changed, withdrawn FROM change"
        rows = self._sql.execute(f"{sql} WHERE idx = ? ORDER BY change", (index,))
        return [ChangeRow(*row) for row in rows]

    def withdraw(self, index: int, now: int) -> ChangeRow:
        """Take back the newest change of a certificate. ValueError: it has none that stands."""
        sql = (
            "UPDATE change SET withdrawn = ? WHERE change = (SELECT max(change) FROM change"
            " WHERE idx = ? AND withdrawn IS NULL)"
            " RETURNING idx, old, new, reason, successor, changed, withdrawn"
        )
        row = self._sql.execute(sql, (now, index)).fetchone()
        if row is None:
            raise ValueError(f"certificate {index} has no change")
        change = ChangeRow(*row)
        self._set_state(index, change.new, change.old)
        self.add_audit("withdrawn", at=now, changes=[[index, change.new, change.old]])
        return change

    def _set_state(self, index: int, old: int, new: int) -> None:
        sql = "UPDATE entry SET state = ? WHERE idx = ? AND state = ? AND type = 1"
        if self._sql.execute(sql, (new, index, old)).rowcount != 1:
            raise ValueError(f"no certificate {index} in state {old}")

    def add_due(self, due: DueRow) -> None:
        """Let a replaced certificate stand until a later second; an earlier word stays."""
        self._sql.execute("INSERT OR IGNORE INTO due VALUES (?, ?, ?)", due)

    def take_due(self, now: int) -> list[DueRow]:
        """Remove and return what has become due, in order of index."""
        sql = "DELETE FROM due WHERE due <= ? RETURNING idx, successor, due"
        return sorted(map(DueRow._make, self._sql.execute(sql, (now,)).fetchall()))

    # Trust -----------------------------------------------------------------------------------

    def add_trust(self, version: int, note: bytes, digest: bytes) -> int:
        """Append a trust document to the log (``digest``: SHA-256 of its text); its index.

        UserError: this store is an older copy of what is published.
        """
        self.refuse_behind()
        index = self.size()
        self._sql.execute("INSERT INTO entry VALUES (?, 3, ?, 1)", (index, digest))
        self._sql.execute("INSERT INTO trust VALUES (?, ?, ?)", (version, index, note))
        self.add_audit("trust", version=version, trust=digest.hex())
        return index

    def trust(self) -> list[TrustRow]:
        """Every version of the trust document, oldest first."""
        sql = "SELECT version, idx, note FROM trust ORDER BY version"
        return [TrustRow(*row) for row in self._sql.execute(sql)]
