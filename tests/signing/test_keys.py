"""Key ids, key admission, signatures in two libraries, and key files."""

from __future__ import annotations

import base64
import copy
import pickle
import sys
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from signing import keys
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors import edwards

CASES = cases("keys")
VERIFIERS = {
    "reader": keys.verify,
    "OpenSSL": keys.verify_openssl,
    "libsodium": keys.verify_libsodium,
}


def _bytes(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def _run(case: Case) -> Any:
    kind = case["kind"]
    if kind == "vkey":
        key = keys.parse_vkey(case["text"])
        assert key.text == case["text"]
        return {"name": key.name, "id": key.id.hex(), "public": key.public.hex()}
    if kind == "seed":
        return keys.PrivateKey.from_seed(*_bytes(case, "seed")).public.hex()
    [x] = _bytes(case, "x")
    if kind == "kid":
        return {"thumbprint": keys.thumbprint(x).hex(), "kid": keys.kid(x).hex()}
    (keys.refuse_weak if kind == "reader" else keys.admit)(x)
    return True


@pytest.mark.parametrize("case", [c for c in CASES if c["kind"] != "verify"], ids=named)
def test_vector(case: Case) -> None:
    assert agrees(answer(lambda: _run(case)), case["expect"])


@pytest.mark.parametrize("library", VERIFIERS)
@pytest.mark.parametrize("case", [c for c in CASES if c["kind"] == "verify"], ids=named)
def test_signature_in_both_libraries(case: Case, library: str) -> None:
    given = _bytes(case, "x", "message", "signature")
    assert agrees(answer(lambda: VERIFIERS[library](*given)), case["expect"])


def test_both_libraries_agree_on_every_changed_bit() -> None:
    key, message = keys.PrivateKey.from_seed(bytes(32)), b"pesan"
    good = key.sign(message)
    assert keys.verify_openssl(key.public, message, good)
    assert keys.verify_libsodium(key.public, message, good)
    for bit in range(512):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        assert not keys.verify_openssl(key.public, message, bytes(bad))
        assert not keys.verify_libsodium(key.public, message, bytes(bad))


def test_openssl_answers_a_reader_that_has_no_libsodium(monkeypatch: pytest.MonkeyPatch) -> None:
    key, message = keys.PrivateKey.from_seed(b"\x07" * 32), b"pesan"
    good = key.sign(message)
    bad = good[:40] + bytes(24)
    for cache in (keys._reader, keys._libsodium):
        cache.cache_clear()
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "nacl", None)
        assert [keys.verify(key.public, message, s) for s in (good, bad)] == [True, False]
        with pytest.raises(Malformed):
            keys.verify(bytes(32), message, good)
        # What checks a new signature has no such way out.
        with pytest.raises(ModuleNotFoundError):
            keys.verify_libsodium(key.public, message, good)
    keys._reader.cache_clear()
    assert [keys.verify(key.public, message, s) for s in (good, bad)] == [True, False]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_not_admitted(length: int) -> None:
    for check in (keys.admit, keys.refuse_weak):
        with pytest.raises(Malformed, match="key: not 32 bytes"):
            check(bytes(length))


def test_small_order_list_is_complete() -> None:
    """Every encoding, y below or above p, either sign, whose point times 8 is the neutral one."""
    points, found = [edwards.NEUTRAL], set()
    for _ in range(7):
        points.append(edwards.add(points[-1], edwards.ORDER_8))
    for point in points:
        for y in (point[1], point[1] + edwards.P):
            if y < 2**255:
                signs = (0, 1) if point[0] == 0 else (point[0] & 1,)
                found |= {(y | sign << 255).to_bytes(32, "little") for sign in signs}
    assert found == keys.SMALL_ORDER


def test_openssh_file_comes_back() -> None:
    key = keys.PrivateKey.generate()
    plain = key.to_openssh(None)
    assert plain.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert keys.PrivateKey.from_openssh(plain, None).public == key.public
    locked = key.to_openssh(b"kata sandi", rounds=4)
    again = keys.PrivateKey.from_openssh(locked, b"kata sandi")
    assert again.sign(b"x") == key.sign(b"x")


@pytest.mark.parametrize(
    ("locked", "passphrase", "code"),
    [
        (True, b"lain", "key-file"),
        (True, b"", "passphrase"),
        (True, None, "passphrase"),
        (False, b"kata sandi", "passphrase"),
    ],
)
def test_wrong_passphrase(locked: bool, passphrase: bytes | None, code: str) -> None:
    key = keys.PrivateKey.from_seed(bytes(32))
    data = key.to_openssh(b"kata sandi" if locked else None, rounds=4)
    with pytest.raises(Malformed) as refusal:
        keys.PrivateKey.from_openssh(data, passphrase)
    assert refusal.value.code == code


def test_not_a_key_file() -> None:
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    good = keys.PrivateKey.from_seed(bytes(32)).to_openssh(None)
    lines = keys.PrivateKey.from_seed(bytes(32)).to_openssh(b"x", rounds=1).split(b"\n")
    body = base64.b64decode(b"".join(lines[1:-2])).replace(b"aes256-ctr", b"aes256-xyz")
    strange = b"\n".join([lines[0], base64.encodebytes(body) + lines[-2], b""])
    wrong = [b"", b"x", other, good[:60], good.replace(b"OPENSSH", b"RSA"), strange]
    for data in wrong:
        with pytest.raises(Malformed) as refusal:
            keys.PrivateKey.from_openssh(data, None)
        assert refusal.value.code == "key-file"


def test_a_private_key_is_not_pickled_or_copied() -> None:
    key = keys.PrivateKey.generate()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(key, protocol)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(key)


def test_a_private_key_does_not_show_itself() -> None:
    key = keys.PrivateKey.from_seed(b"\x2a" * 32)
    assert "2a2a" not in repr(key)
    assert not hasattr(key, "__dict__")


@pytest.mark.parametrize("value", [None, 7, b"x", ["x"]])
def test_a_vkey_is_a_text(value: object) -> None:
    with pytest.raises(Malformed, match="vkey"):
        keys.parse_vkey(value)
