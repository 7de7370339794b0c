"""Codes as drawn for paper, read by the decoder that small pages use, and by zxing-cpp."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.demonstration import Demonstration

ROOT = Path(__file__).resolve().parents[2]
SIDE = 900


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on the path")
def test_every_sample_is_read_by_two_independent_decoders(demonstration: Demonstration) -> None:
    texts, pixels = [], b""
    for sample in demonstration.samples:
        data = (demonstration.workspace / "samples" / sample["image"]).read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            page = Image.new("L", (SIDE, SIDE), 255)
            page.paste(image.convert("L"), (40, 60))
        pixels += page.tobytes()
        texts.append(demonstration.text(sample["name"]))
        assert [code.text for code in zxingcpp.read_barcodes(page)] == [texts[-1]]
    command = ["node", "tests/script/read_codes.js", str(SIDE)]
    done = subprocess.run(command, input=pixels, cwd=ROOT, capture_output=True, check=True)
    assert [json.loads(line) for line in done.stdout.splitlines()] == texts
    assert len(texts) == 15
