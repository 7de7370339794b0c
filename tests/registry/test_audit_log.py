"""A log of several tiles, and sites that cannot be read whole or change while they are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registry.audit import TRIES, Report, audit
from registry.audit_files import HOST_FILES
from tests.registry.audit_example import (
    LATER,
    Memory,
    found,
    made,
    remembering,
    run,
    without_twins,
)

FIRST, LAST = 301, 602
"""Sizes of the log in the two builds."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return without_twins(made(tmp_path_factory.mktemp("registry") / "workspace", 300, 300))


@pytest.fixture
def files(built: dict[str, bytes]) -> dict[str, bytes]:
    return dict(built)


def below_log(files: dict[str, bytes]) -> list[str]:
    return sorted(path for path in files if path.startswith("log/tile/"))


def code(path: str) -> str:
    return "bundle" if "/entries/" in path else "tile"


def flipped(data: bytes) -> bytes:
    """The last byte changed: it belongs to a hash in tiles and in bundles."""
    return data[:-1] + bytes([data[-1] ^ 1])


def test_a_log_of_several_tiles(files: dict[str, bytes]) -> None:
    assert below_log(files) == sorted(
        f"log/tile/{name}"
        for name in (
            *("0/000", "0/001", "0/001.p/45", "0/002.p/90", "1/000.p/1", "1/000.p/2"),
            *("entries/000", "entries/001", "entries/001.p/45", "entries/002.p/90"),
        )
    )
    for listed in (True, False):
        report = audit(Memory(files, listed=listed), None, LATER)
        assert (report.exit_code, report.size) == (0, LAST)
        assert sum(report.certificates.values()) == 600


def test_one_damaged_file_is_named_and_no_other(files: dict[str, bytes]) -> None:
    for path in below_log(files):
        kept = files[path]
        files[path] = flipped(kept)
        assert found(files) == {(path, code(path))}
        files[path] = kept


def test_one_missing_file_is_named_and_no_other(files: dict[str, bytes]) -> None:
    for path in below_log(files):
        kept = files.pop(path)
        assert found(files) == {(path, "missing")}
        files[path] = kept


def test_a_file_of_another_length_is_named_and_no_other(files: dict[str, bytes]) -> None:
    for path in below_log(files):
        kept = files[path]
        for data in (kept[:-1], kept + b"\0", b"", kept * 2):
            files[path] = data
            assert {path for path, _ in found(files)} == {path}
        files[path] = kept


@pytest.mark.parametrize("change", [flipped, None])
def test_a_bundle_and_its_tile(
    files: dict[str, bytes], change: Callable[[bytes], bytes] | None
) -> None:
    for name in ("000", "001", "002.p/90"):
        damaged = dict(files)
        pair = [f"log/tile/0/{name}", f"log/tile/entries/{name}"]
        for path in pair:
            if change is None:
                del damaged[path]
            else:
                damaged[path] = change(damaged[path][:-1] + b"x")
        report = run(damaged)
        assert {fault.path for fault in report.faults} >= set(pair)
        assert [missed.path for missed in report.could_not_check] == ["log/"]


def test_a_bundle_here_and_a_tile_there(files: dict[str, bytes]) -> None:
    wrong = ["log/tile/0/001", "log/tile/entries/000"]
    for path in wrong:
        files[path] = flipped(files[path])
    report = run(files)
    assert {fault.path for fault in report.faults} >= set(wrong)


def test_entries_under_no_signed_root(files: dict[str, bytes]) -> None:
    """Bundles and tiles agree with each other, but not with what was signed."""
    for name in ("000", "001"):
        bundle, tile = f"log/tile/entries/{name}", f"log/tile/0/{name}"
        assert len(files[bundle]) == 256 * 35
        assert len(files[tile]) == 8192
    files["log/tile/entries/000"], files["log/tile/entries/001"] = (
        files["log/tile/entries/001"],
        files["log/tile/entries/000"],
    )
    files["log/tile/0/000"], files["log/tile/0/001"] = (
        files["log/tile/0/001"],
        files["log/tile/0/000"],
    )
    paths = {path for path, _ in found(files)}
    assert {"builds/1.note", "builds/2.note"} <= paths
    assert {f"log/checkpoints/{FIRST}", f"log/checkpoints/{LAST}"} <= paths


# Out of reach ----------------------------------------------------------------------------------


def down(files: dict[str, bytes], path: str, *, listed: bool) -> Report:
    source = Memory(files, listed=listed)
    source.down.add(path)
    return audit(source, None, LATER)


@pytest.mark.parametrize("listed", [True, False])
def test_what_cannot_be_read_is_no_fault_and_never_clean(
    built: dict[str, bytes], listed: bool
) -> None:
    tried = 0
    with remembering():
        for path in built.keys() - HOST_FILES:
            report = down(built, path, listed=listed)
            assert (path, report.faults) == (path, [])
            assert report.exit_code == 3
            assert path in " ".join(m.path + m.why for m in report.could_not_check)
            tried += 1
    print(f"\n{tried} paths out of reach")
    assert tried == len(built) - 2


def test_a_fault_counts_although_something_is_out_of_reach(files: dict[str, bytes]) -> None:
    files["robots.txt"] = b"x"
    assert down(files, "index.html", listed=True).exit_code == 1


class Published(Memory):
    """A site that is published anew at each of the first reads of its build note."""

    def __init__(self, files: dict[str, bytes], times: int) -> None:
        super().__init__(files)
        self.times = times

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        data = super().read(path, limit, fresh=fresh)
        if path == "build.note" and data is not None and self.times > 0:
            self.times -= 1
            return data + b"\xe2\x80\x94 x AAAAAAAA\n" * self.times
        return data


def test_a_site_that_was_published_meanwhile_is_read_again(files: dict[str, bytes]) -> None:
    settled = audit(Published(files, 3), None, LATER)
    assert (settled.exit_code, settled.faults) == (0, [])
    report = audit(Published(files, 1000), None, LATER)
    assert "published anew" in report.could_not_check[-1].why
    assert report.exit_code != 0
    assert TRIES == 3
