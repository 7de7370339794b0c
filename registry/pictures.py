"""Pictures and pages of PDFs to the texts of the QR codes in them.

Loaded only when there is a picture: these libraries take longer to load than a certificate takes to
verify. Sizes are capped before anything is unpacked.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from registry.scan_texts import Found, UnreadableFile

MAX_PIXELS = 100_000_000
MAX_SIDE = 65_535
"""Pixels of the longer side that the decoder takes."""
MAX_PAGES = 200
DPI = 300
_FORMATS = zxingcpp.barcode_formats_from_str("QRCode")


def picture_codes(data: bytes) -> Iterator[Found]:
    """The texts of the QR codes of a PNG or JPEG file, in order. UnreadableFile."""
    yield from (Found(text) for text in _codes(_picture(data)))


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
