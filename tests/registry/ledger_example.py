"""A small invented registry for tests: keys from fixed seeds, a trust document, records."""

from __future__ import annotations

import hashlib
import random
from datetime import date
from pathlib import Path
from typing import Any

from registry.catalogue import DEMONSTRATION, Catalogue
from registry.intake_faults import sentence
from registry.issue import Batch, Issued, Terms, append_trust, issue
from registry.reconcile import Kind
from registry.records import Fault, Record
from registry.rows import LedgerRow
from registry.store import Store
from signing import keys, note, trust
from signing.canonical import b64encode, time_seconds

ID = "cek.example.go.id"
NOW = time_seconds("2026-11-24T03:00:00Z")
WHOLE, PARTED = "DEMO/agroindustri-kkni3", "DEMO/junior-coder"
"""A scheme without a unit list, and one with several units."""


def key(name: str) -> keys.PrivateKey:
    """The key of a name, the same in every run."""
    return keys.PrivateKey.from_seed(hashlib.sha256(f"test {name}".encode()).digest())


class Ring:
    """Issuer keys at hand, by key id; counts how often it was asked."""

    def __init__(self, *names: str) -> None:
        self.held = {keys.kid(key(name).public): key(name) for name in names}
        self.asked = 0

    def issuer(self, kid: bytes) -> keys.PrivateKey | None:
        self.asked += 1
        return self.held.get(kid)


def issuer_entry(name: str, **changes: Any) -> dict[str, Any]:
    """An issuer entry of the trust document."""
    x = key(name).public
    entry: dict[str, Any] = {
        "kid": keys.kid(x).hex(),
        "x": b64encode(x),
        "name": {"id": name, "ja": name, "en": name},
        "scope": {},
        "from": "2026-01-01T00:00:00Z",
        "until": "2027-12-31T00:00:00Z",
        "status": "active",
    }
    return entry | changes


def approver(name: str) -> keys.Vkey:
    """The public key of an approver."""
    return keys.Vkey(f"{ID}/approver/{name}", key(f"approver {name}").public)


def trust_note(
    *issuers: dict[str, Any], version: int = 1, previous: str = "", approvers: tuple[str, ...] = ()
) -> bytes:
    """A trust document signed by both roots."""
    roots = [keys.Vkey(f"{ID}/root/{name}", key(f"root {name}").public) for name in "ab"]
    document = {
        "registry": {
            "id": ID,
            "name": {"id": "Contoh", "ja": "見本", "en": "Example"},
            "site": f"https://{ID}/",
            "former": [],
        },
        "version": version,
        "previous": previous,
        "issued": "2026-11-01T00:00:00Z",
        "expires": "2029-02-01T00:00:00Z",
        "roots": {"threshold": 2, "keys": [root.text for root in roots]},
        "issuers": list(issuers) or [issuer_entry("general")],
        "publishers": [keys.Vkey(f"{ID}/publisher/a", key("publisher").public).text],
        "logs": [{"origin": f"{ID}/log", "vkey": keys.Vkey(f"{ID}/log", key("log").public).text}],
        "approvers": [approver(name).text for name in approvers],
        "max_age": 1209600,
    }
    text = trust.text_of(document)
    lines = [note.sign_line(text, root.name, key(f"root {root.name[-1]}")) for root in roots]
    return note.assemble(text, lines)


def record(n: int = 1, **changes: Any) -> Record:
    """The n-th invented record."""
    values: dict[str, Any] = {
        "number": f"62019 2512 4 {n:07d} 2026",
        "registration": f"TIK 9001 {n:05d} 2026",
        "name": f"Contoh {'ABCDEFGHIJ'[n % 10]}{n}",
        "birth_date": date(1990, 1, 1 + n % 28),
        "scheme": WHOLE,
        "lsp": 9001,
        "issued": date(2026, 11, 2),
        "expires": date(2029, 11, 2),
    }
    return Record(**(values | changes))


def catalogue() -> Catalogue:
    """The demonstration catalogue."""
    return Catalogue.load(DEMONSTRATION)


def opened(folder: Path, *issuers: dict[str, Any], approvers: tuple[str, ...] = ()) -> Store:
    """A new store in ``folder`` whose log holds trust/1."""
    store = Store.open(folder / "registry.db", writer=True)
    append_trust(store, trust_note(*issuers, approvers=approvers))
    return store


def batch(*records: Record, kind: Kind = Kind.NEW, first_row: int = 2) -> Batch:
    """A batch of records as rows 2, 3, ..."""
    digest = hashlib.sha256(repr(records).encode()).hexdigest()
    rows = list(enumerate(records, first_row))
    return Batch(rows=rows, digest=digest, name="import.csv", kind=kind)


def issued(store: Store, *records: Record, kind: Kind = Kind.NEW, **terms: Any) -> Issued:
    """Issue records with the general key."""
    chosen = Terms(now=NOW, random=random.Random(7).randbytes, **terms)
    return issue(store, batch(*records, kind=kind), catalogue(), Ring("general"), chosen)


def codes(faults: list[Fault]) -> list[tuple[int, str | None, str]]:
    """(row, column, code) of faults, each of whose sentences can be filled."""
    for fault in faults:
        for language in ("id", "en"):
            assert "{" not in sentence(fault, language)
    return [(fault.row, fault.column, fault.code) for fault in faults]


def ledger_row(index: int, batch: int) -> LedgerRow:
    """A certificate of the ledger without its signature, for builds: they read only its digest."""
    cose = hashlib.shake_256(b"certificate %d of %d" % (index, batch)).digest(236)
    return LedgerRow(
        idx=index, number=f"62019 2512 4 {index:07d} 2026",
        registration=f"TIK 9001 {index:07d} 2026", name=f"Contoh {index}", passport_name=None,
        birth_day=7_000, scheme="DEMO/helper-cookery", lsp=9001, issue_day=20_000,
        expiry_day=21_000, units=None, blank_number=None, replaces=None, kid=bytes(4),
        batch=batch, cose=cose,
    )  # fmt: skip
