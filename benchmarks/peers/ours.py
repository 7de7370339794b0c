"""Absah's own rates, ``python -m benchmarks.peers.ours``.

Issue: a certificate signed and checked by the second library, to the text of a code. Verify: from
the text to the certificate, signature and claims checked. Without log and status: no peer has them,
and P4 measures the whole way.
"""

from __future__ import annotations

import hashlib
from datetime import date

from benchmarks.peers.rate import record, tell
from registry.signers import sign_checked
from signing import certificate, cose, fragment, keys

SITE = "https://sertifikat.example.go.id/v"
KEY = keys.PrivateKey.from_seed(hashlib.sha256(b"benchmark issuer").digest())
KID = keys.kid(KEY.public)


def issue() -> str:
    """The text of a code."""
    given = record_of
    day = {name: certificate.day_of(date.fromisoformat(given[name])) for name in DATES}
    made = certificate.Certificate(
        index=given["index"],
        number=given["number"],
        registration=given["registration"],
        name=given["name"],
        birth_day=day["birth"],
        scheme=given["scheme"],
        lsp=given["lsp"],
        issue_day=day["issued"],
        scheme_digest=bytes(16),
        expiry_day=day["expires"],
        cti=bytes(16),
        units=None,
        passport_name=None,
        blank_number=None,
        replaces=None,
    )
    payload = certificate.encode_payload(made)
    signature = sign_checked(KID, KEY, cose.sig_structure(KID, payload))
    return fragment.qr_text(SITE, cose.join(KID, payload, signature))


def verify(text: str | bytes) -> certificate.Certificate:
    """The certificate of a text."""
    code = fragment.read(str(text), [SITE])
    frame = cose.split(code.data or b"")
    if frame.kid != KID or not cose.check(frame, KEY.public):
        raise ValueError("does not verify")
    return certificate.decode_payload(frame.payload)


DATES = ("birth", "issued", "expires")
record_of = record()

if __name__ == "__main__":
    if verify(issue()).name != record_of["name"]:
        raise SystemExit("not the record that was issued")
    tell(issue, verify)
