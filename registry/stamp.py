"""Stamping: the code of a certificate onto the PDF that the LSP made of it.

A page belongs to the certificate whose number stands in its text; where a page has no text (a
scan), only one certificate and one page can be meant. A code on the wrong person's paper is the
one fault that no reader can find, so anything less clear is refused, by page. Every stamped page
is rendered at 300 dpi and read by zxing-cpp before the file is written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pikepdf
import pypdfium2

from registry.errors import UserError, Words
from registry.pictures import MAX_PAGES, pdf_codes
from registry.qr import QUIET_ZONE, SymbolUnreadableError, symbol
from registry.scan import MAX_BYTES, UnreadableFile
from registry.sheet_draw import checked_runs, runs
from registry.sheet_label import MODULE_DOTS, Label, points
from signing.fragment import qr_text

MM = 72 / 25.4
"""Points in a millimetre."""


class Corner(StrEnum):
    """From which corner of the page, as a reader sees it, a place is measured."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code goes: millimetres from a corner to its white plate; dots of a module."""

    corner: Corner = Corner.BOTTOM_RIGHT
    x: float = 15
    y: float = 15
    dots: int = MODULE_DOTS[0]


def stamped(data: bytes, labels: Sequence[Label], site: str, place: Place, name: str) -> bytes:
    """The PDF ``data`` with a code on every page; ``name`` is what errors call it.

    UserError: not a PDF, encrypted, a page that is not clearly one of ``labels``, a certificate
    without a page, a place outside the page; SymbolUnreadableError if a code does not read back.
    """
    owners = _owners(data, labels, name)
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            for page, owner in zip(document.pages, owners, strict=True):
                _stamp(page, owner, site, place, name)
            out = io.BytesIO()
            document.save(out, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise _unusable(name, _ENCRYPTED) from error
    except pikepdf.PdfError as error:
        raise _unusable(name, _BROKEN) from error
    _read_back(out.getvalue(), owners, site)
    return out.getvalue()


def _owners(data: bytes, labels: Sequence[Label], name: str) -> list[Label]:
    """The certificate of each page."""
    texts = _page_texts(data, name)
    if len(texts) == len(labels) == 1 and not texts[0].strip():
        return [labels[0]]
    numbers = [(label, _in_text(label.number)) for label in labels]
    owners = []
    for count, text in enumerate(texts, 1):
        found = [label for label, number in numbers if number.search(text)]
        # A number may be the beginning of another one: the longest is meant.
        longest = max((len(label.number) for label in found), default=0)
        found = [label for label in found if len(label.number) == longest]
        if len(found) != 1:
            why = _SEVERAL if found else _NONE
            raise UserError("page-unclear", f"{name}, {count}", why, _NUMBER_NEEDED)
        owners.append(found[0])
    named = {label.index for label in owners}
    missing = [label for label in labels if label.index not in named]
    if missing:
        raise UserError("page-missing", f"#{missing[0].index}", _NO_PAGE, _NUMBER_NEEDED)
    return owners


def _page_texts(data: bytes, name: str) -> list[str]:
    if len(data) > MAX_BYTES:
        raise _unusable(name, _LARGE)
    try:
        with pypdfium2.PdfDocument(data) as document:
            if len(document) > MAX_PAGES:
                raise _unusable(name, _LARGE)
            return [page.get_textpage().get_text_bounded() for page in document]
    except pypdfium2.PdfiumError as error:
        why = _ENCRYPTED if "password" in str(error).lower() else _BROKEN
        raise _unusable(name, why) from error


def _in_text(number: str) -> re.Pattern[str]:
    """Finds a number in the text of a page, however it is spaced, and not within a longer one."""
    spaced = r"\s*".join(re.escape(part) for part in number.split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


def _stamp(page: pikepdf.Page, owner: Label, site: str, place: Place, name: str) -> None:
    made = symbol(site, owner.data)
    drawn = checked_runs(runs(made), made.size, qr_text(site, owner.data))
    side = made.size + 2 * QUIET_ZONE
    scale = points(place.dots)
    matrix = _matrix(page, scale * side, place, f"{name}: #{owner.index}")
    code = (
        f"Q q {matrix} cm {scale:g} 0 0 {scale:g} 0 0 cm 1 g 0 0 {side} {side} re f "
        f"1 0 0 1 {QUIET_ZONE} {QUIET_ZONE + made.size - 1} cm 0 g\n{drawn}Q\n"
    )
    # What the page's own operators leave behind (a matrix, a clip) must not move the code.
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\n" + code.encode("ascii"))


def _matrix(page: pikepdf.Page, side: float, place: Place, what: str) -> str:
    """The matrix of a square of ``side`` points at a place of the page as a reader turns it."""
    left, bottom, right, top = (float(value) for value in page.cropbox.as_list())
    turn = int(page.obj.get("/Rotate", 0)) % 360
    width, height = right - left, top - bottom
    if turn in {90, 270}:
        width, height = height, width
    x, y = place.x * MM, place.y * MM
    if "right" in place.corner:
        x = width - side - x
    if "top" in place.corner:
        y = height - side - y
    if min(x, y) < 0 or x + side > width or y + side > height:
        raise UserError("off-the-page", what, _OUTSIDE, _PLACE)
    return {
        0: f"1 0 0 1 {left + x:g} {bottom + y:g}",
        90: f"0 1 -1 0 {right - y:g} {bottom + x:g}",
        180: f"-1 0 0 -1 {right - x:g} {top - y:g}",
        270: f"0 -1 1 0 {left + y:g} {top - x:g}",
    }[turn]


def _read_back(data: bytes, owners: Sequence[Label], site: str) -> None:
    found: dict[int, list[str]] = {}
    try:
        for code in pdf_codes(data):
            found.setdefault(code.page, []).append(code.text)
    except UnreadableFile as error:
        raise SymbolUnreadableError(_NOT_THERE) from error
    for page, owner in enumerate(owners, 1):
        if qr_text(site, owner.data) not in found.get(page, []):
            raise SymbolUnreadableError(_NOT_THERE)


def _unusable(name: str, why: Words) -> UserError:
    return UserError("stamp-unusable", name, why, _WHICH_PDF)


_ENCRYPTED = Words("is protected by a password", "dilindungi kata sandi")
_BROKEN = Words("is not a PDF file that can be read", "bukan berkas PDF yang dapat dibaca")
_LARGE = Words("is larger than 64 MiB or 200 pages", "lebih dari 64 MiB atau 200 halaman")
_WHICH_PDF = Words(
    "give the PDF of the certificates as the LSP made it",
    "berikan PDF sertifikat sebagaimana dibuat LSP",
)
_SEVERAL = Words(
    "the page holds the numbers of several certificates",
    "halaman memuat nomor beberapa sertifikat",
)
_NONE = Words(
    "the page holds the number of none of these certificates",
    "halaman tidak memuat nomor satu pun dari sertifikat ini",
)
_NO_PAGE = Words("no page holds its number", "tidak ada halaman yang memuat nomornya")
_NUMBER_NEEDED = Words(
    "each page needs the certificate number as text; a scan is stamped one page at a time",
    "tiap halaman perlu nomor sertifikat sebagai teks; hasil pindai distempel satu per satu",
)
_OUTSIDE = Words("the code would lie outside the page", "kode akan berada di luar halaman")
_PLACE = Words(
    "choose another --corner, --offset or --dots", "pilih --corner, --offset, atau --dots lain"
)
_NOT_THERE = Words(
    "the code cannot be read on the stamped page", "kode tidak terbaca pada halaman yang distempel"
)
