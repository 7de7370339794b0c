"""Our log, judged by programs that are not ours: Go's sumdb, tlog-scales, @sigstore/verify."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from tlog_scales import signing, tlog
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from signing import merkle
from site_templates.hatch_build import find_toolchain
from tests.foreign.published_log import LARGE, SIZES, VKEY, Proof, PublishedLog, publish

HERE = Path(__file__).parent
GOPATH = Path("/usr/share/gocode")
SUMDB = GOPATH / "src/golang.org/x/mod/sumdb/tlog"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedLog:
    return publish(tmp_path_factory.mktemp("log"))


def counts(*command: str | Path, **environment: str) -> list[int]:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    print(f"\n{done.stdout.strip()}")
    return [int(word) for word in done.stdout.split()]


def test_every_size_is_proven_in_several_places(published: PublishedLog) -> None:
    assert {proof.size for proof in published.included} == set(SIZES)
    assert {proof.size for proof in published.grown} == set(SIZES)
    print(f"\n{len(published.included)} inclusion and {len(published.grown)} consistency proofs")
    assert min(len(published.included), len(published.grown)) > 3_500


@pytest.mark.skipif(shutil.which("go") is None, reason="go is missing: apt-get install golang-go")
@pytest.mark.skipif(
    not SUMDB.is_dir(), reason="sumdb is missing: apt-get install golang-golang-x-mod-dev"
)
def test_go_takes_it_all_and_no_forgery(published: PublishedLog, tmp_path: Path) -> None:
    program = tmp_path / "tlog"
    mode = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "CGO_ENABLED": "0"}
    cache = {"GOCACHE": os.environ.get("GOCACHE", str(tmp_path / "cache"))}
    counts("go", "build", "-o", program, HERE / "tlog.go", **mode, **cache)
    sizes, included, grown, refused = counts(program, published.folder)
    assert (sizes, included, grown) == (
        len(SIZES),
        len(published.included),
        len(published.grown),
    )
    assert refused > 60_000


def test_sigstore_takes_it_all_and_no_forgery(published: PublishedLog) -> None:
    tools = find_toolchain()
    assert tools is not None, "Node is missing"
    sizes, included, refused = counts(tools.node, HERE / "sigstore.mjs", published.folder)
    assert (sizes, included) == (len(SIZES), len(published.included))
    assert refused > 30_000


# tlog-scales -------------------------------------------------------------------------------------


def reader(published: PublishedLog, size: int) -> TilesReader:
    found = TilesReader(LocalBackend(published.served))
    found.set_size(size)
    return found


def test_tlog_scales_opens_every_checkpoint(published: PublishedLog) -> None:
    key = signing.Vkey.from_string(VKEY.text)
    for size in SIZES:
        checkpoint = tlog.Checkpoint.from_text(published.checkpoint(size))
        checkpoint.verify(key)
        assert (checkpoint.size, checkpoint.root_hash) == (size, published.roots[size])
        with pytest.raises(InvalidSignature):
            replace(checkpoint, size=size + 1).verify(key)
    newest = TilesReader(LocalBackend(published.served)).get_checkpoint()
    assert newest.size == LARGE


@pytest.mark.no_cover  # mostly the other program's time
def test_tlog_scales_makes_the_same_roots_and_proofs_of_our_tiles(published: PublishedLog) -> None:
    for size in SIZES:
        assert reader(published, size).calculate_root_hash() == published.roots[size]
    by_size = {size: reader(published, size) for size in SIZES}
    for proof in published.included:
        made = by_size[proof.size].get_inclusion_proof(proof.number, proof.size)
        assert made.node_hashes == proof.hashes, proof
    for proof in published.grown:
        grown = by_size[proof.size].get_consistency_proof(proof.number, proof.size)
        assert grown.node_hashes == proof.hashes, proof
    large = by_size[LARGE]
    for index in (0, 255, 256, 70_000, LARGE - 1):
        assert large.get_entry(index) == published.entries[index]


def forged(proof: Proof) -> Iterator[list[bytes]]:
    """The same proof with one hash changed, left out, or one too many."""
    for at, held in enumerate(proof.hashes):
        wrong = list(proof.hashes)
        wrong[at] = bytes([held[0] ^ 1]) + held[1:]
        yield wrong
    yield [*proof.hashes, bytes(32)]
    if proof.hashes:
        yield proof.hashes[:-1]


def test_tlog_scales_takes_our_proofs_and_no_forgery(published: PublishedLog) -> None:
    refused = 0
    for proof in published.included:
        number, size, root = proof.number, proof.size, published.roots[proof.size]
        leaf = merkle.leaf_hash(published.entries[number])
        tlog.InclusionProof(number, size, proof.hashes).check(leaf, root)
        tampered = merkle.leaf_hash(b"\x01" + bytes(32))
        cases = [(proof.hashes, tampered), *((hashes, leaf) for hashes in forged(proof))]
        for hashes, told in cases:
            with pytest.raises(tlog.InclusionProofInvalid):
                tlog.InclusionProof(number, size, hashes).check(told, root)
            assert not merkle.included(told, number, size, hashes, root)
            refused += 1
    print(f"\n{refused} refused")
    assert refused > 30_000


def test_tlog_scales_takes_our_consistency_and_no_forgery(published: PublishedLog) -> None:
    refused = 0
    for proof in published.grown:
        old, new = published.roots.get(proof.number), published.roots[proof.size]
        if old is None:
            continue
        tlog.ConsistencyProof(proof.number, proof.size, proof.hashes).check(old, new)
        cases = [(proof.hashes, bytes(32)), *((hashes, old) for hashes in forged(proof))]
        for hashes, told in cases:
            with pytest.raises(tlog.ConsistencyProofInvalid):
                tlog.ConsistencyProof(proof.number, proof.size, hashes).check(told, new)
            refused += 1
    print(f"\n{refused} refused")
    assert refused > 20_000
