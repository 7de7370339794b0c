"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import demonstration as example
from tests.demonstration import Demonstration


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """One demonstration of about 60 records, to be read only."""
    return example.make(tmp_path_factory.mktemp("demonstration"))


@pytest.fixture
def own(demonstration: Demonstration, tmp_path: Path) -> Demonstration:
    """A copy that a test may change."""
    return demonstration.copied(tmp_path / "own")
