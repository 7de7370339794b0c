"""The page in Firefox ESR and WebKitGTK: every reason, hostile texts, no network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser.engines import PACKAGES, Engine, Sink, launched, missing
from tests.browser.forged import HOSTILE, forged, scheme
from tests.browser.reasons import CASES, SHOWN, changed, reach
from tests.browser.site import ROOT, Site

pytestmark = pytest.mark.browser

TITLES = {
    language: {
        reason: words["title"]
        for reason, words in json.loads(
            (ROOT / f"site_templates/words/{language}.json").read_text("utf-8")
        )["reason"].items()
    }
    for language in ("ja", "id")
}
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
SPEAK = """new Promise((done) => {
  const language = %s;
  document.querySelector(`[data-language="${language}"]`).click();
  const look = () => document.documentElement.lang === language
    ? done(document.querySelector("[data-reason] h1").innerText) : void setTimeout(look, 10);
  look();
})"""


@dataclass
class Shown:
    """A page in an engine, whose clock the test sets."""

    engine: Engine
    now: int = SHOWN

    def open(self, address: str) -> None:
        """Go to an address."""
        self.engine.open("about:blank")
        self.engine.open(address)

    def paste(self, text: str) -> str:
        """Have a text judged; the reason of its verdict."""
        self.engine.evaluate(f"void (Date.now = () => {self.now * 1000})")
        reason: str = self.engine.evaluate(PASTE % json.dumps(text))
        return reason

    def title(self, language: str) -> str:
        """What the verdict is called."""
        title: str = self.engine.evaluate(SPEAK % json.dumps(language))
        return title


@dataclass
class Visit:
    """A browser, and what it must not have asked for or broken."""

    engine: Engine
    sink: Sink
    site: Site


@pytest.fixture(scope="module", params=PACKAGES)
def visit(request: pytest.FixtureRequest, site: Site) -> Iterator[Visit]:
    """One browser for all tests here; its site has its policies' breaks reported."""
    if lacks := missing(request.param):
        pytest.skip(f"{request.param} is not installed: apt-get install {' '.join(lacks)}")
    sink = Sink()
    try:
        with changed(site, _reporting(site, sink)), launched(request.param, sink) as engine:
            yield Visit(engine, sink, site)
    finally:
        sink.close()


def _reporting(site: Site, sink: Sink) -> dict[str, bytes | None]:
    """The headers of a site with every policy a second time, to be reported and not enforced."""
    name = "Content-Security-Policy"
    lines = []
    for line in (site.public / "_headers").read_text("utf-8").splitlines():
        lines.append(line)
        if line.strip().startswith(f"{name}: "):
            told = line.replace(name, f"{name}-Report-Only")
            lines.append(f"{told}; report-uri http://127.0.0.1:{sink.port}/policy")
    return {"_headers": "\n".join([*lines, ""]).encode()}


@pytest.fixture(autouse=True)
def _quiet(visit: Visit) -> Iterator[None]:
    """No other host is asked and no policy is broken."""
    yield
    assert visit.sink.asked == []
    assert visit.sink.reports == []


def test_every_reason_in_japanese_and_indonesian(visit: Visit) -> None:
    shown = Shown(visit.engine)
    for case in CASES:
        shown.now = case.now
        assert reach(shown, visit.site, case) == case.reason
        for language, titles in TITLES.items():
            assert shown.title(language) == titles[case.reason], (case, language)


HARMLESS = """[
  typeof hacked,
  document.querySelectorAll(".verdict :is(script, img, iframe, form, style, base, meta)").length,
]"""


def test_hostile_texts_are_shown_as_they_stand(visit: Visit) -> None:
    units = [
        {"code": f"X.{n:02}", "id": text, "ja": text, "en": text} for n, text in enumerate(HOSTILE)
    ]
    entry = scheme(units, name={"id": HOSTILE[0], "ja": HOSTILE[1], "en": HOSTILE[2]})
    names = [text for text in HOSTILE if text.isascii() and len(text) <= 80 and "  " not in text]
    shown = Shown(visit.engine)
    shown.open(visit.site.address)
    assert shown.paste(forged(visit.site, entry)) == "not-in-log"
    texts = "[...document.querySelectorAll('.units bdi:not(.code)')].map((one) => one.textContent)"
    assert set(visit.engine.evaluate(texts)) == set(HOSTILE)
    assert len(HOSTILE) == 60
    assert visit.engine.evaluate(HARMLESS) == ["undefined", 0]
    for name in names:
        assert shown.paste(forged(visit.site, entry, name=name, passport_name=name)) == "not-in-log"
        first = "document.querySelector('.person .name bdi').textContent"
        assert visit.engine.evaluate(first) == name
        assert visit.engine.evaluate(HARMLESS) == ["undefined", 0]
    assert len(names) >= 40


UNPROVEN = {
    "unknown-key": "key-unchecked",
    "out-of-scope": "key-unchecked",
    "not-in-log": "valid",
}
"""What a visit without a server cannot see: the key list itself, and another entry of the log."""


def test_without_a_server_it_opens_and_judges(visit: Visit, own_site: Site) -> None:
    shown = Shown(visit.engine)
    shown.open(own_site.address)
    assert visit.engine.evaluate("isSecureContext")
    visit.engine.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert shown.paste(own_site.text("valid")) == "valid"
    own_site.stop()
    shown.open(own_site.address)
    for sample in own_site.samples:
        wanted = UNPROVEN.get(sample["name"], sample["reason"])
        assert shown.paste(own_site.text(sample["name"])) == wanted


def test_what_leads_elsewhere_is_blocked_and_counted(visit: Visit) -> None:
    visit.engine.open(visit.site.address)
    visit.engine.evaluate("void fetch('https://tiruan.example/').catch(() => 0)")
    visit.engine.evaluate("new Promise((done) => setTimeout(done, 1000))")
    assert [report["blocked-uri"] for report in visit.sink.reports] == ["https://tiruan.example/"]
    visit.sink.reports.clear()
    visit.engine.open("data:text/html,")
    visit.engine.open("http://tiruan.example/")
    assert visit.sink.asked[:1] == ["http://tiruan.example/"]
    visit.sink.asked.clear()
