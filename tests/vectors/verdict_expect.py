"""What verdicts.md says about a set of conditions: reason, variant and answers, by table.

A condition is one thing that is wrong with the evidence, named in ORDER in the order of judgement.
"""

from __future__ import annotations

from typing import Any

RED, AMBER, GREEN, GREY = "red", "amber", "green", "grey"
ORDER: dict[str, tuple[str, str, str]] = {
    "compromised": ("key-compromised", "", RED),
    "closed": ("key-compromised", "", RED),
    "compromised-entry": ("key-compromised", "", RED),
    "scope": ("out-of-scope", "", RED),
    "other-entry": ("not-in-log", "", RED),
    "absent": ("not-in-log", "absent", RED),
    "revoked": ("revoked", "", RED),
    "superseded": ("superseded", "", RED),
    "suspended": ("suspended", "", RED),
    "expired": ("expired", "", RED),
    "before": ("not-yet-valid", "", RED),
    "conflict": ("conflict", "", AMBER),
    "final-root": ("conflict", "", AMBER),
    "clock": ("clock-wrong", "", AMBER),
    "ahead": ("clock-wrong", "", AMBER),
    "scope-unwalked": ("key-unchecked", "", AMBER),
    "no-proof": ("key-unchecked", "proof", AMBER),
    "trust-ends": ("trust-expired", "", AMBER),
    "newer": ("log-unchecked", "", AMBER),
    "unproven": ("log-unchecked", "fetched", AMBER),
    "no-list": ("status-stale", "none", AMBER),
    "no-note": ("status-stale", "none", AMBER),
    "stale": ("status-stale", "", AMBER),
    "stale-registry": ("status-stale", "registry", AMBER),
}
DOUBT = {"scope-unwalked", "no-proof", "trust-ends"}
ISSUER = {"key-compromised": "unsafe", "out-of-scope": "scope"}
STANDING = (
    ("other-entry", "mismatch"),
    ("compromised-entry", "mismatch"),
    ("absent", "absent"),
    ("revoked", "revoked"),
    ("superseded", "superseded"),
    ("suspended", "suspended"),
    ("no-list", "none"),
    ("no-note", "none"),
    ("newer", "unlogged"),
    ("unproven", "unlogged"),
    ("stale", "stale"),
    ("stale-registry", "stale"),
)


def expected(conditions: set[str], fetched: bool, moment: int = 0) -> dict[str, Any]:
    """The expectation of a certificate whose signature holds."""
    first = next((c for c in ORDER if c in conditions), None)
    reason, variant, level = ORDER[first] if first else ("valid", "", GREEN)
    issuer = ISSUER.get(reason, "unproven" if DOUBT & conditions else "ok")
    dates = "after" if "expired" in conditions else "before" if "before" in conditions else "ok"
    standing = next((word for c, word in STANDING if c in conditions), None)
    standing = standing or ("ok" if fetched else "ok_offline")
    if reason == "clock-wrong":
        dates, standing = "clock", "ok_offline" if standing == "ok" else standing
    if reason == "conflict":
        standing = "conflict"
    if reason in ISSUER:
        standing = "skipped"
    if reason == "out-of-scope":
        dates = "skipped"
    return verdict(reason, level, variant, (issuer, dates, standing), True, moment)


def verdict(
    reason: str,
    level: str,
    variant: str = "",
    answers: tuple[str, str, str] = ("skipped", "skipped", "skipped"),
    shown: bool = False,
    moment: int = 0,
    host: str = "",
) -> dict[str, Any]:
    return {
        "reason": reason,
        "level": level,
        "variant": variant,
        "answers": dict(zip(("issuer", "dates", "standing"), answers, strict=True)),
        "certificate": shown,
        "host": host,
        "moment": moment,
    }
