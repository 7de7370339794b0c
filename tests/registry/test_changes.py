"""States: every pair of states, references by index and number, all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry import changes
from registry.changes import Changed, ReasonCode, find
from registry.errors import UserError
from registry.reconcile import Kind
from registry.rows import ChangeRow
from registry.store import Store
from signing.status import ALLOWED, State
from tests.registry.ledger_example import NOW, issued, opened, record

Change = Callable[[Store, str], Changed]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        issued(opened_store, record(1))
        issued(opened_store, record(2))
        issued(opened_store, record(3))
        yield opened_store


def test_the_reasons_are_the_closed_list() -> None:
    words = (
        "data-error issued-in-error assessment-annulled misuse holder-request under-review other"
    )
    assert [reason.value for reason in ReasonCode] == words.split()


def state(store: Store, idx: int) -> int:
    row = store.certificate(idx)
    assert row is not None
    return row.state


def put(store: Store, old: State) -> None:
    if old is not State.VALID:
        with store.transaction():
            store.add_changes([ChangeRow(1, 0, old, "other", None, NOW)])


CHANGES: dict[State, Change] = {
    State.REVOKED: lambda store, ref: changes.revoke(store, [ref], ReasonCode.MISUSE, NOW),
    State.SUSPENDED: lambda store, ref: changes.suspend(store, [ref], ReasonCode.MISUSE, NOW),
    State.VALID: lambda store, ref: changes.reinstate(store, [ref], ReasonCode.MISUSE, NOW),
    State.SUPERSEDED: lambda store, ref: changes.supersede(store, ref, "3", NOW),
}


@pytest.mark.parametrize("new", list(State))
@pytest.mark.parametrize("old", list(State))
def test_every_pair_of_states(store: Store, old: State, new: State) -> None:
    put(store, old)
    before = store.changes(1)
    if old == new:
        assert CHANGES[new](store, "1") == Changed([], [1])
    elif (old, new) in ALLOWED:
        assert CHANGES[new](store, "1") == Changed([1], [])
        change = store.changes(1)[-1]
        reason, successor = (None, 3) if new is State.SUPERSEDED else ("misuse", None)
        assert change == ChangeRow(1, old, new, reason, successor, NOW)
    else:
        with pytest.raises(UserError) as error:
            CHANGES[new](store, "1")
        assert error.value.code == "state-refused"
        assert store.changes(1) == before
    reached = new if (old, new) in ALLOWED else old
    assert state(store, 1) == reached
    assert store.status_bits(0)[0] >> 2 & 3 == reached


@pytest.mark.parametrize(
    "reference",
    [
        "2",
        " 2 ",
        "62019 2512 4 0000002 2026",
        "62019  2512 4 0000002 2026",
        "TIK 9001 00002 2026",
        "tik.9001.00002/2026",
    ],
)
def test_a_certificate_is_named_by_index_or_number(store: Store, reference: str) -> None:
    assert find(store, reference).idx == 2


@pytest.mark.parametrize("reference", ["0", "4", "-1", "2.0", "٢", "", "99999999999999999999", "x"])
def test_names_of_nothing(store: Store, reference: str) -> None:
    with pytest.raises(UserError) as error:
        changes.revoke(store, ["1", reference], ReasonCode.OTHER, NOW)
    assert error.value.code == "no-certificate"
    assert store.state_counts() == {0: 3}


def test_a_number_of_several_certificates_is_listed(store: Store) -> None:
    other = issued(store, record(1, lsp=9002, name="Orang Lain")).first
    with pytest.raises(UserError) as error:
        changes.revoke(store, [record(1).number], ReasonCode.OTHER, NOW)
    assert (error.value.code, error.value.exit_code) == ("several-certificates", 2)
    for text in ("1 (LSP 9001, TIK 9001 00001 2026, Contoh B1, valid)", f"{other} (LSP 9002"):
        assert text in error.value.why.en
        assert text.replace(", valid", "").split(",", maxsplit=1)[0] in error.value.why.id
    assert store.state_counts() == {0: 4}


def test_a_number_that_is_also_an_index_is_never_guessed(store: Store) -> None:
    issued(store, record(4, number="2"))
    with pytest.raises(UserError) as error:
        find(store, "2")
    assert error.value.code == "several-certificates"


def test_a_replaced_certificate_has_its_successors_number(store: Store) -> None:
    issued(store, record(1, name="Betul"), kind=Kind.REPLACEMENT)
    with pytest.raises(UserError) as error:
        find(store, record(1).registration)
    assert "superseded" in error.value.why.en
    assert changes.revoke(store, ["1"], ReasonCode.DATA_ERROR, NOW).changed == [1]


def test_many_are_changed_all_or_none(store: Store) -> None:
    changes.revoke(store, ["3"], ReasonCode.OTHER, NOW)
    with pytest.raises(UserError, match="certificate 3"):
        changes.suspend(store, ["1", "2", "3"], ReasonCode.UNDER_REVIEW, NOW)
    assert store.state_counts() == {0: 2, 1: 1}
    done = changes.suspend(store, ["2", "1", record(2).number], ReasonCode.UNDER_REVIEW, NOW)
    assert done == Changed([2, 1], [])
    assert changes.suspend(store, ["1"], ReasonCode.OTHER, NOW) == Changed([], [1])
    assert len(store.changes(1)) == 1


def test_a_successor_is_later_and_valid(store: Store) -> None:
    for old, new in (("2", "1"), ("2", "2")):
        with pytest.raises(UserError) as error:
            changes.supersede(store, old, new, NOW)
        assert error.value.code == "not-later"
    changes.suspend(store, ["3"], ReasonCode.OTHER, NOW)
    with pytest.raises(UserError) as error:
        changes.supersede(store, "1", "3", NOW)
    assert error.value.code == "state-refused"
    assert changes.supersede(store, "1", "2", NOW) == Changed([1], [])


def test_a_replaced_certificate_stands_until_its_day(store: Store) -> None:
    until = NOW + 86_400
    result = issued(store, record(1, name="Betul"), kind=Kind.REPLACEMENT, old_until=until)
    issued(store, record(2, name="Betul"), kind=Kind.REPLACEMENT, old_until=until)
    assert result.superseded == [1]
    assert changes.apply_due(store, until - 1) == Changed([], [])
    assert state(store, 1) == State.VALID
    changes.revoke(store, ["2"], ReasonCode.MISUSE, NOW)
    assert changes.apply_due(store, until) == Changed([1], [2])
    assert [state(store, 1), state(store, 2)] == [State.SUPERSEDED, State.REVOKED]
    assert store.changes(1) == [ChangeRow(1, 0, 3, None, result.first, until)]
    assert changes.apply_due(store, until) == Changed([], [])
    past = issued(store, record(3, name="Betul"), kind=Kind.REPLACEMENT, old_until=NOW)
    assert (past.superseded, state(store, 3)) == ([3], State.SUPERSEDED)
