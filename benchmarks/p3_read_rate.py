"""Read rate of the page's decoder on simulated photographs, beside zxing-cpp on the same ones.

    python -m benchmarks.p3_read_rate [--count N] [--json]

Photographs of certificates' codes (275 bytes, level M, so version 13) by the recipe of
tests/photographs.py, seeds fixed. For each size of a module in the photograph: what is read at
once, and with the second try (twice enlarged and sharpened), by either decoder. The page's decoder
runs in Node; the times are of its process and only for scale.
"""

from __future__ import annotations

import argparse
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

from signing.fragment import qr_text
from tests.photographs import any_view, photograph

__all__ = ["Rate", "main", "measured"]

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


def main() -> None:
    """Print the table. SystemExit: a decoder read a text that was not there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=40, help="photographs of each size")
    parser.add_argument("--json", action="store_true")
    wishes = parser.parse_args()
    rates = [measured(module, wishes.count) for module in MODULES]
    if wishes.json:
        print(json.dumps([asdict(rate) for rate in rates]))
        return
    print(f"read rate, {wishes.count} simulated photographs a row, {BYTES} bytes, level M [%]")
    print(f"{'px/module':>10}{'page':>8}{'+ 2nd':>8}{'zxing':>8}{'+ 2nd':>8}{'ms':>8}{'+ 2nd':>8}")
    for rate in rates:
        print(
            f"{rate.module:10.1f}{rate.page:8.0f}{rate.page_second:8.0f}{rate.zxing:8.0f}"
            f"{rate.zxing_second:8.0f}{rate.page_ms:8.0f}{rate.page_second_ms:8.0f}"
        )


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
    main()
