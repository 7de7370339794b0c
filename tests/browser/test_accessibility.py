"""Every page and every reason: axe-core in Japanese and Indonesian, light and dark; and 320 px."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from registry import single_file
from tests.browser.reasons import CASES, Case, reach
from tests.browser.site import ROOT, Site, Watched, watched

pytestmark = pytest.mark.browser

AXE = (ROOT / "site_templates/node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
RUN = """(wanted) => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: wanted,
}).then(({ violations, passes }) => ({
  passes: passes.length,
  found: violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]),
}))"""
LANGUAGES = ("ja", "id")
UNREADABLE = FilePayload(name="x.docx", mimeType="application/x", buffer=b"PK")


def _examine(page: Page, what: str) -> None:
    """No rule is broken; in the dark, where nothing but colours differs, none about colours."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE)
    looks: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...]
    looks = (("light", RULES), ("dark", COLOURS))
    for scheme, wanted in looks:
        page.emulate_media(color_scheme=scheme)
        kind = "tag" if wanted is RULES else "rule"
        told = page.evaluate(RUN, {"type": kind, "values": list(wanted)})
        assert told["passes"] >= (15 if wanted is RULES else 1), "axe-core looked at something"
        assert told["found"] == [], (what, scheme, json.dumps(told["found"], indent=1))


def _examine_in_place(seen: Watched, what: str, ready: str = "") -> None:
    """The same in both languages, changed in place."""
    for language in reversed(LANGUAGES):
        seen.page.click(f'[data-language="{language}"]')
        seen.page.wait_for_selector(f"html[lang={language}] {ready}")
        _examine(seen.page, f"{what} {language}")


def _reflows(page: Page) -> None:
    """On a small phone, or at 400 % of 1280 pixels, nothing scrolls sideways (WCAG 2.2, 1.4.10)."""
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_fault_is_found_in_both_schemes(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.address)
        for scheme, colour in (("light", "#bbb"), ("dark", "#444")):
            seen.page.evaluate(f"document.querySelector('h1').style.color = '{colour}'")
            with pytest.raises(AssertionError, match=f"(?s){scheme}.*color-contrast"):
                _examine(seen.page, "home")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_reason(browser: Browser, site: Site, case: Case) -> None:
    with watched(browser, site, now=case.now) as seen:
        assert reach(seen, site, case) == case.reason
        _examine_in_place(seen, str(case), ".technical")
        _reflows(seen.page)
        seen.complaints.clear()  # the browser itself says that a file is missing


def test_what_opens_on_a_result(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.text("revoked"))
        assert seen.reason() == "revoked"
        for summary in seen.page.locator("main summary:visible").all():
            summary.click()
        seen.page.wait_for_selector(".inquiry pre")
        seen.page.locator("[data-item=name] input[value=partial]").check()
        _examine(seen.page, "opened")


def test_the_doors(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.address)
        seen.page.wait_for_load_state("networkidle")
        _examine_in_place(seen, "empty")
        seen.page.click("#paste button[type=submit]")
        expect(seen.page.locator("#paste-error .error")).to_be_visible()
        seen.page.locator("#home summary").click()
        seen.page.set_input_files("#files", [UNREADABLE])
        expect(seen.page.locator("#files-error")).to_be_visible()
        _examine_in_place(seen, "with errors")
        seen.page.click("#scan")
        seen.page.wait_for_selector(".scanner .trouble:not(:empty)")
        _examine(seen.page, "without a camera")


def test_the_list_of_many(browser: Browser, site: Site) -> None:
    lines = [site.text(sample["name"]) for sample in site.samples]
    codes = FilePayload(name="codes.txt", mimeType="text/plain", buffer="\n".join(lines).encode())
    with watched(browser, site) as seen:
        seen.page.goto(site.address)
        seen.page.set_input_files("#files", [codes, UNREADABLE])
        seen.page.wait_for_selector(".batch-foot button")
        _examine_in_place(seen, "batch")
        seen.page.set_viewport_size({"width": 360, "height": 800})
        _examine(seen.page, "batch, narrow")
        _reflows(seen.page)


def test_the_registry_page(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"{site.address}registry/")
        seen.page.wait_for_selector("#counts:not([hidden])", timeout=20_000)
        _examine_in_place(seen, "registry")


def test_the_single_file(browser: Browser, site: Site) -> None:
    with watched(browser, site, offline=True) as seen:
        seen.page.goto((site.public / single_file.PATH).as_uri())
        _examine_in_place(seen, "verify.html")
        for name in ("valid", "revoked", "unknown-key"):
            seen.paste(site.text(name))
            _examine_in_place(seen, f"verify.html {name}", ".technical")
            _reflows(seen.page)
        seen.foreign.clear()  # a file is no page of the site


def test_a_page_that_is_not_there(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(f"{site.address}tidak/ada")
        _examine(seen.page, "404")
        _reflows(seen.page)
        seen.complaints.clear()  # the browser itself says that the page is missing


GUIDE = sorted(
    f"{own}{page}"
    for own, folder in (("", "ja"), ("id/", "id"))
    for path in (ROOT / "site_templates/guide" / folder).glob("*.md")
    for page in ["" if path.stem == "index" else f"{path.stem}/"]
)


def test_every_page_of_the_guide(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        for page in GUIDE:
            seen.page.goto(f"{site.address}guide/{page}")
            _examine(seen.page, page)
            _reflows(seen.page)
            seen.page.set_viewport_size({"width": 1280, "height": 720})
    assert len(GUIDE) >= 26
