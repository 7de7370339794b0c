"""Stamped certificates: on the right page, at the right place, readable, or refused."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from registry.errors import UserError
from registry.pictures import pdf_codes
from registry.qr import SymbolUnreadableError
from registry.sheet_label import Label
from registry.stamp import MM, Corner, Place, stamped
from signing.fragment import qr_text
from tests.registry.test_sheet import SITE, labels


def paper(*texts: str, rotate: int = 0, crop: tuple[float, ...] | None = None) -> bytes:
    """A PDF of landscape A4 pages, each with a text and operators that leave a matrix behind."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(842, 595))
    for text in texts:
        canvas.drawString(100, 400, text)
        canvas.rect(20, 20, 802, 555)
        canvas.scale(0.5, 0.5)
        canvas.translate(30, 70)
        canvas.showPage()
    canvas.save()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(buffer.getvalue())) as document:
        for page in document.pages:
            if rotate:
                page.rotate(rotate, relative=False)
            if crop:
                page.cropbox = pikepdf.Array(crop)
        document.save(out, deterministic_id=True)
    return out.getvalue()


def corner_of(data: bytes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the only code, in millimetres of the page as it is seen."""
    with pypdfium2.PdfDocument(data) as document:
        image: Image.Image = document[0].render(scale=300 / 72, grayscale=True).to_pil()
    (code,) = zxingcpp.read_barcodes(image)
    corners = [code.position.top_left, code.position.bottom_right]
    across = [corner.x * 25.4 / 300 for corner in corners]
    down = [corner.y * 25.4 / 300 for corner in corners]
    width, height = image.width * 25.4 / 300, image.height * 25.4 / 300
    return min(across), min(down), width - max(across), height - max(down)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("corner", list(Corner))
def test_a_code_stands_where_it_is_asked_for_however_the_page_is_turned(
    rotate: int, corner: Corner
) -> None:
    label = labels(1)[0]
    place = Place(corner, 20, 30, 5)
    crop = (40.0, 60.0, 800.0, 560.0)
    for data in (paper(label.number, rotate=rotate), paper(label.number, rotate=rotate, crop=crop)):
        done = stamped(data, [label], SITE, place, "cert.pdf")
        left, top, right, bottom = corner_of(done)
        quiet = 4 * 5 * 25.4 / 300
        across = right if "right" in corner else left
        along = bottom if "bottom" in corner else top
        assert across == pytest.approx(20 + quiet, abs=0.5)
        assert along == pytest.approx(30 + quiet, abs=0.5)


def test_each_page_gets_the_code_of_the_number_in_its_text_and_the_same_bytes_twice() -> None:
    chosen = labels(4)
    pages = [
        f"Nomor: {label.number.replace(' ', '  ')} / {label.name}" for label in reversed(chosen)
    ]
    data = paper(*pages)
    done = stamped(data, chosen, SITE, Place(), "cert.pdf")
    assert done == stamped(data, chosen, SITE, Place(), "cert.pdf")
    found = {code.page: code.text for code in pdf_codes(done)}
    want = {page: qr_text(SITE, label.data) for page, label in enumerate(reversed(chosen), 1)}
    assert found == want
    with pypdfium2.PdfDocument(done) as document:
        assert chosen[0].number in " ".join(document[3].get_textpage().get_text_bounded().split())


def test_a_scan_without_text_is_stamped_when_only_one_certificate_can_be_meant() -> None:
    chosen = labels(2)
    scan = paper("")
    done = stamped(scan, chosen[:1], SITE, Place(), "scan.pdf")
    assert [code.text for code in pdf_codes(done)] == [qr_text(SITE, chosen[0].data)]
    with pytest.raises(UserError, match="holds the number of none"):
        stamped(scan, chosen, SITE, Place(), "scan.pdf")


def test_what_is_not_clear_is_refused_by_page() -> None:
    one, two, *_ = labels(3)
    longer = Label(9, f"{one.number} 7", "Ayu", 9001, two.data)
    cases: list[tuple[str, bytes, list[Label], str]] = [
        ("none", paper("Nomor 1"), [one], "page-unclear"),
        ("a number within another one", paper(f"{one.number}5"), [one], "page-unclear"),
        ("several", paper(f"{one.number} {two.number}"), [one, two], "page-unclear"),
        ("no page", paper(one.number), [one, two], "page-missing"),
        ("not a PDF", b"%PDF-1.7 rest", [one], "stamp-unusable"),
        ("off the page", paper(one.number, crop=(0, 0, 100, 100)), [one], "off-the-page"),
    ]
    for name, data, chosen, code in cases:
        with pytest.raises(UserError) as caught:
            stamped(data, chosen, SITE, Place(), "cert.pdf")
        assert caught.value.code == code, name
    # The longer of two numbers that both fit is the one that stands there.
    done = stamped(paper(longer.number, one.number), [one, longer], SITE, Place(), "cert.pdf")
    assert [code.text for code in pdf_codes(done)] == [
        qr_text(SITE, longer.data),
        qr_text(SITE, one.data),
    ]


def test_a_protected_file_is_named() -> None:
    label = labels(1)[0]
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper(label.number))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(UserError, match="password"):
        stamped(out.getvalue(), [label], SITE, Place(), "cert.pdf")


def test_a_page_that_covers_its_code_is_refused() -> None:
    """An annotation lies above all that a page draws."""
    label = labels(1)[0]
    with pikepdf.open(io.BytesIO(paper(label.number))) as document:
        cover = document.make_stream(b"0.5 g 0 0 842 595 re f")
        cover.Type, cover.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        cover.BBox = pikepdf.Array([0, 0, 842, 595])
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Square,
            Rect=pikepdf.Array([0, 0, 842, 595]),
            F=4,
            AP=pikepdf.Dictionary(N=cover),
        )
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])
        out = io.BytesIO()
        document.save(out)
    with pytest.raises(SymbolUnreadableError):
        stamped(out.getvalue(), [label], SITE, Place(), "cert.pdf")
    assert Place().x * MM == pytest.approx(42.52, abs=0.01)
