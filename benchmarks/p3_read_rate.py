"""Read rate of the page's decoder on simulated photographs, beside zxing-cpp on the same ones.

    python -m benchmarks.p3_read_rate [--size 40]

Photographs of certificates' codes (275 bytes, level M, so version 13) by the recipe of
tests/photographs.py, seeds fixed. For each size of a module in the photograph: what is read at
once, and with the second try (twice enlarged and sharpened), by either decoder. The page's decoder
runs in Node; the times are of its process and only for scale.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import struct
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

from benchmarks.figure import Figure, Found, run
from signing.fragment import qr_text
from tests.photographs import any_view, photograph

SITE = "https://sertifikat.example.go.id/v"
BYTES = 275
MODULES = (1.8, 2.2, 2.6, 3.0, 3.5, 4.0, 5.0, 7.0)
"""Pixels a module."""
_READER = Path(__file__).with_name("read_codes.mjs")
_FORMATS = zxingcpp.barcode_formats_from_str("QRCode")


@dataclass(frozen=True, slots=True)
class Rate:
    """Shares of the photographs that were read, in percent; milliseconds are medians."""

    module: float
    page: float
    page_second: float
    zxing: float
    zxing_second: float
    page_ms: float
    page_second_ms: float


def measure(size: int) -> Found:
    """The rates over ``size`` photographs of each size. SystemExit: a text that was not there."""
    rates = [measured(module, size) for module in MODULES]
    figures = [
        Figure(
            id="read rate",
            work=f"page's decoder, {rate.module} pixels a module, % read",
            reference="zxing-cpp",
            ratio=rate.page_second / rate.zxing_second if rate.zxing_second else None,
            target=None,
            why=f"{rate.page_second:.0f} % / {rate.zxing_second:.0f} %, with the second try",
        )
        for rate in rates
    ]
    columns = {f"{rate.module} pixels a module": asdict(rate) for rate in rates}
    return Found(size=size, things="photographs a row", figures=figures, details=columns)


def measured(module: float, count: int) -> Rate:
    """The rates for one size of a module, in pixels."""
    rng = random.Random(f"read rate {module}")
    texts = [qr_text(SITE, rng.randbytes(BYTES)) for _ in range(count)]
    pictures = [photograph(text, any_view(rng, module), rng) for text in texts]
    told = _page(pictures)

    def share(found: list[list[str]]) -> float:
        wrong = [set(f) - {text} for f, text in zip(found, texts, strict=True) if set(f) - {text}]
        if wrong:
            raise SystemExit(f"read what is not there: {wrong}")
        return 100 * sum(map(bool, found)) / count

    plain = [_zxing(picture) for picture in pictures]
    second = [f or _zxing(_closer(p)) for f, p in zip(plain, pictures, strict=True)]
    return Rate(
        module,
        share([line["once"] for line in told]),
        share([line["all"] for line in told]),
        share(plain),
        share(second),
        statistics.median(line["times"][0] for line in told),
        statistics.median(line["times"][1] for line in told),
    )


def _page(pictures: list[Image.Image]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is not on the PATH: run `make bench`")
    data = b"".join(struct.pack(">II", *p.size) + p.tobytes() for p in pictures)
    done = subprocess.run([node, _READER], input=data, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _zxing(picture: Image.Image) -> list[str]:
    return [c.text for c in zxingcpp.read_barcodes(picture, formats=_FORMATS) if c.valid]


def _closer(picture: Image.Image) -> Image.Image:
    """The second try of registry/scan.py."""
    larger = picture.resize((2 * picture.width, 2 * picture.height), Image.Resampling.BICUBIC)
    return larger.filter(ImageFilter.UnsharpMask(2, 150, 3))


if __name__ == "__main__":
    run("p3_read_rate", measure, 40)
