"""The command line's words: dates by the vectors, and no sentence with a hole in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from registry.client import Result, Shown
from registry.session import Asked, open_client
from registry.wording import lsp_name, sentence, values, words
from signing.canonical import time_seconds
from signing.reasons import Reason
from signing.verify import Verdict
from tests.demonstration import NOW, Demonstration

LANGUAGES = ("id", "ja", "en")
PARTS = ("title", "sentence", "do")
VARIANTS = ("", "none", "registry", "proof", "absent", "fetched")
VECTORS = Path(__file__).parents[1] / "script" / "date_vectors.json"
HOLE = re.compile(r"[{}]|\bNone\b|undefined")


@pytest.fixture(scope="module")
def result(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A green answer."""
    asked = Asked(str(demonstration.public), None, tmp_path_factory.mktemp("state"), False)
    return open_client(asked, NOW, lambda _words: None).check(demonstration.text("valid"))


def test_days_by_the_vectors() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    for vector in vectors:
        day = (date.fromisoformat(vector["date"]) - date(1970, 1, 1)).days
        for language in LANGUAGES:
            assert words(language).date(day) == vector[language], vector["date"]
    assert len(vectors) >= 13


def test_moments_carry_their_zone() -> None:
    t = time_seconds("2026-11-24T05:05:09Z")
    both = "24 November 2026 pukul 12.05 WIB (24 November 2026 pukul 14.05 waktu Jepang)"
    assert words("ja").moment(t) == "2026年11月24日 14:05（日本時間）"
    assert words("id").moment(t) == both
    assert words("en").moment(t) == "24 November 2026, 14:05 JST (12:05 WIB)"


def test_where_midnight_lies_between_the_zones() -> None:
    t = time_seconds("2026-12-31T15:30:00Z")
    assert words("ja").moment(t) == "2027年1月1日 00:30（日本時間）"
    two = "1 January 2027, 00:30 JST (31 December 2026, 22:30 WIB)"
    assert words("en").moment(t) == two
    assert words("ja").day_of_moment(t) == "2027年1月1日"
    assert words("en").day_of_moment(t) == "31 December 2026"


def test_ages() -> None:
    seconds = (-5, 59, 60, 3599, 3600, 172_799, 172_800, 1_209_600)
    assert [words("en").age(s) for s in seconds] == [
        *("0 minutes", "0 minutes", "1 minute", "59 minutes", "1 hour", "47 hours", "2 days"),
        "14 days",
    ]
    assert words("ja").age(172_800) == "2日"


def test_every_reason_in_every_variant_and_language(result: Result) -> None:
    filled = 0
    for language in LANGUAGES:
        said = words(language)
        for reason in Reason:
            for variant in VARIANTS:
                verdict = replace(result.verdict, reason=reason, variant=variant)
                told = replace(result, verdict=verdict)
                for part in PARTS:
                    text = sentence(said, told, part, values(said, told, NOW))
                    assert text.strip()
                    assert not HOLE.search(text), (language, reason, variant, part, text)
                    filled += 1
    print(f"{filled} sentences")
    assert filled == 3 * len(Reason) * len(VARIANTS) * len(PARTS)


def test_with_nothing_at_hand_it_is_said_so(result: Result) -> None:
    for language in LANGUAGES:
        said = words(language)
        for reason in Reason:
            verdict = Verdict(reason, "none", moment=NOW)
            bare = Result(verdict, result.opened, None, None, False, Shown())
            for part in PARTS:
                assert not HOLE.search(sentence(said, bare, part, values(said, bare, NOW)))
        assert said.text("format.date") == said.text("format.date", {})
        assert said.text("data.not_stated") in said.text("format.date")


def test_variants_have_their_own_sentence(result: Result) -> None:
    said = words("en")
    plain = replace(result, verdict=replace(result.verdict, reason=Reason.NOT_IN_LOG, variant=""))
    absent = replace(plain, verdict=replace(plain.verdict, variant="absent"))
    filled = values(said, plain, NOW)
    assert sentence(said, plain, "sentence", filled) != sentence(said, absent, "sentence", filled)
    assert sentence(said, plain, "title", filled) == sentence(said, absent, "title", filled)


def test_the_name_of_the_issuing_body_is_that_of_the_day(result: Result) -> None:
    certificate = result.verdict.certificate
    assert certificate is not None
    day = date.fromordinal(date(1970, 1, 1).toordinal() + certificate.issue_day).isoformat()
    entries: list[dict[str, object]] = [
        {"from": "2000-01-01", "name": {"id": "LSP Lama"}},
        {"from": day, "name": {"id": "LSP Hari Itu"}},
        {"from": "2099-01-01", "name": {"id": "LSP Nanti"}},
    ]

    def named(names: list[dict[str, object]] | None) -> str:
        lsp = None if names is None else {"names": names}
        return lsp_name(replace(result, shown=Shown(lsp=lsp)))

    assert named(entries) == "LSP Hari Itu"
    assert named(entries[:1]) == "LSP Lama"
    assert named(entries[2:]) == "LSP Nanti"
    assert named(None) == named([]) == f"LSP {certificate.lsp}"
    nothing = replace(result, verdict=replace(result.verdict, certificate=None))
    assert lsp_name(nothing) == "LSP"


def test_words_that_are_not_there() -> None:
    said = words("en")
    assert said.find("reason.valid") is None
    assert said.find("reason.valid.title.more") is None
    with pytest.raises(KeyError):
        said.text("reason.none.title")
