"""Uploads: one safe order, resumed where they broke off, and never over what is final."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from registry import disk, upload
from registry.errors import UserError
from tests.demonstration import Demonstration, tree
from tests.registry.faulty_disk import Disk, counted

RSYNC = shutil.which("rsync") is not None


@pytest.fixture
def site(tmp_path: Path) -> Path:
    files = {
        "log/tile/0/000.p/3": b"tile", "log/checkpoints/3": b"3", "log/checkpoint": b"3",
        "status/0-aa.cwt": b"l", "status/0.cwt": b"l", "builds/1.note": b"1", "trust/1.note": b"t",
        "index.html": b"p", "assets/a-1.js": b"j", "build.note": b"1", "build.note.gz": b"z",
        "catalogue/fields.json": b"f", "catalogue/scheme/ab.json": b"s", "_headers": b"h",
    }  # fmt: skip
    for path, data in files.items():
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_bytes(data)
    return tmp_path / "site"


def _targets(tmp_path: Path) -> list[upload.Target]:
    found: list[upload.Target] = [upload.FolderTarget(tmp_path / "www")]
    if RSYNC:
        found.append(upload.RsyncTarget(str(tmp_path / "rsync")))
    return found


def test_the_order(demonstration: Demonstration, site: Path) -> None:
    paths = upload.ordered(tree(site))
    assert paths[-1] == "build.note"
    assert paths[-2] == "build.note.gz"
    assert set(paths[-4:-2]) == {"log/checkpoint", "status/0.cwt"}
    assert set(paths[-7:-4]) == {"index.html", "catalogue/fields.json", "_headers"}
    real = upload.ordered(tree(demonstration.public))
    ranks = [upload.rank(path) for path in real]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("host:www", upload.RsyncTarget),
        ("web@cek.example.go.id:/srv/www/", upload.RsyncTarget),
        ("rsync://host/module/", upload.RsyncTarget),
        ("host::module", upload.RsyncTarget),
        ("www", upload.FolderTarget),
        ("/srv/www", upload.FolderTarget),
        ("C:/www", upload.FolderTarget),
        ("./a:b", upload.FolderTarget),
    ],
)
def test_what_a_target_is(text: str, kind: type) -> None:
    assert isinstance(upload.target(text), kind)


def test_sent_resumed_and_removed(site: Path, tmp_path: Path) -> None:
    paths = upload.ordered(tree(site))
    for target in _targets(tmp_path):
        place = Path(target.name)
        assert target.send(site, paths[:5]) == 5
        assert set(tree(place)) == set(paths[:5])
        assert target.send(site, paths) == len(paths) - 5
        assert tree(place) == tree(site)
        assert target.send(site, paths) == 0
        (place / "of-the-host.txt").write_bytes(b"mine")
        target.remove(["index.html", "never-there.html"])
        assert set(tree(place)) == (set(paths) - {"index.html"}) | {"of-the-host.txt"}
        assert (place / "build.note").stat().st_mode & 0o777 == 0o644
        same = (place / "build.note").stat().st_mtime, (site / "build.note").stat().st_mtime
        assert int(same[0]) == int(same[1])


def test_what_is_final_is_never_written_over(site: Path, tmp_path: Path) -> None:
    paths = upload.ordered(tree(site))
    for target in _targets(tmp_path):
        place = Path(target.name)
        target.send(site, paths)
        (place / "log/tile/0/000.p/3").write_bytes(b"other")
        (place / "index.html").write_bytes(b"x")
        if isinstance(target, upload.FolderTarget):
            with pytest.raises(UserError) as caught:
                target.send(site, paths)
            assert caught.value.code == "published-otherwise"
        else:
            target.send(site, paths)
            assert (place / "index.html").read_bytes() == b"p"
        assert (place / "log/tile/0/000.p/3").read_bytes() == b"other"


def _attempt(site: Path, www: Path, paths: list[str], faulty: Disk) -> UserError | None:
    with counted(faulty):
        try:
            upload.FolderTarget(www).send(site, paths)
        except UserError as error:
            return error
    return None


def test_every_call_of_an_upload_fails_once(site: Path, tmp_path: Path) -> None:
    """Disk full, EIO, EACCES: a clear error, no note before all else, the same again goes on."""
    paths, tried = upload.ordered(tree(site)), 0
    for error in (errno.ENOSPC, errno.EIO, errno.EACCES):
        for at in range(1000):
            www = tmp_path / f"www {error} {at}"
            faulty = Disk(at, error)
            refusal = _attempt(site, www, paths, faulty)
            if refusal is not None:
                assert refusal.code == "upload-failed"
                assert os.strerror(error) in refusal.why.en
                assert refusal.exit_code == 3
                # It may stand there where only its name could not be synced: then all is there.
                assert not (www / "build.note").exists() or tree(www) == tree(site)
            if faulty.failed is None:
                break
            tried += 1
            whole = tree(www) if www.exists() else {}
            assert whole.items() <= tree(site).items(), "no file is half there"
            upload.FolderTarget(www).send(site, paths)
            assert tree(www) == tree(site)
            shutil.rmtree(www)
    print(f"{tried} failing calls")
    assert tried >= 150


def test_no_rank_outlives_the_one_before_a_power_cut(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, www = upload.ordered(tree(site)), tmp_path / "www"
    unsynced, seen = dict[Path, int](), list[int]()
    real_replace, real_sync = Path.replace, disk.sync

    def replace(beside: Path, place: Path) -> Path:
        rank = upload.rank(place.relative_to(www).as_posix())
        assert set(unsynced.values()) <= {rank}, "a name of an earlier rank is not on disk"
        for folder in place.relative_to(www).parents:
            unsynced[www / folder] = rank
        seen.append(rank)
        return real_replace(beside, place)

    def sync(folder: Path) -> None:
        unsynced.pop(folder, None)
        real_sync(folder)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(disk, "sync", sync)
    assert upload.FolderTarget(www).send(site, paths) == len(paths)
    assert set(seen) == {0, 1, 2, 3, 4, 5, 6}
    assert unsynced == {}, "answered before the names are on disk"
    unsynced[www] = 4  # left by a run that was killed before it could sync
    assert upload.FolderTarget(www).send(site, paths) == 0
    assert unsynced == {}


def test_rsync_that_fails_or_is_missing(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    program = fake / "rsync"
    program.write_text("#!/bin/sh\necho 'rsync: connection refused' >&2\nexit 10\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake}:/usr/bin:/bin")
    with pytest.raises(UserError) as caught:
        upload.RsyncTarget("host:www").send(site, ["build.note"])
    assert "connection refused" in caught.value.why.en
    assert caught.value.exit_code == 3
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/said\ntr "\\0" "\\n" >> {tmp_path}/said\n'
    )
    upload.RsyncTarget("host:www/").send(site, upload.ordered(tree(site)))
    said = (tmp_path / "said").read_text().splitlines()
    assert said[-1] == "build.note"
    assert sum("--ignore-existing" in line for line in said) == 1 + upload.FINAL
    assert all(line.endswith("host:www/") for line in said if line.startswith("--"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError) as caught:
        upload.RsyncTarget("host:www").send(site, ["build.note"])
    assert caught.value.code == "no-rsync"
