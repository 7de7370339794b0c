"""Corrections of a catalogue entry (docs/formats.md section 8). Twin: ``script/errata.js``.

An entry's bytes never change, because certificates point to their digest. What was mistranslated
is put right beside it: texts in Japanese and English, and related fields. Whatever else a line
says is passed over, so no correction can touch a code, a level, a unit or an Indonesian title.
"""

from __future__ import annotations

from typing import Any

Entry = dict[str, Any]
"""A scheme as published."""
_TRANSLATIONS = ("ja", "en")


def corrected(entry: Entry, digest: str, errata: Any) -> Entry:
    """The entry with every correction of it; ``entry`` itself is not changed.

    ``digest`` is the SHA-256 of the entry's bytes, 64 hex digits; ``errata`` is as published, and
    the later of two lines counts.
    """
    for line in _items(errata):
        if not isinstance(line, dict) or line.get("digest") != digest:
            continue
        titles = [title for title in _items(line.get("units")) if isinstance(title, dict)]
        entry = {
            **entry,
            "name": _retold(entry.get("name") or {}, line.get("name")),
            "units": [_retold_unit(unit, titles) for unit in _items(entry.get("units"))],
        }
        fields = line.get("fields")
        if isinstance(fields, list) and all(isinstance(slug, str) for slug in fields):
            entry["fields"] = fields
    return entry


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _retold_unit(unit: Entry, titles: list[Entry]) -> Entry:
    for title in titles:
        if title.get("code") == unit["code"]:
            unit = _retold(unit, title)
    return unit


def _retold(texts: Entry, correction: Any) -> Entry:
    given = correction if isinstance(correction, dict) else {}
    said = {language: given.get(language) for language in _TRANSLATIONS}
    return {**texts, **{key: text for key, text in said.items() if text and isinstance(text, str)}}
