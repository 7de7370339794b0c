"""Photos and texts that other programs share with the installed page."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.site import Site, watched
from tests.photographs import printed

pytestmark = pytest.mark.browser

LONG = 120_000
READY = "navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"
SHARE = """async ([action, text, data]) => {
  const form = new FormData();
  form.append("title", "");
  form.append("text", text);
  for (const picture of data) {
    const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
    form.append("files", new File([bytes], "photo.png", { type: "image/png" }));
  }
  const answer = await fetch(action, { method: "POST", body: form });
  return answer.url;
}"""


def _png(text: str) -> str:
    out = io.BytesIO()
    symbol = printed(text)
    size = (symbol.width * 5, symbol.height * 5)
    symbol.resize(size, Image.Resampling.NEAREST).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def _controlled(page: Page, site: Site) -> None:
    page.goto(site.address)
    for _ in range(300):
        if page.evaluate(READY):
            return
        page.wait_for_timeout(200)
    pytest.fail("the service worker never took the page")


def test_what_is_shared_reaches_the_page_and_no_server(browser: Browser, site: Site) -> None:
    target = json.loads(Path(site.public / "manifest.webmanifest").read_bytes())["share_target"]
    assert target["method"] == "POST"
    with watched(browser, site, service_workers="allow") as seen:
        page = seen.page
        _controlled(page, site)
        photos = [_png(site.text("revoked"))]
        landed = f"{site.address}?shared"
        # The worker leads on to the page, which it answers with out of its own store.
        assert page.evaluate(SHARE, [target["action"], "", photos]) == site.address
        page.goto(landed)
        assert seen.reason(LONG) == "revoked"
        assert page.url == site.address
        page.evaluate(SHARE, [target["action"], f"見てください {site.text('expired')}", []])
        page.goto(landed)
        assert seen.reason(LONG) == "expired"
        photos.append(_png(site.text("valid")))
        page.evaluate(SHARE, [target["action"], "", photos])
        page.goto(landed)
        page.wait_for_selector(".batch-foot button", timeout=LONG)
        assert page.locator(".batch-list tbody tr").count() == 2
        page.goto(landed)
        page.wait_for_load_state("networkidle")
        assert page.locator(".batch-list, [data-reason]").count() == 0, "it is handed over once"
