"""Putting a site in place: whole or not at all, whatever the disk does (quality R3)."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from registry import disk, publish
from registry.errors import UserError
from tests.demonstration import tree
from tests.registry.faulty_disk import Disk, counted

OLD = {"index.html": b"old", "a/same.css": b"same", "a/b/gone.txt": b"gone", "build.note": b"1"}
NEW = {"index.html": b"new!", "a/same.css": b"same", "c/d/more.txt": b"", "build.note": b"2"}
BEFORE = {"index.html": b"oldest", "a/b/gone.txt": b"gone", "a/c/x.txt": b"x", "build.note": b"0"}
"""Served before ``OLD``: then a spare."""
SPARE = ".public.spare"
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def _publish(public: Path, files: Mapping[str, bytes]) -> None:
    with publish.staged(public, files) as folder:
        assert tree(folder).items() >= files.items()
        publish.exchange(folder, public)


def _beside(public: Path) -> set[str]:
    return {path.name for path in public.parent.iterdir()} - {public.name}


@contextmanager
def _no_exchange(code: int | None) -> Iterator[None]:
    """A system without renameat2, or one whose file system answers ``code``."""

    class Library:
        def __getattr__(self, name: str) -> Any:
            if code is None:
                raise AttributeError(name)
            return lambda *_arguments: -1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ctypes, "CDLL", lambda *_a, **_k: Library())
        patch.setattr(ctypes, "get_errno", lambda: code)
        yield


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "site" / "public"
    _publish(folder, OLD)
    return folder


def test_first_publication_makes_the_folder(tmp_path: Path) -> None:
    public = tmp_path / "deep" / "public"
    _publish(public, OLD)
    assert tree(public) == OLD
    assert not public.is_symlink()
    assert _beside(public) == set()


def test_the_next_one_replaces_it(public: Path) -> None:
    inode = (public / "a/same.css").stat().st_ino
    _publish(public, NEW)
    assert tree(public) == NEW
    assert not (public / "a/b").exists()
    assert (public / "a/same.css").stat().st_ino == inode, "an unchanged file is linked"
    assert _beside(public) == {SPARE}
    assert tree(public.parent / SPARE) == OLD


def test_an_empty_folder_is_replaced(tmp_path: Path) -> None:
    public = tmp_path / "public"
    public.mkdir()
    _publish(public, NEW)
    assert tree(public) == NEW


def test_modes_do_not_follow_the_umask(tmp_path: Path) -> None:
    public = tmp_path / "public"
    before = os.umask(0o077)
    try:
        _publish(public, OLD)
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in [public, *public.rglob("*")]}
    assert all(mode == (0o755 if path.is_dir() else 0o644) for path, mode in modes.items())


def test_gitignore_is_carried_over(public: Path) -> None:
    (public / ".gitignore").write_bytes(b"*\n!.gitignore\n")
    (public / "stray.txt").write_bytes(b"of no build")
    _publish(public, NEW)
    assert tree(public) == {**NEW, ".gitignore": b"*\n!.gitignore\n"}
    _publish(public, {**NEW, ".gitignore": b"built"})
    assert (public / ".gitignore").read_bytes() == b"built"


def test_only_its_own_leftovers_are_removed(public: Path) -> None:
    parent = public.parent
    for name in (".public.deadbeef", ".public.0123abcd.site"):
        (parent / name / "inner").mkdir(parents=True)
    (parent / ".public.0123abcd.link").symlink_to("nowhere")
    kept = {".public.backup", ".public.backups", ".publican", ".public.deadbeef2"}
    for name in kept:
        (parent / name).mkdir()
    (parent / ".public.conf").write_bytes(b"mine")
    _publish(public, NEW)
    assert _beside(public) == kept | {".public.conf", SPARE}


def test_a_process_that_dies_while_staging_changes_nothing(public: Path) -> None:
    def die(folder: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), publish.staged(public, NEW) as folder:
        die(folder)
    assert tree(public) == OLD
    assert _beside(public) == set()


@pytest.mark.parametrize("code", [None, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP])
def test_without_exchange_a_link_is_swapped(public: Path, code: int | None) -> None:
    with _no_exchange(code):
        _publish(public, NEW)
        assert public.is_symlink()
        assert tree(public) == NEW
        assert len(_beside(public)) == 1, "the folder that the link points to, and no other"
        target = public.resolve()
        _publish(public, OLD)
        assert tree(public) == OLD
        assert public.resolve() != target
        assert len(_beside(public)) == 1
    _publish(public, NEW)
    assert public.is_symlink(), "a link stays a link where exchange works again"
    assert tree(public) == NEW
    assert len(_beside(public)) == 1


def test_a_link_to_a_folder_elsewhere_leaves_that_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk" / "site"
    _publish(elsewhere, OLD)
    public = tmp_path / "www" / "public"
    public.parent.mkdir()
    public.symlink_to(elsewhere)
    _publish(public, NEW)
    assert tree(public) == NEW
    assert tree(elsewhere) == OLD


def test_an_exchange_that_fails_leaves_the_old_site(public: Path) -> None:
    with _no_exchange(errno.EIO), pytest.raises(UserError) as caught:
        _publish(public, NEW)
    assert caught.value.code == "publish-failed"
    assert tree(public) == OLD
    assert _beside(public) == set()


def _attempt(public: Path, faulty: Disk) -> UserError | None:
    with counted(faulty):
        try:
            _publish(public, NEW)
        except UserError as error:
            return error
    return None


@pytest.mark.parametrize(
    "way", ["exchange", "with a spare", "to a link", "from link to link", "first"]
)
def test_every_call_fails_once(tmp_path: Path, way: str) -> None:
    public, tried = tmp_path / "public", Counter[str]()
    with pytest.MonkeyPatch.context() as patch:
        if way in ("to a link", "from link to link"):
            patch.setattr(disk, "swap", lambda *_folders: False)
        for error in ERRORS:
            for at in range(1000):
                _reset(public, way)
                faulty = Disk(at, error)
                refusal = _attempt(public, faulty)
                if faulty.failed is None:
                    break
                tried[faulty.failed] += 1
                _check(public, faulty, refusal, way)
    print(way, dict(tried), sum(tried.values()))
    kinds = {"mkdir", "open", "write", "flush", "fchmod", "fsync", "chmod"}
    kinds |= {"link"} if way != "first" else set()
    kinds |= {"rename"} if way != "from link to link" else set()
    kinds |= {"rename", "symlink", "replace"} if "link" in way else set()
    kinds |= {"unlink", "rmdir"} if way not in ("exchange", "first") else {"unlink"}
    assert set(tried) == kinds
    assert sum(tried.values()) >= 60


def _reset(public: Path, way: str) -> None:
    for path in [*public.parent.iterdir()]:
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)
    if way != "first":
        _publish(public, OLD)
    if way == "with a spare":
        _publish(public, BEFORE)
        _publish(public, OLD)
        assert tree(public.parent / SPARE) == BEFORE
    if way == "to a link":
        # The first one made a plain folder, which is the state to start from.
        assert not public.is_symlink()
    if way == "from link to link":
        _publish(public, OLD)
        assert public.is_symlink()


def _check(public: Path, faulty: Disk, refusal: UserError | None, way: str) -> None:
    place = (way, faulty.seen[-1], len(faulty.seen), os.strerror(faulty.error))
    if refusal is not None:
        placed = public.exists() and tree(public) == NEW
        assert refusal.code == ("publish-unsynced" if placed else "publish-failed"), place
        assert os.strerror(faulty.error) in refusal.why.en, place
        assert refusal.exit_code == 1
    served = tree(public) if public.exists() else None
    if refusal is None or refusal.code == "publish-unsynced":
        assert served == NEW, place
        assert refusal is None or faulty.failed in ("fsync", "rename"), place
    else:
        assert served == (None if way == "first" else OLD), place
    _publish(public, NEW)
    assert tree(public) == NEW, place
    assert len(_beside(public)) <= 1, "the folder of a link, or the spare"


def test_files_that_cannot_be_linked_are_copied(public: Path) -> None:
    for code in (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP):
        faulty = Disk()

        def refuse(*_paths: object, code: int = code) -> None:
            raise OSError(code, os.strerror(code))

        with counted(faulty), pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "link", refuse)
            _publish(public, {**NEW, "build.note": b"%d" % code})
        assert faulty.seen.count("open") == len(NEW)
        assert (public / "build.note").read_bytes() == b"%d" % code


def test_a_folder_where_a_file_was_and_the_other_way(public: Path) -> None:
    turned = {"index.html/deep.txt": b"x", "a": b"a file now", "build.note": b"2"}
    _publish(public, turned)
    assert tree(public) == turned
    _publish(public, OLD)
    assert tree(public) == OLD
