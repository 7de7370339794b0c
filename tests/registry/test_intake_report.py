"""Sentences of every code, and the fault reports that a sender opens."""

from __future__ import annotations

import csv
import io
import re
import string
from pathlib import Path

import openpyxl
import pytest

from registry.intake import Reading
from registry.intake_faults import as_json, line, sentences
from registry.intake_report import faults_csv, faults_xlsx
from registry.records import Fault
from registry.tables import defused
from tests.registry.intake_samples import as_csv, kinds, own, reading, table

REGISTRY = Path(__file__).parents[2] / "registry"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sentences())
def test_every_code_has_two_sentences_with_the_same_values(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    forms = sentences()[code]
    assert {"id", "en"} <= forms.keys() <= {"id", "en", "ja"}
    assert len({frozenset(placeholders(form)) for form in forms.values()}) == 1
    assert all(form.isprintable() and form[-1] in ".。" for form in forms.values())
    assert forms["id"] != forms["en"]


def test_every_code_of_the_source_has_sentences_and_no_sentence_is_left_over() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in REGISTRY.glob("*.py")
        if path.name.startswith("intake") or path.name in ("issue.py", "reconcile.py")
    )
    raised = set(
        re.findall(r'(?:CellError|UnreadableError|Fault|_fault|_damaged)\(\s*"([a-z-]+)"', source)
    )
    raised |= set(re.findall(r'code="([a-z-]+)"', source))
    assert len(raised) > 35
    assert raised <= sentences().keys()
    left = [code for code in sentences() if f'"{code}"' not in source]
    # Made of the kind of a cell: number-cell, date-cell, formula-cell, error-cell, boolean-cell.
    assert set(left) <= {"formula-cell", "number-cell", "date-cell", "error-cell", "boolean-cell"}


def samples(folder: Path) -> Reading:
    """What is found in one row of every kind."""
    return reading(folder, "kinds.csv", as_csv(table(row for _, row in kinds())))


def test_the_csv_report_says_what_the_lines_say(tmp_path: Path) -> None:
    found = samples(tmp_path)
    text = faults_csv(found).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    assert len(header) == 5
    assert len(rows) == len(found.faults) > 60
    for row, fault in zip(rows, found.faults, strict=True):
        said = as_json(fault)
        assert row == [str(said["row"]), said["column"], said["code"], said["id"], said["en"]]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\r=1", "\n@x", "\u00a0=1", "\u3000+1",
     "＝1", "＠x"],
)  # fmt: skip
def test_nothing_in_a_report_begins_like_a_formula(tmp_path: Path, text: str) -> None:
    assert defused(text) == "'" + text
    rows = [[*row, "x"] for row in table([own(1, nama=text, nomor_sertifikat="")])]
    rows[0][-1] = "hasill"
    found = reading(tmp_path, "a.csv", as_csv(rows))
    found.faults.append(Fault(row=2, column=text, code="empty-cell"))
    found.refused[2] = tuple(text for _ in found.columns)
    cells = [
        c for row in csv.reader(io.StringIO(faults_csv(found).decode()), delimiter=";") for c in row
    ]
    book = openpyxl.load_workbook(io.BytesIO(faults_xlsx(found)))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type in ("s", "inlineStr", "n") for cell in row)
            cells += [str(cell.value) for cell in row if cell.value is not None]
            assert not any(cell.data_type == "n" and cell.value is not None for cell in row)
    assert len(cells) > 20
    leads = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    assert not [cell for cell in cells if cell.lstrip().startswith(leads)]


def test_text_that_is_no_formula_stays_as_it_is() -> None:
    assert defused("Budi=Hartono") == "Budi=Hartono"
    assert defused("") == ""


def test_the_workbook_shows_refused_rows_in_order_with_the_faulty_cells_marked(
    tmp_path: Path,
) -> None:
    rows = [own(1), own(2, nama="", lsp="1"), own(3), own(4, skema="X")]
    cut = as_csv(table(rows)) + b"cut;row\r\n"
    found = reading(tmp_path, "a.csv", cut)
    book = openpyxl.load_workbook(io.BytesIO(faults_xlsx(found)))
    header, *body = book["Baris"].iter_rows()
    assert header[0].value == "baris / row"
    assert "NIK" not in [cell.value for cell in header]
    assert [row[0].value for row in body] == ["3", "5", "6"]
    titles = [cell.value for cell in header]

    def marked(row: int) -> list[object]:
        fills = [cell.fill.fgColor.rgb == "FFFFC7CE" for cell in body[row]]
        return [title for title, fill in zip(titles, fills, strict=True) if fill]

    assert marked(0) == ["nama", "lsp"]
    assert marked(1) == ["skema"]
    assert marked(2) == list(found.columns)  # the row as a whole
    assert body[0][titles.index("nomor_sertifikat")].value == "62019 2512 4 0000002 2026"
    assert "empty-cell" in str(body[0][-1].value)
    table_rows = list(book["Kesalahan"].iter_rows(values_only=True))
    assert [row[2] for row in table_rows[1:]] == [fault.code for fault in found.faults]


def test_lines_name_row_and_column() -> None:
    fault = Fault(row=3, column="nama", code="too-long", values={"bytes": "81", "limit": "80"})
    assert line(fault, "id") == "baris 3, kolom nama: too-long: Teks ini 81 bita; paling banyak 80."
    whole = Fault(row=0, column=None, code="empty-file")
    assert line(whole, "en") == "file: empty-file: The file is empty."
    assert as_json(whole)["column"] is None
