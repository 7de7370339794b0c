"""A certificate as text: digits in a URL fragment, the share form, and whose address it is.

``<site>#<digits>`` is what stands in a QR code (docs/formats.md section 2). The digits are the
bytes as one big-endian number, zero-padded to a width that the byte count fixes; for one size in
twelve the first digit is 0.

>>> digits(bytes.fromhex("d28449"))
'13796425'
>>> from_payload_text("13796425").hex()
'd28449'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from signing.canonical import b64url_decode, b64url_encode
from signing.cose import MAX_READ
from signing.reasons import Malformed, Reason

MAX_DIGITS = 1_234
"""Digits of the largest certificate that a reader takes (512 bytes)."""
SHOWN = 200
"""Most characters of a foreign address that are shown."""
_SHARE_STEP = 60
_SHARE = re.compile(r"[A-Za-z0-9_.-]+\Z")
_CERTIFICATE = b"\xd2\x84\x49"


class Code(NamedTuple):
    """What a text that somebody scanned or pasted turned out to be.

    Exactly one of ``data`` (bytes that may be a certificate) and ``reason`` is given; ``host`` is
    the address shown for a code that leads elsewhere, as it stands, at most 200 characters.
    """

    data: bytes | None = None
    reason: Reason | None = None
    host: str = ""


def width(count: int) -> int:
    """Digits for ``count`` bytes: ceil(8 n log10 2), in integers exact to 512 bytes."""
    return (30_103 * count + 12_499) // 12_500


def digits(data: bytes) -> str:
    """The bytes as one decimal number of fixed width."""
    return str(int.from_bytes(data, "big")).zfill(width(len(data)))


def share(data: bytes) -> str:
    """The share form for chat applications: ``.`` and base64url, cut by ``.`` every 60."""
    text = b64url_encode(data)
    cut = [text[i : i + _SHARE_STEP] for i in range(0, len(text), _SHARE_STEP)]
    return "." + ".".join(cut)


def qr_text(site: str, data: bytes) -> str:
    """The text of a QR code."""
    return f"{site}#{digits(data)}"


def from_payload_text(text: str) -> bytes:
    """The bytes of digits or share form. Malformed else."""
    if text.isascii() and text.isdigit():
        return _from_digits(text)
    if not _SHARE.match(text):
        raise Malformed("fragment", "neither digits nor share form")
    data = b64url_decode(text.replace(".", ""))
    if not data or len(data) > MAX_READ:
        raise Malformed("fragment", "empty or too long")
    return data


def _from_digits(text: str) -> bytes:
    if len(text) > MAX_DIGITS:
        raise Malformed("fragment", "too many digits")
    count = 870_823 * len(text) // 2**21
    if width(count) != len(text):
        raise Malformed("fragment", "no such number of digits")
    value = int(text)
    if value >> (8 * count):
        raise Malformed("fragment", "the number is too large")
    return value.to_bytes(count, "big")


def read(text: str, addresses: Sequence[str] | None) -> Code:
    """Whose code a text is, decided byte for byte and never by a URL parser.

    ``addresses`` are the registry's site and former sites; None = no trust document at hand, so
    nothing is foreign.
    """
    text = text.strip(" \t\r\n")
    before, mark, after = text.partition("#")
    if text[:8].lower().startswith(("http://", "https://")):
        if addresses is not None:
            ours = max(filter(text.startswith, addresses), key=len, default=None)
            if ours is None:
                return _foreign(before, after)
            rest = text[len(ours) :]
            return _payload(rest[1:]) if rest.startswith("#") else Code(reason=Reason.MALFORMED)
        return _payload(after)
    return _payload(after if mark and not before else text)


def _payload(text: str) -> Code:
    try:
        return Code(data=from_payload_text(text))
    except Malformed:
        return Code(reason=Reason.MALFORMED)


def _foreign(before: str, after: str) -> Code:
    data = _payload(after).data
    ours = data is not None and data.startswith(_CERTIFICATE)
    return Code(reason=Reason.FOREIGN_CODE if ours else Reason.OTHER_CODE, host=before[:SHOWN])
