"""An audit of a host that is not atomic: at every moment of an upload, and of one that went wrong.

The files of a new build come one after the other in the order of upload.py. No moment of it but the
one before its kept note is a fault, none is clean, and what is damaged is named all the while.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from registry import twins, upload
from registry.audit import Report, audit
from registry.audit_files import LIST
from registry.audit_notes import AHEAD, HEAD, UPLOAD
from registry.source import Unreachable
from tests.registry.audit_example import LATER, Memory, both, relisted, remembering

States = tuple[dict[str, bytes], dict[str, bytes]]
NOTE_2, TRUST_2 = "builds/2.note", "trust/2.note"
COMING = "build 2 is being published, the note is still that of build 1"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> States:
    """The site before and after its second build, which brings other pages too."""
    old, new = both(tmp_path_factory.mktemp("registry") / "workspace")
    pages = {path: old[path] + b"\n" for path in ("404.html", "index.html", "robots.txt")}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in pages.items()}
    for path, data in pages.items():
        packed = {twin: pack() for twin, pack in twins.made(path, data).items()}
        new |= {path: data} | packed
    relisted(new, lambda lines: lines.__setitem__(slice(None), _with(lines, digests)))
    new |= {twin: pack() for twin, pack in twins.made(HEAD, new[HEAD]).items()}
    new |= {twin: pack() for twin, pack in twins.made(LIST, new[LIST]).items()}
    return old, new


def _with(lines: list[list[str]], digests: dict[str, str]) -> list[list[str]]:
    return [[path, digests.get(path, digest)] for path, digest in lines]


@pytest.fixture(autouse=True)
def remembered() -> Iterator[None]:
    with remembering():
        yield


def moments(states: States) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The last file that came, and what is served then."""
    old, new = states
    files = dict(old)
    for path in upload.ordered(path for path in new if old.get(path) != new[path]):
        files[path] = new[path]
        yield path, dict(files)


def named(report: Report) -> set[tuple[str, str]]:
    return {(fault.path, fault.code) for fault in report.faults}


@pytest.mark.parametrize("listed", [True, False])
def test_no_moment_of_an_upload_is_a_fault_and_none_in_between_is_clean(
    states: States, *, listed: bool
) -> None:
    seen: list[int] = []
    for path, files in moments(states):
        report = audit(Memory(files, listed=listed), None, LATER)
        seen.append(upload.rank(path))
        if NOTE_2 not in files:
            # No reader takes a note of an older trust document, and an auditor says the same.
            assert (path, named(report)) == (TRUST_2, {(HEAD, "note-trust")})
        elif path != HEAD:
            assert named(report) == set(), (path, named(report))
            assert (report.exit_code, report.build) == (3, 1), path
            assert COMING in report.could_not_check[-1].why, path
        else:
            assert (report.exit_code, report.build) == (0, 2)
    assert set(seen) == {0, 1, 2, 3, 4, 5, 6}
    assert len(seen) > 20


def test_what_is_damaged_is_named_in_the_middle_of_an_upload(states: States) -> None:
    old, _ = states
    middle = next(files for path, files in moments(states) if path == "files.json")
    tried = 0
    for path in ("log/tile/0/000.p/9", "log/checkpoints/9", "trust/1.note", "builds/1.note"):
        assert path in old, path
        damaged = middle | {path: old[path][:-9] + b"X" + old[path][-8:]}
        report = audit(Memory(damaged), None, LATER)
        assert report.exit_code == 1, path
        assert path in {fault.path for fault in report.faults}, (path, named(report))
        tried += 1
    assert tried == 4
    # Of two lists of files one cannot be read then: a stray may be a page of that state.
    report = audit(Memory(middle | {"stray.html": b""}), None, LATER)
    assert (report.exit_code, report.faults) == (3, [])


def test_a_page_of_neither_state_is_never_clean(states: States) -> None:
    codes = {
        audit(Memory(files | {"robots.txt": b"other"}), None, LATER).exit_code
        for path, files in moments(states)
        if path != HEAD
    }
    assert 0 not in codes
    assert 3 in codes
    _, new = states
    report = audit(Memory(new | {"robots.txt": b"other"}), None, LATER)
    assert ("robots.txt", "digest") in named(report)


def test_an_upload_that_broke_off_is_a_fault_after_a_day(states: States) -> None:
    files = next(files for path, files in moments(states) if path == "log/checkpoint")
    assert audit(Memory(files), None, LATER + UPLOAD).exit_code == 3
    late = audit(Memory(files), None, LATER + UPLOAD + 1)
    assert (HEAD, "note-older") in named(late)
    # A note from the future is no upload either.
    early = audit(Memory(files), None, LATER - UPLOAD - 1)
    assert (HEAD, "note-older") in named(early)


def test_a_newer_note_is_looked_for_where_files_are_not_listed(states: States) -> None:
    _, new = states
    source = Memory(new, listed=False)
    assert audit(source, None, LATER).exit_code == 0
    ahead = {f"builds/{number}.note" for number in range(3, 3 + AHEAD + 1)}
    assert ahead & set(source.reads) == {f"builds/{n}.note" for n in range(3, 3 + AHEAD)}


def test_a_newer_note_out_of_reach_is_no_fault_and_not_clean(states: States) -> None:
    _, new = states
    source = Memory(new, listed=False)
    source.down = {"builds/3.note"}
    with pytest.raises(Unreachable):
        source.read("builds/3.note", 1)
    report = audit(source, None, LATER)
    assert (report.exit_code, report.faults) == (3, [])
    assert report.could_not_check[0].path == "builds/3.note"


class Lost(Memory):
    """A site that is published anew all the while, and out of reach after some of its listings."""

    def __init__(self, files: dict[str, bytes], listings: int) -> None:
        super().__init__(files)
        self.left, self.line = listings, b""

    def listing(self) -> list[str] | None:
        self.left -= 1
        if self.left < 0:
            raise Unreachable("the network is down")
        self.line = b"\xe2\x80\x94 x AAAAAAAA\n" * (self.left + 1)
        return super().listing()

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        data = super().read(path, limit, fresh=fresh)
        return data + self.line if path == HEAD and data is not None else data


def test_no_fault_is_left_of_a_run_that_another_was_to_settle(states: States) -> None:
    files = next(files for path, files in moments(states) if path == LIST)
    for listings in range(6):
        report = audit(Lost(files, listings), None, LATER)
        assert (report.exit_code, report.faults) == (3, []), (listings, named(report))
        assert any("network is down" in missed.why for missed in report.could_not_check), listings
