"""P6: the verification page on a registry of national size: bytes on the wire, time to the verdict.

    python -m benchmarks.p6_page [--size 20000]

Bytes: what a first visit with an empty cache has asked for when the verdict stands, as the browser
saw it come (compressed, without headers); pages, style, scripts and words are the app, everything
else is the registry's data. Time: from the start of the navigation until the verdict is in the
document, and until it is painted. Reference = an empty page, from the same server (cold) or out of
the same service worker's cache (warm, offline), by turns in the same browser. Warm = after one
visit; offline = the same with the server ended. The single file is opened from this disk without a
server, and beside it an empty page of the same folder.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks import national
from benchmarks.figure import Figure, Found, Point, children, forget_peak, peak, run
from registry import single_file

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
TURNS = 11
SLOW_DOWNS = (1, 4)
PATIENCE = 60
"""Seconds that a verdict may take before the benchmark gives up."""
APP = 16_000
"""Bytes of brotli that the app may have until a verdict."""
EMPTY = "assets/empty-00000000.html"
"""In the folder whose files the service worker answers from its cache once it has them."""
EMPTY_PAGE = "<!doctype html><html lang=en><title>Empty</title><p>Empty."

WATCH = """(() => {
  const seen = { document: 0, painted: 0 };
  globalThis.seen = seen;
  const now = () => {
    if (seen.document) return;
    seen.document = performance.now();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { seen.painted = performance.now(); };
      port2.postMessage(0);
    });
  };
  if (location.pathname.includes("/empty-")) {
    addEventListener("DOMContentLoaded", now);
    return;
  }
  const watcher = new MutationObserver(() => {
    if (document.querySelector("[data-reason]")) { watcher.disconnect(); now(); }
  });
  watcher.observe(document, { childList: true, subtree: true, attributes: true,
    attributeFilter: ["data-reason"] });
})()"""
"""Milliseconds since the navigation began, by the same steps for both pages; the message arrives
when the frame after has been drawn."""
ASKED = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")]
  .filter((entry) => entry.startTime < seen.document)
  .map((entry) => [entry.name, entry.encodedBodySize])"""
WORKER = """() => navigator.serviceWorker.ready.then(() => new Promise((done) => {
  const look = async () => (await caches.keys()).some((name) => /^absah-[0-9a-f]/.test(name))
    && navigator.serviceWorker.controller ? done(true) : setTimeout(look, 50);
  look();
}))"""
KEEP = """async ([path, html]) => (await caches.open("absah-kept")).put(
  new URL(path, location.origin + "/"),
  new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } }))"""


@dataclass(slots=True)
class Times:
    """Milliseconds of one page, one for each turn."""

    document: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)

    def note(self, seen: dict[str, float]) -> None:
        """Add a turn."""
        self.document.append(seen["document"])
        self.painted.append(seen["painted"])


@dataclass(frozen=True, slots=True)
class Site:
    """A served registry."""

    address: str
    made: national.National


class Server:
    """``absah serve`` as a process of its own, which can end and come again."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns when it answers."""
        code = "import sys; from pathlib import Path; from registry.serve import server"
        code += "; server(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()"
        command = [sys.executable, "-c", code, str(self.folder), str(self.port)]
        # It complains of every connection that the browser drops.
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"no server on port {self.port}")

    def stop(self) -> None:
        """End it, with the connections that are open."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def page_of(browser: Browser, slow_down: int) -> Iterator[Page]:
    """A page of a new context that notes its times, its processor slowed down."""
    context: BrowserContext = browser.new_context(locale="ja-JP")
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slow_down})
        yield page
    finally:
        context.close()


def visit(page: Page, address: str) -> dict[str, float]:
    """Milliseconds of one navigation. RuntimeError: it shows nothing."""
    page.goto("about:blank")
    page.goto(address, wait_until="commit")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen: dict[str, float] = page.evaluate("globalThis.seen ?? { painted: 0 }")
        if seen["painted"]:
            return seen
        time.sleep(0.02)
    raise RuntimeError(f"nothing is shown after {PATIENCE} s")


def reason(page: Page, wanted: str) -> None:
    """RuntimeError: the page shows another verdict, so that its time is that of something else."""
    found = page.get_attribute("[data-reason]", "data-reason")
    if found != wanted:
        raise RuntimeError(f"verdict {found}, not {wanted}")


def weigh(browser: Browser, text: str, wanted: str) -> dict[str, int]:
    """Bytes by path of a first visit until its verdict."""
    with page_of(browser, 1) as page:
        visit(page, text)
        reason(page, wanted)
        asked = page.evaluate(ASKED)
    return {urlsplit(name).path: int(size) for name, size in asked}


def is_app(path: str) -> bool:
    """Whether a file is of the pages and not of the registry."""
    return path == "/" or path.startswith("/assets/")


def cold(browser: Browser, code: str, other: str, slow_down: int) -> tuple[Times, Times]:
    """First visits by turns: a code's verdict, and an empty page from the same place."""
    verdict, empty = Times(), Times()
    for _ in range(TURNS):
        for address, times in ((code, verdict), (other, empty)):
            with page_of(browser, slow_down) as page:
                times.note(visit(page, address))
                if times is verdict:
                    reason(page, "valid")
    return verdict, empty


def kept(
    browser: Browser, site: Site, server: Server, slow_down: int
) -> dict[str, tuple[Times, Times]]:
    """Visits after a first one, with and without the server: the verdict and the empty page."""
    found = {}
    with page_of(browser, slow_down) as page:
        visit(page, site.made.valid)
        page.wait_for_load_state("networkidle")
        page.evaluate(WORKER)
        page.evaluate(KEEP, [EMPTY, EMPTY_PAGE])
        visit(page, site.made.valid)
        page.wait_for_load_state("networkidle")
        for name in ("warm", "offline"):
            if name == "offline":
                server.stop()
            verdict, empty = Times(), Times()
            for _ in range(TURNS):
                verdict.note(visit(page, site.made.valid))
                reason(page, "valid")
                empty.note(visit(page, site.address + EMPTY))
            found[name] = (verdict, empty)
    server.start()
    return found


def from_disk(browser: Browser, made: national.National, slow_down: int) -> tuple[Times, Times]:
    """The same of the single file, as somebody opens it who has no network."""
    public = made.workspace.public
    code = f"{(public / SINGLE).as_uri()}#{urlsplit(made.valid).fragment}"
    return cold(browser, code, (public / EMPTY).as_uri(), slow_down)


@contextmanager
def served(size: int) -> Iterator[tuple[Site, Server]]:
    """A registry of this size and the server of its public folder, which answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    with tempfile.TemporaryDirectory() as place:
        made = national.make(Path(place), address, int(time.time()), size)
        public = made.workspace.public
        (public / EMPTY).write_text(EMPTY_PAGE, encoding="utf-8")
        server = Server(public, port)
        server.start()
        try:
            yield Site(address, made), server
        finally:
            server.stop()


def measure(size: int) -> Found:
    """Weigh the page of a registry of this size, and time it."""
    with served(size) as (site, server), sync_playwright() as playwright:
        forget_peak()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            weights = {
                "valid": weigh(browser, site.made.valid, "valid"),
                "revoked": weigh(browser, site.made.revoked, "revoked"),
            }
            times = {
                f"{name}, {slow_down}x": pair
                for slow_down in SLOW_DOWNS
                for name, pair in {
                    "cold": cold(browser, site.made.valid, site.address + EMPTY, slow_down),
                    **kept(browser, site, server, slow_down),
                    "single file": from_disk(browser, site.made, slow_down),
                }.items()
            }
            about = {
                "Chromium": browser.version,
                "memory": peak(children()),
                "single": single((site.made.workspace.public / SINGLE).read_bytes()),
            }
        finally:
            browser.close()
    return _found(size, weights, times, about)


def _found(
    size: int,
    weights: dict[str, dict[str, int]],
    times: dict[str, tuple[Times, Times]],
    about: dict[str, Any],
) -> Found:
    figures = [_weight(name, paths) for name, paths in weights.items()]
    figures += [_time(name, kind, pair) for name, pair in times.items() for kind in _KINDS]
    return Found(
        size=size,
        things="certificates",
        figures=[*figures, about["single"]],
        points=[
            Point(f"verdict, {name}", statistics.median(pair[0].painted) / 1000)
            for name, pair in times.items()
        ],
        details={
            "Chromium": about["Chromium"],
            "turns": TURNS,
            "LSPs and schemes": [national.LSPS, national.SCHEMES],
            **{f"bytes by path until {name}": paths for name, paths in weights.items()},
            "milliseconds": {
                f"{page}, {name}": [round(value) for value in times_of.painted]
                for name, pair in times.items()
                for page, times_of in zip(("verdict", "empty"), pair, strict=True)
            },
        },
        memory=about["memory"],
    )


def _weight(name: str, paths: dict[str, int]) -> Figure:
    app = sum(count for path, count in paths.items() if is_app(path))
    data = sum(paths.values()) - app
    return Figure(
        id="P6",
        work=f"app until {name}",
        reference="bytes of brotli",
        ratio=app,
        target=APP,
        why=f"registry data {data:,} bytes",
    )


def _time(name: str, kind: str, pair: tuple[Times, Times]) -> Figure:
    ours, theirs = (statistics.median(getattr(times, kind)) for times in pair)
    return Figure(
        id="P6",
        work=f"verdict {_KINDS[kind]}, {name}",
        reference="empty page",
        ratio=ours / theirs,
        target=2 if name.startswith(("warm", "offline")) else None,
        why=f"{ours:.0f} ms / {theirs:.0f} ms",
    )


_KINDS = {"painted": "painted", "document": "in the document"}
SINGLE = single_file.PATH


def single(data: bytes) -> Figure:
    """How heavy the file is that checks certificates without a network, before its data."""
    page = single_file.emptied(data)
    return Figure(
        id="P6",
        work="single file before its data",
        reference="bytes of brotli",
        ratio=len(brotli.compress(page)),
        target=90_000,
        why=f"{len(page):,} bytes unpacked; with its data {len(data):,}, "
        f"{len(brotli.compress(data)):,} of brotli",
    )


if __name__ == "__main__":
    run("p6_page", measure, 20_000)
