"""A spare folder saves work and decides nothing: whatever it holds, what is staged is the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from registry import publish
from registry.served import Seen, Served
from registry.staging import Stage
from tests.demonstration import tree
from tests.registry.faulty_disk import Disk, counted

FIRST = {"index.html": b"1", "a/same": b"s", "a/turn": b"x", "a/b/old": b"o", "build.note": b"1"}
SECOND = {"index.html": b"1", "a/same": b"s", "a/turn": b"y", "a/c/new": b"n", "build.note": b"2"}
THIRD = {"index.html": b"3", "a/same": b"s", "a/turn": b"y", "a/c/new": b"n", "build.note": b"3"}
KEPT = ("a/same", "a/turn", "a/c/new")
"""What a build knows to be in the second as it is in the third."""
OTHERS = {path: data for path, data in THIRD.items() if path not in KEPT}


def _publish(public: Path, files: Mapping[str, bytes], kept: tuple[str, ...] = ()) -> None:
    with publish.staged(public, files, kept=kept) as folder:
        publish.exchange(folder, public)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """The second state is served, the first is the spare."""
    place = tmp_path / "site" / "public"
    _publish(place, FIRST)
    _publish(place, SECOND)
    return place


def _spare(public: Path) -> Path:
    return public.parent / ".public.spare"


def test_the_folder_served_before_is_the_spare(public: Path) -> None:
    assert tree(public) == SECOND
    assert tree(_spare(public)) == FIRST


def test_only_the_difference_is_made(public: Path) -> None:
    disk = Disk()
    with counted(disk):
        _publish(public, OTHERS, KEPT)
    assert tree(public) == THIRD
    assert tree(_spare(public)) == SECOND
    assert disk.seen.count("open") == 2, "index.html and build.note"
    assert disk.seen.count("link") == 2, "a/turn and a/c/new, which the spare had not"
    second = Disk()
    with counted(second):
        _publish(public, {**OTHERS, "build.note": b"4"}, KEPT)
    assert second.seen.count("open") == 1
    assert second.seen.count("link") == 1, "index.html"
    assert second.seen.count("mkdir") == 1, "of the folder that was there: none was made"


def _strange(spare: Path) -> None:
    (spare / "stray/deep").mkdir(parents=True)
    (spare / "stray/deep/x").write_bytes(b"x")
    (spare / "a/.hidden").write_bytes(b"x")


def _turned(spare: Path) -> None:
    """Folders where files are wanted, and a file where a folder is."""
    shutil.rmtree(spare / "a")
    (spare / "a").write_bytes(b"a file now")
    (spare / "index.html").unlink()
    (spare / "index.html").mkdir()


def _links(spare: Path) -> None:
    """Links to what nobody may change through them."""
    outside = spare.parent / "outside"
    outside.mkdir()
    (outside / "same").write_bytes(b"mine")
    shutil.rmtree(spare / "a")
    (spare / "a").symlink_to(outside)
    (spare / "index.html").unlink()
    (spare / "index.html").symlink_to(outside / "same")


def _swapped(spare: Path) -> None:
    """The right bytes under other names, and others under the right one with the same time."""
    mark = (spare / "a/same").stat().st_mtime_ns
    (spare / "a/same").unlink()
    (spare / "a/same").write_bytes(b"t")
    os.utime(spare / "a/same", ns=(mark, mark))
    (spare / "a/turn").rename(spare / "build.note")


def _closed(spare: Path) -> None:
    spare.chmod(0o700)
    (spare / "a").chmod(0o700)


def _gone(spare: Path) -> None:
    shutil.rmtree(spare)


def _no_folder(spare: Path) -> None:
    shutil.rmtree(spare)
    spare.write_bytes(b"x")


def _elsewhere(spare: Path) -> None:
    kept = spare.rename(spare.with_name("outside"))
    spare.symlink_to(kept)


SPOILERS = (_strange, _turned, _links, _swapped, _closed, _gone, _no_folder, _elsewhere)


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_whatever_a_spare_holds(public: Path, spoil: Callable[[Path], None]) -> None:
    spoil(_spare(public))
    outside = public.parent / "outside"
    before = tree(outside)
    _publish(public, OTHERS, KEPT)
    assert tree(public) == THIRD
    assert {path.name for path in public.iterdir()} == {"a", "index.html", "build.note"}
    assert {path.name for path in (public / "a").iterdir()} == {"same", "turn", "c"}
    folders = [public, *(path for path in public.rglob("*") if path.is_dir())]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o755}
    assert not any(path.is_symlink() for path in public.rglob("*"))
    assert tree(outside) == before
    assert tree(_spare(public)) == SECOND


def test_a_spare_believed_by_its_names_is_caught(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positive control: these states show it when names alone decide."""
    real = Served.inodes

    def as_in_the_spare(served: Served, folder: str) -> dict[str, tuple[int, int]]:
        (taken,) = public.parent.glob(".public.*")
        return real(Served(taken, served.stamps), folder)

    monkeypatch.setattr(Served, "inodes", as_in_the_spare)
    _publish(public, OTHERS, KEPT)
    assert tree(public) != THIRD


def test_what_is_served_is_never_touched(public: Path) -> None:
    """``index.html`` is one file in both folders, and changes: a new one is made."""
    assert _untouched(public)


def test_a_spare_that_is_written_over_is_caught(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positive control: what is written into a file of the spare is served at once."""

    def over(stage: Stage, path: str, data: bytes) -> None:
        (stage.folder / path).write_bytes(data)

    monkeypatch.setattr(Stage, "_place", over)
    assert not _untouched(public)


def _untouched(public: Path) -> bool:
    """Whether staging the third state leaves every file of the second one as it is."""
    assert (public / "index.html").samefile(_spare(public) / "index.html")
    before = {path: _as_it_is(path) for path in public.rglob("*")}
    with publish.staged(public, OTHERS, kept=KEPT) as folder:
        assert tree(folder).items() >= {path: THIRD[path] for path in KEPT}.items()
        return tree(public) == SECOND and before == {path: _as_it_is(path) for path in before}


def _as_it_is(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def test_a_staged_folder_that_is_not_put_in_place(public: Path) -> None:
    with publish.staged(public, OTHERS, kept=KEPT) as folder:
        assert tree(folder) == THIRD
    assert tree(public) == SECOND
    assert not _spare(public).exists()
    _publish(public, OTHERS, KEPT)
    assert tree(public) == THIRD


def test_who_stages_takes_the_name_from_the_spare(public: Path) -> None:
    """What a killed process leaves half done has no name that is believed."""
    with publish.staged(public, OTHERS, kept=KEPT) as folder:
        assert not _spare(public).exists()
        left = shutil.copytree(folder, folder.with_name(".public.01234567"))
    (left / "index.html").write_bytes(b"half")
    _publish(public, OTHERS, KEPT)
    assert tree(public) == THIRD
    assert not left.exists()
    assert tree(_spare(public)) == SECOND


def test_where_a_link_is_served_no_spare_stays(public: Path) -> None:
    site = public.rename(public.with_name("elsewhere"))
    public.symlink_to(site.name)
    _publish(public, OTHERS, KEPT)
    assert tree(public) == THIRD
    assert not _spare(public).exists()


def test_seen_as_it_was_looked_at(public: Path) -> None:
    served = Served(public, ())
    assert set(served.inodes("")) == {"index.html", "build.note"}
    assert set(served.inodes("a/c")) == {"new"}
    assert served.inodes("nowhere") == {} == served.inodes("index.html")
    assert Seen(-1, -1, (-1, -1)).inode not in served.inodes("").values()
