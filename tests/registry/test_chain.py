"""The audit chain: every way to bend the table is seen, and what the register does enters it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry import chain, changes
from registry.changes import ReasonCode
from registry.rows import AuditRow
from registry.store import Store
from tests.registry.ledger_example import NOW, issued, opened, record

BENT: dict[str, list[int]] = {
    "event": [2],
    "salt": [2],
    "digest": [2, 3],
    "gone": [3],
    "added": [3],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        issued(opened_store, record(1), record(2))
        changes.suspend(opened_store, ["1", "2"], ReasonCode.UNDER_REVIEW, NOW)
        changes.reinstate(opened_store, ["1"], ReasonCode.OTHER, NOW)
        yield opened_store


def test_everything_that_changes_the_register_is_entered(store: Store) -> None:
    rows = list(store.audit())
    found = chain.recompute(rows)
    assert (found.size, found.faults, found.head) == (4, (), store.audit_head())
    assert found.heads == {row.digest for row in rows}
    events = [json.loads(row.event) for row in rows]
    assert [event["event"] for event in events] == ["trust", "batch", "changes", "changes"]
    assert (events[1]["first"], events[1]["issued"], events[1]["kind"]) == (1, 2, "new")
    assert events[2]["changes"] == [[i, 0, 2, "under-review", None] for i in (1, 2)]
    assert "Contoh" not in "".join(row.event for row in rows)


@pytest.mark.parametrize("how", BENT)
def test_a_bent_table_is_seen(store: Store, how: str) -> None:
    rows = list(store.audit())
    second = rows[1]
    if how == "gone":
        del rows[1]
    elif how == "added":
        rows.insert(2, AuditRow(3, bytes(16), '{\n "event": "x"\n}\n', bytes(32)))
    elif how == "event":
        rows[1] = second._replace(event=second.event.replace("new", "old"))
    elif how == "salt":
        rows[1] = second._replace(salt=bytes(16))
    else:
        rows[1] = second._replace(digest=bytes(32))
    found = chain.recompute(rows)
    assert set(BENT[how]) <= set(found.faults)


def test_an_event_in_another_form_is_a_fault() -> None:
    for event in ('{"event": "x"}', "[]\n", "no JSON"):
        row = AuditRow(1, bytes(16), event, chain.link(chain.START, bytes(16), event))
        assert chain.recompute([row]).faults == (1,), event
    assert chain.recompute([]) == chain.Chain(0, chain.START)


def test_two_equal_events_have_different_digests(tmp_path: Path, store: Store) -> None:
    # Else a published head would confirm a guessed reason.
    with store.transaction():
        store.add_audit("x")
        store.add_audit("x")
    one, two = list(store.audit())[-2:]
    assert one.event == two.event
    assert one.salt != two.salt
