"""Import files for tests: one row of every kind, and the file formats that carry them.

All names and numbers are invented.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.datetime import WINDOWS_EPOCH

from registry.catalogue import DEMONSTRATION, Catalogue
from registry.intake import Options, Reading, read

TODAY = date(2026, 11, 24)
SOUND: dict[str, Any] = {
    "nomor_sertifikat": "62019 2512 4 0012345 2026",
    "nomor_registrasi": "TIK 9001 00123 2026",
    "nama": "Budi Hartono",
    "nama_paspor": "",
    "tanggal_lahir": "1998-04-11",
    "skema": "DEMO/junior-coder",
    "lsp": "9001",
    "tanggal_terbit": "2026-01-14",
    "berlaku_sampai": "",
    "unit": "",
    "nomor_blangko": "13560001",
    "menggantikan": "",
    "hasil": "K",
    "NIK": "0000000000000000",
}


class Formula(str):
    """A cell that computes; CSV holds what it computed."""

    __slots__ = ()


class Failed(str):
    """An error cell."""

    __slots__ = ()


def own(number: int, **changes: Any) -> dict[str, Any]:
    """A sound row with a certificate and registration number of its own, then the changes."""
    return SOUND | {
        "nomor_sertifikat": f"62019 2512 4 {number:07} 2026",
        "nomor_registrasi": f"TIK 9001 {number:05} 2026",
        **changes,
    }


def kinds() -> list[tuple[str, dict[str, Any]]]:
    """(kind, row): clean and faulty rows of every kind that senders produce."""
    rows = [(kind, own(at, **changes)) for at, (kind, changes) in enumerate(_CHANGES, 1)]
    number = len(rows) + 1
    first = own(number, nama="Siti Rahma")
    rows += [
        ("first of three", first),
        ("same row again", dict(first)),
        ("same row, registration printed with dots", first | {"nomor_registrasi": _dots(first)}),
        ("conflict: another name", first | {"nama": "Siti Rahmah"}),
        ("same number, another LSP", first | {"lsp": "9002"}),
        ("same number, same LSP", first | {"nomor_registrasi": "TIK 9001 77777 2026"}),
    ]
    return rows


def _dots(row: dict[str, Any]) -> str:
    return str(row["nomor_registrasi"]).replace(" ", ".")


_CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("clean", {}),
    ("clean: all optional cells", {
        "nama_paspor": "BUDI HARTONO", "berlaku_sampai": "2028-01-14", "unit":
        "J.620100.025.02; J.620100.005.02", "menggantikan": "TIK 9001 00007 2023"}),
    ("clean: passport name equal", {"nama_paspor": "Budi Hartono"}),
    ("clean: single name", {"nama": "Suharti"}),
    ("clean: titles and marks", {"nama": "Ir. H. Ma’ruf Al-Amin, S.Kom."}),
    ("clean: long LSP form", {"lsp": "BNSP-LSP-9001-ID"}),
    ("clean: not competent", {"hasil": "BK", "nama": "", "tanggal_lahir": "salah"}),
    ("clean: date cells", {"tanggal_lahir": date(1998, 4, 11), "tanggal_terbit":
        date(2026, 1, 14)}),
    ("clean: 29 February", {"tanggal_terbit": "2024-02-29"}),
    ("tidied: NFD", {"nama": "Jose\u0301 Santoso"}),
    ("tidied: trailing blanks", {"nama": "Budi Hartono  ", "skema": " DEMO/junior-coder"}),
    ("tidied: runs of blanks", {"nama": "Budi   Hartono"}),
    ("tidied: no-break blank", {"nama": "Budi\u00a0Hartono"}),
    ("empty cells", {"nomor_sertifikat": "", "nama": " \u00a0 ", "tanggal_lahir": "",
        "hasil": ""}),
    ("lost zeros: certificate", {"nomor_sertifikat": "62019 2512 4 12345 2026"}),
    ("lost zeros: registration", {"nomor_registrasi": "TIK 18 00123 2026"}),
    ("number cell", {"nomor_registrasi": 123, "lsp": 9001, "nomor_blangko": 13560001}),
    ("19-digit number", {"nomor_sertifikat": 1.234567890123457e18}),
    ("21 digits in one run", {"nomor_sertifikat": "620192512400123452026"}),
    ("date cell in an identifier", {"nomor_registrasi": date(2026, 1, 14)}),
    ("truth value in a name", {"nama": True}),
    ("error cell", {"nomor_sertifikat": Failed("#N/A"), "tanggal_lahir": Failed("#VALUE!")}),
    ("formula", {"nama": Formula('=CONCATENATE("Budi"," ","Hartono")'), "tanggal_terbit":
        Formula("=TODAY()")}),
    ("date as a number", {"tanggal_lahir": 35896}),
    ("date with a time", {"tanggal_terbit": datetime(2026, 1, 14, 10, 30)}),  # noqa: DTZ001 as in a sheet
    ("date with slashes", {"tanggal_terbit": "14/01/2026"}),
    ("date in words", {"tanggal_lahir": "11 April 1998"}),
    ("30 February", {"tanggal_lahir": "1998-02-30"}),
    ("date with full-width digits", {"tanggal_lahir": "１９９８-０４-１１"}),
    ("dates out of order", {"tanggal_lahir": "2026-01-15", "berlaku_sampai": "2026-01-13"}),
    ("expiry past the term", {"berlaku_sampai": "2029-01-15"}),
    ("issue date too far ahead", {"tanggal_terbit": "2026-12-26"}),
    ("birth before 1870", {"tanggal_lahir": "1869-12-31"}),
    ("year 9999", {"tanggal_terbit": "9999-12-31"}),
    ("full-width digits", {"nomor_registrasi": "TIK ９００１ 00123 2026"}),
    ("full-width blank", {"nama": "Budi\u3000Hartono"}),
    ("control character", {"nama": "Budi\x07Hartono"}),
    ("tabulator", {"nama": "Budi\tHartono"}),
    ("line break", {"nama": "Budi\nHartono"}),
    ("bidi", {"nama": "Budi \u202eonotraH"}),
    ("bidi isolate", {"nama": "\u2066Budi\u2069"}),
    ("zero width", {"nama": "Budi\u200bHartono"}),
    ("zero-width joiner", {"nomor_registrasi": "TIK 9001\u200d 00123 2026"}),
    ("soft hyphen", {"nama": "Budi Har\u00adtono"}),
    ("byte order mark inside", {"nama": "\ufeffBudi"}),
    ("variation selector", {"nama": "Budi\ufe0f"}),
    ("Hangul filler", {"nama": "Budi\u3164"}),
    ("private use", {"nama": "Budi \ue000"}),
    ("Cyrillic letter", {"nama": "Вudi Hartono"}),
    ("Japanese name", {"nama": "ブディ"}),
    ("emoji", {"nama": "Budi 😀"}),
    ("multiplication sign", {"nama": "Budi × Hartono"}),
    ("combining marks left over", {"nama": "B\u0301udi"}),
    ("formula lead =", {"nama": "=Budi"}),
    ("formula lead +", {"nomor_registrasi": "+62 9001 00123 2026"}),
    ("formula lead -", {"nama_paspor": "-"}),
    ("formula lead @", {"nama": "@budi"}),
    ("formula lead behind a blank", {"nama": " =1+1"}),
    ("name too long", {"nama": "Ny" + "a" * 79}),
    ("number too long", {"nomor_sertifikat": "62019 2512 4 0012345 2026 / 1234567890 / 1"}),
    ("name without letters", {"nama": "12345"}),
    ("number without digits", {"nomor_sertifikat": "menyusul"}),
    ("LSP form", {"lsp": "LSP-9001"}),
    ("unknown LSP", {"lsp": "8999"}),
    ("LSP whose licence has ended", {"lsp": "9040", "tanggal_terbit": "2024-07-01"}),
    ("LSP in the gap of its licences", {"lsp": "9041", "tanggal_terbit": "2021-06-01"}),
    ("unknown scheme", {"skema": "DEMO/astronaut"}),
    ("scheme in other case", {"skema": "demo/junior-coder"}),
    ("unknown unit", {"unit": "J.620100.025.02;J.999999.001.01"}),
    ("unit twice", {"unit": "J.620100.025.02;J.620100.025.02"}),
    ("empty part between units", {"unit": "J.620100.025.02;;J.620100.005.02"}),
    ("units of a scheme without a list", {"skema": "DEMO/caregiver-pelaksana",
        "unit": "Q.1"}),
    ("date text in an identifier", {"nomor_registrasi": "14/01/2026"}),
    ("carriage return from Excel", {"nama": "Budi Hartono\r"}),
    ("result in words", {"hasil": "Kompeten"}),
    ("result as a truth value", {"hasil": True}),
]  # fmt: skip


def table(rows: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """Header and rows as lists of values."""
    return [list(SOUND), *([row[name] for name in SOUND] for row in rows)]


def as_csv(rows: Iterable[Sequence[Any]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """A CSV file as a spreadsheet program would write it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(
        [[_csv_text(value) for value in row] for row in rows]
    )
    return out.getvalue().encode(encoding)


def _csv_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.5E}" if isinstance(value, float) else str(value)


def as_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """JSON Lines; dates are texts there, numbers stay numbers."""
    header, *body = rows
    lines = [dict(zip(header, map(_json_value, row), strict=True)) for row in body]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def _json_value(value: Any) -> Any:
    return value if isinstance(value, (str, int, float)) else str(value)


def as_xlsx(
    rows: Iterable[Sequence[Any]], title: str = "Sertifikat", epoch: datetime = WINDOWS_EPOCH
) -> bytes:
    """A workbook in which a str is a text cell, whatever it looks like."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    sheet = book.worksheets[0]
    sheet.title = title
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value != "":
                cell = sheet.cell(number, column)
                _fill(cell, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(cell: Any, value: Any) -> None:
    if isinstance(value, Failed):
        cell.value, cell.data_type = str(value), "e"
    elif isinstance(value, Formula):
        cell.value = str(value)
    elif isinstance(value, str):
        # openpyxl refuses control characters; a hostile writer spells them _x0007_.
        cell.value = "".join(f"_x{ord(c):04X}_" if c in "\x07\r" else c for c in value)
        cell.data_type = "s"
    else:
        cell.value = value


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The demonstration catalogue."""
    return Catalogue.load(DEMONSTRATION)


def reading(folder: Path, name: str, data: bytes, **options: Any) -> Reading:
    """What intake makes of a file ``name`` with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return read(path, catalogue(), today=TODAY, options=Options(**options))
