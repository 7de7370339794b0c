"""Print sheets: what stands on them, that others read them, that nothing is cut or covered."""

from __future__ import annotations

import csv
import io
import random
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from registry import sheet_draw
from registry.calibration import DOTS, VERSIONS, calibration_sheet, named_symbol
from registry.qr import QUIET_ZONE, SymbolUnreadableError, symbol
from registry.sheet import FONT_FILE, PER_FILE, font, index_csv, measure, parts, sheet
from registry.sheet_label import (
    CELL,
    PAGE,
    PER_PAGE,
    Label,
    LabelTooSmallError,
    cell,
    module_dots,
    points,
    symbol_corner,
    text_lines,
    text_width,
    wrapped,
)
from signing.cose import MAX_ISSUED
from signing.fragment import qr_text
from tests.make_font import LATIN, letters

SITE = "https://cek.bnsp.example/"
LONGEST = "W" * 26 + " " + "M" * 26 + " " + "Wahyuningsih Sastrowardoyo"
NAMES = ("Siti Nurhaliza Wahyuningsih", "Budi", "Łukasz Đorđe O’Brien Ñāñez", LONGEST)
SIZES = (232, 249, 262, 293, 324, MAX_ISSUED)


def labels(count: int, seed: int = 3) -> list[Label]:
    rng = random.Random(seed)

    def one(index: int) -> Label:
        data = b"\xd2\x84\x49" + rng.randbytes(SIZES[index % len(SIZES)] - 3)
        number = f"62019 2512 4 00{10_000 + index} 2026"
        return Label(index, number, NAMES[index % len(NAMES)], 9001 + index % 3, data)

    return [one(index) for index in range(count)]


def picture(data: bytes, page: int = 0) -> Image.Image:
    """A page at 300 dpi."""
    with pypdfium2.PdfDocument(data) as document:
        image: Image.Image = document[page].render(scale=300 / 72, grayscale=True).to_pil()
        return image


def texts(image: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(image) if code.valid}


def test_every_code_of_a_page_is_read_from_a_render_and_from_a_scan() -> None:
    chosen = labels(PER_PAGE)
    want = {qr_text(SITE, label.data) for label in chosen}
    image = picture(sheet(chosen, SITE))
    assert texts(image) == want
    scan = image.rotate(1.3, Image.Resampling.BICUBIC, fillcolor=255)
    scan = scan.filter(ImageFilter.GaussianBlur(1.6))
    noise = Image.effect_noise(scan.size, 36).point(lambda value: value - 20)
    jpeg = io.BytesIO()
    Image.blend(scan, noise, 0.25).save(jpeg, "JPEG", quality=60)
    assert texts(Image.open(jpeg)) == want


def test_the_same_labels_give_the_same_bytes_and_little_of_them() -> None:
    chosen = labels(2 * PER_PAGE + 1)
    data = sheet(chosen, SITE)
    assert data == sheet(iter(chosen), SITE)
    assert data != sheet(chosen, SITE, demo=True)
    with pypdfium2.PdfDocument(data) as document:
        assert len(document) == 3
        assert document[2].get_size() == pytest.approx((595.28, 841.89), abs=0.01)
    plain = len(sheet(labels(1), SITE))
    assert (len(sheet(labels(10 * PER_PAGE), SITE)) - plain) / (10 * PER_PAGE) < 3200


def test_a_label_names_person_number_index_body_and_the_one_address() -> None:
    label = labels(1)[0]
    with pypdfium2.PdfDocument(sheet([label], SITE, demo=True)) as document:
        text = document[0].get_textpage().get_text_bounded()
    joined = " ".join(text.split())
    for words in (label.name, label.number, "#0 LSP 9001", SITE, "正式な確認先", "Alamat resmi"):
        assert words in joined
    assert "SAMPLE" in joined
    with pypdfium2.PdfDocument(sheet([label], SITE)) as document:
        assert "SAMPLE" not in document[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize(
    "site", [SITE, "https://" + "sertifikasi-kompetensi." * 3 + "example/cek/"]
)
def test_no_text_leaves_its_place_or_is_cut(site: str) -> None:
    tried = 0
    for label in labels(24):
        made = symbol(site, label.data)
        side = (made.size + 2 * QUIET_ZONE) * module_dots(made, label)
        width = text_width(side)
        lines = text_lines(label, site, width, measure, demo=True)
        shown = "".join(line.text for line in lines).replace(" ", "")
        for value in (label.name, label.number, site):
            assert value.replace(" ", "") in shown
        for line in lines:
            assert measure(line.text, line.size) <= width + 0.01, line
            assert 5 < line.y < points(CELL[1]) - 5, (label.name, line)
        heights = sorted((line.y, line.size) for line in lines if line.text)
        for (below, _), (above, _size) in pairwise(heights):
            assert above - below >= 3.5, (label.name, heights)
        tried += 1
    assert tried == 24


def test_no_code_touches_its_neighbour_or_the_edge_a_printer_cannot_print() -> None:
    edge = 50  # dots, 4.2 mm
    for label in labels(len(SIZES)):
        made = symbol(SITE, label.data)
        dots = module_dots(made, label)
        side = (made.size + 2 * QUIET_ZONE) * dots
        quiet = QUIET_ZONE * dots
        boxes = []
        for place in range(PER_PAGE):
            left, bottom = map(sum, zip(cell(place), symbol_corner(place, side), strict=True))
            assert left + quiet >= edge
            assert left + side - quiet <= PAGE[0] - edge + 4
            assert bottom + quiet >= edge - 4
            assert bottom + side - quiet <= PAGE[1] - edge + 4
            boxes.append((left, bottom))
        for left, bottom in boxes:
            inside = [
                other
                for other in boxes
                if other != (left, bottom)
                and abs(other[0] - left) < side
                and abs(other[1] - bottom) < side
            ]
            assert not inside


def test_a_symbol_that_no_label_can_hold_is_refused() -> None:
    label = Label(7, "N 7", "Budi", 9001, b"\xd2" + bytes(MAX_ISSUED - 1))
    longer = symbol("https://" + "a" * 300 + ".example/", label.data)
    with pytest.raises(LabelTooSmallError, match="#7"):
        module_dots(longer, label)


def test_the_drawn_operators_are_what_is_read_back() -> None:
    label = labels(1)[0]
    made, text = symbol(SITE, label.data), qr_text(SITE, label.data)
    drawn = sheet_draw.runs(made)
    assert sheet_draw.checked_runs(drawn, made.size, text) == drawn
    lines = drawn.split("\n")
    many = len(lines) // 2
    broken = {
        "a row twice": drawn + "f 1 0 0 1 0 -1 cm\n",
        "rest": drawn + "1 0 1 1 re\n",
        "other operator": drawn.replace(" re", " m", 1),
        "too wide": drawn.replace(lines[0], f"0 0 {made.size + 1} 1 re", 1),
        "half missing": "\n".join(
            line for n, line in enumerate(lines) if n % 3 or " re" not in line
        ),
        "upside down": "\n".join([*lines[many:], *lines[:many]]),
    }
    for name, changed in broken.items():
        assert changed != drawn, name
        with pytest.raises(SymbolUnreadableError):
            sheet_draw.checked_runs(changed, made.size, text)
    with pytest.raises(SymbolUnreadableError):
        sheet_draw.checked_runs(drawn, made.size, text[:-1] + "x")


def test_the_index_file_says_where_each_label_stands_and_holds_no_formula() -> None:
    chosen = labels(PER_PAGE + 2)
    chosen[1] = Label(1, "=1+1", " @SUM(A1)", 9001, chosen[1].data)
    data = index_csv([("sheet-001.pdf", chosen)])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["file", "page", "row", "column", "index", "number", "name", "lsp"]
    assert rows[1][:5] == ["sheet-001.pdf", "1", "1", "1", "0"]
    assert rows[2][5][0] == rows[2][6][0] == "'"
    assert rows[-1][:5] == ["sheet-001.pdf", "2", "1", "2", str(PER_PAGE + 1)]
    assert [len(part) for part in parts(chosen * 100)] == [PER_FILE, 200]


def test_the_font_holds_every_letter_that_a_certificate_may_hold() -> None:
    held = set(font().face.charToGlyph)
    assert held >= LATIN
    assert letters() - held == set()
    assert 3_000 < len(letters()) < 4_000
    assert FONT_FILE.is_file()


def test_a_long_word_breaks_and_an_empty_text_is_one_line() -> None:
    assert wrapped("", 10, 5, measure) == [""]
    pieces = wrapped("x" * 40, 30, 6, measure)
    assert "".join(pieces) == "x" * 40
    assert all(measure(piece, 6) <= 30 for piece in pieces)


def test_the_calibration_page_holds_each_version_at_each_module() -> None:
    data = calibration_sheet()
    assert data == calibration_sheet()
    want = {named_symbol(version, dots)[1] for version in VERSIONS for dots in DOTS}
    assert len(want) == 18
    assert texts(picture(data)) == want
    for version in VERSIONS:
        assert named_symbol(version, 5)[0].version == version
