"""Pins by themselves: under which digest, for whom, and never for a demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.client import Client, Held
from registry.errors import UserError
from registry.memory import Memory, grouped
from signing import trust
from tests.demonstration import NOW, Demonstration, tree
from tests.registry.audit_example import second_trust
from tests.registry.ledger_example import issuer_entry, trust_note


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "state")


def test_a_pin_is_kept_under_the_digest_of_the_first_document(memory: Memory) -> None:
    data = trust_note()
    first = trust.anchor(data)
    assert memory.pinned() == []
    assert memory.pin(first, data)
    assert not memory.pin(first, data), "the second time it is there already"
    assert tree(memory.folder) == {f"{first.digest}/trust/1.note": data}
    assert memory.pinned() == [first]
    assert memory.digest_of(first) == first.digest


def test_a_newer_document_is_found_under_the_first(memory: Memory) -> None:
    data, later = trust_note(), second_trust()
    first = trust.anchor(data)
    memory.pin(first, data)
    client = Client(None, Held(), NOW)
    client.raw["trust/2.note"] = later
    memory.save(first.digest, client)
    assert [document.version for document in memory.pinned()] == [2]
    assert memory.digest_of(trust.parse(later)) == first.digest


def test_another_document_for_the_same_registry_is_refused(memory: Memory) -> None:
    data, other = trust_note(), trust_note(issuer_entry("stranger"))
    memory.pin(trust.anchor(data), data)
    before = tree(memory.folder)
    with pytest.raises(UserError) as caught:
        memory.pin(trust.anchor(other), other)
    assert caught.value.code == "pinned-otherwise"
    assert grouped(trust.anchor(other).digest) in caught.value.hint.en
    assert grouped(trust.anchor(other).digest) in caught.value.hint.id
    assert tree(memory.folder) == before


def test_a_demonstration_is_not_pinned(memory: Memory, demonstration: Demonstration) -> None:
    data = (demonstration.public / "trust" / "1.note").read_bytes()
    assert not memory.pin(trust.anchor(data), data)
    assert not memory.folder.exists()


def test_other_things_in_the_folder_are_no_pins(memory: Memory) -> None:
    data = trust_note()
    memory.pin(trust.anchor(data), data)
    (memory.folder / "readme.txt").write_bytes(b"x")
    (memory.folder / ("0" * 64)).mkdir()
    (memory.folder / ("1" * 64)).write_bytes(b"a file")
    assert memory.pinned() == [trust.anchor(data)]
    assert memory.load("0" * 64) == Held()


def test_a_pin_moved_under_another_digest_is_passed_over(memory: Memory) -> None:
    data = trust_note()
    first = trust.anchor(data)
    memory.pin(first, data)
    (memory.folder / first.digest).rename(memory.folder / ("2" * 64))
    assert memory.load("2" * 64).trust is None


def test_groups_of_four() -> None:
    assert grouped("0123456789ab") == "0123 4567 89ab"
    assert grouped("") == ""
