"""Photos, scans and PDFs to the texts of the QR codes in them. It knows pictures, not certificates.

Sizes are capped before anything is unpacked; what cannot be read says so and never stops a batch.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 100_000_000
MAX_SIDE = 65_535
"""Pixels of the longer side that the decoder takes."""
MAX_PAGES = 200
MAX_TEXT = 8 * 1024
"""Characters of the longest line taken from a text file."""
DPI = 300
IMAGES = (".png", ".jpg", ".jpeg")
_FORMATS = zxingcpp.barcode_formats_from_str("QRCode")


class UnreadableFile(Exception):
    """A file could not be opened as what it is, or is larger than allowed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One text, with the page of a PDF that it stands on (from 1; 0 = no pages)."""

    text: str
    page: int = 0


def read(path: Path) -> list[Found]:
    """Texts of every QR code of a picture or PDF, or every line of a text file, in order.

    An empty list: the file could be read, and there is no code in it. UnreadableFile else.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(f"more than {MAX_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from error
    if data.startswith(b"%PDF-"):
        return list(pdf_codes(data))
    if path.suffix.lower() in IMAGES or data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return [Found(text) for text in _codes(_picture(data))]
    return lines(data)


def files_in(folder: Path) -> list[Path]:
    """Pictures, PDFs and text files of a folder and the folders in it, sorted."""
    kinds = (*IMAGES, ".pdf", ".txt")
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in kinds and p.is_file())


def lines(data: bytes) -> list[Found]:
    """The texts of a file of QR texts, one a line. UnreadableFile: it is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile("neither a picture, a PDF nor a text") from error
    found = [line.strip(" \t\r") for line in text.split("\n")]
    if any(len(line) > MAX_TEXT for line in found) or "\x00" in text:
        raise UnreadableFile("no list of QR texts")
    return [Found(line) for line in found if line]


def _picture(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a damaged EXIF block: the picture is what counts
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
            if picture.width * picture.height > MAX_PIXELS or max(picture.size) > MAX_SIDE:
                raise UnreadableFile("too many pixels")
            return _grey(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UnreadableFile("too many pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableFile("not a picture that can be read") from error


def _grey(picture: Image.Image) -> Image.Image:
    """In shades of grey; what is transparent is paper, and white."""
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert("L")


def _codes(picture: Image.Image) -> list[str]:
    """As it is; a picture without any code again at twice the size, sharpened."""
    found = _decode(picture)
    fits = 4 * picture.width * picture.height <= MAX_PIXELS and 2 * max(picture.size) <= MAX_SIDE
    if not found and fits:
        larger = picture.resize((2 * picture.width, 2 * picture.height), Image.Resampling.BICUBIC)
        found = _decode(larger.filter(ImageFilter.UnsharpMask(2, 150, 3)))
    return found


def _decode(picture: Image.Image) -> list[str]:
    codes = [code for code in zxingcpp.read_barcodes(picture, formats=_FORMATS) if code.valid]
    codes.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return [code.text for code in codes]


def pdf_codes(data: bytes) -> Iterator[Found]:
    """The texts of the QR codes on each page of a PDF, in order. UnreadableFile."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            if len(document) > MAX_PAGES:
                raise UnreadableFile(f"more than {MAX_PAGES} pages")
            for number, page in enumerate(document, 1):
                picture = page.render(scale=_scale(*page.get_size()), grayscale=True).to_pil()
                yield from (Found(text, number) for text in _codes(picture))
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile("a PDF that cannot be opened (damaged, or with a password)") from error


def _scale(width: float, height: float) -> float:
    """Pixels a point: 300 dpi, less where the page would have too many of them."""
    across, along = max(1.0, width), max(1.0, height)
    return min(DPI / 72, math.sqrt(MAX_PIXELS / (across * along)), MAX_SIDE / max(across, along))
