"""The one frame of a certificate: COSE_Sign1 (RFC 9052 section 4.2) in a single fixed shape.

::

    d2                          tag 18 (COSE_Sign1)
    84                          array of four
    49 a2 01 32 04 44 <kid 4>   protected header {1: -19, 4: kid}
    a0                          unprotected header: empty, always
    58|59 <length> <payload>    byte string, shortest length
    58 40 <signature 64>

It is split by position, so a signature is checked before any CBOR of the payload is decoded.
"""

from __future__ import annotations

from typing import NamedTuple

from signing import keys
from signing.reasons import Malformed

MAX_ISSUED = 374
"""Bytes of the largest certificate that an issuer makes (symbol version 15-M)."""
NOTE_OVER = 293
"""Bytes above which the issuer notes a larger symbol."""
MAX_READ = 512
"""Bytes of the largest certificate that a reader takes."""
PREFIX = bytes.fromhex("d28449a201320444")


class Frame(NamedTuple):
    """A certificate cut into its parts. Nothing in it has been checked yet."""

    kid: bytes
    payload: bytes
    signature: bytes
    signed: bytes
    """The Sig_structure, the bytes under the signature (RFC 9052 section 4.4)."""


def split(data: bytes) -> Frame:
    """Cut a certificate into its parts by position. Malformed unless it has the one shape."""
    if len(data) > MAX_READ:
        raise Malformed("frame", "too long")
    if data[:8] != PREFIX or data[12:13] != b"\xa0":
        raise Malformed("frame", "not the frame of a certificate")
    start = _payload_start(data)
    payload, tail = data[start:-66], data[-66:]
    if len(data) < start + 66 or tail[:2] != b"\x58\x40":
        raise Malformed("frame", "no signature of 64 bytes")
    if data[13:start] != byte_string_head(len(payload)) or not payload:
        raise Malformed("frame", "the length of the payload is not as stated")
    return Frame(data[8:12], payload, tail[2:], sig_structure(data[8:12], payload))


def _payload_start(data: bytes) -> int:
    head = data[13] if len(data) > 13 else 0
    if head == 0x58:
        return 15
    if head == 0x59:
        return 16
    if 0x41 <= head <= 0x57:
        return 14
    raise Malformed("frame", "no payload")


def byte_string_head(length: int) -> bytes:
    """The shortest head of a CBOR byte string of ``length`` < 65,536 bytes."""
    if length < 24:
        return bytes([0x40 | length])
    if length < 256:
        return bytes([0x58, length])
    return b"\x59" + length.to_bytes(2, "big")


def sig_structure(kid: bytes, payload: bytes) -> bytes:
    """``["Signature1", protected, h'', payload]``: the bytes under a certificate's signature."""
    protected = b"\x49\xa2\x01\x32\x04\x44" + kid
    return b"\x84\x6aSignature1" + protected + b"\x40" + byte_string_head(len(payload)) + payload


def sign(payload: bytes, signer: keys.Signer) -> bytes:
    """The signed certificate, as bytes, over an encoded payload."""
    kid = keys.kid(signer.public)
    return join(kid, payload, signer.sign(sig_structure(kid, payload)))


def join(kid: bytes, payload: bytes, signature: bytes) -> bytes:
    """Put the parts of a certificate into its frame."""
    head = PREFIX + kid + b"\xa0" + byte_string_head(len(payload))
    return head + payload + b"\x58\x40" + signature


def check(frame: Frame, x: bytes) -> bool:
    """Whether the frame's signature holds under the public key ``x``."""
    return keys.verify(x, frame.signed, frame.signature)
