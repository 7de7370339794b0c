"""The registry page: numbers read from the signed note in the browser, keys with fingerprints."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

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
        prints = seen.page.evaluate(
            "[...document.body.innerText.matchAll(/(?:[0-9a-f]{4} ){15}[0-9a-f]{4}/g)].length"
        )
        keys = len(document.roots) + len(document.issuers) + len(document.publishers) + 1
        assert prints == keys


def test_no_page_file_holds_the_state_of_a_build(site: Site) -> None:
    note = build_note.parse((site.public / "build.note").read_bytes())
    root = b64encode(note.root)
    pages = [*site.public.rglob("*.html"), *site.public.rglob("assets/*.js")]
    assert len(pages) >= 10
    for path in pages:
        assert root not in path.read_text(encoding="utf-8"), path
