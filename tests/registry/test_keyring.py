"""Key files: written for their owner alone, opened only when nothing about them is weak."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from registry.errors import UserError
from registry.keyring import KeyFile, Keyring, bcrypt_rounds, vkey_name
from signing import keys
from signing.reasons import Malformed

ID = "cek.example.go.id"
PASSPHRASE = b"rahasia contoh 123"
KEY = keys.PrivateKey.from_seed(bytes(range(32)))


@pytest.fixture
def demo(tmp_path: Path) -> Keyring:
    """A demonstration's folder with one issuer key without passphrase."""
    ring = Keyring(tmp_path / "keys", demo=True)
    ring.create("issuer", "a", f"{ID}/issuer/a", None, KEY)
    return ring


def refused(ring: Keyring, file: KeyFile) -> str:
    with pytest.raises(UserError) as error:
        ring.open(file)
    assert error.value.why.en
    assert error.value.why.id
    assert error.value.hint.en
    assert error.value.what == file.path.name
    assert PASSPHRASE.decode() not in str(error.value)
    return error.value.code


def test_a_key_with_a_passphrase_is_written_and_opened(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(name: str) -> bytes:
        asked.append(name)
        return PASSPHRASE

    ring = Keyring(tmp_path / "keys", ask)
    made = ring.create("publisher", "main", vkey_name(ID, "publisher", "main"), PASSPHRASE)
    assert made.path.name == "publisher-main.key"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    assert bcrypt_rounds(made.path.read_bytes()) == 128
    assert PASSPHRASE not in made.path.read_bytes()
    line = made.path.with_suffix(".pub").read_text()
    assert line == made.vkey.text + "\n"
    assert line.startswith(f"{ID}/publisher/main+")
    assert sorted(path.name for path in ring.folder.iterdir()) == [
        "publisher-main.key",
        "publisher-main.pub",
    ]
    opened = ring.open(ring.find("publisher", "main"))
    assert opened.public == made.vkey.public
    assert keys.verify_libsodium(opened.public, b"text", opened.sign(b"text"))
    ring.open(made)
    assert asked == ["publisher-main.key"]
    # The passphrase is wrong, or nobody can be asked.
    assert (
        refused(Keyring(ring.folder, lambda _: b"another passphrase"), made) == "wrong-passphrase"
    )
    assert refused(Keyring(ring.folder), made) == "no-passphrase-given"


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
def test_openssh_itself_reads_the_file(demo: Keyring) -> None:
    path = demo.find("issuer", "a").path
    run = subprocess.run(["ssh-keygen", "-y", "-f", str(path)], capture_output=True, check=True)
    assert run.stdout.startswith(b"ssh-ed25519 ")


def test_a_log_key_is_named_by_its_origin() -> None:
    assert vkey_name(ID, "log", "main") == f"{ID}/log"
    assert vkey_name(ID, "root", "a") == f"{ID}/root/a"


def test_issuers_are_found_by_key_id(demo: Keyring) -> None:
    file = demo.find("issuer", "a")
    assert file.kid == keys.kid(KEY.public)
    found = demo.issuer(file.kid)
    assert found is not None
    assert found.public == KEY.public
    assert demo.issuer(b"none") is None
    file.path.unlink()
    assert Keyring(demo.folder, demo=True).issuer(file.kid) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610])
def test_a_file_that_others_may_touch_is_refused(demo: Keyring, mode: int) -> None:
    file = demo.find("issuer", "a")
    file.path.chmod(mode)
    assert refused(demo, file) == "key-mode"
    file.path.chmod(0o400)
    assert demo.open(file).public == KEY.public


def test_a_file_of_another_owner_is_refused(demo: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert refused(demo, demo.find("issuer", "a")) == "key-owner"


def test_links_pipes_folders_and_huge_files_are_refused(demo: Keyring, tmp_path: Path) -> None:
    file = demo.find("issuer", "a")
    real = file.path.rename(tmp_path / "real.key")
    file.path.symlink_to(real)
    assert refused(demo, file) == "key-unreadable"
    file.path.unlink()
    os.mkfifo(file.path, 0o600)
    assert refused(demo, file) == "key-unreadable"
    file.path.unlink()
    file.path.mkdir()
    assert refused(demo, file) == "key-unreadable"
    file.path.rmdir()
    file.path.write_bytes(bytes(20_000))
    file.path.chmod(0o600)
    assert refused(demo, file) == "key-unreadable"
    file.path.unlink()
    assert refused(demo, file) == "no-key"


def test_a_key_without_passphrase_is_for_demonstrations_only(demo: Keyring, tmp_path: Path) -> None:
    file = demo.find("issuer", "a")
    assert refused(Keyring(demo.folder), file) == "no-passphrase"
    real = Keyring(tmp_path / "real")
    with pytest.raises(UserError) as error:
        real.create("issuer", "a", f"{ID}/issuer/a", None)
    assert error.value.code == "no-passphrase"
    assert not real.folder.exists()


def test_too_few_rounds_are_refused(demo: Keyring) -> None:
    file = demo.find("issuer", "a")
    file.path.write_bytes(KEY.to_openssh(PASSPHRASE, rounds=16))
    for ring in (demo, Keyring(demo.folder, lambda _: PASSPHRASE)):
        assert refused(ring, file) == "weak-rounds"


def test_a_damaged_file_is_refused_at_every_byte(demo: Keyring) -> None:
    file = demo.find("issuer", "a")
    data = file.path.read_bytes()
    tried = 0
    for at in range(0, len(data), 3):
        for changed in (data[:at], data[:at] + b"\x00" + data[at + 1 :]):
            file.path.write_bytes(changed)
            with suppress(UserError):
                # A change outside what is read as the key may pass; it is the same key then.
                assert Keyring(demo.folder, demo=True).open(file).public == KEY.public
            tried += 1
    print(f"{tried} damaged key files")
    assert tried > 250


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n!!!!\n-----END OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n",
    ],
)
def test_other_files_are_no_keys(demo: Keyring, data: bytes) -> None:
    file = demo.find("issuer", "a")
    file.path.write_bytes(data)
    assert refused(demo, file) == "key-file"
    with pytest.raises(Malformed):
        bcrypt_rounds(data)


def test_a_pair_that_does_not_belong_together_is_refused(demo: Keyring) -> None:
    other = demo.create("issuer", "b", f"{ID}/issuer/b", None)
    file = demo.find("issuer", "a")
    shutil.copy(other.path, file.path)
    assert refused(demo, file) == "key-mismatch"
    file.path.with_suffix(".pub").write_text("no vkey\n")
    with pytest.raises(UserError) as error:
        demo.files()
    assert error.value.code == "public-key"


def test_keys_are_never_overwritten(demo: Keyring) -> None:
    file = demo.find("issuer", "a")
    before = file.path.read_bytes()
    for gone in (None, file.path):
        if gone is not None:
            gone.unlink()
        with pytest.raises(UserError) as error:
            demo.create("issuer", "a", f"{ID}/issuer/a", None)
        assert error.value.code == "key-exists"
    file.path.write_bytes(before)


@pytest.mark.parametrize(
    ("role", "name", "note_name"),
    [
        ("owner", "a", "x"),
        ("root", "", "x"),
        ("root", "A", "x"),
        ("root", "../a", "x"),
        ("root", "a.b", "x"),
        ("root", "a", "has space"),
        ("root", "a", "has+plus"),
    ],
)
def test_names_that_are_no_names(demo: Keyring, role: str, name: str, note_name: str) -> None:
    with pytest.raises(UserError) as error:
        demo.create(role, name, note_name, None)
    assert (error.value.code, error.value.exit_code) == ("key-name", 2)


@pytest.mark.parametrize("passphrase", [b"", b"1234567", b"x" * 73])
def test_passphrases_of_a_wrong_length_are_refused(demo: Keyring, passphrase: bytes) -> None:
    with pytest.raises(UserError) as error:
        demo.create("root", "a", "x", passphrase)
    assert error.value.code == "passphrase-length"


def test_a_missing_key_and_other_files_in_the_folder(demo: Keyring) -> None:
    (demo.folder / "README.pub").write_text("not ours\n")
    assert [file.name for file in demo.files()] == ["a"]
    with pytest.raises(UserError) as error:
        demo.find("root", "a")
    assert error.value.code == "no-key"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ring = Keyring(tmp_path / "file", demo=True)
    with pytest.raises(UserError) as error:
        ring.create("root", "a", "x", None)
    assert error.value.code == "key-unwritable"
