"""Intake: what a file says, whatever carries it; golden reports; duplicates; options."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.intake import ENCODINGS, Options, Reading, read
from registry.records import Fault, Record
from tests.registry import golden_intake
from tests.registry.intake_samples import (
    SOUND,
    TODAY,
    as_csv,
    as_lines,
    as_xlsx,
    catalogue,
    own,
    reading,
    table,
)

UNITS = catalogue().schemes["DEMO/junior-coder"].units


def one(folder: Path, **changes: Any) -> Record:
    """The record of one row, which must be sound."""
    found = reading(folder, "one.csv", as_csv(table([own(1, **changes)])))
    assert found.faults == []
    return found.rows[0][1]


def codes(found: Reading) -> list[tuple[int, str | None, str]]:
    return [(fault.row, fault.column, fault.code) for fault in found.faults]


def test_golden_reports_of_every_kind() -> None:
    wrong = golden_intake.main([])
    assert wrong == 0, "read the difference, then: python -m tests.registry.golden_intake --write"


def test_a_row_becomes_a_record(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(table([own(7)])))
    found = read(path, catalogue(), today=TODAY)
    assert found.faults == []
    assert found.dropped == ["NIK"]
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    [(row, record)] = found.rows
    assert row == 2
    assert record == Record(
        number="62019 2512 4 0000007 2026",
        registration="TIK 9001 00007 2026",
        name="Budi Hartono",
        birth_date=date(1998, 4, 11),
        scheme="DEMO/junior-coder",
        lsp=9001,
        issued=date(2026, 1, 14),
        expires=date(2029, 1, 14),
        blank_number="13560001",
    )
    assert record.key == (9001, "TIK 9001 00007 2026")
    assert SOUND["NIK"] not in repr(found)


def test_three_formats_say_the_same(tmp_path: Path) -> None:
    rows = table(own(number) for number in range(1, 30))
    found = [
        reading(tmp_path, "a.csv", as_csv(rows)),
        reading(tmp_path, "a.xlsx", as_xlsx(rows)),
        reading(tmp_path, "a.jsonl", as_lines(rows)),
    ]
    assert all(each.faults == [] for each in found)
    records = [[record for _, record in each.rows] for each in found]
    assert records[0] == records[1] == records[2]
    assert len(records[0]) == 29
    assert [row for row, _ in found[1].rows] == list(range(2, 31))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = table([own(1, nama="José Santoso, S.Kom; M.T.")])
    found = reading(tmp_path, "a.csv", as_csv(rows, delimiter, encoding))
    assert found.faults == []
    assert found.rows[0][1].name == "José Santoso, S.Kom; M.T."


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_named_encodings(tmp_path: Path, encoding: str) -> None:
    name = "Budi" if encoding == "cp932" else "José"
    data = as_csv(table([own(1, nama=name)]), encoding=encoding)
    found = reading(tmp_path, "a.csv", data, encoding=encoding)
    assert found.faults == []
    assert found.rows[0][1].name == name


def test_an_encoding_out_of_the_list_is_a_usage_fault() -> None:
    with pytest.raises(ValueError, match="encoding must be one of"):
        Options(encoding="utf-7")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends(tmp_path: Path, end: bytes) -> None:
    data = as_csv(table([own(1), own(2)])).replace(b"\r\n", end)
    assert len(reading(tmp_path, "a.csv", data).rows) == 2


def test_row_numbers_are_those_of_the_spreadsheet(tmp_path: Path) -> None:
    """A cell of two lines is one row; a blank row counts."""
    rows = table([own(1, NIK="satu\ndua"), own(2, nama="")])
    data = as_csv([*rows[:2], [""] * len(SOUND), rows[2]])
    found = reading(tmp_path, "a.csv", data)
    assert codes(found) == [(4, "nama", "empty-cell")]
    book = reading(tmp_path, "a.xlsx", as_xlsx([*rows[:2], [""] * len(SOUND), rows[2]]))
    assert codes(book) == [(4, "nama", "empty-cell")]


def test_column_names_in_both_languages_in_any_order_and_dress(tmp_path: Path) -> None:
    english = {
        "Certificate Number": "nomor_sertifikat",
        "REGISTRATION-NUMBER": "nomor_registrasi",
        " name ": "nama",
        "Birth\nDate": "tanggal_lahir",
        "Scheme": "skema",
        "LSP": "lsp",
        "issued": "tanggal_terbit",
        "Nomor  Blanko": "nomor_blangko",
    }
    row = own(1)
    header = list(reversed(english))
    found = reading(tmp_path, "a.csv", as_csv([header, [row[english[name]] for name in header]]))
    assert found.faults == []
    assert found.rows[0][1] == one(tmp_path)


def test_expiry_is_the_same_day_years_later(tmp_path: Path) -> None:
    assert one(tmp_path, tanggal_terbit="2024-02-29").expires == date(2027, 2, 28)
    assert one(tmp_path, tanggal_terbit="2026-03-01").expires == date(2029, 3, 1)
    carpenter = one(tmp_path, skema="DEMO/tukang-kayu-konstruksi", tanggal_terbit="2024-02-29")
    assert carpenter.expires == date(2029, 2, 28)
    assert one(tmp_path, berlaku_sampai="2026-01-14").expires == date(2026, 1, 14)


def test_units_are_put_in_the_order_of_the_scheme(tmp_path: Path) -> None:
    assert one(tmp_path, unit=f"{UNITS[3]}; {UNITS[0]}").units == (UNITS[0], UNITS[3])
    assert one(tmp_path, unit=";".join(reversed(UNITS))).units is None
    assert one(tmp_path, skema="DEMO/caregiver-pelaksana").units is None


def test_issue_date_may_lie_a_month_ahead(tmp_path: Path) -> None:
    assert one(tmp_path, tanggal_terbit="2026-12-25").issued == date(2026, 12, 25)
    ahead = as_csv(table([own(1, tanggal_terbit="2026-12-25")]))
    found = reading(tmp_path, "a.csv", ahead, days_ahead=0)
    assert codes(found) == [(2, "tanggal_terbit", "issued-in-future")]
    assert found.faults[0].values == {"last": "2026-11-24"}


def test_repeats_and_conflicts(tmp_path: Path) -> None:
    first = own(1)
    rows = [first, own(2), dict(first), first | {"nama": "Budi Hartanto", "lsp": "9001"}]
    found = reading(tmp_path, "a.csv", as_csv(table(rows)))
    assert [row for row, _ in found.rows] == [2, 3]
    assert found.repeated == [(4, 2)]
    assert codes(found) == [(5, "nomor_registrasi", "conflict-in-file")]
    assert found.faults[0].values == {"other": "2", "fields": "nama"}


def test_a_column_whose_fault_is_in_the_header_stops_before_the_rows(tmp_path: Path) -> None:
    rows = table([own(1, nama="")])
    rows[0][0] = "nomor_sertifikatt"
    found = reading(tmp_path, "a.csv", as_csv(rows))
    assert codes(found) == [
        (1, "nomor_sertifikatt", "column-unclear"),
        (1, "nomor_sertifikat", "column-missing"),
    ]
    assert found.rows == []


def test_other_columns_are_named_and_dropped(tmp_path: Path) -> None:
    rows = [[*line, "0812"] for line in table([own(1)])]
    rows[0][-1] = "=HP\u202e"
    found = reading(tmp_path, "a.csv", as_csv(rows))
    assert found.dropped == ["NIK", "=HP<U+202E>"]
    assert "0812" not in repr(found)


def test_refuse_takes_in_the_faults_of_the_ledger(tmp_path: Path) -> None:
    data = as_csv(table([own(1), own(2)])).replace(b"nomor_registrasi", b"Nomor Registrasi")
    found = reading(tmp_path, "a.csv", data)
    words = {"index": "5", "stored": "x", "given": "y"}
    found.refuse([Fault(row=3, column="nomor_registrasi", code="conflict", values=words)])
    assert [row for row, _ in found.rows] == [2]
    assert codes(found) == [(3, "Nomor Registrasi", "conflict")]
    cells = dict(zip(found.columns, found.refused[3], strict=True))
    assert cells["Nomor Registrasi"] == "TIK 9001 00002 2026"
    assert cells["tanggal_lahir"] == "1998-04-11"
    assert cells["unit"] == ""


def test_notes_are_bounded_and_counted(tmp_path: Path) -> None:
    rows = table(own(number, nama="Budi ") for number in range(1, 1_102))
    found = reading(tmp_path, "a.csv", as_csv(rows))
    assert (len(found.notes), found.tidied, len(found.rows)) == (1_000, 1_101, 1_101)


def test_a_missing_file_and_a_folder_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.csv", catalogue(), today=TODAY)
    with pytest.raises(OSError, match="not a regular file"):
        read(tmp_path, catalogue(), today=TODAY)


@pytest.mark.parametrize("tail", [b'"open', b"x" * 3_000_000, b"nul\0"])
def test_a_file_that_is_not_read_to_its_end_gives_no_rows(tmp_path: Path, tail: bytes) -> None:
    found = reading(tmp_path, "a.csv", as_csv(table([own(1), own(2)])) + tail)
    assert len(found.faults) == 1
    assert found.faults[0].row == 4
    assert found.rows == []
