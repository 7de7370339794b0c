"""certificates.json: every rule of the certificate (docs/formats.md section 1) broken once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signing import cose
from tests.vectors import certificate_claims, edwards
from tests.vectors.world import certificate_of, fields_of, key, malformed, ok

SIGNER = "issuer active"
Case = tuple[str, bytes, dict[str, Any]]

HEAD = ("tag", "array", "protected", "protected-map", "alg-label", "alg", "kid-label", "kid-head")
"""What stands in the first eight bytes."""
ABOUT = (
    "Certificates as hex. A reader splits the frame, checks the signature under `key` (a name in "
    "`keys`: x as hex; `issuer active` unless said), and decodes the payload. `ok`: the fields, "
    "bytes as hex, absent fields left out. `signature: false`: the frame is sound, the signature "
    "does not hold, and nothing of the payload may be decoded."
)


def signed(payload: bytes) -> bytes:
    """Whatever payload, soundly framed and signed."""
    return cose.sign(payload, key(SIGNER))


def _frames() -> Iterator[Case]:
    good = signed(certificate_claims.payload())
    bad = malformed("frame")
    for at, what in enumerate(HEAD):
        yield f"frame-{what}", good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :], bad
    yield "frame-empty", b"", bad
    yield "frame-only-start", good[:13], bad
    yield "frame-no-tag", good[1:], bad
    yield "frame-tag-long-head", b"\xd8\x12" + good[1:], bad
    yield "frame-tag-17", b"\xd1" + good[1:], bad
    yield "frame-second-tag", b"\xd9\xd9\xf7" + good, bad
    yield "frame-array-long-head", good[:1] + b"\x98\x04" + good[2:], bad
    yield "frame-array-indefinite", good[:1] + b"\x9f" + good[2:] + b"\xff", bad
    yield "frame-array-of-five", good[:1] + b"\x85" + good[2:] + b"\xf6", bad
    yield "frame-protected-long-head", good[:2] + b"\x58\x09" + good[3:], bad
    yield "frame-protected-alg-eddsa", good[:2] + b"\x49\xa2\x01\x27\x04\x44" + good[8:], bad
    yield (
        "frame-protected-unsorted",
        good[:2] + b"\x49\xa2\x04\x44" + good[8:12] + b"\x01\x32" + good[12:],
        bad,
    )
    yield (
        "frame-protected-third-entry",
        good[:2] + b"\x4b\xa3\x01\x32\x03\x00\x04\x44" + good[8:],
        bad,
    )
    yield "frame-unprotected-map-of-one", good[:12] + b"\xa1" + good[13:], bad
    yield "frame-unprotected-entry", good[:12] + b"\xa1\x18\x63\x01" + good[13:], bad
    yield "frame-unprotected-kid", good[:12] + b"\xa1\x04\x44" + good[8:12] + good[13:], bad
    yield "frame-unprotected-long-head", good[:12] + b"\xb8\x00" + good[13:], bad
    yield from _payload_frames()


def _payload_frames() -> Iterator[Case]:
    good = signed(certificate_claims.payload())
    bad = malformed("frame")
    yield "frame-payload-long-head", _with_head(good, b"\x59\x00" + good[14:15]), bad
    yield "frame-payload-indefinite", good[:13] + b"\x5f" + good[13:-66] + b"\xff" + good[-66:], bad
    yield "frame-payload-text", good[:13] + b"\x78" + good[14:], bad
    yield "frame-payload-nil", good[:13] + b"\xf6" + good[-66:], bad
    yield "frame-payload-empty", good[:13] + b"\x40" + good[-66:], bad
    yield "frame-payload-length-one-less", good[:14] + bytes([good[14] - 1]) + good[15:], bad
    yield "frame-payload-length-one-more", good[:14] + bytes([good[14] + 1]) + good[15:], bad
    yield "frame-short-payload-in-long-head", good[:13] + b"\x58\x05abcde" + good[-66:], bad
    yield "frame-signature-head", good[:-65] + b"\x41" + good[-64:], bad
    yield "frame-signature-text", good[:-66] + b"\x78" + good[-65:], bad
    yield "frame-signature-63-bytes", good[:-66] + b"\x58\x3f" + good[-64:-1], bad
    yield "frame-signature-65-bytes", good[:-66] + b"\x58\x41" + good[-64:] + b"\0", bad
    yield "frame-no-signature", good[:-66], bad
    yield "frame-trailing-byte", good + b"\0", bad
    yield "frame-cut-one-byte", good[:-1], bad
    yield "frame-512-bytes", _of_size(512), malformed("claims")
    yield "frame-513-bytes", _of_size(513), bad


def _with_head(data: bytes, new: bytes) -> bytes:
    return data[:13] + new + data[15:]


def _of_size(size: int) -> bytes:
    """A certificate of that many bytes, soundly framed and signed, with one unknown text claim."""
    over = len(signed(certificate_claims.payload({-65_600: "x" * 256}))) - 256
    return signed(certificate_claims.payload({-65_600: "x" * (size - over)}))


def _signatures() -> Iterator[Case]:
    payload = certificate_claims.payload()
    good = signed(payload)
    held, false = good[-64:], {"signature": False}
    message = cose.split(good).signed
    yield "signature-bit-of-r", good[:-64] + bytes([held[0] ^ 1]) + held[1:], false
    yield "signature-bit-of-s", good[:-32] + bytes([held[32] ^ 1]) + held[33:], false
    yield (
        "signature-of-another-payload",
        signed(b"\xa0")[:-66][:13] + good[13:-64] + signed(b"\xa0")[-64:],
        false,
    )
    yield "signature-all-zero", good[:-64] + bytes(64), false
    s = int.from_bytes(held[32:], "little") + edwards.L
    yield "signature-s-plus-l", good[:-32] + s.to_bytes(32, "little"), false
    yield "signature-before-payload-is-decoded", signed(b"\xff")[:-64] + held, false
    yield "signature-another-kid", good[:8] + b"\0\0\0\0" + good[12:], false
    weak = edwards.small_order_r(key(SIGNER), SIGNER, message)
    yield "signature-small-order-r", good[:-64] + weak, false
    yield "signature-mixed-order-r", good[:-64] + edwards.mixed_order_r(SIGNER, message), false


def _sound() -> Iterator[Case]:
    for name, changes in certificate_claims.SOUND.items():
        c = certificate_of(**changes)
        yield name, signed(certificate_claims.payload_of(c)), ok(fields_of(c))


def document() -> dict[str, Any]:
    claims = ((name, signed(data), expect) for name, data, expect in certificate_claims.broken())
    every = [*_sound(), *_frames(), *_signatures(), *claims]
    return {
        "about": ABOUT,
        "keys": {SIGNER: key(SIGNER).public.hex()},
        "cases": [
            {"name": name, "key": SIGNER, "data": data.hex(), "expect": expect}
            for name, data, expect in every
        ],
    }
