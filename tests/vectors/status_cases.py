"""status.json: status lists (docs/formats.md section 6), every claim and every byte rule broken."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import cbor2

from signing import keys
from tests.vectors.cbor_parts import byte_string, head, integer, mapping, text
from tests.vectors.world import ID, NOW, b64, key, malformed, ok

ABOUT = (
    "`data`: base64 of a list; `publishers`: public keys (hex) that may sign it; `registry`: its "
    "id. `ok`: number, iat, and the state of some registry indexes: 0 valid, 1 revoked, 2 "
    "suspended, 3 superseded."
)
ENTRIES = 2**17
LENGTH = 32_768
TYPE = "application/statuslist+cwt"
ISSUED = NOW - 90_000
STATES = {0: 1, 1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 130: 3, 131_071: 2}
FRAME = malformed("status")
CLAIMS = malformed("status-claims")
BITS = malformed("status-bits")
CBOR = malformed("cbor*")
Found = tuple[str, bytes, dict[str, Any]]


def bits_of(states: dict[int, int]) -> bytes:
    """Two bits for each entry, least significant first."""
    bits = bytearray(LENGTH)
    for at, state in states.items():
        bits[at // 4] |= state << 2 * (at % 4)
    return bytes(bits)


def pack(bits: bytes) -> bytes:
    return zlib.compress(bits, 9)


def claims_of(**changes: Any) -> dict[Any, Any]:
    """The claims of a list; sub, iat, inner (the map at 65533), lst, bits can be changed."""
    inner = {"lst": changes.get("lst", pack(bits_of(STATES))), "bits": changes.get("bits", 2)}
    return {
        2: changes.get("sub", f"https://{ID}/status/0.cwt"),
        6: changes.get("iat", ISSUED),
        65_533: changes.get("inner", inner),
    }


def payload(**changes: Any) -> bytes:
    return cbor2.dumps(claims_of(**changes), canonical=True)


def protected_of(kid: bytes, alg: int = -19, kind: str = TYPE) -> bytes:
    pairs = [(integer(1), integer(alg)), (integer(4), byte_string(kid)), (integer(16), text(kind))]
    return mapping(pairs)


def frame(claims: bytes, by: str = "publisher 1", protected: bytes | None = None) -> bytes:
    """A list of any claims, soundly framed and signed."""
    held = protected or protected_of(keys.kid(key(by).public))
    body = byte_string(held) + byte_string(b"") + byte_string(claims)
    signature = key(by).sign(b"\x84" + text("Signature1") + body)
    return b"\xd2\x84" + byte_string(held) + b"\xa0" + byte_string(claims) + byte_string(signature)


def _sound() -> Iterator[Found]:
    said = {"number": 0, "issued": ISSUED, "states": [[at, s] for at, s in STATES.items()]}
    yield "list", frame(payload()), ok(said)
    yield "list-by-the-spare-publisher", frame(payload(), "publisher 2"), ok(said)
    stored = zlib.compress(bits_of(STATES), 0)
    yield "list-stored-without-compression", frame(payload(lst=stored)), ok(said)
    clean = {"number": 0, "issued": 0, "states": [[0, 1], [1, 0], [131_071, 0]]}
    yield "list-clean", frame(payload(lst=pack(bits_of({0: 1})), iat=0)), ok(clean)
    second = {"number": 7, "issued": ISSUED, "states": [[7 * ENTRIES + 3, 2], [8 * ENTRIES - 1, 2]]}
    yield "list-7", frame(payload(sub=f"https://{ID}/status/7.cwt")), ok(second)


def _frames() -> Iterator[Found]:
    good = frame(payload())
    kid = keys.kid(key("publisher 1").public)
    held = protected_of(kid)
    at = 2 + len(byte_string(held))
    body = good[at + 1 : -66]
    yield "frame-empty", b"", FRAME
    yield "frame-only-head", good[:60], FRAME
    yield "frame-html", b"<!doctype html><title>404 Not Found</title>" * 3, FRAME
    yield "frame-no-tag", good[1:], FRAME
    yield "frame-tag-17", b"\xd1" + good[1:], FRAME
    yield "frame-array-of-five", good[:1] + b"\x85" + good[2:], FRAME
    yield "frame-array-long-head", good[:1] + b"\x98\x04" + good[2:], FRAME
    yield "frame-trailing-byte", good + b"\0", FRAME
    yield "frame-cut", good[:-1], FRAME
    yield "frame-protected-long-head", b"\xd2\x84\x59\x00" + good[3:], FRAME
    yield "frame-protected-is-a-map", b"\xd2\x84" + held + good[at:], FRAME
    yield "frame-unprotected-entry", good[:at] + b"\xa1\x18\x63\x01" + good[at + 1 :], FRAME
    yield "frame-unprotected-map-of-one", good[:at] + b"\xa1" + good[at + 1 :], FRAME
    yield "frame-payload-long-head", good[: at + 1] + byte_string(payload(), 1) + good[-66:], FRAME
    yield "frame-payload-is-text", good[: at + 1] + b"\x78" + body[1:] + good[-66:], FRAME
    yield "frame-payload-nil", good[: at + 1] + b"\xf6" + good[-66:], FRAME
    yield "frame-payload-one-byte-less", good[: at + 1] + body[:-1] + good[-66:], FRAME
    to_the_end = bytes(200) + b"\x58\x40" + bytes(63)
    yield "frame-ends-before-the-payload", b"\xd2\x84" + byte_string(to_the_end) + b"\xa0", FRAME
    yield "frame-signature-is-text", good[:-66] + b"\x78" + good[-65:], FRAME
    yield "frame-signature-63-bytes", good[:-66] + byte_string(good[-63:]), FRAME
    for name, other in {
        "alg-eddsa": protected_of(kid, alg=-8),
        "other-type": protected_of(kid, kind="application/statuslist+jwt"),
        "no-type": mapping([(integer(1), integer(-19)), (integer(4), byte_string(kid))]),
        "another-kid": protected_of(bytes(4)),
        "of-a-certificate": bytes.fromhex("a201320444") + kid,
        "trailing-byte": held + b"\0",
        "empty": b"\xa0",
    }.items():
        yield f"protected-{name}", frame(payload(), protected=other), FRAME
    yield from _signatures(good)


def _signatures(good: bytes) -> Iterator[Found]:
    broken = malformed("status-signature")
    yield "signature-changed", good[:-1] + bytes([good[-1] ^ 1]), broken
    yield "signature-all-zero", good[:-64] + bytes(64), broken
    small = b"\x01" + bytes(31) + good[-32:]
    yield "signature-small-order-r", good[:-64] + small, broken
    other = frame(payload(iat=ISSUED + 1))
    yield "signature-of-another-list", good[:-64] + other[-64:], broken
    yield "bits-changed", good.replace(payload(), payload(iat=ISSUED + 1)), broken
    kid = keys.kid(key("publisher 1").public)
    forged = frame(payload(), "issuer active", protected_of(kid))
    yield "signed-by-another-key-under-this-kid", forged, broken
    for label in ("issuer active", "log", "root a"):
        name = f"signed-by-{label}".replace(" ", "-")
        yield name, frame(payload(), label), FRAME
    claims = frame(b"\xff")
    yield "signature-before-claims", claims[:-64] + good[-64:], broken


def _claims() -> Iterator[Found]:
    base = claims_of()
    every: dict[str, Any] = {
        "no-sub": {k: v for k, v in base.items() if k != 2},
        "no-iat": {k: v for k, v in base.items() if k != 6},
        "no-list": {k: v for k, v in base.items() if k != 65_533},
        "exp": base | {4: NOW},
        "ttl": base | {65_534: 3600},
        "unknown": base | {1: "BNSP"},
        "certificate": {4: 0, 7: bytes(16), -65_537: {}},
        "array": [1],
        "integer": 7,
        "empty": {},
    }
    for name, value in every.items():
        yield f"claims-{name}", frame(cbor2.dumps(value, canonical=True)), CLAIMS
    for name, sub in {
        "of-another-registry": "https://lain.example/status/0.cwt",
        "http": f"http://{ID}/status/0.cwt",
        "no-number": f"https://{ID}/status/.cwt",
        "leading-zero": f"https://{ID}/status/00.cwt",
        "negative": f"https://{ID}/status/-1.cwt",
        "full-width": f"https://{ID}/status/\uff10.cwt",
        "seven-digits": f"https://{ID}/status/1000000.cwt",
        "other-folder": f"https://{ID}/x/status/0.cwt",
        "line-feed": f"https://{ID}/status/0.cwt\n",
        "upper-case": f"https://{ID.upper()}/status/0.cwt",
        "any-letter-for-dot": f"https://{ID}/status/0xcwt",
        "bytes": b"https://cek.example/status/0.cwt",
        "number": 0,
        "empty": "",
    }.items():
        yield f"sub-{name}", frame(payload(sub=sub)), CLAIMS
    for name, iat in {"negative": -1, "text": "2026", "bytes": b"\0", "array": [0]}.items():
        yield f"iat-{name}", frame(payload(iat=iat)), CLAIMS
    yield from _inner()


def _inner() -> Iterator[Found]:
    inner = claims_of()[65_533]
    for name, held in {
        "no-lst": {"bits": 2},
        "no-bits": {"lst": inner["lst"]},
        "aggregation-uri": inner | {"aggregation_uri": "x"},
        "empty": {},
        "array": [inner["lst"], 2],
        "bytes": inner["lst"],
    }.items():
        yield f"inner-{name}", frame(payload(inner=held)), CLAIMS
    for name, bits in {"1": 1, "4": 4, "8": 8, "text": "2", "bytes": b"\2"}.items():
        yield f"bits-{name}", frame(payload(bits=bits)), CLAIMS
    for name, lst in {"text": "x", "array": [], "number": 0}.items():
        yield f"lst-{name}", frame(payload(lst=lst)), CLAIMS


def _form() -> Iterator[Found]:
    lst = byte_string(pack(bits_of(STATES)))
    sub, iat = (integer(2), text(f"https://{ID}/status/0.cwt")), (integer(6), integer(ISSUED))
    two = (text("bits"), integer(2))
    packed = (text("lst"), lst)

    def claims(*pairs: tuple[bytes, bytes]) -> bytes:
        return frame(mapping(pairs))

    inner = (integer(65_533), mapping([packed, two]))
    yield "form-inner-unsorted", claims(sub, iat, (integer(65_533), mapping([two, packed]))), CBOR
    yield "form-claims-unsorted", claims(iat, sub, inner), CBOR
    yield "form-duplicate-claim", claims(sub, sub, iat, inner), CBOR
    yield (
        "form-duplicate-key",
        claims(sub, iat, (integer(65_533), mapping([packed, two, two]))),
        CBOR,
    )
    yield (
        "form-integer-key-inside",
        claims(sub, iat, (integer(65_533), mapping([(b"\x01", b"\x02")]))),
        CBOR,
    )
    yield "form-text-key-outside", claims(sub, iat, (text("x"), b"\x01"), inner), CBOR
    yield "form-long-head", claims(sub, (integer(6), integer(ISSUED, 1)), inner), CBOR
    yield "form-float", claims(sub, (integer(6), b"\xfb" + bytes(8)), inner), CBOR
    yield (
        "form-true-for-bits",
        claims(sub, iat, (integer(65_533), mapping([packed, (text("bits"), b"\xf5")]))),
        CBOR,
    )
    yield "form-tagged-time", claims(sub, (integer(6), b"\xc1" + integer(ISSUED)), inner), CBOR
    yield "form-trailing-byte", frame(payload() + b"\0"), CBOR
    yield "form-cut", frame(payload()[:-1]), CBOR
    yield "form-indefinite", frame(b"\xbf" + payload()[1:] + b"\xff"), CBOR
    yield "form-no-byte", frame(b""), CBOR
    yield "form-of-23-bytes", frame(byte_string(bytes(22))), CLAIMS
    yield "form-empty", frame(head(2, 0)[:0] + b"\xff"), CBOR


def _inflated() -> Iterator[Found]:
    bits = bits_of(STATES)
    good = pack(bits)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    gz = zlib.compressobj(9, zlib.DEFLATED, 31)
    known = zlib.compressobj(9, zlib.DEFLATED, 15, 8, 0, b"\0" * 64)
    for name, lst in {
        "one-byte-less": pack(bits[:-1]),
        "one-byte-more": pack(bits + b"\0"),
        "no-bytes": pack(b""),
        "bomb": pack(bytes(10_000_000)),
        "twice": good + good,
        "trailing-byte": good + b"\0",
        "cut": good[:-1],
        "checksum-missing": good[:-4],
        "checksum-wrong": good[:-1] + bytes([good[-1] ^ 1]),
        "empty": b"",
        "not-zlib": b"status",
        "raw-deflate": raw.compress(bits) + raw.flush(),
        "gzip": gz.compress(bits) + gz.flush(),
        "dictionary": known.compress(bits) + known.flush(),
        "not-inflated": bits,
    }.items():
        yield f"zlib-{name}", frame(payload(lst=lst)), BITS


def document() -> dict[str, Any]:
    every = (*_sound(), *_frames(), *_claims(), *_form(), *_inflated())
    return {
        "about": ABOUT,
        "registry": ID,
        "publishers": [key(label).public.hex() for label in ("publisher 1", "publisher 2")],
        "cases": [
            {"name": name, "data": b64(data), "expect": expect} for name, data, expect in every
        ],
    }
