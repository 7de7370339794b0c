"""A backup counts when it was restored and compared; an older one is read and signs nothing."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
from pathlib import Path

import pytest

from registry import backup, build, issue
from registry.errors import UserError
from registry.keyring import Keyring
from registry.store import Store
from registry.workspace import Workspace
from tests.demonstration import NOW, Demonstration, tree
from tests.registry.ledger_example import batch, catalogue, record

LATER = NOW + 60


def _made(found: Demonstration, path: Path) -> backup.Checked:
    with found.store() as store:
        return backup.make(Workspace.open(found.workspace), store, path, None, NOW)


def _lengthen(folder: Path, n: int = 1) -> None:
    """Issue one more certificate."""
    workspace = Workspace.open(folder)
    ring = Keyring(workspace.keys, demo=True)
    with Store.open(workspace.database, writer=True) as store:
        rows = batch(record(n))
        issue.issue(store, rows, catalogue(), ring, issue.Terms(now=LATER))


def _build(folder: Path, now: int) -> build.Built:
    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        return build.build(workspace, store, Keyring(workspace.keys, demo=True), build.Terms(now))


def _refused(code: str, path: Path, folder: Path, live: object) -> UserError:
    with pytest.raises(UserError) as caught:
        backup.restore(path, folder, str(live))
    assert caught.value.code == code
    assert caught.value.hint.id
    assert tree(folder) == {}, "nothing is left"
    return caught.value


def test_a_backup_is_restored_aside_and_then_counts(own: Demonstration, tmp_path: Path) -> None:
    path = tmp_path / "b.tar"
    settings = Workspace.open(own.workspace).settings
    required = settings.model_copy(update={"backup": "required"})
    with own.store() as store:
        backup.refuse_unsaved(settings, store)
        with pytest.raises(UserError, match="no verified backup"):
            backup.refuse_unsaved(required, store)
    before = sorted(tree(own.workspace))
    made = _made(own, path)
    assert (made.build, made.live, made.ahead) == (3, 3, None)
    assert made.certificates == made.size - 2
    assert sorted(tree(own.workspace)) == before, "what was put aside is gone"
    assert path.stat().st_mode & 0o777 == 0o600
    with own.store() as store:
        assert store.backed_up() == 3
        backup.refuse_unsaved(required, store)
    with pytest.raises(UserError) as caught:
        _made(own, path)
    assert caught.value.code == "backup-exists"


def test_it_holds_no_key(own: Demonstration, tmp_path: Path) -> None:
    _made(own, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as archive:
        names = set(archive.getnames())
    assert {"manifest.json", "registry.db", "registry.toml", "trust/1.note"} <= names
    assert not any("key" in name for name in names)
    data = (tmp_path / "b.tar").read_bytes()
    assert b"OPENSSH PRIVATE KEY" not in data
    held = [path.read_bytes() for path in (own.workspace / "keys").glob("*.key")]
    assert len(held) == 9
    assert not any(key[60:160] in data for key in held)


def test_what_is_restored_publishes_the_same_bytes(own: Demonstration, tmp_path: Path) -> None:
    _made(own, tmp_path / "b.tar")
    folder = tmp_path / "new"
    shutil.copytree(own.workspace / "keys", folder / "keys")
    restored = backup.restore(tmp_path / "b.tar", folder, str(own.public))
    assert (restored.build, restored.ahead) == (3, None)
    assert {path.name for path in folder.iterdir()} == {
        "catalogue", "keys", "registry.db", "registry.toml", "trust",
    }  # fmt: skip
    assert folder.joinpath("registry.db").stat().st_mode & 0o777 == 0o600
    settings = (folder / "registry.toml").read_text(encoding="utf-8")
    (folder / "registry.toml").write_text(settings.replace("../public", "out"), encoding="utf-8")
    assert _build(folder, NOW + 60).note.build == 3
    assert tree(folder / "out") == own.files()
    _refused_here = pytest.raises(UserError, match="registry here already")
    with _refused_here:
        backup.restore(tmp_path / "b.tar", folder, str(own.public))


def test_an_older_backup_is_read_and_signs_nothing(own: Demonstration, tmp_path: Path) -> None:
    _made(own, tmp_path / "old.tar")
    _lengthen(own.workspace)
    _build(own.workspace, LATER)
    assert backup.check(tmp_path / "old.tar", tmp_path, str(own.public)).ahead is not None
    for live in (own.public, own.public / "build.note"):
        folder = tmp_path / live.name
        shutil.copytree(own.workspace / "keys", folder / "keys")
        restored = backup.restore(tmp_path / "old.tar", folder, str(live))
        assert (restored.build, restored.live) == (3, 4)
        assert restored.ahead == (own.public / "build.note").read_bytes()
        for act in (lambda: _lengthen(folder, 2), lambda: _build(folder, LATER + 60)):  # noqa: B023
            with pytest.raises(UserError) as caught:
                act()
            assert caught.value.code == "log-ahead"
        with Store.open(folder / "registry.db") as store:
            assert store.certificate(5) is not None
    _made(own, tmp_path / "new.tar")
    shutil.copytree(own.workspace / "keys", tmp_path / "again" / "keys")
    newest = backup.restore(tmp_path / "new.tar", tmp_path / "again", str(own.public))
    assert newest.ahead is None
    _lengthen(tmp_path / "again", 2)


def test_an_older_copy_makes_no_backup_that_counts(own: Demonstration, tmp_path: Path) -> None:
    old = own.copied(tmp_path / "old")
    _lengthen(own.workspace)
    _build(own.workspace, LATER)
    with old.store() as store:
        with pytest.raises(UserError) as caught:
            backup.make(
                Workspace.open(old.workspace), store, tmp_path / "b", str(own.public), LATER
            )
        assert caught.value.code == "log-ahead"
        assert store.backed_up() == 0


def test_what_cannot_be_compared_is_not_restored(own: Demonstration, tmp_path: Path) -> None:
    _made(own, tmp_path / "b.tar")
    (tmp_path / "html").write_bytes(b"<html>")
    (tmp_path / "empty").mkdir()
    for live in ("http://127.0.0.1:9/", tmp_path / "html", tmp_path / "empty"):
        assert _refused("unreachable", tmp_path / "b.tar", tmp_path / "x", live).exit_code == 3
    shutil.copytree(own.public, tmp_path / "other")
    (tmp_path / "other" / "log" / "checkpoints" / str(_size(own))).unlink()
    _refused("unreachable", tmp_path / "b.tar", tmp_path / "x", tmp_path / "other")


def _size(own: Demonstration) -> int:
    with own.store() as store:
        return store.size()


def test_a_damaged_backup_is_never_restored(own: Demonstration, tmp_path: Path) -> None:
    _made(own, tmp_path / "b.tar")
    good = (tmp_path / "b.tar").read_bytes()
    bad = tmp_path / "bad.tar"
    for place in (0, 700, 3000, len(good) // 3, len(good) // 2):
        bad.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        _refused("bad-backup", bad, tmp_path / "x", own.public)
    for size in (0, 100, 512, len(good) // 2):
        bad.write_bytes(good[:size])
        _refused("bad-backup", bad, tmp_path / "x", own.public)
    bad.write_bytes(b"PK\3\4 something else" * 100)
    _refused("bad-backup", bad, tmp_path / "x", own.public)
    with pytest.raises(UserError) as caught:
        backup.restore(tmp_path / "none.tar", tmp_path / "x", str(own.public))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("kind", ["outside", "absolute", "key", "link", "twice", "missing", "more"])
def test_a_strange_archive_is_never_taken_apart(
    own: Demonstration, tmp_path: Path, kind: str
) -> None:
    _made(own, tmp_path / "b.tar")
    bad = tmp_path / "bad.tar"
    names = {"outside": "../evil", "absolute": "/absah-evil", "key": "keys/root-a.key"}
    with tarfile.open(tmp_path / "b.tar") as good, tarfile.open(bad, "w") as archive:
        for member in good:
            if kind == "missing" and member.name == "trust/1.note":
                continue
            archive.addfile(member, good.extractfile(member))
            if kind == "twice" and member.name == "trust/1.note":
                archive.addfile(member, good.extractfile(member))
        more = tarfile.TarInfo(names.get(kind, "trust/9.note"))
        if kind == "link":
            more.type, more.linkname = tarfile.SYMTYPE, "/etc/passwd"
        if kind not in ("missing", "twice"):
            archive.addfile(more, io.BytesIO())
    _refused("bad-backup", bad, tmp_path / "x", own.public)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE certificate SET cose = CAST(cose || x'00' AS BLOB) WHERE idx = 20",
        "UPDATE trust SET note = x'00' WHERE version = 2",
        "DELETE FROM trust WHERE version = 1",
    ],
)
def test_a_store_that_does_not_hold_together_is_no_backup(
    own: Demonstration, tmp_path: Path, sql: str
) -> None:
    with sqlite3.connect(own.workspace / "registry.db") as connection:
        connection.execute(sql)
    connection.close()
    with pytest.raises(UserError) as caught:
        _made(own, tmp_path / "b.tar")
    assert caught.value.code == "bad-backup"
    with own.store() as store:
        assert store.backed_up() == 0


def test_before_anything_is_published(tmp_path: Path, own: Demonstration) -> None:
    with sqlite3.connect(own.workspace / "registry.db") as connection:
        for table in ("note", "head", "status_list"):
            connection.execute(f"DELETE FROM {table}")
    connection.close()
    shutil.rmtree(own.public)
    made = _made(own, tmp_path / "b.tar")
    assert (made.build, made.live) == (0, 0)
    with own.store() as store:
        assert store.backed_up() == 0


def test_a_full_disk_leaves_no_half_backup(
    own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: object, _member: object, _data: object = None) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(UserError) as caught:
        _made(own, tmp_path / "b.tar")
    assert caught.value.code == "unwritable"
    assert not list(tmp_path.glob("*b.tar*"))


def test_what_a_killed_backup_left_is_cleared_away(own: Demonstration, tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    left = own.workspace / f".absah-{ended.pid}-x"
    running = own.workspace / f".absah-{os.getpid()}-x"
    for folder in (left, running):
        folder.mkdir()
        (folder / "registry.db").write_bytes(b"data of persons")
    _made(own, tmp_path / "b.tar")
    assert not left.exists()
    assert running.exists(), "somebody is at work in it"
