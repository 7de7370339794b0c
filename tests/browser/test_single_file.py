"""download/verify.html from a disk: no host, no network, the same verdicts as a page offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from registry import build, ceremony, drafting, single_file
from registry.keyring import Keyring, vkey_name
from registry.store import Store
from registry.workspace import Workspace
from signing.trust import Final
from tests.browser.film import camera, film, scene
from tests.browser.forged import forged, scheme
from tests.browser.site import NOW, Site, Watched, watched
from tests.photographs import View

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


def _amend(site: Site, closed: dict[str, tuple[str, Final | None]], now: int) -> None:
    """The next trust document, with every key of the folder in it, and a build that pins it."""
    workspace = Workspace.open(site.workspace)
    ring = Keyring(workspace.keys, demo=True)
    with Store.open(workspace.database, writer=True) as store:
        kids = {ring.find("issuer", name).kid.hex(): end for name, end in closed.items()}
        wishes = drafting.Wishes(now=now, closed=kids)
        past = drafting.in_force(store)
        data = f"{drafting.draft(workspace.settings, past, ring.files(), wishes)}\n".encode()
        for holder in ("a", "b"):
            file = ring.find("root", holder)
            data = ceremony.sign(data, file.vkey, ring.open(file))
        document, _ = drafting.publish(store, data)
        (workspace.trust / f"{document.version}.note").write_bytes(data)
        build.build(workspace, store, ring, build.Terms(now))


@pytest.fixture
def changed_keys(own_site: Site, tmp_path: Path) -> tuple[Path, Path]:
    """The file of before, and that of after two issuer keys were stolen and one was made.

    Of one key the last entry that counts is known, of the other it is not.
    """
    before, after = tmp_path / "before.html", tmp_path / "after.html"
    before.write_bytes((own_site.public / single_file.PATH).read_bytes())
    workspace = Workspace.open(own_site.workspace)
    ring = Keyring(workspace.keys, demo=True)
    name = vkey_name(workspace.settings.id, "issuer", "second")
    ring.create("issuer", "second", name, None)
    with Store.open(workspace.database) as store:
        end = drafting.cut_off(store)
    stolen = {"general": ("compromised", end), "lsp-9001": ("compromised", None)}
    _amend(own_site, stolen, NOW + 3600)
    after.write_bytes((own_site.public / single_file.PATH).read_bytes())
    return before, after


def test_papers_of_a_stolen_key_and_of_a_new_one(
    browser: Browser, own_site: Site, changed_keys: tuple[Path, Path]
) -> None:
    before, after = changed_keys
    entry = scheme([{"code": "X.01", "id": "Satu"}])
    papers = {
        "of before the theft": own_site.text("valid"),
        "after it": forged(own_site, entry, index=10_000),
        "no end is known": own_site.text("out-of-scope"),
        "of a new key": forged(own_site, entry, by="second"),
    }
    wanted = {
        # Only the log, which is not in the file, can show which papers are older than the theft.
        after: ("key-unchecked", "key-compromised", "key-compromised", "valid"),
        # It cannot know of the theft; and what it does not know it does not call false.
        before: ("valid", "log-unchecked", "key-unchecked", "key-unchecked"),
    }
    for file, reasons in wanted.items():
        with _opened(browser, own_site, file, now=NOW + 7200) as seen:
            for (what, text), reason in zip(papers.items(), reasons, strict=True):
                assert seen.paste(text) == reason, (file.name, what)
                level = {"valid": "green", "key-compromised": "red"}.get(reason, "amber")
                assert seen.page.get_attribute("[data-reason]", "data-level") == level
    with watched(browser, own_site, now=NOW + 7200) as seen:
        seen.page.goto(own_site.address)
        assert seen.paste(papers["of before the theft"]) == "valid", "the site has the proof"
        assert seen.paste(papers["after it"]) == "key-compromised"
        assert seen.paste(papers["of a new key"]) == "not-in-log", "its index holds another entry"


def test_the_camera_reads_in_it_too(
    browser: Browser, site: Site, file: Path, tmp_path: Path
) -> None:
    shown = film(scene((site.text("revoked"), View(module=6), (620, 220))), tmp_path / "film.y4m")
    with (
        camera(browser.browser_type, shown) as filming,
        _opened(filming, site, file) as seen,
    ):
        seen.page.click("#scan")
        assert seen.reason(60_000) == "revoked"
        assert seen.page.locator("dialog").count() == 0


@pytest.mark.parametrize(
    ("locale", "told", "way"),
    [
        ("ja-JP", "使えるカメラが見つかりません", "写真を選ぶか"),
        ("id-ID", "Kamera tidak", "Pilih foto,"),
    ],
)
def test_without_a_camera_it_names_the_ways_that_it_has(
    browser: Browser, site: Site, file: Path, locale: str, told: str, way: str
) -> None:
    with _opened(browser, site, file, locale=locale) as seen:
        seen.page.click("#scan")
        seen.page.wait_for_selector(".scanner .trouble:not(:empty)")
        trouble = seen.page.inner_text(".scanner .trouble")
        assert told in trouble
        assert way in trouble
        assert "PDF" not in trouble


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
        seen.page.reload()
        for language in ("en", "id", "ja"):
            seen.page.click(f"a[data-language={language}]")
            seen.page.wait_for_selector(f"html[lang={language}]")
            assert "PDF" not in seen.page.inner_text("body"), "no door offers what it cannot read"
        assert seen.page.get_attribute("#files", "accept") == "image/*,text/plain"
        seen.page.set_input_files("#files", str(samples / "batch.pdf"))
        seen.page.wait_for_selector("#files-error:has-text('正式な確認ページでPDFを確認')")


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
