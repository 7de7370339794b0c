"""P1: the rate of issue against the raw signature and its check, on one core, in one run.

Issue = rows reconciled with the ledger, certificate encoded, signed by cryptography, verified by
libsodium, entry, record and certificate committed to SQLite. Reference = Ed25519 sign and verify of
the same messages by the same two libraries and nothing else. Both in CPU seconds of this process,
the reference in slices between the batches, so that a change of the clock rate meets both.

    python -m benchmarks.p1_issue [--records 20000] [--batch 5000] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.catalogue import DEMONSTRATION, Catalogue
from registry.issue import Batch, Terms, append_trust, issue
from registry.records import Record
from registry.store import Store
from signing import cose, keys, note, trust
from signing.canonical import b64encode, time_seconds

SEED = hashlib.sha256(b"benchmark issuer").digest()
NOW = time_seconds("2026-11-24T03:00:00Z")
ID = "bench.example"
TARGET = 0.60


class OneKey:
    """The one issuer key of the benchmark."""

    def __init__(self) -> None:
        self.key = keys.PrivateKey.from_seed(SEED)

    def issuer(self, kid: bytes) -> keys.PrivateKey:
        """The key, whatever is asked for."""
        assert kid == keys.kid(self.key.public)
        return self.key


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


def records(first: int, count: int, scheme: str) -> list[tuple[int, Record]]:
    """Invented records of the usual length, as rows."""
    born, issued = date(1980, 1, 1), date(2026, 11, 2)
    return [
        (
            n - first + 2,
            Record(
                number=f"62019 2512 4 {n:07d} 2026",
                registration=f"TIK {9001 + n % 40} {n:06d} 2026",
                name=f"Contoh Nama {n:07d}",
                birth_date=born + timedelta(days=n * 7 % 9000),
                scheme=scheme,
                lsp=9001 + n % 40,
                issued=issued,
                expires=date(2029, 11, 2),
            ),
        )
        for n in range(first, first + count)
    ]


def raw(messages: list[bytes]) -> float:
    """CPU seconds to sign the messages with one library and verify them with the other."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public = private.public_key().public_bytes_raw()
    begun = time.process_time()
    for message in messages:
        nacl.bindings.crypto_sign_open(private.sign(message) + message, public)
    return time.process_time() - begun


def measure(total: int, batch: int) -> dict[str, float | int]:
    """Issue ``total`` records in batches; CPU seconds of both, the ratio and the peak memory."""
    catalogue, ring = Catalogue.load(DEMONSTRATION), OneKey()
    scheme = min(catalogue.schemes)
    issuing = reference = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "registry.db", writer=True) as store,
    ):
        append_trust(store, trust_note(ring.key.public))
        for first in range(0, total, batch):
            rows = records(first, min(batch, total - first), scheme)
            order = Batch(rows=rows, digest=f"{first:064x}", name="bench.csv")
            begun = time.process_time()
            made = issue(store, order, catalogue, ring, Terms(now=NOW))
            issuing += time.process_time() - begun
            assert len(made.indexes) == len(rows), made.faults[:3]
            held = store.certificates(made.first, made.first + len(rows))
            reference += raw([cose.split(row.cose).signed for row in held])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "records": total,
        "batch": batch,
        "issue_us": round(issuing / total * 1e6, 1),
        "raw_us": round(reference / total * 1e6, 1),
        "ratio": round(reference / issuing, 3),
        "target": TARGET,
        "peak_mib": peak,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="rate of issue against raw sign and verify")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.records, options.batch)
    if options.json:
        print(json.dumps(found))
    else:
        print(
            "P1 issue: {issue_us} us of CPU a certificate; raw sign + verify {raw_us} us; "
            "ratio {ratio} (target {target}); {records} records in batches of {batch}, "
            "peak {peak_mib} MiB".format(**found)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
