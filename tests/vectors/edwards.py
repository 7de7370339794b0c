"""Edwards25519 in plain integers: signatures and keys on which libraries differ.

Only for vectors; nothing here is fast or constant in time.
"""

from __future__ import annotations

import hashlib

from signing.keys import PrivateKey
from tests.vectors.world import seed

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def decode(data: bytes) -> Point:
    """The point of an encoding, y taken mod p. ValueError if not on the curve."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, (y & ((1 << 255) - 1)) % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT % P
    if v * x * x % P != u:
        raise ValueError("not on the curve")
    return (P - x if x & 1 != sign else x) % P, y


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def add(one: Point, two: Point) -> Point:
    k = D * one[0] * two[0] * one[1] * two[1] % P
    x = (one[0] * two[1] + two[0] * one[1]) * pow(1 + k, -1, P)
    y = (one[1] * two[1] + one[0] * two[0]) * pow(1 - k, -1, P)
    return x % P, y % P


def times(n: int, point: Point) -> Point:
    total = NEUTRAL
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


BASE = decode(bytes([0x58]) + bytes([0x66]) * 31)
ORDER_8 = decode(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))


def scalar(label: str) -> int:
    """The secret scalar of a test key (RFC 8032 section 5.1.5)."""
    h = bytearray(hashlib.sha512(seed(label)).digest()[:32])
    h[0] &= 248
    h[31] = h[31] & 127 | 64
    return int.from_bytes(h, "little")


def challenge(r: bytes, x: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + x + message).digest(), "little") % L


def small_order_r(key: PrivateKey, label: str, message: bytes, r: bytes = encode(NEUTRAL)) -> bytes:
    """S = h a with an R of small order: for R = 0 it holds without cofactor, in some libraries."""
    s = challenge(r, key.public, message) * scalar(label) % L
    return r + s.to_bytes(32, "little")


def mixed_order_r(label: str, message: bytes) -> bytes:
    """A signature that holds only when both sides are multiplied by the cofactor: R + torsion."""
    a, nonce = scalar(label), challenge(b"nonce", label.encode(), message)
    r = encode(add(times(nonce, BASE), ORDER_8))
    s = (nonce + challenge(r, encode(times(a, BASE)), message) * a) % L
    return r + s.to_bytes(32, "little")


def mixed_order_key(label: str) -> bytes:
    """A public key with a component of order 8: on the curve, not of prime order."""
    return encode(add(times(scalar(label), BASE), ORDER_8))


def signature_under(public: bytes, label: str, message: bytes) -> bytes:
    """A signature by the scalar of ``label`` for the encoding ``public`` of its key."""
    a, nonce = scalar(label), challenge(b"nonce", label.encode(), message)
    r = encode(times(nonce, BASE))
    s = (nonce + challenge(r, public, message) * a) % L
    return r + s.to_bytes(32, "little")
