"""Hostile files (quality R8): the process never dies, every fault has its row and its words."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from registry import intake, intake_workbook
from registry.intake_faults import line
from registry.intake_report import faults_csv, faults_xlsx
from tests.registry.hostile_files import (
    SHEET,
    Hostile,
    deep_xml,
    hostile,
    many_strings,
    repacked,
    shared,
    sound_xlsx,
    swap,
    with_members,
    with_rows,
)
from tests.registry.intake_samples import as_xlsx, kinds, own, reading, table

FILES = hostile()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_hostile_file_is_named_and_ends_nothing(tmp_path: Path, file: Hostile) -> None:
    found = reading(tmp_path, file.name, file.data, **file.options)
    assert (file.code, file.row) in [(fault.code, fault.row) for fault in found.faults]
    for fault in found.faults:
        for language in ("id", "en", "ja"):
            assert line(fault, language).isprintable()
    assert faults_csv(found)
    assert faults_xlsx(found)


def test_count_of_hostile_files() -> None:
    print(f"hostile files: {len(FILES)}, kinds of rows: {len(kinds())}")
    assert len(FILES) >= 80
    assert len({file.name for file in FILES}) == len(FILES)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(with_rows(deep_xml(100_000)), id="deep elements"),
        pytest.param(shared(), id="shared strings, as Excel writes"),
        pytest.param(with_members({"xl/vbaProject.bin": b"macro"}), id="macro"),
        pytest.param(with_members({"xl/media/image1.png": bytes(range(256)) * 99}), id="image"),
        pytest.param(
            with_members({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}), id="link"
        ),
        pytest.param(with_members({"../../outside.txt": b"x"}), id="path outside"),
        pytest.param(with_rows(b'<row r="1048576"><c r="A1048576" s="0"/></row>'), id="far blank"),
        pytest.param(
            repacked(
                {
                    "xl/worksheets/sheet1.xml": lambda part: part.replace(
                        b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
                    )
                }
            ),
            id="false dimension",
        ),
    ],
)
def test_what_looks_odd_but_hides_nothing_is_read(tmp_path: Path, data: bytes) -> None:
    found = reading(tmp_path, "a.xlsx", data)
    assert found.faults == []
    assert len(found.rows) == 3


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH], ids=["1900", "1904"])
def test_a_date_cell_is_the_same_day_in_both_calendars(tmp_path: Path, epoch: datetime) -> None:
    born, issued = date(1998, 4, 11), date(2026, 1, 14)
    rows = table([own(1, tanggal_lahir=born, tanggal_terbit=issued)])
    found = reading(tmp_path, "a.xlsx", as_xlsx(rows, epoch=epoch))
    assert found.faults == []
    assert (found.rows[0][1].birth_date, found.rows[0][1].issued) == (born, issued)


def test_the_first_sure_day_of_the_1900_calendar_is_read(tmp_path: Path) -> None:
    found = reading(tmp_path, "a.xlsx", as_xlsx(table([own(1, tanggal_lahir=date(1900, 3, 1))])))
    assert found.faults == []
    assert found.rows[0][1].birth_date == date(1900, 3, 1)


def test_a_hidden_row_without_data_and_a_merged_title_are_no_matter(tmp_path: Path) -> None:
    part = b'<row r="9" hidden="1"><c r="A9" s="0"/></row></sheetData>'
    merged = b'<mergeCells count="1"><mergeCell ref="L1:M1"/></mergeCells>'
    data = repacked({SHEET: swap(b"</sheetData>", part + merged)})
    assert reading(tmp_path, "a.xlsx", data).faults == []


def test_two_sheets_with_one_named_for_the_data(tmp_path: Path) -> None:
    import io  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(io.BytesIO(sound_xlsx()))
    book.create_sheet("Petunjuk", 0).append(["Isi lembar Sertifikat"])
    book.save(tmp_path / "made.xlsx")
    found = reading(tmp_path, "a.xlsx", (tmp_path / "made.xlsx").read_bytes())
    assert (len(found.rows), found.faults) == (3, [])


COSTLY = many_strings(400_000)


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MEMORY", 64 << 20), ("MEMORY", 80 << 20), ("MEMORY", 88 << 20), ("SECONDS", 1)],
)
def test_a_costly_workbook_ends_the_child_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(intake_workbook, limit, value)
    found = reading(tmp_path, "a.xlsx", COSTLY)
    assert [fault.code for fault in found.faults] == ["workbook-too-costly"]


def test_the_same_workbook_is_read_within_the_limits(tmp_path: Path) -> None:
    found = reading(tmp_path, "a.xlsx", COSTLY)
    assert (len(found.rows), found.faults) == (3, [])


def test_a_large_workbook_is_refused_before_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_WORKBOOK_BYTES", 5_000)
    monkeypatch.setattr(intake_workbook, "_SCRIPT", tmp_path / "none.py")
    found = reading(tmp_path, "a.xlsx", sound_xlsx())
    assert [fault.code for fault in found.faults] == ["zip-budget"]


CHILDREN = {
    "silent": ("", "workbook-damaged"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "workbook-too-costly"),
    "out of memory": ("raise SystemExit(77)", "workbook-too-costly"),
    "cut line": ("print('[\"row\", 1,', end='')", "workbook-damaged"),
    "exit 3": ("raise SystemExit(3)", "workbook-damaged"),
    "not JSON": ("print('row')", "workbook-damaged"),
    "not a list": ("print('{}')", "workbook-damaged"),
    "empty list": ("print('[]')", "workbook-damaged"),
    "deep": ("print('[' * 100000)", "workbook-damaged"),
    "unknown word": ("print('[\"rows\", 1, []]')", "workbook-damaged"),
    "unknown fault": ('print(\'["fault", "x", {}]\')', "workbook-damaged"),
    "fault without values": ("print('[\"fault\"]')", "workbook-damaged"),
    "row as text": ('print(\'["row", "1", []]\')', "workbook-damaged"),
    "row true": ("print('[\"row\", true, []]')", "workbook-damaged"),
    "cell of no kind": ('print(\'["row", 1, [["image", "x"]]]\')', "workbook-damaged"),
    "cell as number": ("print('[\"row\", 1, [1]]')", "workbook-damaged"),
    "65 cells": ("print('[\"row\", 1, [' + ','.join(['null'] * 65) + ']]')", "workbook-damaged"),
    "endless line": ("print('x' * (17 << 20))", "workbook-damaged"),
    "not UTF-8": ("import os; os.write(1, b'\\xff\\n')", "workbook-damaged"),
    "end at once": ("print('[\"end\"]')", "empty-file"),
}


@pytest.mark.parametrize("name", CHILDREN)
def test_the_parent_trusts_no_line_of_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    script, code = CHILDREN[name]
    path = tmp_path / "child.py"
    path.write_text(script, encoding="utf-8")
    monkeypatch.setattr(intake_workbook, "_SCRIPT", path)
    found = reading(tmp_path, "a.xlsx", sound_xlsx())
    assert [fault.code for fault in found.faults] == [code]
    assert line(found.faults[0], "id")


def test_every_cut_of_a_small_workbook(tmp_path: Path) -> None:
    """A file cut anywhere gives a fault, never an exception and never fewer rows in silence."""
    data = sound_xlsx()
    cuts = range(1, len(data), max(1, len(data) // 12))
    for cut in cuts:
        found = reading(tmp_path, "a.xlsx", data[:cut])
        assert found.faults, cut
        assert found.rows == []
    print(f"cuts of a workbook: {len(cuts)}")
    assert len(cuts) >= 12
