"""The full counts of P2's "bit for bit equal" (`make soak`)."""

from __future__ import annotations

import random

import pytest

from registry.qr import Correction, symbol_of
from registry.qr_layout import MASKS, VERSIONS
from tests.registry.qr_reference import certificate_segments, compare, stock

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("correction", Correction)
def test_two_thousand_payloads_equal_qrcode(correction: Correction) -> None:
    rng = random.Random(20_000 + correction)
    for _ in range(2_000):
        segments = certificate_segments(rng, rng.randint(1, 900))
        assert symbol_of(segments, correction=correction) == stock(segments, correction)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_level_and_mask_of_a_version_equals_qrcode(version: int) -> None:
    compared = 0
    for correction in Correction:
        for mask in (*MASKS, None):
            compare(
                version,
                correction,
                mask,
                seed=100 * version + 10 * correction + (9 if mask is None else mask),
            )
            compared += 1
    assert compared == 36
