"""Keys in a PKCS#11 token, end to end against SoftHSM2: made, used, never readable."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry import audit, ceremony, demo_people, drafting, intake, issue
from registry.build import Terms, build
from registry.catalogue import Catalogue, install_demonstration
from registry.errors import UserError
from registry.keyring import KeyFile, Keyring, vkey_name
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Names, Workspace, settings_for
from signing import cose, keys

pkcs11 = pytest.importorskip("pkcs11", reason="the extra hsm is not installed")
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = b"246810"
NOW = 1_795_489_200

pytestmark = pytest.mark.skipif(
    not MODULE.exists(), reason="softhsm2 is not installed (apt-get install softhsm2)"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The first part of a URI in a fresh token of this module's own."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    command = ["softhsm2-util", "--init-token", "--free", "--label", "absah test"]
    subprocess.run([*command, "--pin", PIN.decode(), "--so-pin", "13579"], check=True)
    yield "pkcs11:token=absah%20test"
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def _uri(token: str, name: str, key_id: str = "%01") -> str:
    return f"{token};object={name};id={key_id}?module-path={MODULE}"


def _ring(folder: Path, pin: bytes = PIN) -> Keyring:
    return Keyring(folder, lambda _what: pin)


def test_a_key_made_in_the_token_signs_and_cannot_be_read_out(token: str, tmp_path: Path) -> None:
    ring = _ring(tmp_path)
    made = ring.create_in_token("issuer", "main", "example/issuer/main", _uri(token, "one"))
    signer = ring.open(made)
    signature = signer.sign(b"message")
    assert len(signature) == 64
    assert keys.verify(made.vkey.public, b"message", signature)
    assert keys.verify_libsodium(made.vkey.public, b"message", signature)
    assert signer.public == made.vkey.public
    assert sorted(p.suffix for p in tmp_path.iterdir() if p.stem == "issuer-main") == [
        ".pub",
        ".token",
    ]
    with pytest.raises(TypeError, match="not pickled"):
        signer.__reduce__()
    session = pkcs11.lib(str(MODULE)).get_token(token_label="absah test").open()
    private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label="one", id=b"\x01")
    assert private[pkcs11.Attribute.SENSITIVE]
    assert not private[pkcs11.Attribute.EXTRACTABLE]
    with pytest.raises(pkcs11.PKCS11Error):
        private[pkcs11.Attribute.VALUE]


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("pkcs11:token=absah%20test;object=none;id=%01?module-path=" + str(MODULE), "0 keys"),
        ("pkcs11:token=other;object=one;id=%01?module-path=" + str(MODULE), "no such token"),
        ("pkcs11:token=x;object=y;id=%01?module-path=/nowhere.so", "cannot be loaded"),
        ("pkcs11:object=y;id=%01?module-path=/nowhere.so", "token-uri"),
        ("file:/key", "token-uri"),
        ("pkcs11:token=;object=y;id=%01?module-path=/nowhere.so", "token-uri"),
    ],
)
def test_a_token_or_key_that_is_not_there_is_named(
    token: str, tmp_path: Path, uri: str, words: str
) -> None:
    ring = _ring(tmp_path)
    file = ring.create_in_token("log", "main", "example/log", _uri(token, f"l{abs(hash(uri))}"))
    file.path.with_suffix(".token").write_text(uri + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=words) as refused:
        _ring(tmp_path).open(file)
    assert refused.value.code == "token"
    assert token


def test_a_second_key_of_the_same_name_is_refused(token: str, tmp_path: Path) -> None:
    ring = _ring(tmp_path)
    ring.create_in_token("issuer", "a", "example/issuer/a", _uri(token, "twice"))
    with pytest.raises(UserError, match="exists already"):
        ring.create_in_token("issuer", "b", "example/issuer/b", _uri(token, "twice"))
    assert not (tmp_path / "issuer-b.pub").exists()


def test_a_wrong_pin_is_said_in_another_process(token: str, tmp_path: Path) -> None:
    uri = _uri(token, "pin")
    made = _ring(tmp_path).create_in_token("issuer", "pin", "example/issuer/pin", uri)
    code = (
        "import sys; from pathlib import Path; from registry.keyring import Keyring\n"
        "from registry.errors import UserError\n"
        "ring = Keyring(Path(sys.argv[1]), lambda what: sys.argv[2].encode())\n"
        "try: print(ring.open(ring.find('issuer', 'pin')).sign(b'm').hex())\n"
        "except UserError as error: print(error.code, error.why.en)\n"
    )

    def ask(pin: str) -> str:
        command = [sys.executable, "-c", code, str(tmp_path), pin]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert ask("999999") == "token cannot be used: token-pin: a wrong PIN, or it is locked"
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, [PIN.decode()] * 8))
    assert len(answers) == 1, "eight processes opened the token one after the other"
    assert keys.verify(made.vkey.public, b"m", bytes.fromhex(answers.pop()))


def _registry(token: str, folder: Path) -> tuple[Workspace, Keyring, KeyFile, bytes]:
    """A workspace whose issuer key is in the token, and its first trust document, signed."""
    names = Names(id="Contoh", ja="見本", en="Sample")
    settings = settings_for("https://cek.example.id/", names)
    demonstration = settings.model_copy(update={"demo": True})  # key files without a passphrase
    workspace = Workspace.create(folder / "ws", demonstration)
    install_demonstration(workspace.catalogue)
    ring = Keyring(workspace.keys, lambda _what: PIN, demo=True)
    identity = workspace.settings.id
    for role, name in (
        ("root", "a"),
        ("root", "b"),
        ("root", "c"),
        ("publisher", "main"),
        ("log", "main"),
    ):
        ring.create(role, name, vkey_name(identity, role, name), None)
    uri = _uri(token, "issuer-main", "%a1%b2")
    held = ring.create_in_token("issuer", "main", vkey_name(identity, "issuer", "main"), uri)
    wishes = drafting.Wishes(now=NOW - 1000)
    data = (drafting.draft(workspace.settings, [], ring.files(), wishes) + "\n").encode()
    for holder in ("a", "b"):
        file = ring.find("root", holder)
        data = ceremony.sign(data, file.vkey, ring.open(file))
    return workspace, ring, held, data


def test_a_registry_whose_issuer_key_lives_in_a_token(token: str, tmp_path: Path) -> None:
    """100 rows imported, verified by a second library, published and audited."""
    workspace, ring, held, data = _registry(token, tmp_path)
    catalogue = Catalogue.load(workspace.catalogue)
    today = datetime.fromtimestamp(NOW, UTC).date()
    rows = [*demo_people.People(catalogue, 5).rows(100, [9001, 9002], today)]
    path = tmp_path / "rows.csv"
    path.write_bytes(demo_people.csv_bytes([row.cells() for row in rows]))
    with Store.open(workspace.database, writer=True) as store:
        drafting.publish(store, data)
        reading = intake.read(path, catalogue, today=today)
        assert not reading.faults
        batch = issue.Batch(rows=reading.rows, digest=reading.digest, name=path.name)
        terms = issue.Terms(now=NOW, accept_duplicates=True)
        done = issue.issue(store, batch, catalogue, ring, terms)
        assert len(done.rows) == 100
        for row in store.certificates(1, 101):
            assert cose.check(cose.split(row.cose), held.vkey.public)
        build(workspace, store, ring, Terms(NOW))
    report = audit.audit(FolderSource(workspace.public), None, NOW)
    assert report.exit_code == 0, report.faults
