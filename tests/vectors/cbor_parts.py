"""CBOR put together by hand, so that every rule of the deterministic form can be broken alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from signing import cbor

Pair = tuple[bytes, bytes]


def head(major: int, value: int, extra: int = 0) -> bytes:
    """A head; ``extra`` steps longer than the shortest form."""
    sizes = [0, 1, 2, 4, 8]
    least = next(i for i, top in enumerate((24, 2**8, 2**16, 2**32, 2**64)) if value < top)
    size = sizes[least + extra]
    first = value if size == 0 else 23 + sizes.index(size)
    return bytes([major << 5 | first]) + (value.to_bytes(size, "big") if size else b"")


def integer(value: int, extra: int = 0) -> bytes:
    return head(0, value, extra) if value >= 0 else head(1, -1 - value, extra)


def byte_string(value: bytes, extra: int = 0) -> bytes:
    return head(2, len(value), extra) + value


def text(value: str | bytes, extra: int = 0) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return head(3, len(data), extra) + data


def pairs(value: dict[Any, Any]) -> list[Pair]:
    """The encoded keys and values of a map, in deterministic order."""
    encoded = [(cbor.encode(key), cbor.encode(item)) for key, item in value.items()]
    return sorted(encoded)


def mapping(items: Iterable[Pair], extra: int = 0) -> bytes:
    """A map of encoded pairs, in the order given."""
    held = list(items)
    return head(5, len(held), extra) + b"".join(key + value for key, value in held)
