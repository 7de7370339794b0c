"""What a phone loads from the first byte to the verdict, counted where it is sent."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from registry import serve
from tests.browser.site import Site, watched

pytestmark = pytest.mark.browser

APP = 23_200
"""Bytes of brotli until a green verdict: page, style, scripts, words (docs/decisions/0018)."""
OTHER = 27_600
"""The same until any other verdict, which needs the sentences of all reasons."""

WATCH = """(() => {
  globalThis.asked = [];
  const { fetch, setTimeout } = globalThis;
  globalThis.setTimeout = (act, time, ...rest) => time !== 1500 && setTimeout(act, time, ...rest);
  globalThis.fetch = (url, ...rest) => {
    if (document.querySelector("[data-reason]") === null) asked.push(String(url));
    return fetch(url, ...rest);
  };
})()"""
"""What is fetched while there is no verdict; what the page itself names comes before all. However
slow this machine is, the page waits for its data: a verdict without them is not the one asked."""


@contextmanager
def _counting(site: Site) -> Iterator[dict[str, int]]:
    """The site served by this process, and the bytes that it sent by path."""
    sent: dict[str, int] = {}

    class Counting(serve._Handler):
        def _data(self, file: Path) -> tuple[str, bytes]:
            coding, data = super()._data(file)
            sent[urlsplit(self.path).path] = len(data)
            return coding, data

    site.stop()
    port = urlsplit(site.address).port or 80
    handler = functools.partial(Counting, folder=site.public, base="/")
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield sent
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("name", "limit"), [("valid", APP), ("revoked", OTHER)])
def test_a_verdict_is_light(browser: Browser, own_site: Site, name: str, limit: int) -> None:
    with _counting(own_site) as sent, watched(browser, own_site) as seen:
        seen.page.add_init_script(WATCH)
        seen.page.goto(own_site.text(name))
        seen.page.wait_for_selector("[data-reason]")
        asked = {urlsplit(url).path for url in seen.page.evaluate("asked")}
        seen.reason()
    html = (own_site.public / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="([^"]+[.](?:js|css|svg))"', html)
    before = {path: size for path, size in sent.items() if path in {"/", *asked, *named}}
    app = {path: size for path, size in before.items() if path == "/" or "/assets/" in path}
    data = {path: size for path, size in before.items() if path not in app}
    for kind, files in (("app", app), ("registry data", data)):
        print(
            f"{kind} until {name}: {sum(files.values())} bytes", *sorted(files.items()), sep="\n  "
        )
    assert len(app) >= 5
    assert len(data) >= 5, "note, trust document, checkpoint, list, tile"
    assert sum(app.values()) <= limit
