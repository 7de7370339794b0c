"""The private store: everything that the registry knows, in one SQLite file.

One writer at a time, held by a lock on ``registry.lock`` that the kernel drops when the process
ends, however it ends; readers open the file read-only. A transaction is on disk when it returns
(WAL, synchronous=FULL). This is the only module that knows SQL.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from registry.errors import UserError, Words
from registry.records import registration_key
from registry.rows import (
    BatchRow,
    ChangeRow,
    DueRow,
    HeadRow,
    LedgerRow,
    ListRow,
    NoteRow,
    TrustRow,
)
from signing import merkle, status

APPLICATION_ID = 0x41425348
"""``ABSH``: marks the file as ours in its SQLite header."""
VERSION = 1
"""Version of schema.sql, in the file's user_version."""
_CACHE_KIB = 65_536
_CHUNK = 4_096


class Store:
    """An open store. Use :meth:`open` and, to write, :meth:`transaction`."""

    def __init__(self, connection: sqlite3.Connection, lock: int | None) -> None:
        self._sql = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, writer: bool = False) -> Store:
        """The store in ``path``; a writer makes it when there is none.

        UserError: another process is writing, there is no store, or it is not one of ours.
        """
        if not writer and not path.exists():
            raise UserError("no-store", str(path), _NO_STORE, _NO_STORE_HINT)
        lock = _lock(path.with_suffix(".lock")) if writer else None
        try:
            return cls(_connect(path, writer=writer), lock)
        except BaseException:
            if lock is not None:
                os.close(lock)
            raise

    def close(self) -> None:
        """Close the file and, after it, the writer's lock."""
        self._sql.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise _failed(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; on disk when it ends. UserError: it cannot be written."""
        try:
            self._sql.execute("BEGIN IMMEDIATE")
            yield
            self._sql.execute("COMMIT")
        except sqlite3.IntegrityError:
            raise  # a rule of the schema was broken: a fault of this program
        except sqlite3.DatabaseError as error:
            raise _failed(error) from error
        finally:
            # SQLite has already rolled back by itself when the disk is full.
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")

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

    def add_batch(self, batch: BatchRow) -> int:
        """Keep an import file; its number (``batch.batch`` is not used)."""
        sql = "INSERT INTO batch VALUES (NULL, ?, ?, ?, ?, ?, ?)"
        number = self._sql.execute(sql, batch[1:]).lastrowid
        return int(number or 0)

    def batches(self) -> list[BatchRow]:
        """Every import file, oldest first."""
        return [BatchRow(*row) for row in self._sql.execute("SELECT * FROM batch ORDER BY batch")]

    def add_certificates(self, rows: Iterable[LedgerRow]) -> None:
        """Append certificates to ledger and log. ``rows`` in order of index, from :meth:`size`."""
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
        return self._row(f"{_LEDGER} WHERE idx = ?", (index,))

    def certificates(self, first: int, end: int) -> Iterator[LedgerRow]:
        """Certificates with indexes first..end, in order."""
        sql = f"{_LEDGER} WHERE idx >= ? AND idx < ? ORDER BY idx"
        return map(LedgerRow._make, self._sql.execute(sql, (first, end)))

    def current(self, lsp: int, registration: str) -> LedgerRow | None:
        """The newest certificate of a record; ``registration`` in any printing."""
        sql = f"{_LEDGER} JOIN record USING (idx) WHERE record.registration = ? AND record.lsp = ?"
        values = (registration_key(registration), lsp)
        return self._row(f"{sql} ORDER BY record.idx DESC LIMIT 1", values)

    def numbered(self, text: str) -> list[LedgerRow]:
        """Certificates with this certificate number or registration number, in order."""
        either = (
            "SELECT idx FROM certificate WHERE number = ?"
            " UNION SELECT idx FROM record WHERE registration = ?"
        )
        sql = f"{_LEDGER} WHERE idx IN ({either}) ORDER BY idx"
        values = (text, registration_key(text))
        return [LedgerRow(*row) for row in self._sql.execute(sql, values)]

    def of_person(self, name: str, birth_day: int) -> list[LedgerRow]:
        """Certificates of everyone with this name, as signed, and birth day."""
        sql = f"{_LEDGER} WHERE name = ? AND birth_day = ? ORDER BY idx"
        return [LedgerRow(*row) for row in self._sql.execute(sql, (name, birth_day))]

    def set_blank_number(self, index: int, blank_number: str) -> None:
        """Keep the serial number of the blank on which a certificate was printed."""
        sql = "UPDATE certificate SET blank_number = ? WHERE idx = ?"
        self._sql.execute(sql, (blank_number, index))

    # States ----------------------------------------------------------------------------------

    def add_changes(self, changes: Iterable[ChangeRow]) -> None:
        """Change states and keep why. An index that is not in state ``old`` stops it."""
        for change in changes:
            sql = "UPDATE entry SET state = ? WHERE idx = ? AND state = ? AND type = 1"
            cursor = self._sql.execute(sql, (change.new, change.idx, change.old))
            if cursor.rowcount != 1:
                raise ValueError(f"no certificate {change.idx} in state {change.old}")
            self._sql.execute("INSERT INTO change VALUES (NULL, ?, ?, ?, ?, ?, ?)", change)

    def changes(self, index: int) -> list[ChangeRow]:
        """Changes of one certificate's state, oldest first."""
        sql = "SELECT idx, old, new, reason, successor, changed FROM change WHERE idx = ?"
        return [ChangeRow(*row) for row in self._sql.execute(f"{sql} ORDER BY change", (index,))]

    def add_due(self, due: DueRow) -> None:
        """Let a replaced certificate stand until a later second; an earlier word stays."""
        self._sql.execute("INSERT OR IGNORE INTO due VALUES (?, ?, ?)", due)

    def take_due(self, now: int) -> list[DueRow]:
        """Remove and return what has become due, in order of index."""
        sql = "DELETE FROM due WHERE due <= ? RETURNING idx, successor, due"
        return sorted(map(DueRow._make, self._sql.execute(sql, (now,)).fetchall()))

    # Trust -----------------------------------------------------------------------------------

    def add_trust(self, version: int, note: bytes, digest: bytes) -> int:
        """Append a trust document to the log (``digest``: SHA-256 of its text); its index."""
        index = self.size()
        self._sql.execute("INSERT INTO entry VALUES (?, 3, ?, 1)", (index, digest))
        self._sql.execute("INSERT INTO trust VALUES (?, ?, ?)", (version, index, note))
        return index

    def trust(self) -> list[TrustRow]:
        """Every version of the trust document, oldest first."""
        sql = "SELECT version, idx, note FROM trust ORDER BY version"
        return [TrustRow(*row) for row in self._sql.execute(sql)]

    # What was signed for publication -----------------------------------------------------------

    def add_head(self, head: HeadRow) -> None:
        """Keep a signed checkpoint, before it is published."""
        self._sql.execute("INSERT INTO head VALUES (?, ?, ?, ?)", head)

    def head(self, size: int) -> HeadRow | None:
        """The signed checkpoint of this size."""
        row = self._sql.execute("SELECT * FROM head WHERE size = ?", (size,)).fetchone()
        return HeadRow(*row) if row else None

    def add_note(self, note: NoteRow) -> None:
        """Keep a build note, before it is published."""
        self._sql.execute("INSERT INTO note VALUES (?, ?, ?, ?, ?)", note)

    def newest_note(self) -> NoteRow | None:
        """The build note with the highest number."""
        row = self._sql.execute("SELECT * FROM note ORDER BY build DESC LIMIT 1").fetchone()
        return NoteRow._make((*row[:4], bool(row[4]))) if row else None

    def notes(self) -> Iterator[NoteRow]:
        """Every build note, oldest first."""
        for row in self._sql.execute("SELECT * FROM note ORDER BY build"):
            yield NoteRow._make((*row[:4], bool(row[4])))

    def confirm(self, build: int) -> None:
        """Note that a build was read back where it is published."""
        self._sql.execute("UPDATE note SET confirmed = 1 WHERE build = ?", (build,))

    def confirmed_size(self) -> int:
        """Size of the largest log that was read back where it is published; 0 = none yet."""
        return self._one("SELECT coalesce(max(size), 0) FROM note WHERE confirmed = 1")

    def add_list(self, row: ListRow) -> None:
        """Keep a signed status list, before it is published."""
        self._sql.execute("INSERT INTO status_list VALUES (NULL, ?, ?, ?, ?)", row)

    def newest_list(self, number: int) -> ListRow | None:
        """The last signed status list with this number."""
        sql = (
            "SELECT list, digest, issued, data FROM status_list WHERE list = ?"
            " ORDER BY sequence DESC LIMIT 1"
        )
        row = self._sql.execute(sql, (number,)).fetchone()
        return ListRow(*row) if row else None

    def lists(self) -> Iterator[ListRow]:
        """Every signed status list, oldest first."""
        sql = "SELECT list, digest, issued, data FROM status_list ORDER BY sequence"
        return map(ListRow._make, self._sql.execute(sql))

    def integrity_faults(self) -> list[str]:
        """What SQLite itself finds wrong with the file: broken pages, indexes, references."""
        found = []
        try:
            for pragma in ("integrity_check", "foreign_key_check"):
                found += [str(row[0]) for row in self._sql.execute(f"PRAGMA {pragma}")]
        except sqlite3.DatabaseError as error:
            found.append(str(error))
        return [text for text in found if text != "ok"]

    def _one(self, sql: str) -> int:
        return int(self._sql.execute(sql).fetchone()[0])

    def _row(self, sql: str, values: tuple[object, ...]) -> LedgerRow | None:
        row = self._sql.execute(sql, values).fetchone()
        return LedgerRow(*row) if row else None


_LEDGER = "SELECT certificate.*, state FROM certificate JOIN entry USING (idx)"


def _connect(path: Path, *, writer: bool) -> sqlite3.Connection:
    try:
        if writer and not path.exists():
            _create(path)
        mode = "rw" if writer else "ro"
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, str(error)) from error
    try:
        _prepare(connection, writer=writer)
        marks = ("application_id", "user_version")
        found = [connection.execute(f"PRAGMA {mark}").fetchone()[0] for mark in marks]
        if writer and found == [0, 0]:
            connection.executescript(_schema())
            found = [APPLICATION_ID, VERSION]
        if found != [APPLICATION_ID, VERSION]:
            raise sqlite3.DatabaseError("not a store of this version of absah")
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(path, str(error)) from error
    return connection


def _prepare(connection: sqlite3.Connection, *, writer: bool) -> None:
    pragmas = ["foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON"]
    pragmas.append(f"cache_size = -{_CACHE_KIB}")
    if writer:
        # The page size holds only if it is set before anything is written.
        pragmas += ["page_size = 8192", "journal_mode = WAL", "synchronous = FULL"]
        pragmas.append("secure_delete = ON")
    else:
        pragmas.append("query_only = ON")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _schema() -> str:
    text = resources.files("registry").joinpath("schema.sql").read_text(encoding="utf-8")
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    return f"BEGIN IMMEDIATE;\n{text}\n{marks}\nCOMMIT;"


def _create(path: Path) -> None:
    """Make the empty file, readable by its owner alone; SQLite gives its -wal the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _lock(path: Path) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(path, error.strerror or "?") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise UserError("locked", str(path.parent), _LOCKED, _LOCKED_HINT) from error
    return handle


def _failed(error: sqlite3.DatabaseError) -> UserError:
    words = Words(f"cannot be read or written: {error}", f"gagal dibaca atau ditulis: {error}")
    return UserError("store-failed", "registry.db", words, _DISK_HINT)


def _unusable(path: Path, why: str) -> UserError:
    words = Words(f"cannot be used: {why}", f"tidak dapat dipakai: {why}")
    return UserError("bad-store", str(path), words, _RESTORE_HINT)


_LOCKED = Words("another absah is writing", "proses absah lain sedang menulis")
_LOCKED_HINT = Words("wait until it has ended", "tunggu sampai selesai")
_NO_STORE = Words("the registry holds nothing yet", "registri masih kosong")
_NO_STORE_HINT = Words("first: absah trust publish FILE", "awali: absah trust publish BERKAS")
_DISK_HINT = Words(
    "nothing was changed; make room or mend the disk, then run it again",
    "tidak ada yang berubah; kosongkan ruang atau perbaiki disk, lalu ulangi",
)
_RESTORE_HINT = Words("look at it, or restore a backup", "periksa, atau pulihkan cadangan")
