"""Takes the pictures of the documentation: ``python -m tests.browser.screenshots``.

``docs/images/`` gets the one of the README; ``--all FOLDER`` takes every page in Japanese and
Indonesian, narrow and wide, light and dark.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from registry import single_file
from tests.browser.site import CHROMIUM, FLAGS, Site, make_site, watched

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_LOOKS = [
    (language, width, scheme)
    for language in ("ja", "id")
    for width in (360, 1280)
    for scheme in ("light", "dark")
]


_IN_FILE = ("valid", "revoked", "unknown-key")
"""Samples that are shown in download/verify.html too, whose words differ for them."""


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="also every page and look")
    parser.add_argument(
        "--only", default="", metavar="NAME", help="of these pages such as begin so"
    )
    wanted, only = parser.parse_args().all, parser.parse_args().only
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for site in make_site(Path(folder)):
            _take(browser, site, IMAGES / "verdict-ja.png", site.text("valid"), "ja", 900, "light")
            if wanted:
                _take_all(browser, site, wanted, only)
        browser.close()


def _take_all(browser: Browser, site: Site, folder: Path, only: str) -> None:
    pages = {sample["name"]: site.text(sample["name"]) for sample in site.samples}
    pages |= {"home": site.address, "registry": f"{site.address}registry/"}
    file = (site.public / single_file.PATH).as_uri()
    codes = {name: site.text(name).partition("#")[2] for name in _IN_FILE}
    pages |= {"single": file} | {f"single-{name}": f"{file}#{code}" for name, code in codes.items()}
    for name, address in pages.items():
        if not name.startswith(only):
            continue
        for language, width, scheme in _LOOKS:
            target = folder / f"{name}-{language}-{width}-{scheme}.png"
            _take(browser, site, target, address, language, width, scheme, whole=True)


def _take(
    browser: Browser,
    site: Site,
    target: Path,
    address: str,
    language: str,
    width: int,
    scheme: str,
    *,
    whole: bool = False,
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    size = ViewportSize(width=width, height=1000)
    with watched(browser, site, locale=language, viewport=size, color_scheme=scheme) as seen:
        if address.startswith((site.address, "file:")):
            seen.page.goto(address)
            seen.foreign.clear()  # a file is no page of the site
        else:
            seen.page.goto(site.address)
            seen.page.fill("#code", address)
            seen.page.click("#paste button[type=submit]")
        seen.page.wait_for_load_state("networkidle")
        seen.page.wait_for_timeout(300)
        seen.page.screenshot(path=target, full_page=whole)


if __name__ == "__main__":
    main()
