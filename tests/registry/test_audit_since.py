"""An auditor who kept a size and root sees whether the log only grew since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry import audit_since
from registry.audit import Report, audit
from registry.audit_since import held
from registry.errors import UserError
from signing import merkle
from signing.canonical import b64encode
from signing.merkle import Checkpoint
from tests.registry.audit_example import LATER, Memory, forked, made
from tests.registry.ledger_example import ID, key


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return made(tmp_path_factory.mktemp("registry") / "workspace")


@pytest.fixture
def files(built: dict[str, bytes]) -> dict[str, bytes]:
    return dict(built)


def run(files: dict[str, bytes], *texts: str) -> Report:
    return audit(Memory(files), None, LATER, since=[held(text) for text in texts])


def pair(files: dict[str, bytes], size: int) -> str:
    lines = files[f"log/checkpoints/{size}"].decode().split("\n")
    return f"{lines[1]}:{lines[2]}"


def codes(report: Report) -> set[tuple[str, str]]:
    return {(fault.path, fault.code) for fault in report.faults}


def test_a_log_that_grew_begins_with_what_was_kept(files: dict[str, bytes], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(files["log/checkpoints/9"])
    record = tmp_path / "record.json"
    size, _, root = pair(files, 9).partition(":")
    record.write_text(json.dumps({"log_size": int(size), "log_root": root}), "utf-8")
    report = run(files, pair(files, 9), pair(files, 14), str(kept), str(record))
    assert report.exit_code == 0
    assert [(since.size, since.holds) for since in report.since] == [
        (9, True),
        (14, True),
        (9, True),
        (9, True),
    ]
    assert "the log only grew since it had 9 entries" in report.lines("en")
    assert "log hanya bertambah sejak berisi 14 entri" in report.lines("id")
    assert report.as_json()["since"][0] == {"size": 9, "root": root, "holds": True}


def test_another_root_at_that_size_is_a_second_history(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    other = Checkpoint(f"{ID}/log", 9, bytes(32))
    kept = tmp_path / "kept"
    kept.write_bytes(merkle.sign_checkpoint(other, key("log")))
    for text in (str(kept), f"9:{b64encode(bytes(32))}"):
        report = run(files, text)
        assert codes(report) == {("log/checkpoints/9", "since-root")}
        assert [since.holds for since in report.since] == [False]
        assert not any("only grew" in line for line in report.lines("en"))


def test_a_registry_that_was_made_anew_is_caught(
    built: dict[str, bytes], files: dict[str, bytes]
) -> None:
    """Every file of it agrees with every other; only the auditor's paper does not."""
    forked(files, lambda entries: entries.__setitem__(3, entries[4]))
    assert ("log/checkpoints/14", "since-root") in codes(run(files, pair(built, 14)))


def test_a_log_that_went_back_is_caught(files: dict[str, bytes]) -> None:
    report = run(files, f"15:{b64encode(bytes(32))}")
    assert codes(report) == {("log/checkpoint", "since-smaller")}


def test_a_checkpoint_of_somebody_else_says_nothing(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(merkle.sign_checkpoint(Checkpoint(f"{ID}/log", 9, bytes(32)), key("insider")))
    report = run(files, str(kept))
    assert (report.exit_code, report.faults, report.since) == (3, [], [])
    assert report.could_not_check[0].path == str(kept)


def test_a_damaged_log_is_compared_with_nothing(files: dict[str, bytes]) -> None:
    text = pair(files, 9)
    files["log/tile/entries/000.p/14"] = files["log/tile/0/000.p/14"] = b"x"
    report = run(files, text)
    assert report.since == []
    assert any(missed.path == "log/checkpoints/9" for missed in report.could_not_check)


ROOT = b64encode(bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9",
        "9:",
        f"0:{ROOT}",
        f"09:{ROOT}",
        f"9:{ROOT}=",
        f"9:{ROOT[:-1]}",
        f"9:{ROOT[:-2]}B=",
        f"9999999999:{ROOT}",
        f"-9:{ROOT}",
        "no/such/file",
        "a\0b",
    ],
)
def test_what_is_no_size_and_root_is_refused(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        held(text)
    assert (refusal.value.code, refusal.value.exit_code) == ("bad-since", 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{",
        b"{}",
        b'{"log_size": true, "log_root": "x"}',
        b'{"log_size": 9, "log_root": "x"}',
        b'{"log_size": 9, "log_root": null}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        f"{ID}/log\nx\n{ROOT}\n\n".encode(),
    ],
)
def test_a_file_that_states_no_log_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "kept"
    path.write_bytes(data)
    with pytest.raises(UserError) as refusal:
        held(str(path))
    assert refusal.value.code == "bad-since"


def test_a_checkpoint_without_three_lines_is_refused(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "kept"
    path.write_bytes(files["build.note"])
    with pytest.raises(UserError) as refusal:
        audit_since.held(str(path))
    assert refusal.value.why.id != refusal.value.why.en
