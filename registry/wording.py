"""The reviewed words of the pages, for the command line: the same sentences in three languages.

It knows words, dates and zones, and nothing of how a verdict comes about. Twin of
``script/words.js``, ``dates.js`` and ``telling.js`` (tests/script/date_vectors.json holds them
together).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from registry.client import Result
from signing.certificate import DAY, JST, WIB, date_of
from signing.reasons import Reason
from site_templates import FOLDER

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_HOUR = 3600


@lru_cache(maxsize=3)
def words(language: str) -> Words:
    """The words of ``id``, ``ja`` or ``en``."""
    text = (FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8")
    return Words(language, json.loads(text))


class Words:
    """The words of one language: keys like ``reason.valid.title``, placeholders like ``{lsp}``."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language, self._table = language, table

    def find(self, key: str) -> str | None:
        """The sentence with its placeholders, None if there is none."""
        found: Any = self._table
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, str) else None

    def text(self, key: str, values: Mapping[str, str] | None = None) -> str:
        """The sentence, filled; a value that is not at hand is said to be not stated."""
        sentence = self.find(key)
        if sentence is None:
            raise KeyError(key)
        given = values or {}
        return _PLACEHOLDER.sub(
            lambda m: given[m[1]] if m[1] in given else self.text("data.not_stated"), sentence
        )

    def date(self, day: int) -> str:
        """A day, counted from 1970-01-01."""
        when = date_of(day)
        month = self.text(f"month.{when.month}")
        values = {"year": str(when.year), "month": month, "day": str(when.day)}
        return self.text("format.date", values)

    def moment(self, seconds: int) -> str:
        """A moment with its zone: JST in Japanese, both zones in Indonesian and English."""
        jst, wib = (seconds + JST) // DAY, (seconds + WIB) // DAY
        form = "both" if self.language == "id" else "two_days"
        plain = jst == wib and form != "both"
        values = {
            "date_jst": self.date(jst),
            "time_jst": self._time(seconds + JST),
            "date_wib": self.date(wib),
            "time_wib": self._time(seconds + WIB),
        }
        return self.text("format.datetime" if plain else f"format.datetime_{form}", values)

    def day_of_moment(self, seconds: int) -> str:
        """The day of a moment where the reader is: Japan for Japanese, else Western Indonesia."""
        return self.date((seconds + (JST if self.language == "ja" else WIB)) // DAY)

    def age(self, seconds: int) -> str:
        """In minutes up to an hour, in hours up to two days, then in days."""
        seconds = max(0, seconds)
        if seconds < _HOUR:
            return self._counted("age.minute", seconds // 60)
        if seconds < 48 * _HOUR:
            return self._counted("age.hour", seconds // _HOUR)
        return self._counted("age.day", seconds // DAY)

    def _time(self, seconds: int) -> str:
        when = datetime.fromtimestamp(seconds, UTC)
        return self.text("format.time", {"hour": f"{when:%H}", "minute": f"{when:%M}"})

    def _counted(self, key: str, count: int) -> str:
        form = "one" if count == 1 and self.language == "en" else "other"
        return self.text(f"{key}_{form}", {"n": str(count)})


def lsp_name(result: Result) -> str:
    """Name of the issuing body on the day of issue, from the catalogue; else ``LSP`` and number."""
    certificate = result.verdict.certificate
    if certificate is None:
        return "LSP"
    names = (result.shown.lsp or {}).get("names", [])
    day = date_of(certificate.issue_day).isoformat()
    then = [entry for entry in names if entry["from"] <= day] or names[:1]
    return str(then[-1]["name"]["id"]) if then else f"LSP {certificate.lsp}"


def values(said: Words, result: Result, now: int) -> dict[str, str]:
    """A value for every placeholder of the sentences on a verdict, where there is one."""
    verdict, trust, note = result.verdict, result.trust, result.note
    zone = JST if verdict.reason is Reason.NOT_YET_VALID else WIB
    found = {
        "lsp": lsp_name(result),
        "device": said.moment(now),
        "today": said.date((verdict.moment + zone) // DAY),
        "host": verdict.host,
    }
    if note:
        found["asof"] = said.moment(note.issued)
        found["age"] = said.age(verdict.moment - note.issued)
    if trust:
        expired = verdict.reason is Reason.TRUST_EXPIRED
        found["trust"] = said.day_of_moment(trust.expires if expired else trust.issued)
        found["site"] = trust.site
    if verdict.certificate:
        found["issued"] = said.date(verdict.certificate.issue_day)
        found["expires"] = said.date(verdict.certificate.expiry_day)
    return found


def sentence(said: Words, result: Result, part: str, filled: Mapping[str, str]) -> str:
    """``reason.<reason>.<part>`` in the variant of the verdict, where the words have one."""
    verdict = result.verdict
    key = f"reason.{verdict.reason}.{part}"
    special = f"{key}_{verdict.variant}"
    return said.text(special if verdict.variant and said.find(special) else key, filled)
