"""keys.json: key ids, keys that are let in or refused, and signatures on which libraries differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signing.keys import SMALL_ORDER
from tests.vectors import edwards
from tests.vectors.cbor_parts import byte_string, integer, mapping
from tests.vectors.world import ID, b64, key, malformed, ok, seed, sha256

ABOUT = (
    "`kind` kid: public key `x` (hex); its thumbprint (RFC 9679) and key id. reader: what every "
    "reader demands of a public key. admit: what builder and auditor demand besides (a reader may "
    "skip these). verify: whether `signature` of `message` holds under `x`, or why x is refused. "
    "vkey: the text of a note key; its parts. seed: the public key of a private key."
)
LABEL = "issuer active"
MESSAGE = b"pesan"
KEY = malformed("key")
FAULT = malformed("vkey")
Case = dict[str, Any]


def kid_of(x: bytes) -> bytes:
    """SHA-256 over {1: 1, -1: 6, -2: x}, put together by hand."""
    pairs = [(1, integer(1)), (-1, integer(6)), (-2, byte_string(x))]
    return sha256(mapping((integer(label), value) for label, value in pairs))


def _kids() -> Iterator[Case]:
    for label in (LABEL, "root a", "publisher 1", "log"):
        x = key(label).public
        said = {"thumbprint": kid_of(x).hex(), "kid": kid_of(x)[:4].hex()}
        yield _case(f"kid-of-{label}", "kid", {"x": x.hex()}, ok(said))
        given = {"seed": seed(label).hex()}
        yield _case(f"seed-of-{label}", "seed", given, ok(x.hex()))
    for number in (70_941, 155_545):
        x = key(f"kid twin {number}").public
        said = {"thumbprint": kid_of(x).hex(), "kid": "369a869e"}
        yield _case(f"kid-twin-{number}", "kid", {"x": x.hex()}, ok(said))


def y_of(value: int, sign: int = 0) -> bytes:
    return (value | sign << 255).to_bytes(32, "little")


def _keys() -> Iterator[Case]:
    good = key(LABEL).public
    yield _case("key-good", "reader", {"x": good.hex()}, ok())
    yield _case("key-31-bytes", "reader", {"x": good[:31].hex()}, KEY)
    yield _case("key-33-bytes", "reader", {"x": good.hex() + "00"}, KEY)
    yield _case("key-empty", "reader", {"x": ""}, KEY)
    for number, x in enumerate(sorted(SMALL_ORDER)):
        yield _case(f"key-small-order-{number}", "reader", {"x": x.hex()}, KEY)
        yield _case(f"admit-small-order-{number}", "admit", {"x": x.hex()}, KEY)
    for above in (0, 1, 2, 3, 18):
        for sign in (0, 1):
            x = y_of(edwards.P + above, sign)
            yield _case(f"key-y-p-plus-{above}-{sign}", "reader", {"x": x.hex()}, KEY)
    yield _case("key-y-p-minus-2", "reader", {"x": y_of(edwards.P - 2).hex()}, ok())
    off, mixed = _off_curve(), edwards.mixed_order_key(LABEL)
    yield _case("key-off-curve-is-for-builders", "reader", {"x": off.hex()}, ok())
    yield _case("key-mixed-order-is-for-builders", "reader", {"x": mixed.hex()}, ok())
    yield _case("admit-good", "admit", {"x": good.hex()}, ok())
    yield _case("admit-off-curve", "admit", {"x": off.hex()}, KEY)
    yield _case("admit-mixed-order", "admit", {"x": mixed.hex()}, KEY)
    yield _case("admit-y-p-plus-3", "admit", {"x": y_of(edwards.P + 3).hex()}, KEY)


def _off_curve() -> bytes:
    """The first small y that is on no point of the curve."""
    for y in range(2, 100):
        try:
            edwards.decode(y_of(y))
        except ValueError:
            return y_of(y)
    raise AssertionError


def _signatures() -> Iterator[Case]:
    x = key(LABEL).public
    good = key(LABEL).sign(MESSAGE)
    r, s = good[:32], int.from_bytes(good[32:], "little")
    yield _verify("signature", x, good, held=True)
    yield _verify("signature-empty-message", x, key(LABEL).sign(b""), held=True, message=b"")
    yield _verify("signature-of-another-message", x, good, held=False, message=b"pesam")
    yield _verify("signature-of-another-key", key("log").public, good, held=False)
    yield _verify("signature-63-bytes", x, good[:63], held=False)
    yield _verify("signature-65-bytes", x, good + b"\0", held=False)
    last, first = good[63:], MESSAGE[:1]
    yield _verify("signature-ends-in-message", x, good[:63], held=False, message=last + MESSAGE)
    yield _verify("message-begins-in-signature", x, good + first, held=False, message=MESSAGE[1:])
    yield _verify("signature-empty", x, b"", held=False)
    yield _verify("signature-s-plus-l", x, r + y_of(s + edwards.L), held=False)
    yield _verify("signature-s-plus-8-l", x, r + y_of(s + 8 * edwards.L), held=False)
    yield _verify("signature-s-top-bit", x, r + y_of(s, 1), held=False)
    yield _verify("signature-s-negated", x, r + y_of(edwards.L - s), held=False)
    yield _verify("signature-s-zero", x, r + bytes(32), held=False)
    yield _verify("signature-r-sign-bit", x, r[:31] + bytes([r[31] ^ 128]) + good[32:], held=False)
    for number, weak in enumerate(sorted(SMALL_ORDER)):
        forged = edwards.small_order_r(key(LABEL), LABEL, MESSAGE, weak)
        yield _verify(f"signature-r-small-order-{number}", x, forged, held=False)
    yield _verify("signature-r-mixed-order", x, edwards.mixed_order_r(LABEL, MESSAGE), held=False)
    for above in (3, 18):
        forged = y_of(edwards.P + above) + good[32:]
        yield _verify(f"signature-r-y-p-plus-{above}", x, forged, held=False)
    yield _verify("signature-r-off-curve", x, _off_curve() + good[32:], held=False)
    weak = min(SMALL_ORDER)
    yield _verify("signature-under-small-order-key", weak, weak + bytes(32), held=False)
    for name, bad in {"small-order": weak, "y-p-plus-3": y_of(edwards.P + 3)}.items():
        given = {"x": bad.hex(), "message": MESSAGE.hex(), "signature": good.hex()}
        yield _case(f"signature-sound-but-key-{name}", "verify", given, KEY)
    yield from _mixed()


def _mixed() -> Iterator[Case]:
    """Under a key that is not of prime order: what holds only with the cofactor does not hold."""
    mixed = edwards.mixed_order_key(LABEL)
    message, count = MESSAGE, 0
    while True:
        signature = edwards.signature_under(mixed, LABEL, message)
        if edwards.challenge(signature[:32], mixed, message) % 8:
            break
        message, count = b"pesan %d" % count, count + 1
    yield _verify("signature-cofactored-only", mixed, signature, held=False, message=message)


def _vkeys() -> Iterator[Case]:
    x = key("log").public
    name = f"{ID}/log"
    data = b"\x01" + x
    digest = sha256(f"{name}\n".encode() + data)[:4].hex()
    good = f"{name}+{digest}+{b64(data)}"
    parts = {"name": name, "id": digest, "public": x.hex()}
    c2sp = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    yield _vkey("vkey", good, ok(parts))
    foo = {
        "name": "example.com/foo",
        "id": "530d903a",
        "public": "e932791ae6e7a840a46164c9047864 26d5e7821dd8b29a00d61cae72afdd4da4".replace(
            " ", ""
        ),
    }
    yield _vkey("vkey-of-c2sp", c2sp, ok(foo))
    for what, text, code in (
        ("upper-case-id", f"{name}+{digest.upper()}+{b64(data)}", "vkey"),
        ("another-id", f"{name}+00000000+{b64(data)}", "vkey"),
        ("id-of-another-name", f"{name}s+{digest}+{b64(data)}", "vkey"),
        ("short-id", f"{name}+{digest[:7]}+{b64(data)}", "vkey"),
        ("no-name", f"+{digest}+{b64(data)}", "vkey"),
        ("space-in-name", f"a b+{digest}+{b64(data)}", "vkey"),
        ("plus-in-name", f"a+b+{digest}+{b64(data)}", "vkey"),
        ("two-parts", f"{name}+{b64(data)}", "vkey"),
        ("line-feed-after", good + "\n", "vkey"),
        ("space-before", " " + good, "vkey"),
        ("empty", "", "vkey"),
        ("base64url", good.replace("+", "-"), "vkey"),
        ("base64-bits-left-over", f"{name}+{digest}+AB==", "base64"),
        ("base64-cut", good[:-1], "base64"),
    ):
        yield _vkey(f"vkey-{what}", text, malformed(code))
    yield from _vkey_names()
    yield from _vkey_keys()


def _vkey_names() -> Iterator[Case]:
    """Printable ASCII without space and plus: what else is white space differs by language."""
    data = b"\x01" + key("log").public
    for what, name in {
        "every-character": "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) != "+"),
        "no-break-space": "a\u00a0b",
        "ideographic-space": "a\u3000b",
        "byte-order-mark": "\ufeffa",
        "mongolian-vowel-separator": "a\u180eb",
        "next-line": "a\u0085b",
        "unit-separator": "a\u001fb",
        "delete": "a\u007fb",
        "null": "a\0b",
        "letter-beyond-ascii": "é",
        "kana": "かな",
    }.items():
        digest = sha256(f"{name}\n".encode() + data)[:4].hex()
        said = ok({"name": name, "id": digest, "public": data[1:].hex()})
        expect = said if what == "every-character" else malformed("vkey")
        yield _vkey(f"vkey-name-{what}", f"{name}+{digest}+{b64(data)}", expect)


def _vkey_keys() -> Iterator[Case]:
    x = key("log").public
    name, data = f"{ID}/log", b"\x01" + x
    for what, raw, code in (
        ("witness-type", b"\x04" + x, "vkey"),
        ("type-2", b"\x02" + x, "vkey"),
        ("31-byte-key", data[:-1], "vkey"),
        ("33-byte-key", data + b"\0", "vkey"),
        ("small-order", b"\x01" + min(SMALL_ORDER), "key"),
        ("y-above-p", b"\x01" + y_of(edwards.P + 3), "key"),
    ):
        digest = sha256(f"{name}\n".encode() + raw)[:4].hex()
        yield _vkey(f"vkey-{what}", f"{name}+{digest}+{b64(raw)}", malformed(code))
    digest = sha256(f"{name}\n".encode() + data)[:4].hex()
    text = f"{name}+{digest}+{b64(chr(2).encode() + x)}"
    yield _vkey("vkey-type-2-under-the-id-of-type-1", text, malformed("vkey"))


def _verify(name: str, x: bytes, signature: bytes, *, held: bool, message: bytes = MESSAGE) -> Case:
    given = {"x": x.hex(), "message": message.hex(), "signature": signature.hex()}
    return _case(name, "verify", given, ok(held))


def _vkey(name: str, text: str, expect: dict[str, Any]) -> Case:
    return _case(name, "vkey", {"text": text}, expect)


def _case(name: str, kind: str, given: dict[str, Any], expect: dict[str, Any]) -> Case:
    return {"name": name.replace(" ", "-"), "kind": kind, **given, "expect": expect}


def document() -> dict[str, Any]:
    return {"about": ABOUT, "cases": [*_kids(), *_keys(), *_signatures(), *_vkeys()]}
