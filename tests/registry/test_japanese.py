"""What verify and audit say has Japanese words, with the same values as the others."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from registry.audit_japanese import sentence, summary, table
from registry.audit_report import FAULT_WORDS, REMARK_WORDS, fault
from registry.errors import Words

REGISTRY = Path(__file__).parents[2] / "registry"
MODULES = ("session.py", "memory.py", "record.py", "audit_since.py")
"""Besides the verdicts, all that speaks to an employer or auditor."""


def values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_finding_of_an_audit_has_its_sentence() -> None:
    known = FAULT_WORDS | REMARK_WORDS
    assert table().keys() - {"summary"} == known.keys()
    for code, words in known.items():
        said = sentence(code)
        assert values(said) == values(words.en), code
        assert re.search("[ぁ-ん]", said), code
        assert not re.search("偽造|失効", said), code


def test_a_finding_is_said_in_three_languages() -> None:
    found = fault("a", "digest", by="files.json").words
    assert found.say("ja") == "files.jsonに記載されたSHA-256のファイルではありません"
    assert found.say("en") == "is not the file whose SHA-256 files.json states"
    assert summary("exit_0").endswith("ませんでした")


def test_words_without_japanese_are_said_in_english() -> None:
    assert [Words("one", "satu").say(language) for language in ("ja", "id", "en", "de")] == [
        "one",
        "satu",
        "one",
        "one",
    ]


@pytest.mark.parametrize("name", MODULES)
def test_every_sentence_of_a_module_has_three_languages(name: str) -> None:
    calls = [
        node
        for node in ast.walk(ast.parse((REGISTRY / name).read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words"
    ]
    assert calls
    for call in calls:
        assert len(call.args) == 3, f"{name}:{call.lineno}"
        assert re.search("[ぁ-んァ-ヶ一-龠]", ast.unparse(call.args[2])), f"{name}:{call.lineno}"
