"""Fixtures of the command line's tests."""

from __future__ import annotations

import pytest

from tests.cli.command import Command


@pytest.fixture
def absah(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command ``absah``, speaking English whatever the machine's locale."""
    monkeypatch.setattr("locale.getlocale", lambda *_category: ("en_US", "UTF-8"))
    return Command(capsys)
