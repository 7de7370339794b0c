"""Key files: ``<role>-<name>.key`` (private, OpenSSH) beside ``<role>-<name>.pub`` (one vkey line).

A key that lives in a PKCS#11 token has ``<role>-<name>.token``, its URI, in place of the first.

A private key is read only from a regular file of the caller's own, mode 0600, never through a
symbolic link, and only when its passphrase is guarded by at least 128 bcrypt rounds (about one
second a guess). A demonstration alone may keep keys without a passphrase.

The vkey of a key names its registry and role: ``<registry id>/<role>/<name>``; the log's is its
origin, ``<registry id>/log``. An issuer's key id (kid) follows from the public key in it.
"""

from __future__ import annotations

import base64
import binascii
import importlib
import os
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from registry.errors import NO_HINT, UserError, Words
from signing import keys
from signing.reasons import Malformed

ROLES = ("root", "issuer", "publisher", "log", "approver")
LARGEST = 16_384
"""Bytes of the largest key file that is read."""
SHORTEST, LONGEST = 8, 72
"""Bytes of a passphrase; OpenSSH's bcrypt takes at most 72."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
_POSIX = os.name == "posix"

AskPassphrase = Callable[[str], bytes]
"""Asks a person for the passphrase of the key file of this name."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key on disk, as its public half tells."""

    role: str
    name: str
    path: Path
    """The private file; it may be absent where only the public half is kept."""
    vkey: keys.Vkey

    @property
    def kid(self) -> bytes:
        """The 4-byte key id of certificates and status lists."""
        return keys.kid(self.vkey.public)


def vkey_name(registry_id: str, role: str, name: str) -> str:
    """The note-key name of a key of this registry."""
    return f"{registry_id}/log" if role == "log" else f"{registry_id}/{role}/{name}"


class Keyring:
    """The keys of one folder.

    ``ask`` is called at most once per opened key, and only when its file is encrypted; without it
    an encrypted file is refused. ``demo`` allows keys without a passphrase.
    """

    def __init__(
        self, folder: Path, ask: AskPassphrase | None = None, *, demo: bool = False
    ) -> None:
        self.folder = folder
        self.ask = ask
        self.demo = demo
        self._opened: dict[Path, keys.Signer] = {}
        self._issuers: dict[bytes, keys.Signer] = {}

    def __reduce__(self) -> str:
        raise TypeError("a keyring is not pickled")

    def create(
        self,
        role: str,
        name: str,
        note_name: str,
        passphrase: bytes | None,
        key: keys.PrivateKey | None = None,
    ) -> KeyFile:
        """Write a new key (``key``: the one to write, in a demonstration). UserError if refused."""
        path = self._new_path(role, name, note_name)
        if passphrase is None and not self.demo:
            raise _error("no-passphrase", path.name, _NEEDS_PASSPHRASE)
        if passphrase is not None and not SHORTEST <= len(passphrase) <= LONGEST:
            raise _error("passphrase-length", path.name, _LENGTH)
        private = key or keys.PrivateKey.generate()
        vkey = keys.Vkey(note_name, private.public)
        _write(path, private.to_openssh(passphrase), 0o600)
        _write(path.with_suffix(".pub"), (vkey.text + "\n").encode(), 0o644)
        return KeyFile(role, name, path, vkey)

    def create_in_token(self, role: str, name: str, note_name: str, uri: str) -> KeyFile:
        """Make a key in the token that ``uri`` names. UserError if refused; needs extra ``hsm``."""
        path = self._new_path(role, name, note_name)
        tokens = _tokens()
        key = tokens.parse(uri)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        signer = tokens.generate(self.folder, key, self._pin(path.with_suffix(".token")))
        vkey = keys.Vkey(note_name, signer.public)
        _write(path.with_suffix(".token"), (key.uri + "\n").encode(), 0o600)
        _write(path.with_suffix(".pub"), (vkey.text + "\n").encode(), 0o644)
        return KeyFile(role, name, path, vkey)

    def files(self) -> list[KeyFile]:
        """Every key of the folder, by role and name. UserError: a public half is not a vkey."""
        found = []
        for path in sorted(self.folder.glob("*.pub")):
            role, _, name = path.stem.partition("-")
            if role in ROLES and _NAME.match(name):
                found.append(KeyFile(role, name, path.with_suffix(".key"), _read_vkey(path)))
        return found

    def find(self, role: str, name: str) -> KeyFile:
        """The key of this role and name. UserError: there is none."""
        for file in self.files():
            if (file.role, file.name) == (role, name):
                return file
        raise _error("no-key", f"{role}-{name}", _NO_KEY)

    def open(self, file: KeyFile) -> keys.Signer:
        """The private key of a file, opened once. UserError: the file must not be used, and why."""
        if file.path not in self._opened:
            key = self._token(file) or _unlock(
                file.path, _read_private(file.path), self.ask, demo=self.demo
            )
            if key.public != file.vkey.public:
                raise _error("key-mismatch", file.path.name, _MISMATCH)
            self._opened[file.path] = key
        return self._opened[file.path]

    def issuer(self, kid: bytes) -> keys.Signer | None:
        """The issuer key with this key id; None when its private half is not in this folder."""
        if kid not in self._issuers:
            # An import asks for every LSP and scheme that it meets, and issues with few keys.
            for file in self.files():
                if file.role == "issuer" and file.kid == kid and _held(file):
                    self._issuers[kid] = self.open(file)
                    break
        return self._issuers.get(kid)

    def at_hand(self, role: str) -> frozenset[bytes]:
        """Public keys of this role whose private half lies here, as a file or in a token."""
        return frozenset(
            file.vkey.public for file in self.files() if file.role == role and _held(file)
        )

    def _new_path(self, role: str, name: str, note_name: str) -> Path:
        """Path of a private key that is not there yet. UserError: it is, or has no such name."""
        if role not in ROLES or not _NAME.match(name) or re.search(r"[\s+]", note_name):
            raise _error("key-name", f"{role}-{name}", _BAD_NAME, exit_code=2)
        path = self.folder / f"{role}-{name}.key"
        if any(path.with_suffix(suffix).exists() for suffix in (".key", ".pub", ".token")):
            raise _error("key-exists", path.name, _EXISTS)
        return path

    def _token(self, file: KeyFile) -> keys.Signer | None:
        """The signer of a key that lives in a token; None for a key file."""
        path = file.path.with_suffix(".token")
        try:
            uri = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        tokens = _tokens()
        signer: keys.Signer = tokens.open_key(self.folder, tokens.parse(uri), self._pin(path))
        return signer

    def _pin(self, path: Path) -> bytes:
        if self.ask is None:
            raise _error("no-passphrase-given", path.name, _NOBODY_TO_ASK, exit_code=2)
        return self.ask(path.name)


def _tokens() -> ModuleType:
    """registry.tokens. UserError: the extra that it needs is not installed."""
    try:
        return importlib.import_module("registry.tokens")
    except ModuleNotFoundError as error:
        if error.name not in ("pkcs11", "fcntl"):
            raise
        raise _error("not-installed", "token", _NO_HSM, exit_code=2) from error


def _held(file: KeyFile) -> bool:
    return file.path.exists() or file.path.with_suffix(".token").exists()


def bcrypt_rounds(data: bytes) -> int | None:
    """Rounds that guard an OpenSSH private key file; None if it has no passphrase.

    The layout is OpenSSH's PROTOCOL.key: magic, cipher, kdf, kdf options (salt, rounds).
    Malformed: not such a file.
    """
    lines = data.split()
    try:
        body = base64.b64decode(b"".join(lines[4:-4]), validate=True)
    except binascii.Error as error:
        raise Malformed("key-file", "not an OpenSSH key") from error
    if not body.startswith(b"openssh-key-v1\0"):
        raise Malformed("key-file", "not an OpenSSH key")
    _, rest = _string(body[15:])
    kdf, rest = _string(rest)
    options, _ = _string(rest)
    if kdf == b"none":
        return None
    if kdf != b"bcrypt":
        raise Malformed("key-file", "not guarded by bcrypt")
    _, rounds = _string(options)
    if len(rounds) != 4:
        raise Malformed("key-file", "no count of rounds")
    return int.from_bytes(rounds, "big")


def _string(data: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:4], "big")
    if len(data) < 4 + length or len(data) < 4:
        raise Malformed("key-file", "cut short")
    return data[4 : 4 + length], data[4 + length :]


def _unlock(path: Path, data: bytes, ask: AskPassphrase | None, *, demo: bool) -> keys.PrivateKey:
    try:
        rounds = bcrypt_rounds(data)
        if rounds is None and not demo:
            raise _error("no-passphrase", path.name, _NEEDS_PASSPHRASE)
        if rounds is not None and rounds < keys.ROUNDS:
            raise _error("weak-rounds", path.name, _WEAK)
        if rounds is None:
            return keys.PrivateKey.from_openssh(data, None)
    except Malformed as error:
        raise _error("key-file", path.name, _NOT_A_KEY) from error
    if ask is None:
        raise _error("no-passphrase-given", path.name, _NOBODY_TO_ASK, exit_code=2)
    try:
        return keys.PrivateKey.from_openssh(data, ask(path.name))
    except Malformed as error:
        raise _error("wrong-passphrase", path.name, _WRONG) from error


def _read_private(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        # Without O_NONBLOCK the open of a named pipe would wait for ever.
        handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise _error("no-key", path.name, _NO_KEY) from None
    except OSError as error:
        raise _error("key-unreadable", path.name, _UNREADABLE) from error
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > LARGEST:
            raise _error("key-unreadable", path.name, _UNREADABLE)
        if _POSIX and facts.st_uid != os.geteuid():
            raise _error("key-owner", path.name, _OWNER)
        if _POSIX and facts.st_mode & 0o077:
            raise _error("key-mode", path.name, _MODE)
        return os.read(handle, LARGEST)
    finally:
        os.close(handle)


def _read_vkey(path: Path) -> keys.Vkey:
    try:
        return keys.parse_vkey(path.read_text(encoding="ascii").removesuffix("\n"))
    except (OSError, UnicodeDecodeError, Malformed) as error:
        raise _error("public-key", path.name, _NOT_A_VKEY) from error


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a new file whole or not at all; an existing one is never replaced."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)  # fails if there is one by now; a rename would replace it
        finally:
            beside.unlink()
    except OSError as error:
        if path.exists():
            raise _error("key-exists", path.name, _EXISTS) from None
        raise _error("key-unwritable", path.name, _UNWRITABLE) from error


class _Fault(NamedTuple):
    why: Words
    hint: Words = NO_HINT


def _error(code: str, what: str, fault: _Fault, *, exit_code: int = 1) -> UserError:
    return UserError(code, what, fault.why, fault.hint, exit_code=exit_code)


_NO_HSM = _Fault(
    Words("keys in tokens are not installed", "dukungan kunci dalam token belum terpasang"),
    Words("install it with: pip install 'absah[hsm]'", "pasang dengan: pip install 'absah[hsm]'"),
)
_BAD_NAME = _Fault(
    Words("not a role and name of a key", "bukan peran dan nama kunci"),
    Words(
        "roles are root, issuer, publisher, log, approver; names are a-z, 0-9 and hyphens",
        "peran: root, issuer, publisher, log, approver; nama: a-z, 0-9 dan tanda hubung",
    ),
)
_EXISTS = _Fault(
    Words("a key file of this name exists already", "berkas kunci dengan nama ini sudah ada"),
    Words(
        "choose another name; keys are never overwritten", "pilih nama lain; kunci tidak ditimpa"
    ),
)
_NEEDS_PASSPHRASE = _Fault(
    Words("the key has no passphrase", "kunci tidak memiliki frasa sandi"),
    Words(
        "set one with: ssh-keygen -p -a 128 -f FILE", "pasang dengan: ssh-keygen -p -a 128 -f FILE"
    ),
)
_LENGTH = _Fault(
    Words(
        "the passphrase must be 8 to 72 bytes long", "panjang frasa sandi harus 8 sampai 72 byte"
    ),
)
_NO_KEY = _Fault(
    Words("no such key file", "berkas kunci tidak ada"),
    Words("list the keys with: absah key show", "lihat kunci dengan: absah key show"),
)
_MISMATCH = _Fault(
    Words(
        "its private and public file hold different keys",
        "berkas privat dan publiknya berisi kunci yang berbeda",
    ),
    Words("restore the pair from your copy", "pulihkan pasangannya dari salinan"),
)
_WEAK = _Fault(
    Words(
        "its passphrase is guarded by fewer than 128 bcrypt rounds", "putaran bcrypt di bawah 128"
    ),
    Words(
        "encrypt it anew with: ssh-keygen -p -a 128 -f FILE",
        "enkripsi ulang dengan: ssh-keygen -p -a 128 -f FILE",
    ),
)
_NOT_A_KEY = _Fault(
    Words("not an OpenSSH Ed25519 key file", "bukan berkas kunci Ed25519 OpenSSH"),
    Words("make keys with: absah key new", "buat kunci dengan: absah key new"),
)
_NOBODY_TO_ASK = _Fault(
    Words("its passphrase is needed", "frasa sandinya diperlukan"),
    Words("give it with --passphrase-fd N or at a terminal", "berikan dengan --passphrase-fd N"),
)
_WRONG = _Fault(
    Words("wrong passphrase, or a damaged file", "frasa sandi salah, atau berkas rusak"),
    Words("try again; after a typing error nothing is lost", "coba lagi; tidak ada yang hilang"),
)
_UNREADABLE = _Fault(
    Words("not a readable regular file", "bukan berkas biasa yang dapat dibaca"),
    Words("symbolic links and devices are refused", "tautan simbolis dan perangkat ditolak"),
)
_OWNER = _Fault(
    Words("it belongs to another user", "pemiliknya pengguna lain"),
    Words("use a key file of your own: chown", "pakai berkas kunci milik sendiri: chown"),
)
_MODE = _Fault(
    Words("others may read or write it", "dapat dibaca atau ditulis orang lain"),
    Words("protect it with: chmod 600 FILE", "lindungi dengan: chmod 600 FILE"),
)
_NOT_A_VKEY = _Fault(
    Words(
        "not a public key of the form name+hash+key", "bukan kunci publik berbentuk nama+hash+kunci"
    ),
    Words("restore it from your copy", "pulihkan dari salinan"),
)
_UNWRITABLE = _Fault(
    Words("cannot be written", "gagal ditulis"),
    Words("check the folder's rights and free space", "periksa hak akses dan ruang kosong"),
)
