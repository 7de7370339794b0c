"""The demonstration's samples: one code for every reason that a text alone decides.

Most are genuine entries of the invented registry; five are signed outside the ledger, which only a
demonstration does. They are written with the verdict that a verifier must give, online and offline.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from registry.qr import Symbol, checked, png, symbol, text_symbol
from signing import cbor, cose
from signing.certificate import PROFILE, Certificate, decode_payload, encode_payload
from signing.fragment import from_payload_text, qr_text
from signing.keys import Signer
from signing.reasons import Malformed, Reason

_STALE = Reason.STATUS_STALE
_OFFLINE = {
    **dict.fromkeys(
        (
            Reason.VALID,
            Reason.REVOKED,
            Reason.SUSPENDED,
            Reason.SUPERSEDED,
            Reason.NOT_IN_LOG,
        ),
        _STALE,
    ),
    Reason.UNKNOWN_KEY: Reason.KEY_UNCHECKED,
    Reason.OUT_OF_SCOPE: Reason.KEY_UNCHECKED,
}
"""Verdict without a network or a build note, where it is another one."""
_EPOCH = time.gmtime(0)
"""Written into the PDF as its date, so that the same samples are the same bytes."""
_A4 = (2480, 3508)
"""Pixels of an A4 page at 300 dpi."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgers:
    """Keys that sign samples outside the ledger."""

    general: Signer
    scoped: Signer
    """Allowed for one LSP only."""
    closed: Signer
    """Closed by the trust document with ``final``."""
    unknown: Signer
    """In no document."""
    other_lsp: int
    """An LSP that ``scoped`` may not sign for."""
    past_final: int
    """An index at or past the closed key's ``final.size``."""


def texts(site: str, genuine: Mapping[Reason, bytes], forgers: Forgers) -> dict[Reason, str]:
    """The text of every sample. ``genuine`` are certificates of the ledger by their state."""
    valid = genuine[Reason.VALID]
    certificate = decode_payload(cose.split(valid).payload)
    forged = {
        Reason.SIGNATURE_MISMATCH: valid[:-1] + bytes([valid[-1] ^ 1]),
        Reason.UNKNOWN_KEY: _signed(certificate, forgers.unknown),
        Reason.OUT_OF_SCOPE: _signed(replace(certificate, lsp=forgers.other_lsp), forgers.scoped),
        Reason.KEY_COMPROMISED: _signed(
            replace(certificate, index=forgers.past_final, replaces=None), forgers.closed
        ),
        Reason.NOT_IN_LOG: _signed(replace(certificate, cti=bytes(16)), forgers.general),
        Reason.TOO_NEW: cose.sign(_later(certificate), forgers.general),
    }
    found = {reason: qr_text(site, data) for reason, data in {**genuine, **forged}.items()}
    digits = found[Reason.VALID].partition("#")[2]
    found[Reason.FOREIGN_CODE] = f"https://cek-sertifikat.example/#{digits}"
    found[Reason.OTHER_CODE] = "https://tenaga-kerja.example/kartu?nomor=12345"
    found[Reason.MALFORMED] = f"{site}#{digits[:-40]}"
    return found


def write(folder: Path, found: Mapping[Reason, str]) -> None:
    """Write ``samples.json`` with a text and an image of each sample, and ``batch.pdf``."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for reason in (r for r in Reason if r in found):
        text = found[reason]
        name = reason.value
        (folder / f"{name}.txt").write_text(text + "\n", encoding="ascii")
        (folder / f"{name}.png").write_bytes(checked(png(_symbol(text)), text))
        offline = _OFFLINE.get(reason, reason).value
        line = {"name": name, "file": f"{name}.txt", "image": f"{name}.png", "reason": name}
        listed.append({**line, "offline": offline})
    data = json.dumps(listed, indent=1) + "\n"
    (folder / "samples.json").write_text(data, encoding="ascii")
    on_page = [found[r] for r in (Reason.VALID, Reason.EXPIRED, Reason.REVOKED, Reason.OTHER_CODE)]
    (folder / "batch.pdf").write_bytes(_page(on_page))


def _signed(certificate: Certificate, signer: Signer) -> bytes:
    return cose.sign(encode_payload(certificate), signer)


def _later(certificate: Certificate) -> bytes:
    claims = cbor.decode(encode_payload(certificate))
    claims[PROFILE - 1] = claims.pop(PROFILE)
    return cbor.encode(claims)


def _symbol(text: str) -> Symbol:
    """As it would be printed; any other text as an ordinary code."""
    site, _, payload = text.partition("#")
    try:
        return symbol(site, from_payload_text(payload))
    except Malformed:
        return text_symbol(text)


def _page(found: Sequence[str]) -> bytes:
    """A PDF of one scanned page with several codes on it."""
    page = Image.new("L", _A4, 255)
    for place, text in enumerate(found):
        with Image.open(io.BytesIO(checked(png(_symbol(text), scale=6), text))) as code:
            page.paste(code.convert("L"), (300 + 1000 * (place % 2), 300 + 1000 * (place // 2)))
    out = io.BytesIO()
    page.save(out, "PDF", resolution=300, creationDate=_EPOCH, modDate=_EPOCH)
    return out.getvalue()
