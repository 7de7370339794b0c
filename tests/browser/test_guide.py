"""The guide in a browser: nothing blocked, nothing asked elsewhere; search and languages work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.site import Site, watched

pytestmark = pytest.mark.browser

PAGES = ("", "id/", "en/", "verdicts/", "id/offline/", "en/by-hand/", "privacy/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_guide_is_blocked_or_wider_than_a_phone(
    browser: Browser, site: Site, scheme: str
) -> None:
    with watched(
        browser, site, color_scheme=scheme, viewport={"width": 320, "height": 640}
    ) as seen:
        for path in PAGES:
            seen.page.goto(f"{site.address}guide/{path}")
            seen.page.wait_for_load_state("networkidle")
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_search_finds_in_japanese_and_languages_switch(browser: Browser, site: Site) -> None:
    # A clock that stands still would stop the theme's own timers.
    with watched(browser, site, now=None) as seen:
        page = seen.page
        page.goto(site.address)
        page.click("a[data-guide]")
        page.wait_for_url(f"{site.address}guide/**")
        page.click(".md-search__input")
        page.keyboard.insert_text("プライバシー")
        page.keyboard.press("End")
        page.wait_for_selector(".md-search-result__item a[href*='privacy/']")
        page.keyboard.press("Escape")
        page.goto(f"{site.address}guide/compare/")
        page.hover(".md-select")
        page.click(".md-select__link[hreflang=id]")
        page.wait_for_url(f"{site.address}guide/id/**")
        assert page.inner_text("h1") in {"Memeriksa sertifikat", "Apa yang perlu dicocokkan"}
        page.click("a.md-logo")
        page.wait_for_url(f"{site.address}id/")


WORDS = [
    ("", "在留カード", ("compare/", "verdicts/")),
    ("", "確認書類", ("compare/",)),
    ("", "署名の検証", ("by-hand/",)),
    ("", "取消し", ("publishers/",)),
    ("", "ホーム画面", ("offline/",)),
    ("", "監査", ("auditors/",)),
    ("id/", "kartu residensi", ("compare/",)),
    ("id/", "paspor", ("compare/",)),
    ("id/", "pencabutan", ("publishers/",)),
    ("en/", "residence card", ("compare/",)),
]


@pytest.mark.parametrize(("language", "word", "pages"), WORDS, ids=[word for _, word, _ in WORDS])
def test_a_word_that_somebody_types_is_found(
    browser: Browser, site: Site, language: str, word: str, pages: tuple[str, ...]
) -> None:
    with watched(browser, site, now=None) as seen:
        page = seen.page
        page.goto(f"{site.address}guide/{language}")
        page.click(".md-search__input")
        page.keyboard.insert_text(word)
        page.keyboard.press("End")
        own = f"/guide/{language}"
        for path in pages:
            page.wait_for_selector(
                f".md-search-result__item a[href*='{own}{path}']", state="attached"
            )
        assert page.locator(".md-search-result__item mark").count() > 0
