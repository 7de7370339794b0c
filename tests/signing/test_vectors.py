"""The vector files on disk are what their generators give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vectors import make


def test_files_are_up_to_date() -> None:
    assert make.differences() == [], "run: python -m tests.vectors.make --write"


def test_every_case_expects_something_and_has_its_own_name() -> None:
    total = 0
    for name in make.FILES:
        document = make.load(name)
        assert document["about"]
        names = [case["name"] for case in document["cases"]]
        assert len(set(names)) == len(names)
        assert all(case["expect"] for case in document["cases"])
        total += len(names)
    print(f"{total} cases in {len(make.FILES)} files")
    assert total >= 1_900


def test_a_difference_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in make.FILES:
        (tmp_path / f"{name}.json").write_text(make.text_of(name), "ascii")
    monkeypatch.setattr(make, "FOLDER", tmp_path)
    assert make.main([]) == 0
    document = make.load("keys")
    document["cases"][0]["expect"] = {"ok": False}
    (tmp_path / "keys.json").write_text(json.dumps(document, indent=1) + "\n", "ascii")
    (tmp_path / "notes.json").unlink()
    (tmp_path / "old.json").write_text("{}", "ascii")
    found = make.differences()
    assert len(found) == 3
    assert found[0].startswith("keys.json: differs in cases ['kid-of-issuer-active']")
    assert found[1:] == ["notes.json: missing", "old.json: nothing makes it"]
    assert make.main([]) == 1
    assert make.main(["--help"]) == 2
    (tmp_path / "old.json").unlink()
    assert make.main(["--write"]) == 0
    assert make.differences() == []
