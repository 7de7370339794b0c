"""``absah verify``: the contract of docs/cli.md."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from signing.reasons import Level, Reason
from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration

FIELDS = [
    *("input", "reason", "level", "exit", "index", "site", "as_of", "build"),
    *("log_size", "log_root", "answers", "certificate"),
]
EXITS = {Level.GREEN: 0, Level.RED: 1, Level.AMBER: 3, Level.GREY: 3}
HIDDEN = {"foreign-code", "other-code", "unknown-key", "signature-mismatch", "too-new", "malformed"}


def test_every_sample_has_its_reason_and_exit_code_online(
    absah: Command, demonstration: Demonstration
) -> None:
    tried = 0
    for sample in demonstration.samples:
        for kind in ("file", "image"):
            path = demonstration.workspace / "samples" / sample[kind]
            site = ("--site", demonstration.public, "--now", NOW, "--json")
            done = absah("verify", path, *site)
            found = done.json
            assert list(found) == FIELDS
            assert found["reason"] == sample["reason"], (path, found)
            assert found["level"] == Reason(sample["reason"]).level
            assert done.code == found["exit"] == EXITS[found["level"]]
            assert (found["certificate"] is None) == (sample["reason"] in HIDDEN)
            assert set(found["answers"]) == {"issuer", "dates", "standing"}
            tried += 1
    assert tried == 30


def test_every_sample_has_its_reason_offline_with_a_trust_document_alone(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    for sample in demonstration.samples:
        path = demonstration.workspace / "samples" / sample["file"]
        anchor = ("--offline", "--trust", demonstration.public / "trust", "--state", tmp_path)
        done = absah("verify", path, *anchor, "--now", NOW, "--json")
        assert done.json["reason"] == sample["offline"], sample
        assert done.code == EXITS[Reason(sample["offline"]).level]
        assert done.json["build"] is None
        assert list(tmp_path.iterdir()) == [], "nothing of a demonstration is kept"


def test_many_inputs_are_a_line_each_and_a_summary(
    absah: Command, demonstration: Demonstration
) -> None:
    folder = demonstration.workspace / "samples"
    site = ("--site", demonstration.public, "--now", NOW)
    one = absah("verify", folder / "valid.txt", folder / "valid.png", *site)
    assert one.code == 0
    assert one.out.split("\n")[-2] == "total 2 green 2 amber 0 red 0 grey 0"
    mixed = absah("verify", folder / "valid.txt", folder / "malformed.txt", *site)
    assert mixed.code == 3
    red = absah("verify", *(folder / f"{n}.txt" for n in ("valid", "malformed", "revoked")), *site)
    assert red.code == 1
    assert len(red.out.strip().split("\n")) == 4
    listed = absah("verify", folder, *site, "--json").json
    assert listed["summary"]["total"] == len(listed["results"]) - 1, "one code is only listed"
    assert listed["summary"]["green"] == 3


def test_a_page_with_one_of_our_codes_lists_others_without_turning_red(
    absah: Command, demonstration: Demonstration
) -> None:
    page = demonstration.workspace / "samples" / "batch.pdf"
    done = absah("verify", page, "--site", demonstration.public, "--now", NOW, "--json")
    reasons = [result["reason"] for result in done.json["results"]]
    assert sorted(reasons) == ["expired", "other-code", "revoked", "valid"]
    assert done.json["summary"] == {"total": 3, "green": 1, "red": 2, "amber": 0, "grey": 0}
    assert all(result["input"].endswith("batch.pdf#1") for result in done.json["results"])


def test_standard_input_gives_a_code_a_line(
    absah: Command, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{demonstration.text('valid')}\r\n\n{demonstration.text('expired')}\n"

    class Stdin:
        buffer = io.BytesIO(text.encode())

    monkeypatch.setattr("sys.stdin", Stdin())
    done = absah("verify", "-", "--site", demonstration.public, "--now", NOW, "--json")
    assert [r["reason"] for r in done.json["results"]] == ["valid", "expired"]


def test_a_text_is_taken_as_a_code_and_never_names_its_own_site(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    text = demonstration.text("valid")
    site = ("--site", demonstration.public, "--now", NOW, "--json")
    assert absah("verify", text, *site).json["reason"] == "valid"
    assert absah("verify", text.partition("#")[2], *site).json["reason"] == "valid"
    assert absah("verify", "hello", *site).json["reason"] == "malformed"
    check_error(absah("verify", text, "--state", tmp_path), 2, "no registry is pinned", "hint:")


def test_what_cannot_be_read_is_could_not_decide(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (tmp_path / "locked.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("broken.png", "locked.pdf", "binary.txt"):
        done = absah("verify", tmp_path / name, "--site", demonstration.public, "--now", NOW)
        assert done.code == 3
        assert f"{name}: " in done.err
    together = absah(
        "verify", tmp_path, demonstration.workspace / "samples" / "valid.txt",
        "--site", demonstration.public, "--now", NOW,
    )  # fmt: skip
    assert together.code == 3, "one file could not be read, so not all is green"
    assert "valid" in together.out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ("有効な証明書です", "在留資格を証明するものではありません")),
        ("id", ("Sertifikat", "BNSP")),
        ("en", ("Valid certificate", "neither residence status")),
    ],
)
def test_the_answer_is_in_the_words_of_the_page(
    absah: Command, demonstration: Demonstration, language: str, words: tuple[str, ...]
) -> None:
    path = demonstration.workspace / "samples" / "valid.txt"
    site = ("--site", demonstration.public, "--now", NOW, "--lang", language)
    done = absah("verify", path, *site)
    assert all(word in done.out for word in words), done.out
    assert "{" not in done.out


def test_nothing_of_a_certificate_is_shown_where_it_must_not(
    absah: Command, demonstration: Demonstration
) -> None:
    for name in HIDDEN:
        path = demonstration.workspace / "samples" / f"{name}.txt"
        done = absah("verify", path, "--site", demonstration.public, "--now", NOW)
        assert "Lestari" not in done.out + done.err
        assert "LESTARI" not in done.out + done.err


def test_the_clock_is_named_with_its_offset_or_refused(
    absah: Command, demonstration: Demonstration
) -> None:
    path = demonstration.workspace / "samples" / "valid.txt"
    site = ("--site", demonstration.public, "--json")
    assert absah("verify", path, *site, "--now", "2026-12-20T00:00:00Z").json["reason"] == (
        "status-stale"
    )
    assert absah("verify", path, *site, "--now", "2026-11-24T03:00:00+09:00").json["reason"] == (
        "clock-wrong"
    )
    for wrong in ("2026-12-20T00:00:00", "tomorrow", "1900-01-01T00:00:00Z"):
        check_error(absah("verify", path, *site, "--now", wrong), 2, "hint:")


def test_a_site_without_a_registry_or_a_wrong_anchor_is_said(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    text = demonstration.text("valid")
    check_error(absah("verify", text, "--site", tmp_path), 3, "no trust document", "hint:")
    (tmp_path / "x.note").write_text("no note", encoding="utf-8")
    check_error(absah("verify", text, "--trust", tmp_path / "x.note"), 2, "not a trust document")
    check_error(absah("verify", text, "--trust", tmp_path), 2, "no <n>.note")
    check_error(absah("verify"), 2, "usage", "hint:")


def test_binary_standard_input_is_unreadable(
    absah: Command, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stdin:
        buffer = io.BytesIO(b"\xff\xfe\x00")

    monkeypatch.setattr("sys.stdin", Stdin())
    done = absah("verify", "-", "--site", demonstration.public, "--now", NOW)
    assert done.code == 3
    assert "absah: -: neither a picture" in done.err


def test_a_picture_without_a_code_says_so(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    Image.new("L", (200, 200), 255).save(tmp_path / "white.png")
    site = ("--site", demonstration.public, "--now", NOW)
    done = absah("verify", tmp_path / "white.png", *site)
    assert done.code == 3
    assert "white.png: " in done.err
    (tmp_path / "empty").mkdir()
    assert absah("verify", tmp_path / "empty", *site).code == 3
    both = absah("verify", tmp_path, demonstration.workspace / "samples/revoked.txt", *site)
    assert both.code == 1, "red before unreadable"


def test_the_three_answers_stand_in_the_text_as_on_the_page(
    absah: Command, demonstration: Demonstration
) -> None:
    site = ("--site", demonstration.public, "--now", NOW, "--lang", "ja")
    folder = demonstration.workspace / "samples"
    questions = ("どこが発行しましたか", "有効期間内ですか", "取消しや一時停止はありませんか")
    for sample in demonstration.samples:
        done = absah("verify", folder / sample["file"], *site)
        plain = sample["reason"] in {"foreign-code", "other-code", "malformed", "too-new"}
        assert [question in done.out for question in questions] == [not plain] * 3, sample
        assert ("時点の情報による結果" in done.out) == (not plain), sample
    assert (
        "  ✓ 有効期間内ですか — 有効期間内です\n"
        in absah("verify", folder / "valid.txt", *site).out
    )
    forged = absah("verify", folder / "not-in-log.txt", *site).out
    assert "発行機関: " not in forged, "the issuing body is not a fact here"
    assert "LSPのライセンス番号: 9003" in forged
