"""The camera in the page: what it reads, what it takes, and what it says when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.film import camera, film, scene
from tests.browser.site import Site, watched
from tests.photographs import View

pytestmark = pytest.mark.browser

LONG = 60_000
"""Milliseconds: a busy machine reads few frames a second."""


@pytest.fixture(scope="module")
def filmed(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Browser, Path]]:
    """A browser whose camera shows a file, which is read anew whenever the camera is opened."""
    path = film(scene(), tmp_path_factory.mktemp("film") / "film.y4m")
    with camera(browser.browser_type, path) as launched:
        yield launched, path


def showing(filmed: tuple[Browser, Path], picture: Image.Image) -> Browser:
    browser, path = filmed
    film(picture, path)
    return browser


def _opened(page: Page, site: Site) -> None:
    page.goto(site.address)
    page.click("#scan")


VIEWS = {
    "clean": (View(module=6), 0),
    "rotated": (View(module=5, roll=37, noise=4), 0),
    "in perspective": (View(module=6, tilt=35, roll=70, shade=0.4), 0),
    "blurred": (View(module=7, blur=1.5, motion=2, noise=6, quality=70), 0.8),
    "far away": (View(module=2.6, blur=0.5, noise=4, roll=12), 0),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_code_before_the_camera_is_read_and_judged(
    filmed: tuple[Browser, Path], site: Site, name: str
) -> None:
    view, blur = VIEWS[name]
    browser = showing(filmed, scene((site.text("valid"), view, (620, 220)), blur=blur))
    with watched(browser, site) as seen:
        _opened(seen.page, site)
        assert seen.reason(LONG) == "valid"
        assert seen.page.locator("dialog").count() == 0
        assert any("decode_worker" in url for url in seen.requests)


def test_nothing_of_the_camera_is_loaded_before_somebody_asks_for_it(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.address)
        seen.page.wait_for_load_state("networkidle")
        names = ("scanner", "decode_worker", "scan-", "batch", "pdf")
        assert not [url for url in seen.requests if any(f"/{name}" in url for name in names)]


def test_of_two_codes_in_view_ours_is_taken(filmed: tuple[Browser, Path], site: Site) -> None:
    other = ("https://lsp.example/profil", View(module=14), (120, 200))
    ours = (site.text("revoked"), View(module=5, roll=5), (1050, 260))
    browser = showing(filmed, scene(other, ours))
    with watched(browser, site) as seen:
        _opened(seen.page, site)
        assert seen.reason(LONG) == "revoked"


def test_two_codes_of_ours_are_a_list(filmed: tuple[Browser, Path], site: Site) -> None:
    codes = (
        (site.text("revoked"), View(module=5), (90, 200)),
        (site.text("valid"), View(module=5, roll=8), (1000, 200)),
    )
    browser = showing(filmed, scene(*codes))
    with watched(browser, site) as seen:
        _opened(seen.page, site)
        rows = seen.page.locator(".batch-list tbody tr")
        expect(rows).to_have_count(2, timeout=LONG)
        kinds = {row.get_attribute("data-kind") for row in rows.all()}
        assert kinds == {"green", "red"}


@pytest.mark.parametrize(
    ("name", "reason"), [("foreign-code", "foreign-code"), ("other-code", "other-code")]
)
def test_a_code_that_leads_elsewhere_takes_the_page_or_is_grey(
    filmed: tuple[Browser, Path], site: Site, name: str, reason: str
) -> None:
    browser = showing(filmed, scene((site.text(name), View(module=6), (600, 200))))
    with watched(browser, site) as seen:
        _opened(seen.page, site)
        assert seen.reason(LONG) == reason
        whole = seen.page.evaluate("document.documentElement.classList.contains('alarm-foreign')")
        assert whole == (reason == "foreign-code")
        assert seen.page.locator(".told .host").first.inner_text() in site.text(name)


NATIVE = """
  globalThis.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(FORMATS); }
    detect(bitmap) {
      globalThis.detected = bitmap.width;
      return FAILS ? Promise.reject(new DOMException("gone", "NotSupportedError"))
        : Promise.resolve([{ rawValue: TEXT }]);
    }
  };
"""


@pytest.mark.parametrize(
    ("formats", "fails", "own"),
    [
        ('["qr_code"]', "false", True),
        ('["ean_13"]', "false", False),
        ('["qr_code"]', "true", False),
    ],
)
def test_the_browsers_own_detector_where_it_reads_codes(
    filmed: tuple[Browser, Path], site: Site, formats: str, fails: str, own: bool
) -> None:
    browser = showing(filmed, scene((site.text("valid"), View(module=6), (600, 200))))
    script = NATIVE.replace("FORMATS", formats).replace("FAILS", fails)
    with watched(browser, site) as seen:
        seen.page.add_init_script(script.replace("TEXT", repr(site.text("revoked"))))
        _opened(seen.page, site)
        assert seen.reason(LONG) == ("revoked" if own else "valid")
        assert own != any("decode_worker" in url for url in seen.requests)
        wide = seen.page.evaluate("globalThis.detected ?? 0")
        assert (wide == 1920) == (formats == '["qr_code"]')


def _trouble(page: Page) -> str:
    page.wait_for_selector(".scanner .trouble:not(:empty)", timeout=LONG)
    return page.inner_text(".scanner .trouble")


def test_without_a_camera_the_page_says_so_and_offers_the_other_ways(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site) as seen:
        _opened(seen.page, site)
        assert "使えるカメラが見つかりません" in _trouble(seen.page)
        seen.page.keyboard.press("Escape")
        expect(seen.page.locator("dialog")).to_have_count(0)
        assert seen.page.evaluate("document.activeElement.id") == "scan"


def test_without_permission_the_page_says_so(browser: Browser, site: Site) -> None:
    refuse = (
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    with watched(browser, site, locale="id-ID") as seen:
        seen.page.add_init_script(refuse)
        _opened(seen.page, site)
        assert "kamera" in _trouble(seen.page)
        assert seen.page.locator(".scanner .actions button:visible").count() == 2


def test_without_https_the_page_names_the_address_that_has_it(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.add_init_script(
            "Object.defineProperty(navigator, 'mediaDevices', {value: undefined})"
        )
        _opened(seen.page, site)
        assert site.address in _trouble(seen.page)


def _until(page: Page, condition: str) -> None:
    """Ask again and again: the page's policy forbids Playwright's own way of waiting."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never: {condition}")


DEVICES = """
  const media = navigator.mediaDevices;
  const list = media.enumerateDevices.bind(media);
  const open = media.getUserMedia.bind(media);
  globalThis.asked = [];
  globalThis.tracks = [];
  media.enumerateDevices = async () => {
    const found = (await list()).filter((one) => one.kind === "videoinput");
    return [...found, { kind: "videoinput", deviceId: "second" }];
  };
  media.getUserMedia = async (wishes) => {
    asked.push(wishes.video);
    const stream = await open({ video: { width: 1920, height: 1080 } });
    const [track] = stream.getVideoTracks();
    tracks.push(track);
    track.getCapabilities = () => ({ torch: [true, false], focusMode: ["continuous"] });
    track.applyConstraints = async (wanted) => { asked.push(wanted); };
    return stream;
  };
"""


def test_light_other_camera_and_a_page_out_of_sight(
    filmed: tuple[Browser, Path], site: Site
) -> None:
    browser = showing(filmed, scene())
    with watched(browser, site) as seen:
        page = seen.page
        page.add_init_script(DEVICES)
        _opened(page, site)
        page.click("text=ライトをつける", timeout=LONG)
        expect(page.locator("text=ライトを消す")).to_be_visible()
        page.click("text=カメラを切り替える")
        _until(page, "asked.some((one) => one.deviceId?.exact === 'second')")
        asked = page.evaluate("asked")
        assert asked[0]["width"] == {"ideal": 1920}
        assert asked[0]["facingMode"] == "environment"
        assert {"advanced": [{"torch": True}]} in asked
        assert {"advanced": [{"focusMode": "continuous"}]} in asked
        _until(page, "tracks[0].readyState === 'ended'")
        page.evaluate(
            """Object.defineProperty(document, 'visibilityState', {value: 'hidden'});
            document.dispatchEvent(new Event('visibilitychange'))"""
        )
        _until(page, "tracks.every((track) => track.readyState === 'ended')")
        page.click("text=もう一度読み取る")
        expect(page.locator(".scanner video")).to_be_visible()
        page.click("text=読み取りをやめる")
        expect(page.locator("dialog")).to_have_count(0)
        _until(page, "tracks.every((track) => track.readyState === 'ended')")
