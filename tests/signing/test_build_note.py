"""Build notes against build_notes.json."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from signing import build_note, keys, trust
from signing.canonical import b64decode
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors import build_notes_cases
from tests.vectors.make import load
from tests.vectors.world import NOW, PUBLISHER, key

FILE = load("build_notes")


@cache
def trust_of(name: str) -> trust.TrustDocument:
    return trust.anchor(b64decode(FILE["trusts"][name]))


def _told(note: build_note.BuildNote) -> dict[str, Any]:
    return {
        "registry": note.registry,
        "build": note.build,
        "issued": note.issued,
        "previous": note.previous,
        "trust_version": note.trust_version,
        "trust_digest": note.trust_digest,
        "size": note.size,
        "root": note.root.hex(),
        "status": list(note.status),
        "catalogue": dict(note.catalogue),
        "files": note.files,
        "audit": note.audit,
        "digest": note.digest,
    }


def _held(name: str) -> build_note.BuildNote:
    entry = FILE["notes"][name]
    return build_note.verified(b64decode(entry["note"]), trust_of(entry["trust"]))


def _run(case: Case) -> Any:
    if case["kind"] == "compare":
        return build_note.compare(_held(case["stored"]), _held(case["new"])).value
    return _told(build_note.verified(b64decode(case["note"]), trust_of(case["trust"])))


@pytest.mark.parametrize("case", cases("build_notes"), ids=named)
def test_vector(case: Case) -> None:
    assert agrees(answer(lambda: _run(case)), case["expect"])


@pytest.mark.parametrize("audit", [None, "ab" * 32])
def test_a_drafted_note_is_read_back(audit: str | None) -> None:
    state = build_note.state_fields(
        registry="cek.example",
        trust=trust_of("1"),
        size=2**17 + 1,
        root=bytes(32),
        status=["00" * 32, "11" * 32],
        catalogue={"errata.json": "22" * 32},
        files="33" * 32,
        audit=audit,
    )
    fields = build_note.draft(state, 5, NOW, "")
    data = build_note.sign(fields, PUBLISHER, key("publisher 1"))
    note = build_note.verified(data, trust_of("1"))
    assert (note.build, note.issued, note.previous, note.audit) == (5, NOW, "", audit)
    assert (note.size, note.status) == (2**17 + 1, ("00" * 32, "11" * 32))
    assert build_note.says(note, state)
    assert not build_note.says(note, {**state, "files": "44" * 32})


def test_a_note_may_name_a_document_that_was_walked_through() -> None:
    first, second = trust_of("1"), trust_of("2")
    data = build_notes_cases.build(build_notes_cases.fields_of())
    assert build_note.verified(data, first).trust_version == 1
    with pytest.raises(Malformed, match="build-trust"):
        build_note.verified(data, second)
    assert build_note.verified(data, second, [first]).trust_digest == first.digest


def test_a_stored_note_stands_as_long_as_a_publisher_of_the_document_signed_it() -> None:
    fields = {**build_notes_cases.fields_of(), "registry": trust_of("1").id}
    sound = build_note.parse(build_note.sign(fields, PUBLISHER, key("publisher 1")))
    assert build_note.is_signed(sound, trust_of("1"))
    stranger = keys.Vkey(PUBLISHER.name, key("log").public)
    other = build_note.parse(build_note.sign(fields, stranger, key("log")))
    assert not build_note.is_signed(other, trust_of("1"))
    assert not build_note.is_signed(sound._replace(note=None), trust_of("1"))
    assert sound.note is not None
    changed = sound.note._replace(text=sound.note.text.replace("absah", "Absah", 1))
    assert not build_note.is_signed(sound._replace(note=changed), trust_of("1"))


def test_the_text_is_the_one_of_the_vectors() -> None:
    fields = build_notes_cases.fields_of()
    assert build_note.text_of(fields) == build_notes_cases.text_of(fields)
