"""A person who is erased is in no page of the file; the log, the index and the state stay."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from registry import batches, build, changes, erasure
from registry.audit import audit
from registry.audit_ledger import Ledger
from registry.errors import UserError
from registry.keyring import Keyring
from registry.rows import DueRow, LedgerRow
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Workspace
from signing.certificate import day_of
from tests.demonstration import NOW, Demonstration

INDEX = 20


def _row(own: Demonstration, index: int = INDEX) -> LedgerRow:
    with own.store() as store:
        found = store.certificate(index)
    assert found is not None
    return found


def _erase(own: Demonstration, *references: str, before: date | None = None) -> list[int]:
    with own.store() as store:
        found = erasure.chosen(store, references, before)
        erasure.erase(store, found.erased, NOW)
    return found.erased


def _held(own: Demonstration, *values: bytes) -> list[bytes]:
    """Which values stand in a file of the store."""
    files = [path.read_bytes() for path in own.workspace.glob("registry.db*")]
    return [value for value in values if any(value in data for data in files)]


def test_no_page_of_the_file_holds_the_person(own: Demonstration) -> None:
    row = _row(own)
    values = [row.name.encode(), row.registration.encode(), row.number.encode(), row.cose[40:80]]
    assert _held(own, *values) == values
    with own.store() as store:
        entries = list(store.entries(0, store.size()))
    assert _erase(own, row.registration) == [INDEX]
    assert _held(own, *values) == []
    with own.store() as store:
        assert list(store.entries(0, store.size())) == entries
        assert store.certificate(INDEX) is None
        assert store.numbered(row.registration) == []
        left = store.erased(INDEX)
        assert left is not None
        assert (left.lsp, left.batch, left.erased) == (row.lsp, row.batch, NOW)
        assert store.integrity_faults() == []
        again = erasure.chosen(store, [str(INDEX)], None)
        with pytest.raises(UserError) as caught:
            changes.find(store, str(INDEX))
    assert (again.erased, again.before) == ([], [INDEX])
    assert caught.value.code == "erased"
    assert f"LSP {row.lsp}, batch {row.batch}" in caught.value.why.id


def test_the_site_goes_on_and_an_audit_counts_the_erased(own: Demonstration) -> None:
    row = _row(own)
    before = own.files()
    _erase(own, str(INDEX), "30")
    with own.store() as store:
        assert build.compare(Workspace.open(own.workspace), store) == []
    own.build(NOW + 86_400)
    after = own.files()
    kept = [path for path in before if path.startswith(("log/", "status/", "builds/"))]
    assert len(kept) > 10
    for path in kept:
        if path not in ("status/0.cwt", "log/checkpoint"):
            assert after[path] == before[path], path
    ledger = Ledger(own.workspace / "registry.db")
    report = audit(FolderSource(own.public), None, NOW + 86_400, ledger=ledger)
    assert report.faults == []
    assert report.ledger is not None
    assert report.ledger.as_json()["erased"] == 2
    assert report.ledger.lsps[row.lsp].erased >= 1


def test_a_row_that_is_gone_without_an_erasure_is_still_a_fault(own: Demonstration) -> None:
    _erase(own, str(INDEX))
    with own.store() as store, store.transaction():
        store._sql.execute("DELETE FROM erased")
    ledger = Ledger(own.workspace / "registry.db")
    report = audit(FolderSource(own.public), None, NOW, ledger=ledger)
    assert "ledger-missing" in {fault.code for fault in report.faults}


def test_what_has_expired(own: Demonstration) -> None:
    with own.store() as store:
        rows = list(store.certificates(0, store.size()))
    today = date(2026, 11, 24)
    expired = [row.idx for row in rows if row.expiry_day < day_of(today)]
    assert 0 < len(expired) < len(rows)
    assert _erase(own, before=today) == expired
    assert _erase(own, before=today) == []


def test_what_waits_for_its_replacement_stays(own: Demonstration) -> None:
    with own.store() as store, store.transaction():
        store.add_due(DueRow(INDEX, INDEX + 5, NOW + 86_400))
    for index in (INDEX, INDEX + 5):
        with pytest.raises(UserError) as caught:
            _erase(own, str(index))
        assert caught.value.code == "still-due"
    own.build(NOW + 2 * 86_400)
    assert _erase(own, str(INDEX)) == [INDEX]


def test_whom_a_batch_that_waits_names_stays(own: Demonstration) -> None:
    with own.store() as store:
        reason = changes.ReasonCode.MISUSE
        _, number = batches.propose_change(store, "revoke", [str(INDEX)], NOW, reason)
    with pytest.raises(UserError) as caught:
        _erase(own, str(INDEX))
    assert caught.value.code == "still-waiting"
    assert _erase(own, str(INDEX + 5)) == [INDEX + 5]
    with own.store() as store:
        batches.drop(store, number or 0)
    assert _erase(own, str(INDEX)) == [INDEX]


def test_an_unknown_certificate(own: Demonstration) -> None:
    with pytest.raises(UserError) as caught:
        _erase(own, "999999")
    assert caught.value.code == "no-certificate"


def test_a_revoked_one_stays_revoked(own: Demonstration, tmp_path: Path) -> None:
    with own.store() as store:
        changes.revoke(store, [str(INDEX)], changes.ReasonCode.OTHER, NOW)
        counts = store.state_counts()
    _erase(own, str(INDEX))
    workspace = Workspace.open(own.workspace)
    with Store.open(workspace.database, writer=True) as store:
        assert store.state_counts() == counts
        build.build(workspace, store, Keyring(workspace.keys, demo=True), build.Terms(NOW + 60))
        assert store.state_counts() == counts
