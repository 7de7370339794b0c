"""A registry of national size, invented, by the ordinary means: 2,000 LSPs, 3,000 schemes.

It begins as the demonstration, so that keys and trust documents are there; then the catalogue grows
and spreadsheets are imported. Of its certificates 2 % are replaced by a later one and 1 % revoked,
spread at random. Every certificate is signed and checked.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from registry import build, changes, demo, intake, issue
from registry.catalogue import Catalogue
from registry.changes import ReasonCode
from registry.demo_people import People, Row, csv_bytes
from registry.keyring import Keyring
from registry.reconcile import Kind
from registry.store import Store
from registry.workspace import Workspace
from signing.fragment import qr_text
from signing.status import State

LSPS, SCHEMES = 2_000, 3_000
SCHEMES_EACH = 15
"""Schemes that one LSP certifies."""
FIRST_LSP = 100
REPLACED, REVOKED = 50, 100
"""One in so many."""
FILE = 500
"""Rows of one spreadsheet. Each is of one LSP, as in life: its numbers lie together."""
DAY = 86_400


@dataclass(frozen=True, slots=True)
class National:
    """What was made."""

    workspace: Workspace
    valid: str
    """Text of a code: a valid certificate of an LSP and a scheme that were invented here."""
    revoked: str
    certificates: int


def make(folder: Path, site: str, now: int, size: int) -> National:
    """A published registry of about ``size`` certificates below ``folder`` for the address."""
    wishes = demo.Wishes(
        folder=folder / "workspace",
        public=folder / "public",
        site=site,
        now=now - DAY,
        records=12,
        seed=7,
    )
    workspace = demo.make(wishes, lambda _words: None).workspace
    draw = random.Random(size)
    _grow(workspace.catalogue, draw)
    with Store.open(workspace.database, writer=True) as store:
        desk = _Desk(workspace, store, draw, now)
        desk.fill(size)
        desk.revoke(size // REVOKED)
        build.build(workspace, store, desk.ring, build.Terms(now))
        valid, revoked = desk.example(State.VALID), desk.example(State.REVOKED)
        return National(workspace, qr_text(site, valid), qr_text(site, revoked), store.size())


class _Desk:
    """Imports spreadsheets and changes states."""

    def __init__(self, workspace: Workspace, store: Store, draw: random.Random, now: int) -> None:
        self.store, self.draw, self.now = store, draw, now
        self.catalogue = Catalogue.load(workspace.catalogue)
        self.ring = Keyring(workspace.keys, demo=True)
        self.file = workspace.path("spreadsheet.csv")
        self.begin = store.size()

    def fill(self, size: int) -> None:
        """Import new certificates, and the replacements of some of them."""
        lsps = cycle(number for number in self.catalogue.lsps if number < FIRST_LSP + LSPS)
        people = People(self.catalogue, 1)
        replaced: list[Row] = []
        for first in range(0, size - size // REPLACED, FILE):
            count = min(FILE, size - size // REPLACED - first)
            rows = list(self._rows(people, next(lsps), count))
            self._import(rows, Kind.NEW)
            replaced += self.draw.sample(rows, len(rows) // (REPLACED - 1))
        for at in range(0, len(replaced), FILE):
            corrected = [replace(row, name=row.name + " S") for row in replaced[at : at + FILE]]
            self._import(corrected, Kind.REPLACEMENT)

    def _rows(self, people: People, lsp: int, count: int) -> Iterator[Row]:
        """Holders of one LSP, of its own few schemes, from the last two years."""
        schemes = self.draw.sample(list(self.catalogue.schemes.values()), SCHEMES_EACH)
        for _ in range(count):
            issued = _day(self.now) - timedelta(days=self.draw.randrange(2, 700))
            while not self.catalogue.lsps[lsp].licensed(issued):
                issued -= timedelta(days=1)
            yield people.row(lsp, self.draw.choice(schemes), issued)

    def _import(self, rows: list[Row], kind: Kind) -> None:
        self.file.write_bytes(csv_bytes([row.cells() for row in rows]))
        reading = intake.read(self.file, self.catalogue, today=_day(self.now))
        batch = issue.Batch(rows=reading.rows, digest=reading.digest, name="lsp.csv", kind=kind)
        terms = issue.Terms(now=self.now, random=self.draw.randbytes, accept_duplicates=True)
        done = issue.issue(self.store, batch, self.catalogue, self.ring, terms)
        if reading.faults or done.faults:
            raise RuntimeError(f"refused: {[*reading.faults, *done.faults][:3]}")

    def revoke(self, count: int) -> None:
        """Revoke that many, spread at random."""
        drawn = self.draw.sample(range(self.begin, self.store.size()), count)
        changes.revoke(self.store, [str(i) for i in drawn], ReasonCode.ISSUED_IN_ERROR, self.now)

    def example(self, state: State) -> bytes:
        """A certificate in this state from the middle of the log, its scheme with units."""
        middle = (self.begin + self.store.size()) // 2
        for row in self.store.certificates(middle, self.store.size()):
            if row.state == state and row.scheme.startswith("NAT/"):
                return row.cose
        raise RuntimeError(f"no certificate in state {state.name} in the second half")


def _grow(folder: Path, draw: random.Random) -> None:
    """More LSPs and schemes, of texts as long as those of the demonstration."""
    known = [json.loads(path.read_bytes()) for path in sorted((folder / "schemes").glob("*.json"))]
    units = [unit for scheme in known for unit in scheme["units"]]
    for number in range(SCHEMES - len(known)):
        scheme = _scheme(number, draw.choice(known), units, draw)
        path = folder / "schemes" / f"national-{number:04d}.1.json"
        path.write_text(json.dumps(scheme, ensure_ascii=False), encoding="utf-8")
    path = folder / "lsps.json"
    lsps = json.loads(path.read_bytes())
    likes = [lsps[at % len(lsps)] for at in range(LSPS - len(lsps))]
    lsps += [_lsp(number, like) for number, like in enumerate(likes, FIRST_LSP)]
    path.write_text(json.dumps(lsps, ensure_ascii=False), encoding="utf-8")


def _scheme(
    number: int, like: dict[str, Any], units: list[dict[str, str]], draw: random.Random
) -> dict[str, Any]:
    chosen = draw.sample(units, draw.randint(5, 30))
    code = f"{draw.choice('ABCFGHIJKMNPQRS')}.{draw.randint(10, 99)}"
    return {
        **like,
        "code": f"NAT/{number:04d}",
        "name": {language: f"{name} {number}" for language, name in like["name"].items()},
        "units": [
            {**unit, "code": f"{code}{draw.randint(100, 999)}.{at:03d}.1"}
            for at, unit in enumerate(chosen)
        ],
    }


def _lsp(number: int, like: dict[str, Any]) -> dict[str, Any]:
    names = [
        {**named, "name": {key: f"{name} {number}" for key, name in named["name"].items()}}
        for named in like["names"]
    ]
    contact = {
        "address": f"Jalan Contoh No. {number}, Kota Contoh",
        "email": f"sekretariat@lsp-{number}.example",
    }
    return {**like, "number": number, "names": names, "contact": contact}


def _day(now: int) -> date:
    """The calendar day at UTC+7."""
    return (datetime.fromtimestamp(now, UTC) + timedelta(hours=7)).date()
