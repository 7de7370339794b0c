"""download/verify.html from a disk: no host, no network, the same verdicts as a page offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from registry import single_file
from tests.browser.site import NOW, Site, Watched, watched

pytestmark = pytest.mark.browser

DAY = 86_400
OFFLINE = {
    "unknown-key": "key-unchecked",
    "out-of-scope": "key-unchecked",
    # Its index holds another entry of the log, which is not in the file (docs/verdicts.md).
    "not-in-log": "valid",
}
"""Verdicts on data that are at hand and were not fetched, where they are other ones."""


@pytest.fixture(scope="module")
def file(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as somebody downloaded it."""
    kept = tmp_path_factory.mktemp("stick") / "verify.html"
    kept.write_bytes((site.public / single_file.PATH).read_bytes())
    return kept


@contextmanager
def _opened(browser: Browser, site: Site, file: Path, **options: Any) -> Iterator[Watched]:
    """The file in a browser without a network; afterwards it must have asked for nothing."""
    with watched(browser, site, offline=True, **options) as seen:
        seen.page.goto(file.as_uri())
        yield seen
        others = [url for url in seen.requests if not url.startswith(("data:", "blob:"))]
        assert {url.partition("#")[0] for url in others} == {file.as_uri()}
        seen.foreign.clear()


def test_every_sample_has_its_offline_verdict(browser: Browser, site: Site, file: Path) -> None:
    with _opened(browser, site, file) as seen:
        for sample in site.samples:
            wanted = OFFLINE.get(sample["reason"], sample["reason"])
            assert seen.paste(site.text(sample["name"])) == wanted, sample["name"]
            panel = seen.page.inner_text("[data-reason]")
            named = "2026年11月24日 12:00（日本時間）" in panel
            assert named is (wanted not in {"foreign-code", "other-code", "malformed", "too-new"})
    print(f"samples: {len(site.samples)}")
    assert len(site.samples) > 12


def test_it_shows_the_catalogue_and_a_record(browser: Browser, site: Site, file: Path) -> None:
    with _opened(browser, site, file) as seen:
        assert seen.paste(site.text("valid")) == "valid"
        seen.page.wait_for_selector("#print")
        body = seen.page.inner_text("body")
        assert "LSP Pengelasan Samudra" in body
        assert "C.24LAS01.001.1" in body
        assert f"{site.address}で行います" in body, "where the log can be compared"
        with seen.page.expect_download() as saving:
            seen.page.click("#save")
        assert re.fullmatch("record-[0-9]+-build-[0-9]+[.]json", saving.value.suggested_filename)
        seen.page.emulate_media(media="print")
        assert seen.page.locator(".record").is_visible()


@pytest.mark.parametrize(
    ("days", "reason"), [(2, "valid"), (5, "valid"), (15, "status-stale"), (800, "trust-expired")]
)
def test_it_grows_old_and_says_so(
    browser: Browser, site: Site, file: Path, days: int, reason: str
) -> None:
    with _opened(browser, site, file, now=NOW + days * DAY) as seen:
        assert seen.paste(site.text("valid")) == reason
        panel = seen.page.inner_text("[data-reason]")
        assert f"{days}日" in panel, "the age of the data is always said"
        assert (f"新しいファイルを取得するか、{site.address}で" in panel) is (days in {5, 800})
        assert seen.paste(site.text("revoked")) == "revoked"


def test_an_old_file_never_calls_the_paper_of_a_new_key_false(
    browser: Browser, site: Site, file: Path
) -> None:
    with _opened(browser, site, file, now=NOW + 400 * DAY) as seen:
        for name in ("unknown-key", "out-of-scope"):
            assert seen.paste(site.text(name)) == "key-unchecked"
            assert seen.page.get_attribute("[data-reason]", "data-level") == "amber"


def test_a_clock_before_the_data_is_no_verdict(browser: Browser, site: Site, file: Path) -> None:
    with _opened(browser, site, file, now=NOW - 3600) as seen:
        assert seen.paste(site.text("valid")) == "clock-wrong"


@pytest.mark.parametrize("damage", ["note", "lists", "block"])
def test_what_is_damaged_in_it_is_never_green(
    browser: Browser, site: Site, file: Path, tmp_path: Path, damage: str
) -> None:
    page = file.read_bytes()
    held = single_file.contents(page)
    if damage == "note":
        held["build.note"] = held["build.note"].replace(b"2026-", b"2027-", 1)
    if damage == "lists":
        held = {path: b"" if "status/" in path else data for path, data in held.items()}
    broken = tmp_path / "verify.html"
    whole = single_file.filled(page, held)
    broken.write_bytes(single_file.emptied(page) if damage == "block" else whole)
    wanted = {"note": "status-stale", "lists": "status-stale", "block": "key-unchecked"}[damage]
    with watched(browser, site, offline=True) as seen:
        seen.page.goto(broken.as_uri())
        assert seen.paste(site.text("valid")) == wanted
        seen.foreign.clear()
        assert len(seen.complaints) == (1 if damage == "block" else 0), "an empty block is a fault"
        seen.complaints.clear()


def test_it_reads_pictures_and_says_that_it_reads_no_pdf(
    browser: Browser, site: Site, file: Path
) -> None:
    samples = site.workspace / "samples"
    with _opened(browser, site, file) as seen:
        seen.page.set_input_files("#files", str(samples / "valid.png"))
        assert seen.reason() == "valid"
        seen.page.click("#another")
        seen.page.set_input_files(
            "#files", [str(samples / "revoked.png"), str(samples / "batch.pdf")]
        )
        seen.page.wait_for_selector("text=このファイルではPDFを読み取れません")
        assert "取消し" in seen.page.inner_text("#batch-place")


def test_a_code_in_its_address_is_judged_and_taken_out(
    browser: Browser, site: Site, file: Path
) -> None:
    with _opened(browser, site, file) as seen:
        seen.page.goto(file.as_uri() + "#" + site.text("valid").partition("#")[2])
        assert seen.reason() == "valid"
        assert seen.page.url == file.as_uri()


@pytest.mark.parametrize(("locale", "word"), [("id-ID", "Periksa"), ("en-GB", "Check")])
def test_it_speaks_three_languages(
    browser: Browser, site: Site, file: Path, locale: str, word: str
) -> None:
    with _opened(browser, site, file, locale=locale) as seen:
        seen.page.wait_for_selector(f"h1:has-text('{word}')")
        assert seen.paste(site.text("revoked")) == "revoked"
        seen.page.click("a[data-language=ja]")
        seen.page.wait_for_selector("[data-reason]:has-text('取消し')")
        assert seen.page.url == file.as_uri()
        hrefs = seen.page.eval_on_selector_all("nav a", "all => all.map((one) => one.href)")
        assert all(href.startswith(site.address) for href in hrefs)


@pytest.mark.parametrize("locale", ["ja-JP", "id-ID", "en-GB"])
def test_it_fits_a_narrow_screen(browser: Browser, site: Site, file: Path, locale: str) -> None:
    narrow = {"viewport": {"width": 320, "height": 640}, "locale": locale}
    with _opened(browser, site, file, **narrow) as seen:
        for name in ("", "valid", "revoked", "unknown-key"):
            if name:
                seen.paste(site.text(name))
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320, name


def test_the_registry_page_offers_it(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.address + "registry/")
        with seen.page.expect_download() as saving:
            seen.page.click("a[href$='download/verify.html']")
        assert (
            Path(saving.value.path()).read_bytes() == (site.public / single_file.PATH).read_bytes()
        )
