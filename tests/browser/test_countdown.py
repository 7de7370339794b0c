"""Data of persons leave the page by themselves, after a countdown that can be ended."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import NOW, Site, Watched, watched

pytestmark = pytest.mark.browser

QUIET = 300


def _shown(seen: Watched, site: Site) -> Page:
    """A valid result, on a page whose clock the test turns."""
    seen.page.clock.install(time=NOW + 60)
    seen.page.goto(site.text("valid"))
    assert seen.reason() == "valid"
    expect(seen.page.locator("#print")).to_be_visible()
    seen.page.wait_for_load_state("networkidle")
    return seen.page


def test_a_result_that_nobody_touches_is_cleared_after_a_countdown(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site, now=None, service_workers="allow") as seen:
        page = _shown(seen, site)
        page.clock.run_for((QUIET - 10) * 1000)
        expect(page.locator(".countdown")).to_have_count(0)
        page.keyboard.press("Shift")
        page.clock.run_for((QUIET - 10) * 1000)
        expect(page.locator(".countdown")).to_have_count(0)
        page.clock.run_for(12_000)
        expect(page.locator(".countdown")).to_be_visible()
        page.clock.run_for(30_000)
        assert "30秒" in page.inner_text(".countdown") or "29秒" in page.inner_text(".countdown")
        assert "Lestari" in page.inner_text("body")
        page.clock.run_for(40_000)
        expect(page.locator("#home")).to_be_visible()
        assert "Lestari" not in page.content()
        expect(page.locator("#announcement")).to_have_text("結果を消去しました。")
        expect(page.locator(".countdown")).to_have_count(0)


def test_the_countdown_can_be_ended_and_the_result_stays(browser: Browser, site: Site) -> None:
    with watched(browser, site, now=None, service_workers="allow") as seen:
        page = _shown(seen, site)
        page.clock.run_for((QUIET + 5) * 1000)
        page.locator("text=表示を続ける").press("Enter")
        expect(page.locator(".countdown")).to_have_count(0)
        assert page.evaluate("document.activeElement.id") == "verdict"
        page.click('[data-language="id"]')
        expect(page.locator("html")).to_have_attribute("lang", "id")
        page.clock.run_for(3 * QUIET * 1000)
        expect(page.locator(".countdown")).to_have_count(0)
        assert "Lestari" in page.inner_text("body")


def test_a_result_can_be_cleared_at_once(browser: Browser, site: Site) -> None:
    with watched(browser, site, now=None, service_workers="allow") as seen:
        page = _shown(seen, site)
        page.clock.run_for((QUIET + 5) * 1000)
        page.click("text=今すぐ消去する")
        expect(page.locator("#home")).to_be_visible()
        assert "Lestari" not in page.content()


def test_a_verdict_without_data_of_a_person_stays(browser: Browser, site: Site) -> None:
    with watched(browser, site, now=None, service_workers="allow") as seen:
        seen.page.clock.install(time=NOW + 60)
        seen.page.goto(site.address)
        seen.page.fill("#code", site.text("foreign-code"))
        seen.page.click("#paste button[type=submit]")
        assert seen.reason() == "foreign-code"
        seen.page.clock.run_for(2 * QUIET * 1000)
        expect(seen.page.locator(".countdown")).to_have_count(0)


def test_a_network_that_goes_before_the_watch_begins_takes_no_verdict(
    browser: Browser, own_site: Site
) -> None:
    with watched(browser, own_site, now=None) as seen:
        seen.page.clock.install(time=NOW + 60)
        seen.page.route("**/countdown-*.js", lambda route: route.abort())
        with seen.page.expect_console_message(lambda said: "countdown" in said.text):
            seen.page.goto(own_site.text("valid"))
        assert seen.reason() == "valid"
        seen.complaints.clear()
        assert "Lestari" in seen.page.inner_text("body")
        seen.page.unroute("**/countdown-*.js")
        with seen.page.expect_response("**/countdown-*.js"):
            seen.page.evaluate("dispatchEvent(new Event('online'))")
        seen.page.wait_for_load_state("networkidle")
        seen.page.clock.run_for((QUIET + 5) * 1000)
        expect(seen.page.locator(".countdown")).to_have_count(1)
