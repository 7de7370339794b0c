"""Status lists: IETF Token Status List, CWT form, under docs/formats.md section 6.

List ``k`` holds two bits for each registry index in [k * 2^17, (k + 1) * 2^17), least significant
first: 0 valid, 1 revoked, 2 suspended, 3 superseded. Inflated it is always 32,768 bytes.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from signing import cbor, cose, keys
from signing.keys import Signer
from signing.reasons import Malformed

ENTRIES = 2**17
LENGTH = ENTRIES // 4
LIMIT = 64 * 1024
_TYPE = "application/statuslist+cwt"


class State(IntEnum):
    """What the list says about one registry index."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2
    SUPERSEDED = 3


ALLOWED = frozenset({(0, 1), (0, 2), (0, 3), (2, 0), (2, 1), (2, 3), (3, 1)})
"""Changes of state that a newer list may show; never back from 1, nor to 0 from 3."""


class StatusList(NamedTuple):
    """One list, signature checked."""

    number: int
    issued: int
    """When its content last changed, seconds."""
    bits: bytes

    def covers(self, index: int) -> bool:
        """Whether a registry index falls into this list."""
        return index // ENTRIES == self.number

    def state(self, index: int) -> State:
        """The state of a registry index that this list covers."""
        at = index - self.number * ENTRIES
        return State(self.bits[at >> 2] >> 2 * (at & 3) & 3)


def lists_for(size: int) -> range:
    """Numbers of the lists of a log of ``size`` entries."""
    return range((size - 1) // ENTRIES + 1)


def path(number: int, data: bytes) -> str:
    """Path of a list's file: its number and the start of its digest."""
    return f"status/{number}-{hashlib.sha256(data).hexdigest()[:16]}.cwt"


def _protected(kid: bytes) -> bytes:
    return cbor.encode({1: -19, 4: kid, 16: _TYPE})


def _signed(protected: bytes, payload: bytes) -> bytes:
    head = cose.byte_string_head
    body = b"\x40" + head(len(payload)) + payload
    return b"\x84\x6aSignature1" + head(len(protected)) + protected + body


def sign(registry: str, status_list: StatusList, signer: Signer) -> bytes:
    """The signed bytes of a list, under LIMIT. Malformed unless it has LENGTH bytes."""
    if len(status_list.bits) != LENGTH:
        raise Malformed("status-bits", "not exactly 32,768 bytes")
    packed = zlib.compress(status_list.bits, 9)
    sub = f"https://{registry}/status/{status_list.number}.cwt"
    claims = {2: sub, 6: status_list.issued, 65533: {"lst": packed, "bits": 2}}
    payload = cbor.encode(claims)
    protected = _protected(keys.kid(signer.public))
    head = cose.byte_string_head
    data = b"\xd2\x84" + head(len(protected)) + protected + b"\xa0" + head(len(payload)) + payload
    return data + b"\x58\x40" + signer.sign(_signed(protected, payload))


def parse(data: bytes, registry: str, publishers: Iterable[bytes]) -> StatusList:
    """The list in a file signed by one of the publisher keys. Malformed else.

    The signature is checked before the claims are decoded; the caller has already compared the
    digest with the build note.
    """
    if len(data) > LIMIT:
        raise Malformed("status", "too long")
    known = {keys.kid(x): x for x in publishers}
    protected, payload, signature = _split(data)
    x = next((x for kid, x in known.items() if _protected(kid) == protected), None)
    if x is None:
        raise Malformed("status", "not signed by a publisher key")
    if not keys.verify(x, _signed(protected, payload), signature):
        raise Malformed("status-signature", "the signature does not verify")
    return _claims(cbor.decode(payload), registry)


def _split(data: bytes) -> tuple[bytes, bytes, bytes]:
    if data[:2] != b"\xd2\x84" or len(data) < 70 or data[-66:-64] != b"\x58\x40":
        raise Malformed("status", "not the frame of a status list")
    protected, at = _byte_string(data, 2)
    if data[at : at + 1] != b"\xa0":
        raise Malformed("status", "not the frame of a status list")
    payload, end = _byte_string(data, at + 1)
    if end != len(data) - 66:
        raise Malformed("status", "the length of the payload is not as stated")
    return protected, payload, data[-64:]


def _byte_string(data: bytes, at: int) -> tuple[bytes, int]:
    head = data[at] if at < len(data) else 0
    size = {0x58: 1, 0x59: 2}.get(head, 0)
    if not size and not 0x40 <= head <= 0x57:
        raise Malformed("status", "not a byte string")
    start = at + 1 + size
    length = int.from_bytes(data[at + 1 : start], "big") if size else head & 31
    if data[at:start] != cose.byte_string_head(length):
        raise Malformed("status", "not the shortest length")
    return data[start : start + length], start + length


def _claims(claims: object, registry: str) -> StatusList:
    if type(claims) is not dict or claims.keys() != {2, 6, 65533}:
        raise Malformed("status-claims", "not the claims of a status list")
    sub, issued, inner = claims[2], claims[6], claims[65533]
    match = re.fullmatch(
        r"https://(.+)/status/(0|[1-9][0-9]{0,5})\.cwt", sub if type(sub) is str else ""
    )
    if not match or match[1] != registry:
        raise Malformed("status-claims", "the list of another registry")
    if type(issued) is not int or issued < 0:
        raise Malformed("status-claims", "iat is not a time")
    if type(inner) is not dict or inner.keys() != {"lst", "bits"} or inner["bits"] != 2:
        raise Malformed("status-claims", "not a list of two bits an entry")
    if type(inner["lst"]) is not bytes or type(inner["bits"]) is not int:
        raise Malformed("status-claims", "not a list of two bits an entry")
    return StatusList(int(match[2]), issued, _inflate(inner["lst"]))


def _inflate(packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        bits = stream.decompress(packed, LENGTH + 1)
    except zlib.error as error:
        raise Malformed("status-bits", "not a zlib stream") from error
    if len(bits) != LENGTH or not stream.eof or stream.unused_data or stream.unconsumed_tail:
        raise Malformed("status-bits", "not exactly 32,768 bytes")
    return bits
