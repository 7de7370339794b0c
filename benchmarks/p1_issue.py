"""P1: the rate of issue against the raw signature and its check, in one run.

    python -m benchmarks.p1_issue [--size 20000]

Issue = CSV rows read and validated, reconciled with the ledger, certificates encoded, signed by
cryptography, verified by libsodium, entry, record and certificate committed to SQLite; in files of
5,000 rows. Reference = Ed25519 sign and verify of the same messages by the same two libraries and
nothing else. One process: both in CPU seconds. A pool of two: both in wall seconds, against twice
the rate of the reference on one core. All take turns, file by file, so that a change of the clock
rate meets all of them.
"""

from __future__ import annotations

import csv
import hashlib
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figure import Figure, Found, Point, children, peak, run
from registry import intake
from registry.catalogue import DEMONSTRATION, Catalogue
from registry.demo_people import HEADER
from registry.issue import Batch, Terms, append_trust, issue
from registry.issuers import IssuerKeys
from registry.keyring import Keyring, vkey_name
from registry.log import Tree
from registry.signers import SigningPool
from registry.store import Store
from signing import cose, keys, note, trust
from signing.canonical import b64encode, time_seconds

SEED = hashlib.sha256(b"benchmark issuer").digest()
NOW = time_seconds("2026-11-24T03:00:00Z")
TODAY = date(2026, 11, 24)
ID = "bench.example"
FILE = 5_000
"""Rows of one file."""
PROCESSES = 2


@dataclass(slots=True)
class Clock:
    """Seconds of the stages, CPU or wall."""

    intake: float = 0
    issue: float = 0

    @property
    def both(self) -> float:
        """Seconds from the file to the commit."""
        return self.intake + self.issue


def trust_note(x: bytes) -> bytes:
    """A trust document with one issuer, signed by two roots."""
    pair = {n: keys.PrivateKey.from_seed(hashlib.sha256(n.encode()).digest()) for n in "abcd"}
    vkeys = {n: keys.Vkey(f"{ID}/{n}" if n != "d" else f"{ID}/log", pair[n].public) for n in pair}
    names = {"id": "Uji", "ja": "計測", "en": "Benchmark"}
    life = {"from": "2026-01-01T00:00:00Z", "until": "2027-12-31T00:00:00Z", "status": "active"}
    issuer = {"kid": keys.kid(x).hex(), "x": b64encode(x), "name": names, "scope": {}, **life}
    text = trust.text_of(
        {
            "registry": {"id": ID, "name": names, "site": f"https://{ID}/", "former": []},
            "version": 1,
            "previous": "",
            "issued": "2026-11-01T00:00:00Z",
            "expires": "2029-02-01T00:00:00Z",
            "roots": {"threshold": 2, "keys": [vkeys["a"].text, vkeys["b"].text]},
            "issuers": [issuer],
            "publishers": [vkeys["c"].text],
            "logs": [{"origin": f"{ID}/log", "vkey": vkeys["d"].text}],
            "approvers": [],
            "max_age": 1209600,
        }
    )
    return note.assemble(text, [note.sign_line(text, vkeys[n].name, pair[n]) for n in "ab"])


def rows(first: int, count: int, scheme: str) -> Iterator[list[str]]:
    """Invented rows of the usual length, under ``HEADER``."""
    born = date(1980, 1, 1)
    for n in range(first, first + count):
        lsp = 9001 + n % 40 % 12
        yield [
            f"62019 2512 4 {n:07d} 2026",
            f"TIK {lsp} {n:07d} 2026",
            f"Contoh Nama {n % 9 * 'a'} {n:07d}",
            "",
            (born + timedelta(days=n * 7 % 9000)).isoformat(),
            scheme,
            str(lsp),
            "2026-11-02",
            "",
            "K",
        ]


def raw(messages: list[bytes]) -> tuple[float, float]:
    """CPU and wall seconds to sign the messages with one library and verify with the other."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public = private.public_key().public_bytes_raw()
    cpu, wall = time.process_time(), time.perf_counter()
    for message in messages:
        nacl.bindings.crypto_sign_open(private.sign(message) + message, public)
    return time.process_time() - cpu, time.perf_counter() - wall


class Desk:
    """One registry of the benchmark, which issues by one way; in CPU and in wall seconds."""

    def __init__(self, folder: Path, name: str, ring: IssuerKeys, catalogue: Catalogue) -> None:
        self.store = Store.open(folder / f"{name}.db", writer=True)
        self.ring, self.catalogue = ring, catalogue
        self.cpu, self.wall = Clock(), Clock()
        draw = random.Random(1)
        self.store.random = draw.randbytes
        self.terms = Terms(now=NOW, random=draw.randbytes)
        public = keys.PrivateKey.from_seed(SEED).public
        append_trust(self.store, trust_note(public))

    def take(self, file: Path) -> list[bytes]:
        """Issue a file; the messages that were signed."""
        begun = time.process_time(), time.perf_counter()
        reading = intake.read(file, self.catalogue, today=TODAY)
        between = time.process_time(), time.perf_counter()
        order = Batch(rows=reading.rows, digest=reading.digest, name=file.name)
        made = issue(self.store, order, self.catalogue, self.ring, self.terms)
        ended = time.process_time(), time.perf_counter()
        if reading.faults or made.faults or not made.rows:
            raise RuntimeError(f"refused: {[*reading.faults, *made.faults][:3]}")
        for at, clock in enumerate((self.cpu, self.wall)):
            clock.intake += between[at] - begun[at]
            clock.issue += ended[at] - between[at]
        held = self.store.certificates(made.first, made.first + len(made.rows))
        return [cose.split(row.cose).signed for row in held]

    def root(self) -> bytes:
        """Root of the log."""
        return Tree(self.store.leaves(0, self.store.size())).root()


def write(file: Path, first: int, count: int, scheme: str) -> None:
    """One file of an LSP."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(rows(first, count, scheme))


def keyring(folder: Path) -> Keyring:
    """A keyring with the one issuer key."""
    ring = Keyring(folder / "keys", demo=True)
    (folder / "keys").mkdir(mode=0o700)
    private = keys.PrivateKey.from_seed(SEED)
    ring.create("issuer", "main", vkey_name(ID, "issuer", "main"), None, private)
    return ring


def measure(size: int) -> Found:
    """Issue ``size`` rows by one process and by a pool, and the reference beside them."""
    catalogue = Catalogue.load(DEMONSTRATION)
    scheme = min(catalogue.schemes)
    cpu = wall = 0.0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ring = keyring(folder)
        with SigningPool(ring, PROCESSES) as pool:
            alone = Desk(folder, "alone", ring, catalogue)
            pooled = Desk(folder, "pooled", pool, catalogue)
            for first in range(0, size, FILE):
                file = folder / f"{first}.csv"
                write(file, first, min(FILE, size - first), scheme)
                messages = alone.take(file)
                slice_cpu, slice_wall = raw(messages)
                cpu, wall = cpu + slice_cpu, wall + slice_wall
                pooled.take(file)
                file.unlink()
            memory = peak(children())  # the comparison of whole trees is none of the work
            same = alone.root() == pooled.root()
            for desk in (alone, pooled):
                desk.store.close()
    if not same:
        raise RuntimeError("one process and two made different logs")
    stages = {
        "intake": alone.cpu.intake,
        "issue": alone.cpu.issue,
        "raw sign + verify": cpu,
        "intake and issue, pool of 2 (wall)": pooled.wall.both,
    }
    each = {name: round(seconds / size * 1e6, 1) for name, seconds in stages.items()}
    return Found(
        size=size,
        things="certificates",
        figures=_figures(size, alone.cpu, pooled.wall, (cpu, wall), memory),
        points=[Point(name, seconds) for name, seconds in stages.items()],
        details={"one root for 1 and 2 processes": same, "microseconds a certificate": each},
        memory=memory,
    )


def _figures(
    size: int, alone: Clock, pooled: Clock, reference: tuple[float, float], memory: float
) -> list[Figure]:
    cpu, wall = reference
    work = "issue of CSV rows"
    return [
        Figure(id="P1", work=f"{work}, one process", reference="raw sign + verify, one core",
               ratio=cpu / alone.both, target=0.60, direction=">="),
        Figure(id="P1", work=f"{work}, pool of 2", reference="twice raw sign + verify, one core",
               ratio=wall / pooled.both / PROCESSES, target=0.55, direction=">="),
        Figure(id="P1", work="issue without reading the rows, one process",
               reference="raw sign + verify, one core",
               ratio=cpu / alone.issue, target=None, direction=">="),
        Figure(id="P1", work=f"peak memory of all processes at {size:,}", reference="MiB",
               ratio=memory, target=512),
    ]  # fmt: skip


if __name__ == "__main__":
    run("p1_issue", measure, 20_000)
