"""The numbers of docs/formats.md and docs/verdicts.md, and that what was read stays as it was."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from typing import Any

import pytest

import signing
from signing import (
    build_note,
    canonical,
    cbor,
    certificate,
    cose,
    fragment,
    keys,
    merkle,
    note,
    status,
    trust,
    verify,
)
from signing.reasons import Level, Malformed, Reason
from tests.vectors.world import key

NUMBERS = {
    "seconds a note may lie ahead": (build_note.AHEAD, 86_400),
    "largest number in JSON": (canonical.LARGEST, 9_007_199_254_740_991),
    "levels of JSON": (canonical.DEPTH, 8),
    "largest number in CBOR": (cbor.LARGEST, 9_007_199_254_740_991),
    "levels of CBOR": (cbor.DEPTH, 4),
    "bytes of the largest certificate made": (cose.MAX_ISSUED, 374),
    "bytes above which an issuer is told": (cose.NOTE_OVER, 293),
    "bytes of the largest certificate read": (cose.MAX_READ, 512),
    "digits of the largest certificate read": (fragment.MAX_DIGITS, 1_234),
    "characters shown of a foreign address": (fragment.SHOWN, 200),
    "rounds of bcrypt": (keys.ROUNDS, 128),
    "largest log": (merkle.MAX_SIZE, 2_147_483_648),
    "hashes of a tile": (merkle.TILE, 256),
    "bytes of the largest note": (note.LIMIT, 65_536),
    "bytes of the largest trust document": (note.TRUST_LIMIT, 1_048_576),
    "signature lines of a note": (note.MAX_LINES, 64),
    "entries of a status list": (status.ENTRIES, 131_072),
    "bytes of a status list": (status.LENGTH, 32_768),
    "bytes of the largest packed status list": (status.LIMIT, 65_536),
    "versions walked at once": (trust.HOPS, 256),
    "seconds a clock may lie behind": (verify.CLOCK_SLACK, 300),
    "last day of the year 9999": (certificate.LAST_DAY, 2_932_896),
}


@pytest.mark.parametrize("what", NUMBERS)
def test_number_of_the_format(what: str) -> None:
    held, written = NUMBERS[what]
    assert held == written


def test_the_order_of_the_group_and_its_field() -> None:
    """Written as RFC 8032 section 5.1 prints them."""
    assert int("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed", 16) == keys.P
    assert int("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16) == keys.L


def test_most_bytes_of_each_text() -> None:
    assert certificate.TEXT_LIMITS == {
        "number": 40,
        "registration": 40,
        "name": 80,
        "passport_name": 80,
        "scheme": 40,
        "blank_number": 20,
    }


def test_what_a_trust_document_of_any_version_begins_with() -> None:
    assert trust.PREFIX == b"absah-trust/"
    assert trust.text_of({}).encode().startswith(trust.PREFIX)


LEVELS = {
    Level.RED: """foreign-code unknown-key signature-mismatch key-compromised out-of-scope
        not-in-log revoked superseded suspended expired not-yet-valid""",
    Level.AMBER: """conflict clock-wrong key-unchecked trust-expired log-unchecked
        status-stale""",
    Level.GREEN: "valid",
    Level.GREY: "too-new other-code malformed",
}


def test_level_of_each_reason() -> None:
    told = {reason.value: reason.level for reason in Reason}
    assert told == {word: level for level, words in LEVELS.items() for word in words.split()}
    assert [level.value for level in Level] == ["green", "amber", "red", "grey"]


def test_a_note_of_exactly_the_limit_is_read() -> None:
    line = note.sign_line("x\n", "cek.example/root/a", key("root a"))
    for limit, given in ((65_536, {}), (1_048_576, {"limit": note.TRUST_LIMIT})):
        data = note.assemble("x" * (limit - len(line.encode()) - 2) + "\n", [line])
        assert len(data) == limit
        assert len(note.parse(data, **given).lines) == 1
        with pytest.raises(Malformed, match="too long"):
            note.parse(b"x" + data, **given)


def _names(record: type) -> tuple[str, ...]:
    """The fields of a named tuple or a data class; none of any other class."""
    if dataclasses.is_dataclass(record):
        return tuple(field.name for field in dataclasses.fields(record))
    return getattr(record, "_fields", ())


def _records() -> list[Any]:
    """Every class of the package that holds what was read or found."""
    modules = [m.name for m in pkgutil.iter_modules(signing.__path__) if m.name != "pkcs11"]
    found: dict[str, Any] = {}
    for name in modules:
        for value in vars(importlib.import_module(f"signing.{name}")).values():
            if isinstance(value, type) and (_names(value) and value.__module__ != "typing"):
                found[value.__qualname__] = value
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize("record", _records(), ids=lambda record: record.__name__)
def test_what_was_read_cannot_be_changed(record: Any) -> None:
    held = record.__new__(record, *(None for _ in _names(record)))
    for name in _names(record):
        with pytest.raises(AttributeError):
            setattr(held, name, None)
    assert not hasattr(held, "__dict__")


def test_a_certificate_is_made_by_name() -> None:
    made: Any = certificate.Certificate
    with pytest.raises(TypeError, match="positional"):
        made(*[None] * 15)


def test_what_is_not_given_is_not_there() -> None:
    opened = verify.Opened(Reason.MALFORMED)
    assert tuple(opened) == (Reason.MALFORMED, None, b"", None, None, "")
    assert not any(verify.Evidence(opened)[1:])
    skipped = verify.Answers("skipped", "skipped", "skipped")
    assert tuple(verify.Verdict(Reason.VALID)) == (Reason.VALID, "", skipped, None, "", 0)
    assert tuple(fragment.Code()) == (None, None, "")
    assert str(Malformed("code")) == "code"
