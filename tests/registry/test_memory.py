"""What a machine keeps of a registry: the pin holds, whatever happens around it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from registry.client import Client, Held
from registry.errors import UserError
from registry.memory import Memory
from signing import note, trust
from signing.canonical import loads
from signing.keys import Vkey
from tests.cli.second_registry import publish
from tests.demonstration import NOW, tree
from tests.registry.audit_example import LATER, second_trust
from tests.registry.audit_example import made as made_example
from tests.registry.ledger_example import issuer_entry, key, trust_note
from tests.registry.lying_site import Lying

FIRST = trust.anchor(trust_note())


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    """A state folder with the example pinned."""
    made = Memory(tmp_path / "state")
    assert made.pin(FIRST, trust_note())
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the example."""
    return made_example(tmp_path_factory.mktemp("example") / "w")


def _renamed(folder: Path, old: str, new: str) -> trust.TrustDocument:
    """The trust document of another registry, in whose text a name is changed; unsigned."""
    publish(folder, seed=3)
    text = trust.parse((folder / "trust/1.note").read_bytes()).text
    assert old in text
    return trust.read_text(text.replace(old, new))


def test_pinned_once(memory: Memory) -> None:
    assert not memory.pin(FIRST, trust_note())
    assert [document.digest for document in memory.pinned()] == [FIRST.digest]
    assert memory.digest_of(FIRST) == FIRST.digest
    assert memory.digest_of(trust.parse(second_trust())) == FIRST.digest


def test_nothing_is_pinned_where_there_is_no_folder(tmp_path: Path) -> None:
    assert Memory(tmp_path / "none").pinned() == []
    assert Memory(tmp_path / "none").digest_of(FIRST) is None
    assert Memory(tmp_path / "none").load(FIRST.digest) == Held()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"site": "https://cek.example.id/"', '"site": "https://cek.example.go.id/"'),
        ('"former": []', '"former": [\n   "https://cek.example.go.id/"\n  ]'),
    ],
)
def test_an_address_of_a_pinned_registry_belongs_to_it(
    memory: Memory, tmp_path: Path, old: str, new: str
) -> None:
    before = tree(memory.folder)
    with pytest.raises(UserError) as caught:
        memory.pin(_renamed(tmp_path / "two", old, new), b"")
    assert caught.value.code == "pinned-otherwise"
    assert "compare the digest" in caught.value.hint.en
    assert tree(memory.folder) == before


def test_another_registry_has_its_own_folder(memory: Memory, tmp_path: Path) -> None:
    publish(tmp_path / "two", seed=3)
    data = (tmp_path / "two/trust/1.note").read_bytes()
    assert memory.pin(trust.anchor(data), data)
    assert {document.id for document in memory.pinned()} == {"cek.example.go.id", "cek.example.id"}


def test_a_folder_with_another_name_than_its_document_is_no_pin(memory: Memory) -> None:
    folder = memory.folder / FIRST.digest
    folder.rename(memory.folder / ("0" * 64))
    assert memory.pinned() == []


def test_versions_are_walked_as_far_as_they_hold(memory: Memory) -> None:
    folder = memory.folder / FIRST.digest / "trust"
    stranger = trust_note(issuer_entry("stranger"), version=3, previous="0" * 64)
    (folder / "3.note").write_bytes(stranger)
    assert _version(memory) == 1, "a gap"
    (folder / "2.note").write_bytes(stranger)
    assert _version(memory) == 1, "not the successor"
    (folder / "2.note").write_bytes(second_trust())
    assert _version(memory) == 2, "the third is not its successor"


def _version(memory: Memory) -> int:
    held = memory.load(FIRST.digest)
    assert held.trust is not None
    return held.trust.version


def test_a_note_that_rests_on_a_lost_document_is_left_out(
    memory: Memory, published: dict[str, bytes]
) -> None:
    client = Client(Lying(published), Held(trust=FIRST), LATER)
    client.refresh()
    client.read_ahead()
    memory.save(FIRST.digest, client)
    held = memory.load(FIRST.digest)
    assert held.note is not None
    assert list(held.lists) == [0]
    (memory.folder / FIRST.digest / "trust" / "2.note").unlink()
    assert memory.load(FIRST.digest).note is None
    assert _version(memory) == 1


def test_a_note_is_kept_while_a_newer_document_has_no_note_yet(
    memory: Memory, published: dict[str, bytes]
) -> None:
    folder = memory.folder / FIRST.digest
    (folder / "build.note").write_bytes(published["builds/1.note"])
    held = memory.load(FIRST.digest)
    assert held.note is not None
    site = Lying({"trust/2.note": published["trust/2.note"]})
    client = Client(site, held, LATER)
    client.refresh()
    memory.save(FIRST.digest, client)
    assert _version(memory) == 2
    assert memory.load(FIRST.digest).note == held.note, "the mark of what was seen holds"


def test_a_note_of_a_removed_publisher_is_left_out(
    memory: Memory, published: dict[str, bytes]
) -> None:
    value = loads(trust.parse(second_trust()).text.partition("\n")[2])
    other = Vkey(f"{FIRST.id}/publisher/b", key("publisher b").public)
    text = trust.text_of(value | {"publishers": [other.text]})
    roots = [note.sign_line(text, f"{FIRST.id}/root/{n}", key(f"root {n}")) for n in "ab"]
    folder = memory.folder / FIRST.digest
    (folder / "build.note").write_bytes(published["builds/1.note"])
    assert memory.load(FIRST.digest).note is not None
    (folder / "trust/2.note").write_bytes(note.assemble(text, roots))
    assert _version(memory) == 2
    assert memory.load(FIRST.digest).note is None


def test_holds_asks_for_the_very_document(memory: Memory) -> None:
    assert memory.holds(FIRST.digest, FIRST)
    assert not memory.holds(FIRST.digest, trust.parse(second_trust()))
    assert not memory.holds(FIRST.digest, trust.parse(trust_note(issuer_entry("stranger"))))
    assert not memory.holds("0" * 64, FIRST)


def test_a_note_that_contradicts_is_kept_beside_and_never_instead(
    memory: Memory, published: dict[str, bytes]
) -> None:
    client = Client(Lying(published), Held(trust=FIRST), LATER)
    client.refresh()
    memory.save(FIRST.digest, client)
    before = tree(memory.folder)
    client.rival = b"another history"
    memory.save(FIRST.digest, client)
    after = tree(memory.folder)
    assert before.items() <= after.items()
    [new] = after.keys() - before.keys()
    assert "/conflict/" in new
    assert after[new] == b"another history"


def test_the_folder_is_private(memory: Memory) -> None:
    for path in (memory.folder / FIRST.digest).rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_disk_that_is_full_leaves_what_was_there(
    memory: Memory, published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(Lying(published), Held(trust=FIRST), NOW)
    client.raw = {"trust/1.note": b"never written"}
    before = tree(memory.folder)

    def full(*_arguments: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError) as caught:
        memory.save(FIRST.digest, client)
    assert (caught.value.code, caught.value.exit_code) == ("state-unwritable", 3)
    assert "No space left" in caught.value.why.en
    assert tree(memory.folder) == before
