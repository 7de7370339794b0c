"""The desk: one certificate, lists and reports, on the screen, as JSON, CSV and XLSX."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from registry import demo_people
from tests.cli.command import NOW, Command, Done, check_error
from tests.demonstration import Demonstration


@pytest.fixture
def desk(absah: Command, demonstration: Demonstration) -> Command:
    """Reads of the shared demonstration."""

    class Desk(Command):
        def __init__(self) -> None:
            pass

        def __call__(self, *arguments: object, lines: tuple[str, ...] | None = None) -> Done:
            return absah(*arguments, "--workspace", demonstration.workspace, lines=lines)

    return Desk()


def test_everything_about_one_certificate(desk: Command) -> None:
    listed = desk("list", "--state", "superseded", "--json", "--now", NOW).json
    index = listed[0]["index"]
    facts = desk("show", index, "--json", "--now", NOW).json
    assert facts["state"] == "superseded"
    successor = facts["replaced_by"][0]
    assert facts["history"][0]["successor"] == successor
    assert desk("show", successor, "--json", "--now", NOW).json["replaces"] == index
    said = desk("show", index, "--now", NOW).out
    assert f"index: {index}\n" in said
    assert f"valid -> superseded  #{successor}" in said
    assert facts["file"] == "3-second.csv"


def test_a_number_or_name_that_fits_several_lists_them(desk: Command) -> None:
    listed = desk("list", "--state", "superseded", "--json", "--now", NOW).json[0]
    for text in (listed["number"], listed["registration"].lower()):
        done = desk("show", text, "--json", "--now", NOW)
        assert done.code == 2
        assert listed["index"] in [line["index"] for line in done.json]
        assert len(done.json) == 2
    named = desk("show", listed["name"].split()[-1].upper(), "--now", NOW)
    assert named.code == 2
    assert "name one by its index" in named.err
    assert named.out.startswith("index")
    check_error(desk("show", "Nobody At All", "--now", NOW), 1, "no certificate of this registry")


def test_lists_are_by_lsp_date_and_state(desk: Command) -> None:
    everything = desk("list", "--json", "--now", NOW).json
    some = desk("list", "--lsp", 9001, "--issued", "2026-01-01..2026-06-30", "--json", "--now", NOW)
    wanted = [
        line
        for line in everything
        if line["lsp"] == 9001 and "2026-01-01" <= line["issued"] <= "2026-06-30"
    ]
    assert some.json == wanted
    assert 0 < len(wanted) < len(everything)
    states = {line["state"] for line in everything}
    assert states == {"valid", "revoked", "suspended", "superseded", "expired"}
    for state in states:
        found = desk("list", "--state", state, "--json", "--now", NOW).json
        assert found == [line for line in everything if line["state"] == state]
    open_end = desk("list", "--issued", "2026-06-01..", "--json", "--now", NOW).json
    assert open_end == [line for line in everything if line["issued"] >= "2026-06-01"]
    for wrong in ("2026-06-01", "2026-02-30..", "a..b", "2026-1-1.."):
        check_error(desk("list", "--issued", wrong, "--now", NOW), 2, "usage", "A..B")


def test_reports_add_up(desk: Command) -> None:
    everything = desk("list", "--json", "--now", NOW).json
    by_lsp = desk("report", "lsp", "--json", "--now", NOW).json
    assert sum(line["certificates"] for line in by_lsp) == len(everything)
    for state in ("valid", "expired", "suspended", "revoked", "superseded"):
        count = sum(line["state"] == state for line in everything)
        assert sum(line[state] for line in by_lsp) == count
    assert all(line["name"].startswith("LSP ") for line in by_lsp)
    by_month = desk("report", "month", "--json").json
    issued = sum(line["new"] + line["onboarding"] + line["replacement"] for line in by_month)
    assert issued == len(everything)
    revoked = sum(line["revoked"] for line in by_month)
    assert revoked == sum(line["state"] == "revoked" for line in everything)
    soon = desk("report", "expiring", "--days", 400, "--json", "--now", NOW).json
    assert soon == sorted(soon, key=lambda line: (line["expires"], line["index"]))
    assert {line["state"] for line in soon} == {"valid"}
    assert {line["expires"] <= "2027-12-29" for line in soon} == {True}


def test_a_table_is_a_file_that_opens_and_runs_nothing(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    cells = [["62019 2512 4 0000001 2026", "TIK 9001 77777 2026", "Sari Lestari", "", "1994-04-09"]]
    cells[0] += ["DEMO/junior-coder", "9001", "2026-11-02", "", "K"]
    (tmp_path / "@SUM(1).csv").write_bytes(demo_people.csv_bytes(cells))
    assert absah("import", tmp_path / "@SUM(1).csv", *place).code == 0
    for name in ("a.csv", "a.xlsx", "b.XLSX"):
        out = tmp_path / name
        done = absah("list", "--lsp", 9001, "--out", out, *place)
        assert (done.code, done.out) == (0, f"{out}\n")
        assert out.stat().st_mode & 0o777 == 0o600
    rows = list(csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").split("\n"), delimiter=";"))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert [[cell.value or "" for cell in row] for row in sheet] == [row for row in rows if row]
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.XLSX").read_bytes()
    check_error(absah("list", "--out", tmp_path / "a.pdf", *place), 2, "must end in .csv or .xlsx")


def test_the_template_is_written(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    out = tmp_path / "isian.xlsx"
    assert absah("template", out, "--workspace", own.workspace).out == f"{out}\n"
    assert openpyxl.load_workbook(out).sheetnames[0] == "Sertifikat"
    assert absah("template", out, "--workspace", own.workspace, "--json").json["lsps"] > 10
    check_error(absah("template", tmp_path / "a.csv"), 2, "must end in .xlsx")


def test_a_change_is_withdrawn_before_a_build_only(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    assert absah("revoke", 30, "--reason", "misuse", *place).code == 0
    assert absah("withdraw", 30, *place, "--json").json["changed"] == [30]
    check_error(absah("withdraw", 30, *place), 1, "is the published one", "revoked is for ever")
    absah("revoke", 30, "--reason", "misuse", *place)
    own.build(own.now + 86_400)
    check_error(absah("withdraw", 30, *place), 1, "is the published one")
    facts = absah("show", 30, *place)
    assert "withdrawn 2026-11-24" in facts.out
