"""notes.json: signed notes (C2SP signed-note), every rule of docs/formats.md section 3 broken."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from tests.vectors.world import b64, key, malformed, ok, signed, vkey

ABOUT = (
    "`note`: base64 of a note's bytes; `limit`: most bytes, 65536 unless said; `known`: names in "
    "`keys` (vkeys) of the keys that are known. `ok`: the text, the names on the signature lines "
    "in order, the `known` keys that signed (sorted), and the names on lines of unknown keys."
)
FORM = malformed("note")
SIGNATURE = malformed("note-signature")
BASE64 = malformed("base64")
NAMES = {"a": ("root/a", "root a"), "b": ("root/b", "root b"), "other-key": ("root/a", "root c")}
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"  # noqa: E501
)
TEXT = "absah-test/v1\nbaris kedua\n"
Case = dict[str, Any]


def names(*keys: str) -> list[str]:
    return [vkey(*NAMES[k]).name for k in keys]


def _note(text: str, *keys: str) -> bytes:
    return signed(text, [(vkey(*NAMES[k]).name, key(NAMES[k][1])) for k in keys])


def _ok(text: str, lines: list[str], signers: list[str], unknown: list[str]) -> dict[str, Any]:
    return ok({"text": text, "lines": lines, "signers": signers, "unknown": unknown})


def _sound() -> Iterator[Case]:
    a, both = names("a"), names("a", "b")
    yield _case("one-signature", _note(TEXT, "a"), _ok(TEXT, a, ["a"], []))
    yield _case("two-signatures", _note(TEXT, "a", "b"), _ok(TEXT, both, ["a", "b"], []))
    yield _case(
        "two-signatures-turned", _note(TEXT, "b", "a"), _ok(TEXT, both[::-1], ["a", "b"], [])
    )
    yield _case("twice-the-same-line", _note(TEXT, "a", "a"), _ok(TEXT, a * 2, ["a"], []))
    unknown = _ok(TEXT, both, ["a"], names("b"))
    yield _case("unknown-key-is-ignored", _note(TEXT, "a", "b"), unknown, known=["a"])
    changed = _flip(_note(TEXT, "a", "b"), -5)
    yield _case("unknown-key-broken-is-ignored", changed, unknown, known=["a"])
    yield _case("nobody-known", _note(TEXT, "a"), _ok(TEXT, a, [], a), known=[])
    same_name = _ok(TEXT, a, [], a)
    yield _case("same-name-another-key", _note(TEXT, "other-key"), same_name)
    inside = "baris\n\n\u2014 bukan tanda tangan\n"
    yield _case("empty-line-in-text", _note(inside, "a"), _ok(inside, a, ["a"], []))
    blank = "baris\n\n"
    yield _case("empty-line-at-end-of-text", _note(blank, "a"), _ok(blank, a, ["a"], []))
    raw = "\u3042\u2028\u2029\x85\x7f\u00a0\U0001f600\n"
    yield _case("only-line-feed-ends-a-line", _note(raw, "a"), _ok(raw, a, ["a"], []))
    bom = "a\ufeffb\n"
    yield _case("byte-order-mark-inside", _note(bom, "a"), _ok(bom, a, ["a"], []))
    many = _note(TEXT, *["a"] * 64)
    yield _case("64-lines", many, _ok(TEXT, a * 64, ["a"], []))
    data = _note(TEXT, "a")
    yield {**_case("exactly-the-limit", data, _ok(TEXT, a, ["a"], [])), "limit": len(data)}
    peter = _ok(PETER_NOTE.partition("\n\n")[0] + "\n", ["PeterNeumann"], ["peter"], [])
    yield _case("of-golang-sumdb-note", PETER_NOTE.encode(), peter, known=["peter"])


def _flip(data: bytes, at: int) -> bytes:
    """One letter of base64 changed to another that decodes."""
    letter = b"A" if data[at : at + 1] != b"A" else b"B"
    return data[:at] + letter + data[at:][1:]


def _broken() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    good = _note(TEXT, "a")
    text, line = TEXT.encode(), good[len(TEXT) + 1 :]
    dash, name, signature = line[:-1].split(b" ")
    yield "text-changed", good.replace(b"kedua", b"ketiga"), SIGNATURE
    yield "signature-changed", _flip(good, -20), SIGNATURE
    yield "second-known-signature-changed", _flip(_note(TEXT, "a", "b"), -20), SIGNATURE
    yield "signature-of-another-text", text + b"\n" + _note("lain\n", "a")[6:], SIGNATURE
    yield "same-line-twice-second-broken", good + _flip(line, -20), SIGNATURE
    yield "signature-too-long", _with(text, name, signature, 3), SIGNATURE
    yield (
        "signature-one-byte",
        text + b"\n" + dash + b" " + name + b" " + _short(signature, 5) + b"\n",
        SIGNATURE,
    )
    yield (
        "signature-without-bytes",
        text + b"\n" + dash + b" " + name + b" " + _short(signature, 4) + b"\n",
        FORM,
    )
    yield "empty", b"", FORM
    yield "only-text", text, FORM
    yield "no-signature-lines", text + b"\n", FORM
    yield "no-empty-line", text + line, FORM
    yield "no-text", b"\n" + line, FORM
    yield "text-is-one-line-feed", b"\n\n" + line, FORM
    yield "no-line-feed-at-end", good[:-1], FORM
    yield "line-feed-after", good + b"\n", FORM
    yield "space-after", good + b" ", FORM
    yield from _letters()


def _letters() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    good = _note(TEXT, "a")
    text, line = TEXT.encode(), good[len(TEXT) + 1 :]
    dash, name, signature = line[:-1].split(b" ")
    yield "crlf", good.replace(b"\n", b"\r\n"), FORM
    yield "carriage-return-in-text", good.replace(b"baris", b"bar\ris"), FORM
    yield "tab-in-text", good.replace(b"baris", b"bar\tis"), FORM
    yield "nul-in-text", good.replace(b"baris", b"bar\0is"), FORM
    yield "escape-in-text", good.replace(b"baris", b"bar\x1bis"), FORM
    yield "not-utf8", good.replace(b"baris", b"bar\xffis"), FORM
    yield "overlong-utf8", good.replace(b"baris", b"bar\xc1\xa1is"), FORM
    yield "surrogate-in-utf8", good.replace(b"baris", b"bar\xed\xa0\x80is"), FORM
    yield "half-letter-at-end", good[:-1] + b"\xe2\x80", FORM
    yield "byte-order-mark", b"\xef\xbb\xbf" + good, FORM
    yield "utf16", good.decode().encode("utf-16"), FORM
    yield "hyphen-for-dash", good.replace(dash, b"-"), FORM
    yield "en-dash-for-dash", good.replace(dash, "\u2013".encode()), FORM
    yield "no-space-after-dash", good.replace(dash + b" ", dash), FORM
    yield "two-spaces", good.replace(dash + b" ", dash + b"  "), FORM
    yield "no-break-space", good.replace(dash + b" ", dash + b"\xc2\xa0"), FORM
    yield "fourth-word", good[:-1] + b" x\n", FORM
    yield "name-missing", good.replace(name + b" ", b""), FORM
    yield "name-empty", good.replace(name, b""), FORM
    yield "signature-missing", good.replace(b" " + signature, b""), FORM
    yield "65-lines", _note(TEXT, *["a"] * 65), FORM
    yield "base64-no-padding", good[:-1].rstrip(b"=") + b"\n", BASE64
    yield "base64-bits-left-over", good[:-3] + _next_letter(good[-3:-2]) + good[-2:], BASE64
    yield "base64-urlsafe", text + b"\n" + dash + b" " + name + b" " + b"-_-_" * 17 + b"\n", BASE64
    yield "base64-line-broken", good[:-9] + b"\n" + good[-9:], FORM
    yield "base64-empty", text + b"\n" + dash + b" " + name + b" \n", FORM


def _with(text: bytes, name: bytes, signature: bytes, more: int) -> bytes:
    padded = b64(_raw(signature) + bytes(more)).encode()
    return text + "\n\u2014 ".encode() + name + b" " + padded + b"\n"


def _raw(signature: bytes) -> bytes:
    return base64.b64decode(signature)


def _short(signature: bytes, count: int) -> bytes:
    return b64(_raw(signature)[:count]).encode()


def _next_letter(letter: bytes) -> bytes:
    """The letter whose last bit differs: bits that no byte takes up."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = alphabet.index(letter) ^ 1
    return alphabet[at : at + 1]


def _case(name: str, data: bytes, expect: dict[str, Any], known: list[str] | None = None) -> Case:
    held = ["a", "b"] if known is None else known
    return {"name": name, "note": b64(data), "known": held, "expect": expect}


def document() -> dict[str, Any]:
    good = _note(TEXT, "a")
    over = {**_case("one-byte-over-the-limit", good, FORM), "limit": len(good) - 1}
    broken = [_case(name, data, expect) for name, data, expect in _broken()]
    return {
        "about": ABOUT,
        "keys": {"a": vkey(*NAMES["a"]).text, "b": vkey(*NAMES["b"]).text, "peter": PETER},
        "cases": [*_sound(), *broken, over],
    }
