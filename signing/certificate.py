"""A certificate of competence and its CWT claims (RFC 8392), docs/formats.md section 1.

The claims are deterministic CBOR ``{4: exp, 7: cti, -65537: {1: index, 2: number, ...}}``. Every
rule there is checked on reading, so ``encode_payload(decode_payload(b)) == b`` or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from signing import cbor
from signing.reasons import Malformed, TooNew

DAY = 86_400
WIB = 25_200
"""UTC+7 in seconds: an expiry day ends there."""
JST = 32_400
"""UTC+9 in seconds: an issue day begins there."""
LAST_DAY = 2_932_896
"""9999-12-31, in days since 1970-01-01."""
FIRST_BIRTH = -36_524
"""1870-01-01."""
TEXT_LIMITS = {
    "number": 40,
    "registration": 40,
    "name": 80,
    "passport_name": 80,
    "scheme": 40,
    "blank_number": 20,
}
"""Most bytes of UTF-8 of each text."""
PROFILE = -65_537
_LATER = range(-65_540, -65_537)
_REPERTOIRE = frozenset(
    chr(c) for c in (*range(0x20, 0x7F), *range(0xC0, 0x180), 0x2019) if c not in (0xD7, 0xF7)
)

_WORD = "[!-~\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u2019]+"
_USUAL = re.compile(f"{_WORD}(?: {_WORD})*")
"""Texts of the repertoire with single blanks between words: at once, as an import asks it often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is signed about one certificate. Days are counted from 1970-01-01."""

    index: int
    """Registry index: position in log and status list, public number; 1 to 2^31 - 1."""
    number: str
    registration: str
    name: str
    birth_day: int
    scheme: str
    lsp: int
    issue_day: int
    scheme_digest: bytes
    """First 16 bytes of SHA-256 of the scheme's catalogue file."""
    expiry_day: int
    """Last day on which it is in date."""
    cti: bytes
    """16 random bytes that make the public log hiding."""
    units: bytes | None = None
    """Bitmap of the units held; None = all units of the scheme."""
    passport_name: str | None = None
    blank_number: str | None = None
    replaces: int | None = None

    @property
    def expires(self) -> int:
        """First second after the expiry date at UTC+7: claim ``exp``."""
        return (self.expiry_day + 1) * DAY - WIB

    @property
    def begins(self) -> int:
        """First second of the issue date at UTC+9."""
        return self.issue_day * DAY - JST


_FIELDS = (
    (1, "index"),
    (2, "number"),
    (3, "registration"),
    (4, "name"),
    (5, "birth_day"),
    (6, "scheme"),
    (7, "lsp"),
    (8, "issue_day"),
    (9, "scheme_digest"),
    (10, "units"),
    (11, "passport_name"),
    (12, "blank_number"),
    (13, "replaces"),
)
_REQUIRED = frozenset(range(1, 10))
_KNOWN = frozenset(range(1, 14))
_TEXTS = {2: 40, 3: 40, 4: 80, 6: 40, 11: 80, 12: 20}


def text_fault(text: str, limit: int) -> str | None:
    """What is wrong with a text, as a code: ``empty too-long characters spaces``; None if nothing.

    ``limit`` counts bytes of UTF-8.
    """
    if _USUAL.fullmatch(text):
        size = len(text) if text.isascii() else len(text.encode())
        return None if size <= limit else "too-long"
    if not text:
        return "empty"
    return "spaces" if _REPERTOIRE.issuperset(text) else "characters"


def check_text(text: object, limit: int) -> None:
    """Malformed (code of :func:`text_fault`) unless ``text`` may stand in a certificate."""
    fault = text_fault(text, limit) if type(text) is str else "type"
    if fault:
        raise Malformed("text", fault)


def day_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def date_of(day: int) -> date:
    """The date of a count of days since 1970-01-01."""
    return date(1970, 1, 1) + timedelta(days=day)


def unit_bitmap(held: Iterable[int], total: int) -> bytes | None:
    """Bitmap of held units (numbers from 0) out of ``total``; None when all are held.

    ValueError if a number is not below ``total`` or none is held.
    """
    units = set(held)
    if not units or min(units) < 0 or max(units) >= total:
        raise ValueError("units outside the scheme")
    if len(units) == total:
        return None
    bits = sum(1 << unit for unit in units)
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def units_held(bitmap: bytes | None, total: int) -> list[int] | None:
    """Numbers of the held units; None when the bitmap has a bit past ``total``."""
    if bitmap is None:
        return list(range(total))
    bits = int.from_bytes(bitmap, "little")
    return None if bits >> total else [unit for unit in range(total) if bits >> unit & 1]


def encode_payload(certificate: Certificate) -> bytes:
    """The claims of a certificate as deterministic CBOR. Malformed if it breaks a rule."""
    profile = {
        key: value for key, field in _FIELDS if (value := getattr(certificate, field)) is not None
    }
    claims = {4: certificate.expires, 7: certificate.cti, PROFILE: profile}
    _check(claims)
    return cbor.encode(claims)


def decode_payload(payload: bytes) -> Certificate:
    """The certificate in a payload whose signature holds.

    Malformed: not deterministic CBOR or a rule is broken. TooNew: a later profile.
    """
    claims = cbor.decode(payload)
    expiry_day = _check(claims)
    profile = claims[PROFILE]
    return Certificate(
        index=profile[1],
        number=profile[2],
        registration=profile[3],
        name=profile[4],
        birth_day=profile[5],
        scheme=profile[6],
        lsp=profile[7],
        issue_day=profile[8],
        scheme_digest=profile[9],
        expiry_day=expiry_day,
        cti=claims[7],
        units=profile.get(10),
        passport_name=profile.get(11),
        blank_number=profile.get(12),
        replaces=profile.get(13),
    )


def _check(claims: Any) -> int:
    """The expiry day of claims that keep every rule."""
    if type(claims) is not dict:
        raise Malformed("claims", "not a map")
    if PROFILE not in claims and any(key in claims for key in _LATER):
        raise TooNew("profile", "a later profile")
    if claims.keys() != {4, 7, PROFILE}:
        raise Malformed("claims", "not the claims of a certificate")
    exp, cti, profile = claims[4], claims[7], claims[PROFILE]
    _check_profile(profile)
    if type(exp) is not int or (exp + WIB) % DAY:
        raise Malformed("dates", "exp is not the end of a day at UTC+7")
    expiry_day = (exp + WIB) // DAY - 1
    if not profile[8] <= expiry_day <= LAST_DAY:
        raise Malformed("dates", "the expiry date is before the issue date or past 9999")
    if type(cti) is not bytes or len(cti) != 16:
        raise Malformed("cti", "not 16 bytes")
    return int(expiry_day)


def _check_profile(profile: Any) -> None:
    if type(profile) is not dict or not _REQUIRED <= profile.keys() <= _KNOWN:
        raise Malformed("claims", "not the fields of a certificate")
    for key, limit in _TEXTS.items():
        if key in profile:
            check_text(profile[key], limit)
    index = _integer(profile[1], 1, 2**31 - 1, "index")
    issued = _integer(profile[8], 0, LAST_DAY, "dates")
    _integer(profile[5], FIRST_BIRTH, issued, "dates")
    _integer(profile[7], 0, cbor.LARGEST, "lsp")
    if type(profile[9]) is not bytes or len(profile[9]) != 16:
        raise Malformed("scheme-digest", "not 16 bytes")
    if 10 in profile:
        units = profile[10]
        if type(units) is not bytes or not 1 <= len(units) <= 32 or units[-1] == 0:
            raise Malformed("units", "not a bitmap of 1 to 32 bytes whose last is not zero")
    if 13 in profile:
        _integer(profile[13], 0, index - 1, "replaces")


def _integer(value: object, low: int, high: int, code: str) -> int:
    if type(value) is not int or not low <= value <= high:
        raise Malformed(code, f"not a whole number from {low} to {high}")
    return value
