"""A build counts only when everything that its note pins was read back and recomputed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from registry import readback
from registry.errors import UserError
from signing import status, trust
from tests.registry.audit_example import (
    BUNDLE,
    PUBLISHER,
    TILE,
    Memory,
    checkpointed,
    forked,
    made,
    renoted,
    replace_list,
    second_trust,
)
from tests.registry.ledger_example import ID, key

Files = dict[str, bytes]
DOCUMENT = trust.parse(second_trust())
CHECKPOINT = "log/checkpoints/14"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return made(tmp_path_factory.mktemp("example") / "w")


@pytest.fixture
def files(published: Files) -> Files:
    return dict(published)


def _refused(site: Memory, wanted: bytes | None = None) -> UserError:
    with pytest.raises(UserError) as caught:
        readback.check(site, DOCUMENT, wanted)
    assert caught.value.code == "read-back"
    assert caught.value.hint.id
    return caught.value


def test_an_honest_site(files: Files) -> None:
    site = Memory(files)
    found = readback.check(site, DOCUMENT, files["build.note"])
    assert (found.build, found.size) == (2, 14)
    assert readback.check(site, DOCUMENT) == found
    read = set(site.reads)
    assert {"build.note", CHECKPOINT, TILE, BUNDLE, "files.json"} <= read
    assert {f"catalogue/{name}" for name in found.catalogue} <= read
    assert any(path.startswith("status/0-") for path in read)


def test_another_build_than_the_wanted_one(files: Files) -> None:
    error = _refused(Memory(files), files["builds/1.note"])
    assert error.what == "build.note"
    assert "another build" in error.why.en


def test_every_file_that_a_note_pins(files: Files) -> None:
    site = Memory(files)
    readback.check(site, DOCUMENT)
    pinned = [*dict.fromkeys(site.reads)]
    tried = 0
    for path in pinned:
        for data in (None, b"", b"<html>", files[path][:-1], files[path] + b"\n"):
            changed = {name: held for name, held in files.items() if name != path}
            if data is not None:
                changed[path] = data
            error = _refused(Memory(changed))
            assert error.exit_code == 1
            assert error.what == path
            tried += 1
    print(f"{tried} wrong files, none taken")
    assert tried == 5 * len(pinned) >= 45


def test_a_file_that_is_out_of_reach_is_could_not_decide(files: Files) -> None:
    for path in ("build.note", CHECKPOINT, TILE, BUNDLE, "files.json"):
        site = Memory(files)
        site.down = {path}
        error = _refused(site)
        assert (error.what, error.exit_code) == (path, 3)


@pytest.mark.parametrize(
    ("path", "spoil"),
    [
        (CHECKPOINT, lambda files: checkpointed(files, 14, bytes(32))),
        (CHECKPOINT, lambda files: checkpointed(files, 14, bytes(32), "publisher")),
        ("build.note", lambda files: renoted(files, 2, lambda v: v.update(registry="x.example"))),
        ("build.note", lambda files: renoted(files, 2, lambda v: v["trust"].update(version=1))),
        ("files.json", lambda files: renoted(files, 2, lambda v: v.update(files="0" * 64))),
    ],
)
def test_rightly_signed_and_wrong(files: Files, path: str, spoil: Callable[[Files], None]) -> None:
    spoil(files)
    assert _refused(Memory(files)).what == path


def test_entries_tiles_and_root_must_agree(files: Files) -> None:
    entries, tile = files[BUNDLE], files[TILE]
    forked(files, lambda found: found.__setitem__(3, b"\x01" + bytes(32)))
    readback.check(Memory(files), DOCUMENT)
    assert _refused(Memory(files | {TILE: tile})).what == TILE
    assert _refused(Memory(files | {BUNDLE: entries})).what == TILE
    honest = Memory(files | {BUNDLE: entries, TILE: tile})
    assert "its root" in _refused(honest).why.en


def test_a_bundle_of_fewer_entries(files: Files) -> None:
    files[BUNDLE] = files[BUNDLE][:-35]
    assert "not as many entries" in _refused(Memory(files)).why.en


def test_a_list_that_no_publisher_signed(files: Files) -> None:
    path = next(path for path in files if path.startswith("status/0-"))
    held = status.parse(files[path], ID, [PUBLISHER.public])
    other = status.sign(ID, held, key("stranger"))
    placed = replace_list(files, 2, other)
    assert hashlib.sha256(other).hexdigest()[:16] in placed
    assert _refused(Memory(files)).what == placed
