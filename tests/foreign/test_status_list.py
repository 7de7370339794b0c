"""Our status list, read by a Token Status List library that is not ours: PyPI token-status-list.

It reads the list itself, the claim 65533; the CWT around it is opened with plain cbor2. No library
was found that reads the CWT form whole: npm's @owf/token-status-list (0.3.0-alpha) refuses every
list without the optional ``aggregation_uri`` (docs/decisions/0013).
"""

from __future__ import annotations

import base64
import random
import zlib

import cbor2
import pytest
from token_status_list import BitArray

from signing import keys, status
from signing.status import ENTRIES, StatusList

ID = "cek.example.go.id"
NOW = 1_795_661_940
SIGNER = keys.PrivateKey.from_seed(bytes(range(32)))


def published(number: int, states: dict[int, int]) -> bytes:
    """A signed list with these states, by registry index."""
    bits = bytearray(status.LENGTH)
    for index, state in states.items():
        at = index - number * ENTRIES
        bits[at >> 2] |= state << 2 * (at & 3)
    return status.sign(ID, StatusList(number, NOW, bytes(bits)), SIGNER)


def claims(data: bytes) -> dict[int, object]:
    """The claims of a CWT, and what stands around them as the IETF draft has it."""
    frame = cbor2.loads(data)
    assert frame.tag == 18
    protected, unprotected, payload, signature = frame.value
    assert cbor2.loads(protected)[16] == "application/statuslist+cwt"
    assert (unprotected, len(signature)) == ({}, 64)
    found: dict[int, object] = cbor2.loads(payload)
    return found


def read(data: bytes) -> BitArray:
    held = claims(data)[65_533]
    assert isinstance(held, dict)
    text = base64.urlsafe_b64encode(held["lst"]).rstrip(b"=").decode()
    return BitArray.load({"bits": held["bits"], "lst": text})


@pytest.mark.parametrize("number", [0, 3])
def test_every_state_is_the_same_to_it(number: int) -> None:
    drawn, first = random.Random(number), number * ENTRIES
    indexes = [first, first + ENTRIES - 1, *drawn.sample(range(first, first + ENTRIES), 4_000)]
    states = {index: drawn.randrange(4) for index in indexes}
    data = published(number, states)
    held = read(data)
    ours = status.parse(data, ID, [SIGNER.public])
    assert len(held) == ENTRIES
    for index in range(first, first + ENTRIES):
        wanted = states.get(index, 0)
        assert held.get(index - first) == wanted
        assert ours.state(index) == wanted
    assert claims(data)[2] == f"https://{ID}/status/{number}.cwt"
    assert claims(data)[6] == NOW


def test_it_reads_an_empty_list() -> None:
    held = read(published(0, {}))
    assert not any(held.lst)


def test_a_list_that_it_writes_is_read_by_us() -> None:
    """Its own order of bits, the other way round."""
    theirs = BitArray.of_size(2, ENTRIES)
    states = {0: 1, 1: 2, 2: 3, 5: 1, ENTRIES - 1: 3}
    for index, state in states.items():
        theirs.set(index, state)
    ours = StatusList(0, NOW, zlib.decompress(theirs.compressed()))
    assert {i: int(ours.state(i)) for i in range(ENTRIES) if ours.state(i)} == states
