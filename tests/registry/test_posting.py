"""A publication is refused unless it may follow what is live, and is whole or not seen at all."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from registry import bundle, parcel, posting, readback, twins, upload
from registry.bundle import Bundle
from registry.errors import UserError
from registry.source import FolderSource
from signing import build_note, canonical
from tests.demonstration import NOW, Demonstration, tree
from tests.registry.audit_example import Memory, remembering
from tests.registry.posting_example import bundle_paths, checked, hosted, next_build, post

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def two(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Two builds; ``root/live`` holds the first, ``root/b.tar`` what the second adds."""
    found = demonstration.copied(tmp_path_factory.mktemp("posting") / "own")
    shutil.copytree(found.public, found.root / "live")
    before = (found.public / "build.note").read_bytes()
    next_build(found, 1)
    bundle.write(found.root / "b.tar", found.public, bundle_paths(found, before))
    return found


@pytest.fixture
def own(two: Demonstration, tmp_path: Path) -> Demonstration:
    return two.copied(tmp_path / "own")


def _refused(code: str, call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as caught:
        call()
    assert caught.value.code == code, caught.value
    assert caught.value.why.id
    assert caught.value.hint.id
    return caught.value


def test_the_next_build_follows_the_live_one(own: Demonstration) -> None:
    live = own.root / "live"
    old = tree(live)
    posted = post(own, live)
    new = tree(own.public)
    assert tree(live) == new
    assert 5 <= posted.sent < 30
    assert posted.note.build == build_note.parse(old["build.note"]).build + 1
    again = post(own, live)
    assert (again.sent, again.removed) == (0, 0), "the same once more: nothing to send"


def test_a_first_publication_and_all_of_it(own: Demonstration, tmp_path: Path) -> None:
    for whole in (False, True):
        live = tmp_path / f"www {whole}"
        posted = post(own, live, whole=whole)
        assert tree(live) == tree(own.public)
        assert posted.sent == len(tree(live))
    (live / "log/tile/entries/000.p/62").unlink(missing_ok=True)
    lost = next(path for path in sorted(tree(own.public)) if "entries" in path)
    (live / lost).unlink(missing_ok=True)
    post(own, live, whole=True)
    assert tree(live) == tree(own.public), "a file that the host lost comes back"


def test_numbers_and_histories_that_may_not_follow(own: Demonstration, tmp_path: Path) -> None:
    live = own.root / "live"
    older = own.copied(tmp_path / "older")
    shutil.rmtree(older.public)
    shutil.copytree(live, older.public)
    next_build(own, 2)
    post(own, live)
    why = _refused("publish-refused", lambda: checked(older, live)).why.en
    assert "is live there; build" in why
    served = tree(live)
    _refused("publish-refused", lambda: checked(own, live, NOW - 2 * 86_400))
    assert tree(live) == served


def test_a_bundle_before_this_one_is_missing(own: Demonstration, tmp_path: Path) -> None:
    live = own.root / "live"
    before = (own.public / "build.note").read_bytes()
    next_build(own, 2)
    bundle.write(tmp_path / "2.tar", own.public, bundle_paths(own, before))
    with Bundle.open(tmp_path / "2.tar") as opened:
        error = _refused(
            "publish-refused", lambda: posting.check(opened, FolderSource(live), NOW + 3600)
        )
    assert "lead back" in error.why.en


def test_another_registry_or_a_changed_live_note(own: Demonstration, tmp_path: Path) -> None:
    live = own.root / "live"
    note = (live / "build.note").read_bytes()
    (live / "build.note").write_bytes(note.replace(b'"build": ', b'"build": 1'))
    _refused("publish-refused", lambda: checked(own, live))
    (live / "build.note").write_bytes(note)
    first = (live / "trust/1.note").read_bytes()
    (live / "trust/1.note").write_bytes(first.replace(b'"max_age": 1', b'"max_age": 2'))
    error = _refused("publish-refused", lambda: checked(own, live))
    assert "another registry" in error.why.en


def test_a_host_that_answers_everything_with_a_page(own: Demonstration, tmp_path: Path) -> None:
    class Pages(Memory):
        def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
            return self.files.get(path, b"<!doctype html>")

    found = posting.check(FolderSource(own.public), Pages({}), NOW + 3600, own=True)
    assert found.live is None
    down = Memory({})
    down.down = {"build.note"}
    error = _refused(
        "unreachable", lambda: posting.check(FolderSource(own.public), down, NOW + 3600, own=True)
    )
    assert error.exit_code == 3


def test_pages_that_are_gone_are_taken_away(own: Demonstration) -> None:
    live = own.root / "live"
    old = tree(live)
    stray = live / ".well-known/host.txt"
    stray.parent.mkdir()
    stray.write_bytes(b"of the host")
    shutil.copytree(live, own.root / "kept")
    gone = [path for path in old if path.startswith("assets/")][:1][0]
    real = parcel.listed_paths
    with pytest.MonkeyPatch.context() as patch:

        def with_one_more(source: object, digest: str) -> dict[str, str]:
            found = real(source, digest)  # type: ignore[arg-type]
            return {**found, "assets/old-1.js": "0" * 64} if source.address == str(live) else found  # type: ignore[attr-defined]

        patch.setattr(posting, "listed_paths", with_one_more)
        for end in ("", ".br", ".gz"):
            (live / f"assets/old-1.js{end}").write_bytes(b"x")
        posted = post(own, live)
    assert posted.removed == 3
    assert not list((live / "assets").glob("old-*"))
    assert (live / gone).is_file()
    assert stray.read_bytes() == b"of the host"


def test_what_the_public_address_does_not_show_is_not_confirmed(
    own: Demonstration, tmp_path: Path
) -> None:
    live = own.root / "live"
    found = checked(own, live)
    with hosted(tmp_path / "elsewhere") as address:
        error = _refused(
            "not-confirmed",
            lambda: posting.send(
                found, own.public, upload.FolderTarget(live), address, whole=False
            ),
        )
    assert error.exit_code == 3
    assert "absah confirm" in error.hint.en


def _code(call: Callable[[], object]) -> str:
    try:
        call()
    except UserError as error:
        return error.code
    return ""


# Bundles -------------------------------------------------------------------------------------


def _memory(own: Demonstration) -> Memory:
    with Bundle.open(own.root / "b.tar") as opened:
        return Memory({path: opened.read(path, bundle.LIMIT) or b"" for path in opened.listing()})


def test_a_bundle_is_checked_with_public_keys_and_sent(own: Demonstration, tmp_path: Path) -> None:
    live = own.root / "live"
    with Bundle.open(own.root / "b.tar") as opened:
        found = posting.check(opened, FolderSource(live), NOW + 3600)
        opened.extract(tmp_path / "out")
    with hosted(live) as address:
        target = upload.FolderTarget(live)
        posting.send(found, tmp_path / "out", target, address, whole=True)
    assert tree(live) == tree(own.public)
    assert len(opened.listing()) < len(tree(own.public)) - 10, "only what is new"
    order = [upload.rank(path) for path in opened.listing()]
    assert order == sorted(order)
    assert opened.listing()[-1] == "build.note"


@pytest.mark.no_cover  # hundreds of checks: one of them is traced above
def test_every_file_of_a_bundle_is_pinned(
    own: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pure: only what was changed is computed again.
    keep = lru_cache(4096)
    monkeypatch.setattr(twins, "unpacked", keep(twins.unpacked))
    monkeypatch.setattr(parcel, "loads", keep(canonical.loads))
    monkeypatch.setattr(parcel, "hashlib", SimpleNamespace(sha256=keep(hashlib.sha256)))
    live = FolderSource(own.root / "live")
    site = _memory(own)
    tried, taken = 0, list[str]()
    with remembering():
        posting.check(site, live, NOW + 3600)
        for path, data in sorted(site.files.items()):
            for other in (data[:-1] + bytes([data[-1] ^ 1]) if data else b"x", data + b"\n"):
                plain = site.files.get(path[:-3]) if path.endswith(".br") else None
                if plain is not None and twins.unpacked(path, other, len(plain)) == plain:
                    continue  # the last bits of a brotli stream mean nothing: the same content
                spoilt = Memory({**site.files, path: other})
                code = _code(partial(posting.check, spoilt, live, NOW + 3600))
                tried += code in {"bad-parcel", "read-back"}
                taken += [] if code else [path]
    print(f"{tried} changed files, none sent")
    assert taken == []
    assert tried >= 100


def test_what_is_missing_or_does_not_belong(own: Demonstration) -> None:
    live = FolderSource(own.root / "live")
    site = _memory(own)
    note = build_note.parse(site.files["build.note"])
    for path in (f"builds/{note.build}.note", "files.json", "index.html", "trust/1.note"):
        fewer = Memory({name: data for name, data in site.files.items() if name != path})
        _refused("bad-parcel", partial(posting.check, fewer, live, NOW + 3600))
    for path in ("evil.js", "log/tile/9/000", "index.html.zz", ".htaccess", "a/../b", "trust/9"):
        more = Memory({**site.files, path: b"x"})
        error = _refused("bad-parcel", partial(posting.check, more, live, NOW + 3600))
        assert error.what == path


def test_the_trust_document_that_was_given(own: Demonstration) -> None:
    live = FolderSource(own.root / "live")
    site = _memory(own)
    posting.check(site, live, NOW + 3600, own.trust())
    other = build_note.parse(site.files["build.note"])
    assert other.trust_version == own.trust().version
    wrong = own.trust()._replace(text=own.trust().text + " ")
    _refused("bad-parcel", lambda: posting.check(site, live, NOW + 3600, wrong))


def test_a_log_that_is_cut_or_another_one(own: Demonstration) -> None:
    """The live log is longer, or has another root at its size: readback decides."""
    live = own.root / "live"
    found = build_note.parse((live / "build.note").read_bytes())
    site = _memory(own)
    overlay = posting._Overlay(site, FolderSource(live))
    document = own.trust()
    for since in (
        readback.Since(found.size + 1, found.root),
        readback.Since(found.size, bytes(32)),
    ):
        _refused("read-back", partial(readback.check, overlay, document, None, since))
