"""Which of the reviewed words a page gets, and when."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from site_templates import FOLDER

STATIC = ("site", "nav", "language", "demo", "gloss", "error.internal", "error.no_script")
"""Of the frame of every page: in the page's own language they stand in its HTML."""
_TIMES = ("month", "format", "data.not_stated")
FIRST = (
    *("reason.valid", "level", "question", "result", "asof", "age", *_TIMES),
    *(f"answer.{asked}.ok" for asked in ("issuer", "dates", "standing")),
    *("answer.standing.ok_offline", "progress.checking", "progress.fresh", "progress.updated"),
)
"""All that a verdict needs if all is well: a page that a code has opened waits for these alone."""
REASONS = ("reason", "answer")
"""What any other verdict needs, and waits for."""
LATER = (
    *STATIC,
    *("home", "data", "note", "button", "error", "legacy", "record", "compare", "inquiry"),
    *("batch", "era", "progress", "session", "share", "install", "update"),
    *("registry.build", "registry.log_size", "registry.log_root"),
)
REGISTRY = (
    *(*STATIC, *_TIMES, "registry", "record.trust_version"),
    *("sector", "asof.none", "error.network", "reason.conflict", "progress.fresh"),
    "button.save_evidence",
)


def sentences_of(language: str) -> dict[str, Any]:
    """All words of a language."""
    text = (FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8")
    sentences: dict[str, Any] = json.loads(text)
    return sentences


def find(sentences: Mapping[str, Any], key: str) -> str:
    """The sentence of ``key``; KeyError: there is none, which is a fault of a template."""
    found: Any = sentences
    for part in key.split("."):
        found = found[part]
    if not isinstance(found, str):
        raise KeyError(key)
    return found


def chosen_of(sentences: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Only the words that a page can show then: they are part of what it loads."""
    chosen: dict[str, Any] = {}
    for key in keys:
        *groups, last = key.split(".")
        into, found = chosen, sentences
        for group in groups:
            into, found = into.setdefault(group, {}), found[group]
        into[last] = dict(found[last]) if isinstance(found[last], dict) else found[last]
    return chosen


@functools.cache
def without_host(language: str) -> dict[str, Any]:
    """The words with those in the place of which a file without a host says something else."""
    sentences = sentences_of(language)
    return _overlaid(sentences, sentences["single"])


def _overlaid(words: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _overlaid(said, others[key])
        if isinstance(said, dict) and key in others
        else others.get(key, said)
        for key, said in words.items()
    }
