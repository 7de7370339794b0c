"""Digits, share form and whose address it is, against fragments.json and addresses.json."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import fragment
from signing.cose import MAX_READ
from signing.reasons import Malformed, Reason
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors.make import load

FRAGMENTS = cases("fragments")
SITE = "https://cek.example/"


@pytest.mark.parametrize("case", FRAGMENTS, ids=named)
def test_fragment_vector(case: Case) -> None:
    if case["kind"] == "read":
        read = answer(lambda: fragment.from_payload_text(case["text"]).hex())
        assert agrees(read, case["expect"])
        return
    data, texts = bytes.fromhex(case["data"]), case["expect"]["ok"]
    assert fragment.digits(data) == texts["digits"]
    assert fragment.share(data) == texts["share"]
    assert fragment.from_payload_text(texts["digits"]) == data
    assert fragment.from_payload_text(texts["share"]) == data


@pytest.mark.parametrize("case", cases("addresses"), ids=named)
def test_address_vector(case: Case) -> None:
    code = fragment.read(case["text"], case["addresses"])
    assert _told(code) == case["expect"]


def _told(code: fragment.Code) -> dict[str, Any]:
    if code.data is not None:
        assert code.reason is None
        return {"data": code.data.hex()}
    assert code.reason is not None
    return {"reason": code.reason.value, "host": code.host}


def test_width_of_every_size() -> None:
    widths = load("fragments")["widths"]
    assert [[size, fragment.width(size)] for size in range(1, MAX_READ + 1)] == widths
    assert fragment.width(MAX_READ) == fragment.MAX_DIGITS


def test_every_number_of_digits_is_one_size_or_refused() -> None:
    sizes = {width: size for size, width in load("fragments")["widths"]}
    refused = 0
    for count in range(1, fragment.MAX_DIGITS + 2):
        text = "0" * count
        given_answer = answer(partial(fragment.from_payload_text, text))
        if count in sizes:
            assert given_answer == {"ok": bytes(sizes[count])}
        else:
            assert given_answer == {"malformed": "fragment"}
            refused += 1
    print(f"{refused} numbers of digits refused")
    assert refused == fragment.MAX_DIGITS + 1 - MAX_READ


@given(st.binary(min_size=1, max_size=MAX_READ))
def test_bytes_come_back_from_both_forms(data: bytes) -> None:
    assert fragment.from_payload_text(fragment.digits(data)) == data
    assert fragment.from_payload_text(fragment.share(data)) == data
    assert fragment.read(fragment.qr_text(SITE, data), [SITE]).data == data


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    for addresses in (None, [SITE]):
        code = fragment.read(text, addresses)
        assert (code.data is None) != (code.reason is None)
        assert len(code.host) <= fragment.SHOWN


@given(st.text("0123456789", min_size=1, max_size=120))
def test_digits_have_one_text(text: str) -> None:
    try:
        data = fragment.from_payload_text(text)
    except Malformed:
        return
    assert fragment.digits(data) == text


def test_no_address_at_hand_is_not_no_trust() -> None:
    text = f"{SITE}#{fragment.digits(bytes.fromhex('d28449'))}"
    assert fragment.read(text, []).reason is Reason.FOREIGN_CODE
    assert fragment.read(text, None).data == bytes.fromhex("d28449")
