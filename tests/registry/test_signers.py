"""Several processes sign: the same certificates, keys opened by each, a death loses nothing."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from registry import signing_process
from registry.errors import UserError
from registry.issue import Terms, issue
from registry.issuers import IssuerKeys
from registry.keyring import Keyring
from registry.signers import SigningPool, read_frame, write_frame
from registry.store import Store
from signing import keys, merkle
from tests.registry.ledger_example import ID, NOW, batch, catalogue, key, opened, record

KID = keys.kid(key("general").public)
RECORDS = [record(n) for n in range(1, 401)]


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    made = Keyring(tmp_path / "keys", demo=True)
    made.create("issuer", "general", f"{ID}/issuer/general", None, key("general"))
    return made


@pytest.fixture
def pool(ring: Keyring) -> Iterator[SigningPool]:
    with SigningPool(ring, 2) as made:
        yield made


def fill(store: Store, issuers: IssuerKeys) -> int:
    terms = Terms(now=NOW, random=random.Random(7).randbytes)
    return len(issue(store, batch(*RECORDS), catalogue(), issuers, terms).rows)


def test_one_and_two_processes_make_the_same_log(tmp_path: Path, ring: Keyring) -> None:
    roots, certificates = [], []
    with SigningPool(ring, 1) as one, SigningPool(ring, 2) as two:
        among: tuple[IssuerKeys, ...] = (ring, one, two)
        for number, issuers in enumerate(among):
            folder = tmp_path / str(number)
            folder.mkdir()
            with opened(folder) as store:
                assert fill(store, issuers) == len(RECORDS)
                roots.append(merkle.root_of(list(store.leaves(0, store.size()))))
                certificates.append([row.cose for row in store.certificates(0, store.size())])
    assert len(set(roots)) == 1
    assert certificates[0] == certificates[1] == certificates[2]


def test_a_process_that_dies_loses_nothing(tmp_path: Path, pool: SigningPool) -> None:
    with opened(tmp_path) as store:
        before = store.size()
        assert pool.issuer(KID) is not None
        os.kill(pool._children[0]._process.pid, signal.SIGKILL)
        pool._children[0]._process.wait()
        with pytest.raises(UserError, match="has ended"):
            fill(store, pool)
        assert store.size() == before
        assert list(store.certificates(0, 1000)) == []


def test_one_message_is_signed_as_by_the_key_itself(pool: SigningPool) -> None:
    signer = pool.issuer(KID)
    assert signer is not None
    assert signer.public == key("general").public
    assert signer.sign(b"Contoh") == key("general").sign(b"Contoh")
    assert pool.issuer(bytes(4)) is None


def test_nothing_with_a_key_is_pickled(ring: Keyring, pool: SigningPool) -> None:
    file = ring.find("issuer", "general")
    ring.open(file)
    for held in (ring.open(file), ring, pool, pool.issuer(KID)):
        with pytest.raises(TypeError):
            pickle.dumps(held)


def test_a_passphrase_is_asked_for_once_and_opens_the_key_in_each(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(name: str) -> bytes:
        asked.append(name)
        return b"kata sandi contoh"

    ring = Keyring(tmp_path / "keys", ask)
    ring.create("issuer", "general", f"{ID}/issuer/general", ask("new"), key("general"))
    with SigningPool(ring, 2) as pool:
        assert pool.issuer(KID) is not None
        works = [pool.issuer(KID), pool.issuer(KID)]
        assert all(signer is not None for signer in works)
    assert asked == ["new", "issuer-general.key"]
    assert ring._opened == {}


def test_a_wrong_passphrase_is_said_by_the_process(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys", lambda _name: b"salah sama sekali")
    ring.create("issuer", "general", f"{ID}/issuer/general", b"kata sandi contoh", key("general"))
    with SigningPool(ring, 1) as pool, pytest.raises(UserError) as caught:
        pool.issuer(KID)
    assert (caught.value.code, caught.value.what) == ("wrong-passphrase", "issuer-general.key")
    assert caught.value.hint.id


def test_nobody_to_ask_is_an_error_and_a_token_signs_in_one_process(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys")
    ring.create("issuer", "general", f"{ID}/issuer/general", b"kata sandi contoh", key("general"))
    with SigningPool(ring, 1) as pool:
        with pytest.raises(UserError, match="passphrase is needed"):
            pool.issuer(KID)
        (tmp_path / "keys" / "issuer-general.token").write_text("pkcs11:token=contoh;object=a\n")
        with pytest.raises(UserError, match="one process"):
            pool.issuer(KID)


def test_a_signature_that_does_not_verify_is_no_signature(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "verify_libsodium", lambda *_args: False)
    questions, answers = io.BytesIO(), io.BytesIO()
    write_frame(questions, b"K", json.dumps({"keys": str(ring.folder), "demo": True}).encode())
    write_frame(questions, b"O", b"general")
    write_frame(questions, b"S", KID + b"\x00\x01x")
    questions.seek(0)
    signing_process.serve(questions, answers)
    answers.seek(0)
    assert read_frame(answers) == (b"K", b"")
    kind, body = read_frame(answers)
    assert (kind, json.loads(body)["code"]) == (b"E", "signature-fault")
    with closing(answers), pytest.raises(EOFError):
        read_frame(answers)
