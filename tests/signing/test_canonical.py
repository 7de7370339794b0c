"""Canonical JSON, base64 and times against canonical.json, and round trips."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import canonical
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named

READERS = {
    "json": canonical.loads,
    "base64": lambda text: canonical.b64decode(text).hex(),
    "base64url": lambda text: canonical.b64url_decode(text).hex(),
    "time": canonical.time_seconds,
}
WRITERS = {
    "json": canonical.dumps,
    "base64": lambda value: canonical.b64encode(bytes.fromhex(value)),
    "base64url": lambda value: canonical.b64url_encode(bytes.fromhex(value)),
    "time": canonical.time_text,
}
CASES = cases("canonical")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_vector(case: Case) -> None:
    given_answer = answer(lambda: READERS[case["kind"]](case["text"]))
    assert agrees(given_answer, case["expect"])
    if "ok" in given_answer:
        assert WRITERS[case["kind"]](given_answer["ok"]) == case["text"]


def test_enough_wrong_texts_were_tried() -> None:
    wrong = [case for case in CASES if "malformed" in case["expect"]]
    print(f"{len(wrong)} wrong texts")
    assert len(wrong) >= 120


PRINTABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, canonical.LARGEST) | PRINTABLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.from_regex(r"[a-z][a-z0-9_./-]{0,5}", fullmatch=True), inner, max_size=3
        )
    ),
    max_leaves=12,
)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


@pytest.mark.no_cover  # many random values: every branch is traced in the others
@given(VALUES)
def test_what_is_printed_is_read_back(value: Any) -> None:
    text = canonical.dumps(value)
    if _depth(value) <= canonical.DEPTH:
        assert canonical.loads(text) == value
    else:
        with pytest.raises(Malformed):
            canonical.loads(text)


@given(st.text(max_size=30))
def test_a_text_that_is_read_prints_to_itself(text: str) -> None:
    for reader, writer in ((canonical.loads, canonical.dumps), *_bytes_codecs()):
        try:
            value = reader(text)
        except Malformed:
            continue
        assert writer(value) == text


def _bytes_codecs() -> tuple[tuple[Any, Any], ...]:
    return (
        (canonical.b64decode, canonical.b64encode),
        (canonical.b64url_decode, canonical.b64url_encode),
        (canonical.time_seconds, canonical.time_text),
    )


@given(st.binary(max_size=40), st.integers(0, 253_402_300_799))
def test_bytes_and_times_come_back(data: bytes, seconds: int) -> None:
    assert canonical.b64decode(canonical.b64encode(data)) == data
    assert canonical.b64url_decode(canonical.b64url_encode(data)) == data
    assert canonical.time_seconds(canonical.time_text(seconds)) == seconds


@pytest.mark.parametrize("value", [None, 7, True, b"2026-01-01T00:00:00Z", ["x"]])
def test_a_time_is_a_text(value: object) -> None:
    with pytest.raises(Malformed, match="time"):
        canonical.time_seconds(value)
