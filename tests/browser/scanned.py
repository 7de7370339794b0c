"""PDFs as scanners and label programs write them: one picture a page, in each of their codings."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import ROWSPERSTRIP, STRIPBYTECOUNTS, STRIPOFFSETS, TiffImageFile

DPI = 200

Coded = tuple[bytes, dict[str, object]]
"""The bytes of an image and what a PDF has to say about them."""


def jpeg(page: Image.Image) -> Coded:
    return _saved(page, "JPEG", quality=70), {"/Filter": pikepdf.Name("/DCTDecode")}


def jpeg2000(page: Image.Image) -> Coded:
    data = _saved(page, "JPEG2000", quality_mode="rates", quality_layers=[12])
    return data, {"/Filter": pikepdf.Name("/JPXDecode")}


def ccitt(page: Image.Image) -> Coded:
    parameters = pikepdf.Dictionary(K=-1, Columns=page.width, Rows=page.height)
    return _group4(page), {
        "/Filter": pikepdf.Name("/CCITTFaxDecode"),
        "/DecodeParms": parameters,
        "/BitsPerComponent": 1,
    }


def jbig2(page: Image.Image) -> Coded:
    """One generic region in MMR coding (ITU-T T.88 6.2.6), which is group 4 in a frame."""
    place = struct.pack(">IIIIB", page.width, page.height, 0, 0, 0)
    parts = (
        (48, struct.pack(">IIIIBH", page.width, page.height, 0, 0, 0, 0)),
        (38, place + b"\x01" + _group4(page)),
    )
    data = b"".join(
        struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body
        for number, (kind, body) in enumerate(parts)
    )
    return data, {"/Filter": pikepdf.Name("/JBIG2Decode"), "/BitsPerComponent": 1}


CODINGS: dict[str, Callable[[Image.Image], Coded]] = {
    "jpeg": jpeg,
    "jpeg2000": jpeg2000,
    "ccitt": ccitt,
    "jbig2": jbig2,
}


def scanned(
    path: Path, pages: Sequence[Image.Image], coding: str, password: str | None = None
) -> Path:
    """A PDF of these pages, A4, in shades of grey or in black and white as the coding has it."""
    document = pikepdf.new()
    for page in pages:
        data, told = CODINGS[coding](page)
        image = document.make_stream(
            data,
            Type=pikepdf.Name("/XObject"),
            Subtype=pikepdf.Name("/Image"),
            Width=page.width,
            Height=page.height,
            ColorSpace=pikepdf.Name("/DeviceGray"),
        )
        image.BitsPerComponent = 8
        for key, value in told.items():
            image[key] = value
        size = (page.width * 72 / DPI, page.height * 72 / DPI)
        sheet = document.add_blank_page(page_size=size)
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image))
        drawn = f"q {size[0]:.2f} 0 0 {size[1]:.2f} 0 0 cm /Scan Do Q"
        sheet.Contents = document.make_stream(drawn.encode())
    encryption = pikepdf.Encryption(owner=password, user=password) if password else None
    document.save(path, encryption=encryption) if encryption else document.save(path)
    return path


def sheet_with(codes: Sequence[tuple[Image.Image, tuple[int, int]]]) -> Image.Image:
    """An A4 page at 200 dpi with pictures at their places."""
    page = Image.new("L", (1654, 2339), 252)
    for picture, at in codes:
        page.paste(picture, at)
    return page


def _saved(page: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **options)
    return out.getvalue()


def _group4(page: Image.Image) -> bytes:
    """Black and white, ITU-T T.6, black as 1: the one strip of a TIFF."""
    bits = ImageOps.invert(page).convert("1", dither=Image.Dither.NONE)
    out = io.BytesIO()
    bits.save(out, "TIFF", compression="group4", tiffinfo={ROWSPERSTRIP: page.height})
    with Image.open(out) as written:
        assert isinstance(written, TiffImageFile)
        (start,), (length,) = written.tag_v2[STRIPOFFSETS], written.tag_v2[STRIPBYTECOUNTS]
    return out.getvalue()[start : start + length]
