"""Wrong things that real keys signed: no reader sees them, an audit names each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from registry import audit_notes, log
from registry.audit import audit
from signing import build_note, keys, merkle, note, status
from signing.canonical import Json, b64encode, time_text
from signing.status import ALLOWED, State
from tests.registry.audit_example import (
    BUNDLE,
    DAY,
    LATER,
    PUBLISHER,
    SECOND,
    Memory,
    checkpointed,
    fields,
    forked,
    found,
    made,
    rechained,
    refilled,
    relist_states,
    renoted,
    replace_list,
    run,
    without_twins,
)
from tests.registry.ledger_example import ID, NOW, key

NOTE_1, NOTE_2 = "builds/1.note", "builds/2.note"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return without_twins(made(tmp_path_factory.mktemp("registry") / "workspace"))


@pytest.fixture
def files(built: dict[str, bytes]) -> dict[str, bytes]:
    return dict(built)


# Status lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_only_allowed_changes_of_state(files: dict[str, bytes], old: State, new: State) -> None:
    relist_states(files, 1, {6: old})
    path = relist_states(files, 2, {6: new})
    allowed = old == new or (old, new) in ALLOWED
    assert found(files) == (set() if allowed else {(path, "status-change")})


def test_an_undone_revocation_says_whose_and_what(files: dict[str, bytes]) -> None:
    relist_states(files, 1, {6: 1, 7: 3})
    relist_states(files, 2, {6: 0, 7: 0})
    words = [fault.words.en for fault in run(files).faults]
    assert words == [
        "takes certificate 6 from revoked to valid, which is never allowed",
        "takes certificate 7 from superseded to valid, which is never allowed",
    ]


@pytest.mark.parametrize("index", [0, SECOND])
@pytest.mark.parametrize("state", [0, 2, 3])
def test_what_is_no_certificate_is_revoked(files: dict[str, bytes], index: int, state: int) -> None:
    assert (relist_states(files, 2, {index: state}), "status-other") in found(files)


@pytest.mark.parametrize("index", [14, 15, 16, 1000, 2**17 - 1])
def test_what_is_not_in_the_log_has_no_state(files: dict[str, bytes], index: int) -> None:
    path = relist_states(files, 2, {index: 2})
    assert found(files) == {(path, "status-unused")}


def relist_path(files: dict[str, bytes], number: int) -> str:
    return f"status/0-{fields(files[f'builds/{number}.note'])['status'][0]['sha256'][:16]}.cwt"


@pytest.mark.parametrize(
    ("registry", "number", "signer", "code"),
    [
        ("other.example", 0, "publisher", "status-refused"),
        (ID, 1, "publisher", "status-refused"),
        (ID, 0, "general", "status-refused"),
        (ID, 0, "log", "status-refused"),
    ],
)
def test_a_list_of_something_else(
    files: dict[str, bytes], registry: str, number: int, signer: str, code: str
) -> None:
    held = status.parse(files[relist_path(files, 2)], ID, [PUBLISHER.public])
    forged = status.StatusList(number, held.issued, held.bits)
    path = replace_list(files, 2, status.sign(registry, forged, key(signer)))
    assert (path, code) in found(files)


@pytest.mark.parametrize("issued", [NOW - 1, LATER + 1])
def test_the_time_of_a_list_fits_its_notes(files: dict[str, bytes], issued: int) -> None:
    held = status.parse(files[relist_path(files, 2)], ID, [PUBLISHER.public])
    data = status.sign(ID, status.StatusList(0, issued, held.bits), key("publisher"))
    assert found(files) == set()
    assert (replace_list(files, 2, data), "status-time") in found(files)


def test_a_replaced_list_may_go_after_400_days(files: dict[str, bytes]) -> None:
    path = relist_path(files, 1)
    del files[path]
    assert found(files) == {(path, "missing")}
    renoted(files, 2, lambda value: value.update(issued=time_text(NOW + 401 * DAY)))
    assert found(files) == {("build.note", "note-ahead")}
    assert audit(Memory(files), None, NOW + 401 * DAY).exit_code == 0
    assert audit(Memory(files, listed=False), None, NOW + 401 * DAY).exit_code == 0


# Build notes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (lambda v: v.update(previous="0" * 64), NOTE_2, "note-chain"),
        (lambda v: v.update(previous=""), NOTE_2, "note-chain"),
        (lambda v: v.update(issued=time_text(NOW - 1)), NOTE_2, "note-fell"),
        (lambda v: v.update(build=3), NOTE_2, "note-number"),
        (lambda v: v["log"].update(root=b64encode(bytes(32))), NOTE_2, "note-root"),
        (lambda v: v["log"].update(size=8), NOTE_2, "note-fell"),
        (lambda v: v["trust"].update(sha256="0" * 64), NOTE_2, "note-refused"),
        (lambda v: v["trust"].update(version=1), NOTE_2, "note-refused"),
        (lambda v: v["trust"].update(version=3), "trust/3.note", "missing"),
        (lambda v: v["trust"].update(version=99), "trust/99.note", "missing"),
        (lambda v: v.update(registry="other.example"), NOTE_2, "note-refused"),
        (lambda v: v["log"].update(size=15), "log/checkpoints/15", "missing"),
        (lambda v: v.update(files="0" * 64), "files.json", "digest"),
        (lambda v: v["catalogue"].pop("fields.json"), "catalogue/fields.json", "extra-file"),
        (lambda v: v["catalogue"].update(x="0" * 64), "catalogue/x", "missing"),
    ],
)
def test_a_note_that_says_something_wrong(
    files: dict[str, bytes], change: Callable[[Json], None], path: str, code: str
) -> None:
    renoted(files, 2, change)
    assert (path, code) in found(files)


def test_a_note_may_not_go_back_to_an_older_trust_document(files: dict[str, bytes]) -> None:
    old, new = (fields(files[path])["trust"] for path in (NOTE_1, NOTE_2))
    renoted(files, 2, lambda value: value.update(trust=old))
    assert found(files) >= {("build.note", "note-trust")}
    assert (NOTE_2, "note-fell") not in found(files)
    renoted(files, 1, lambda value: value.update(trust=new))
    rechained(files)
    assert found(files) >= {("build.note", "note-trust"), (NOTE_2, "note-fell")}


def test_a_note_by_another_key(files: dict[str, bytes]) -> None:
    value = fields(files[NOTE_2])
    for name, signer in ((PUBLISHER.name, "other"), (f"{ID}/root/a", "root a")):
        data = build_note.sign(value, keys.Vkey(name, key(signer).public), key(signer))
        files[NOTE_2] = files["build.note"] = data
        report = run(files)
        assert [(f.path, f.code) for f in report.faults] == [(NOTE_2, "note-refused")]
        assert [missed.path for missed in report.could_not_check] == [""]
        assert report.build == 0


def test_two_notes_of_one_number(files: dict[str, bytes]) -> None:
    value = fields(files[NOTE_2])
    value["issued"] = time_text(LATER + 1)
    files["build.note"] = build_note.sign(value, PUBLISHER, key("publisher"))
    assert found(files) == {("build.note", "note-conflict")}


def test_a_note_that_was_put_back(files: dict[str, bytes]) -> None:
    files["build.note"] = files[NOTE_1]
    for listed in (True, False):
        site = Memory(files, listed=listed)
        report = audit(site, None, LATER + audit_notes.UPLOAD + 1)
        assert [(f.path, f.code) for f in report.faults] == [("build.note", "note-older")]
        # A day before that it may be the note of an upload that goes on: not yet a fault.
        early = audit(site, None, LATER + audit_notes.UPLOAD)
        assert (early.exit_code, early.build) == (3, 1)
        assert "build 2 is being published" in early.could_not_check[0].why


def test_a_note_that_was_not_kept(files: dict[str, bytes]) -> None:
    del files[NOTE_2]
    report = run(files)
    assert [(f.path, f.code) for f in report.faults] == [(NOTE_2, "missing")]
    assert report.build == 2


def test_a_first_note_that_was_taken_away(files: dict[str, bytes]) -> None:
    del files[NOTE_1]
    assert (NOTE_2, "note-chain") in found(files)
    source = Memory(files, listed=False)
    assert (NOTE_2, "note-chain") in {(f.path, f.code) for f in audit(source, None, LATER).faults}


def test_numbers_may_have_gaps(files: dict[str, bytes]) -> None:
    value = fields(files.pop(NOTE_2))
    value["build"] = 40
    data = build_note.sign(value, PUBLISHER, key("publisher"))
    files["build.note"] = files["builds/40.note"] = data
    refilled(files)
    assert found(files) == set()
    report = audit(Memory(files, listed=False), None, LATER)
    assert (report.exit_code, report.builds, report.build) == (0, 2, 40)


def renewed(files: dict[str, bytes], **changes: Any) -> None:
    """A third note about the same state."""
    value = fields(files[NOTE_2])
    value.update(build=3, previous=build_note.parse(files[NOTE_2]).digest, **changes)
    data = build_note.sign(value, PUBLISHER, key("publisher"))
    files["build.note"] = files["builds/3.note"] = data
    refilled(files)


def test_a_renewed_note_pins_the_same_list(files: dict[str, bytes]) -> None:
    renewed(files)
    report = run(files)
    assert (report.exit_code, report.build, report.builds) == (0, 3, 3)
    path = relist_path(files, 3)
    files[path] += b"x"
    assert [(f.path, f.code) for f in run(files).faults] == [(path, "digest")]


def test_a_list_that_was_signed_anew_shows_the_same_states(files: dict[str, bytes]) -> None:
    held = status.parse(files[relist_path(files, 2)], ID, [PUBLISHER.public])
    data = status.sign(ID, status.StatusList(0, held.issued + 1, held.bits), key("publisher"))
    digest = hashlib.sha256(data).hexdigest()
    renewed(files, issued=time_text(LATER + 1), status=[{"list": 0, "sha256": digest}])
    files[status.path(0, data)] = files["status/0.cwt"] = data
    refilled(files)
    assert found(files) == set()


def test_a_damaged_note_where_files_cannot_be_listed(files: dict[str, bytes]) -> None:
    files["build.note"] = b"<!doctype html>"
    report = audit(Memory(files, listed=False), None, LATER)
    assert [(f.path, f.code) for f in report.faults] == [("build.note", "note-refused")]
    assert [missed.path for missed in report.could_not_check] == ["builds/", ""]
    files["build.note"] = files[NOTE_2]
    files[NOTE_1] = b"<!doctype html>"
    report = audit(Memory(files, listed=False), None, LATER)
    assert [(f.path, f.code) for f in report.faults] == [(NOTE_1, "note-refused")]


def test_a_note_of_a_later_format_is_no_fault_if_a_publisher_signed_it(
    files: dict[str, bytes],
) -> None:
    text = note.parse(files[NOTE_2]).text.replace("build/v1", "build/v2")
    for signer, exit_code in (("publisher", 3), ("stranger", 1)):
        line = note.sign_line(text, PUBLISHER.name, key(signer))
        files[NOTE_2] = files["build.note"] = note.assemble(text, [line])
        assert run(files).exit_code == exit_code


@pytest.mark.parametrize("path", ["build.note", NOTE_1, NOTE_2, "trust/1.note", "trust/2.note"])
def test_a_signature_line_of_an_unknown_key(files: dict[str, bytes], path: str) -> None:
    parsed = note.parse(files[path], note.TRUST_LIMIT)
    for name, signer in (("stranger", "stranger"), (PUBLISHER.name, "stranger")):
        more = dict(files)
        more[path] = files[path] + note.sign_line(parsed.text, name, key(signer)).encode()
        if path == NOTE_2:
            more["build.note"] = more[path]
        assert (path, "unknown-line") in found(more)


def test_a_witness_may_sign_a_checkpoint(files: dict[str, bytes]) -> None:
    path = "log/checkpoints/9"
    parsed = note.parse(files[path])
    files[path] += note.sign_line(parsed.text, "witness.example", key("witness")).encode()
    assert found(files) == set()


def test_a_note_ahead_of_the_clock_and_a_stale_one(files: dict[str, bytes]) -> None:
    ahead = audit(Memory(files), None, LATER - DAY - 1)
    assert [(f.path, f.code) for f in ahead.faults] == [("build.note", "note-ahead")]
    assert audit(Memory(files), None, LATER - DAY).exit_code == 0
    stale = audit(Memory(files), None, LATER + 14 * DAY + 1)
    assert (stale.exit_code, [r.code for r in stale.remarks]) == (0, ["stale"])
    expired = audit(Memory(files), None, LATER + 1000 * DAY)
    assert [(r.path, r.code) for r in expired.remarks] == [
        ("trust/2.note", "trust-expired"),
        ("build.note", "stale"),
    ]


# The log ---------------------------------------------------------------------------------------


def test_a_second_history_contradicts_the_first(files: dict[str, bytes]) -> None:
    forked(files, lambda entries: entries.__setitem__(5, b"\x01" + bytes(32)))
    assert found(files) == {
        (NOTE_1, "note-root"),
        ("log/checkpoints/9", "checkpoint-root"),
        ("log/tile/0/000.p/9", "tile"),
        ("log/tile/entries/000.p/9", "bundle"),
    }


def test_an_honest_change_behind_the_first_size_contradicts_nothing(
    files: dict[str, bytes],
) -> None:
    forked(files, lambda entries: entries.__setitem__(12, b"\x01" + bytes(32)))
    assert found(files) == set()


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (lambda e: e.__setitem__(SECOND, e[10]), "trust/2.note", "trust-unlogged"),
        (lambda e: e.__setitem__(12, b"\x03" + bytes(32)), BUNDLE, "trust-hidden"),
        (lambda e: e.__setitem__(0, e[10]), "trust/1.note", "trust-unlogged"),
        (lambda e: e.insert(0, e.pop(1)), "trust/1.note", "trust-unlogged"),
        (lambda e: e.__setitem__(12, b"\x01" + bytes(31)), BUNDLE, "entry-form"),
        (lambda e: e.__setitem__(12, b"\x03" + bytes(33)), BUNDLE, "entry-form"),
        (lambda e: e.__setitem__(12, b""), BUNDLE, "entry-form"),
    ],
)
def test_entries_of_the_wrong_kind(
    files: dict[str, bytes], change: Callable[[list[bytes]], Any], path: str, code: str
) -> None:
    forked(files, change)
    assert (path, code) in found(files)


def test_a_later_kind_of_entry_is_hashed_and_revoked(files: dict[str, bytes]) -> None:
    forked(files, lambda entries: entries.__setitem__(12, b"\x07later"))
    path = relist_path(files, 2)
    assert found(files) == {(path, "status-other")}
    relist_states(files, 2, {12: 1})
    assert found(files) == set()


def test_a_checkpoint_for_more_than_is_published(files: dict[str, bytes]) -> None:
    checkpointed(files, 15, bytes(32))
    assert found(files) == {("log/checkpoints/15", "checkpoint-ahead")}


def test_a_checkpoint_without_a_note_counts_too(files: dict[str, bytes]) -> None:
    entries = merkle.decode_bundle(files[BUNDLE])
    tree = log.Tree(map(merkle.leaf_hash, entries))
    checkpointed(files, 11, tree.root(11))
    tile, bundle = "log/tile/0/000.p/11", "log/tile/entries/000.p/11"
    assert found(files) == {(tile, "missing"), (bundle, "missing")}
    files[tile], files[bundle] = tree[0, 0, 11], merkle.encode_bundle(entries[:11])
    assert found(files) == set()
    checkpointed(files, 11, bytes(32))
    assert found(files) == {("log/checkpoints/11", "checkpoint-root")}


@pytest.mark.parametrize("signer", ["publisher", "root a", "other"])
def test_a_checkpoint_by_another_key(files: dict[str, bytes], signer: str) -> None:
    root = build_note.parse(files[NOTE_1]).root
    checkpointed(files, 9, root, signer)
    assert found(files) == {("log/checkpoints/9", "checkpoint-refused")}
    files["log/checkpoints/9"] = files["log/checkpoints/14"]
    assert found(files) == {("log/checkpoints/9", "checkpoint-refused")}
