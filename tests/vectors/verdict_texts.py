"""Steps 1 to 5: texts that never become a certificate, and who is named first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signing import cbor, cose, fragment
from tests.vectors.certificate_claims import payload
from tests.vectors.verdict_expect import AMBER, GREY, RED, expected, verdict
from tests.vectors.verdict_world import World
from tests.vectors.world import FORMER, NOW, SITE, key

MODES: dict[str, dict[str, Any]] = {
    "fetched": {
        "trust": "main",
        "walked": True,
        "build": "main",
        "fetched": True,
        "list": "main",
        "checkpoint": "main",
    },
    "stored": {"trust": "main", "build": "main", "list": "main"},
    "no-trust": {},
}
UNKNOWN = verdict("unknown-key", RED, "", ("unknown", "skipped", "skipped"))
UNCHECKED = verdict("key-unchecked", AMBER, "", ("unproven", "skipped", "skipped"))
NO_TRUST = verdict("key-unchecked", AMBER, "none", ("unproven", "skipped", "skipped"))
MISMATCH = verdict("signature-mismatch", RED, "", ("mismatch", "skipped", "skipped"))
MALFORMED = verdict("malformed", GREY)
TOO_NEW = verdict("too-new", GREY)


def foreign(host: str) -> dict[str, Any]:
    return verdict("foreign-code", RED, host=host)


def other(host: str) -> dict[str, Any]:
    return verdict("other-code", GREY, host=host)


def _broken(data: bytes) -> bytes:
    """One byte of the signature changed."""
    return data[:-1] + bytes([data[-1] ^ 1])


def _bytes(label: str, data: bytes | None = None) -> bytes:
    return cose.sign(payload() if data is None else data, key(label))


LATER = cbor.encode({-65_538: {1: 7}})
GOOD, STRANGE = _bytes("issuer active"), _bytes("issuer of nobody")
NUMBER = fragment.digits(GOOD)
Texts = dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]]
TEXTS: Texts = {
    # name: text, verdict when fetched, when stored, without trust document
    "empty": ("", MALFORMED, MALFORMED, MALFORMED),
    "words": ("Sertifikat Kompetensi", MALFORMED, MALFORMED, MALFORMED),
    "no-such-width": ("1234567", MALFORMED, MALFORMED, MALFORMED),
    "site-alone": (SITE, MALFORMED, MALFORMED, MALFORMED),
    "site-without-payload": (f"{SITE}#", MALFORMED, MALFORMED, MALFORMED),
    "site-with-a-path": (f"{SITE}x#{NUMBER}", MALFORMED, MALFORMED, NO_TRUST),
    "foreign": (
        f"https://palsu.example/#{NUMBER}",
        foreign("https://palsu.example/"),
        foreign("https://palsu.example/"),
        NO_TRUST,
    ),
    "foreign-of-unknown-key": (
        f"http://palsu.example/x#{fragment.share(STRANGE)}",
        foreign("http://palsu.example/x"),
        foreign("http://palsu.example/x"),
        NO_TRUST,
    ),
    "foreign-with-broken-frame": (
        f"https://palsu.example/#{fragment.digits(GOOD[:40])}",
        foreign("https://palsu.example/"),
        foreign("https://palsu.example/"),
        MALFORMED,
    ),
    "other": (
        "https://lain.example/cek?no=12345",
        other("https://lain.example/cek?no=12345"),
        other("https://lain.example/cek?no=12345"),
        MALFORMED,
    ),
    "other-with-digits": (
        "https://lain.example/#13796420",
        other("https://lain.example/"),
        other("https://lain.example/"),
        MALFORMED,
    ),
    "frame-broken": (fragment.qr_text(SITE, b"\xd2\x84\x49\xa2"), MALFORMED, MALFORMED, MALFORMED),
    "frame-trailing-byte": (
        fragment.qr_text(SITE, GOOD + b"\0"),
        MALFORMED,
        MALFORMED,
        MALFORMED,
    ),
    "key-unknown": (fragment.qr_text(SITE, STRANGE), UNKNOWN, UNCHECKED, NO_TRUST),
    "key-unknown-and-signature-broken": (
        fragment.qr_text(SITE, _broken(STRANGE)),
        UNKNOWN,
        UNCHECKED,
        NO_TRUST,
    ),
    "key-of-the-publisher": (
        fragment.qr_text(SITE, _bytes("publisher 1")),
        UNKNOWN,
        UNCHECKED,
        NO_TRUST,
    ),
    "key-of-the-log": (fragment.qr_text(SITE, _bytes("log")), UNKNOWN, UNCHECKED, NO_TRUST),
    "key-of-a-root": (fragment.qr_text(SITE, _bytes("root a")), UNKNOWN, UNCHECKED, NO_TRUST),
    "key-unknown-and-payload-malformed": (
        fragment.qr_text(SITE, _bytes("issuer of nobody", b"\xff")),
        UNKNOWN,
        UNCHECKED,
        NO_TRUST,
    ),
    "signature-broken": (fragment.qr_text(SITE, _broken(GOOD)), MISMATCH, MISMATCH, NO_TRUST),
    "signature-broken-and-payload-malformed": (
        fragment.qr_text(SITE, _broken(_bytes("issuer active", b"\xff"))),
        MISMATCH,
        MISMATCH,
        NO_TRUST,
    ),
    "signature-broken-of-compromised-key": (
        fragment.qr_text(SITE, _broken(_bytes("issuer compromised"))),
        MISMATCH,
        MISMATCH,
        NO_TRUST,
    ),
    "signature-broken-of-later-profile": (
        fragment.qr_text(SITE, _broken(_bytes("issuer active", LATER))),
        MISMATCH,
        MISMATCH,
        NO_TRUST,
    ),
    "payload-not-cbor": (
        fragment.qr_text(SITE, _bytes("issuer active", b"\xff")),
        MALFORMED,
        MALFORMED,
        NO_TRUST,
    ),
    "payload-of-other-claims": (
        fragment.qr_text(SITE, _bytes("issuer active", payload({6: 0}))),
        MALFORMED,
        MALFORMED,
        NO_TRUST,
    ),
    "payload-malformed-of-compromised-key": (
        fragment.qr_text(SITE, _bytes("issuer compromised", b"\xff")),
        MALFORMED,
        MALFORMED,
        NO_TRUST,
    ),
    "later-profile": (
        fragment.qr_text(SITE, _bytes("issuer active", LATER)),
        TOO_NEW,
        TOO_NEW,
        NO_TRUST,
    ),
    "later-profile-of-compromised-key": (
        fragment.qr_text(SITE, _bytes("issuer compromised", LATER)),
        TOO_NEW,
        TOO_NEW,
        NO_TRUST,
    ),
}
NO_BYTES = {"empty", "words", "no-such-width", "site-alone", "site-without-payload"}
"""Texts that give no bytes, so that nothing can be said about a later format."""
ALSO: dict[str, dict[str, Any]] = {
    "conflict": {"conflict": True},
    "ahead": {"ahead": True},
    "trust-ends": {"trust": "ends", "build": "ends"},
}


def cases(world: World) -> Iterator[dict[str, Any]]:
    for name, (text, *verdicts) in TEXTS.items():
        for (mode, evidence), expect in zip(MODES.items(), verdicts, strict=True):
            yield _case(world, f"{name}-{mode}", text, evidence, expect)
        fetched, stored, _ = verdicts
        for what, change in ALSO.items():
            moved = MODES["stored"] | change
            yield _case(world, f"{name}-and-{what}", text, moved, stored)
        yield from _too_new(world, name, text, fetched)
    yield _case(
        world,
        "key-unknown-walked-without-trust",
        TEXTS["key-unknown"][0],
        {"walked": True},
        NO_TRUST,
    )
    yield from _forms(world)


def _too_new(
    world: World, name: str, text: str, fetched: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """A later trust document or build note, at step 2: after the text, before all else."""
    ends = fetched["reason"] in ("foreign-code", "other-code")
    ends = ends or name in NO_BYTES or name == "site-with-a-path"
    expect = fetched if ends else TOO_NEW
    evidence = MODES["fetched"] | {"too_new": True}
    yield _case(world, f"{name}-and-later-documents", text, evidence, expect)


def _forms(world: World) -> Iterator[dict[str, Any]]:
    """One certificate in every form in which a text may carry it."""
    plain = world.texts[world.certificate("plain")]
    number = plain.removeprefix(f"{SITE}#")
    data = fragment.from_payload_text(number)
    forms = {
        "digits": number,
        "mark-and-digits": f"#{number}",
        "spaces-around": f" \t\r\n{plain}\r\n",
        "share": fragment.share(data),
        "site-and-share": f"{SITE}#{fragment.share(data)}",
        "former-site": f"{FORMER[0]}#{number}",
        "longer-former-site": f"{FORMER[1]}#{number}",
    }
    for name, text in forms.items():
        evidence = MODES["fetched"] | {"entry": "plain"}
        yield _case(world, f"form-{name}", text, evidence, expected(set(), True))
    evidence = MODES["fetched"] | {"entry": "plain", "too_new": True}
    yield _case(world, "form-plain-and-later-documents", plain, evidence, TOO_NEW)


def _case(
    world: World, name: str, text: str, evidence: dict[str, Any], expect: dict[str, Any]
) -> dict[str, Any]:
    key_of = next((held for held, other in world.texts.items() if other == text), None)
    return {
        "name": f"text-{name}",
        "text": key_of or world.text(f"text-{name}", text),
        **evidence,
        "now": NOW,
        "expect": {**expect, "moment": NOW},
    }
