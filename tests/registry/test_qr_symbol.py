"""Our symbols are those of ``qrcode`` 8.2, bit for bit, and those of zxing-cpp at one mask."""

from __future__ import annotations

import random
from importlib.metadata import version as installed

import pytest
import zxingcpp
from qrcode import util  # type: ignore[import-untyped]

from registry.qr import Correction, Mode, Segment, SymbolTooLargeError, symbol_of
from registry.qr_layout import MASKS, VERSIONS, capacity, geometry
from registry.qr_symbol import _score
from tests.registry.qr_reference import SITE, certificate_segments, compare, stock

LEVELS = tuple(Correction)


def test_the_reference_is_the_release_that_the_record_names() -> None:
    assert installed("qrcode") == "8.2"


@pytest.mark.parametrize("correction", LEVELS)
def test_random_payloads_have_the_matrix_and_mask_of_qrcode(correction: Correction) -> None:
    rng = random.Random(8_2 + correction)
    masks = set()
    for _ in range(24):
        segments = certificate_segments(rng, rng.randint(1, 1_100))
        ours = symbol_of(segments, correction=correction)
        assert ours == stock(segments, correction)
        masks.add(ours.mask)
    assert len(masks) > 4  # the choice of mask is really exercised


@pytest.mark.no_cover  # mostly qrcode's own time, tripled by tracing
def test_every_version_and_level_equals_qrcode_at_given_masks() -> None:
    compared = set()
    for version in VERSIONS:
        for place, correction in enumerate(LEVELS):
            for mask in ((version + 2 * place) % 8, (version + 2 * place + 1) % 8):
                compare(version, correction, mask, seed=1_000 * version + mask)
                compared.add((version, mask))
    assert len(compared) == 40 * len(MASKS)


@pytest.mark.no_cover  # mostly qrcode's own time, tripled by tracing
def test_every_version_equals_qrcode_in_its_choice_of_mask() -> None:
    for version in VERSIONS:
        compare(version, LEVELS[version % 4], None, seed=version)


def test_the_score_of_any_square_is_that_of_qrcode() -> None:
    rng = random.Random(4)
    scores = set()
    for number in range(240):
        version = 1 + number % 6
        size = 17 + 4 * version
        share = number % 12 / 11  # from all light to all dark
        step = rng.choice((1, 1, 2, 5, 7))  # longer runs in some
        rows = [[rng.random() < share for _ in range(size)] for _ in range(size)]
        rows = [[row[column // step] for column in range(size)] for row in rows]
        if number % 2:
            rows = [list(column) for column in zip(*rows, strict=True)]
        square = int("".join("1" if cell else "0" for row in rows for cell in row), 2)
        score = _score(square, geometry(version))
        assert score == util.lost_point(rows)
        scores.add(score)
    assert len(scores) > 150


def test_zxing_makes_the_same_symbol_at_the_same_mask() -> None:
    rng = random.Random(3)
    for number in range(2_000):
        segments = certificate_segments(rng, rng.randint(300, 890))
        mask = number % 8
        ours = symbol_of(segments, mask=mask)
        text = b"".join(segment.data for segment in segments).decode()
        theirs = zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", dataMask=mask
        ).to_image(scale=1, add_quiet_zones=False)
        pixels = memoryview(theirs)  # type: ignore[arg-type]  # the stub leaves the buffer out
        cells = "".join("0" if pixel else "1" for pixel in pixels.tobytes())
        assert cells == "".join(ours.rows)


@pytest.mark.parametrize("correction", LEVELS)
@pytest.mark.parametrize("version", [1, 9, 10, 12, 13, 26, 27, 40])
def test_the_last_digit_that_fits(version: int, correction: Correction) -> None:
    fitting = 0
    while Segment(Mode.NUMERIC, b"7" * (fitting + 1)).length(version) <= capacity(
        version, correction
    ):
        fitting += 1
    full = [Segment(Mode.NUMERIC, b"7" * fitting)]
    assert symbol_of(full, correction=correction, mask=2).version == version
    assert stock(full, correction, mask=2) == symbol_of(full, correction=correction, mask=2)
    more = [Segment(Mode.NUMERIC, b"7" * (fitting + 1))]
    if version < 40:
        assert symbol_of(more, correction=correction, mask=2).version == version + 1
    else:
        with pytest.raises(SymbolTooLargeError, match="bits"):
            symbol_of(more, correction=correction)


def test_a_segment_takes_only_what_its_mode_can_carry() -> None:
    wrong = [(mode, b"") for mode in Mode]
    wrong += [(Mode.NUMERIC, data) for data in (b"-1", b"1 ", b"1.0", "１２".encode(), b"1a")]
    wrong += [(Mode.ALPHANUMERIC, data) for data in (b"a", b"A#", b"A\n", b"\xff")]
    for mode, data in wrong:
        with pytest.raises(ValueError, match="data"):
            Segment(mode, data)
    assert len(wrong) == 12
    with pytest.raises(ValueError, match="needs data"):
        symbol_of([])
    for version, mask in ((0, None), (41, None), (-1, 0), (1, -1), (1, 8)):
        with pytest.raises(ValueError, match="no version"):
            symbol_of([Segment(Mode.NUMERIC, b"7")], minimum_version=version, mask=mask)


def test_site_is_as_long_as_the_design_assumes() -> None:
    assert len(SITE) == 34
