"""Every condition alone, every two of them that can meet, and some of many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from tests.vectors.verdict_expect import ORDER, expected
from tests.vectors.verdict_world import BUILDS, NOTE_ISSUED, World
from tests.vectors.world import NOW, TODAY

FAR = {"lsp": 9999}
PROVEN = {"entry": True, "note": True}
EFFECTS: dict[str, dict[str, Any]] = {
    "compromised": {"issuer": "issuer compromised"},
    "closed": {"issuer": "issuer retired final", "place": "high"},
    "compromised-entry": {
        "issuer": "issuer compromised final",
        "place": "low",
        "logged": False,
        **PROVEN,
    },
    "scope": {**FAR, "walked": True},
    "other-entry": {"logged": False, "fetched": True, "inside": True, **PROVEN},
    "absent": {"place": "past", "inside": False, "fetched": True, "note": True},
    "revoked": {"state": 1, "note": True, "list": True},
    "suspended": {"state": 2, "note": True, "list": True},
    "superseded": {"state": 3, "note": True, "list": True},
    "expired": {"dates": "expired"},
    "before": {"dates": "before"},
    "conflict": {"conflict": True},
    "final-root": {"issuer": "issuer retired other", "place": "low", "prefix": True, **PROVEN},
    "clock": {"now": NOTE_ISSUED - 301, "note": True},
    "ahead": {"ahead": True},
    "scope-unwalked": {**FAR, "walked": False},
    "no-proof": {
        "issuer": "issuer compromised final",
        "place": "low",
        "logged": True,
        "prefix": False,
    },
    "trust-ends": {"trust": "ends", "now": NOW + 1},
    "newer": {"place": "past", "fetched": False, "note": True},
    "unproven": {"entry": False, "fetched": True, "note": True},
    "no-list": {"list": False},
    "no-note": {"note": False, "fetched": False, "list": False},
    "stale": {"fetched": False, "old": True, "now": NOW + 1, "note": True},
    "stale-registry": {"fetched": True, "old": True, "now": NOW + 1, "note": True},
}
"""What each condition asks of the evidence; two that ask for different things cannot meet."""
DATES: dict[str, dict[str, int]] = {
    "in": {},
    "expired": {"issue_day": TODAY - 700, "expiry_day": TODAY - 5},
    "before": {"issue_day": TODAY + 10},
}
MANY = (
    ("compromised", "scope", "other-entry", "revoked", "expired", "conflict", "ahead"),
    ("scope", "absent", "suspended", "before", "conflict", "trust-ends", "stale-registry"),
    ("other-entry", "superseded", "expired", "clock"),
    ("revoked", "before", "conflict", "scope-unwalked", "newer", "stale", "trust-ends"),
    ("conflict", "ahead", "scope-unwalked", "trust-ends", "newer", "stale"),
    ("ahead", "scope-unwalked", "trust-ends", "unproven", "stale-registry"),
    ("no-proof", "scope-unwalked", "trust-ends", "unproven", "no-list"),
    ("no-proof", "trust-ends", "unproven", "stale-registry"),
    ("trust-ends", "newer", "stale"),
    ("trust-ends", "unproven", "no-list"),
)


def merged(conditions: tuple[str, ...]) -> dict[str, Any] | None:
    """What the conditions ask for together; None if they contradict each other."""
    slots: dict[str, Any] = {}
    for condition in conditions:
        for slot, value in EFFECTS[condition].items():
            if slots.setdefault(slot, value) != value:
                return None
    return slots


def cases(world: World) -> Iterator[dict[str, Any]]:
    for condition in ORDER:
        yield case(world, (condition,))
    for pair in combinations(ORDER, 2):
        if merged(pair) is not None:
            yield case(world, pair)
    for many in MANY:
        yield case(world, many)


def case(world: World, conditions: tuple[str, ...]) -> dict[str, Any]:
    """The case in which exactly these conditions hold."""
    slots = merged(conditions)
    if slots is None:
        raise ValueError(f"{conditions} cannot meet")
    fetched, note = slots.get("fetched", True), slots.get("note", True)
    name = _certificate(world, slots)
    trust, old = slots.get("trust", "main"), slots.get("old", False)
    build = {"main": "old", "ends": "old-ends"}[trust] if old else trust
    in_log = slots.get("entry", fetched and note) and slots.get("place") != "past"
    now = slots.get("now", NOW)
    return {
        "name": "-and-".join(conditions),
        "text": name,
        "trust": trust,
        "walked": slots.get("walked", True),
        "build": build if note else None,
        "fetched": fetched,
        "list": "main" if slots.get("list", True) else None,
        "checkpoint": "main" if note and (fetched or in_log) else None,
        "entry": name if in_log else None,
        "prefix": "main" if slots.get("prefix") else None,
        "conflict": slots.get("conflict", False),
        "ahead": slots.get("ahead", False),
        "now": now,
        "expect": expected(set(conditions), fetched, max(now, BUILDS[build][1] if note else 0)),
    }


def _certificate(world: World, slots: dict[str, Any]) -> str:
    """The certificate that the conditions ask for, named after what is special about it."""
    signer, place = slots.get("issuer", "issuer active"), slots.get("place", "high")
    dates, state, logged = (
        slots.get("dates", "in"),
        slots.get("state", 0),
        slots.get("logged", True),
    )
    lsp = slots.get("lsp", 9001)
    words = [signer.removeprefix("issuer ").replace(" ", "-"), place]
    words += ["lsp-9999"] if lsp == 9999 else []
    words += [f"state-{state}"] if state else []
    words += [dates] if dates != "in" else []
    words += [] if logged else ["not-logged"]
    return world.certificate(
        "-".join(words),
        issuer=signer,
        place=place,
        lsp=lsp,
        state=state,
        logged=logged,
        **DATES[dates],
    )
