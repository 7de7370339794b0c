"""Two pairs of eyes by command, from a spreadsheet to certificates; and a wrong batch put right."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from registry import demo_people
from registry.catalogue import Catalogue
from registry.keyring import Keyring
from registry.store import Store
from tests.cli.command import NOW, Command, Done, check_error
from tests.demonstration import Demonstration

SITI = "127.0.0.1:8080/approver/siti"
TODAY = date(2026, 11, 20)


class Office:
    """A demonstration whose trust document names an approver at another computer."""

    def __init__(self, absah: Command, own: Demonstration, home: Path) -> None:
        self.absah, self.own, self.home = absah, own, home
        made = Keyring(home, demo=True).create("approver", "siti", SITI, None)
        keys = own.workspace / "keys"
        (keys / "approver-siti.pub").write_text(f"{made.vkey.text}\n", "utf-8")
        draft = home / "next.draft"
        assert self("trust", "draft", "--out", draft).code == 0
        for name in "ab":
            signed = absah(
                "trust", "sign", draft, "--key", keys / f"root-{name}.key", "--yes", "--demo"
            )
            assert signed.code == 0, signed.err
        published = absah("trust", "publish", draft, "--workspace", own.workspace)
        assert published.code == 0, published.err
        settings = own.workspace / "registry.toml"
        text = settings.read_text("utf-8").replace('approval = "none"', 'approval = "required"')
        settings.write_text(text, "utf-8")

    def __call__(self, *arguments: object) -> Done:
        plain = arguments[0] in ("batch", "report") and arguments[1] in ("list", "drop", "show")
        moment = () if plain or arguments[1:2] == ("receipt",) else ("--now", NOW)
        return self.absah(*arguments, "--workspace", self.own.workspace, *moment)

    def approved(self, number: int) -> Path:
        """The approval of a batch, by way of the other computer."""
        file = self.home / f"{number}.batch"
        assert self("batch", "show", number, "--out", file).code == 0
        key = self.home / "approver-siti.key"
        done = self.absah("approve", file, "--key", key, "--now", NOW, "--demo")
        assert done.code == 0, done.err
        return file.with_name(file.name + ".approval")

    def size(self) -> int:
        with Store.open(self.own.workspace / "registry.db") as store:
            return store.size()


@pytest.fixture
def office(absah: Command, own: Demonstration, tmp_path: Path) -> Office:
    return Office(absah, own, tmp_path / "rumah")


def test_from_a_spreadsheet_to_certificates_by_two_people(office: Office, absah: Command) -> None:
    clean = office.own.workspace / "samples" / "clean.csv"
    before = office.size()
    done = office("import", clean, "--json").json["files"][0]
    number = done["waiting"]
    assert (done["batch"], done["issued"], done["would_issue"]) == (None, [], 20)
    assert office("import", clean, "--json").json["files"][0]["waiting"] == number
    check_error(office("batch", "issue", number), 1, "approved batches only", "absah approve")
    note = office.approved(number)
    seen = absah("approve", note.with_suffix(""), "--json")
    assert (seen.json["rows"], seen.json["counts"]["lsp"]) == (20, {"9001": 20})
    assert len(seen.json["drawn"]) == 20
    assert office.size() == before
    issued = office("batch", "issue", number, "--approval", note, "--json").json
    assert issued["approved_by"] == [SITI]
    assert len(issued["issued"]) == 20
    assert office.size() == before + 20
    again = office("import", clean, "--json").json["files"][0]
    assert (again["waiting"], len(again["unchanged"])) == (None, 20)
    listed = office("batch", "list", "--json").json
    assert listed[-1] | {"batch": number, "approved": True, "state": "issued"} == listed[-1]
    assert office("batch", "list", "--waiting", "--json").json == []
    assert re.fullmatch("[0-9a-f]{64}", office.own.build(office.own.now + 86_400).note.audit or "")


def test_an_approver_reads_before_signing(office: Office, absah: Command) -> None:
    rows = _rows(office, 3)
    rows[1][2] = "Sari 2 Lestari"
    number = _import(office, rows)
    file = office.home / "x.batch"
    office("batch", "show", number, "--out", file)
    assert file.stat().st_mode & 0o777 == 0o600
    done = absah("approve", file)
    assert done.code == 0
    assert "things to look at:" in done.out
    assert re.search(r"3 +Sari 2 Lestari +digit in the name", done.out)
    assert "3 rows drawn at random" in done.out
    assert not file.with_name("x.batch.approval").exists()
    shown = office("batch", "show", number)
    assert "digit in the name" in shown.out
    key = office.own.workspace / "keys" / "root-a.key"
    wrong = absah("approve", file, "--key", key, "--demo", "--lang", "id")
    assert wrong.code == 1
    assert "bukan kunci pemberi persetujuan" in wrong.err
    check_error(absah("approve", key, "--key", key), 1, "not a batch file")
    check_error(absah("approve", office.home / "none"), 2, "cannot be read")


def test_an_approval_of_other_rows_is_refused(office: Office) -> None:
    one, two = (_import(office, _rows(office, count)) for count in (2, 3))
    note = office.approved(one)
    before = office.size()
    done = office("batch", "issue", two, "--approval", note)
    check_error(done, 1, "the approval does not hold", "of another batch")
    assert office.size() == before
    assert office("batch", "drop", two).out == f"{two}\n"
    check_error(office("batch", "drop", two), 1, "no such batch")
    check_error(office("batch", "show", two), 1, "no such batch", "absah batch list")


def test_a_key_that_lies_at_the_publisher_approves_nothing(office: Office) -> None:
    number = _import(office, _rows(office, 2))
    note = office.approved(number)
    held = (office.home / "approver-siti.key").read_bytes()
    copied = office.own.workspace / "keys" / "approver-siti.key"
    copied.write_bytes(held)
    check_error(office("batch", "issue", number, "--approval", note), 1, "lies in keys/")
    copied.unlink()
    assert office("batch", "issue", number, "--approval", note).code == 0


def test_revoking_needs_two_and_suspending_one(office: Office) -> None:
    one, two, three, four = (
        line["index"] for line in office("list", "--state", "valid", "--json").json[:4]
    )
    revoked = office("revoke", one, "--reason", "misuse", "--json").json
    assert (revoked["changed"], revoked["waiting"] > 0) == ([], True)
    suspended = office("suspend", two, "--reason", "misuse", "--json").json
    assert (suspended["changed"], suspended["waiting"]) == ([two], None)
    again = office("reinstate", two, "--reason", "other", "--json").json
    assert again["changed"] == []
    note = office.approved(revoked["waiting"])
    done = office("batch", "issue", revoked["waiting"], "--approval", note, "--json").json
    assert (done["kind"], done["changed"]) == ("revoke", [one])
    drawn = office("withdraw", one, "--json").json
    assert (drawn["changed"], drawn["waiting"] > 0) == ([], True)
    same = office("supersede", three, four)
    assert re.fullmatch(r"batch \d+\n", same.out)
    assert "absah batch show" in same.err
    known = office("revoke", one, "--reason", "misuse")
    assert (known.code, known.out) == (0, "")


def test_a_receipt_for_the_sender(office: Office, tmp_path: Path) -> None:
    number = _import(office, _rows(office, 2))
    said = office("batch", "receipt", number, "--lsp", "9001")
    assert "SHA-256" in said.out
    assert said.out.count("\n") == 4
    out = tmp_path / "receipt.csv"
    assert office("batch", "receipt", number, "--out", out).code == 0
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == ["row", "lsp", "nomor_registrasi", "nama"]
    assert len(rows) == 3
    assert office("batch", "receipt", number, "--json").json["batch"] == number


def test_a_wrong_batch_of_200_is_put_right(absah: Command, own: Demonstration) -> None:
    """Import, and some days later: the corrected file, a build. The old ones are superseded."""
    people = demo_people.People(Catalogue.load(own.workspace / "catalogue"), 7)
    lines = list(people.rows(200, [9001, 9003], TODAY))
    wrong, right = (own.root / name for name in ("salah.csv", "betul.csv"))
    cells = [line.cells() for line in lines]
    for row in cells:
        row[1] += " W"  # no registration number of the demonstration
    wrong.write_bytes(demo_people.csv_bytes([[*r[:2], r[2] + " Salah", *r[3:]] for r in cells]))
    right.write_bytes(demo_people.csv_bytes(cells))
    place = ("--workspace", own.workspace, "--now", NOW)
    first = absah("import", wrong, "--accept-duplicates", *place, "--json").json["files"][0]
    assert len(first["issued"]) == 200, first["faults"][:2]
    old = {entry["index"] for entry in first["issued"]}
    own.build(own.now + 86_400)
    conflict = absah("import", right, *place, "--json")
    assert conflict.code == 1
    assert {fault["code"] for fault in conflict.json["files"][0]["faults"]} == {"conflict"}
    fault = conflict.json["files"][0]["faults"][0]
    assert fault["values"]["stored"] == fault["values"]["given"] + " Salah"
    done = absah("import", right, "--kind", "replacement", *place, "--json").json["files"][0]
    assert (len(done["issued"]), set(done["superseded"])) == (200, old)
    again = absah("import", right, "--kind", "replacement", *place, "--json").json["files"][0]
    assert (again["issued"], len(again["unchanged"])) == ([], 200)
    listed = absah("list", "--state", "superseded", *place, "--json").json
    assert old <= {line["index"] for line in listed}
    assert own.build(own.now + 2 * 86_400).written


def _rows(office: Office, count: int) -> list[list[str]]:
    """Clean rows that the register does not know."""
    people = demo_people.People(Catalogue.load(office.own.workspace / "catalogue"), 40 + count)
    rows = [row.cells() for row in people.rows(count, [9001], TODAY)]
    for row in rows:
        row[1] += f" X{count}"
    return rows


def _import(office: Office, rows: list[list[str]]) -> int:
    """Number of the batch that waits; 0 when there are faults."""
    path = office.home / "masuk.csv"
    path.write_bytes(demo_people.csv_bytes(rows))
    done = office("import", path, "--accept-duplicates", "--json")
    return done.json["files"][0]["waiting"] or 0
