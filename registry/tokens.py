"""Keys in PKCS#11 tokens, opened by one process at a time.

Two processes that open a token in the same moment are told by some libraries that there is none
(measured with SoftHSM2: once in 15). A lock file beside the keys keeps them apart, and an opening
that fails all the same is tried again. What is signed and how is signing.pkcs11's.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.errors import UserError, Words
from signing import pkcs11
from signing.pkcs11 import TokenKey, TokenSigner
from signing.reasons import Malformed

LOCK = ".token.lock"
_PAUSE = 0.2
"""Seconds before the first further attempt; the n-th waits n times as long."""


def parse(uri: str) -> TokenKey:
    """The key that a URI names. UserError: not of the form."""
    try:
        return pkcs11.parse_uri(uri)
    except Malformed as error:
        raise _error(uri, error) from error


def generate(folder: Path, key: TokenKey, pin: bytes) -> TokenSigner:
    """Make a key pair in the token. UserError: it exists, or the token refuses."""
    with _alone(folder):
        try:
            return pkcs11.generate(key, pin.decode(), _wait)
        except (Malformed, UnicodeDecodeError) as error:
            raise _error(key.uri, error) from error


def open_key(folder: Path, key: TokenKey, pin: bytes) -> TokenSigner:
    """The one private key of this name. UserError: none, several, a wrong PIN, or readable out."""
    with _alone(folder):
        try:
            return pkcs11.open_key(key, pin.decode(), _wait)
        except (Malformed, UnicodeDecodeError) as error:
            raise _error(key.uri, error) from error


def _wait(attempt: int) -> None:
    time.sleep(_PAUSE * attempt)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _error(uri: str, error: Exception) -> UserError:
    why = Words(f"cannot be used: {error}", f"tidak dapat dipakai: {error}")
    hint = Words(
        "look at the token with: pkcs11-tool --list-objects --login",
        "periksa token dengan: pkcs11-tool --list-objects --login",
    )
    return UserError("token", uri, why, hint)
