"""A build makes only what is new, and still ends in the bytes of a build from nothing (P3)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from registry import build, log, pages, readback
from registry.errors import UserError
from registry.keyring import Keyring
from registry.rows import BatchRow
from registry.served import stamp
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Workspace
from signing import build_note, trust
from signing.merkle import Tile
from tests.demonstration import NOW, Demonstration, tree
from tests.registry.ledger_example import ledger_row

SEALED = "log/tile/0/000"
"""A full tile: nothing that a later build has to write."""


def _grow(found: Demonstration, count: int) -> None:
    """Append certificates to the ledger as an import leaves them; a build reads none of them."""
    with found.store() as store, store.transaction():
        first = store.size()
        batch = store.add_batch(BatchRow(0, bytes(32), "x.csv", NOW, "new", count, count))
        store.add_certificates(ledger_row(first + n, batch) for n in range(count))


def _compare(found: Demonstration) -> list[str]:
    with found.store() as store:
        return build.compare(Workspace.open(found.workspace), store)


@pytest.fixture(scope="module")
def grown(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """A registry with full tiles, built twice."""
    found = demonstration.copied(tmp_path_factory.mktemp("grown") / "own")
    _grow(found, 600)
    found.build(NOW + 60)
    return found


@pytest.fixture
def larger(grown: Demonstration, tmp_path: Path) -> Demonstration:
    return grown.copied(tmp_path / "larger")


@pytest.fixture
def made() -> Iterator[list[int]]:
    """Sizes of the leaves that were read to make trees: [count, ...]."""
    seen: list[int] = []
    real = log.Tree.__init__

    def counting(self: log.Tree, leaves: object, **known: object) -> None:
        held = list(leaves)  # type: ignore[call-overload]
        seen.append(len(held))
        real(self, held, **known)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log.Tree, "__init__", counting)
        yield seen


def _inodes(folder: Path) -> dict[str, int]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in paths}


def test_only_the_right_edge_is_read_and_written(larger: Demonstration, made: list[int]) -> None:
    before = _inodes(larger.public)
    _grow(larger, 300)
    built = larger.build(NOW + 120)
    after = _inodes(larger.public)
    assert built.files == len(after)
    assert before.items() <= after.items() | {
        (path, inode) for path, inode in before.items() if _renewed(path)
    }
    written = {path for path in after if before.get(path) != after[path]}
    assert all(_renewed(path) or path.startswith(("log/", "builds/")) for path in written), written
    assert len(written) < 30
    assert max(made) < 600, "the tree grew from its edge, in the build and both times read back"
    assert _compare(larger) == []


def _renewed(path: str) -> bool:
    names = ("build.note", "download/", "log/checkpoint", "status/0")
    return path.startswith(names) and "checkpoints" not in path


def test_every_step_equals_a_build_from_nothing(larger: Demonstration, tmp_path: Path) -> None:
    for step, count in enumerate((1, 255, 256, 1000), 1):
        _grow(larger, count)
        larger.build(NOW + 60 + step)
        aside = larger.copied(tmp_path / f"aside {step}")
        shutil.rmtree(aside.public)
        aside.build(NOW + 60 + step)
        assert tree(aside.public) == tree(larger.public)


@pytest.mark.parametrize("spoil", ["changed", "gone", "longer", "a link"])
def test_a_touched_file_is_made_again(larger: Demonstration, spoil: str) -> None:
    paths = (SEALED, "log/tile/entries/000", "trust/1.note", "builds/1.note", "index.html")
    right = {path: (larger.public / path).read_bytes() for path in paths}
    for path, data in right.items():
        file = larger.public / path
        if spoil == "changed":
            file.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        elif spoil == "longer":
            file.write_bytes(data + b"x")
        else:
            file.unlink()
        if spoil == "a link":
            file.symlink_to("/etc/hostname")
    _grow(larger, 3)
    larger.build(NOW + 120)
    for path, data in right.items():
        assert (larger.public / path).read_bytes() == data
        assert not (larger.public / path).is_symlink(), path
    assert _compare(larger) == []


def test_files_that_lost_their_marks_are_compared_and_marked(
    larger: Demonstration, made: list[int]
) -> None:
    before = _inodes(larger.public)
    for path in before:
        os.utime(larger.public / path, (NOW, NOW))
    _grow(larger, 3)
    larger.build(NOW + 120)
    assert _inodes(larger.public)[SEALED] == before[SEALED], "it has the same bytes: linked"
    assert max(made) > 600
    made.clear()
    _grow(larger, 3)
    larger.build(NOW + 180)
    assert max(made) < 600
    assert _compare(larger) == []


def test_what_marks_cannot_show_the_check_does(larger: Demonstration) -> None:
    file = larger.public / SEALED
    mark = file.stat().st_mtime_ns
    file.write_bytes(bytes(len(file.read_bytes())))
    os.utime(file, ns=(mark, mark))
    _grow(larger, 3)
    larger.build(NOW + 120)
    assert _compare(larger) == [SEALED]


def test_a_spare_is_the_served_file_under_another_name(larger: Demonstration) -> None:
    file = larger.root / ".public.spare" / SEALED
    for step, seen in enumerate((True, False)):
        for again in range(2):
            _grow(larger, 3)
            larger.build(NOW + 120 + 10 * step + again)
        assert file.samefile(larger.public / SEALED)
        mark = file.stat().st_mtime_ns
        file.write_bytes(bytes(len(file.read_bytes())))
        if not seen:
            os.utime(file, ns=(mark, mark))
        _grow(larger, 3)
        larger.build(NOW + 125 + 10 * step)
        assert _compare(larger) == ([] if seen else [SEALED])


def test_a_right_edge_that_was_touched_is_no_edge(larger: Demonstration) -> None:
    for step, size in enumerate((0, 64, 10_000)):
        (larger.public / "log/tile/1/000.p/2").write_bytes(bytes(size))
        _grow(larger, 3)
        larger.build(NOW + 120 + step)
        assert _compare(larger) == []


def test_a_mark_names_its_build(larger: Demonstration) -> None:
    with larger.store() as store:
        stamps = {stamp(row.build, row.issued) for row in store.notes()}
        assert len(stamps) == len(list(store.notes()))
    times = {path.stat().st_mtime_ns for path in larger.public.rglob("*") if path.is_file()}
    assert times <= stamps
    note = build_note.parse((larger.public / "build.note").read_bytes())
    mark = stamp(note.build, note.issued)
    assert (larger.public / "build.note").stat().st_mtime_ns == mark
    assert divmod(mark, 10**9) == (NOW + 60, note.build)


def test_a_twin_of_another_packer_is_right_while_it_unpacks(larger: Demonstration) -> None:
    twin, page = larger.public / "index.html.br", larger.public / "index.html"
    twin.write_bytes(brotli.compress(page.read_bytes(), quality=1))
    assert _compare(larger) == []
    twin.write_bytes(brotli.compress(b"another page"))
    assert _compare(larger) == ["index.html.br"]
    twin.write_bytes(b"\xff" * 100)
    assert _compare(larger) == ["index.html.br"]


def test_page_files_of_seven_builds_are_kept(
    larger: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = larger.workspace / "pages"
    first = build_note.parse((larger.public / "build.note").read_bytes())
    held = (larger.public / "404.html").read_bytes()
    real = pages.pages
    for step in range(1, 10):
        text = b"<!doctype html>%d" % step
        monkeypatch.setattr(pages, "pages", lambda *a, text=text: {**real(*a), "404.html": text})
        larger.build(NOW + 60 + step)
        if step == 1:
            assert (place / str(first.build) / "404.html").read_bytes() == held
            assert (place / str(first.build) / "build.note").read_text().startswith("absah-build/")
            assert not (place / str(first.build) / "log").exists()
    kept = sorted(int(path.name) for path in place.iterdir())
    assert kept == list(range(first.build + 2, first.build + 9))
    assert (larger.public / "404.html").read_bytes() == b"<!doctype html>9"
    assert not (larger.public / "pages").exists()


def _since(found: Demonstration) -> readback.Since:
    note = build_note.parse((found.public / "build.note").read_bytes())
    return readback.Since(note.size, note.root)


class _Counting(FolderSource):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads: list[str] = []

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        self.reads.append(path)
        return super().read(path, limit, fresh=fresh)


def test_read_back_since_an_earlier_state(larger: Demonstration) -> None:
    since, document = _since(larger), larger.trust()
    _grow(larger, 300)
    larger.build(NOW + 120)
    source = _Counting(larger.public)
    readback.check(source, document, None, since)
    assert SEALED not in source.reads
    assert "log/tile/entries/003.p/194" in source.reads
    assert f"log/tile/1/000.p/{since.size // 256}" in source.reads
    for path in sorted(set(source.reads)):
        file = larger.public / path
        right = file.read_bytes()
        file.write_bytes(bytes([right[0] ^ 1]) + right[1:])
        with pytest.raises(UserError) as caught:
            readback.check(source, document, None, since)
        assert caught.value.code == "read-back", path
        file.write_bytes(right)
    for wrong in (
        readback.Since(since.size, bytes(32)),
        readback.Since(since.size + 1, since.root),
        readback.Since(10**6, since.root),
    ):
        with pytest.raises(UserError) as caught:
            readback.check(source, document, None, wrong)
        assert caught.value.what == "build.note"


def test_a_forked_store_is_refused_as_before(larger: Demonstration, tmp_path: Path) -> None:
    """The same size, another history: the edge does not fit, all entries decide."""
    other = larger.copied(tmp_path / "other")
    for found, count in ((larger, 5), (other, 4)):
        _grow(found, count)
        found.build(NOW + 120)
    _grow(other, 2)
    shutil.rmtree(other.public)
    shutil.copytree(larger.public, other.public)
    with pytest.raises(UserError) as caught:
        other.build(NOW + 180)
    assert caught.value.code == "log-ahead"


def test_an_open_store_without_a_served_site(larger: Demonstration) -> None:
    shutil.rmtree(larger.public)
    workspace = Workspace.open(larger.workspace)
    with Store.open(workspace.database, writer=True) as store:
        ring = Keyring(workspace.keys, demo=True)
        build.build(workspace, store, ring, build.Terms(NOW + 90_000))
        document = trust.parse(store.trust()[-1].note)
    assert readback.check(FolderSource(larger.public), document).size > 600
    tile: Tile = (0, 0, 256)
    assert len((larger.public / SEALED).read_bytes()) == 32 * tile[2]
