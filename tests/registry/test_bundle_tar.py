"""A bundle has one form: nothing that a tar can otherwise do gets through."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from registry import bundle
from registry.bundle import Bundle
from registry.errors import UserError

FILES = {"log/tile/0/000.p/3": b"x" * 96, "index.html": b"<!doctype html>", ".nojekyll": b"",
         "assets/app-1.js": b"y" * 512, "build.note": b"note\n"}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "site"
    for path, data in FILES.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    return place


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> bytes:
    bundle.write(tmp_path / "b.tar", folder, FILES)
    return (tmp_path / "b.tar").read_bytes()


def _refused(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "bad.tar"
    path.write_bytes(data)
    with pytest.raises(UserError) as caught, Bundle.open(path):
        pass
    assert caught.value.code == "bad-bundle"
    return caught.value.why.en


def test_written_and_read(folder: Path, tmp_path: Path, made: bytes) -> None:
    with Bundle.open(tmp_path / "b.tar") as opened:
        assert opened.listing() == list(FILES)
        assert {path: opened.read(path, 10_000) for path in FILES} == FILES
        assert opened.read("other", 10) is None
        with pytest.raises(Exception, match="more than 10 bytes"):
            opened.read("index.html", 10)
        opened.extract(tmp_path / "out")
    for path, data in FILES.items():
        assert (tmp_path / "out" / path).read_bytes() == data
    with tarfile.open(tmp_path / "b.tar") as other:
        assert other.getnames() == list(FILES)


def test_the_same_files_give_the_same_bytes(folder: Path, tmp_path: Path, made: bytes) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    bundle.write(tmp_path / "again.tar", folder, FILES)
    assert (tmp_path / "again.tar").read_bytes() == made
    assert {path.name for path in tmp_path.glob("*.tar*")} == {"again.tar", "b.tar"}


def test_every_changed_header_byte_is_refused(tmp_path: Path, made: bytes) -> None:
    for at in range(512):
        _refused(tmp_path, made[:at] + bytes([made[at] ^ 1]) + made[at + 1 :])


def _tar(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _member(name: str, **changed: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in changed.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    "info",
    [
        _member("/etc/passwd"),
        _member("../up"),
        _member("a/../../up"),
        _member("a//b"),
        _member("./a"),
        _member(".hidden"),
        _member("a/.git/config"),
        _member("a\\b"),
        _member("C:evil"),
        _member("a\nb"),
        _member("link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        _member("link", type=tarfile.LNKTYPE, linkname="index.html"),
        _member("folder", type=tarfile.DIRTYPE),
        _member("device", type=tarfile.CHRTYPE),
        _member("pipe", type=tarfile.FIFOTYPE),
        _member("index.html", mode=0o4755),
        _member("index.html", uid=1),
        _member("index.html", mtime=5),
        _member("index.html", uname="root"),
    ],
    ids=lambda info: repr(info.name),
)
def test_members_that_a_tar_may_have_and_a_bundle_not(tmp_path: Path, info: object) -> None:
    assert isinstance(info, tarfile.TarInfo)
    assert "header" in _refused(tmp_path, _tar((info, b"" if info.type != b"0" else b"x")))


def test_other_dialects_and_torn_ends(tmp_path: Path, made: bytes) -> None:
    long = "a" * 90 + "/" + "b" * 120
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        _refused(tmp_path, _tar((_member(long), b"x"), form=form))
    _refused(
        tmp_path, _tar((_member("a", pax_headers={"path": "../x"}), b"x"), form=tarfile.PAX_FORMAT)
    )
    twice = _tar((_member("a"), b"x"), (_member("a"), b"y"))
    _refused(tmp_path, twice)
    for torn in (b"", made[:100], made[:512], made[:-1], made[:-512], made[:-1024], made + b"x"):
        _refused(tmp_path, torn)
    _refused(tmp_path, made + bytes(512))
    at = made.index(b"<!doctype html>") + len(b"<!doctype html>")
    assert "behind" in _refused(tmp_path, made[:at] + b"x" + made[at + 1 :])


def test_sizes_are_bounded(tmp_path: Path, made: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LIMIT", 500)
    assert "longer than allowed" in _refused(tmp_path, made)
    monkeypatch.setattr(bundle, "LIMIT", 10_000)
    monkeypatch.setattr(bundle, "MOST", 3)
    assert "too many" in _refused(tmp_path, made)


def test_a_bundle_that_cannot_be_written_or_read(folder: Path, tmp_path: Path) -> None:
    for target, paths in (("no/b.tar", [*FILES]), ("b.tar", [*FILES, "missing"])):
        with pytest.raises(UserError) as caught:
            bundle.write(tmp_path / target, folder, paths)
        assert caught.value.code == "unwritable"
    assert not list(tmp_path.glob("*.tar*")), "nothing half written"
    with pytest.raises(UserError) as caught:
        Bundle.open(tmp_path / "none.tar")
    assert caught.value.exit_code == 2
