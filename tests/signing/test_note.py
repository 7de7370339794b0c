"""Signed notes against notes.json."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import keys, note
from signing.canonical import b64decode
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors.make import load
from tests.vectors.world import key, root, roots_sign, signed

KEYS = {name: keys.parse_vkey(text) for name, text in load("notes")["keys"].items()}
CASES = cases("notes")


def _read(case: Case) -> dict[str, Any]:
    parsed = note.parse(b64decode(case["note"]), case.get("limit", note.LIMIT))
    known = {name: KEYS[name] for name in case["known"]}
    signers = note.signers(parsed, known.values())
    return {
        "text": parsed.text,
        "lines": [line.name for line in parsed.lines],
        "signers": sorted(name for name, vkey in known.items() if vkey.public in signers),
        "unknown": note.unknown_lines(parsed, known.values()),
    }


@pytest.mark.parametrize("case", CASES, ids=named)
def test_vector(case: Case) -> None:
    assert agrees(answer(lambda: _read(case)), case["expect"])


def test_limits_in_bytes() -> None:
    line = note.sign_line("x\n", "cek.example/root/a", key("root a"))
    room = note.LIMIT - len(line.encode()) - 2
    fits = note.assemble("x" * room + "\n", [line])
    assert len(fits) == note.LIMIT
    assert len(note.parse(fits).text) == room + 1
    over = note.assemble("x" * (room + 1) + "\n", [line])
    with pytest.raises(Malformed, match="too long"):
        note.parse(over)
    assert note.parse(over, note.TRUST_LIMIT).lines


def test_of_control_characters_only_line_feed_may_stand_in_a_note() -> None:
    for code in range(0x21):
        data = signed(f"a{chr(code)}b\n", roots_sign("a"))
        if chr(code) in "\n ":
            assert note.parse(data).text == f"a{chr(code)}b\n"
        else:
            with pytest.raises(Malformed, match="note: a byte order mark or a control"):
                note.parse(data)


TEXTS = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]) | st.just("\n"))


@given(TEXTS.map(lambda text: f"x{text}\n"))
def test_any_text_is_signed_and_read(text: str) -> None:
    parsed = note.parse(signed(text, roots_sign("ab")))
    assert parsed.text == text
    assert note.signers(parsed, [root("a"), root("b"), root("c")]) == {
        root("a").public,
        root("b").public,
    }


@given(st.binary(max_size=80))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        note.parse(data)
