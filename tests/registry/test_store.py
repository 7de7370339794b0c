"""The store: one writer, readers beside it, a log that only grows, and nothing half done."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from registry import chain
from registry.errors import UserError
from registry.records import Key, registration_key
from registry.rows import BatchRow, ChangeRow, DueRow, HeadRow, LedgerRow, ListRow, NoteRow
from registry.store import APPLICATION_ID, VERSION, Store
from registry.store_file import SCHEMAS
from signing import merkle, status
from tests.registry.ledger_example import NOW, issued, opened, record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        yield opened_store


def row(idx: int) -> LedgerRow:
    return LedgerRow(
        idx,
        f"number {idx}",
        f"REG {idx}",
        "Contoh",
        None,
        7000,
        "DEMO/x",
        9001,
        20000,
        21000,
        None,
        None,
        None,
        b"kid4",
        1,
        b"cose %d" % idx,
    )


def filled(store: Store, count: int) -> None:
    """Append ``count`` certificates that need no signature."""
    with store.transaction():
        store.add_batch(BatchRow(0, bytes(32), "a.csv", NOW, "new", count, count))
        first = store.size()
        store.add_certificates(row(idx) for idx in range(first, first + count))


def test_the_file_is_private_and_durable(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "registry.db"
    for name in ("registry.db", "registry.db-wal", "registry.lock"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    pragmas = {
        "application_id": APPLICATION_ID,
        "user_version": VERSION,
        "journal_mode": "wal",
        "page_size": 8192,
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    for pragma, value in pragmas.items():
        assert store._sql.execute(f"PRAGMA {pragma}").fetchone()[0] == value, pragma
    strict = store._sql.execute("PRAGMA table_list").fetchall()
    tables = (
        "entry batch scheme certificate record change due trust head note status_list"
        " pending approval audit drawn erased backup ahead"
    )
    found = {line[1]: line[5] for line in strict if not line[1].startswith("sqlite_")}
    assert found == dict.fromkeys(tables.split(), 1)
    assert path.exists()


def test_a_second_writer_is_refused_until_the_first_has_ended(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "registry.db"
    with pytest.raises(UserError) as error:
        Store.open(path, writer=True)
    assert error.value.code == "locked"
    assert error.value.why.en == "another absah is writing"
    code = (
        "import sys; from pathlib import Path; from registry.store import Store\n"
        "from registry.errors import UserError\n"
        "try: Store.open(Path(sys.argv[1]), writer=True)\n"
        "except UserError as error: print(error.code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout == "locked\n"
    store.close()
    with Store.open(path, writer=True) as second:
        assert second.size() == 1


def test_a_reader_sees_what_is_committed_and_cannot_write(tmp_path: Path, store: Store) -> None:
    with Store.open(tmp_path / "registry.db") as reader:
        assert reader.size() == 1
        filled(store, 3)
        assert reader.size() == 4
        with store.transaction():
            store.add_batch(BatchRow(0, bytes(32), "b.csv", NOW, "new", 1, 1))
            assert len(store.batches()) == 2
            assert len(reader.batches()) == 1
        assert len(reader.batches()) == 2
        with pytest.raises(UserError) as error, reader.transaction():
            reader.confirm(1)
        assert error.value.code == "store-failed"


def test_no_store_and_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    with pytest.raises(UserError) as error:
        Store.open(path)
    assert error.value.code == "no-store"
    assert not list(tmp_path.iterdir())
    with pytest.raises(UserError) as error:
        Store.open(tmp_path / "missing" / "registry.db", writer=True)
    assert error.value.code == "bad-store"
    for data in (b"no database" * 200, bytes(10_000)):
        path.write_bytes(data)
        for writer in (False, True):
            with pytest.raises(UserError) as error:
                Store.open(path, writer=writer)
            assert error.value.code == "bad-store"
        assert path.read_bytes() == data
    path.unlink()
    other = sqlite3.connect(path)
    other.executescript("PRAGMA application_id = 7; PRAGMA user_version = 1; CREATE TABLE a (b)")
    other.close()
    for writer in (False, True):
        with pytest.raises(UserError, match="not a store of this version"):
            Store.open(path, writer=writer)
    # The lock of a writer that was refused is free again.
    path.unlink()
    Store.open(path, writer=True).close()


def test_a_store_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    with Store.open(path, writer=True) as store:
        store._sql.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(UserError, match="not a store of this version"):
        Store.open(path, writer=True)


def test_an_older_store_is_brought_up_to_date_by_its_next_writer(tmp_path: Path) -> None:
    path, new = tmp_path / "registry.db", tmp_path / "new.db"
    first = resources.files("registry").joinpath(SCHEMAS[0]).read_text("utf-8")
    older = sqlite3.connect(path)
    older.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;")
    older.executescript(first)
    older.execute("INSERT INTO entry VALUES (0, 3, zeroblob(32), 1), (1, 1, zeroblob(32), 0)")
    older.execute("INSERT INTO change VALUES (1, 1, 2, 0, 'other', NULL, 7)")
    older.commit()
    older.close()
    with pytest.raises(UserError) as error:
        Store.open(path)
    assert error.value.code == "older-store"
    with Store.open(path, writer=True) as store, Store.open(new, writer=True) as fresh:
        tables = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
        assert store._sql.execute(tables).fetchall() == fresh._sql.execute(tables).fetchall()
        assert store.changes(1) == [ChangeRow(1, 2, 0, "other", None, 7)]
        assert (store.size(), store.audit_head()) == (2, None)
        with store.transaction():
            store.add_changes([ChangeRow(1, 0, 1, "other", None, NOW)])
        assert chain.recompute(store.audit()).size == 1
    Store.open(path).close()


def test_a_file_made_but_not_yet_filled_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.touch(0o600)  # killed between making the file and its first commit
    with Store.open(path, writer=True) as store:
        assert store.size() == 0
        assert store.integrity_faults() == []


def failing(store: Store) -> None:
    with store.transaction():
        store.add_changes([ChangeRow(1, 0, 1, "other", None, NOW)])
        store.add_certificates(row(idx) for idx in range(3, 6_000))
        raise ZeroDivisionError


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    filled(store, 2)
    with pytest.raises(ZeroDivisionError):
        failing(store)
    assert store.size() == 3
    assert store.state_counts() == {0: 2}
    filled(store, 1)
    assert store.size() == 4


def test_a_full_disk_is_a_sentence_and_loses_nothing(store: Store) -> None:
    filled(store, 10)
    pages = store._sql.execute("PRAGMA page_count").fetchone()[0]
    store._sql.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(UserError) as error:
        filled(store, 5_000)
    assert error.value.code == "store-failed"
    assert "full" in error.value.why.en
    assert (store.size(), len(store.batches())) == (11, 1)
    store._sql.execute("PRAGMA max_page_count = 100000")
    filled(store, 5_000)
    assert (store.size(), store.integrity_faults()) == (5_011, [])


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO entry VALUES (9, 1, zeroblob(32), 0)",
        "INSERT INTO entry VALUES (0, 1, zeroblob(32), 0)",
        "INSERT INTO entry VALUES (4, 2, zeroblob(32), 0)",
        "INSERT INTO entry VALUES (4, 3, zeroblob(32), 0)",
        "INSERT INTO entry VALUES (4, 1, zeroblob(31), 0)",
        "INSERT INTO entry VALUES (4, 1, zeroblob(32), 4)",
        "INSERT INTO entry VALUES (4, 1, 'text', 0)",
        "DELETE FROM entry WHERE idx = 3",
        "UPDATE entry SET digest = zeroblob(32) WHERE idx = 3",
        "UPDATE entry SET idx = 7 WHERE idx = 3",
        "UPDATE entry SET type = 3 WHERE idx = 3",
        "UPDATE entry SET state = 0 WHERE idx = 3",
        "UPDATE entry SET state = 0 WHERE idx = 2",
        "UPDATE entry SET state = 2 WHERE idx = 1",
        "INSERT INTO change (idx, old, new, changed) VALUES (99, 0, 1, 0)",
        "INSERT INTO note VALUES (1, 0, 5, x'00', 0)",
        "DELETE FROM audit WHERE seq = 1",
        "UPDATE audit SET event = '{}' WHERE seq = 1",
        "INSERT INTO audit VALUES (99, zeroblob(16), '{}', zeroblob(32))",
    ],
)
def test_the_log_cannot_be_bent_by_any_statement(store: Store, sql: str) -> None:
    filled(store, 3)
    with store.transaction():
        store.add_changes([ChangeRow(1, 0, 1, "other", None, NOW)])
        store.add_changes([ChangeRow(2, 0, 3, None, 3, NOW)])
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store._sql.execute(sql)
    assert store.size() == 4


def test_entries_and_leaves(store: Store) -> None:
    filled(store, 5)
    entries = list(store.entries(0, 6))
    assert [entry[0] for entry in entries] == [3, 1, 1, 1, 1, 1]
    assert {len(entry) for entry in entries} == {33}
    assert list(store.leaves(2, 4)) == [merkle.leaf_hash(entry) for entry in entries[2:4]]
    assert list(store.entries(6, 9)) == []


def test_status_bits_are_those_of_the_list(store: Store) -> None:
    filled(store, 300)
    wanted = {5: 1, 6: 2, 7: 3, 298: 3, 300: 1}
    with store.transaction():
        store.add_changes(ChangeRow(idx, 0, new, "other", None, NOW) for idx, new in wanted.items())
    bits = store.status_bits(0)
    assert len(bits) == status.LENGTH
    read = status.StatusList(0, NOW, bits)
    for idx in range(400):
        assert read.state(idx) == (1 if idx == 0 else wanted.get(idx, 0))
    assert store.status_bits(1) == bytes(status.LENGTH)
    assert store.state_counts() == {0: 295, 1: 2, 2: 1, 3: 2}


def test_an_index_past_the_first_list(store: Store) -> None:
    filled(store, status.ENTRIES + 3)
    with store.transaction():
        changed = [status.ENTRIES - 1, status.ENTRIES, status.ENTRIES + 2]
        store.add_changes(ChangeRow(idx, 0, 2, "other", None, NOW) for idx in changed)
    assert store.status_bits(0)[-1] == 2 << 6
    assert store.status_bits(1)[0] == 0b100010
    assert store.integrity_faults() == []


def test_certificates_are_found(store: Store) -> None:
    issued(store, record(1), record(2, registration="TIK.9001.00002.2026"), record(3, lsp=9002))
    found = store.current(Key(9001, registration_key("tik 9001 00002-2026")))
    assert found is not None
    assert found.registration == "TIK.9001.00002.2026"
    assert store.current(Key(9002, "TIK 9001 00002 2026")) is None
    assert store.certificate(0) is None
    assert store.certificate(99) is None
    assert [r.idx for r in store.certificates(0, 3)] == [1, 2]
    assert [r.name for r in store.numbered(record(3).number)] == ["Contoh D3"]
    assert [r.name for r in store.numbered("TIK/9001/00001/2026")] == ["Contoh B1"]
    assert store.numbered("nothing") == []
    born = found.birth_day
    assert [r.idx for r in store.of_person(found.name, born)] == [found.idx]
    assert store.of_person(found.name, born + 1) == []


def test_states_change_only_from_the_state_that_was_seen(store: Store) -> None:
    filled(store, 1)
    for wrong in (ChangeRow(1, 2, 0, "other", None, NOW), ChangeRow(0, 1, 2, "other", None, NOW)):
        with pytest.raises(ValueError, match="no certificate"), store.transaction():
            store.add_changes([wrong])
    change = ChangeRow(1, 0, 2, "misuse", None, NOW)
    with store.transaction():
        store.add_changes([change])
    assert store.changes(1) == [change]


def test_due_rows_are_taken_once(store: Store) -> None:
    filled(store, 3)
    with store.transaction():
        store.add_due(DueRow(2, 3, 50))
        store.add_due(DueRow(1, 3, 60))
        store.add_due(DueRow(1, 2, 10))
        assert store.take_due(49) == []
        assert store.take_due(60) == [DueRow(1, 3, 60), DueRow(2, 3, 50)]
        assert store.take_due(60) == []


def test_what_was_signed_for_publication(store: Store) -> None:
    assert (store.newest_note(), store.newest_list(0), store.head(2)) == (None, None, None)
    heads = [HeadRow(2, bytes(32), b"two", 1), HeadRow(1, bytes(32), b"one", 1)]
    notes = [NoteRow(1, NOW, 1, b"first"), NoteRow(2, NOW + 1, 2, b"second")]
    lists = [ListRow(0, bytes([k]) * 32, NOW + k, b"list") for k in (2, 1)]
    with store.transaction():
        for head in heads:
            store.add_head(head)
        for note in notes:
            store.add_note(note)
        for one in lists:
            store.add_list(one)
    assert store.head(2) == heads[0]
    assert store.newest_note() == notes[1]
    assert list(store.notes()) == notes
    assert store.newest_list(0) == lists[1]
    assert list(store.lists()) == lists
    assert store.confirmed_size() == 0
    store.confirm(1)
    assert store.confirmed_size() == 1
    assert next(store.notes()) == notes[0]._replace(confirmed=True)
    assert (store.trust()[0].version, store.trust()[0].idx) == (1, 0)
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store.add_head(HeadRow(2, bytes([1]) * 32, b"fork", 3))


def read_all(path: Path) -> None:
    with Store.open(path) as reader:
        list(reader.certificates(0, 2_001))


def test_damage_is_named(tmp_path: Path, store: Store) -> None:
    filled(store, 2_000)
    assert store.integrity_faults() == []
    store.close()
    path = tmp_path / "registry.db"
    data = bytearray(path.read_bytes())
    # The start of a page of certificates: a page in the middle may be one of an index.
    page = data.index(b"cose 1000") // 8192 * 8192
    data[page : page + 64] = bytes(64)
    path.write_bytes(data)
    with pytest.raises(UserError) as error:
        read_all(path)
    assert error.value.code == "store-failed"
    with Store.open(path) as reader:
        assert reader.integrity_faults()
