"""canonical.json: canonical JSON, base64 and times; where languages differ in what they take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.vectors.world import malformed, ok

ABOUT = (
    "`kind` json: a text; the value, or why it is refused. base64, base64url: a text; the bytes as "
    "hex. time: a text; seconds since 1970-01-01 UTC. Reading `ok` and writing it again gives the "
    "text."
)
Case = tuple[str, str, str, dict[str, Any]]


def _sound() -> Iterator[tuple[str, str]]:
    yield "empty-object", "{}\n"
    yield "empty-list", "[]\n"
    yield "nested-empty", '{\n "a": {},\n "b": []\n}\n'
    yield "bare-number", "7\n"
    yield "bare-text", '"x"\n'
    yield "literals", "[\n true,\n false,\n null\n]\n"
    yield "largest-number", "[\n 9007199254740991,\n 0\n]\n"
    yield "key-characters", '{\n "a0_./-z": 1\n}\n'
    yield "keys-in-any-order", '{\n "b": 1,\n "a": 2\n}\n'
    yield "japanese", '{\n "ja": "見本認証機関"\n}\n'
    yield "escapes", '[\n "\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f"\n]\n'
    yield "delete-is-raw", '[\n "\x7f\x80"\n]\n'
    yield "line-separators-are-raw", '[\n "\u2028\u2029"\n]\n'
    yield "byte-order-mark-in-text", '[\n "\ufeff"\n]\n'
    yield "noncharacter", '[\n "\uffff\U0010ffff"\n]\n'
    yield "not-composed", '[\n "e\u0301"\n]\n'
    yield "astral", '[\n "\U0001f600"\n]\n'
    yield "depth-8", _deep(8)
    yield "depth-8-of-objects", _deep(8, named=True)


def _deep(depth: int, *, named: bool = False) -> str:
    value: Any = {} if named else []
    for _ in range(depth - 1):
        value = {"a": value} if named else [value]
    return json.dumps(value, indent=1) + "\n"


def _numbers() -> Iterator[tuple[str, str, str]]:
    """Name, text of a number, code."""
    yield "2-to-53", "9007199254740992", "json-value"
    yield "2-to-53-plus-1", "9007199254740993", "json-value"
    yield "20-digits", "1" * 20, "json-value"
    yield "5000-digits", "1" * 5000, "json*"
    yield "negative", "-1", "json-value"
    yield "negative-zero", "-0", "json*"
    yield "whole-fraction", "1.0", "json*"
    yield "fraction", "1.5", "json-value"
    yield "small-exponent", "1e-7", "json-value"
    yield "whole-exponent", "1e2", "json*"
    yield "large-exponent", "1e+21", "json-value"
    yield "infinite-exponent", "1e400", "json-value"
    yield "vanishing-exponent", "1e-400", "json*"
    yield "nan", "NaN", "json*"
    yield "infinity", "Infinity", "json*"
    yield "minus-infinity", "-Infinity", "json*"
    yield "leading-zero", "01", "json"
    yield "plus", "+1", "json"
    yield "hex", "0x10", "json"
    yield "underscore", "1_000", "json"
    yield "full-width-digit", "\uff11", "json"


def _texts() -> Iterator[tuple[str, str, str]]:
    yield "lone-high-surrogate", '[\n "\\ud800"\n]\n', "json-value"
    yield "lone-low-surrogate", '[\n "\\udc00"\n]\n', "json-value"
    yield "swapped-surrogates", '[\n "\\ude00\\ud83d"\n]\n', "json-value"
    yield "escaped-pair", '[\n "\\ud83d\\ude00"\n]\n', "json-form"
    yield "escaped-letter", '[\n "\\u0041"\n]\n', "json-form"
    yield "escaped-slash", '[\n "\\/"\n]\n', "json-form"
    yield "escaped-japanese", '[\n "\\u898b"\n]\n', "json-form"
    yield "escaped-line-separator", '[\n "\\u2028"\n]\n', "json-form"
    yield "escaped-delete", '[\n "\\u007f"\n]\n', "json-form"
    yield "long-escape-of-line-feed", '[\n "\\u000a"\n]\n', "json-form"
    yield "upper-case-escape", '[\n "\\u001F"\n]\n', "json-form"
    yield "raw-tab", '[\n "\t"\n]\n', "json"
    yield "raw-line-feed", '[\n "\n"\n]\n', "json"
    yield "unknown-escape", '[\n "\\x41"\n]\n', "json"
    yield "single-quotes", "[\n 'a'\n]\n", "json"


def _keys() -> Iterator[tuple[str, str, str]]:
    yield "integer-like-key", '{\n "1": 1\n}\n', "json-value"
    yield "integer-like-keys-unsorted", '{\n "2": 1,\n "1": 2\n}\n', "json-value"
    yield "proto-key", '{\n "__proto__": {}\n}\n', "json-value"
    yield "upper-case-key", '{\n "aB": 1\n}\n', "json-value"
    yield "empty-key", '{\n "": 1\n}\n', "json-value"
    yield "key-with-space", '{\n "a b": 1\n}\n', "json-value"
    yield "key-with-line-feed", '{\n "a\\n": 1\n}\n', "json-value"
    yield "key-with-accent", '{\n "\u00e9": 1\n}\n', "json-value"
    yield "key-deep-down", '[\n {\n  "a": [\n   {\n    "B": 1\n   }\n  ]\n }\n]\n', "json-value"
    yield "duplicate-key", '{\n "a": 1,\n "a": 1\n}\n', "json-form"
    yield "duplicate-key-of-another-value", '{\n "a": 1,\n "b": 2,\n "a": 3\n}\n', "json-form"
    yield "duplicate-key-in-escapes", '{\n "a": 1,\n "\\u0061": 1\n}\n', "json-form"
    yield "escaped-key", '{\n "\\u0061": 1\n}\n', "json-form"


def _form() -> Iterator[tuple[str, str, str]]:
    good = '{\n "a": [\n  1\n ]\n}\n'
    yield "depth-9", _deep(9), "json-value"
    yield "depth-9-of-objects", _deep(9, named=True), "json-value"
    yield "depth-5000", "[" * 5000 + "]" * 5000 + "\n", "json*"
    yield "byte-order-mark", "\ufeff" + good, "json"
    yield "crlf", good.replace("\n", "\r\n"), "json-form"
    yield "no-line-feed", good[:-1], "json-form"
    yield "two-line-feeds", good + "\n", "json-form"
    yield "space-before", " " + good, "json-form"
    yield "compact", '{"a":[1]}\n', "json-form"
    yield "one-line", '{"a": [1]}\n', "json-form"
    yield "indent-2", good.replace("\n ", "\n  "), "json-form"
    yield "space-at-line-end", good.replace("[", "[ "), "json-form"
    yield "no-space-after-colon", good.replace(": ", ":"), "json-form"
    yield "empty-list-over-lines", "[\n]\n", "json-form"
    yield "no-break-space", good.replace('"a": ', '"a":\u00a0'), "json"
    yield "trailing-comma", "[\n 1,\n]\n", "json"
    yield "comment", "[\n 1 // one\n]\n", "json"
    yield "second-value", "[]\n[]\n", "json"
    yield "empty", "", "json"
    yield "only-line-feed", "\n", "json"
    yield "cut", good[:-3], "json"
    yield "nul-after", good + "\0", "json"
    yield "undefined", "undefined\n", "json"
    yield "upper-case-literal", "True\n", "json"


BASE64: dict[str, dict[str, Any]] = {
    "": ok(""),
    "AA==": ok("00"),
    "+/+/": ok("fbffbf"),
    "AAE=": ok("0001"),
    "AA": malformed("base64"),
    "AA=": malformed("base64"),
    "AB==": malformed("base64"),
    "AAF=": malformed("base64"),
    "AA==AA==": malformed("base64"),
    "AAAA====": malformed("base64"),
    "====": malformed("base64"),
    "-_-_": malformed("base64"),
    "AA==\n": malformed("base64"),
    " AA==": malformed("base64"),
    "A A==": malformed("base64"),
    "A": malformed("base64"),
    "AAAAA": malformed("base64"),
    "\uff21A==": malformed("base64"),
    "AA\u00e9=": malformed("base64"),
}
BASE64URL: dict[str, dict[str, Any]] = {
    "": ok(""),
    "AA": ok("00"),
    "-_-_": ok("fbffbf"),
    "AAE": ok("0001"),
    "AA==": malformed("base64"),
    "AB": malformed("base64"),
    "AAF": malformed("base64"),
    "+/+/": malformed("base64"),
    "A": malformed("base64"),
    "AAAAA": malformed("base64"),
    "AA\n": malformed("base64"),
    "A.A": malformed("base64"),
}
TIMES: dict[str, dict[str, Any]] = {
    "1970-01-01T00:00:00Z": ok(0),
    "2026-11-24T00:00:00Z": ok(1_795_478_400),
    "2028-02-29T23:59:59Z": ok(1_835_481_599),
    "2000-02-29T00:00:00Z": ok(951_782_400),
    "9999-12-31T23:59:59Z": ok(253_402_300_799),
    **dict.fromkeys(
        (
            "2026-02-30T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T23:60:00Z",
            "2016-12-31T23:59:60Z",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "+002026-01-01T00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01t00:00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T00:00Z",
            "2026-1-1T00:00:00Z",
            "2026-01-01T00:00:00Z\n",
            " 2026-01-01T00:00:00Z",
            "\uff12026-01-01T00:00:00Z",
            "2026-01-01",
            "",
        ),
        malformed("time"),
    ),
}


def _cases() -> Iterator[Case]:
    for name, text in _sound():
        yield f"json-{name}", "json", text, ok(json.loads(text))
    for name, text, code in _numbers():
        yield f"json-number-{name}", "json", f"[\n {text}\n]\n", malformed(code)
    for name, text, code in (*_texts(), *_keys(), *_form()):
        yield f"json-{name}", "json", text, malformed(code)
    for kind, table in (("base64", BASE64), ("base64url", BASE64URL), ("time", TIMES)):
        for number, (text, expect) in enumerate(table.items()):
            yield f"{kind}-{number}", kind, text, expect


def document() -> dict[str, Any]:
    return {
        "about": ABOUT,
        "cases": [
            {"name": name, "kind": kind, "text": text, "expect": expect}
            for name, kind, text, expect in _cases()
        ],
    }
