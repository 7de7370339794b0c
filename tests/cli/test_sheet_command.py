"""``absah sheet``: which certificates it prints, where it writes, what it refuses."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pypdfium2
import pytest

from registry.pictures import pdf_codes
from registry.store import Store
from registry.workspace import Workspace
from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration
from tests.registry.test_stamp import paper


def index_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_a_sheet_of_named_certificates_is_verified_from_its_own_page(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.pdf"
    done = absah("sheet", "3", "1", "2", "--out", out, "--workspace", demonstration.workspace)
    assert done.code == 0, done.err
    assert "3 codes drawn" in done.err
    rows = index_rows(tmp_path / "sheet.csv")
    assert [row["index"] for row in rows] == ["3", "1", "2"]
    state = tmp_path / "state"
    site = ("--site", demonstration.public, "--state", state, "--now", NOW)
    results = absah("verify", out, *site, "--json").json["results"]
    assert [result["index"] for result in results] == [3, 1, 2]
    with pypdfium2.PdfDocument(out) as document:
        assert "SAMPLE" in document[0].get_textpage().get_text_bounded()


def test_a_folder_for_each_body_with_an_index_of_its_own(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    place = ("--workspace", own.workspace)
    assert absah("sheet", "--all", "--by-lsp", "--out", out, *place).code == 0
    with Store.open(Workspace.open(own.workspace).database) as store:
        want: dict[str, set[str]] = {}
        for row in store.certificates(0, store.confirmed_size()):
            want.setdefault(str(row.lsp), set()).add(str(row.idx))
    found = {
        folder.name: {row["index"] for row in index_rows(folder / "index.csv")}
        for folder in out.glob("[0-9]*")
    }
    assert found == want
    assert len(want) > 1
    for lsp, indexes in want.items():
        codes = list(pdf_codes((out / lsp / "sheet-001.pdf").read_bytes()))
        assert len(codes) == len(indexes)


def test_what_is_not_read_back_is_not_printed(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace)
    clean = own.workspace / "samples" / "clean.csv"
    now = ("--now", "2026-11-26T00:00:00Z")
    batch = absah("import", clean, *place, *now, "--json").json["files"][0]["batch"]
    wish = ("sheet", "--batch", batch, "--out", tmp_path / "new.pdf", *place)
    check_error(absah(*wish), 1, "not read back", "absah confirm")
    assert absah("build", *place, *now).code == 0
    assert absah("confirm", own.public, *place).code == 0
    assert absah(*wish).code == 0
    assert len(index_rows(tmp_path / "new.csv")) == 20


def test_new_means_not_drawn_yet_by_this_command(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace)
    wish = ("sheet", "--new", "--out", tmp_path / "a.pdf", *place)
    assert absah(*wish).code == 0
    with own.store() as store:
        first = {str(row.idx) for row in store.certificates(0, 999) if row.state in (0, 2)}
    assert {row["index"] for row in index_rows(tmp_path / "a.csv")} == first
    check_error(absah(*wish), 2, "no certificate was named")
    now = ("--now", "2026-11-26T00:00:00Z")
    absah("import", own.workspace / "samples" / "clean.csv", *place, *now)
    check_error(absah(*wish), 2, "no certificate was named")
    absah("build", *place, *now)
    absah("confirm", own.public, *place)
    assert absah(*wish).code == 0
    assert len(index_rows(tmp_path / "a.csv")) == 20
    # The other command has its own mark, and a named one is drawn again at any time.
    assert absah("qr", "--new", "--out", tmp_path / "codes", *place).code == 0
    assert len(list((tmp_path / "codes").glob("*.svg"))) == len(first) + 20
    assert absah("sheet", "1", "--out", tmp_path / "a.pdf", *place).code == 0


def test_a_certificate_is_stamped_at_the_place_named(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", demonstration.workspace)
    with Store.open(Workspace.open(demonstration.workspace).database) as store:
        row = store.certificate(1)
    assert row is not None
    pdf = tmp_path / "cert.pdf"
    pdf.write_bytes(paper(row.number))
    out = tmp_path / "out.pdf"
    where = ("--corner", "top-left", "--offset", "12", "18", "--dots", "5")
    done = absah("sheet", "1", "--stamp", pdf, *where, "--out", out, *place)
    assert done.code == 0, done.err
    site = ("--site", demonstration.public, "--state", tmp_path / "state", "--now", NOW)
    assert absah("verify", out, *site, "--json").json["index"] == 1
    wrong = absah("sheet", "2", "--stamp", pdf, "--out", tmp_path / "no.pdf", *place)
    check_error(wrong, 1, "cert.pdf, 1: ", "none of these")
    assert not (tmp_path / "no.pdf").exists()
    check_error(absah("sheet", "1", "--stamp", pdf, "--out", tmp_path, *place), 2, ".pdf")


@pytest.mark.parametrize("arguments", [(), ("--batch", "999")])
def test_a_call_that_names_nothing_says_how(
    absah: Command, demonstration: Demonstration, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    place = ("--out", tmp_path / "s.pdf", "--workspace", demonstration.workspace)
    check_error(absah("sheet", *arguments, *place), 2, "no certificate was named", "--batch")


def test_the_calibration_page_needs_no_workspace(absah: Command, tmp_path: Path) -> None:
    out = tmp_path / "calibration.pdf"
    assert absah("sheet", "--calibration", "--out", out, "--workspace", tmp_path).code == 0
    assert len(list(pdf_codes(out.read_bytes()))) == 18
