"""The registry page: numbers read from the signed note in the browser, keys with fingerprints."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from registry.store import Store
from registry.workspace import Workspace
from signing import build_note, trust
from signing.canonical import b64encode
from tests.browser.site import Site, watched

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["registry/", "id/registry/", "en/registry/"])
def test_it_shows_the_signed_state_and_every_key(browser: Browser, site: Site, path: str) -> None:
    note = build_note.parse((site.public / "build.note").read_bytes())
    document = trust.parse((site.public / f"trust/{note.trust_version}.note").read_bytes())
    with watched(browser, site) as seen:
        seen.page.goto(site.address + path)
        seen.page.wait_for_load_state("networkidle")
        body = seen.page.inner_text("body")
        assert b64encode(note.root) in body
        assert str(note.size) in body
        for key in (*document.roots, *document.publishers, document.log):
            assert key.name in body
        assert body.count("LSP 9001") >= 1
        shown = re.findall(r"(?:[0-9a-f]{4} ){15}[0-9a-f]{4}", seen.page.inner_text("#keys"))
        prints = len(shown)
        keys = len(document.roots) + len(document.issuers) + len(document.publishers) + 1
        assert prints == keys


def test_it_counts_what_is_published_and_shows_every_version_of_the_key_list(
    browser: Browser, site: Site
) -> None:
    with Store.open(Workspace.open(site.workspace).database) as store:
        counted = store.state_counts()
        versions = [trust.parse(row.note) for row in store.trust()]
    with watched(browser, site, locale="en") as seen:
        seen.page.goto(site.address + "en/registry/")
        seen.page.wait_for_selector("#counts:not([hidden])", timeout=20_000)
        shown = [int(text) for text in seen.page.locator("#counts dd").all_inner_texts()]
        states = [counted.get(state, 0) for state in range(4)]
        assert shown == [sum(states), *states]
        history = seen.page.inner_text("#history").replace(" ", "").replace("\n", "")
        assert len(versions) == 2
        for document in versions:
            assert document.digest in history
        until = seen.page.locator(".figures time")
        assert until.inner_text() == "31 October 2026"
        assert "identified" in seen.page.inner_text(".figures")
        seen.page.click('[data-language="ja"]')
        seen.page.wait_for_selector("html[lang=ja]")
        assert until.inner_text() == "2026年10月31日"
        wide = seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert wide


def test_no_page_file_holds_the_state_of_a_build(site: Site) -> None:
    note = build_note.parse((site.public / "build.note").read_bytes())
    root = b64encode(note.root)
    pages = [*site.public.rglob("*.html"), *site.public.rglob("assets/*.js")]
    assert len(pages) >= 10
    for path in pages:
        assert root not in path.read_text(encoding="utf-8"), path
