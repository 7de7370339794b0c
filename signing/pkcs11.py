"""Ed25519 keys that live in a PKCS#11 token: the same Signer protocol as a key file.

The one module of this package that reaches outside the process. A key is named by a URI (RFC 7512)
and never by position; exactly one private key must match its label and id, or none is used::

    pkcs11:token=absah;object=issuer-main;id=%a1%b2?module-path=/usr/lib/softhsm/libsofthsm2.so

The private half is made in the token, cannot be read out, and the PIN is asked for, never stored.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from signing.keys import admit
from signing.reasons import Malformed

ED25519 = bytes.fromhex("06032b6570")
"""CKA_EC_PARAMS of Ed25519: the object identifier 1.3.101.112 (RFC 8410)."""
ATTEMPTS = 5
_URI = re.compile(r"pkcs11:([^?]*)\?module-path=(/[^&;?]+)\Z")
_OPENING = threading.Lock()

Wait = Callable[[int], None]
"""Called before attempt n (from 1) to open a token again; a caller may sleep in it."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The name of one key in one token."""

    module: str
    """Path of the token's PKCS#11 library."""
    token: str
    object: str
    id: bytes

    @property
    def uri(self) -> str:
        """The name as a URI (RFC 7512), in the one form that :func:`parse_uri` takes."""
        parts = (f"token={quote(self.token, safe='')}", f"object={quote(self.object, safe='')}")
        key_id = "".join(f"%{byte:02x}" for byte in self.id)
        return f"pkcs11:{parts[0]};{parts[1]};id={key_id}?module-path={self.module}"


def parse_uri(text: str) -> TokenKey:
    """The key that a URI names. Malformed unless token, object, id and module-path stand in it."""
    match = _URI.match(text)
    parts = dict(part.partition("=")[::2] for part in match[1].split(";")) if match else {}
    if not match or parts.keys() != {"token", "object", "id"}:
        raise Malformed("token-uri", "not pkcs11:token=...;object=...;id=...?module-path=/...")
    try:
        token = unquote_to_bytes(parts["token"]).decode()
        name = unquote_to_bytes(parts["object"]).decode()
    except UnicodeDecodeError as error:
        raise Malformed("token-uri", "a label is not UTF-8") from error
    key_id = unquote_to_bytes(parts["id"])
    if not token or not name or not key_id:
        raise Malformed("token-uri", "an empty label or id")
    return TokenKey(match[2], token, name, key_id)


class TokenSigner:
    """A private key in a token. It holds a session, so it never leaves its process."""

    __slots__ = ("_private", "_session", "public")

    def __init__(self, session: Any, private: Any, public: bytes) -> None:
        self._session, self._private, self.public = session, private, public

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message``, made in the token. Malformed: it failed."""
        try:
            signature = bytes(self._private.sign(message, mechanism=Mechanism.EDDSA))
        except pkcs11.PKCS11Error as error:
            raise _failed(error) from error
        if len(signature) != 64:
            raise Malformed("token", "the signature has not 64 bytes")
        return signature

    def close(self) -> None:
        """End the session with the token."""
        self._session.close()

    def __reduce__(self) -> str:
        raise TypeError("a key in a token is not pickled")


def generate(key: TokenKey, pin: str, wait: Wait) -> TokenSigner:
    """Make a key pair in the token under the name ``key``. Malformed: it exists, or it failed."""
    session = _session(key, pin, wait, writable=True)
    try:
        if any(True for _ in session.get_objects(_name(key))):
            raise Malformed("token", "a key of this label and id exists already")
        domain = session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: ED25519}, local=True
        )
        domain.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            id=key.id,
            label=key.object,
            private_template={
                Attribute.SENSITIVE: True,
                Attribute.EXTRACTABLE: False,
                Attribute.SIGN: True,
                Attribute.PRIVATE: True,
            },
        )
    except pkcs11.PKCS11Error as error:
        raise _failed(error) from error
    finally:
        session.close()
    return open_key(key, pin, wait)


def open_key(key: TokenKey, pin: str, wait: Wait) -> TokenSigner:
    """The one private key of this label and id.

    Malformed: no such token or key, more than one, a wrong PIN, a key that can be read out.
    """
    session = _session(key, pin, wait, writable=False)
    try:
        return _signer(session, key)
    except pkcs11.PKCS11Error as error:
        session.close()
        raise _failed(error) from error
    except Malformed:
        session.close()
        raise


def _signer(session: Any, key: TokenKey) -> TokenSigner:
    private = _only(session, key, ObjectClass.PRIVATE_KEY)
    public = _only(session, key, ObjectClass.PUBLIC_KEY)
    if private[Attribute.EXTRACTABLE] or not private[Attribute.SENSITIVE]:
        raise Malformed("token", "the private key can be read out of the token")
    if bytes(public[Attribute.EC_PARAMS]) != ED25519:
        raise Malformed("token", "not an Ed25519 key")
    return TokenSigner(session, private, _point(bytes(public[Attribute.EC_POINT])))


def _point(data: bytes) -> bytes:
    """The public key of CKA_EC_POINT, which some tokens wrap as a DER octet string."""
    x = data[2:] if len(data) == 34 and data[:2] == b"\x04\x20" else data
    admit(x)
    return x


def _name(key: TokenKey) -> dict[Any, Any]:
    return {Attribute.LABEL: key.object, Attribute.ID: key.id}


def _only(session: Any, key: TokenKey, kind: ObjectClass) -> Any:
    found = list(session.get_objects({**_name(key), Attribute.CLASS: kind}))
    if len(found) != 1:
        raise Malformed("token", f"{len(found)} keys of this label and id, not one")
    return found[0]


def _session(key: TokenKey, pin: str, wait: Wait, *, writable: bool) -> Any:
    """Open the token: one thread at a time, and again when another process was just opening it."""
    with _OPENING:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                token = _library(key.module).get_token(token_label=key.token)
                return _logged_in(token, pin, writable=writable)
            except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
                raise Malformed("token-pin", "a wrong PIN, or it is locked") from error
            except (pkcs11.NoSuchToken, pkcs11.GeneralError, pkcs11.DeviceError) as error:
                if attempt == ATTEMPTS:
                    raise _failed(error) from error
                _library(key.module).reinitialize()
                wait(attempt)
            except pkcs11.PKCS11Error as error:
                raise _failed(error) from error
    raise Malformed("token", "no token")


def _logged_in(token: Any, pin: str, *, writable: bool) -> Any:
    try:
        return token.open(user_pin=pin, rw=writable)
    except pkcs11.UserAlreadyLoggedIn:
        # The login belongs to the process: a second key of the same token shares it.
        return token.open(rw=writable)


@lru_cache(maxsize=8)
def _library(module: str) -> Any:
    try:
        return pkcs11.lib(module)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise Malformed("token", f"the library {module} cannot be loaded") from error


def _failed(error: Exception) -> Malformed:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()
    return Malformed("token", f"the token says: {words}")
