"""The publisher's commands on a demonstration: import, states, build, codes."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from benchmarks.p1_issue import write
from registry import intake
from registry.store import Store
from tests.cli.command import NOW, Command, Done, check_error
from tests.demonstration import Demonstration


def _rows(own: Demonstration) -> int:
    with Store.open(own.workspace / "registry.db") as store:
        return store.size()


def _state(own: Demonstration, index: int) -> int:
    with Store.open(own.workspace / "registry.db") as store:
        row = store.certificate(index)
    assert row is not None
    return row.state


def _import(absah: Command, own: Demonstration, *rest: object) -> Done:
    return absah("import", *rest, "--workspace", own.workspace, "--now", NOW)


def test_clean_rows_are_issued_once(absah: Command, own: Demonstration) -> None:
    path = own.workspace / "samples" / "clean.csv"
    before = _rows(own)
    place = ("--workspace", own.workspace, "--now", NOW, "--json")
    tried = absah("import", path, "--dry-run", *place).json["files"][0]
    assert (tried["would_issue"], tried["issued"]) == (20, [])
    assert _rows(own) == before
    done = absah("import", path, *place)
    assert done.code == 0
    assert len(done.json["files"][0]["issued"]) == 20
    assert _rows(own) == before + 20
    again = absah("import", path, *place).json["files"][0]
    assert (len(again["unchanged"]), again["issued"]) == (20, [])
    assert _rows(own) == before + 20


def test_many_files_take_no_more_memory_than_one(
    absah: Command, own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{n}.csv" for n in range(5)]
    for n, file in enumerate(files):  # the same days of birth: those that were read are kept
        write(file, 100_000 + n * 9_000, 200, "DEMO/helper-cookery")
    held: list[int] = []
    real = intake.read

    def read(*given: Any, **options: Any) -> intake.Reading:
        held.append(tracemalloc.get_traced_memory()[0])
        return real(*given, **options)

    monkeypatch.setattr(intake, "read", read)
    tracemalloc.start()
    try:
        done = _import(absah, own, *files)
    finally:
        tracemalloc.stop()
    assert [line.split(",")[0] for line in done.out.splitlines()] == [
        f"{n}.csv: issued 200" for n in range(5)
    ]
    # The first two load and fill what stays; then a file leaves less than 64 bytes a row.
    growth = [after - before for before, after in pairwise(held)][2:]
    print(f"bytes that stay, file by file: {growth}")
    assert len(growth) == 2
    assert max(growth) < 200 * 64


@pytest.mark.parametrize("name", ["import.csv", "import.xlsx"])
def test_faulty_rows_are_all_named_and_nothing_is_written(
    absah: Command, own: Demonstration, tmp_path: Path, name: str
) -> None:
    path = own.workspace / "samples" / name
    before = _rows(own)
    place = ("--workspace", own.workspace, "--now", NOW)
    done = absah("import", path, *place, "--lang", "id")
    assert done.code == 1
    lines = [line for line in done.out.split("\n") if line.startswith("baris ")]
    assert [line.split(",")[0] for line in lines] == [f"baris {n}" for n in range(3, 11)]
    assert _rows(own) == before
    found = absah("import", path, *place, "--json").json["files"][0]
    assert all({"row", "column", "code", "id", "en"} <= fault.keys() for fault in found["faults"])
    for suffix, start in ((".csv", b"\xef\xbb\xbf"), (".xlsx", b"PK")):
        report = tmp_path / f"faults{suffix}"
        assert absah("import", path, *place, "--faults", report).code == 1
        assert report.read_bytes().startswith(start)
    part = absah("import", path, *place, "--accept-valid", "--json")
    assert part.code == 1
    assert len(part.json["files"][0]["issued"]) == 4
    assert _rows(own) == before + 4


def test_a_certificate_that_would_be_too_long_names_its_longest_text(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    lines = (own.workspace / "samples" / "clean.csv").read_text("utf-8-sig").split("\n")
    cells = lines[1].split(";")
    cells[2], cells[3] = "Sari " + "Nusantara" * 8, "SARI " + "NUSANTARA" * 8
    path = tmp_path / "long.csv"
    path.write_text("\n".join([lines[0], ";".join(cells)]), encoding="utf-8")
    done = absah("import", path, "--workspace", own.workspace, "--now", NOW, "--json")
    assert done.code == 1
    fault = done.json["files"][0]["faults"][0]
    assert (fault["code"], fault["column"]) == ("too-long-certificate", "nama")
    cells[2], cells[3] = "Sari " + "Nusantara" * 4, "SARI " + "NUSANTARA" * 4
    path.write_text("\n".join([lines[0], ";".join(cells)]), encoding="utf-8")
    noted = absah("import", path, "--workspace", own.workspace, "--now", NOW, "--json")
    assert noted.code == 0
    assert [note["code"] for note in noted.json["files"][0]["notes"]] == ["larger-symbol"]


def test_states_change_and_employers_see_it_after_the_next_build(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    code = own.workspace / "samples" / "valid.txt"
    site = ("--site", own.public, "--now", NOW, "--json")
    index = absah("verify", code, *site).json["index"]
    (tmp_path / "list.txt").write_text(f"{index}\n\n", encoding="utf-8")
    seen: list[str] = []
    for name, *rest in (
        ("suspend", f"@{tmp_path / 'list.txt'}", "--reason", "under-review"),
        ("reinstate", index, "--reason", "other"),
        ("revoke", index, "--reason", "misuse"),
    ):
        done = absah(name, *rest, *place)
        assert (done.code, done.out.strip()) == (0, str(index))
        assert absah("verify", code, *site).json["reason"] == (seen[-1] if seen else "valid")
        assert absah("build", *place, "--json").json["written"]
        seen.append(absah("verify", code, *site).json["reason"])
    assert seen == ["suspended", "valid", "revoked"]
    check_error(absah("reinstate", index, "--reason", "other", *place), 1, "revoked")
    check_error(absah("revoke", index, "--reason", "because", *place), 2, "hint:")
    check_error(absah("revoke", "99999", "--reason", "other", *place), 1)
    again = absah("build", *place, "--json").json
    assert (again["written"], again["files"]) == (False, 0)
    assert absah("build", "--check", *place).code == 0
    (own.public / "robots.txt").write_text("changed", encoding="utf-8")
    changed = absah("build", "--check", *place)
    assert (changed.code, changed.out.strip()) == (1, "robots.txt")


def test_a_number_that_several_certificates_have_is_listed(
    absah: Command, own: Demonstration
) -> None:
    with Store.open(own.workspace / "registry.db") as store:
        by_number: dict[str, list[int]] = {}
        for row in store.certificates(0, store.size()):
            by_number.setdefault(row.number, []).append(row.idx)
    number, indexes = next((n, i) for n, i in by_number.items() if len(i) > 1)
    place = ("--workspace", own.workspace, "--now", NOW)
    done = absah("revoke", number, "--reason", "other", *place)
    check_error(done, 2, *(f"{index}" for index in indexes))
    old, new = indexes
    check_error(absah("supersede", new, old, *place), 1)


def test_codes_are_drawn_for_what_was_read_back_and_decode(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace)
    out = tmp_path / "codes"
    assert absah("qr", "--all", "--out", out, "--by-lsp", "--format", "png", *place).code == 0
    drawn = sorted(out.rglob("*.png"))
    assert len(drawn) == _rows(own) - 2, "all entries but the two trust documents"
    texts = {zxingcpp.read_barcodes(Image.open(path))[0].text for path in drawn[:5]}
    assert len(texts) == 5
    assert all(text.startswith(own.site + "#") for text in texts)
    assert absah("qr", "5", "--out", out, *place).code == 0
    assert (out / "5.svg").read_bytes().startswith(b"<svg ")
    absah("import", own.workspace / "samples" / "clean.csv", *place, "--now", NOW)
    check_error(
        absah("qr", _rows(own) - 1, "--out", out, *place), 1, "not read back yet", "absah confirm"
    )
    check_error(absah("qr", "--out", out, *place), 2, "hint:")


def test_errors_are_one_sentence_and_a_hint(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    check_error(absah("build", "--workspace", tmp_path), 1, "no workspace here", "hint:")
    check_error(absah("build", "--workspace", tmp_path, "--lang", "id"), 1, "bukan workspace")
    place = ("--workspace", own.workspace, "--now", NOW)
    with Store.open(own.workspace / "registry.db", writer=True):
        check_error(absah("build", *place), 1, "another absah is writing", "hint:")
    key = own.workspace / "keys" / "publisher-main.key"
    key.chmod(0o644)
    check_error(absah("build", *place), 1, "others may read", "chmod 600")
    check_error(absah("import", tmp_path / "none.csv", *place), 2, "cannot be read")
    check_error(absah("nothing"), 2, "usage", "absah --help")
    assert _import(absah, own, own.workspace / "samples" / "clean.csv") is not None


def test_audit_is_clean_and_names_what_was_changed(absah: Command, own: Demonstration) -> None:
    clean = absah("audit", own.public, "--now", NOW)
    assert clean.code == 0, clean.out
    path = own.public / "registry" / "index.html"
    path.write_bytes(path.read_bytes().replace(b"<main", b"<mein", 1))
    found = absah("audit", own.public, "--now", NOW, "--json")
    assert found.code == 1
    assert "registry/index.html" in {fault["path"] for fault in found.json["faults"]}


def test_an_audit_with_a_ledger_and_an_earlier_state(absah: Command, own: Demonstration) -> None:
    verified = absah(
        "verify",
        own.workspace / "samples" / "valid.txt",
        "--site",
        own.public,
        "--now",
        NOW,
        "--json",
    )
    pair = f"{verified.json['log_size']}:{verified.json['log_root']}"
    asked = ("--since", pair, "--ledger", own.workspace, "--now", NOW)
    done = absah("audit", own.public, *asked, "--lang", "en")
    assert done.code == 0, done.out
    assert f"the log only grew since it had {verified.json['log_size']} entries" in done.out
    value = absah("audit", own.public, *asked, "--json").json
    assert value["ledger"]["certificates"] == value["certificates"]
    assert value["ledger"]["rows"] == value["ledger"]["signatures"] > 20
    check_error(absah("audit", own.public, "--since", "9:x"), 2, "--since 9:x", "log_size")
    check_error(absah("audit", own.public, "--ledger", own.public), 1, "registry.toml")


def test_a_correction_replaces_the_old_paper(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    lines = (own.workspace / "samples" / "clean.csv").read_text("utf-8-sig").split("\n")
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines[:4]), encoding="utf-8")
    first = absah("import", path, *place, "--json").json["files"][0]["issued"]
    old = [row["index"] for row in sorted(first, key=lambda row: int(row["row"]))]
    names = [line.split(";")[2] for line in lines[:3]]
    changed = [line.replace(name, "Sari Baru") for line, name in zip(lines[:3], names, strict=True)]
    path.write_text("\n".join([lines[0], changed[1]]), encoding="utf-8")
    conflict = absah("import", path, *place, "--json")
    assert conflict.code == 1
    assert [fault["code"] for fault in conflict.json["files"][0]["faults"]] == ["conflict"]
    done = absah("import", path, *place, "--kind", "replacement", "--json").json["files"][0]
    assert done["superseded"] == [old[0]]
    path.write_text("\n".join([lines[0], changed[2]]), encoding="utf-8")
    later = absah(
        "import", path, *place, "--kind", "replacement", "--old-until", "2026-11-25", "--json"
    ).json["files"][0]
    assert later["superseded"] == [old[1]], "named now, done when the day has passed"
    assert _state(own, old[0]) == 3
    assert _state(own, old[1]) == 0
    assert absah("build", *place, "--json").json["superseded"] == 0
    until = ("--workspace", own.workspace, "--now", "2026-11-26T00:00:00+07:00")
    assert absah("build", *until, "--json").json["superseded"] == 1
    assert _state(own, old[1]) == 3
    by_hand = absah("supersede", old[2], done["issued"][0]["index"], *until, "--json")
    assert by_hand.json == {"changed": [old[2]], "unchanged": [], "waiting": None}
    again = absah("supersede", old[2], done["issued"][0]["index"], *until, "--json")
    assert again.json == {"changed": [], "unchanged": [old[2]], "waiting": None}
