"""fragments.json: bytes as digits and as share form, and every other text that is neither."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from tests.vectors.world import malformed, ok, sha256

ABOUT = (
    "`widths`: [bytes, digits] for every size. `kind` write: `data` (hex) gives `digits` and "
    "`share`, and both read back to it. read: a text of digits or share form; the bytes as hex."
)
SIZES = (1, 2, 3, 13, 24, 120, 244, 245, 246, 250, 267, 293, 374, 512)
FAULT = malformed("fragment")
BASE64 = malformed("base64")
Case = dict[str, Any]


def width(size: int) -> int:
    """Digits of the largest number of that many bytes."""
    return len(str(256**size - 1))


def written(data: bytes) -> str:
    text = str(int.from_bytes(data, "big"))
    return "0" * (width(len(data)) - len(text)) + text


def shared(data: bytes) -> str:
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    return "".join("." + text[at : at + 60] for at in range(0, len(text), 60))


def sample(size: int) -> bytes:
    """Bytes that begin like a certificate."""
    rest = b"".join(sha256(bytes([n])) for n in range(16))
    return (b"\xd2\x84\x49" + rest)[:size]


def _writes() -> Iterator[Case]:
    held = {f"size-{size}": sample(size) for size in SIZES}
    held |= {f"size-{size}-all-zero": bytes(size) for size in (1, 245, 512)}
    held |= {f"size-{size}-all-ones": b"\xff" * size for size in (1, 250, 512)}
    for name, data in held.items():
        texts = {"digits": written(data), "share": shared(data)}
        yield {"name": name, "kind": "write", "data": data.hex(), "expect": {"ok": texts}}


def _digits() -> Iterator[tuple[str, str, dict[str, Any]]]:
    good, size = sample(245), 245
    number = written(good)
    yield "digits", number, ok(good.hex())
    yield "digits-first-zero-stripped", number.lstrip("0"), FAULT
    yield "digits-one-zero-more", "0" + number, FAULT
    yield "digits-largest", str(256**size - 1).rjust(width(size), "0"), ok("ff" * size)
    yield "digits-value-too-large", str(256**size).rjust(width(size), "0"), FAULT
    yield "digits-all-nines", "9" * width(size), FAULT
    yield "digits-one-byte-too-large", "256", FAULT
    yield "digits-all-nines-3", "999", FAULT
    yield "digits-smallest", "0" * width(size), ok("00" * size)
    yield "digits-1234", written(sample(512)), ok(sample(512).hex())
    yield "digits-1235", "0" * 1235, FAULT
    yield "digits-1237-of-513-bytes", written(sample(512) + b"\0"), FAULT
    yield "digits-5000", "1" * 5000, FAULT
    for count in (1, 2, 4, 6, 7, 9, 11):
        known = {width(size) for size in range(1, 12)}
        if count not in known:
            yield f"digits-no-size-has-{count}", "0" * count, FAULT
    yield "digits-full-width", "\uff10" * 8, FAULT
    yield "digits-one-full-width", number[:-1] + "\uff11", FAULT
    yield "digits-arabic", "\u0661" * 8, FAULT
    yield "digits-superscript", "\u00b2" * 8, FAULT
    yield "digits-plus", "+" + number[1:], FAULT
    yield "digits-space-inside", number[:100] + " " + number[101:], FAULT
    yield "digits-line-feed-inside", number[:100] + "\n" + number[101:], FAULT
    yield "digits-line-feed-after", number + "\n", FAULT
    yield "digits-nul-after", number + "\0", FAULT
    yield "digits-comma", number[:100] + "," + number[101:], FAULT
    yield "empty", "", FAULT
    yield "space", " ", FAULT
    yield "number-sign", "#" + number, FAULT


def _shares() -> Iterator[tuple[str, str, dict[str, Any]]]:
    good = sample(120)
    text = shared(good)
    bare = text.replace(".", "")
    yield "share", text, ok(good.hex())
    yield "share-without-dots", bare, ok(good.hex())
    yield "share-dots-elsewhere", "." + ".".join(bare), ok(good.hex())
    yield "share-dot-at-end", text + "...", ok(good.hex())
    yield "share-of-digits-only", ".MTIz", ok("313233")
    yield "share-that-looks-like-digits", ".1234", ok("d76df8")
    yield "share-without-dot-that-looks-like-digits", "1234", FAULT
    yield "share-512-bytes", shared(sample(512)), ok(sample(512).hex())
    yield "share-513-bytes", shared(sample(512) + b"\0"), FAULT
    yield "share-only-dots", "...", FAULT
    yield "share-padding", ".MTI=", FAULT
    yield "share-standard-alphabet", ".+/+/", FAULT
    yield "share-space", ".MT Iz", FAULT
    yield "share-line-feed", ".MTIz\n", FAULT
    yield "share-full-width", ".\uff2dTIz", FAULT
    yield "share-bits-left-over", ".MTJ", BASE64
    yield "share-two-letters-bits-left-over", ".MR", BASE64
    yield "share-one-letter-over", ".MTIzA", BASE64
    yield "share-one-letter", ".M", BASE64
    yield "share-percent", ".MT%49z", FAULT
    yield "words", "Sertifikat Kompetensi", FAULT


def document() -> dict[str, Any]:
    reads = [
        {"name": name, "kind": "read", "text": text, "expect": expect}
        for name, text, expect in (*_digits(), *_shares())
    ]
    return {
        "about": ABOUT,
        "widths": [[size, width(size)] for size in range(1, 513)],
        "cases": [*_writes(), *reads],
    }
