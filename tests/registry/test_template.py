"""The workbook for LSPs: the same bytes, the right choices, and what is typed comes back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from registry import intake, template
from registry.catalogue import Catalogue
from registry.intake_columns import COLUMNS
from tests.registry.ledger_example import catalogue

TODAY = date(2026, 11, 24)
ROW = {
    "nomor_sertifikat": "62019 2512 4 0000001 2026",
    "nomor_registrasi": "TIK 9001 00001 2026",
    "nama": "Sari Lestari",
    "tanggal_lahir": "1994-04-09",
    "skema": "DEMO/junior-coder",
    "lsp": "9001",
    "tanggal_terbit": "2026-11-02",
}


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue()


@pytest.fixture(scope="module")
def data(known: Catalogue) -> bytes:
    return template.workbook(known)


def test_the_same_catalogue_is_the_same_bytes(known: Catalogue, data: bytes) -> None:
    assert template.workbook(known) == data


def test_what_is_typed_comes_back(known: Catalogue, data: bytes, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Sertifikat"]
    header = [cell.value for cell in sheet[1]]
    for number in (2, 3):
        for name, value in ROW.items():
            text = value.replace("00001", f"0000{number}")
            sheet.cell(number, header.index(name) + 1, text)
    book.save(tmp_path / "diisi.xlsx")
    found = intake.read(tmp_path / "diisi.xlsx", known, today=TODAY)
    assert found.faults == []
    assert found.dropped == []
    assert [(row, record.name) for row, record in found.rows] == [
        (2, "Sari Lestari"),
        (3, "Sari Lestari"),
    ]
    assert found.rows[0][1].expires > date(2028, 1, 1)


def test_an_empty_one_says_so(known: Catalogue, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "kosong.xlsx").write_bytes(data)
    found = intake.read(tmp_path / "kosong.xlsx", known, today=TODAY)
    assert [fault.code for fault in found.faults] == ["no-rows"]


def test_every_column_is_text_and_choices_come_from_the_catalogue(
    known: Catalogue, data: bytes
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Sertifikat", "Petunjuk", "Daftar"]
    sheet, lists = book["Sertifikat"], book["Daftar"]
    names = [cell.value for cell in sheet[1]]
    assert names == [column.names[0] for column in COLUMNS if column.field != "result"]
    text = {
        at
        for one in sheet.column_dimensions.values()
        for at in range(one.min or 0, (one.max or 0) + 1)
        if one.number_format == "@"
    }
    assert text == set(range(1, len(names) + 1))
    choices = {
        next(iter(rule.sqref.ranges)).min_col: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert choices == {
        names.index("skema") + 1: f"Daftar!$A$2:$A${len(known.schemes) + 1}",
        names.index("lsp") + 1: f"Daftar!$D$2:$D${len(known.lsps) + 1}",
    }
    assert {cell.value for cell in lists["A"][1:] if cell.value} == set(known.schemes)
    assert {cell.value for cell in lists["D"][1:] if cell.value} == {str(n) for n in known.lsps}
    explained = {row[0].value for row in book["Petunjuk"].iter_rows(min_row=2)}
    assert set(names) <= explained
