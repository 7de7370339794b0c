"""Symbols as files: what they hold, that others read them, that their bytes never change."""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct
import xml.etree.ElementTree as ET
import zlib

import pytest
import zxingcpp
from PIL import Image

from registry.qr import (
    Correction,
    Symbol,
    SymbolTooLargeError,
    SymbolUnreadableError,
    checked,
    png,
    svg,
    symbol,
    text_symbol,
)
from registry.qr_draw import _zlib_stream
from signing.cose import MAX_ISSUED, MAX_READ, NOTE_OVER
from signing.fragment import qr_text
from tests.registry.qr_reference import SITE, stock_text

FIXED = bytes.fromhex("d28449") + bytes(range(245))
FOREIGN = (
    "https://evil.example/#" + "5283" * 90,
    "HTTPS://OTHER-SYSTEM.EXAMPLE/CARD/0123456789012345678901234567890",
    "証明書 第12号",
    "é",
    "7",
)


def read_pixels(picture: Image.Image) -> str:
    """What a decoder without any hint reads."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    assert [code.format for code in found] == [zxingcpp.BarcodeFormat.QRCode]
    return found[0].text


def raster(drawn: bytes, scale: int) -> Image.Image:
    """Our SVG in pixels, by a reading of its XML that shares nothing with the program."""
    root = ET.fromstring(drawn)
    side = int(root.attrib["viewBox"].split()[2])
    background, line = root
    assert background.attrib == {"fill": "#fff", "d": f"M0 0h{side}v{side}h-{side}z"}
    assert (line.attrib["fill"], line.attrib["stroke"]) == ("none", "#000")
    picture = Image.new("L", (side * scale, side * scale), 255)
    x = y = 0.0
    for command, first, second in re.findall(r"([Mmh])([0-9]+)(?: ([0-9.]+))?", line.attrib["d"]):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            box = (x, y - 0.5, x + float(first), y + 0.5)
            left, top, right, bottom = (round(edge * scale) for edge in box)
            picture.paste(0, (left, top, right, bottom))
            x += float(first)
    return picture


def modules(picture: Image.Image, scale: int, border: int) -> tuple[str, ...]:
    """The rows of a picture; AssertionError if a module has two colours."""
    side = picture.width // scale
    plain = picture.convert("L")
    small = plain.resize((side, side), Image.Resampling.NEAREST)
    assert small.resize(plain.size, Image.Resampling.NEAREST).tobytes() == plain.tobytes()
    cells = small.tobytes().translate(bytes.maketrans(b"\x00\xff", b"10")).decode()
    rows = [cells[start : start + side] for start in range(0, side * side, side)]
    white = "0" * border
    for row in rows:
        assert row.startswith(white)
        assert row.endswith(white)
    assert not any("1" in row for row in (*rows[:border], *rows[-border:]))
    return tuple(row[border : side - border] for row in rows[border : side - border])


@pytest.mark.parametrize(
    ("count", "version"),
    [
        *((1, 12), (120, 12), (249, 12), (250, 13), (NOTE_OVER, 13), (294, 14), (324, 14)),
        *((325, 15), (MAX_ISSUED, 15), (375, 16), (MAX_READ, 18)),
    ],
)
def test_versions_are_those_that_the_sizes_are_designed_for(count: int, version: int) -> None:
    made = symbol(SITE, b"\xd2" + bytes(count - 1))
    assert (made.version, made.size) == (version, 17 + 4 * version)
    assert made.correction is Correction.M


def test_a_symbol_holds_the_text_and_reads_back_from_both_drawings() -> None:
    rng = random.Random(5)
    for number in range(40):
        data = b"\xd2\x84\x49" + rng.randbytes(rng.randint(60, MAX_ISSUED - 3))
        text = qr_text(SITE, data)
        made = symbol(SITE, data)
        assert read_pixels(Image.open(io.BytesIO(checked(png(made), text)))) == text
        assert read_pixels(raster(checked(svg(made), text), 3)) == text, number


@pytest.mark.parametrize("count", [245, 250, 267])
def test_leading_zeros_of_the_digits_survive(count: int) -> None:
    data = b"\xd2" + random.Random(count).randbytes(count - 1)
    text = qr_text(SITE, data)
    assert text.startswith(f"{SITE}#0")
    assert read_pixels(Image.open(io.BytesIO(png(symbol(SITE, data))))) == text
    zeros = qr_text(SITE, bytes(30))
    assert zeros.endswith("#" + "0" * 73)
    assert checked(svg(symbol(SITE, bytes(30))), zeros)


@pytest.mark.parametrize("text", FOREIGN)
def test_any_other_text_is_cut_as_qrcode_cuts_it(text: str) -> None:
    made = text_symbol(text)
    assert made == stock_text(text)
    assert read_pixels(raster(checked(svg(made), text), 4)) == text
    assert checked(png(made), text)


def test_a_row_without_a_dark_module_has_no_line() -> None:
    lonely = next(
        made for made in map(text_symbol, map(str, range(5_000))) if "0" * 21 in made.rows
    )
    row = lonely.rows.index("0" * 21)
    assert f" {row + 4}.5" not in svg(lonely).decode()
    assert modules(raster(svg(lonely), 1), 1, 4) == lonely.rows


@pytest.mark.parametrize(("scale", "border"), [(1, 4), (3, 4), (5, 7), (8, 4), (11, 16), (32, 4)])
def test_drawings_show_exactly_the_modules(scale: int, border: int) -> None:
    for made in (symbol(SITE, FIXED), text_symbol("7")):
        assert modules(raster(svg(made, border=border), 2), 2, border) == made.rows
        with Image.open(io.BytesIO(png(made, scale=scale, border=border))) as picture:
            assert picture.mode == "1"
            assert modules(picture, scale, border) == made.rows


def test_the_printed_size_stands_in_both_files() -> None:
    made = symbol(SITE, FIXED)
    assert made.size + 8 == 73
    assert b'viewBox="0 0 73 73" width="37.084mm" height="37.084mm"' in svg(made, module_mm=0.508)
    assert b"mm" not in svg(made)
    drawn = png(made, scale=6, module_mm=0.508)
    assert drawn[37:41] == b"pHYs"
    assert struct.unpack(">IIB", drawn[41:50]) == (11_811, 11_811, 1)  # 300 dots an inch
    assert checked(drawn, qr_text(SITE, FIXED))


GOLDEN = {
    "svg": "d1f4c15558608b515538a6e8efc2e5df",
    "svg-mm": "bb22f8c92488d741ead761c00b3fc229",
    "png": "c51b273b86320e2e13fa7dabb5325fc9",
    "png-1": "b63683bc8f5cb411f51f6ec6e6365079",
    "foreign": "d13abf083411389812f351abde5ec5f9",
}


def test_bytes_are_the_same_on_every_machine() -> None:
    made = symbol(SITE, FIXED)
    files = {
        "svg": svg(made),
        "svg-mm": svg(made, border=6, module_mm=0.423),
        "png": png(made),
        "png-1": png(made, scale=1),
        "foreign": png(text_symbol(FOREIGN[2]), scale=5),
    }
    digests = {name: hashlib.sha256(data).hexdigest()[:32] for name, data in files.items()}
    assert digests == GOLDEN


def test_the_deflate_stream_is_read_by_zlib_for_every_length_of_copy() -> None:
    rng = random.Random(6)
    tried = 0
    for length in (*range(3, 70), 186, 257, 258, 259, 1_481, 32_768):
        line = rng.randbytes(length)
        for count in (1, 2, 3, 5, 64):
            lines = [(line, count), (bytes(length), 2), (line[::-1], 1)]
            plain = line * count + bytes(2 * length) + line[::-1]
            assert zlib.decompress(_zlib_stream(lines)) == plain
            tried += 1
    assert tried == 73 * 5


def test_a_payload_that_no_reader_takes_is_refused_with_a_sentence() -> None:
    with pytest.raises(SymbolTooLargeError) as long:
        symbol(SITE, bytes(MAX_READ + 1))
    assert long.value.code == "symbol-too-large"
    assert "513 bytes; readers take 512" in long.value.why.en
    assert "513 bita" in long.value.why.id
    with pytest.raises(SymbolTooLargeError, match="bits"):
        symbol("https://" + "a" * 2_400 + ".example/", bytes(MAX_READ))
    with pytest.raises(SymbolTooLargeError, match="holds 18672"):
        text_symbol("x" * 2_332)


def test_values_out_of_range_are_refused() -> None:
    made = text_symbol("7")
    tried = 0
    for border in (-1, 0, 3, 17):
        for draw in (svg, png):
            with pytest.raises(ValueError, match="border is 4 to 16"):
                draw(made, border=border)
            tried += 1
    for module_mm in (0, -1, 101, float("nan"), float("inf")):
        for draw in (svg, png):
            with pytest.raises(ValueError, match="a module is"):
                draw(made, module_mm=module_mm)
            tried += 1
    for scale in (0, -8, 33):
        with pytest.raises(ValueError, match="scale is 1 to 32"):
            png(made, scale=scale)
        tried += 1
    with pytest.raises(ValueError, match="needs data"):
        text_symbol("")
    with pytest.raises(ValueError, match="ascii"):
        symbol("https://bücher.example/", b"1")
    assert tried == 21


def oblong() -> bytes:
    """A PNG file that is no square."""
    out = io.BytesIO()
    Image.new("1", (73, 74), 1).save(out, "PNG")
    return out.getvalue()


def wrong_drawings() -> list[bytes]:
    """Files that do not show `FIXED`, each wrong in its own way."""
    made = symbol(SITE, FIXED)
    right = svg(made)
    turned = Symbol(made.version, made.correction, made.mask, made.rows[::-1])
    inverse = tuple(row.translate(str.maketrans("01", "10")) for row in made.rows)
    picture = png(made)
    return [
        b"",
        b"<svg/>",
        picture[:8],
        picture[:-40],
        picture[:200] + bytes([picture[200] ^ 1]) + picture[201:],
        picture[:19] + b"\x01" + picture[20:],
        oblong(),
        Image.new("1", (73, 73), 1).tobytes(),
        right[:-20],
        right.replace(b'fill="#fff"', b'fill="#000"'),
        right.replace(b"M4 40.5", b"M4 73.5"),
        right.replace(b"M4 40.5", b"M4 4000000.5"),
        re.sub(rb"M4 40[^M]*", b"M4 40.5h99999999999", right),
        re.sub(rb"M4 40[^M]*", b"M4 40.5h999", right),
        right.replace(b"M4 40.5", b"M4 40.5v1"),
        right.replace(b'd="M4 4.5', b'd="M4 4.5M'),
        svg(Symbol(made.version, made.correction, made.mask, inverse)),
        svg(Symbol(made.version, made.correction, made.mask, ("0" * 65,) * 65)),
        png(Symbol(made.version, made.correction, made.mask, ("0" * 65,) * 65)),
        svg(Symbol(made.version, made.correction, made.mask, (*made.rows[:40], *turned.rows[40:]))),
        svg(symbol(SITE, FIXED[:-1] + b"\0")),
        png(symbol(SITE + "x", FIXED)),
        png(text_symbol(qr_text(SITE, FIXED).removeprefix("https://"))),
    ]


def test_a_drawing_that_does_not_read_back_is_not_handed_out() -> None:
    text = qr_text(SITE, FIXED)
    refused = 0
    sentences = set()
    for drawn in wrong_drawings():
        with pytest.raises(SymbolUnreadableError) as error:
            checked(drawn, text)
        assert error.value.code == "symbol-unreadable"
        assert error.value.why.en
        assert error.value.why.id
        sentences.add(error.value.why.en)
        refused += 1
    assert refused == 23
    assert len(sentences) == 5
    with pytest.raises(SymbolUnreadableError, match="no code"):
        checked(png(Symbol(1, Correction.M, 0, ("0" * 21,) * 21)), "")
