"""The ledger against the site, row by row: clean as built, and whatever was put in is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry import build, changes
from registry.audit import Report, audit
from registry.audit_ledger import LISTED, Ledger
from registry.audit_ledger_report import LedgerReport
from registry.changes import ReasonCode
from registry.errors import UserError
from registry.keyring import Keyring
from registry.rows import LedgerRow
from registry.store import Store
from registry.workspace import Workspace
from signing import cose
from signing.certificate import decode_payload, encode_payload
from tests.registry.audit_example import LATER, Memory, forked, made, relist_states, small_pages
from tests.registry.ledger_example import key

Built = tuple[Path, dict[str, bytes]]
GUARDS = {
    *("entry_without_gap", "entry_kept", "entry_unchanged", "entry_state"),
    *("audit_without_gap", "audit_kept", "audit_unchanged"),
}
UNGUARDED = "".join(f"DROP TRIGGER {name};" for name in GUARDS)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("registry") / "workspace"
    return folder, made(folder)


@pytest.fixture
def database(built: Built, tmp_path: Path) -> Path:
    return Path(shutil.copy(built[0] / "registry.db", tmp_path / "registry.db"))


@pytest.fixture
def files(built: Built) -> dict[str, bytes]:
    return dict(built[1])


def run(files: dict[str, bytes], database: Path, now: int = LATER) -> Report:
    return audit(Memory(files), None, now, ledger=Ledger(database))


def named(files: dict[str, bytes], database: Path) -> set[tuple[str, str]]:
    """(code, sentence) of every fault of the ledger."""
    faults = [fault for fault in run(files, database).faults if fault.path == "registry.db"]
    assert all(fault.words.id != fault.words.en for fault in faults)
    return {(fault.code, fault.words.en) for fault in faults}


def codes(files: dict[str, bytes], database: Path) -> set[str]:
    return {code for code, _ in named(files, database)}


def intrude(database: Path, statements: str, *values: tuple[object, ...]) -> None:
    """Write into the file past every rule of this program, as who holds the machine can."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(UNGUARDED)
        for statement, given in zip(statements.split(";"), values, strict=True):
            connection.execute(statement, given)
        connection.commit()


def rows(database: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def counted(report: Report) -> LedgerReport:
    assert report.ledger is not None
    return report.ledger


# As built --------------------------------------------------------------------------------------


def test_a_ledger_as_built_agrees_and_is_counted(files: dict[str, bytes], database: Path) -> None:
    report = run(files, database)
    assert (report.exit_code, report.faults, report.could_not_check) == (0, [], [])
    ledger = counted(report)
    assert (ledger.rows, ledger.signatures, ledger.unpublished, ledger.pending) == (12, 12, 0, 0)
    assert ledger.states() == report.certificates
    value = report.as_json()["ledger"]
    assert json.loads(json.dumps(value)) == value
    [lsp] = value["lsps"]
    assert (lsp["lsp"], lsp["issued"], lsp["revoked"], lsp["gaps"]) == (9001, 12, 1, 0)
    [series] = lsp["series"]
    assert series == {
        "name": "TIK 9001 # 2026",
        "lowest": 1,
        "highest": 12,
        "count": 12,
        "missing": 0,
    }


def test_an_audit_without_a_ledger_says_so(files: dict[str, bytes]) -> None:
    report = audit(Memory(files), None, LATER)
    assert report.as_json()["ledger"] is None
    assert not any("ledger" in line for line in report.lines("en"))


def test_what_is_not_published_yet_is_counted_and_no_fault(built: Built, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built[0], tmp_path / "workspace"))
    with Store.open(folder / "registry.db", writer=True) as store:
        changes.revoke(store, ["6"], ReasonCode.MISUSE, LATER + 60)
        changes.suspend(store, ["7"], ReasonCode.MISUSE, LATER + 60)
        changes.reinstate(store, ["7"], ReasonCode.MISUSE, LATER + 90)
        changes.revoke(store, ["8"], ReasonCode.MISUSE, LATER + 90)
        with store.transaction():
            store.withdraw(8, LATER + 95)
    report = run(built[1], folder / "registry.db")
    assert (report.exit_code, counted(report).pending) == (0, 1)
    assert any("changes not published yet 1" in line for line in report.lines("en"))


def test_a_store_that_cannot_be_read_is_an_error(files: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(UserError):
        run(files, tmp_path / "none.db")


def test_a_store_with_broken_pages_is_a_fault(files: dict[str, bytes], database: Path) -> None:
    assert not any("damaged" in code for code in codes(files, database))
    intrude(database, "UPDATE certificate SET replaces = 999 WHERE idx = 1", ())
    assert "ledger-damaged" in codes(files, database)


def test_a_damaged_log_leaves_the_leaves_unjudged(files: dict[str, bytes], database: Path) -> None:
    files["log/tile/entries/000.p/14"] = files["log/tile/0/000.p/14"] = b"x"
    report = run(files, database)
    assert not {fault.code for fault in report.faults if fault.path == "registry.db"}
    assert any(missed.path == "registry.db" for missed in report.could_not_check)


# The case of 2020: rows in the database that nobody signed ---------------------------------------

COLUMNS = ", ".join(name for name in LedgerRow._fields if name not in ("idx", "state"))


def copied_row(database: Path, source: int, index: int, cose_data: bytes | None = None) -> None:
    """Insert a row that looks like certificate ``source`` but for its person and number."""
    digest = rows(database, f"SELECT digest FROM entry WHERE idx = {source}")[0][0]
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(UNGUARDED)
        connection.execute(
            f"INSERT INTO certificate SELECT {index}, {COLUMNS} FROM certificate WHERE idx = ?",
            (source,),
        )
        if cose_data is not None:
            digest = hashlib.sha256(cose_data).digest()
            connection.execute("UPDATE certificate SET cose = ? WHERE idx = ?", (cose_data, index))
        if index == 14:
            connection.execute("INSERT INTO entry VALUES (14, 1, ?, 0)", (digest,))
        connection.execute(
            "INSERT INTO record SELECT registration, lsp, ? FROM record WHERE idx = ?",
            (index, source),
        )
        connection.commit()


def test_rows_without_a_log_entry_are_named(files: dict[str, bytes], database: Path) -> None:
    copied_row(database, 6, 20)
    found = named(files, database)
    assert ("ledger-unlogged", "holds certificate 20, for which the log has no entry") in found
    assert {"ledger-schema", "ledger-damaged"} < {code for code, _ in found}


def test_a_copied_certificate_is_not_the_one_of_its_index(
    files: dict[str, bytes], database: Path
) -> None:
    copied_row(database, 6, 14)
    found = named(files, database)
    assert ("ledger-content", "says other than what is signed in certificate 14: idx") in found


@pytest.mark.parametrize("forgery", ["no certificate", "another key", "another content"])
def test_rows_that_no_issuer_signed_are_named(
    files: dict[str, bytes], database: Path, forgery: str
) -> None:
    good = rows(database, "SELECT cose FROM certificate WHERE idx = 6")[0][0]
    frame = cose.split(good)
    payload = encode_payload(replace(decode_payload(frame.payload), index=14, name="Sisipan"))
    data = {
        "no certificate": b"signed by nobody",
        "another key": cose.sign(payload, key("insider")),
        "another content": cose.join(frame.kid, payload, frame.signature),
    }[forgery]
    copied_row(database, 6, 14, data)
    found = named(files, database)
    assert any(code == "ledger-unsigned" and "certificate 14," in text for code, text in found)


def test_forged_rows_that_were_built_and_published_are_named_all_the_same(tmp_path: Path) -> None:
    """A publisher who builds in good faith logs what stands in the store: only a row tells."""
    folder = tmp_path / "workspace"
    made(folder)
    copied_row(folder / "registry.db", 6, 14, b"signed by nobody")
    space = Workspace.open(folder)
    ring = Keyring(space.keys, demo=True)
    with small_pages(), Store.open(space.database, writer=True) as store:
        build.build(space, store, ring, build.Terms(now=LATER + 60))
    paths = [path for path in space.public.rglob("*") if path.is_file()]
    files = {path.relative_to(space.public).as_posix(): path.read_bytes() for path in paths}
    assert audit(Memory(files), None, LATER + 60).exit_code == 0  # nothing public is wrong
    report = run(files, space.database, LATER + 60)
    assert report.size == 15
    assert "ledger-unsigned" in {fault.code for fault in report.faults}


def test_many_forged_rows_are_listed_in_part_and_counted(
    files: dict[str, bytes], database: Path
) -> None:
    copied = "INSERT INTO certificate SELECT ?, " + COLUMNS + " FROM certificate WHERE idx = 6"
    count = LISTED + 5
    intrude(database, ";".join([copied] * count), *((100 + n,) for n in range(count)))
    found = named(files, database)
    assert sum(code == "ledger-unlogged" for code, _ in found) == LISTED
    assert ("ledger-more", "has 5 more rows with the fault ledger-unlogged") in found


# Rows that were changed or taken away ------------------------------------------------------------

EDITS: dict[str, tuple[str, tuple[str, str]]] = {
    "name": (
        "UPDATE certificate SET name = 'Orang Lain' WHERE idx = 6",
        ("ledger-content", "certificate 6: name"),
    ),
    "units": (
        "UPDATE certificate SET units = 'J.620100.004.02' WHERE idx = 6",
        ("ledger-content", "certificate 6: units"),
    ),
    "certificate": (
        "UPDATE certificate SET cose = (SELECT cose FROM certificate WHERE idx = 7) WHERE idx = 6",
        ("ledger-leaf", "another certificate 6 "),
    ),
    "digest": (
        "UPDATE entry SET digest = zeroblob(32) WHERE idx = 6",
        ("ledger-leaf", "another certificate 6 "),
    ),
    "row": ("DELETE FROM certificate WHERE idx = 6", ("ledger-missing", "entry 6 ")),
    "record row": ("DELETE FROM record WHERE idx = 6", ("ledger-records", "but 11 in its records")),
    "record": (
        "UPDATE record SET registration = 'X' WHERE idx = 6",
        ("ledger-record", "files certificate 6 "),
    ),
    "batch": (
        "UPDATE certificate SET batch = 2 WHERE idx = 6",
        ("ledger-batch", "batch 2 issued 4, but holds 5"),
    ),
    "un-revocation": (
        "UPDATE entry SET state = 0 WHERE idx = 2",
        ("ledger-changes", "valid for certificate 2,"),
    ),
    "revocation": (
        "UPDATE entry SET state = 1 WHERE idx = 6",
        ("ledger-state", "revoked for certificate 6, but valid is published"),
    ),
    "scheme": ("DELETE FROM scheme", ("ledger-content", "certificate 6: scheme_digest")),
    "note": ("DELETE FROM note WHERE build = 1", ("ledger-note", "build note 1 ")),
    "audit table": (
        "UPDATE audit SET event = replace(event, '1', '2') WHERE seq = 2",
        ("ledger-chain", "entry 2 does not follow"),
    ),
    "end of the audit table": (
        "DELETE FROM audit WHERE seq > 1",
        ("ledger-chain-head", "in build note 1"),
    ),
    "type": (
        "UPDATE entry SET type = 3, state = 1 WHERE idx = 6",
        ("ledger-unlogged", "holds certificate 6,"),
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_an_attacker_in_the_database_changes_is_named(
    files: dict[str, bytes], database: Path, edit: str
) -> None:
    statement, (code, part) = EDITS[edit]
    intrude(database, statement, ())
    found = named(files, database)
    assert any(told == code and part in text for told, text in found), found
    told = {text.rpartition(" ")[2] for told, text in found if told == "ledger-schema"}
    assert told == GUARDS


def test_a_revocation_undone_with_a_change_row_is_named(
    files: dict[str, bytes], database: Path
) -> None:
    intrude(
        database,
        "UPDATE entry SET state = 0 WHERE idx = 2;"
        "INSERT INTO change VALUES (NULL, 2, 1, 0, 'other', NULL, ?, NULL)",
        (),
        (LATER + 60,),
    )
    found = named(files, database)
    assert any(c == "ledger-changes" and "certificate 2," in text for c, text in found)
    assert any(c == "ledger-state" and "revoked is published" in text for c, text in found)


def test_a_change_dated_back_before_the_note_is_named(
    files: dict[str, bytes], database: Path
) -> None:
    intrude(
        database,
        "UPDATE entry SET state = 1 WHERE idx = 6;"
        "INSERT INTO change VALUES (NULL, 6, 0, 1, 'other', NULL, ?, NULL)",
        (),
        (LATER - 60,),
    )
    assert "ledger-state" in codes(files, database)


def test_a_store_that_went_back_is_shorter_than_the_log(
    files: dict[str, bytes], database: Path
) -> None:
    intrude(
        database,
        "DELETE FROM record WHERE idx > 10; DELETE FROM certificate WHERE idx > 10;"
        "DELETE FROM change WHERE idx > 10 OR successor > 10; DELETE FROM entry WHERE idx > 10",
        *((),) * 4,
    )
    found = named(files, database)
    assert ("ledger-short", "ends after 11 entries, but the log has 14") in found


def test_a_gap_in_the_entries_is_named_and_a_huge_one_counted(
    files: dict[str, bytes], database: Path
) -> None:
    intrude(database, "INSERT INTO entry VALUES (2000000000, 1, zeroblob(32), 0)", ())
    found = named(files, database)
    assert ("ledger-missing", "holds no certificate for entry 14 of the log") in found
    [more] = [text for code, text in found if code == "ledger-more"]
    assert more == f"has {2_000_000_000 - 14 + 1 - LISTED} more rows with the fault ledger-missing"


def test_a_site_with_another_log_is_named(files: dict[str, bytes], database: Path) -> None:
    forked(files, lambda entries: entries.__setitem__(6, entries[7]))
    assert codes(files, database) == {"ledger-leaf", "ledger-note"}


def test_a_state_that_only_the_site_states_is_named(
    files: dict[str, bytes], database: Path
) -> None:
    relist_states(files, 2, {6: 1})
    found = named(files, database)
    assert ("ledger-state", "states valid for certificate 6, but revoked is published") in found


def test_states_of_a_list_that_was_refused_are_not_judged(
    files: dict[str, bytes], database: Path
) -> None:
    path = next(p for p in files if p.startswith("status/0-") and files[p] == files["status/0.cwt"])
    files[path] = b"x"
    report = run(files, database)
    assert "ledger-state" not in {fault.code for fault in report.faults}
    assert any(missed.path == "registry.db" for missed in report.could_not_check)


def test_a_number_in_use_twice_in_the_ledger(files: dict[str, bytes], database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "INSERT INTO record SELECT registration, lsp, 7 FROM record WHERE idx = 6"
        )
        connection.commit()
    report = run(files, database)
    assert [indexes for _, _, indexes in counted(report).duplicates] == [[6, 7]]
    assert {fault.code for fault in report.faults} == {"ledger-record", "ledger-records"}


def test_every_signature_is_checked_with_the_key_that_made_it(
    files: dict[str, bytes], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []
    plain = cose.check

    def check(frame: cose.Frame, x: bytes) -> bool:
        checked.append(x)
        return plain(frame, x)

    monkeypatch.setattr(cose, "check", check)
    assert run(files, database).exit_code == 0
    assert checked == [key("general").public] * 12
