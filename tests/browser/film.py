"""What a fake camera shows: scenes with codes, as an uncompressed film of one frame."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageFilter
from playwright.sync_api import Browser, BrowserType

from tests.browser.site import CHROMIUM, FLAGS
from tests.photographs import View, photograph, seen

SIZE = (1920, 1080)


def scene(*placed: tuple[str, View, tuple[int, int]], blur: float = 0) -> Image.Image:
    """Codes on a desk, each seen in its own way at its own place."""
    rng = random.Random("film")
    desk = Image.new("L", SIZE, 70)
    for text, view, at in placed:
        part = photograph(text, view, rng)
        lit = seen(part, SIZE, at)
        box = (at[0] - 24, at[1] - 24, at[0] + part.width + 24, at[1] + part.height + 24)
        desk.paste(lit.crop(box), box[:2])
    return desk.filter(ImageFilter.GaussianBlur(blur)) if blur else desk


def film(picture: Image.Image, path: Path) -> Path:
    """A Y4M of one frame that Chromium's fake device repeats."""
    width, height = picture.size
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\nFRAME\n".encode()
    path.write_bytes(head + picture.convert("L").tobytes() + bytes([128]) * (width * height // 2))
    return path


@contextmanager
def camera(chromium: BrowserType, shown: Path) -> Iterator[Browser]:
    """A browser whose camera shows a film and needs no permission."""
    flags = [*FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={shown}")
    launched = chromium.launch(executable_path=CHROMIUM, args=flags)
    try:
        yield launched
    finally:
        launched.close()
