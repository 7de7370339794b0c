"""Rows against the ledger: unchanged, conflicting, linked, replacing, possibly the same person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.reconcile import Kind
from registry.rows import ChangeRow
from registry.store import Store
from signing import cose
from signing.certificate import decode_payload
from tests.registry.ledger_example import NOW, PARTED, catalogue, codes, issued, opened, record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        yield opened_store


def test_the_same_row_again_changes_nothing(store: Store) -> None:
    issued(store, record(1), record(2))
    size = store.size()
    # Another printing of the registration number's separators is the same record.
    result = issued(store, record(1), record(2, registration="TIK.9001.00002 2026"))
    assert (result.unchanged, result.batch, result.faults) == ([2, 3], None, [])
    assert store.size() == size
    assert len(store.batches()) == 1


def test_other_content_under_the_same_key_is_a_conflict_that_shows_both(store: Store) -> None:
    issued(store, record(1), record(2))
    changed = record(1, name="Contoh Lain", birth_date=date(1991, 5, 6))
    result = issued(store, changed, record(3))
    assert codes(result.faults) == [(2, "nama", "conflict"), (2, "tanggal_lahir", "conflict")]
    assert result.faults[0].values["stored"] == "Contoh B1"
    assert result.faults[0].values["given"] == "Contoh Lain"
    assert result.faults[1].values["given"] == "1991-05-06"
    assert store.size() == 3
    valid = issued(store, changed, record(3), accept_valid=True)
    assert list(valid.pairs()) == [(3, 3)]


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [
        ("number", "62019 2512 4 9999999 2026", "nomor_sertifikat"),
        ("passport_name", "LAIN", "nama_paspor"),
        ("scheme", "DEMO/atph-kkni2", "skema"),
        ("issued", date(2026, 11, 3), "tanggal_terbit"),
        ("expires", date(2029, 11, 3), "berlaku_sampai"),
        ("replaces", "1", "menggantikan"),
    ],
)
def test_each_field_can_conflict(store: Store, field: str, value: object, column: str) -> None:
    issued(store, record(1))
    result = issued(store, record(1, **{field: value}))
    assert codes(result.faults) == [(2, column, "conflict")]


def test_units_are_signed_as_a_bitmap_and_compared(store: Store) -> None:
    units = catalogue().schemes[PARTED].units
    held = record(1, scheme=PARTED, units=(units[0], units[2]))
    issued(store, held)
    row = store.certificate(1)
    assert row is not None
    assert decode_payload(cose.split(row.cose).payload).units == b"\x05"
    assert issued(store, held).unchanged == [2]
    other = issued(store, record(1, scheme=PARTED))
    assert codes(other.faults) == [(2, "unit", "conflict")]


def test_rows_of_one_file_about_the_same_record(store: Store) -> None:
    result = issued(store, record(1), record(1), record(2), record(2, name="Lain"), record(3))
    assert codes(result.faults) == [
        (4, "nomor_registrasi", "conflict-in-file"),
        (5, "nomor_registrasi", "conflict-in-file"),
    ]
    assert store.size() == 1
    valid = issued(
        store, record(1), record(1), record(2), record(2, name="Lain"), record(3), accept_valid=True
    )
    assert sorted(valid.rows) == [2, 6]
    assert valid.unchanged == [3]


def test_two_lsps_may_have_the_same_numbers(store: Store) -> None:
    result = issued(store, record(1), record(1, lsp=9002, name="Orang Lain"))
    assert (len(result.indexes), result.faults) == (2, [])


def test_the_blank_is_kept_but_signed_only_on_request(store: Store) -> None:
    issued(store, record(1), record(2, blank_number="1356 0002"))
    result = issued(store, record(1, blank_number="1356 0001"))
    assert (result.unchanged, result.batch) == ([2], None)
    kept = {row.registration: row.blank_number for row in store.certificates(1, 3)}
    assert set(kept.values()) == {"1356 0001", "1356 0002"}
    signed = [decode_payload(cose.split(r.cose).payload) for r in store.certificates(1, 3)]
    assert {certificate.blank_number for certificate in signed} == {None}
    asked = issued(store, record(3, blank_number="1356 0003"), sign_blank=True)
    row = store.certificate(asked.first)
    assert row is not None
    assert decode_payload(cose.split(row.cose).payload).blank_number == "1356 0003"
    other = issued(store, record(3, blank_number="1356 0009"), sign_blank=True)
    assert codes(other.faults) == [(2, "nomor_blangko", "conflict")]


def test_a_renewal_only_links(store: Store) -> None:
    issued(store, record(1))
    later = {"issued": date(2026, 11, 20), "expires": date(2029, 11, 20), "name": "Contoh B1"}
    born = record(1).birth_date
    by_index = record(2, replaces="1", birth_date=born, **later)
    by_number = record(3, replaces="TIK.9001.00001.2026", birth_date=born, **later)
    first = issued(store, by_index)
    second = issued(store, by_number, accept_duplicates=True)
    for result in (first, second):
        assert (result.faults, result.superseded) == ([], [])
        row = store.certificate(result.first)
        assert row is not None
        assert row.replaces == 1
        assert decode_payload(cose.split(row.cose).payload).replaces == 1
    assert store.state_counts() == {0: 3}
    assert issued(store, by_index).unchanged == [2]
    assert issued(store, by_number).unchanged == [2]


@pytest.mark.parametrize("given", ["0", "77", "TIK 9001 99999 2026", "99999999999999"])
def test_a_link_to_nothing_is_a_fault(store: Store, given: str) -> None:
    result = issued(store, record(2, replaces=given))
    assert codes(result.faults) == [(2, "menggantikan", "replaces-unknown")]


def test_a_link_is_refused_to_other_lsps_several_records_and_other_people(store: Store) -> None:
    same = record(1).number
    issued(store, record(1), record(2, number=same), record(3, lsp=9002))
    foreign = issued(store, record(4, replaces="TIK 9001 00003 2026"))
    assert codes(foreign.faults) == [(2, "menggantikan", "replaces-unknown")]
    several = issued(store, record(4, replaces=same))
    assert codes(several.faults) == [(2, "menggantikan", "replaces-several")]
    stranger = issued(store, record(4, replaces="1"))
    assert codes(stranger.faults) == [(2, "menggantikan", "replaces-other-person")]


def test_a_replacement_supersedes_in_the_same_transaction(store: Store) -> None:
    issued(store, record(1), record(2))
    old = next(row.idx for row in store.certificates(1, 3) if row.name == "Contoh B1")
    right = record(1, name="Contoh Betul")
    result = issued(store, right, kind=Kind.REPLACEMENT)
    assert (result.superseded, result.faults) == ([old], [])
    new = store.current(right.key)
    assert new is not None
    assert (new.idx, new.replaces, new.name, new.state) == (3, old, "Contoh Betul", 0)
    change = store.changes(old)[0]
    assert (change.old, change.new, change.reason, change.successor) == (0, 3, None, 3)
    assert store.status_bits(0)[0] == 1 | 3 << 2 * old
    again = issued(store, right, kind=Kind.REPLACEMENT)
    assert (again.unchanged, store.size()) == ([2], 4)


def test_a_replacement_of_nothing_or_of_what_does_not_stand_is_a_fault(store: Store) -> None:
    assert codes(issued(store, record(1), kind=Kind.REPLACEMENT).faults) == [
        (2, "nomor_registrasi", "nothing-to-replace")
    ]
    issued(store, record(1))
    with store.transaction():
        store.add_changes([ChangeRow(1, 0, 2, "under-review", None, NOW)])
    result = issued(store, record(1, name="Baru"), kind=Kind.REPLACEMENT)
    assert codes(result.faults) == [(2, "nomor_registrasi", "replaces-not-standing")]


def test_a_replacement_of_a_revoked_certificate_leaves_it_revoked(store: Store) -> None:
    issued(store, record(1))
    with store.transaction():
        store.add_changes([ChangeRow(1, 0, 1, "issued-in-error", None, NOW)])
    result = issued(store, record(1, name="Baru"), kind=Kind.REPLACEMENT)
    assert (list(result.indexes), result.superseded) == ([2], [])
    assert store.state_counts() == {0: 1, 1: 1}


def test_a_wrong_registration_number_is_replaced_by_its_index(store: Store) -> None:
    issued(store, record(1))
    right = record(8, name="Contoh B1", birth_date=record(1).birth_date, replaces="1")
    result = issued(store, right, record(9, name="Contoh B1", replaces="1"), kind=Kind.REPLACEMENT)
    assert codes(result.faults) == [
        (2, "menggantikan", "conflict-in-file"),
        (3, "menggantikan", "conflict-in-file"),
    ]
    assert issued(store, right, kind=Kind.REPLACEMENT).superseded == [1]


def test_a_possible_duplicate_is_a_fault_until_it_is_accepted(store: Store) -> None:
    issued(store, record(1))
    twin = {"name": "Contoh B1", "birth_date": record(1).birth_date}
    again = record(2, **twin)
    assert codes(issued(store, again).faults) == [(2, "nama", "possible-duplicate")]
    other_scheme = record(3, scheme="DEMO/atph-kkni2", **twin)
    later = record(4, issued=date(2029, 11, 3), expires=date(2032, 11, 3), **twin)
    assert issued(store, other_scheme, later).faults == []
    assert issued(store, again, accept_duplicates=True).faults == []
    in_file = issued(store, record(5, name="Kembar"), record(33, name="Kembar"))
    assert codes(in_file.faults) == [(3, "nama", "possible-duplicate")]
