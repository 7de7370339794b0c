"""The file of the private store: opening, lock, schema and transactions.

One writer at a time, held by a lock on ``registry.lock`` that the kernel drops when the process
ends, however it ends; readers open the file read-only. A transaction is on disk when it returns
(WAL, synchronous=FULL). This is the only module that talks to SQLite.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

from registry import mounts
from registry.errors import UserError, Words
from registry.rows import LedgerRow

APPLICATION_ID = 0x41425348
"""``ABSH``: marks the file as ours in its SQLite header."""
SCHEMAS = ("schema.sql", "schema_2.sql", "schema_3.sql", "schema_4.sql")
"""What makes version n of the store out of version n - 1; a new store runs through all of them."""
VERSION = len(SCHEMAS)
"""Version of the tables, in the file's user_version."""
LEDGER = "SELECT certificate.*, state FROM certificate JOIN entry USING (idx)"
"""Begin of every query that yields a LedgerRow."""
_CACHE_KIB = 65_536


class StoreFile:
    """An open store without its tables: ``registry.store.Store`` has the rest."""

    def __init__(self, connection: sqlite3.Connection, lock: int | None) -> None:
        self._sql = connection
        self._lock = lock
        self.random: Callable[[int], bytes] = secrets.token_bytes
        """Salts of the audit table; a demonstration with a seed brings its own."""

    @classmethod
    def open(cls, path: Path, *, writer: bool = False) -> Self:
        """The store in ``path``; a writer makes it when there is none.

        UserError: another process is writing, there is no store, or it is not one of ours.
        """
        if not writer and not path.exists():
            raise UserError("no-store", str(path), _NO_STORE, _NO_STORE_HINT)
        if writer and (kind := mounts.network_kind(path.parent)):
            raise UserError("network-share", str(path.parent), _share(kind), _SHARE_HINT)
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
        _check_version(connection, path, writer=writer)
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(path, str(error)) from error
    except UserError:
        connection.close()
        raise
    return connection


def _check_version(connection: sqlite3.Connection, path: Path, *, writer: bool) -> None:
    """A writer makes the tables, or brings those of an older version up to date."""
    marks = ("application_id", "user_version")
    application, version = (connection.execute(f"PRAGMA {mark}").fetchone()[0] for mark in marks)
    older = application == APPLICATION_ID and 0 < version < VERSION
    if writer and (older or application == version == 0):
        bring_up_to_date(connection, version)
    elif older:
        raise UserError("older-store", str(path), _OLDER, _OLDER_HINT)
    elif (application, version) != (APPLICATION_ID, VERSION):
        raise sqlite3.DatabaseError("not a store of this version of absah")


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


def bring_up_to_date(connection: sqlite3.Connection, version: int) -> None:
    """Make a new store (version 0), or bring an older one to this version, all or nothing."""
    folder = resources.files("registry")
    steps = [folder.joinpath(name).read_text(encoding="utf-8") for name in SCHEMAS[version:]]
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    connection.executescript("\n".join(["BEGIN IMMEDIATE;", *steps, marks, "COMMIT;"]))


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


def _share(kind: str) -> Words:
    return Words(
        f"lies on a network share ({kind}), where a store is damaged sooner or later",
        f"berada di folder jaringan ({kind}); penyimpanan akan rusak di sana",
    )


_SHARE_HINT = Words(
    "put the workspace on a disk of this machine", "pindahkan workspace ke disk komputer ini"
)
_LOCKED = Words("another absah is writing", "proses absah lain sedang menulis")
_LOCKED_HINT = Words("wait until it has ended", "tunggu sampai selesai")
_NO_STORE = Words("the registry holds nothing yet", "registri masih kosong")
_NO_STORE_HINT = Words("first: absah trust publish FILE", "awali: absah trust publish BERKAS")
_DISK_HINT = Words(
    "nothing was changed; make room or mend the disk, then run it again",
    "tidak ada yang berubah; kosongkan ruang atau perbaiki disk, lalu ulangi",
)
_OLDER = Words("made by an older absah", "dibuat oleh absah yang lebih lama")
_OLDER_HINT = Words(
    "the next command that writes brings it up to date, for example: absah build",
    "diperbarui oleh perintah berikutnya yang menulis, misalnya: absah build",
)
_RESTORE_HINT = Words("look at it, or restore a backup", "periksa, atau pulihkan cadangan")
