"""Rotations of root keys: the situations that TUF's conformance suite covers, and how they count.

A situation is a row of versions, each with its root keys, their threshold and who signed it. The
names say the situation; documents, keys and rules are ours (docs/formats.md section 4, T5).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from signing import note
from signing.keys import L
from tests.vectors.trust_documents import digest_of, note_of, said, text_of
from tests.vectors.world import (
    ID,
    changed,
    key,
    malformed,
    ok,
    root,
    roots_sign,
    signed,
    trust_fields,
    vkey,
)

Walk = tuple[str, list[bytes], dict[str, Any]]
Version = tuple[str, int, str]
THRESHOLD = malformed("trust-threshold")

SITUATIONS: dict[str, tuple[list[Version], bool]] = {
    # name: (root keys, threshold, signers) of each version; whether the last one is taken
    "1-of-1-rotates": ([("b", 1, "b"), ("c", 1, "cb"), ("c", 1, "c")], True),
    "1-of-1-rotates-with-strange-signatures": (
        [("b", 1, "dbe"), ("c", 1, "dcbe"), ("c", 1, "dce")],
        True,
    ),
    "3-of-5-each-version-by-others": (
        [("abcde", 3, "ace"), ("abcde", 3, "aeb"), ("abcde", 3, "abd"), ("abcde", 3, "abd")],
        True,
    ),
    "3-of-5-one-key-rotates": ([("abcde", 3, "ace"), ("abdef", 3, "aeb")], True),
    "3-of-5-one-key-rotates-by-a-step-between": (
        [("abcde", 3, "ace"), ("abdef", 3, "acef"), ("abdef", 3, "aef")],
        True,
    ),
    "3-of-5-all-keys-rotate-by-a-step-between": (
        [("abcde", 3, "ace"), ("fghij", 3, "acefgh"), ("fghij", 3, "fgh")],
        True,
    ),
    "threshold-1-to-2-of-3": ([("bcd", 1, "b"), ("bcd", 2, "bc")], True),
    "threshold-2-to-1-of-3": ([("bcd", 2, "bc"), ("bcd", 1, "bc"), ("bcd", 1, "b")], True),
    "1-of-1-becomes-2-of-2": ([("b", 1, "b"), ("bc", 2, "bc")], True),
    "1-of-1-rotates-without-the-old-key": ([("b", 1, "b"), ("c", 1, "cde")], False),
    "1-of-1-rotates-without-the-new-key": ([("b", 1, "b"), ("c", 1, "bde")], False),
    "3-of-5-one-key-rotates-too-few-new": ([("abcde", 3, "ace"), ("abdef", 3, "ace")], False),
    "3-of-5-one-key-rotates-too-few-old": ([("abcde", 3, "ace"), ("abdef", 3, "aef")], False),
    "threshold-1-to-2-of-3-by-one": ([("bcd", 1, "b"), ("bcd", 2, "c")], False),
    "threshold-2-to-1-of-3-by-one": ([("bcd", 2, "bc"), ("bcd", 1, "b")], False),
}


def rotations() -> Iterator[Walk]:
    for name, (versions, taken) in SITUATIONS.items():
        chain: list[bytes] = []
        fields: dict[str, Any] = {}
        for letters, threshold, by in versions:
            fields = _next(fields, letters, threshold)
            chain.append(note_of(fields, by))
        yield f"tuf-rotation-{name}", chain, ok(said(fields)) if taken else THRESHOLD
    yield from _counting()


def _next(fields: dict[str, Any], letters: str, threshold: int) -> dict[str, Any]:
    roots = {"threshold": threshold, "keys": [root(letter).text for letter in letters]}
    if not fields:
        return trust_fields(roots=roots)
    step = {"version": fields["version"] + 1, "previous": digest_of(fields)}
    return changed(fields, step | {"roots": roots})


def _counting() -> Iterator[Walk]:
    """Ways in which verifiers of others have counted one key twice, or the wrong keys."""
    one = trust_fields()
    two = _next(one, "abc", 2)
    first, text = note_of(one), text_of(two)
    [line] = _lines(text, "a")
    other = [*roots_sign("a"), (f"{ID}/root/b", key("root a"))]
    yield "count-one-line-twice", [first, note_of(two, "aa")], THRESHOLD
    yield "count-one-line-64-times", [first, note_of(two, "a" * 64)], THRESHOLD
    yield "count-one-line-65-times", [first, note_of(two, "a" * 65)], malformed("note")
    yield "count-one-key-under-another-name", [first, signed(text, other)], THRESHOLD
    yield (
        "count-one-key-by-its-malleable-signature",
        [first, note.assemble(text, [line, _malleable(line)])],
        malformed("note-signature"),
    )
    names = [(f"{ID}/root/b", key("publisher 1")), *roots_sign("a")]
    yield "count-a-publisher-as-a-root", [first, signed(text, names)], THRESHOLD
    yield from _renamed(one)
    twins = [root("a").text, vkey("root/x", "root a").text, root("b").text]
    doubled = changed(two, {"roots": {"threshold": 2, "keys": twins}})
    lines = [*roots_sign("a"), (f"{ID}/root/x", key("root a"))]
    data = signed(text_of(doubled), [*lines, *roots_sign("b")])
    yield "count-one-key-that-stands-under-two-names", [first, data], malformed("trust-keys")
    above = changed(two, {"roots": {"threshold": 4, "keys": two["roots"]["keys"]}})
    yield "count-threshold-above-the-keys", [first, note_of(above, "abc")], THRESHOLD
    strange = [{**entry, "kid_hash": "md5"} for entry in two["issuers"]]
    unknown = changed(two, {"issuers": strange, "keyid_hash_algorithms": ["md5"]})
    yield "count-with-unknown-fields", [first, note_of(unknown)], ok(said(unknown))


def _renamed(one: dict[str, Any]) -> Iterator[Walk]:
    """A key that the next version knows by another name counts there by that name's line alone."""
    renamed = _next(one, "abc", 2)
    names = [vkey("root/x", "root a").text, root("b").text, root("c").text]
    renamed = changed(renamed, {"roots": {"threshold": 2, "keys": names}})
    by_old = signed(text_of(renamed), roots_sign("ab"))
    yield "count-a-renamed-key-by-its-old-name", [note_of(one), by_old], THRESHOLD
    lines = [*roots_sign("ab"), (f"{ID}/root/x", key("root a"))]
    by_both = signed(text_of(renamed), lines)
    yield "count-a-renamed-key-by-both-names", [note_of(one), by_both], ok(said(renamed))


def _lines(text: str, by: str) -> list[str]:
    return [note.sign_line(text, name, signer) for name, signer in roots_sign(by)]


def _malleable(line: str) -> str:
    """The same signature with S + L in the place of S."""
    start, _, data = line.rstrip("\n").rpartition(" ")
    raw = base64.b64decode(data)
    s = int.from_bytes(raw[-32:], "little") + L
    return f"{start} {base64.b64encode(raw[:-32] + s.to_bytes(32, 'little')).decode()}\n"
