"""Fixtures for all tests."""

from __future__ import annotations

import fcntl
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from registry import twins
from site_templates.hatch_build import BundleError, ensure_bundle, ensure_guide
from tests import demonstration as example
from tests.browser.site import CHROMIUM, FLAGS
from tests.demonstration import Demonstration
from tests.visitors import Page, Visitors

FOLDER = Path(__file__).resolve().parents[1] / "site_templates"


@pytest.fixture(scope="session", autouse=True)
def _packed_once() -> Iterator[None]:
    """Twins of the same bytes are packed once a run: most of a build's time, and the same bytes."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_brotli", "_gzip"):
            patch.setattr(twins, name, functools.lru_cache(4096)(getattr(twins, name)))
        yield


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The browser side, built where it is missing or older than its sources."""
    # Test processes of one run share the folder above their own.
    lock = tmp_path_factory.getbasetemp().parent / "absah-bundle.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            ensure_bundle(FOLDER)
            ensure_guide(FOLDER)
        except BundleError as error:
            pytest.fail(str(error))


@pytest.fixture(scope="session")
def demonstration(bundle: None, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """One demonstration of about 60 records, to be read only."""
    return example.make(tmp_path_factory.mktemp("demonstration"))


@pytest.fixture
def own(demonstration: Demonstration, tmp_path: Path) -> Demonstration:
    """A copy that a test may change."""
    return demonstration.copied(tmp_path / "own")


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """The page's client, in a Node of its own."""
    made = Page()
    yield made
    made.close()


@pytest.fixture
def visitors(page: Page) -> Iterator[Visitors]:
    """Visitors of a simulated registry: both clients, with and without a memory."""
    made = Visitors(page)
    yield made
    made.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen, one a run: Playwright starts once in a process."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()
