"""Deterministic CBOR: what the walk and the second encoding each have to catch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import cbor
from signing.reasons import Malformed
from tests.vectors.cbor_parts import integer, mapping, text

INTEGERS = st.integers(-cbor.LARGEST, cbor.LARGEST)
LEAVES = INTEGERS | st.binary(max_size=5) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INTEGERS, inner, max_size=3),
    max_leaves=8,
)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


@given(VALUES)
def test_value_comes_back(value: Any) -> None:
    data = cbor.encode(value)
    if _depth(value) <= cbor.DEPTH:
        assert cbor.decode(data) == value
    else:
        with pytest.raises(Malformed):
            cbor.decode(data)


@given(st.binary(max_size=60))
def test_bytes_that_are_read_encode_to_themselves(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "cbor"),
        (b"\x1b\x00\x20" + bytes(6), "cbor-type"),
        (b"\x3b\x00\x1f" + b"\xff" * 6, "cbor-type"),
        (b"\xf5", "cbor-type"),
        (b"\xf6", "cbor-type"),
        (b"\xf9\x3e\x00", "cbor-type"),
        (b"\xc2\x49\x01" + bytes(8), "cbor-type"),
        (b"\xc2\x41\x01", "cbor-form"),
        (b"\x18\x17", "cbor-form"),
        (b"\x00\x00", "cbor-form"),
        (b"\x9f\xff", "cbor"),
        (b"\xa2\x00\x00\x00\x00", "cbor"),
        (b"\x61\xff", "cbor"),
        (b"\xa1\x61a\x00", "cbor-type"),
        (b"\xa1\x80\x00", "cbor*"),
        (b"\xa1\x1b\x00\x20" + bytes(6) + b"\x00", "cbor-type"),
        (b"\xa1\x3b\x00\x1f" + b"\xff" * 6 + b"\x00", "cbor-type"),
        (b"\xd8\x1c\x81\xd8\x1d\x00", "cbor*"),
        (b"\xd9\x01\x02\x81\x00", "cbor*"),
        (b"\xc0\x61x", "cbor*"),
        (b"\x81" * 5 + b"\x00", "cbor*"),
        (b"\x81" * 100_000, "cbor*"),
        (b"\x5b" + b"\xff" * 8, "cbor*"),
        (b"\x9b" + b"\xff" * 8, "cbor*"),
        (b"\xbb" + b"\xff" * 8, "cbor*"),
    ],
)
def test_refused(data: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refusal:
        cbor.decode(data)
    assert refusal.value.code.startswith(code.rstrip("*"))
    assert code.endswith("*") or refusal.value.code == code


def test_keys_stand_in_the_order_of_their_bytes() -> None:
    data = mapping([(integer(100), integer(1)), (integer(-1), mapping([]))])
    assert cbor.encode({-1: {}, 100: 1}) == data
    assert list(cbor.decode(data)) == [100, -1]
    assert cbor.encode({1: [{-1: {}, 100: 1}]}) == b"\xa1\x01\x81" + data
    nested = cbor.encode([{65_533: {"lst": 1, "bits": 2}}])
    assert nested.index(b"lst") < nested.index(b"bits")
    with pytest.raises(Malformed, match="deterministic form"):
        cbor.decode(mapping([(integer(-1), mapping([])), (integer(100), integer(1))]))


def test_a_key_is_not_taken_for_one_that_equals_it() -> None:
    assert cbor.encode({1: 0, 2: 0}) == b"\xa2\x01\x00\x02\x00"
    assert cbor.encode({True: 0, 2: 0}) == b"\xa2\x02\x00\xf5\x00"


def test_the_largest_numbers_are_read_as_key_and_as_value() -> None:
    largest = 2**53 - 1
    for number in (largest, -largest):
        for value in (number, {number: number}, [number]):
            assert cbor.decode(cbor.encode(value)) == value
    for number in (largest + 1, -largest - 1):
        for value in (number, {number: 0}, {0: number}, [number]):
            with pytest.raises(Malformed, match="cbor-type: an integer outside"):
                cbor.decode(cbor.encode(value))


def test_text_keys_only_right_inside_65533() -> None:
    inner = mapping([(text("a"), integer(1))])
    assert cbor.decode(mapping([(integer(65_533), inner)])) == {65_533: {"a": 1}}
    mixed = mapping([(integer(1), integer(1)), (text("a"), integer(1))])
    for data in (
        inner,
        mapping([(integer(1), inner)]),
        mapping([(integer(65_533), b"\x81" + inner)]),
        mapping([(integer(65_533), mapping([(text("a"), inner)]))]),
        mapping([(integer(65_533), mixed)]),
    ):
        with pytest.raises(Malformed, match="key of another type"):
            cbor.decode(data)
