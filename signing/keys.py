"""Ed25519 keys: who can sign, which keys are let in, and how a signature is checked.

Everywhere in this project Ed25519 means RFC 8032 without cofactor, S < L, and R not one of the
small-order encodings; a public key is refused when it is one of them or when y >= p. Common
libraries do not check this, and a small-order key lets anyone forge (docs/formats.md 1 and 4).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from signing import cbor
from signing.canonical import b64decode, b64encode
from signing.reasons import Malformed

# Each library is loaded by who needs it: a reader needs one, and that is not the one that signs.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
ROUNDS = 128
"""bcrypt rounds of a passphrase: about one second a guess."""

SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)
"""Every encoding, canonical or not, of a point whose order divides 8."""


class Signer(Protocol):
    """Something that holds one Ed25519 private key: a key file, or a token."""

    @property
    def public(self) -> bytes:
        """The 32-byte public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message`` (RFC 8032, pure Ed25519)."""
        ...


class PrivateKey:
    """A private key in memory. It cannot be pickled, so it never leaves its process."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public: bytes = key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> PrivateKey:
        """A new random key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )

        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """The key of a 32-byte seed: tests and the demonstration only."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )

        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_openssh(cls, data: bytes, passphrase: bytes | None) -> PrivateKey:
        """The key in an OpenSSH file. Malformed: not such a file, or the passphrase is wrong."""
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )
        from cryptography.hazmat.primitives.serialization import ssh  # noqa: PLC0415

        try:
            key = ssh.load_ssh_private_key(data, passphrase)
        except TypeError as error:
            raise Malformed("passphrase", "the key file and the passphrase do not fit") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Malformed("key-file", "not an OpenSSH key, or a wrong passphrase") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise Malformed("key-file", "not an Ed25519 key")
        return cls(key)

    def to_openssh(self, passphrase: bytes | None, rounds: int = ROUNDS) -> bytes:
        """The key as an OpenSSH file; a passphrase encrypts it with bcrypt ``rounds``."""
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            builder = serialization.PrivateFormat.OpenSSH.encryption_builder()
            encryption = builder.kdf_rounds(rounds).build(passphrase)
        form = serialization.PrivateFormat.OpenSSH
        return self._key.private_bytes(serialization.Encoding.PEM, form, encryption)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message``."""
        return self._key.sign(message)

    def __reduce__(self) -> str:
        raise TypeError("a private key is not pickled")


def refuse_weak(x: bytes) -> None:
    """Malformed unless ``x`` is 32 bytes with y < p and not of small order (every reader)."""
    if len(x) != 32:
        raise Malformed("key", "not 32 bytes")
    if x in SMALL_ORDER:
        raise Malformed("key", "a point of small order")
    if int.from_bytes(x, "little") & ((1 << 255) - 1) >= P:
        raise Malformed("key", "y is not below p")


def admit(x: bytes) -> None:
    """Malformed unless ``x`` may enter a trust document: on the curve and of prime order.

    Builders and auditors call this, once per key (some milliseconds). libsodium answers both.
    """
    refuse_weak(x)
    from nacl import bindings  # noqa: PLC0415

    if not bindings.crypto_core_ed25519_is_valid_point(x):
        raise Malformed("key", "not a point of prime order")


def verify(x: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) of ``message`` holds under the public key ``x``.

    libsodium answers, which is twice as fast as OpenSSL; OpenSSL where it is not installed.
    """
    return _in_form(signature) and _reader(x)(message, signature)


def verify_libsodium(x: bytes, message: bytes, signature: bytes) -> bool:
    """The same from libsodium or not at all: the other library than the one that signs here."""
    return _in_form(signature) and _libsodium(x)(message, signature)


def verify_openssl(x: bytes, message: bytes, signature: bytes) -> bool:
    """The same from OpenSSL."""
    return _in_form(signature) and _openssl(x)(message, signature)


def _in_form(signature: bytes) -> bool:
    """What libraries leave open: the length, and R of small order (docs/formats.md 1)."""
    return len(signature) == 64 and signature[:32] not in SMALL_ORDER


# A registry has few keys and many certificates: each key is looked at once.
_Holds = Callable[[bytes, bytes], bool]
"""Of one key: message and signature to whether it holds."""


@lru_cache(maxsize=256)
def _reader(x: bytes) -> _Holds:
    try:
        return _libsodium(x)
    except ModuleNotFoundError:
        return _openssl(x)


@lru_cache(maxsize=256)
def _libsodium(x: bytes) -> _Holds:
    refuse_weak(x)
    from nacl import bindings, exceptions  # noqa: PLC0415

    opened, bad = bindings.crypto_sign_open, exceptions.BadSignatureError

    def holds(message: bytes, signature: bytes) -> bool:
        try:
            opened(signature + message, x)
        except bad:
            return False
        return True

    return holds


@lru_cache(maxsize=256)
def _openssl(x: bytes) -> _Holds:
    refuse_weak(x)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    checked = Ed25519PublicKey.from_public_bytes(x).verify

    def holds(message: bytes, signature: bytes) -> bool:
        try:
            checked(signature, message)
        except InvalidSignature:
            return False
        return True

    return holds


def kid(x: bytes) -> bytes:
    """The 4-byte key id: start of the RFC 9679 thumbprint of COSE_Key {1: 1, -1: 6, -2: x}."""
    return thumbprint(x)[:4]


def thumbprint(x: bytes) -> bytes:
    """SHA-256 over the deterministic COSE_Key of ``x`` (RFC 9679): its fingerprint."""
    return hashlib.sha256(cbor.encode({1: 1, -1: 6, -2: x})).digest()


_VKEY = re.compile(r"([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)\Z")


class Vkey(NamedTuple):
    """A note key: name and public key, written ``name+hash8+base64(type || key)`` (C2SP)."""

    name: str
    public: bytes
    kind: int = 1

    @property
    def id(self) -> bytes:
        """SHA-256(name || LF || type || key)[:4], the key id on a signature line."""
        return note_key_id(self.name, self.kind, self.public)

    @property
    def text(self) -> str:
        """The key in its text form."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public)}"


def note_key_id(name: str, kind: int, public: bytes) -> bytes:
    """The 4-byte key id of C2SP signed-note."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def parse_vkey(text: object) -> Vkey:
    """The note key of a text form whose key id recomputes. Malformed else."""
    match = _VKEY.match(text) if isinstance(text, str) else None
    if not match:
        raise Malformed("vkey", "not name+hash+key")
    data = b64decode(match[3])
    if len(data) != 33 or data[0] != 1:
        raise Malformed("vkey", "not an Ed25519 key")
    key = Vkey(match[1], data[1:])
    if key.id.hex() != match[2]:
        raise Malformed("vkey", "the key id is another one")
    refuse_weak(key.public)
    return key
