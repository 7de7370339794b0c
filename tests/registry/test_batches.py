"""Two pairs of eyes: what waits, what is approved, and what is issued of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry import approval, batch_file, batches, chain, changes
from registry.batches import Desk
from registry.changes import ReasonCode
from registry.errors import UserError
from registry.issue import Terms
from registry.receipts import listing, receipt_of
from registry.reconcile import Kind
from registry.store import Store
from tests.registry.ledger_example import (
    NOW,
    PARTED,
    Ring,
    approver,
    batch,
    catalogue,
    issued,
    key,
    opened,
    record,
)

TERMS = Terms(now=NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path, approvers=("a", "b")) as opened_store:
        yield opened_store


def desk(**changed: Any) -> Desk:
    return replace(Desk(catalogue=catalogue(), issuers=Ring("general"), terms=TERMS), **changed)


def proposed(store: Store, *records: Any, kind: Kind = Kind.NEW, **terms: Any) -> int:
    made, number = batches.propose(
        store,
        batch(*records, kind=kind),
        catalogue(),
        Ring("general"),
        replace(TERMS, **terms),
    )
    assert made.faults == []
    assert number is not None
    return number


def note(store: Store, number: int, name: str = "a") -> bytes:
    data = batches.waiting(store, number).data
    return approval.approve(data, approver(name), key(f"approver {name}"), NOW)


def refused(store: Store, number: int, signed: bytes | None, used: Desk, code: str) -> None:
    before = (store.size(), list(store.audit()), store.pending(), store.state_counts())
    with pytest.raises(UserError) as error:
        batches.settle(store, number, signed, used)
    assert error.value.code == code, error.value
    assert (store.size(), list(store.audit()), store.pending(), store.state_counts()) == before


def test_nothing_is_issued_before_it_was_approved(store: Store) -> None:
    number = proposed(store, record(1), record(2, blank_number="B 12"), record(3, units=None))
    assert (store.size(), number, store.audit_head()) == (1, 1, next(store.audit()).digest)
    refused(store, number, None, desk(), "not-approved")
    refused(store, number, b"no note", desk(), "not-approved")
    refused(store, number, note(store, number), desk(own={approver("a").public}), "not-approved")
    stranger = approval.approve(
        batches.waiting(store, number).data, approver("c"), key("approver c"), NOW
    )
    refused(store, number, stranger, desk(), "not-approved")
    done = batches.settle(store, number, note(store, number), desk())
    assert (done.batch, done.kind, done.by) == (1, "new", (approver("a").name,))
    assert (store.size(), store.pending(), len(done.issued.rows)) == (4, [], 3)
    assert [row.batch for row in store.of_batch(1)] == [1, 1, 1]
    events = [row.event for row in store.audit()]
    assert len(events) == 3
    assert chain.recompute(store.audit()).faults == ()
    refused(store, number, None, desk(), "no-batch")
    assert [(row.state, row.approved, row.rows) for row in listing(store)] == [("issued", True, 3)]


def test_the_same_file_waits_once_and_a_dropped_one_leaves_nothing(store: Store) -> None:
    number = proposed(store, record(1))
    assert proposed(store, record(1)) == number
    assert len(store.pending()) == 1
    assert proposed(store, record(1), record(2)) == number + 1
    head = store.audit_head()
    batches.drop(store, number)
    assert [row.batch for row in store.pending()] == [number + 1]
    assert store.audit_head() == head
    with pytest.raises(UserError) as error:
        batches.drop(store, number)
    assert error.value.why.en == "no such batch"


def test_faults_and_known_rows_wait_for_nobody(store: Store) -> None:
    issued(store, record(1))
    made, number = batches.propose(
        store, batch(record(1), record(1, name="Lain")), catalogue(), Ring("general"), TERMS
    )
    assert number is None
    assert made.faults
    made, number = batches.propose(store, batch(record(1)), catalogue(), Ring("general"), TERMS)
    assert (number, made.unchanged) == (None, [2])


def test_an_unsigned_blank_number_needs_no_second_person(store: Store) -> None:
    issued(store, record(1))
    proposed(store, record(1, blank_number="B 7"), record(2))
    held = store.certificate(1)
    assert held is not None
    assert held.blank_number == "B 7"


def test_a_batch_that_others_overtook_is_not_issued(store: Store) -> None:
    number = proposed(store, record(1), record(2))
    issued(store, record(2, name="Orang Lain"))
    refused(store, number, note(store, number), desk(), "moved-on")
    again = proposed(store, record(3))
    issued(store, record(3))
    refused(store, again, note(store, again), desk(), "moved-on")


def test_a_scheme_that_has_changed_is_not_signed(store: Store) -> None:
    number = proposed(store, record(1))
    other = catalogue()
    code = record(1).scheme
    schemes = {**other.schemes, code: other.schemes[PARTED]}
    changed = desk(catalogue=replace(other, schemes=schemes))
    refused(store, number, note(store, number), changed, "moved-on")
    refused(
        store, number, note(store, number), desk(catalogue=replace(other, schemes={})), "moved-on"
    )


def test_a_replacement_replaces_what_was_seen(store: Store) -> None:
    issued(store, record(1), record(2))
    right = record(1, name="Contoh Betul")
    number = proposed(store, right, kind=Kind.REPLACEMENT, old_until=NOW + 5)
    file = batch_file.parse(batches.waiting(store, number).data)
    old = store.current(right.key)
    assert old is not None
    index = old.idx
    assert (file.kind, file.rows[0]["old"], file.old_until) == ("replacement", index, NOW + 5)
    done = batches.settle(store, number, note(store, number, "b"), desk())
    assert done.issued.superseded == [index]
    assert store.due_of(index) == NOW + 5
    twice = proposed(store, record(2, name="Contoh Kedua"), kind=Kind.REPLACEMENT)
    issued(store, record(2, name="Contoh Ketiga"), kind=Kind.REPLACEMENT)
    refused(store, twice, note(store, twice), desk(), "moved-on")


def test_changes_of_states_wait_too(store: Store) -> None:
    issued(store, record(1), record(2), record(3))
    changes.suspend(store, ["3"], ReasonCode.UNDER_REVIEW, NOW)
    there, number = batches.propose_change(store, "revoke", ["1", "2"], NOW, ReasonCode.MISUSE)
    assert there == []
    assert number is not None
    assert store.state_counts() == {0: 2, 2: 1}
    done = batches.settle(store, number, note(store, number), desk())
    assert (done.kind, done.changed) == ("revoke", [1, 2])
    assert store.changes(1)[0].reason == "misuse"
    there, number = batches.propose_change(store, "revoke", ["1"], NOW, ReasonCode.MISUSE)
    assert (there, number) == ([1], None)
    _, number = batches.propose_change(store, "reinstate", ["3"], NOW, ReasonCode.OTHER)
    assert number is not None
    changes.revoke(store, ["3"], ReasonCode.OTHER, NOW)
    refused(store, number, note(store, number), desk(), "moved-on")
    _, number = batches.propose_change(store, "withdraw", ["3"], NOW)
    assert number is not None
    assert batches.settle(store, number, note(store, number), desk()).changed == [3]
    assert store.state_counts() == {1: 2, 2: 1}


def test_a_succession_waits_and_is_held_against_the_present(store: Store) -> None:
    issued(store, record(1), record(2), record(3))
    _, number = batches.propose_change(store, "supersede", ["1", "2"], NOW)
    _, other = batches.propose_change(store, "supersede", ["1", "3"], NOW)
    assert number is not None
    assert other is not None
    changes.revoke(store, ["3"], ReasonCode.OTHER, NOW)
    refused(store, other, note(store, other), desk(), "moved-on")
    batches.settle(store, number, note(store, number), desk())
    assert store.changes(1)[0].successor == 2
    with pytest.raises(UserError):
        batches.propose_change(store, "reinstate", ["1"], NOW, ReasonCode.OTHER)


def test_where_no_approval_is_required_a_batch_that_waits_can_be_issued(store: Store) -> None:
    number = proposed(store, record(1))
    done = batches.settle(store, number, None, desk(required=False))
    assert (done.by, len(done.issued.rows)) == ((), 1)
    assert [row.approved for row in listing(store)] == [False]


def test_the_quota_of_a_day_holds_for_both_ways(store: Store) -> None:
    terms = replace(TERMS, quota={"every": 3, "9002": 0})
    number = proposed(store, record(1), record(2))
    issued(store, record(5), record(6))
    with pytest.raises(UserError) as error:
        issued(store, record(7), record(8), quota={"9001": 3})
    assert error.value.code == "over-quota"
    refused(store, number, note(store, number), desk(terms=terms), "over-quota")
    with pytest.raises(UserError):
        issued(store, record(9, lsp=9002), quota=terms.quota)
    tomorrow = replace(terms, now=NOW + 86_400)
    assert len(batches.settle(store, number, note(store, number), desk(terms=tomorrow)).issued.rows)
    assert issued(store, record(7), quota={"9001": 3}, dry_run=True).would_issue == 1


def test_a_day_of_the_quota_is_one_at_utc_plus_7(store: Store) -> None:
    midnight = (NOW + 7 * 3600) // 86_400 * 86_400 - 7 * 3600
    for at, numbers in ((midnight - 1, (1, 2)), (midnight, (3, 4))):
        done = batches.propose(
            store,
            batch(*map(record, numbers)),
            catalogue(),
            Ring("general"),
            Terms(now=at, quota={"every": 2}),
        )[1]
        assert done is not None
        settled = desk(terms=Terms(now=at, quota={"every": 2}))
        batches.settle(store, done, note(store, done), settled)
    assert store.issued_by_lsp(midnight, midnight + 86_400) == {9001: 2}


def test_a_receipt_names_the_file_and_its_rows(store: Store) -> None:
    number = proposed(store, record(1), record(2, lsp=9002))
    waiting = receipt_of(store, number)
    assert [row[:2] for row in waiting.rows] == [(2, 9001), (3, 9002)]
    batches.settle(store, number, note(store, number), desk())
    done = receipt_of(store, number, 9002)
    assert (done.file, done.sha256) == (waiting.file, waiting.sha256)
    assert [row[3] for row in done.rows] == [record(2).name]
    assert done.as_json()["rows"][0]["nomor_registrasi"] == record(2).registration
    with pytest.raises(UserError):
        receipt_of(store, 99)
