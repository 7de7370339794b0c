"""Boundaries: the last second, the last index, each part of the evidence missing or broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vectors.verdict_expect import expected
from tests.vectors.verdict_world import BUILDS, CUT, NOTE_ISSUED, SIZE, World
from tests.vectors.world import NOW, TODAY

TRUST_ISSUED = NOW - 31 * 86_400
EXPIRES = (TODAY + 1) * 86_400 - 25_200
"""First second after TODAY at UTC+7."""
BEGINS = (TODAY + 1) * 86_400 - 32_400
"""First second of tomorrow at UTC+9."""
FIVE = BUILDS["five"][1]
Case = dict[str, Any]


def online(name: str, text: str, *conditions: str, **changes: Any) -> Case:
    """A case with everything fetched and walked, but for the changes."""
    evidence = {
        "trust": "main",
        "walked": True,
        "build": "main",
        "fetched": True,
        "list": "main",
        "checkpoint": "main",
        "entry": text,
        "now": NOW,
    } | changes
    return _finished(name, text, evidence, conditions)


def offline(name: str, text: str, *conditions: str, **changes: Any) -> Case:
    """A case with stored trust document, note and list, but for the changes."""
    evidence = {"trust": "main", "build": "main", "list": "main", "now": NOW} | changes
    return _finished(name, text, evidence, conditions)


def _finished(name: str, text: str, evidence: Case, conditions: tuple[str, ...]) -> Case:
    build = evidence["build"]
    fetched = evidence.get("fetched", False) and build is not None
    t = max(evidence["now"], TRUST_ISSUED, BUILDS[build][1] if build else 0)
    return {
        "name": name,
        "text": text,
        **evidence,
        "expect": expected(set(conditions), fetched, t),
    }


def cases(world: World) -> Iterator[Case]:
    plain = world.certificate("plain")
    yield online("valid-fetched", plain)
    yield online("valid-fetched-not-walked", plain, walked=False)
    yield offline("valid-stored", plain)
    yield offline("valid-stored-walked", plain, walked=True)
    yield offline("valid-stored-with-proof", plain, checkpoint="main", entry=plain)
    yield from _scope(world)
    yield from _closed_keys(world)
    yield from _log(world, plain)
    yield from _status(plain)
    yield from _dates(world)
    yield from _clocks(world, plain)


def _scope(world: World) -> Iterator[Case]:
    second = world.certificate("second-in-scope", lsp=9002, scheme="DEMO/operator-crane")
    yield online("scope-last-of-each-list", second)
    anything = world.certificate("of-anything", issuer="issuer of anything", lsp=1, scheme="X")
    yield online("scope-without-lists", anything)
    yield offline("scope-without-lists-stored", anything)
    outside: dict[str, dict[str, Any]] = {
        "scheme": {"scheme": "DEMO/juru-la"},
        "lsp": {"lsp": 9003},
    }
    for name, fields in outside.items():
        text = world.certificate(f"scope-{name}", **fields)
        yield online(f"scope-of-another-{name}", text, "scope")
        yield online(f"scope-of-another-{name}-not-walked", text, "scope-unwalked", walked=False)
        yield offline(f"scope-of-another-{name}-stored", text, "scope-unwalked")
    for name in ("past until", "not begun"):
        text = world.certificate(f"key-{name}", issuer=f"issuer {name}")
        yield online(f"key-{name}-is-not-judged".replace(" ", "-"), text)
    old = world.certificate("issued-before-key", issue_day=TODAY - 700)
    yield online("issued-before-the-key-began", old)


def _closed_keys(world: World) -> Iterator[Case]:
    retired = world.certificate("retired", issuer="issuer retired")
    yield online("retired-without-final", retired)
    yield offline("retired-without-final-stored", retired)
    last = world.certificate("retired-last", issuer="issuer retired final", index=CUT - 1)
    yield online("retired-below-final", last)
    yield offline("retired-below-final-stored", last)
    yield offline("retired-below-final-no-note", last, "no-note", build=None, list=None)
    after = world.certificate("retired-after", issuer="issuer retired final", index=CUT)
    yield online("retired-at-final", after, "closed")
    yield offline("retired-at-final-stored", after, "closed")
    yield offline("retired-at-final-no-note", after, "closed", build=None, list=None)
    other = world.certificate("retired-other", issuer="issuer retired other", place="low")
    yield online("retired-another-root-proven", other, "final-root", prefix="main")
    yield online("retired-another-root-no-proof", other)
    yield from _unproven(other, last)
    proven = {"checkpoint": "main", "entry": other, "prefix": "main"}
    yield offline("retired-another-root-proven-stored", other, "final-root", **proven)
    yield from _compromised(world)


def _unproven(other: str, last: str) -> Iterator[Case]:
    """The end of a key is of no weight while the log has not proven what it holds."""
    unproven: dict[str, dict[str, Any]] = {
        "entry": {"entry": None},
        "checkpoint": {"checkpoint": "another-root"},
        "proof": {"entry": last},
    }
    for what, gone in unproven.items():
        name = f"retired-another-root-unproven-{what}"
        yield online(name, other, "unproven", prefix="main", **gone)


def _compromised(world: World) -> Iterator[Case]:
    stolen = world.certificate("stolen", issuer="issuer compromised", place="low")
    yield online("compromised-without-final", stolen, "compromised", prefix="main")
    yield offline("compromised-without-final-no-note", stolen, "compromised", build=None, list=None)
    signer = "issuer compromised final"
    last = world.certificate("stolen-last", issuer=signer, index=CUT - 2)
    proven = {"checkpoint": "main", "entry": last, "prefix": "main"}
    yield online("compromised-below-final-proven", last, prefix="main")
    yield offline("compromised-below-final-proven-stored", last, **proven)
    yield online("compromised-below-final-no-prefix", last, "no-proof")
    yield offline("compromised-below-final-stored", last, "no-proof")
    bare = {"build": None, "list": None}
    yield offline("compromised-below-final-no-note", last, "no-proof", "no-note", **bare)
    for what in ("checkpoint", "entry"):
        gone = proven | {what: None}
        yield offline(f"compromised-below-final-no-{what}-stored", last, "no-proof", **gone)
        yield online(f"compromised-below-final-no-{what}", last, "no-proof", "unproven", **gone)
    for what in ("one-hash-less", "changed-hash", "of-another-size"):
        yield online(f"compromised-prefix-{what}", last, "no-proof", prefix=what)
    after = world.certificate("stolen-after", issuer=signer, index=CUT + 1)
    yield online("compromised-past-final", after, "closed", prefix="main")
    yield offline("compromised-past-final-stored", after, "closed")
    forged = world.certificate("stolen-forged", issuer=signer, index=CUT - 3, logged=False)
    seen = ("compromised-entry", "other-entry")
    yield online("compromised-another-entry-proven", forged, *seen, prefix="main")
    yield online("compromised-another-entry-no-prefix", forged, *seen)
    proven = {"checkpoint": "main", "entry": forged, "prefix": "main"}
    yield offline("compromised-another-entry-stored", forged, "compromised-entry", **proven)
    yield offline("compromised-another-entry-unproven-stored", forged, "no-proof")
    other = world.certificate("stolen-other", issuer="issuer compromised other", place="low")
    yield online("compromised-another-root", other, "final-root", "no-proof", prefix="main")
    yield online("compromised-another-root-no-prefix", other, "no-proof")


def _log(world: World, plain: str) -> Iterator[Case]:
    last = world.certificate("last-in-log", index=SIZE - 1)
    yield online("log-last-index", last)
    yield offline("log-last-index-stored", last)
    past = world.certificate("first-past-log", index=SIZE)
    yield online("log-index-at-size", past, "absent", entry=None)
    yield offline("log-index-at-size-stored", past, "newer")
    far = world.certificate("far-past-log", index=2**31 - 1)
    yield online("log-largest-index", far, "absent", "no-list", entry=None)
    yield offline("log-largest-index-stored", far, "newer", "no-list")
    forged = world.certificate("forged", index=CUT + 2, logged=False)
    yield online("log-another-entry", forged, "other-entry")
    proven = {"checkpoint": "main", "entry": forged}
    yield offline("log-another-entry-stored", forged, "other-entry", **proven)
    aged = proven | {"build": "old", "now": NOW + 1}
    yield offline("log-another-entry-stored-long-ago", forged, "other-entry", "stale", **aged)
    yield offline("log-another-entry-stored-not-proven", forged)
    yield online("log-another-entry-not-proven", forged, "unproven", entry=None)
    for what in ("one-hash-less", "one-hash-more", "changed-hash", "short-hash", "no-proof"):
        yield online(f"log-proof-{what}", plain, "unproven", entry=f"plain-{what}")
    yield online("log-proof-of-a-smaller-tree", plain, "unproven", entry="plain-in-smaller-tree")
    yield online("log-proof-of-another-index", plain, "unproven", entry=last)
    yield online("log-no-entry", plain, "unproven", entry=None)
    yield online("log-no-checkpoint", plain, "unproven", checkpoint=None)
    yield online("log-checkpoint-of-another-size", plain, "unproven", checkpoint="smaller")
    yield online("log-checkpoint-of-another-root", plain, "unproven", checkpoint="another-root")


def _status(plain: str) -> Iterator[Case]:
    yield online("list-missing", plain, "no-list", list=None)
    yield offline("list-missing-stored", plain, "no-list", list=None)
    yield online("list-of-another-range", plain, "no-list", list="second")
    yield offline("note-missing", plain, "no-note", build=None, list=None)
    yield offline("note-missing-but-fetched", plain, "no-note", build=None, list=None, fetched=True)
    yield online("note-missing-beside-all-else", plain, "no-note", build=None)
    yield online("age-of-max-age", plain, build="old")
    yield online("age-over-max-age", plain, "stale-registry", build="old", now=NOW + 1)
    yield offline("age-of-max-age-stored", plain, build="old")
    yield offline("age-over-max-age-stored", plain, "stale", build="old", now=NOW + 1)
    soon = {"trust": "ends", "build": "ends"}
    yield online("trust-last-second", plain, **soon, now=NOW - 1)
    yield online("trust-expires-now", plain, "trust-ends", **soon)
    yield offline("trust-last-second-stored", plain, **soon, now=NOW - 1)
    yield offline("trust-expires-now-stored", plain, "trust-ends", **soon)
    far = NOW + 800 * 86_400
    yield offline("trust-expired-long-ago", plain, "trust-ends", "stale", **soon, now=far)


def _dates(world: World) -> Iterator[Case]:
    text = world.certificate("ends-today", expiry_day=TODAY)
    yield online("expiry-last-second-in-jakarta", text, now=EXPIRES - 1)
    yield online("expiry-first-second-after", text, "expired", now=EXPIRES)
    yield online("expiry-midnight-in-japan", text, now=EXPIRES - 7_200)
    yield offline("expiry-last-second-stored", text, now=EXPIRES - 1)
    yield offline("expiry-first-second-after-stored", text, "expired", now=EXPIRES)
    text = world.certificate("begins-tomorrow", issue_day=TODAY + 1)
    yield online("issue-last-second-before", text, "before", now=BEGINS - 1)
    yield online("issue-first-second-in-japan", text, now=BEGINS)
    yield offline("issue-last-second-before-stored", text, "before", now=BEGINS - 1)
    yield offline("issue-first-second-stored", text, now=BEGINS)
    one_day = {"issue_day": TODAY + 1, "expiry_day": TODAY + 1}
    text = world.certificate("one-day", **one_day)
    yield online("one-day-first-second", text, now=BEGINS)
    yield online("one-day-last-second", text, now=EXPIRES + 86_399)
    text = world.certificate("ends-at-five", expiry_day=TODAY - 1)
    now = FIVE - 1
    yield online("expiry-by-signed-time", text, "expired", build="five", now=now)


def _clocks(world: World, plain: str) -> Iterator[Case]:
    yield online("clock-slack", plain, now=NOTE_ISSUED - 300)
    yield online("clock-over-slack", plain, "clock", now=NOTE_ISSUED - 301)
    yield offline("clock-slack-stored", plain, now=NOTE_ISSUED - 300)
    yield offline("clock-over-slack-stored", plain, "clock", now=NOTE_ISSUED - 301)
    yield online("clock-of-1970", plain, "clock", now=0)
    bare = {"build": None, "list": None}
    slack, old = TRUST_ISSUED - 300, world.certificate("issued-before-key", issue_day=TODAY - 700)
    yield offline("clock-slack-to-trust-document", old, "no-note", **bare, now=slack)
    yield offline("clock-before-trust-document", old, "clock", "no-note", **bare, now=slack - 1)
    yield online("note-ahead", plain, "ahead", ahead=True)
    yield offline("note-ahead-stored", plain, "ahead", ahead=True)
    yield online("conflict-fetched", plain, "conflict", conflict=True)
    yield offline("conflict-stored", plain, "conflict", conflict=True)
