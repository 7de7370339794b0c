"""Invented holders for the demonstration: spreadsheets as LSPs would send them.

Every name and number is made up from parts; ``random`` here seeds examples, never keys.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from registry.catalogue import Catalogue, SchemeEntry
from registry.tables import book_bytes

HEADER = (
    "nomor_sertifikat",
    "nomor_registrasi",
    "nama",
    "nama_paspor",
    "tanggal_lahir",
    "skema",
    "lsp",
    "tanggal_terbit",
    "unit",
    "hasil",
)
_FIRST = (
    *("Ayu", "Bagas", "Citra", "Dimas", "Eka", "Fajar", "Gita", "Hendra", "Indah", "Joko"),
    *("Kartika", "Laras", "Made", "Nanda", "Oktavia", "Putri", "Rama", "Sari", "Teguh", "Utami"),
    *("Vina", "Wahyu", "Yudha", "Zahra", "Arif", "Bunga", "Cahya", "Dewi", "Galih", "Melati"),
)
_MIDDLE = ("", "", "", "Nur ", "Dwi ", "Tri ", "Adi ", "Sri ", "Kusuma ", "Bayu ")
_LAST = (
    *("Pratama", "Lestari", "Wijaksana", "Purnama", "Saputri", "Hidayanti", "Nugraheni"),
    *("Ramadhani", "Permatasari", "Mahardika", "Anggraeni", "Setyaningrum", "Kurniasih"),
    *("Widyastuti", "Handayani", "Pamungkas", "Suryadinata", "Maharani", "Prabaswara"),
)
_SECTORS = {
    "nursing-care": ("KES", "88999", "5321"),
    "building-cleaning": ("KBR", "81210", "9112"),
    "food-service": ("PAR", "56101", "5120"),
    "accommodation": ("PAR", "55110", "4224"),
    "agriculture": ("TAN", "01130", "6111"),
    "fishery": ("PIK", "03110", "6222"),
    "construction": ("KON", "41011", "7115"),
    "industrial-products": ("LOG", "25920", "7212"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an invented spreadsheet."""

    number: str
    registration: str
    name: str
    birth: date
    scheme: str
    lsp: int
    issued: date
    passport: str = ""
    units: str = ""
    result: str = "K"

    def cells(self) -> list[str]:
        """The cells in the order of HEADER, all text."""
        return [
            self.number,
            self.registration,
            self.name,
            self.passport,
            self.birth.isoformat(),
            self.scheme,
            str(self.lsp),
            self.issued.isoformat(),
            self.units,
            self.result,
        ]


class People:
    """Makes rows without end, each with numbers of its own."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self._catalogue = catalogue
        self._random = random.Random(seed)  # noqa: S311 examples, not secrets
        self._serial = 0

    def rows(self, count: int, lsps: Sequence[int], today: date) -> Iterator[Row]:
        """``count`` competent holders of ``lsps``, issued in the two years before ``today``."""
        schemes = sorted(self._catalogue.schemes.values(), key=lambda entry: entry.code)
        for _ in range(count):
            lsp = self._random.choice(lsps)
            issued = today - timedelta(days=self._random.randrange(2, 700))
            while not self._catalogue.lsps[lsp].licensed(issued):
                lsp = self._random.choice(lsps)
            yield self.row(lsp, self._random.choice(schemes), issued)

    def row(self, lsp: int, scheme: SchemeEntry, issued: date) -> Row:
        """One holder."""
        draw = self._random
        self._serial += 1
        field = scheme.fields[0] if scheme.fields else ""
        sector, kbli, kbji = _SECTORS.get(field, ("UMU", "62019", "2512"))
        name = f"{draw.choice(_FIRST)} {draw.choice(_MIDDLE)}{draw.choice(_LAST)}"
        if self._serial % 17 == 0:
            name = draw.choice(_FIRST)  # one name only is common
        units = ""
        if len(scheme.units) > 2 and self._serial % 5 == 0:
            units = ";".join(scheme.units[: draw.randrange(1, len(scheme.units))])
        made = Row(
            number=f"{kbli} {kbji} {draw.randrange(1, 5)} {self._serial:07d} {issued.year}",
            registration=f"{sector} {lsp} {self._serial:05d} {issued.year}",
            name=name,
            birth=date(1984, 1, 1) + timedelta(days=draw.randrange(7_300)),
            scheme=scheme.code,
            lsp=lsp,
            issued=issued,
            units=units,
        )
        if self._serial % 9 == 0 and " " in name:
            made = replace(made, passport=name.upper() + " BINTI CONTOH"[: draw.choice((0, 13))])
        return made


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows under HEADER as the CSV of an Indonesian spreadsheet program."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_bytes(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows under HEADER as a workbook; texts stay text cells, numbers and dates their own."""
    import openpyxl  # noqa: PLC0415 heavy, and only the demonstration writes one here

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sertifikat")
    sheet.append(list(HEADER))
    for row in rows:
        sheet.append(list(row))
    return book_bytes(book)


def faulty(clean: Sequence[Row]) -> list[list[str]]:
    """Rows of which the first is clean and each later one has a fault of its own."""
    cells = [row.cells() for row in clean]
    cells[1][2] = "=HYPERLINK(1)"
    cells[2][4] = "31/02/1999"
    cells[3][5] = "DEMO/tidak-ada"
    cells[4][6] = "8000"
    cells[5][2] = "Ｓａｒｉ Ｌｅｓｔａｒｉ"
    cells[6][1] = ""
    cells[7][9] = "LULUS"
    cells[8][2] = "Sari\u200bLestari"
    return cells
