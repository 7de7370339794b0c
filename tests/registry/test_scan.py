"""Pictures, PDFs and texts to the codes in them; what cannot be read says so."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from registry import pictures, scan
from registry.qr import png, text_symbol
from registry.scan import Found, UnreadableFile, files_in, read

TEXT = "https://cek.example/#0123456789"


def _picture(text: str = TEXT, scale: int = 6) -> Image.Image:
    return Image.open(io.BytesIO(png(text_symbol(text), scale=scale))).convert("L")


def _refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    return str(caught.value)


def test_a_png_whatever_its_name(tmp_path: Path) -> None:
    for name in ("code.png", "code.PNG", "code", "code.txt"):
        _picture().save(tmp_path / name, "PNG")
        assert read(tmp_path / name) == [Found(TEXT)]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_in_every_orientation(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    _picture().convert("RGB").save(tmp_path / "photo.jpg", exif=exif)
    assert read(tmp_path / "photo.jpg") == [Found(TEXT)]


def test_a_turned_photo(tmp_path: Path) -> None:
    turned = _picture(scale=8).rotate(17, expand=True, fillcolor=255)
    turned.save(tmp_path / "photo.jpeg", quality=70)
    assert read(tmp_path / "photo.jpeg") == [Found(TEXT)]


def test_a_small_picture_is_read_larger(tmp_path: Path) -> None:
    small = _picture(scale=1)
    small.save(tmp_path / "small.png")
    assert read(tmp_path / "small.png") == [Found(TEXT)]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "I;16", "CMYK"])
def test_every_kind_of_picture(tmp_path: Path, mode: str) -> None:
    picture = _picture()
    path = tmp_path / ("code.jpg" if mode == "CMYK" else "code.png")
    if mode in ("RGBA", "LA"):  # black on nothing at all, as design programs export it
        code = Image.new(mode, picture.size)
        code.putalpha(picture.point(lambda value: 255 - value))
    elif mode == "I;16":
        code = Image.frombytes(
            mode, picture.size, bytes(b for v in picture.tobytes() for b in (v, v))
        )
    else:
        code = picture.convert(mode)
    assert code.mode == mode
    code.save(path)
    assert read(path) == [Found(TEXT)]


def test_damaged_orientation_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 1
    _picture().save(path, exif=exif)
    data = path.read_bytes()
    start = data.index(b"Exif")
    path.write_bytes(data[: start + 14] + b"\xff" * 16 + data[start + 30 :])
    assert read(path) == [Found(TEXT)]


def test_a_picture_without_a_code(tmp_path: Path) -> None:
    Image.new("L", (300, 300), 255).save(tmp_path / "white.png")
    assert read(tmp_path / "white.png") == []


def test_a_pdf_says_the_page(tmp_path: Path) -> None:
    pages = [_page("one"), Image.new("L", (850, 1100), 255), _page("two", "three")]
    pages[0].save(tmp_path / "scan.pdf", "PDF", save_all=True, append_images=pages[1:])
    found = read(tmp_path / "scan.pdf")
    assert found == [Found("one", 1), Found("two", 3), Found("three", 3)]


def _page(*texts: str) -> Image.Image:
    page = Image.new("L", (850, 1100), 255)
    for place, text in enumerate(texts):
        page.paste(_picture(text), (100, 100 + 400 * place))
    return page


def test_pdfs_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scan.pdf"
    _page("one").save(path, "PDF", save_all=True, append_images=[_page("two")])
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 3], b"%PDF-1.7\n", _locked()):
        path.write_bytes(data)
        assert "PDF" in _refused(path)
    monkeypatch.setattr(pictures, "MAX_PAGES", 1)
    path.write_bytes(whole)
    assert _refused(path) == "more than 1 pages"


def test_a_page_that_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    _page("one").save(path, "PDF")
    path.write_bytes(path.read_bytes().replace(b"/Type /Page\n", b"/Type /Pope\n"))
    assert "PDF" in _refused(path)


@pytest.mark.parametrize("size", [(1.0, 14_400.0), (14_400.0, 14_400.0), (0.0, 0.0)])
def test_the_scale_of_a_page_is_bounded(size: tuple[float, float]) -> None:
    width, height = (side * pictures._scale(*size) for side in size)
    assert width * height <= pictures.MAX_PIXELS + 1
    assert max(width, height) <= pictures.MAX_SIDE
    assert pictures._scale(595.0, 842.0) == pictures.DPI / 72


def _locked() -> bytes:
    """An encrypted PDF (standard handler, revision 2) whose password nobody knows."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"ab" * 32, b"cd" * 32),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + table
    out += b"trailer<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def test_what_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "code.png"
    _picture().save(path)
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "MAX_PIXELS", 1000)
        assert _refused(path) == "too many pixels"
    Image.new("1", (pictures.MAX_SIDE + 1, 1)).save(path)
    assert _refused(path) == "too many pixels"
    with path.open("ab") as file:
        file.truncate(scan.MAX_BYTES + 1)
    assert _refused(path) == "more than 64 MiB"


def test_pictures_that_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    _picture().save(path)
    whole = path.read_bytes()
    for data in (b"", whole[:40], whole[:-60], b"GIF89a" + bytes(50), b"<html>"):
        path.write_bytes(data)
        assert _refused(path) == "not a picture that can be read"
    assert _refused(tmp_path / "none.png")
    assert _refused(tmp_path)


def test_a_text_file_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "codes.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\r\n  two\t\nthree")
    assert read(path) == [Found("one"), Found("two"), Found("three")]
    path.write_bytes(b"")
    assert read(path) == []


@pytest.mark.parametrize("data", [b"\xff\xfe1\x002\x00", bytes(100), b"a\x00b", b"x" * 8193])
def test_a_file_that_is_no_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "codes.txt"
    path.write_bytes(data)
    assert _refused(path)


def test_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "inner.png").mkdir()
    wanted = ["a.PNG", "b.jpg", "inner.png/c.pdf", "inner.png/d.txt", "z.jpeg"]
    for name in [*wanted, "notes.docx", "samples.json"]:
        (tmp_path / name).write_bytes(b"")
    assert [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == wanted


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    """Bytes changed, cut out and put in, from a fixed seed: no other exception comes out."""
    draw, tried, refused = random.Random(5), 0, 0
    exif = Image.Exif()
    exif[0x0112] = 1
    for kind, count in (("PNG", 150), ("JPEG", 120), ("PDF", 30)):
        out = io.BytesIO()
        _picture(scale=2).save(out, kind, exif=exif)
        whole = out.getvalue()
        path = tmp_path / f"code.{kind.lower()}"
        for _ in range(count):
            data = bytearray(whole)
            for _ in range(draw.randint(1, 5)):
                at = draw.randrange(len(data))
                data[at : at + draw.choice((0, 1, 1, 1, 20))] = draw.randbytes(
                    draw.choice((0, 1, 4))
                )
            path.write_bytes(data)
            tried += 1
            try:
                assert all(text.text == TEXT for text in read(path))
            except UnreadableFile:
                refused += 1
    print(f"{tried} damaged files, {refused} refused")
    assert tried == 300
    assert 50 < refused < 250
