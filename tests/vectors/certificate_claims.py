"""Payloads of certificates: sound ones at every limit, and each rule of the claims broken once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2

from signing import cbor
from signing.certificate import Certificate
from tests.vectors.cbor_parts import byte_string, head, integer, mapping, pairs, text
from tests.vectors.world import TODAY, certificate_of, malformed, sha256, too_new

PROFILE = -65_537
KEYS = {
    "index": 1,
    "number": 2,
    "registration": 3,
    "name": 4,
    "birth_day": 5,
    "scheme": 6,
    "lsp": 7,
    "issue_day": 8,
    "scheme_digest": 9,
    "units": 10,
    "passport_name": 11,
    "blank_number": 12,
    "replaces": 13,
}
GONE = object()
Case = tuple[str, bytes, dict[str, Any]]


def claims_of(c: Certificate) -> dict[int, Any]:
    """The claims of a certificate, written down a second time from the format."""
    profile = {key: getattr(c, field) for field, key in KEYS.items()}
    profile = {key: value for key, value in profile.items() if value is not None}
    return {4: (c.expiry_day + 1) * 86_400 - 25_200, 7: c.cti, PROFILE: profile}


def payload_of(c: Certificate) -> bytes:
    return mapping(pairs(claims_of(c)))


def payload(claims: dict[int, Any] | None = None, /, **fields: Any) -> bytes:
    """A payload with claims and fields of the profile replaced, added, or taken away (GONE)."""
    every = claims_of(certificate_of())
    profile = {**every[PROFILE], **{KEYS[name]: value for name, value in fields.items()}}
    every[PROFILE] = {key: value for key, value in profile.items() if value is not GONE}
    every = {**every, **(claims or {})}
    every = {key: value for key, value in every.items() if value is not GONE}
    return cbor2.dumps(every, canonical=True)


def _exp(day: int) -> int:
    return (day + 1) * 86_400 - 25_200


NAME_80 = "Ā" * 40
SOUND: dict[str, dict[str, Any]] = {
    "plain": {},
    "every-field": {
        "units": b"\x05",
        "passport_name": "SITI CONTOH",
        "blank_number": "BNSP 0012345",
        "replaces": 6,
    },
    "index-1": {"index": 1},
    "index-largest": {"index": 2**31 - 1, "replaces": 2**31 - 2},
    "replaces-0": {"replaces": 0},
    "birth-1870": {"birth_day": -36_524},
    "birth-1970": {"birth_day": 0},
    "birth-on-issue-date": {"birth_day": TODAY, "issue_day": TODAY},
    "issued-1970": {"issue_day": 0, "birth_day": 0},
    "expires-on-issue-date": {"issue_day": TODAY, "expiry_day": TODAY},
    "expires-9999": {"expiry_day": 2_932_896},
    "issued-and-expires-9999": {"issue_day": 2_932_896, "expiry_day": 2_932_896},
    "lsp-0": {"lsp": 0},
    "lsp-largest": {"lsp": 2**53 - 1},
    "units-32-bytes": {"units": b"\0" * 31 + b"\x80"},
    "units-first-only": {"units": b"\x01"},
    "name-one-letter": {"name": "X"},
    "name-80-bytes": {"name": NAME_80},
    "name-accents": {"name": "Łukasz Ñoño d’Été", "passport_name": "À ÿ Ŀ ſ"},
    "name-all-ascii": {"name": "".join(map(chr, range(0x21, 0x71)))},
    "name-rest-of-ascii": {"name": "".join(map(chr, range(0x71, 0x7F)))},
    "number-40-bytes": {"number": "9" * 40, "registration": "R" * 40, "scheme": "S" * 40},
    "blank-20-bytes": {"blank_number": "B" * 20},
    "digest-and-cti-all-zero": {"scheme_digest": bytes(16), "cti": bytes(16)},
    "largest-that-is-issued": {
        "name": "N" * 80,
        "passport_name": "P" * 40,
        "number": "6" * 40,
        "blank_number": "B" * 11,
    },
}


def _form() -> Iterator[Case]:
    good = payload()
    items = pairs(claims_of(certificate_of()))
    exp, cti, profile = items
    inner = _inner()
    wrong, form, claims = malformed("cbor*"), malformed("cbor-form"), malformed("claims")
    yield "cbor-trailing-byte", good + b"\0", wrong
    yield "cbor-cut", good[:-1], wrong
    yield "cbor-break-alone", b"\xff", wrong
    yield "cbor-reserved-head", b"\x1c" + good, wrong
    yield "cbor-map-long-head", mapping(items, 1), wrong
    yield "cbor-map-indefinite", b"\xbf" + good[1:] + b"\xff", wrong
    yield "cbor-map-one-entry-short", head(5, 4) + good[1:], wrong
    yield "cbor-unsorted-claims", mapping([cti, exp, profile]), wrong
    yield "cbor-unsorted-profile", _with_profile(mapping([inner[1], inner[0], *inner[2:]])), wrong
    # -1 is 20, 100 is 18 64: by bytes 100 comes first, by length (RFC 7049) -1 does.
    longer, shorter = (integer(100), integer(0)), (integer(-1), integer(0))
    yield "cbor-shorter-key-first", mapping([exp, cti, shorter, longer, profile]), form
    yield "cbor-keys-by-their-bytes", mapping([exp, cti, longer, shorter, profile]), claims
    yield "cbor-duplicate-claim", mapping([exp, exp, cti, profile]), wrong
    yield "cbor-duplicate-field", _with_profile(mapping([inner[0], *inner])), wrong
    yield (
        "cbor-integer-long-head",
        mapping([(exp[0], integer(_exp(TODAY), 1)), cti, profile]),
        wrong,
    )
    yield "cbor-small-integer-long-head", _with_profile(_replace(inner, 0, integer(7, 1))), wrong
    yield "cbor-key-long-head", mapping([(integer(4, 1), exp[1]), cti, profile]), wrong
    yield (
        "cbor-bytes-long-head",
        mapping([exp, (cti[0], byte_string(bytes(16), 1)), profile]),
        wrong,
    )
    yield from _strings()


def _strings() -> Iterator[Case]:
    exp, cti, profile = pairs(claims_of(certificate_of()))
    inner, wrong = _inner(), malformed("cbor*")
    yield "cbor-text-long-head", _with_profile(_replace(inner, 3, text("Siti", 1))), wrong
    yield "cbor-text-indefinite", _with_profile(_replace(inner, 3, b"\x7f\x64Siti\xff")), wrong
    yield (
        "cbor-bytes-indefinite",
        mapping([exp, (cti[0], b"\x5f\x50" + bytes(16) + b"\xff"), profile]),
        wrong,
    )
    yield "cbor-text-not-utf8", _with_profile(_replace(inner, 3, text(b"Siti \xff"))), wrong
    yield (
        "cbor-text-overlong-utf8",
        _with_profile(_replace(inner, 3, text(b"Siti \xc1\xa1"))),
        wrong,
    )
    yield (
        "cbor-text-surrogate",
        _with_profile(_replace(inner, 3, text(b"Siti \xed\xa0\x80"))),
        wrong,
    )
    yield "cbor-text-half-letter", _with_profile(_replace(inner, 3, text(b"Siti \xc3"))), wrong
    yield from _types()


def _types() -> Iterator[Case]:
    exp, cti, profile = pairs(claims_of(certificate_of()))
    inner, wrong = _inner(), malformed("cbor*")
    for name, value in {
        "tag": cbor2.CBORTag(1234, 7),
        "tagged-date": b"\xc1\x1a\x6a\x00\x00\x00",
        "bignum-small": b"\xc2\x41\x07",
        "bignum": 2**64,
        "negative-bignum": -(2**64) - 1,
        "integer-of-2-53": 2**53,
        "integer-of-2-63": 2**63,
        "negative-integer-of-2-53": -(2**53),
        "float": 7.5,
        "whole-float": b"\xf9\x47\x00",
        "double": b"\xfb\x40\x1c\x00\x00\x00\x00\x00\x00",
        "nan": float("nan"),
        "true": True,
        "null": None,
        "undefined": b"\xf7",
        "simple-value": b"\xf8\xff",
    }.items():
        raw = value if isinstance(value, bytes) else cbor2.dumps(value, canonical=True)
        yield f"cbor-{name}", _with_profile(_replace(inner, 0, raw)), wrong
    yield "cbor-simple-key", mapping([exp, cti, profile, (b"\xf5", b"\x00")]), wrong
    yield "cbor-text-key-claim", mapping([exp, cti, (text("a"), b"\x00"), profile]), wrong
    yield "cbor-text-key-field", _with_profile(mapping([*inner, (text("a"), b"\x00")])), wrong
    yield (
        "cbor-bytes-key-field",
        _with_profile(mapping([*inner, (byte_string(b"a"), b"\x00")])),
        wrong,
    )
    yield "cbor-array-key", _with_profile(mapping([*inner, (b"\x81\x00", b"\x00")])), wrong
    yield "cbor-depth-4", payload(units=[[7]]), malformed("units")
    yield "cbor-depth-5", payload(units=[[[7]]]), wrong
    yield "cbor-depth-600", b"\x81" * 400 + b"\x00", wrong
    yield "claims-array", cbor.encode([1, 2]), malformed("claims")
    yield "claims-integer", b"\x07", malformed("claims")
    yield "claims-empty", b"\xa0", malformed("claims")


def _inner() -> list[tuple[bytes, bytes]]:
    return pairs(claims_of(certificate_of())[PROFILE])


def _with_profile(data: bytes) -> bytes:
    exp, cti, profile = pairs(claims_of(certificate_of()))
    return mapping([exp, cti, (profile[0], data)])


def _replace(inner: list[tuple[bytes, bytes]], at: int, value: bytes) -> bytes:
    return mapping([*inner[:at], (inner[at][0], value), *inner[at + 1 :]])


def _profiles() -> Iterator[Case]:
    profile = claims_of(certificate_of())[PROFILE]
    for later in (-65_538, -65_539, -65_540):
        yield f"later-profile{later}", payload({PROFILE: GONE, later: {1: "x"}}), too_new("profile")
    yield "later-profile-alone", cbor.encode({-65_538: 0}), too_new("profile")
    yield "profile-65541", payload({PROFILE: GONE, -65_541: profile}), malformed("claims")
    yield "profile-65536", payload({PROFILE: GONE, -65_536: profile}), malformed("claims")
    yield "two-profiles", payload({-65_538: profile}), malformed("claims")
    yield "profile-array", payload({PROFILE: [profile]}), malformed("claims")
    yield "profile-empty", payload({PROFILE: {}}), malformed("claims")
    yield "no-profile", payload({PROFILE: GONE}), malformed("claims")
    yield "no-exp", payload({4: GONE}), malformed("claims")
    yield "no-cti", payload({7: GONE}), malformed("claims")
    yield "unknown-claim", payload({6: 1_795_478_400}), malformed("claims")
    yield "unknown-claim-iss", payload({1: "BNSP"}), malformed("claims")
    for field in list(KEYS)[:9]:
        yield f"no-{field}".replace("_", "-"), payload(**{field: GONE}), malformed("claims")
    for unknown in (0, 14, -1):
        data = payload({PROFILE: {**profile, unknown: 1}})
        yield f"unknown-field-{unknown}", data, malformed("claims")


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "index": (
        "index",
        {"zero": 0, "negative": -1, "too-large": 2**31, "text": "7", "bytes": b"\x07"},
    ),
    "birth_day": (
        "dates",
        {"before-1870": -36_525, "after-issue": TODAY - 19, "text": "1", "array": [1]},
    ),
    "issue_day": ("dates", {"negative": -1, "past-9999": 2_932_897, "text": "1", "map": {}}),
    "lsp": ("lsp", {"negative": -1, "text": "9001", "array": [9001]}),
    "scheme_digest": (
        "scheme-digest",
        {
            "15-bytes": bytes(15),
            "17-bytes": bytes(17),
            "32-bytes": sha256(b""),
            "text": "x" * 16,
            "integer": 9,
        },
    ),
    "units": (
        "units",
        {
            "empty": b"",
            "33-bytes": b"\x01" * 33,
            "last-byte-zero": b"\x01\x00",
            "all-zero": b"\x00",
            "text": "x",
            "integer": 1,
        },
    ),
    "replaces": (
        "replaces",
        {"itself": 7, "later": 8, "negative": -1, "text": "6", "bytes": b"\x06"},
    ),
}
"""Values of each field that are of another type or out of range; the index is 7."""


def _values() -> Iterator[Case]:
    first, last = _exp(TODAY - 20), _exp(2_932_896)
    for name, exp in {
        "second-later": first + 1,
        "second-earlier": first - 1,
        "utc-midnight": first + 25_200,
        "before-issue-date": first - 86_400,
        "past-9999": last + 86_400,
        "zero": 0,
        "negative": -25_200,
        "text": "2026",
        "bytes": b"\x01",
        "array": [first],
    }.items():
        yield f"exp-{name}", payload({4: exp}), malformed("dates")
    for name, cti in {
        "15-bytes": bytes(15),
        "17-bytes": bytes(17),
        "empty": b"",
        "text": "x" * 16,
        "integer": 1,
    }.items():
        yield f"cti-{name}", payload({7: cti}), malformed("cti")
    for field, (code, values) in WRONG.items():
        for name, value in values.items():
            case = f"{field}-{name}".replace("_", "-")
            yield case, payload(**{field: value}), malformed(code)


def _texts() -> Iterator[Case]:
    limits = {
        "number": 40,
        "registration": 40,
        "name": 80,
        "scheme": 40,
        "passport_name": 80,
        "blank_number": 20,
    }
    for field, limit in limits.items():
        case = field.replace("_", "-")
        yield f"{case}-too-long", payload(**{field: "N" * (limit + 1)}), malformed("text")
        yield f"{case}-empty", payload(**{field: ""}), malformed("text")
        yield f"{case}-bytes", payload(**{field: b"N"}), malformed("text")
        yield f"{case}-integer", payload(**{field: 5}), malformed("text")
    yield "name-81-bytes-41-letters", payload(name=NAME_80 + "x"), malformed("text")
    yield "name-array", payload(name=["Siti"]), malformed("text")
    yield from _letters()


def _letters() -> Iterator[Case]:
    for name, value in {
        "space-first": " Siti",
        "space-last": "Siti ",
        "two-spaces": "Siti  Contoh",
        "only-space": " ",
        "multiplication-sign": "Siti \u00d7",
        "division-sign": "Siti \u00f7",
        "delete": "Siti\x7f",
        "tab": "Siti\tContoh",
        "line-feed": "Siti\nContoh",
        "nul": "Siti\0",
        "c1-control": "Siti\x85",
        "no-break-space": "Siti\u00a0Contoh",
        "soft-hyphen": "Siti\u00ad",
        "before-latin-1-letters": "Siti \u00bf",
        "after-latin-extended-a": "Siti \u0180",
        "left-quote": "Siti \u2018",
        "combining-accent": "Sitie\u0301",
        "zero-width-space": "Siti\u200b",
        "right-to-left-override": "Siti\u202e",
        "byte-order-mark": "\ufeffSiti",
        "full-width": "\uff33iti",
        "japanese": "\u898b\u672c",
        "cyrillic": "\u0405iti",
        "emoji": "Siti \U0001f600",
    }.items():
        yield f"name-{name}", payload(name=value), malformed("text")


def broken() -> Iterator[Case]:
    """Name, payload and expectation of every case whose signature holds but whose claims do not."""
    yield from _form()
    yield from _profiles()
    yield from _values()
    yield from _texts()
