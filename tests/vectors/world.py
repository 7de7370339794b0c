"""The invented registry of the vectors: its test keys, documents and certificates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from signing import canonical, certificate, keys, note

ID = "cek.example"
SITE = "https://cek.example/"
FORMER = ("https://lama.example/", "https://lama.example/sertifikat/")
NOW = canonical.time_seconds("2026-11-24T00:00:00Z")
TODAY = NOW // 86_400
MAX_AGE = 14 * 86_400
SCHEME = "DEMO/juru-las"
NAMES = {"id": "LSP Contoh", "ja": "見本認証機関", "en": "Example LSP"}

Signers = Sequence[tuple[str, keys.Signer]]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def seed(label: str) -> bytes:
    """The seed of a test key: SHA-256 of its label."""
    return sha256(label.encode())


@cache
def key(label: str) -> keys.PrivateKey:
    return keys.PrivateKey.from_seed(seed(label))


def b64(data: bytes) -> str:
    return canonical.b64encode(data)


def vkey(name: str, label: str) -> keys.Vkey:
    """The note key ``<id>/<name>`` of a test key."""
    return keys.Vkey(f"{ID}/{name}", key(label).public)


def root(letter: str) -> keys.Vkey:
    return vkey(f"root/{letter}", f"root {letter}")


PUBLISHER = vkey("publisher/1", "publisher 1")
SPARE_PUBLISHER = vkey("publisher/2", "publisher 2")
LOG = vkey("log", "log")


def roots_sign(letters: str) -> Signers:
    """Root signers by letter, for :func:`signed`."""
    return [(f"{ID}/root/{letter}", key(f"root {letter}")) for letter in letters]


def signed(text: str, signers: Signers) -> bytes:
    """A note of ``text`` with one line for each signer."""
    return note.assemble(text, [note.sign_line(text, name, signer) for name, signer in signers])


def issuer(label: str, **changes: Any) -> dict[str, Any]:
    """An entry of ``issuers`` in a trust document."""
    x = key(label).public
    entry = {
        "kid": keys.kid(x).hex(),
        "x": b64(x),
        "name": dict(NAMES),
        "scope": {"lsps": [9001, 9002], "schemes": [SCHEME, "DEMO/operator-crane"]},
        "from": "2026-01-01T00:00:00Z",
        "until": "2028-01-01T00:00:00Z",
        "status": "active",
    }
    return changed(entry, changes)


def trust_fields(**changes: Any) -> dict[str, Any]:
    """The JSON of a trust document: 2 of the roots a, b, c; one issuer; two publishers."""
    fields = {
        "registry": {"id": ID, "name": dict(NAMES), "site": SITE, "former": list(FORMER)},
        "version": 1,
        "previous": "",
        "issued": "2026-10-24T00:00:00Z",
        "expires": "2029-01-24T00:00:00Z",
        "roots": {"threshold": 2, "keys": [root(letter).text for letter in "abc"]},
        "issuers": [issuer("issuer active")],
        "publishers": [PUBLISHER.text, SPARE_PUBLISHER.text],
        "logs": [{"origin": LOG.name, "vkey": LOG.text}],
        "approvers": [],
        "max_age": MAX_AGE,
    }
    return changed(fields, changes)


class Absent:
    """Given as a change, it takes the field away."""


ABSENT = Absent()


def changed(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``fields`` with some replaced, added or (ABSENT) taken away; the order stays."""
    merged = {**fields, **changes}
    return {name: value for name, value in merged.items() if value is not ABSENT}


def certificate_of(**changes: Any) -> certificate.Certificate:
    """A sound certificate of the invented registry."""
    fields: dict[str, Any] = {
        "index": 7,
        "number": "62019 2512 4 0012345 2026",
        "registration": "TIK 9001 00123 2026",
        "name": "Siti Contoh Lestari",
        "birth_day": 10_818,
        "scheme": SCHEME,
        "lsp": 9001,
        "issue_day": TODAY - 20,
        "scheme_digest": sha256(b"scheme file")[:16],
        "expiry_day": TODAY + 1_075,
        "cti": sha256(b"cti")[:16],
    }
    return certificate.Certificate(**{**fields, **changes})


def fields_of(c: certificate.Certificate) -> dict[str, Any]:
    """A certificate as JSON: bytes as hex, absent fields left out."""
    values = {name: getattr(c, name) for name in c.__slots__}
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in values.items()
        if value is not None
    }


def ok(value: Any = True) -> dict[str, Any]:
    return {"ok": value}


def malformed(code: str) -> dict[str, Any]:
    return {"malformed": code}


def too_new(code: str) -> dict[str, Any]:
    return {"too-new": code}
