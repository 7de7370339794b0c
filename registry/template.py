"""The workbook that LSPs fill in: text columns, choices from the catalogue, an explanation in id.

What is typed into it stays as it was typed (every column is text, so no zero is lost and no date is
turned round), and ``absah import`` reads it back. The same catalogue is the same bytes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from registry.catalogue import Catalogue
from registry.intake_columns import COLUMNS
from registry.intake_xlsx import DATA_SHEET
from registry.tables import book_bytes

ROWS = 20_000
"""Rows below the header that have choices and hints."""
_HELP_SHEET, _LIST_SHEET = "Petunjuk", "Daftar"


class _Hint(NamedTuple):
    text: str
    example: str
    width: int = 24


_HINTS = {
    "number": _Hint("Seperti yang tercetak, dengan spasinya.", "62019 2512 4 0012345 2026", 30),
    "registration": _Hint("Seperti yang tercetak, dengan spasinya.", "TIK 9001 00123 2026"),
    "name": _Hint("Nama seperti yang tercetak, satu sel.", "Sari Lestari", 32),
    "passport_name": _Hint("Hanya bila ejaan di paspor berbeda.", "SARI LESTARI", 32),
    "birth_date": _Hint("TAHUN-BULAN-HARI.", "1994-04-19", 15),
    "scheme": _Hint("Pilih dari daftar. Judulnya ada di lembar Daftar.", "", 34),
    "lsp": _Hint("Nomor lisensi LSP; pilih dari daftar.", "", 10),
    "issued": _Hint("TAHUN-BULAN-HARI.", "2026-11-02", 15),
    "expires": _Hint(
        "Kosongkan bila sama dengan masa berlaku skema; boleh lebih awal.", "2029-11-02", 15
    ),
    "units": _Hint("Kode unit dipisah titik koma. Kosong = semua unit skema.", "", 24),
    "blank_number": _Hint("Nomor seri blangko, bila sudah diketahui.", "", 18),
    "replaces": _Hint(
        "Untuk perpanjangan: nomor registrasi sertifikat lama.", "TIK 9001 00045 2023"
    ),
}
_RULES = (
    "Isi lembar Sertifikat mulai baris 2, satu sertifikat satu baris. Jangan ubah judul kolom.",
    "Hanya peserta yang kompeten. Peserta yang belum kompeten tidak dimasukkan.",
    "Semua sel berformat Teks. Tempelkan dengan Tempel Khusus > Nilai/Teks, bukan dengan format.",
    "Jangan gabungkan sel, jangan pakai rumus, dan jangan menambah baris judul kedua.",
    "Kolom lain seperti NIK atau telepon tidak disimpan; sebaiknya jangan dikirim.",
    "Bila ada kesalahan, Anda menerima daftar baris dan kolomnya; kirim ulang seluruh berkas.",
    "Baris yang sudah masuk tidak diterbitkan dua kali.",
)


def workbook(catalogue: Catalogue) -> bytes:
    """The workbook as bytes."""
    import openpyxl  # noqa: PLC0415 heavy: only for those who ask for a workbook

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    data = book.create_sheet(DATA_SHEET)
    _explain(book.create_sheet(_HELP_SHEET))
    _lists(book.create_sheet(_LIST_SHEET), catalogue)
    _columns(data, catalogue)
    book[_LIST_SHEET].protection.sheet = True
    return book_bytes(book)


def _columns(sheet: Any, catalogue: Catalogue) -> None:
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    lists = {"scheme": ("A", len(catalogue.schemes)), "lsp": ("D", len(catalogue.lsps))}
    sheet.freeze_panes = "A2"
    for at, column in enumerate((c for c in COLUMNS if c.field in _HINTS), 1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].number_format = "@"
        sheet.column_dimensions[letter].width = _HINTS[column.field].width
        cell = sheet.cell(1, at, column.names[0])
        cell.number_format = "@"
        cell.font = Font(bold=True)
        if column.required:
            cell.fill = PatternFill("solid", fgColor="FFDDEBF7")
        rule = _rule(column.field, letter, lists)
        rule.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(rule)


def _rule(field: str, letter: str, lists: dict[str, tuple[str, int]]) -> Any:
    """Choices where there are any, the form of a date, and a hint for every column."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    hint = _HINTS[field]
    example = f"\nContoh: {hint.example}" if hint.example else ""
    wrong = "Tulis TAHUN-BULAN-HARI, misalnya 2026-11-24."
    if field in lists:
        column, count = lists[field]
        source = f"{_LIST_SHEET}!${column}$2:${column}${count + 1}"
        rule = DataValidation("list", formula1=source, allow_blank=True)
        wrong = "Pilih dari daftar."
    elif field in ("birth_date", "issued", "expires"):
        cell = f"{letter}2"
        form = f'AND(LEN({cell})=10,MID({cell},5,1)="-",MID({cell},8,1)="-")'
        rule = DataValidation("custom", formula1=form, allow_blank=True)
    else:
        rule = DataValidation(allow_blank=True)
    rule.showErrorMessage = rule.type is not None
    rule.error, rule.errorTitle = wrong, "Periksa"
    rule.showInputMessage = True
    rule.prompt, rule.promptTitle = hint.text + example, "Petunjuk"
    return rule


def _lists(sheet: Any, catalogue: Catalogue) -> None:
    """Schemes with their titles, LSPs with their names."""
    schemes = [(code, entry.names.id) for code, entry in sorted(catalogue.schemes.items())]
    lsps = [(str(number), lsp.names[-1][1].id) for number, lsp in sorted(catalogue.lsps.items())]
    for first, header, rows in ((1, ("skema", "judul"), schemes), (4, ("lsp", "nama"), lsps)):
        for at, row in enumerate((header, *rows), 1):
            for beside, text in enumerate(row):
                cell = sheet.cell(at, first + beside, text)
                cell.data_type = "s"
                cell.number_format = "@"
    for letter, width in (("A", 34), ("B", 48), ("D", 10), ("E", 48)):
        sheet.column_dimensions[letter].width = width


def _explain(sheet: Any) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    rows = [("kolom", "wajib", "isi", "contoh")]
    rows += [
        (
            column.names[0],
            "ya" if column.required else "",
            _HINTS[column.field].text,
            _HINTS[column.field].example,
        )
        for column in COLUMNS
        if column.field in _HINTS
    ]
    for row in rows:
        sheet.append(row)
    sheet.append(())
    for number, rule in enumerate(_RULES, 1):
        sheet.append((f"{number}.", "", rule))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (20, 8, 76, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
