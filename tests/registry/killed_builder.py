"""The process that is killed while it builds and publishes, and what must hold afterwards.

It is forked from a warm one, so that a trial costs no start of Python. One page is otherwise in
about every fourth build, so that a spare folder has files of three kinds: served still, served
before, new. Modes other than ``safe`` are positive controls: a site written in place, an upload
that begins with the note, nothing synced.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from registry import (
    build,
    changes,
    disk,
    pages,
    posting,
    publish,
    readback,
    single_file,
    upload,
)
from registry.errors import UserError
from registry.keyring import Keyring
from registry.rows import BatchRow
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Workspace
from signing import build_note, trust
from signing.canonical import loads
from tests.demonstration import NOW, Demonstration
from tests.registry.ledger_example import ledger_row

MODES = ("safe", "in place", "wrong order", "no fsync")
ROWS = 3


def prepare(found: Demonstration) -> None:
    """A host beside the workspace, with what is published now."""
    shutil.copytree(found.public, found.root / "www")


@contextmanager
def warm(mode: str) -> Iterator[None]:
    """Pages made once, and what a mode does otherwise than it should."""
    with pytest.MonkeyPatch.context() as patch:
        made: dict[str, Any] = {}
        real = pages.pages

        def drawn(*inputs: Any) -> dict[str, bytes]:
            found: dict[str, bytes] = made.setdefault("pages", real(*inputs))
            # The wrong order shows on the host alone, which must get every build then.
            if mode == "wrong order" or os.urandom(1)[0] % 4:
                return found
            return {**found, "404.html": b"<!doctype html>"}

        patch.setattr(pages, "pages", drawn)
        if mode == "in place":
            patch.setattr(publish, "staged", _in_place)
            patch.setattr(publish, "exchange", lambda *_folders: None)
        if mode == "wrong order":
            first, last = upload.FINAL + 1, upload.FINAL + 2  # nothing that must never change
            patch.setattr(upload, "rank", lambda path: first if path == upload.NOTE else last)
        if mode == "no fsync":
            patch.setattr(os, "fsync", lambda _handle: None)
            patch.setattr(disk, "sync_all", lambda _folder: True)
            patch.setattr(sqlite3, "connect", _unsynced(sqlite3.connect))
        yield


def _unsynced(real: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *rest)

    return functools.partial(real, factory=Connection)


@contextmanager
def _in_place(public: Path, files: Mapping[str, bytes], **_marks: object) -> Iterator[Path]:
    """What a careless publication does: open and write, the note as it comes."""
    for path in sorted(files):
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        with (public / path).open("wb") as file:
            for at in range(0, max(1, len(files[path])), 512):
                file.write(files[path][at : at + 512])
                file.flush()
    yield public


def work(found: Demonstration, say: Callable[[str], object]) -> None:
    """Change, build, publish, and say so, for ever."""
    workspace = Workspace.open(found.workspace)
    ring = Keyring(workspace.keys, demo=True)
    while True:
        with Store.open(workspace.database, writer=True) as store:
            newest = store.newest_note()
            now = (newest.issued if newest else NOW) + 60
            first = store.size()
            with store.transaction():
                batch = store.add_batch(
                    BatchRow(0, os.urandom(32), "x.csv", now, "new", ROWS, ROWS)
                )
                store.add_certificates(ledger_row(first + n, batch) for n in range(ROWS))
            changes.revoke(store, [str(first)], changes.ReasonCode.OTHER, now)
            done = build.build(workspace, store, ring, build.Terms(now, clock_checked=True))
        say(f"built {done.note.build} {done.note.size}")
        www = found.root / "www"
        if (www / "files.json").read_bytes() != (found.public / "files.json").read_bytes():
            continue  # a host has a moment between new pages and the note: not what is tried here
        checked = posting.check(FolderSource(found.public), FolderSource(www), now, own=True)
        paths = upload.ordered(checked.parcel.to_send(checked.chain))
        upload.FolderTarget(www).send(found.public, paths)
        say(f"sent {done.note.build} {done.note.size}")


def faults(found: Demonstration, said: dict[str, tuple[int, int]]) -> list[str]:
    """Every broken invariant of store, folder and host; ``said``: build and size by word."""
    wrong: list[str] = []
    workspace = Workspace.open(found.workspace)
    with Store.open(workspace.database, writer=True) as store:
        wrong += store.integrity_faults()
        notes = {row.build: row.note for row in store.notes()}
        documents = [trust.parse(row.note) for row in store.trust()]
        size = store.size()
        heads = {row.build: store.head(row.size) for row in store.notes()}
        if size < said["built"][1]:
            wrong.append(f"lost: {said['built'][1]} were answered, {size} are there")
    for name, word, folder in (
        ("public", "built", found.public),
        ("www", "sent", found.root / "www"),
    ):
        try:
            served = readback.check(FolderSource(folder), documents[-1])
        except UserError as error:
            wrong.append(f"{name} is torn: {error}")
            continue
        held = notes.get(served.build)
        if held is None or build_note.parse(held).text != served.text:
            wrong.append(f"{name} serves build {served.build}, which the store does not know")
        head = heads.get(served.build)
        if head is None or head.root != served.root:
            wrong.append(f"{name} forks the log")
        if served.build < said[word][0]:
            wrong.append(f"{name} lost build {said[word][0]}, which was answered")
        wrong += [f"{name}: {path} is not as listed" for path in _unlisted(folder, served.files)]
    return wrong


def _unlisted(folder: Path, digest: str) -> list[str]:
    data = (folder / "files.json").read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        return ["files.json"]
    return [
        path
        for path, value in loads(data.decode())
        if not (folder / path).is_file()
        or hashlib.sha256(_counted(path, (folder / path).read_bytes())).hexdigest() != value
    ]


def _counted(path: str, data: bytes) -> bytes:
    """A file as ``files.json`` counts it."""
    return single_file.emptied(data) if path == single_file.PATH else data


def start(found: Demonstration) -> tuple[int, int]:
    """Fork the worker: its process id, and the pipe on which it speaks."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:  # pragma: no cover
        try:
            os.close(read)
            work(found, lambda text: os.write(write, f"{text}\n".encode()))
        except BaseException as error:  # noqa: BLE001  a fork never returns into the tests
            os.write(write, f"error {error!r}\n".encode())
        finally:
            os._exit(1)
    os.close(write)
    return process, read


def heard(text: str, said: dict[str, tuple[int, int]]) -> None:
    """Take in what a worker said; a cut line was never said."""
    for line in text.split("\n")[:-1]:
        word, _, rest = line.partition(" ")
        assert word in said, line
        number, size = rest.split()
        said[word] = (int(number), int(size))
