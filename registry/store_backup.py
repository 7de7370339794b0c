"""What the store knows of its backups, of newer copies of itself, and of erased persons."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from registry.errors import UserError, Words
from registry.rows import ErasedRow
from registry.store_batches import BatchTables


class BackupTables(BatchTables):
    """Copies out, copies back, and rows that go for good."""

    def snapshot(self, path: Path) -> None:
        """Write the store as it is into a new file, mode 0600. FileExistsError: there is one."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._sql.execute("VACUUM INTO ?", (str(path),))

    def torn(self) -> Iterator[int]:
        """Indexes of certificates whose bytes are not the ones that the log holds."""
        sql = "SELECT idx, cose, digest FROM certificate JOIN entry USING (idx) ORDER BY idx"
        for index, data, digest in self._sql.execute(sql):
            if hashlib.sha256(data).digest() != digest:
                yield index

    def add_backup(self, build: int, made: int, digest: bytes) -> None:
        """Note that a backup with this build was restored aside and compared."""
        sql = "INSERT OR REPLACE INTO backup VALUES (?, ?, ?)"
        self._sql.execute(sql, (build, made, digest))

    def backed_up(self) -> int:
        """The newest build that a verified backup holds; 0 = none yet."""
        return self._one("SELECT coalesce(max(build), 0) FROM backup")

    def add_ahead(self, build: int, note: bytes) -> None:
        """Keep a published note that this store does not hold: from now on it signs nothing."""
        self._sql.execute("INSERT OR REPLACE INTO ahead VALUES (?, ?)", (build, note))

    def refuse_behind(self) -> None:
        """UserError: what is published is newer than this copy, so it must not sign."""
        build = self._one("SELECT coalesce(max(build), 0) FROM ahead")
        if build:
            raise UserError("log-ahead", f"build {build}", _AHEAD, _NEWER)

    # Persons ---------------------------------------------------------------------------------

    def erase(self, indexes: Iterable[int], now: int) -> list[int]:
        """Delete the persons of certificates, inside a transaction; the indexes that had one."""
        done = []
        for index in indexes:
            copied = self._sql.execute(
                "INSERT INTO erased SELECT idx, lsp, batch, ? FROM certificate WHERE idx = ?",
                (now, index),
            )
            if copied.rowcount:
                for table in ("record", "certificate", "due"):
                    self._sql.execute(f"DELETE FROM {table} WHERE idx = ?", (index,))  # noqa: S608
                done.append(index)
        if done:
            self.add_audit("erased", at=now, indexes=done)
        return done

    def compact(self) -> None:
        """Write the file anew, so that no page and no journal holds what was deleted."""
        self._sql.execute("VACUUM")
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def expired_before(self, day: int) -> list[int]:
        """Indexes of certificates whose last day is before ``day`` (days since 1970-01-01)."""
        sql = "SELECT idx FROM certificate WHERE expiry_day < ? ORDER BY idx"
        return [row[0] for row in self._sql.execute(sql, (day,))]

    def awaited(self, index: int) -> bool:
        """Whether the certificate is to be superseded later, or is what another one waits for."""
        sql = "SELECT count(*) FROM due WHERE idx = ?1 OR successor = ?1"
        return bool(self._sql.execute(sql, (index,)).fetchone()[0])

    def erased(self, index: int) -> ErasedRow | None:
        """What is left of a certificate whose person was erased; None: it was not."""
        row = self._sql.execute("SELECT * FROM erased WHERE idx = ?", (index,)).fetchone()
        return ErasedRow(*row) if row else None

    def erased_count(self) -> int:
        """Certificates whose person was erased."""
        return self._one("SELECT count(*) FROM erased")


_AHEAD = Words(
    "is published and unknown to this store, which is an older copy: it signs nothing",
    "sudah terbit tetapi tidak dikenal penyimpanan ini, salinan lama: tidak menandatangani apa pun",
)
_NEWER = Words(
    "restore the newest backup into an empty folder: absah restore FILE",
    "pulihkan cadangan terbaru ke folder kosong: absah restore BERKAS",
)
