"""P4: verify a file of QR texts, as a ratio to raw PyNaCl verification in one run.

    python -m benchmarks.p4_verify [--size 2000]

The whole way is timed: reading the file, digits to bytes, signature, claims, status, inclusion in
the log, catalogue, verdict. The reference verifies the same signatures over the same bytes and does
nothing else. Both work by turns in one process.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nacl import bindings

from benchmarks.figure import Figure, Found, Point, forget_peak, run
from registry import demo, scan
from registry.session import Asked, open_client
from registry.store import Store
from signing import cose
from signing.fragment import qr_text

NOW = 1_795_489_200
SITE = "http://127.0.0.1:8080/"
TURNS = 5
Signed = tuple[bytes, bytes]
"""Signature and message as libsodium takes them, and the public key."""


def prepared(folder: Path, count: int) -> tuple[Path, Path, list[Signed]]:
    """A demonstration: its public folder, a file of QR texts, and what the reference verifies."""
    wishes = demo.Wishes(
        folder=folder / "demo",
        public=folder / "public",
        site=SITE,
        now=NOW,
        records=count,
        seed=7,
    )
    made = demo.make(wishes, lambda _words: None)
    client = open_client(
        Asked(str(made.workspace.public), made.workspace.public / "trust", folder / "s", False),
        NOW + 60,
        lambda _words: None,
    )
    assert client.held.trust is not None
    keys = {issuer.kid: issuer.x for issuer in client.held.trust.issuers}
    texts, signed = [], []
    with Store.open(made.workspace.database) as store:
        for row in store.certificates(0, store.confirmed_size()):
            texts.append(qr_text(SITE, row.cose))
            frame = cose.split(row.cose)
            signed.append((frame.signature + frame.signed, keys[frame.kid]))
    file = folder / "texts.txt"
    file.write_text("\n".join(texts) + "\n", encoding="ascii")
    return made.workspace.public, file, signed


def whole_way(public: Path, file: Path, state: Path) -> int:
    """Verdicts that are green or say a state."""
    asked = Asked(str(public), public / "trust", state, False)
    client = open_client(asked, NOW + 60, lambda _words: None)
    results = [client.check(found.text) for found in scan.read(file)]
    return sum(result.verdict.certificate is not None for result in results)


def raw(signed: list[Signed]) -> int:
    """The reference."""
    for message, key in signed:
        bindings.crypto_sign_open(message, key)
    return len(signed)


def timed(work: Callable[[], int], count: int) -> float:
    """CPU seconds."""
    start = time.process_time()
    assert work() == count
    return time.process_time() - start


def measure(size: int) -> Found:
    """Verify a file of ``size`` texts (the demonstration adds a few), and the reference."""
    with tempfile.TemporaryDirectory() as name:
        public, file, signed = prepared(Path(name), size)
        count, ours, theirs = len(signed), [], []
        forget_peak()
        for _ in range(TURNS):
            ours.append(timed(lambda: whole_way(public, file, Path(name) / "s"), count))
            theirs.append(timed(lambda: raw(signed), count))
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    whole, reference = statistics.median(ours), statistics.median(theirs)
    return Found(
        size=size,
        things="QR texts",
        figures=[
            Figure(
                id="P4",
                work="verify a file of QR texts",
                reference="raw PyNaCl verify",
                ratio=ratio,
                target=0.80,
                direction=">=",
            )
        ],
        points=[Point("verify, whole way", whole), Point("raw PyNaCl verify", reference)],
        details={
            "texts": count,
            "turns": TURNS,
            "microseconds a text": round(1e6 * whole / count, 1),
            "microseconds a signature": round(1e6 * reference / count, 1),
        },
    )


if __name__ == "__main__":
    run("p4_verify", measure, 2_000)
