"""A change that nothing signed has shown can be taken back; one that was shown cannot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry import chain, changes
from registry.changes import Changed, ReasonCode
from registry.errors import UserError
from registry.reconcile import Kind
from registry.rows import ListRow
from registry.store import Store
from signing import status
from signing.status import State, StatusList
from tests.registry.ledger_example import ID, NOW, issued, key, opened, record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        issued(opened_store, record(1), record(2), record(3))
        yield opened_store


def publish(store: Store) -> None:
    """Sign the list as a build does."""
    bits = StatusList(0, NOW, store.status_bits(0))
    data = status.sign(ID, bits, key("publisher"))
    with store.transaction():
        store.add_list(ListRow(0, hashlib.sha256(data).digest(), NOW, data))


def state(store: Store, index: int) -> int:
    row = store.certificate(index)
    assert row is not None
    return row.state


def refused(store: Store, *references: str) -> None:
    before = store.state_counts(), store.audit_head()
    with pytest.raises(UserError) as error:
        changes.withdraw(store, references, NOW + 9)
    assert error.value.code == "nothing-to-withdraw"
    assert (store.state_counts(), store.audit_head()) == before


def test_a_change_is_taken_back_and_stays_in_the_history(store: Store) -> None:
    changes.revoke(store, ["1"], ReasonCode.MISUSE, NOW)
    assert changes.withdraw(store, ["1"], NOW + 9) == Changed([1])
    assert state(store, 1) == State.VALID
    (change,) = store.changes(1)
    assert (change.new, change.reason, change.withdrawn) == (State.REVOKED, "misuse", NOW + 9)
    assert chain.recompute(store.audit()).faults == ()
    assert [*store.audit()][-1].event.startswith('{\n "event": "withdrawn"')
    refused(store, "1")


def test_what_a_signed_list_shows_stays(store: Store) -> None:
    changes.revoke(store, ["1"], ReasonCode.MISUSE, NOW)
    changes.suspend(store, ["2"], ReasonCode.MISUSE, NOW)
    publish(store)
    refused(store, "1")
    refused(store, "2")
    changes.revoke(store, ["2", "3"], ReasonCode.OTHER, NOW)
    changes.withdraw(store, ["2", "3"], NOW + 9)
    assert [state(store, i) for i in (1, 2, 3)] == [State.REVOKED, State.SUSPENDED, State.VALID]


def test_all_or_none(store: Store) -> None:
    changes.revoke(store, ["1"], ReasonCode.MISUSE, NOW)
    refused(store, "1", "2")
    assert state(store, 1) == State.REVOKED


def test_several_changes_are_taken_back_one_by_one(store: Store) -> None:
    changes.suspend(store, ["1"], ReasonCode.MISUSE, NOW)
    changes.supersede(store, "1", "2", NOW)
    changes.revoke(store, ["1"], ReasonCode.MISUSE, NOW)
    seen = []
    for _ in range(3):
        changes.withdraw(store, ["1"], NOW)
        seen.append(state(store, 1))
    assert seen == [State.SUPERSEDED, State.SUSPENDED, State.VALID]
    refused(store, "1")
    changes.revoke(store, ["1"], ReasonCode.MISUSE, NOW)
    assert state(store, 1) == State.REVOKED


def test_a_list_under_a_removed_publisher_key_still_counts(store: Store) -> None:
    publish(store)
    changes.revoke(store, ["1"], ReasonCode.MISUSE, NOW)
    publish(store)
    refused(store, "1")


def test_a_revoked_successor_supersedes_nothing(store: Store) -> None:
    right = record(1, name="Contoh Betul")
    made = issued(store, right, kind=Kind.REPLACEMENT, old_until=NOW + 5)
    changes.revoke(store, [str(made.first)], ReasonCode.ISSUED_IN_ERROR, NOW)
    old = made.superseded[0]
    assert changes.apply_due(store, NOW + 5) == Changed([], [old])
    assert state(store, old) == State.VALID
