"""``absah verify record.json``: the check of then, and the present one beside it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from registry.cli import main
from signing import trust
from signing.canonical import dumps
from tests.demonstration import NOW, Demonstration

ROOT = Path(__file__).parents[2]
LATER = "2026-11-25T12:00:00+09:00"


@pytest.fixture(scope="module")
def saved(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of the valid and of the revoked sample, as the page saves them."""
    first = trust.parse((demonstration.public / "trust" / "1.note").read_bytes())
    done = subprocess.run(
        ["node", "tests/script/make_record.js", str(demonstration.public), first.id, first.digest,
         str(NOW), "online"],
        input="\n".join(demonstration.text(name) for name in ("valid", "revoked")),
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("records")
    for name, text in zip(("valid", "revoked"), json.loads(done.stdout), strict=True):
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder


def _verify(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["verify", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_alone_it_says_that_it_is_a_check_of_then(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ("--state", str(tmp_path), "--now", LATER, "--lang", "en")
    code, out, err = _verify(capsys, str(saved / "valid.json"), *state)
    assert (code, "Valid certificate" in out) == (0, True)
    assert "24 November 2026, 12:00 JST (10:00 WIB)" in out
    assert "does not show the present status" in out
    assert "compare with the memorandum" in err
    code, out, _ = _verify(capsys, str(saved / "revoked.json"), *state, "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, told["reason"], told["exit"]) == (1, "revoked", 1)
    assert told["record"] == {
        "checked": "2026-11-24T03:00:00Z",
        "mode": "record",
        "written": "revoked",
        "found": "revoked",
        "agrees": True,
    }


def test_with_a_site_it_is_checked_afresh(
    demonstration: Demonstration, saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--site", str(demonstration.public), "--state", str(tmp_path), "--json")
    now = ("--now", "2026-12-24T12:00:00+09:00")
    code, out, _ = _verify(capsys, str(saved / "valid.json"), *arguments, *now)
    told = json.loads(out)
    assert (code, told["reason"]) == (3, "status-stale")
    assert told["record"]["mode"] == "afresh"
    assert told["record"]["found"] == "valid"
    both = (str(saved / "valid.json"), demonstration.text("revoked"))
    code, out, _ = _verify(capsys, *both, *arguments, "--now", LATER)
    assert code == 1
    assert [found["reason"] for found in json.loads(out)["results"]] == ["valid", "revoked"]


def test_a_record_that_contradicts_itself_is_never_green(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = json.loads((saved / "valid.json").read_text(encoding="utf-8"))
    fields["result"]["reason"] = "revoked"
    changed = tmp_path / "changed.json"
    changed.write_text(dumps(fields), encoding="utf-8")
    state = ("--state", str(tmp_path / "state"), "--lang", "ja")
    code, out, _ = _verify(capsys, str(changed), *state)
    assert code == 3
    assert "確認記録に書かれた結果（revoked）" in out


def test_what_is_no_record_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "samples.json"
    file.write_text("[]\n", encoding="utf-8")
    for language, words in (("en", "not a record of a check"), ("id", "bukan catatan verifikasi")):
        code, out, err = _verify(capsys, str(file), "--lang", language)
        assert (code, out) == (3, "")
        assert words in err
