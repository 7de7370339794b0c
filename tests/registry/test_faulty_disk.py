"""Every call by which a bundle or a backup changes the disk fails once (quality R3)."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from registry import backup, bundle
from registry.errors import UserError
from registry.store import Store
from registry.workspace import Workspace
from tests.demonstration import NOW, Demonstration, tree
from tests.registry.faulty_disk import Disk, counted

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
FILES = {"log/tile/0/000.p/3": b"x" * 96, "index.html": b"<!doctype html>", "build.note": b"note"}


def _failing(work: Callable[[], object], error: int, at: int) -> tuple[Disk, UserError | None]:
    """Do something on a disk whose call number ``at`` fails."""
    faulty, refusal = Disk(at, error), None
    with counted(faulty):
        try:
            work()
        except UserError as caught:
            refusal = caught
    if refusal is not None:
        assert os.strerror(error) in refusal.why.en, (faulty.failed, faulty.sites[-1])
        assert os.strerror(error) in refusal.why.id
    return faulty, refusal


def test_a_bundle_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    site, target = tmp_path / "site", tmp_path / "out" / "b.tar"
    for path, data in FILES.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(data)
    target.parent.mkdir()
    target.write_bytes(b"the one before")
    tried = Counter[str]()
    for error in ERRORS:
        for at in range(1000):
            faulty, refusal = _failing(lambda: bundle.write(target, site, FILES), error, at)
            if faulty.failed is None:
                break
            tried[faulty.failed] += 1
            assert refusal is not None, faulty.failed
            assert refusal.code == "unwritable"
            assert refusal.what == str(target)
            assert tree(target.parent) == {"b.tar": b"the one before"}
        assert target.stat().st_size > 1024
        target.write_bytes(b"the one before")
    print(dict(tried))
    assert set(tried) == {"open", "write", "flush", "fsync", "replace"}


CLEANED_UP = ("unlink", "rmdir")
"""Calls that tidy up afterwards: what could not be removed is no fault of the backup."""


def test_a_backup_counts_only_if_the_disk_took_all_of_it(
    own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, target = Workspace.open(own.workspace), tmp_path / "b.tar"
    counts: list[int] = []
    monkeypatch.setattr(Store, "add_backup", lambda _store, build, *_: counts.append(build))
    with own.store() as store:

        def work() -> None:
            backup.make(workspace, store, target, None, NOW)

        sound = Disk()
        with counted(sound):
            work()
        calls = list(zip(sound.seen, sound.sites, strict=True))
        tried = Counter[str]()
        for at in sorted({calls.index(call) for call in calls}):
            for error in ERRORS:
                counts.clear()
                target.unlink(missing_ok=True)
                faulty, refusal = _failing(work, error, at)
                assert faulty.seen[: at + 1] == sound.seen[: at + 1]
                tried[calls[at][0]] += 1
                made = refusal is None
                assert counts == ([3] if made else []), calls[at]
                if refusal is None:
                    assert faulty.failed in (*CLEANED_UP, "mkdir"), calls[at]
                else:
                    assert refusal.code == "unwritable", calls[at]
        target.unlink()
        work()
    print(dict(tried), sum(tried.values()))
    assert tried.keys() >= {"mkdir", "open", "write", "flush", "fsync", "rename"}
    assert counts[-1:] == [3]
