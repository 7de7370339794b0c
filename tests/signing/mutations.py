"""Changes of bytes: one byte, one piece, or a mixture of two sound objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

MASKS = (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF, 0x7F, 0x11)
EVERY_MASK = tuple(range(1, 256))
INSERTED = (0x00, 0x0A, 0x20, 0x30, 0x40, 0xA0, 0xFF)


def changed_bytes(data: bytes, masks: Sequence[int] = MASKS) -> Iterator[bytes]:
    """Every byte xor every mask."""
    for at, byte in enumerate(data):
        for mask in masks:
            yield data[:at] + bytes([byte ^ mask]) + data[at + 1 :]


def reshaped(data: bytes) -> Iterator[bytes]:
    """Insertions, deletions, cuts, turned neighbours, doubled and lost pieces at every place."""
    for at in range(len(data) + 1):
        yield from (data[:at] + bytes([byte]) + data[at:] for byte in INSERTED)
    for at in range(len(data)):
        yield data[:at] + data[at + 1 :]
        yield data[:at]
        yield data[at + 1 :]
        yield data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]
        for size in (2, 8, 32, 64):
            piece = data[at : at + size]
            yield data[:at] + piece + data[at:]
            yield data[:at] + data[at + size :]
            yield data[:at] + bytes(len(piece)) + data[at + size :]
            yield data[:at] + piece[::-1] + data[at + size :]


def mixed(one: bytes, two: bytes) -> Iterator[bytes]:
    """The head of one and the tail of the other, cut at every place, and pieces of one in two."""
    for at in range(min(len(one), len(two))):
        yield one[:at] + two[at:]
        yield one[:-at] + two[-at:]
        yield one + two[at:]
        for size in (1, 4, 32, 64):
            yield one[:at] + two[at : at + size] + one[at + size :]


def endless(sound: Sequence[bytes], random: Random) -> Iterator[bytes]:
    """Sound objects changed in one to four places, without end."""
    while True:
        data = bytearray(random.choice(sound))
        for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
            _change(data, sound, random)
        yield bytes(data)


def _change(data: bytearray, sound: Sequence[bytes], random: Random) -> None:
    at, size = random.randrange(len(data) + 1), random.choice((1, 1, 2, 4, 16, 64))
    match random.randrange(6):
        case 0 | 1:
            data[at : at + 1] = random.randbytes(1)
        case 2:
            data[at:at] = random.randbytes(size)
        case 3:
            del data[at : at + size]
        case 4:
            other = random.choice(sound)
            start = random.randrange(len(other))
            data[at : at + size] = other[start : start + size]
        case _:
            data[at : at + size] = data[at : at + size][::-1]
