"""Certificates with any name and any scheme, signed by a demonstration's own issuer key.

They stand in no log, so a verifier says ``not-in-log``; but it shows their data, which is what the
tests of the page's texts need.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from registry.keyring import Keyring
from signing import cose
from signing.canonical import dumps
from signing.certificate import TEXT_LIMITS, decode_payload, encode_payload, text_fault
from signing.fragment import from_payload_text, qr_text
from tests.browser.site import Site


def _texts(name: str) -> list[str]:
    found: list[str] = json.loads((Path(__file__).parent / name).read_text("ascii"))
    return found


HOSTILE = _texts("hostile.json")
"""Sixty texts of a catalogue that must be shown as they stand, in every engine."""
NAMES = [text for text in HOSTILE if text_fault(text, TEXT_LIMITS["name"]) is None]
NAMES += _texts("hostile_names.json")
"""Sixty names: those of these texts that a certificate can hold, and others of its kind."""


def forged(site: Site, entry: dict[str, Any], *, by: str = "general", **claims: Any) -> str:
    """The text of a certificate of a scheme ``entry``, which is published; other ``claims``.

    ``by``: the issuer key that signs it.
    """
    data = dumps(entry).encode()
    digest = hashlib.sha256(data).digest()[:16]
    (site.public / f"catalogue/scheme/{digest.hex()}.json").write_bytes(data)
    genuine = from_payload_text(site.text("valid").partition("#")[2])
    certificate = replace(
        decode_payload(cose.split(genuine).payload),
        **{"scheme": entry["code"], "scheme_digest": digest, "units": None, **claims},
    )
    ring = Keyring(site.workspace / "keys", demo=True)
    signer = ring.open(ring.find("issuer", by))
    return qr_text(site.address, cose.sign(encode_payload(certificate), signer))


def scheme(units: list[dict[str, str]], **other: Any) -> dict[str, Any]:
    """A scheme entry with these units."""
    return {
        "code": "DEMO/banyak",
        "version": "1",
        "name": {"id": "Caregiver Pelaksana", "ja": "介護職（実務者）", "en": "Caregiver"},
        "printed": {"bidang": "Perawatan Lansia", "kualifikasi": "Caregiver Pelaksana"},
        "kind": "okupasi",
        "level": None,
        "years": 3,
        "units": units,
        "fields": ["nursing-care"],
        **other,
    }
