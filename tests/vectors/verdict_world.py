"""A published registry in memory, out of which the cases of verdicts.json take their evidence.

Certificates get their index when they are made; :meth:`World.tables` then lays out log, status
lists, trust documents and build notes around them.
"""

from __future__ import annotations

import hashlib
from typing import Any

from signing import build_note, cose, fragment, merkle, status, trust
from signing.canonical import time_text
from tests.vectors import plain_merkle
from tests.vectors.certificate_claims import payload_of
from tests.vectors.world import (
    ID,
    LOG,
    MAX_AGE,
    NOW,
    PUBLISHER,
    SITE,
    b64,
    certificate_of,
    issuer,
    key,
    roots_sign,
    sha256,
    signed,
    trust_fields,
)

CUT = 100
"""Size of the log at which closed keys were closed."""
SIZE = 400
NOTE_ISSUED = NOW - 3_600
TRUST_ISSUED = "2026-10-24T00:00:00Z"
CLOSED = {
    "issuer retired": ("retired", None),
    "issuer retired final": ("retired", "same"),
    "issuer retired other": ("retired", "other"),
    "issuer compromised": ("compromised", None),
    "issuer compromised final": ("compromised", "same"),
    "issuer compromised other": ("compromised", "other"),
}
"""Status of each closed key, and whether the root at its end is the log's."""
BUILDS = {
    "main": ("main", NOTE_ISSUED),
    "ends": ("ends", NOTE_ISSUED),
    "old": ("main", NOW - MAX_AGE),
    "old-ends": ("ends", NOW - MAX_AGE),
    "five": ("main", NOW - 7 * 3_600),
}
"""Trust document and time of each build note; all of them pin the same log."""


class World:
    """Hands out certificates, and remembers what log and lists have to say about them."""

    def __init__(self) -> None:
        self._low, self._high, self._past = 0, CUT + 9, SIZE - 1
        self._leaves: dict[int, bytes] = {}
        self._states: dict[int, int] = {}
        self.texts: dict[str, str] = {}
        self.indexes: dict[str, int] = {}

    def certificate(self, name: str, **wanted: Any) -> str:
        """Make a certificate and keep its QR text under ``name``.

        ``place``: ``low`` (below CUT - 10), ``high``, ``past`` (not in the log). ``index``: exactly
        this one, from CUT - 10 to CUT + 9 or the last. ``state``: 0 to 3. ``logged``: False puts
        another entry at its index.
        """
        if name in self.texts:
            return name
        place, state = wanted.pop("place", "high"), wanted.pop("state", 0)
        logged, signer = wanted.pop("logged", True), wanted.pop("issuer", "issuer active")
        index = wanted.pop("index", None) or self._next(place)
        c = certificate_of(index=index, cti=sha256(name.encode())[:16], **wanted)
        data = cose.sign(payload_of(c), key(signer))
        if logged and index < SIZE:
            self._leaves[index] = plain_merkle.leaf(b"\x01" + hashlib.sha256(data).digest())
        if state:
            self._states[index] = state
        self.indexes[name] = index
        return self.text(name, fragment.qr_text(SITE, data))

    def text(self, name: str, text: str) -> str:
        """Keep a text under a name."""
        if self.texts.setdefault(name, text) != text:
            raise ValueError(f"two texts are called {name}")
        return name

    def _next(self, place: str) -> int:
        if place == "low":
            self._low += 1
            return self._low
        if place == "high":
            self._high += 1
            return self._high
        self._past += 1
        return self._past

    def tables(self) -> dict[str, Any]:
        """The shared objects of all cases, by name."""
        if self._low >= CUT - 10 or self._high >= SIZE - 1:
            raise ValueError("the log is too small for so many certificates")
        leaves = [self._leaf(index) for index in range(SIZE)]
        root, early = plain_merkle.root(leaves), plain_merkle.root(leaves[:CUT])
        trusts = {name: _trust(early, ends) for name, ends in (("main", False), ("ends", True))}
        lists = {
            "main": _list(0, self._states),
            "second": _list(1, {131_072 + index: 1 for index in range(2, SIZE)}),
        }
        return {
            "trusts": {name: b64(data) for name, data in trusts.items()},
            "builds": {
                name: {"trust": by, "note": b64(_build(trusts[by], issued, root, lists["main"]))}
                for name, (by, issued) in BUILDS.items()
            },
            "checkpoints": _checkpoints(leaves, root),
            "lists": {name: b64(data) for name, data in lists.items()},
            "entries": self._entries(leaves),
            "prefixes": _prefixes(leaves),
            "texts": self.texts,
        }

    def _leaf(self, index: int) -> bytes:
        filler = plain_merkle.leaf(b"\x01" + sha256(f"filler {index}".encode()))
        return self._leaves.get(index, filler)

    def _entries(self, leaves: list[bytes]) -> dict[str, Any]:
        """What the log holds at the index of each certificate, with its proof; and broken ones."""

        def entry(at: int, leaf: bytes, proof: list[bytes]) -> dict[str, Any]:
            return {"index": at, "leaf": b64(leaf), "proof": [b64(h) for h in proof]}

        held = {
            name: entry(at, leaves[at], plain_merkle.inclusion(at, leaves))
            for name, at in self.indexes.items()
            if at < SIZE
        }
        at = self.indexes["plain"]
        proof = plain_merkle.inclusion(at, leaves)
        first = bytes([proof[0][0] ^ 1]) + proof[0][1:]
        held["plain-one-hash-less"] = entry(at, leaves[at], proof[:-1])
        held["plain-one-hash-more"] = entry(at, leaves[at], [*proof, proof[0]])
        held["plain-changed-hash"] = entry(at, leaves[at], [first, *proof[1:]])
        held["plain-short-hash"] = entry(at, leaves[at], [proof[0][:31], *proof[1:]])
        held["plain-no-proof"] = entry(at, leaves[at], [])
        held["plain-in-smaller-tree"] = entry(
            at, leaves[at], plain_merkle.inclusion(at, leaves[: SIZE - 1])
        )
        return held


def _checkpoints(leaves: list[bytes], root: bytes) -> dict[str, str]:
    def one(size: int, digest: bytes) -> str:
        return b64(merkle.sign_checkpoint(merkle.Checkpoint(LOG.name, size, digest), key("log")))

    smaller = plain_merkle.root(leaves[: SIZE - 1])
    return {
        "main": one(SIZE, root),
        "smaller": one(SIZE - 1, smaller),
        "another-root": one(SIZE, smaller),
    }


def _prefixes(leaves: list[bytes]) -> dict[str, list[str]]:
    good = plain_merkle.prefix(CUT, leaves)
    return {
        "main": [b64(h) for h in good],
        "one-hash-less": [b64(h) for h in good[:-1]],
        "changed-hash": [b64(sha256(b"no hash")), *(b64(h) for h in good[1:])],
        "of-another-size": [b64(h) for h in plain_merkle.prefix(CUT + 1, leaves)],
    }


def _list(number: int, states: dict[int, int]) -> bytes:
    bits = bytearray(status.LENGTH)
    for index, state in {number * status.ENTRIES: 1, **states}.items():
        at = index - number * status.ENTRIES
        bits[at // 4] |= state << 2 * (at % 4)
    held = status.StatusList(number, NOW - 90_000, bytes(bits))
    return status.sign(ID, held, key("publisher 1"))


def _trust(early: bytes, ends: bool) -> bytes:
    roots = {"same": early, "other": sha256(b"another root")}
    issuers = [
        issuer("issuer active"),
        issuer("issuer of anything", scope={}),
        issuer("issuer past until", until="2026-02-01T00:00:00Z"),
        issuer("issuer not begun", **{"from": "2027-02-01T00:00:00Z"}),
    ]
    for label, (state, final) in CLOSED.items():
        end = {"final": {"size": CUT, "root": b64(roots[final])}} if final else {}
        issuers.append(issuer(label, status=state, **end))
    fields = trust_fields(
        version=2,
        previous=sha256(b"version 1").hex(),
        issued=TRUST_ISSUED,
        expires=time_text(NOW) if ends else "2029-01-24T00:00:00Z",
        issuers=issuers,
    )
    return signed(trust.text_of(fields), roots_sign("ab"))


def _build(of: bytes, issued: int, root: bytes, pinned: bytes) -> bytes:
    document = trust.parse(of)
    fields = {
        "registry": ID,
        "build": 42,
        "issued": time_text(issued),
        "previous": sha256(b"build 41").hex(),
        "trust": {"version": document.version, "sha256": document.digest},
        "log": {"size": SIZE, "root": b64(root)},
        "status": [{"list": 0, "sha256": sha256(pinned).hex()}],
        "catalogue": {},
        "files": sha256(b"files.json").hex(),
    }
    return build_note.sign(fields, PUBLISHER, key("publisher 1"))
