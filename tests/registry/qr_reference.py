"""What the stock ``qrcode`` makes of the same data, and data to give it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from qrcode import util  # type: ignore[import-untyped]
from qrcode.main import QRCode  # type: ignore[import-untyped]

from registry.qr import Correction, Mode, Segment, Symbol, symbol_of
from registry.qr_layout import capacity

SITE = "https://sertifikat.example.go.id/v/"[:34]
"""34 characters: 35 with the ``#``."""


def stock(
    segments: Sequence[Segment],
    correction: Correction,
    *,
    version: int | None = None,
    mask: int | None = None,
) -> Symbol:
    """The symbol by ``qrcode`` alone; ``mask`` None lets it choose."""
    code = QRCode(version=version, error_correction=int(correction), mask_pattern=mask)
    for segment in segments:
        code.add_data(util.QRData(segment.data, mode=int(segment.mode)))
    chosen: list[int] = []
    best = code.best_mask_pattern

    def best_mask_pattern() -> int:
        chosen.append(best())
        return chosen[0]

    code.best_mask_pattern = best_mask_pattern
    code.make()
    rows = tuple("".join("1" if cell else "0" for cell in row) for row in code.modules)
    return Symbol(code.version, correction, chosen[0] if mask is None else mask, rows)


def certificate_segments(rng: random.Random, digits: int) -> list[Segment]:
    """An address and this many random digits."""
    return [Segment(Mode.BYTE, f"{SITE}#".encode()), numeric(rng, digits)]


def numeric(rng: random.Random, digits: int) -> Segment:
    """Random digits."""
    return Segment(Mode.NUMERIC, "".join(rng.choices("0123456789", k=digits)).encode())


def filling(rng: random.Random, version: int, correction: Correction) -> list[Segment]:
    """Data of all three modes that leave 0 to 40 bits of a version free."""
    room = capacity(version, correction) - rng.randint(0, 40)
    segments = []
    byte = Segment(Mode.BYTE, rng.randbytes(1 + room // 40))
    letters = "".join(rng.choices("ABCXYZ $%*+-./:09", k=1 + room // 33))
    for extra in (byte, Segment(Mode.ALPHANUMERIC, letters.encode())):
        if room - extra.length(version) > 40:
            room -= extra.length(version)
            segments.append(extra)
    head = Segment(Mode.NUMERIC, b"0").length(version) - 4
    return [*segments, numeric(rng, max(1, (room - head) * 3 // 10))]


def compare(version: int, correction: Correction, mask: int | None, seed: int) -> None:
    """AssertionError unless both make the same symbol of data that fill this version."""
    segments = filling(random.Random(seed), version, correction)
    ours = symbol_of(segments, correction=correction, minimum_version=version, mask=mask)
    assert ours.version == version
    assert ours == stock(segments, correction, version=version, mask=mask)


def stock_text(text: str) -> Symbol:
    """The symbol of a text by ``qrcode`` alone, cut into segments by it, at its default level."""
    code = QRCode()
    code.add_data(text)
    parts = [Segment(Mode(piece.mode), piece.data) for piece in code.data_list]
    return stock(parts, Correction.M)
