"""Deterministic CBOR (RFC 8949 section 4.2.1): library, then a walk, then "the same bytes again".

Only integers, byte strings, text strings, arrays and maps exist here. The walk kills tags, floats,
simple values and bignums; re-encoding kills long heads, unsorted keys and trailing bytes. Either
alone is not enough: cbor2 takes tags, floats and bignums that re-encode to themselves.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cbor2

from signing.reasons import Malformed

LARGEST = 2**53 - 1
DEPTH = 4
_NESTED = (dict, list)
_TEXTS = (bytes, str)


def encode(value: Any) -> bytes:
    """Deterministic encoding of int, bytes, str, list and dict values."""
    return cbor2.dumps(_ordered(value))


def _ordered(value: Any) -> Any:
    """The same value, the keys of every map in the order of their encoded bytes.

    The library's own ``canonical`` puts shorter keys first (RFC 7049), so -1 before 100.
    """
    if type(value) is dict:
        return {
            key: _ordered(item) if type(item := value[key]) in _NESTED else item
            for key in sorted(value, key=_encoded_key)
        }
    if type(value) is list:
        return [_ordered(item) for item in value]
    return value


# The same few keys stand in every certificate. Typed, for True is 1 to a cache.
_encoded_key = lru_cache(maxsize=1024, typed=True)(cbor2.dumps)


def decode(data: bytes) -> Any:
    """The value of deterministically encoded bytes, exact types only. Malformed else.

    Map keys are integers; text keys are left to the caller's claim 65533 (docs/formats.md 1 and 6).
    """
    try:
        value = cbor2.loads(
            data, max_depth=DEPTH, allow_indefinite=False, allow_duplicate_keys=False
        )
        _walk(value, False)  # no deeper than DEPTH: the library saw to it
        again = cbor2.dumps(value)  # in the order in which the keys stood
    except Malformed:
        raise
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Malformed("cbor", "not CBOR") from error
    if again != data:
        raise Malformed("cbor-form", "not in deterministic form")
    return value


def _walk(value: Any, text_keys: bool) -> None:
    kind = type(value)
    if kind is dict:
        wanted = str if text_keys else int
        for key, item in value.items():
            if type(key) is not wanted:
                raise Malformed("cbor-type", "a key of another type")
            if type(key) is int and not -LARGEST <= key <= LARGEST:
                raise Malformed("cbor-type", "an integer outside 2^53")
            if type(item) not in _TEXTS:
                _walk(item, key == 65533)
        if not _ascending(tuple(value)):
            raise Malformed("cbor-form", "not in deterministic form")
    elif kind is list:
        for item in value:
            _walk(item, False)
    elif kind is int:
        if not -LARGEST <= value <= LARGEST:
            raise Malformed("cbor-type", "an integer outside 2^53")
    elif kind not in _TEXTS:
        raise Malformed("cbor-type", "a value of another type")


@lru_cache(maxsize=256)
def _ascending(keys: tuple[int | str, ...]) -> bool:
    """Whether keys, of exact types, stand in the order of their encoded bytes."""
    encoded = [cbor2.dumps(key) for key in keys]
    return encoded == sorted(encoded)
