"""Steps from one trust document to the next: rust-tuf's cases, and our own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signing.keys import Vkey
from tests.vectors.trust_documents import digest_of, note_of, said, text_of
from tests.vectors.trust_rotations import THRESHOLD, Walk, rotations
from tests.vectors.world import (
    ID,
    changed,
    key,
    malformed,
    ok,
    root,
    roots_sign,
    signed,
    too_new,
    trust_fields,
)


def _roots(letters: str, threshold: int) -> dict[str, Any]:
    return {"threshold": threshold, "keys": [root(letter).text for letter in letters]}


def _next(old: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The fields of the successor of a document."""
    following = {"version": old["version"] + 1, "previous": digest_of(old)}
    return changed(old, following | changes)


ROTATIONS: tuple[tuple[str, tuple[str, int], str, tuple[str, int], str, bool], ...] = (
    # name, roots and threshold of N, signers of N, the same of N+1, accepted
    ("rust-tuf-42-1", ("abc", 3), "abc", ("def", 3), "abdef", False),
    ("rust-tuf-42-2", ("abc", 3), "abc", ("def", 3), "abcef", False),
    ("rust-tuf-42-3", ("abc", 3), "abc", ("abd", 3), "abc", False),
    ("rust-tuf-42-4", ("abc", 3), "abc", ("abd", 3), "abd", False),
    ("rust-tuf-42-5", ("abc", 3), "abc", ("cde", 2), "abcde", True),
    ("1-of-1-unsigned", ("a", 1), "a", ("a", 1), "", False),
    ("1-of-1-by-another", ("a", 1), "a", ("a", 1), "b", False),
    ("3-of-5-by-two", ("abcde", 3), "ace", ("abcde", 3), "bd", False),
    ("three-keys-go", ("abcde", 3), "ace", ("abfgh", 3), "acebf", True),
    ("three-keys-go-too-few", ("abcde", 3), "ace", ("abfgh", 3), "aceb", False),
    ("all-keys-go-old-short", ("abcde", 3), "ace", ("fghij", 3), "acfgh", False),
    ("threshold-up", ("abcde", 3), "ace", ("abcde", 4), "abce", True),
    ("threshold-up-too-few", ("abcde", 3), "ace", ("abcde", 4), "abc", False),
    ("same-keys-other-signers", ("abc", 2), "ab", ("abc", 2), "bc", True),
    ("strange-signers-besides", ("abc", 2), "ab", ("abc", 2), "abxy", True),
    ("strange-signers-only", ("abc", 2), "ab", ("abc", 2), "xy", False),
)


def walks() -> Iterator[Walk]:
    for name, before, by, after, then, accepted in ROTATIONS:
        old = trust_fields(roots=_roots(*before))
        new = _next(old, roots=_roots(*after))
        expect = ok(said(new)) if accepted else THRESHOLD
        last = note_of(new, then) if then else _unsigned(new)
        yield f"step-{name}", [note_of(old, by), last], expect
    yield from rotations()
    yield from _orders()
    yield from _later()


def _unsigned(fields: dict[str, Any]) -> bytes:
    """A note must have a line, so one that nobody knows."""
    return signed(text_of(fields), [(f"{ID}/nobody", key("nobody"))])


def _orders() -> Iterator[Walk]:
    one = trust_fields()
    two = _next(one)
    three = _next(two, registry=two["registry"] | {"site": "https://baru.example/"})
    first, second = note_of(one), note_of(two)
    yield "step-two-steps", [first, second, note_of(three)], ok(said(three))
    yield "step-skips-a-version", [first, note_of(three)], malformed("trust-version")
    yield "step-same-document", [first, first], malformed("trust-version")
    yield "step-back", [first, second, first], malformed("trust-version")
    anew = _next(one, version=1, previous="", max_age=7)
    yield "step-another-version-1", [first, note_of(anew)], malformed("trust-version")
    for name, previous in {
        "zero": "0" * 64,
        "of-the-note": "ab" * 32,
        "of-another-document": digest_of(trust_fields(max_age=7)),
    }.items():
        data = note_of(_next(one, previous=previous))
        yield f"step-previous-{name}", [first, data], malformed("trust-previous")
    registry = two["registry"] | {"id": "lain.example"}
    log = {"origin": "lain.example/log", "vkey": Vkey("lain.example/log", key("log").public).text}
    strange = _next(one, registry=registry, logs=[log])
    yield "step-another-registry", [first, note_of(strange)], malformed("trust-registry")
    sites = {"site": "https://baru.example/", "former": ["https://cek.example/"]}
    moved = _next(one, registry=one["registry"] | sites)
    yield "step-site-moves", [first, note_of(moved)], ok(said(moved))
    yield "step-other-signatures", [note_of(one, "bc"), note_of(two, "ac")], ok(said(two))
    yield (
        "step-changed-text",
        [first, second.replace(b"2029", b"2030")],
        malformed("note-signature"),
    )
    yield "step-crlf", [first, second.replace(b"\n", b"\r\n")], malformed("note")
    text = text_of(two).replace('"version": 2', '"version":  2')
    yield "step-not-canonical", [first, signed(text, roots_sign("ab"))], malformed("json*")
    yield from _broken_lines(one, two)


def _broken_lines(one: dict[str, Any], two: dict[str, Any]) -> Iterator[Walk]:
    """A line of a known key must verify, whether it is needed or not."""
    good = note_of(two, "abc")
    last = good[:-20] + (b"A" if good[-20:-19] != b"A" else b"B") + good[-19:]
    yield "step-third-signature-broken", [note_of(one), last], malformed("note-signature")
    wider = _next(one, roots=_roots("abcd", 2))
    lines = [*roots_sign("ab"), (f"{ID}/root/d", key("root d"))]
    good = signed(text_of(wider), lines)
    last = good[:-20] + (b"A" if good[-20:-19] != b"A" else b"B") + good[-19:]
    yield "step-signature-of-a-new-root-broken", [note_of(one), last], malformed("note-signature")


def _later() -> Iterator[Walk]:
    one = trust_fields()
    two = _next(one)
    first = note_of(one)

    def later(header: str, by: str, body: str | None = None) -> bytes:
        text = f"{header}\n{body}" if body else text_of(two, header)
        return signed(text, roots_sign(by))

    for version in ("v2", "v9", "v10", "v123"):
        data = later(f"absah-trust/{version}", "ab")
        yield f"step-later-{version}", [first, data], too_new("trust")
    any_body = later("absah-trust/v2", "bc", "bukan JSON\n")
    yield "step-later-with-any-body", [first, any_body], too_new("trust")
    yield "step-later-too-few", [first, later("absah-trust/v2", "a")], THRESHOLD
    yield "step-later-by-strangers", [first, later("absah-trust/v2", "xy")], THRESHOLD
    broken = later("absah-trust/v2", "ab").replace(b"2029", b"2030")
    yield "step-later-changed", [first, broken], malformed("note-signature")
    for header in ("absah-trust/v0", "absah-trust/v1x", "absah-trust/v02", "absah-build/v1"):
        yield f"step-header-{header}", [first, later(header, "ab")], malformed("trust")
