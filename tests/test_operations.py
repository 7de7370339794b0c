"""The runbook: every console block of docs/operations.md, run in one empty folder, in its order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.console import matches
from tests.docs_console import outcomes
from tests.docs_reading import DOCS


@pytest.mark.readme
def test_the_runbook_does_what_it_shows(bundle: None, tmp_path: Path) -> None:
    folder = tmp_path / "operations"
    folder.mkdir()
    markdown = (DOCS / "operations.md").read_text("utf-8")
    programs = str(Path(sys.executable).parent)
    tried = 0
    for command, done in outcomes(markdown, folder, tmp_path / "place", programs):
        where = f"docs/operations.md:{command.line}: $ {command.text}\n{done.printed}"
        assert done.code == command.exits, where
        assert matches(command.shown, done.printed), f"{where}\nshown:\n{command.shown}"
        tried += 1
    print(f"{tried} commands of docs/operations.md")
    assert tried >= 80
