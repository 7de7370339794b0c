"""Fixtures of the browser tests: one browser and one served demonstration for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.site import Site, make_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of the test's own, which it may break."""
    yield from make_site(tmp_path_factory.mktemp("own"), records=12)
