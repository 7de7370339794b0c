"""The page in Firefox ESR and WebKitGTK: every reason, hostile texts, no network."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import time
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from signing.reasons import Reason
from tests.browser.engines import PACKAGES, REFUSED, Engine, Firefox, Sink, launched, missing
from tests.browser.film import scene
from tests.browser.forged import HOSTILE, NAMES, forged, scheme
from tests.browser.reasons import CASES, SHOWN, changed, reach
from tests.browser.scanned import scanned, sheet_with
from tests.browser.site import PASTE, ROOT, Site
from tests.photographs import View, photograph

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
SPEAK = """new Promise((done) => {
  const language = %s;
  document.querySelector(`[data-language="${language}"]`).click();
  const look = () => document.documentElement.lang === language
    ? done(document.querySelector("[data-reason] h1").innerText) : void setTimeout(look, 10);
  look();
})"""

LOADED = """new Promise((done) => {
  const look = () => document.readyState === "complete"
    ? done(true) : void setTimeout(look, 10);
  look();
})"""
RECORD = """new Promise((done) => {
  const look = () => document.querySelector(".record") ? done(true) : void setTimeout(look, 10);
  look();
})"""


@dataclass
class Shown:
    """A page in an engine, whose clock the test sets."""

    engine: Engine
    now: int = SHOWN

    def open(self, address: str) -> None:
        """Go to an address, and wait until its scripts have begun."""
        self.engine.open("about:blank")
        self.engine.open(address)
        # WebKitWebDriver answers sooner: a link clicked then is followed, and the page is lost.
        self.engine.evaluate(LOADED)

    def open_in_japanese(self, address: str) -> None:
        """The same where a test before may have left the page in another language."""
        self.open(address)
        self.engine.evaluate("void localStorage.setItem('absah-language', 'ja')")
        self.open(address)

    def paste(self, text: str) -> str:
        """Have a text judged; the reason of its verdict."""
        self.engine.evaluate(f"void (Date.now = () => {self.now * 1000})")
        reason: str = self.engine.evaluate(PASTE % json.dumps(text))
        return reason

    def choose(self, files: list[Path]) -> None:
        """Choose files at their door."""
        self.engine.evaluate(f"void (Date.now = () => {self.now * 1000})")
        self.engine.choose("#files", files)

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
    name: str


@pytest.fixture(scope="module", params=PACKAGES)
def visit(request: pytest.FixtureRequest, site: Site) -> Iterator[Visit]:
    """One browser for all tests here; its site has its policies' breaks reported."""
    if lacks := missing(request.param):
        pytest.skip(f"{request.param} is not installed: apt-get install {' '.join(lacks)}")
    sink = Sink()
    try:
        with changed(site, _reporting(site, sink)), launched(request.param, sink) as engine:
            yield Visit(engine, sink, site, request.param)
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
    shown = Shown(visit.engine)
    shown.open(visit.site.address)
    assert shown.paste(forged(visit.site, entry)) == "not-in-log"
    texts = "[...document.querySelectorAll('.units bdi:not(.code)')].map((one) => one.textContent)"
    assert set(visit.engine.evaluate(texts)) == set(HOSTILE)
    assert len(HOSTILE) == 60
    assert visit.engine.evaluate(HARMLESS) == ["undefined", 0]
    for name in NAMES:
        assert shown.paste(forged(visit.site, entry, name=name, passport_name=name)) == "not-in-log"
        told = "[...document.querySelectorAll('.person .name bdi')].map((one) => one.textContent)"
        assert visit.engine.evaluate(told) == [name, name]
        assert visit.engine.evaluate(HARMLESS) == ["undefined", 0]
    assert len(set(NAMES)) == len(NAMES) == 60


ERRORS, PROGRESS = (
    json.loads((ROOT / "site_templates/words/ja.json").read_text("utf-8"))[group]
    for group in ("error", "progress")
)
WATCH = """void (() => {
  globalThis.tracks = [];
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (wishes) {
    const stream = await (globalThis.instead?.() ?? getUserMedia.call(this, wishes));
    tracks.push(...stream.getTracks());
    return stream;
  };
})()"""
"""Remembers what every camera that a page opens gives it."""
SHOW = """new Promise((done, failed) => {
  const data = Uint8Array.from(atob(%s), (letter) => letter.charCodeAt(0));
  createImageBitmap(new Blob([data])).then((picture) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height];
    const draw = () => canvas.getContext("2d").drawImage(picture, 0, 0);
    setInterval(draw, 100);
    draw();
    globalThis.instead = () => canvas.captureStream(10);
    done(true);
  }, failed);
})"""
"""Lets the next camera show a picture, again and again as a camera does."""
SCANNER = """new Promise((done) => {
  const look = () => {
    const dialog = document.querySelector("dialog.scanner");
    const video = dialog?.querySelector("video");
    const [hint, trouble] = ["hint", "trouble"].map((name) => dialog?.querySelector(`.${name}`));
    if (trouble?.innerText) return done(trouble.innerText);
    const shown = video?.videoWidth > 0 && !video.paused && video.currentTime > 0;
    return shown && hint.innerText === %s ? done("shown") : void setTimeout(look, 20);
  };
  look();
})"""
"""Once the camera's picture is shown, or a sentence on why not."""
TRACKS = "tracks.map((track) => `${track.kind} ${track.readyState}`)"
DIALOGUES = "document.querySelectorAll('dialog').length"


def _scan(shown: Shown, site: Site, instead: str = "void 0") -> None:
    """Open the page and its camera; ``instead`` may put another one in its place."""
    shown.open_in_japanese(site.address)
    for expression in (WATCH, instead):
        shown.engine.evaluate(expression)
    shown.engine.evaluate(f"void (Date.now = () => {shown.now * 1000})")
    shown.engine.evaluate("void document.getElementById('scan').click()")


def test_a_camera_is_shown_and_given_back(visit: Visit) -> None:
    engine = visit.engine
    _scan(Shown(engine), visit.site)
    assert engine.evaluate(SCANNER % json.dumps(PROGRESS["aim"])) == "shown"
    assert engine.evaluate(TRACKS) == ["video live"]
    engine.evaluate("void document.querySelector('.scanner .actions button:last-child').click()")
    assert engine.evaluate(TRACKS) == ["video ended"]
    assert engine.evaluate(DIALOGUES) == 0


@pytest.mark.parametrize("name", ["valid", "revoked"])
def test_a_code_before_a_camera_is_read_and_judged(visit: Visit, name: str) -> None:
    engine = visit.engine
    picture = io.BytesIO()
    view = View(module=6, roll=8, tilt=15, noise=3)
    scene((visit.site.text(name), view, (620, 220))).save(picture, "JPEG", quality=90)
    data = base64.b64encode(picture.getvalue()).decode()
    _scan(Shown(engine), visit.site, SHOW % json.dumps(data))
    assert engine.evaluate(CHOSEN) == name
    assert engine.evaluate(TRACKS) == ["video ended"]
    assert engine.evaluate(DIALOGUES) == 0
    loaded = engine.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert any("/decode_worker" in url for url in loaded)


REFUSE = """void (globalThis.instead = () =>
  Promise.reject(new DOMException("no", "NotAllowedError")))"""


def test_a_camera_that_is_refused_is_said_to_be(visit: Visit) -> None:
    told = " ".join(ERRORS["camera_denied"][part] for part in ("text", "do"))
    with ExitStack() as stack:
        if visit.name == "firefox":
            engine: Engine = Firefox(stack, visit.sink, REFUSED)
            _scan(Shown(engine), visit.site)
        else:  # MiniBrowser lets a page that is automated have every camera
            engine = visit.engine
            _scan(Shown(engine), visit.site, REFUSE)
        said = engine.evaluate(SCANNER % json.dumps(PROGRESS["aim"]))
        assert said.split() == told.split()
        assert engine.evaluate(TRACKS) == []


UNPROVEN = {
    "unknown-key": "key-unchecked",
    "out-of-scope": "key-unchecked",
    "not-in-log": "valid",
}
"""What a visit without a server cannot see: the key list itself, and another entry of the log."""


CHOSEN = """new Promise((done) => {
  const look = () => {
    const told = document.querySelector("[data-reason] .technical");
    const list = document.querySelector(".batch-foot button");
    return told ? done(told.closest("[data-reason]").dataset.reason)
      : list ? done("list") : void setTimeout(look, 20);
  };
  look();
})"""
ROWS = """[...document.querySelectorAll(".batch-list tbody tr")].map((row) => [
  row.querySelector(".file").innerText, row.dataset.kind,
])"""


def test_photos_one_and_many_and_their_table(visit: Visit, tmp_path: Path) -> None:
    site, engine = visit.site, visit.engine
    samples = site.workspace / "samples"
    shown = Shown(engine)
    view = View(module=4, blur=0.6, tilt=10, roll=20, noise=4, quality=80)
    photo = tmp_path / "photo.jpg"
    photograph(site.text("revoked"), view, random.Random(1)).save(photo)
    shown.open_in_japanese(site.address)
    shown.choose([photo])
    assert engine.evaluate(CHOSEN) == "revoked"
    engine.evaluate("void document.getElementById('another').click()")

    names = ("valid", "revoked", "expired", "suspended", "superseded", "not-yet-valid")
    wanted: dict[str, str] = {}
    for i, name in enumerate((*names, "unknown-key", "other-code", "valid"), 1):
        file = tmp_path / f"{i:02}-{name}.png"
        file.write_bytes((samples / f"{name}.png").read_bytes())
        wanted[file.name] = Reason(name).level
    blank = Image.new("L", (300, 300), 230)
    blank.save(tmp_path / "10-blank.png")
    wanted["10-blank.png"] = "none"
    code = Image.open(samples / "expired.png").convert("L")
    scanned(tmp_path / "11-scan.pdf", [sheet_with([(code, (300, 300))])], "jpeg")
    wanted["11-scan.pdf"] = "red"
    shown.choose([tmp_path / name for name in wanted])
    assert engine.evaluate(CHOSEN) == "list"
    assert {file.split(" ")[0]: kind for file, kind in engine.evaluate(ROWS)} == wanted

    engine.evaluate("void document.querySelector('.batch-foot button').click()")
    text = _downloaded(engine.home, "*.csv").decode("utf-8-sig")
    # In Indonesian, which a test before may have chosen, semicolons stand between the cells.
    between = ";" if ";" in text.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    assert len(rows) == 1 + len(wanted)
    assert {row[1] for row in rows[1:]} == set(wanted)


def _downloaded(home: Path, pattern: str) -> bytes:
    """What a browser saved, once all of it is there."""
    for _ in range(400):
        found = [path for path in home.rglob(pattern) if path.stat().st_size]
        if found and not list(home.rglob("*.part")):
            return found[0].read_bytes()
        time.sleep(0.05)
    raise AssertionError(sorted(path.name for path in home.rglob("*")))


def test_a_record_is_printed_on_one_sheet(visit: Visit) -> None:
    if visit.name == "webkit":
        pytest.skip("WebKitWebDriver has no command that prints")
    shown = Shown(visit.engine)
    shown.open_in_japanese(visit.site.address)
    assert shown.paste(visit.site.text("valid")) == "valid"
    visit.engine.evaluate(RECORD)
    with pypdfium2.PdfDocument(io.BytesIO(visit.engine.printed())) as document:
        assert len(document) == 1
        sheet = document[0]
        assert [round(side / 72 * 25.4) for side in sheet.get_size()] == [210, 297]
        printed = _plain(sheet.get_textpage().get_text_range())
        words = json.loads((ROOT / "site_templates/words/ja.json").read_text("utf-8"))["record"]
        said = [words[key] for key in ("title", "log_root", "no_numbers", "checker")]
        # Of some fonts Firefox writes the shapes alone: no codes of units, which the picture has.
        for part in (*said, "DEWI KUSUMA LESTARI", "LSP Pengelasan Samudra"):
            assert _plain(part) in printed, part
        picture = sheet.render(scale=1, grayscale=True).to_pil()
        box = picture.point(lambda shade: 0 if shade > 200 else 255).getbbox()
        assert box is not None
        left, top, right, bottom = box
        assert min(left, top, picture.width - right) > 25
        assert picture.height * 0.6 < bottom < picture.height - 20


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


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
