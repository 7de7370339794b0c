"""The frame, its signature and the claims, against certificates.json, and round trips."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import certificate, cose
from signing.certificate import Certificate
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors.make import load
from tests.vectors.world import TODAY, certificate_of, fields_of, key, sha256

CASES = cases("certificates")
KEYS = {name: bytes.fromhex(x) for name, x in load("certificates")["keys"].items()}


def _read(case: Case) -> dict[str, Any]:
    data, x = bytes.fromhex(case["data"]), KEYS[case["key"]]
    frames: list[cose.Frame] = []
    outer = answer(lambda: frames.append(cose.split(data)))
    if "ok" not in outer:
        return outer
    [frame] = frames
    if not cose.check(frame, x):
        return {"signature": False}
    assert cose.join(frame.kid, frame.payload, frame.signature) == data
    return answer(lambda: fields_of(certificate.decode_payload(frame.payload)))


@pytest.mark.parametrize("case", CASES, ids=named)
def test_vector(case: Case) -> None:
    assert agrees(_read(case), case["expect"])


@pytest.mark.parametrize("case", [c for c in CASES if "ok" in c["expect"]], ids=named)
def test_sound_certificate_is_written_as_it_was_read(case: Case) -> None:
    data = bytes.fromhex(case["data"])
    read = certificate.decode_payload(cose.split(data).payload)
    assert cose.sign(certificate.encode_payload(read), key(case["key"])) == data


def test_enough_wrong_certificates_were_tried() -> None:
    wrong = [case for case in CASES if "ok" not in case["expect"]]
    print(f"{len(wrong)} wrong certificates")
    assert len(wrong) >= 200


LETTERS = sorted(c for c in map(chr, range(0x2020)) if not certificate.text_fault(c, 3))


def _texts(limit: int) -> st.SearchStrategy[str]:
    words = st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=6)
    return words.map(" ".join).filter(lambda text: len(text.encode()) <= limit)


CERTIFICATES = st.builds(
    certificate_of,
    index=st.integers(7, 2**31 - 1),
    number=_texts(40),
    registration=_texts(40),
    name=_texts(80),
    birth_day=st.integers(-36_524, TODAY),
    scheme=_texts(40),
    lsp=st.integers(0, 2**53 - 1),
    issue_day=st.integers(TODAY, 2_932_896),
    scheme_digest=st.binary(min_size=16, max_size=16),
    expiry_day=st.just(2_932_896),
    cti=st.binary(min_size=16, max_size=16),
    units=st.none() | st.binary(max_size=31).map(lambda data: data + b"\x01"),
    passport_name=st.none() | _texts(80),
    blank_number=st.none() | _texts(20),
    replaces=st.none() | st.integers(0, 6),
)


@given(CERTIFICATES)
def test_any_sound_certificate_comes_back(c: Certificate) -> None:
    payload = certificate.encode_payload(c)
    assert certificate.decode_payload(payload) == c
    frame = cose.split(cose.join(b"abcd", payload, bytes(64)))
    assert (frame.kid, frame.payload) == (b"abcd", payload)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (cose.split, certificate.decode_payload):
        try:
            read(data)
        except Malformed:
            continue
        assert read is cose.split


def test_letters_of_the_repertoire() -> None:
    allowed = {*range(0x20, 0x7F), *range(0xC0, 0x180), 0x2019} - {0x20, 0xD7, 0xF7}
    assert {ord(letter) for letter in LETTERS} == allowed


@pytest.mark.parametrize(
    ("text", "limit", "fault"),
    [
        ("Siti", 4, None),
        ("", 4, "empty"),
        ("Sitia", 4, "too-long"),
        ("Sit\u00e9", 4, "too-long"),
        (" Siti", 9, "spaces"),
        ("Siti ", 9, "spaces"),
        ("Si  ti", 9, "spaces"),
        ("Si\tti", 9, "characters"),
        ("\ud800", 9, "characters"),
    ],
)
def test_text_fault(text: str, limit: int, fault: str | None) -> None:
    assert certificate.text_fault(text, limit) == fault


def test_the_fault_of_a_text_is_told() -> None:
    certificate.check_text("Siti", 4)
    for text, fault in (("Sitia", "too-long"), (b"Siti", "type"), (None, "type")):
        with pytest.raises(Malformed, match=f"^text: {fault}$"):
            certificate.check_text(text, 4)


def test_a_letter_that_may_not_stand_is_told_before_blanks_too_many() -> None:
    for point in range(0x2100):
        fault = certificate.text_fault(f"x  {chr(point)}", 9)
        known = point == 0x20 or chr(point) in LETTERS
        assert fault == ("spaces" if known else "characters"), point


def test_an_issuer_cannot_write_what_no_reader_takes() -> None:
    wrong: list[dict[str, Any]] = [
        {"index": 0},
        {"index": True},
        {"name": ""},
        {"name": "x" * 81},
        {"name": None},
        {"birth_day": TODAY},
        {"birth_day": -2, "issue_day": -1},
        {"expiry_day": TODAY - 21},
        {"expiry_day": 2_932_897},
        {"lsp": -1},
        {"cti": b""},
        {"scheme_digest": bytes(32)},
        {"units": b"\x01\x00"},
        {"replaces": 7},
    ]
    for fields in wrong:
        with pytest.raises(Malformed):
            certificate.encode_payload(certificate_of(**fields))


@pytest.mark.parametrize("field", certificate.TEXT_LIMITS)
def test_a_text_of_exactly_its_limit_is_read(field: str) -> None:
    limit = certificate.TEXT_LIMITS[field]
    held = certificate_of(**{field: "x" * limit})
    assert certificate.decode_payload(certificate.encode_payload(held)) == held
    with pytest.raises(Malformed, match="text: too-long"):
        certificate.encode_payload(certificate_of(**{field: "x" * (limit + 1)}))


def test_days() -> None:
    assert certificate.day_of(date(1970, 1, 1)) == 0
    assert certificate.day_of(date(1870, 1, 1)) == certificate.FIRST_BIRTH
    assert certificate.day_of(date(9999, 12, 31)) == certificate.LAST_DAY
    for day in (-36_524, -1, 0, TODAY, 2_932_896):
        assert certificate.day_of(certificate.date_of(day)) == day


def test_the_days_of_a_certificate_are_whole_in_both_countries() -> None:
    c = certificate_of(issue_day=0, birth_day=0, expiry_day=0)
    assert c.begins == -32_400
    assert c.expires == 86_400 - 25_200


@given(st.sets(st.integers(0, 255), min_size=1), st.integers(256, 256))
def test_unit_bitmap_comes_back(held: set[int], total: int) -> None:
    bitmap = certificate.unit_bitmap(held, total)
    assert certificate.units_held(bitmap, total) == sorted(held)
    assert bitmap is None or bitmap[-1] != 0


def test_unit_bitmap_limits() -> None:
    assert certificate.unit_bitmap([0, 1, 2], 3) is None
    assert certificate.unit_bitmap([2, 0], 3) == b"\x05"
    assert certificate.unit_bitmap([8], 9) == b"\x00\x01"
    assert certificate.units_held(None, 2) == [0, 1]
    assert certificate.units_held(b"\x04", 2) is None
    for held in ([], [3], [0, 3], [-1], [-1, 1]):
        with pytest.raises(ValueError, match="outside the scheme"):
            certificate.unit_bitmap(held, 3)


@pytest.mark.parametrize(
    ("length", "head"),
    [(0, "40"), (23, "57"), (24, "5818"), (255, "58ff"), (256, "590100"), (65_535, "59ffff")],
)
def test_the_shortest_head_of_a_byte_string(length: int, head: str) -> None:
    assert cose.byte_string_head(length).hex() == head


def test_short_payload_heads() -> None:
    """Heads of one byte and of three bytes frame alike; a certificate never is that short."""
    for size in (1, 23, 24, 255, 256, 400):
        payload = sha256(b"x") * 13
        data = cose.sign(payload[:size], key("issuer active"))
        frame = cose.split(data)
        assert frame.payload == payload[:size]
        assert cose.check(frame, key("issuer active").public)
