"""The words of the pages on the command line: every sentence can be filled, in three languages."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry import session, wording
from registry.client import Result, Shown
from registry.session import Asked
from registry.wording import Words, lsp_name, sentence, values, words
from signing.canonical import time_seconds
from signing.certificate import day_of
from signing.reasons import Level, Reason
from signing.verify import Verdict
from tests.demonstration import NOW, Demonstration

LANGUAGES = ("ja", "id", "en")
VECTORS = Path(__file__).parents[1] / "script" / "date_vectors.json"
VARIANTS = ("", "none", "registry", "proof", "absent", "fetched")
"""As ``Verdict.variant`` names them."""
HIDDEN = (
    *(Reason.FOREIGN_CODE, Reason.OTHER_CODE, Reason.UNKNOWN_KEY, Reason.SIGNATURE_MISMATCH),
    *(Reason.TOO_NEW, Reason.MALFORMED),
)


@pytest.fixture(scope="module")
def valid(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The answer about the valid sample."""
    state = tmp_path_factory.mktemp("state")
    asked = Asked(str(demonstration.public), None, state, offline=False)
    client = session.open_client(asked, NOW, lambda _words: None)
    result = client.check(demonstration.text("valid"))
    assert result.verdict.reason is Reason.VALID
    return result


def _result(valid: Result, reason: Reason, variant: str) -> Result:
    """An answer as ``judge`` could have given it, with what it then holds."""
    hidden = reason in HIDDEN or (reason is Reason.KEY_UNCHECKED and variant == "none")
    verdict = Verdict(
        reason,
        variant,
        certificate=None if hidden else valid.verdict.certificate,
        host="cek.example" if reason in (Reason.FOREIGN_CODE, Reason.OTHER_CODE) else "",
        moment=NOW,
    )
    without_trust = reason is Reason.KEY_UNCHECKED and variant == "none"
    without_note = without_trust or (reason is Reason.STATUS_STALE and variant == "none")
    return valid._replace(
        verdict=verdict,
        trust=None if without_trust else valid.trust,
        note=None if without_note else valid.note,
        shown=Shown() if hidden else valid.shown,
    )


def test_every_reason_in_every_variant_is_said_in_full(valid: Result) -> None:
    said = 0
    for language, reason, variant in itertools.product(LANGUAGES, Reason, VARIANTS):
        spoken = words(language)
        result = _result(valid, reason, variant)
        filled = values(spoken, result, NOW)
        for part in ("title", "sentence", "do"):
            text = sentence(spoken, result, part, filled)
            place = (language, reason, variant, part)
            assert text.strip() == text != "", place
            assert "{" not in text, place
            assert "}" not in text, place
            assert spoken.text("data.not_stated") not in text, place
            said += 1
    print(f"{said} sentences filled")
    assert said == 3 * 21 * 6 * 3


def test_a_clock_that_is_wrong_is_said_without_a_note_too(valid: Result) -> None:
    result = _result(valid, Reason.CLOCK_WRONG, "")._replace(note=None)
    for language in LANGUAGES:
        spoken = words(language)
        text = sentence(spoken, result, "sentence", values(spoken, result, NOW))
        assert spoken.text("data.not_stated") not in text


def test_a_variant_has_its_own_sentence_where_the_words_have_one(valid: Result) -> None:
    own = {
        (Reason.STATUS_STALE, "none"), (Reason.STATUS_STALE, "registry"),
        (Reason.KEY_UNCHECKED, "none"), (Reason.KEY_UNCHECKED, "proof"),
        (Reason.NOT_IN_LOG, "absent"), (Reason.LOG_UNCHECKED, "fetched"),
    }  # fmt: skip
    for language in LANGUAGES:
        spoken = words(language)
        found = set()
        for reason, variant in itertools.product(Reason, VARIANTS[1:]):
            plain, special = _result(valid, reason, ""), _result(valid, reason, variant)
            if sentence(spoken, plain, "sentence", {}) != sentence(spoken, special, "sentence", {}):
                found.add((reason, variant))
        assert found == own


def _flat(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key


def test_every_key_is_found_in_every_language() -> None:
    table = json.loads((VECTORS.parents[2] / "site_templates/words/ja.json").read_text("utf-8"))
    keys = [*_flat(table)]
    assert len(keys) > 400
    for language in LANGUAGES:
        assert all(words(language).find(key) for key in keys), language
        for level in Level:
            assert words(language).text(f"level.{level}")


def test_what_is_missing() -> None:
    made = Words("en", {"a": {"b": "To {lsp}, {n}!", "n": 1}, "data": {"not_stated": "-"}})
    assert made.text("a.b", {"lsp": "{n} <b>", "n": "1"}) == "To {n} <b>, 1!"
    assert made.text("a.b", {"n": "1"}) == "To -, 1!"
    assert made.text("a.b") == "To -, -!"
    for key in ("a", "a.none", "a.n", "a.b.c", "", "none", "__class__"):
        assert made.find(key) is None
        with pytest.raises(KeyError):
            made.text(key)


def test_days_by_the_vectors() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert len(vectors) == 13
    for vector in vectors:
        day = day_of(date.fromisoformat(vector["date"]))
        for language in LANGUAGES:
            assert words(language).date(day) == vector[language], vector["date"]
    assert words("ja").date(-36_524) == "1870年1月1日"
    assert words("en").date(2_932_896) == "31 December 9999"


def test_a_moment_carries_its_zones() -> None:
    moment = time_seconds("2026-11-24T05:05:09Z")
    assert words("ja").moment(moment) == "2026年11月24日 14:05（日本時間）"
    assert words("id").moment(moment) == (
        "24 November 2026 pukul 12.05 WIB (24 November 2026 pukul 14.05 waktu Jepang)"
    )
    assert words("en").moment(moment) == "24 November 2026, 14:05 JST (12:05 WIB)"


def test_where_midnight_lies_between_the_zones_both_days_are_written() -> None:
    moment = time_seconds("2026-12-31T15:30:00Z")
    assert words("ja").moment(moment) == "2027年1月1日 00:30（日本時間）"
    assert words("en").moment(moment) == ("1 January 2027, 00:30 JST (31 December 2026, 22:30 WIB)")
    assert words("ja").day_of_moment(moment) == "2027年1月1日"
    assert words("en").day_of_moment(moment) == "31 December 2026"
    assert words("id").day_of_moment(moment) == "31 Desember 2026"


def test_an_age_is_said_in_the_largest_unit_that_still_tells_something() -> None:
    ages = (-5, 59, 60, 3599, 3600, 172_799, 172_800, 1_209_600)
    assert [words("en").age(seconds) for seconds in ages] == [
        *("0 minutes", "0 minutes", "1 minute", "59 minutes", "1 hour", "47 hours", "2 days"),
        "14 days",
    ]
    assert words("ja").age(172_800) == "2日"
    assert words("id").age(3600) == "1 jam"


def test_no_zone_of_this_machine_has_a_part_in_it() -> None:
    moment, before = time_seconds("2026-11-24T23:59:59Z"), os.environ.get("TZ")
    seen = set()
    try:
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Kiritimati"):
            os.environ["TZ"] = zone
            time.tzset()
            seen.add(tuple(words(language).moment(moment) for language in LANGUAGES))
    finally:
        os.environ.pop("TZ")
        os.environ.update({"TZ": before} if before is not None else {})
        time.tzset()
    assert len(seen) == 1


def _named(valid: Result, *names: tuple[str, str]) -> str:
    listed = [{"from": day, "name": {"id": name}} for day, name in names]
    return lsp_name(valid._replace(shown=Shown(lsp={"names": listed})))


def test_the_body_has_the_name_of_the_day_of_issue(valid: Result) -> None:
    certificate = valid.verdict.certificate
    assert certificate is not None
    assert certificate.issue_day == day_of(date(2026, 11, 7))
    assert lsp_name(valid).startswith("LSP ")
    assert _named(valid, ("2020-01-01", "Old"), ("2026-11-07", "New")) == "New"
    assert _named(valid, ("2020-01-01", "Old"), ("2026-11-08", "New")) == "Old"
    assert _named(valid, ("2026-11-08", "First"), ("2027-01-01", "New")) == "First"
    assert _named(valid) == f"LSP {certificate.lsp}"
    assert lsp_name(valid._replace(shown=Shown())) == f"LSP {certificate.lsp}"
    assert lsp_name(_result(valid, Reason.MALFORMED, "")) == "LSP"


def test_today_is_the_day_by_which_it_was_judged(valid: Result) -> None:
    late = time_seconds("2026-11-24T16:00:00Z")  # the 25th in Japan, the 24th in Jakarta
    said = {}
    for reason in (Reason.EXPIRED, Reason.NOT_YET_VALID):
        result = _result(valid, reason, "")
        result = result._replace(verdict=result.verdict._replace(moment=late))
        said[reason] = values(words("en"), result, late)["today"]
    assert said == {
        Reason.EXPIRED: "24 November 2026",
        Reason.NOT_YET_VALID: "25 November 2026",
    }


def test_an_expired_document_is_named_by_its_end(valid: Result) -> None:
    assert valid.trust is not None
    spoken = words("en")
    found = values(spoken, _result(valid, Reason.TRUST_EXPIRED, ""), NOW)["trust"]
    assert found == spoken.day_of_moment(valid.trust.expires)
    found = values(spoken, _result(valid, Reason.UNKNOWN_KEY, ""), NOW)["trust"]
    assert found == spoken.day_of_moment(valid.trust.issued)


def test_words_are_read_once() -> None:
    assert words("ja") is wording.words("ja")
