"""checkpoints.json: size and root of the log under its key (C2SP tlog-checkpoint)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signing import keys
from tests.vectors.world import ID, LOG, b64, key, malformed, ok, sha256, signed

ABOUT = (
    "`note`: base64; `key`: the vkey of the log. `ok`: origin, size and root (hex) of a checkpoint "
    "that this key signed."
)
ROOT = sha256(b"root")
FAULT = malformed("checkpoint")
Found = tuple[str, bytes, dict[str, Any]]


def text_of(origin: str = LOG.name, size: object = 1234, root: str = b64(ROOT)) -> str:
    return f"{origin}\n{size}\n{root}\n"


def note_of(text: str) -> bytes:
    return signed(text, [(LOG.name, key("log"))])


def _sound() -> Iterator[Found]:
    for size in (1, 1234, 2**31):
        said = {"origin": LOG.name, "size": size, "root": ROOT.hex()}
        yield f"size-{size}", note_of(text_of(size=size)), ok(said)
    said = {"origin": LOG.name, "size": 1234, "root": ROOT.hex()}
    witness = b64(keys.note_key_id("saksi.example", 4, key("witness").public) + bytes(72))
    line = f"\u2014 saksi.example {witness}\n".encode()
    yield "witness-line-is-ignored", note_of(text_of()) + line, ok(said)
    before = note_of(text_of()).replace("\u2014 cek".encode(), line + "\u2014 cek".encode())
    yield "witness-line-first", before, ok(said)


def _broken() -> Iterator[Found]:
    good = note_of(text_of())
    yield "signed-by-another-key", signed(text_of(), [(LOG.name, key("old log"))]), FAULT
    yield "signed-under-another-name", signed(text_of(), [(f"{ID}/logs", key("log"))]), FAULT
    yield "signed-by-a-publisher", signed(text_of(), [(f"{ID}/p", key("publisher 1"))]), FAULT
    yield "size-changed", good.replace(b"1234", b"1235"), malformed("note-signature")
    yield "no-signature", text_of().encode(), malformed("note")
    yield "crlf", good.replace(b"\n", b"\r\n"), malformed("note")
    for name, text in {
        "origin-of-another-log": text_of(origin="lain.example/log"),
        "origin-upper-case": text_of(origin=LOG.name.upper()),
        "origin-space-after": text_of(origin=LOG.name + " "),
        "two-lines": f"{LOG.name}\n1234\n",
        "four-lines": text_of() + "lagi\n",
        "empty-line-after": text_of() + "\n",
        "empty-line-first": "\n" + text_of(),
    }.items():
        yield name, note_of(text), FAULT
    yield from _numbers()


def _numbers() -> Iterator[Found]:
    for name, size in {
        "zero": "0",
        "leading-zero": "01234",
        "negative": "-1",
        "plus": "+1",
        "fraction": "1.0",
        "space": " 1",
        "empty": "",
        "word": "satu",
        "hex": "0x10",
        "underscore": "1_234",
        "full-width": "\uff11",
        "past-2-31": str(2**31 + 1),
        "11-digits": "12345678901",
        "5000-digits": "1" * 5000,
    }.items():
        yield f"size-{name}", note_of(text_of(size=size)), FAULT
    for name, root, code in (
        ("31-bytes", b64(ROOT[:31]), "checkpoint"),
        ("33-bytes", b64(ROOT + b"\0"), "checkpoint"),
        ("empty", "", "checkpoint"),
        ("hex", ROOT.hex(), "checkpoint"),
        ("no-padding", b64(ROOT).rstrip("="), "base64"),
        ("space-after", b64(ROOT) + " ", "base64"),
        ("base64url", "-_" * 21 + "-=", "base64"),
    ):
        yield f"root-{name}", note_of(text_of(root=root)), malformed(code)


def document() -> dict[str, Any]:
    return {
        "about": ABOUT,
        "key": LOG.text,
        "cases": [
            {"name": name, "note": b64(data), "expect": expect}
            for name, data, expect in (*_sound(), *_broken())
        ],
    }
