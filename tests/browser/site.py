"""A demonstration registry, built and served, and a browser that watches what its pages do."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from registry import demo

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
NOW = 1_795_489_200
"""2026-11-24T12:00:00+09:00, when the demonstration of the tests is made."""


PASTE = """new Promise((done) => {
  const text = %s;
  if (document.querySelector("[data-reason]")) document.getElementById("another").click();
  document.getElementById("code").value = text;
  document.querySelector("#paste button[type=submit]").click();
  const look = () => {
    const found = document.querySelector("[data-reason]");
    const ready = found?.querySelector(".technical") && !found.querySelector(".pending");
    return ready ? done(found.dataset.reason) : void setTimeout(look, 10);
  };
  look();
})"""
"""The reason of a text that is pasted, once all of its result stands there."""


@dataclass
class Site:
    """A served demonstration."""

    address: str
    workspace: Path
    public: Path
    samples: list[dict[str, str]]
    stop: Any
    start: Any

    def text(self, name: str) -> str:
        """The text of a sample."""
        return (self.workspace / "samples" / f"{name}.txt").read_text(encoding="ascii").strip()


def make_site(folder: Path, records: int = 60) -> Iterator[Site]:
    """Make a demonstration for a free port and serve it until the generator is closed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    wishes = demo.Wishes(
        folder=folder / "demo",
        public=folder / "public",
        site=address,
        now=NOW,
        records=records,
        seed=7,
    )
    made = demo.make(wishes, lambda _words: None)
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        code = "import sys; from pathlib import Path; from registry.serve import server"
        code += "; server(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()"
        command = [sys.executable, "-c", code, str(made.workspace.public), str(port)]
        running.append(subprocess.Popen(command, cwd=ROOT))
        _wait_for(port)

    def stop() -> None:
        # The whole process: a thread would go on serving the connections that are open.
        for process in running:
            process.kill()
            process.wait()
        running.clear()

    start()
    samples = json.loads((made.samples / "samples.json").read_text(encoding="ascii"))
    try:
        yield Site(address, made.workspace.folder, made.workspace.public, samples, stop, start)
    finally:
        stop()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"no server on port {port}")


@dataclass
class Watched:
    """A page with everything that it must not have done."""

    page: Page
    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Go to an address."""
        self.page.goto(address)

    def reason(self, timeout: int = 10_000) -> str:
        """The reason of the verdict that is shown at the end of the check."""
        self.page.wait_for_selector("[data-reason]", timeout=timeout)
        self.page.wait_for_load_state("networkidle")
        return self.page.get_attribute("[data-reason]", "data-reason") or ""

    def paste(self, text: str) -> str:
        """Paste a text into the page and return the reason of its verdict."""
        if self.page.locator("[data-reason]").count():
            self.page.click("#another")
        self.page.fill("#code", text)
        self.page.click("#paste button[type=submit]")
        return self.reason()


@contextmanager
def watched(
    browser: Browser, site: Site, now: int | None = NOW + 60, **options: Any
) -> Iterator[Watched]:
    """A page of a new context at ``now``; afterwards it must have kept to its host and policy."""
    usual = {"locale": "ja-JP", "service_workers": "block"}
    wanted = {**usual, **options}
    context: BrowserContext = browser.new_context(**wanted)
    page = context.new_page()
    if wanted["service_workers"] == "block":
        # A worker would answer in the place of the routes that tests change. What blocks it lets
        # register() resolve to nothing, which no browser does: here there are none at all.
        page.add_init_script("delete Navigator.prototype.serviceWorker")
    found = Watched(page)

    def on_request(request: Request) -> None:
        found.requests.append(request.url)
        if not request.url.startswith((site.address, "data:", "blob:")):
            found.foreign.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_" not in message.text:
            found.complaints.append(message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) =>"
        " console.error('policy', e.violatedDirective, e.blockedURI))"
    )
    if now is not None:
        page.clock.set_fixed_time(now)
    try:
        yield found
        assert found.foreign == []
        assert found.complaints == [], found.complaints
    finally:
        context.close()
