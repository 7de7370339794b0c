"""Status lists against status.json."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import status
from signing.canonical import b64decode
from signing.reasons import Malformed
from signing.status import State, StatusList
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors import status_cases
from tests.vectors.make import load
from tests.vectors.world import ID, key, sha256

FILE = load("status")
PUBLISHERS = [bytes.fromhex(x) for x in FILE["publishers"]]
CASES = cases("status")


def _read(case: Case) -> dict[str, Any]:
    found = status.parse(b64decode(case["data"]), FILE["registry"], PUBLISHERS)
    asked = [index for index, _ in case["expect"].get("ok", {}).get("states", [])]
    states = [[index, found.state(index).value] for index in asked]
    return {"number": found.number, "issued": found.issued, "states": states}


@pytest.mark.parametrize("case", CASES, ids=named)
def test_vector(case: Case) -> None:
    assert agrees(answer(lambda: _read(case)), case["expect"])


def test_enough_wrong_lists_were_tried() -> None:
    wrong = [case for case in CASES if "ok" not in case["expect"]]
    print(f"{len(wrong)} wrong lists")
    assert len(wrong) >= 90


def test_size_limits() -> None:
    noise = b"".join(sha256(b"%d" % n) for n in range(status.LENGTH // 32))
    data = status.sign(ID, StatusList(0, 0, noise), key("publisher 1"))
    assert status.parse(data, ID, PUBLISHERS).bits == noise
    for bits in (noise[:-1], noise + b"\0", b""):
        with pytest.raises(Malformed, match="status-bits: not exactly"):
            status.sign(ID, StatusList(0, 0, bits), key("publisher 1"))


def _of_length(length: int) -> bytes:
    """A sound list of exactly so many bytes: empty blocks stand before those that are stored."""
    bits = bytes(status.LENGTH)
    end = b"\1\0\x80\xff\x7f" + bits + zlib.adler32(bits).to_bytes(4, "big")
    for number in (0, 10, 100, 1_000, 10_000):
        sub = f"https://{ID}/status/{number}.cwt"
        for blocks in range(6_470, 6_530):
            lst = b"\x78\x01" + blocks * b"\0\0\0\xff\xff" + end
            data = status_cases.frame(status_cases.payload(sub=sub, lst=lst))
            if len(data) == length:
                return data
    raise AssertionError(length)


def test_a_file_of_exactly_the_limit_is_read() -> None:
    fits, over = _of_length(65_536), _of_length(65_537)
    assert status.parse(fits, ID, PUBLISHERS).bits == bytes(status.LENGTH)
    with pytest.raises(Malformed, match="status: too long"):
        status.parse(over, ID, PUBLISHERS)


@given(st.dictionaries(st.integers(0, status.ENTRIES - 1), st.integers(0, 3), max_size=8))
def test_states_come_back(states: dict[int, int]) -> None:
    bits = bytearray(status.LENGTH)
    for at, state in states.items():
        bits[at >> 2] |= state << 2 * (at & 3)
    held = StatusList(3, 7, bytes(bits))
    again = status.parse(status.sign(ID, held, key("publisher 1")), ID, PUBLISHERS)
    assert again == held
    for at, state in states.items():
        assert again.state(3 * status.ENTRIES + at) is State(state)


def test_which_list_covers_an_index() -> None:
    first, second = StatusList(0, 0, b""), StatusList(1, 0, b"")
    assert first.covers(0)
    assert first.covers(status.ENTRIES - 1)
    assert not first.covers(status.ENTRIES)
    assert second.covers(status.ENTRIES)
    assert not second.covers(status.ENTRIES - 1)


@pytest.mark.parametrize(
    ("size", "count"), [(1, 1), (2**17, 1), (2**17 + 1, 2), (2**18, 2), (2**31, 2**14)]
)
def test_lists_for_a_size(size: int, count: int) -> None:
    assert status.lists_for(size) == range(count)


def test_changes_that_a_newer_list_may_show() -> None:
    never = {(1, 0), (1, 2), (1, 3), (3, 0), (3, 2)} | {(state, state) for state in range(4)}
    every = {(old, new) for old in range(4) for new in range(4)}
    assert every - never == status.ALLOWED


def test_path_holds_the_digest() -> None:
    assert status.path(4, b"") == "status/4-e3b0c44298fc1c14.cwt"
