"""The policy of every page as a browser enforces it: what a slip in a script could not do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from registry import single_file
from tests.browser.site import Site, watched

pytestmark = pytest.mark.browser

TRIED = """() => {
  const tried = {
    html: () => { document.createElement("div").innerHTML = "<b>x</b>"; },
    script: () => { document.createElement("script").text = "globalThis.hacked = 1"; },
    source: () => { document.createElement("script").src = "assets/x.js"; },
    policy: () => { trustedTypes.createPolicy("default", { createHTML: (text) => text }); },
  };
  return Object.entries(tried).flatMap(([name, act]) => {
    try { act(); return [name]; } catch { return []; }
  });
}"""
"""What was not refused. What a debugger asks for may call eval(), whatever the policy says."""
INLINE = """() => {
  const script = document.createElement("script");
  script.append("globalThis.hacked = 1");
  document.body.append(script);
  return typeof hacked;
}"""


@pytest.mark.parametrize("path", ["", "id/", "en/", "registry/", "id/registry/", "tidak/ada", "#"])
def test_trusted_types_are_on_in_every_page(browser: Browser, site: Site, path: str) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.text("valid") if path == "#" else site.address + path)
        seen.page.wait_for_load_state("networkidle")
        seen.complaints.clear()  # of 404, the browser itself says that the page is missing
        assert seen.page.evaluate(TRIED) == []
        assert seen.page.evaluate(INLINE) == "undefined"
        assert len(seen.complaints) >= 4, "each is reported as a breach, so tests would see one"
        seen.complaints.clear()


def test_trusted_types_are_on_in_the_single_file(browser: Browser, site: Site) -> None:
    with watched(browser, site, offline=True) as seen:
        seen.page.goto((site.public / single_file.PATH).as_uri())
        assert seen.page.evaluate(TRIED) == []
        assert seen.page.evaluate(INLINE) == "undefined"
        assert seen.paste(site.text("valid")) == "valid"
        seen.foreign.clear()  # a file is no page of the site
        seen.complaints.clear()


def test_the_guide_alone_may_write_markup_and_no_page_runs_what_is_written(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site) as seen:
        for path in ("guide/", "guide/id/verdicts/"):
            seen.page.goto(site.address + path)
            seen.page.wait_for_load_state("networkidle")
            assert "html" in seen.page.evaluate(TRIED)
            assert seen.page.evaluate(INLINE) == "undefined"
            seen.complaints.clear()
