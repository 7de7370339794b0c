"""Rates of a peer from PyPI, by name, in the environment that it was installed into.

Each gets the record as far as its format has fields, signs with Ed25519, and verifies what it made.
It runs without this project: only rate.py beside it is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rate import record, tell

Pair = tuple[Callable[[], str | bytes], Callable[[str | bytes], object]]
ISSUER = "https://sertifikat.example.go.id"


def moment(day: str) -> datetime:
    """Midnight UTC."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def claim169(given: dict[str, Any]) -> Pair:
    """MOSIP claim 169, the text of its QR code."""
    import claim169 as peer  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    seed = bytes(range(32))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()

    def issue() -> str:
        data = peer.Claim169Input(id=given["number"], full_name=given["name"])
        data.date_of_birth = given["birth"]
        data.location_code = given["scheme"]
        data.legal_status = given["registration"]
        meta = peer.CwtMetaInput(issuer=f"{ISSUER}/{given['lsp']}")
        meta.issued_at = int(moment(given["issued"]).timestamp())
        meta.expires_at = int(moment(given["expires"]).timestamp())
        return str(peer.encode(data, meta, sign_with_ed25519=seed))

    def verify(text: str | bytes) -> object:
        return peer.decode(text, verify_with_ed25519=public).claim169.full_name

    return issue, verify


def cwt(given: dict[str, Any]) -> Pair:
    """A CBOR web token (bytes)."""
    import cwt as peer  # noqa: PLC0415

    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "issuer", "alg": "EdDSA"}
    private = peer.COSEKey.from_jwk({**jwk, **_key_pair(private=True)})
    public = peer.COSEKey.from_jwk({**jwk, **_key_pair(private=False)})
    words = ("number", "registration", "name", "birth", "scheme", "lsp")

    def issue() -> bytes:
        claims = {
            1: f"{ISSUER}/{given['lsp']}",
            4: int(moment(given["expires"]).timestamp()),
            6: int(moment(given["issued"]).timestamp()),
            -70_001: {key: given[word] for key, word in enumerate(words, 1)},
        }
        return bytes(peer.encode(claims, private))

    def verify(token: str | bytes) -> object:
        return peer.decode(token, public)[-70_001][3]

    return issue, verify


def openbadgeslib(given: dict[str, Any]) -> Pair:
    """An Open Badge 3.0, a credential as JWT."""
    from openbadgeslib.keys import KeyFactory, KeyType  # noqa: PLC0415
    from openbadgeslib.ob3.credential import (  # noqa: PLC0415
        Achievement,
        IdentityObject,
        Issuer,
        OpenBadgeCredential,
    )
    from openbadgeslib.ob3.signer import OB3Signer  # noqa: PLC0415
    from openbadgeslib.ob3.verifier import OB3Verifier  # noqa: PLC0415

    private, public = KeyFactory(KeyType.ED25519).generate_keypair()
    signer, verifier = OB3Signer(private, "EdDSA"), OB3Verifier(public)

    def issue() -> str:
        holder = IdentityObject(identity_hash=given["name"], identity_type="name", hashed=False)
        badge = OpenBadgeCredential(
            issuer=Issuer(id=f"{ISSUER}/{given['lsp']}", name=str(given["lsp"])),
            recipient_id=None,
            achievement=Achievement(
                id=f"{ISSUER}/{given['scheme']}",
                name=given["scheme"],
                description=given["registration"],
                criteria_narrative=given["birth"],
            ),
            id=f"{ISSUER}/{given['number'].replace(' ', '-')}",
            issuance_date=moment(given["issued"]),
            expiration_date=moment(given["expires"]),
            identifiers=[holder],
        )
        return str(signer.sign(badge))

    def verify(token: str | bytes) -> object:
        return verifier.verify(token).identifiers[0].identity_hash

    return issue, verify


def _key_pair(*, private: bool) -> dict[str, str]:
    from base64 import urlsafe_b64encode  # noqa: PLC0415

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    seed = bytes(range(32))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    named = {"x": public, "d": seed} if private else {"x": public}
    return {name: urlsafe_b64encode(raw).rstrip(b"=").decode() for name, raw in named.items()}


PEERS = {"claim169": claim169, "cwt": cwt, "openbadgeslib": openbadgeslib}

if __name__ == "__main__":
    given_record = record()
    made_issue, made_verify = PEERS[sys.argv[1]](given_record)
    if made_verify(made_issue()) != given_record["name"]:
        raise SystemExit("not the record that was issued")
    tell(made_issue, made_verify)
