"""Corrections of a catalogue entry: the vectors that ``script/errata.js`` passes too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry import session
from registry.errata import corrected
from registry.session import Asked
from tests.demonstration import NOW, Demonstration

VECTORS = json.loads(
    (Path(__file__).parents[1] / "script" / "errata_vectors.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_an_entry_is_corrected_by_the_vectors(case: dict[str, object]) -> None:
    before = json.dumps(VECTORS["entry"])
    assert corrected(VECTORS["entry"], VECTORS["digest"], case["errata"]) == case["corrected"]
    assert json.dumps(VECTORS["entry"]) == before


def test_an_entry_that_is_hardly_one() -> None:
    line = {"digest": "ab", "name": {"ja": "X"}, "units": [{"code": "C.1", "ja": "Y"}]}
    assert corrected({"code": "X"}, "ab", [line]) == {
        "code": "X",
        "name": {"ja": "X"},
        "units": [],
    }


def test_a_verifier_shows_the_corrected_name(demonstration: Demonstration, tmp_path: Path) -> None:
    asked = Asked(str(demonstration.public), None, tmp_path, offline=False)
    client = session.open_client(asked, NOW, lambda _words: None)
    shown = client.check(demonstration.text("revoked")).shown.scheme
    assert shown is not None
    errata = json.loads((demonstration.public / "catalogue" / "errata.json").read_text("utf-8"))
    [right] = [line["name"]["ja"] for line in errata]
    assert shown["name"]["ja"] == right
    assert shown["name"]["id"]
