"""Every reason in a browser: the word of the command line, and nothing shown that must not be."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from registry.cli import main
from registry.keyring import Keyring
from signing import build_note
from signing.canonical import loads
from signing.reasons import Reason
from tests.browser.site import NOW, Site, watched

pytestmark = pytest.mark.browser

HIDDEN = {
    "foreign-code", "unknown-key", "signature-mismatch", "too-new", "other-code", "malformed",
}  # fmt: skip
WITHOUT_NETWORK = {"not-in-log": "valid"}
"""Without the site nobody can see that the log holds another entry: a known limit."""


def _by_command(site: Site, name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    arguments = ["verify", str(site.workspace / "samples" / f"{name}.txt"), "--json"]
    main([*arguments, "--site", str(site.public), "--now", "2026-11-24T12:01:00+09:00"])
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_every_sample_has_the_verdict_of_the_command_line(
    browser: Browser, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    for sample in site.samples:
        told = _by_command(site, sample["name"], capsys)
        with watched(browser, site) as seen:
            text = site.text(sample["name"])
            if text.startswith(site.address):
                seen.page.goto(text)
            else:
                seen.page.goto(site.address)
                seen.page.fill("#code", text)
                seen.page.click("#paste button[type=submit]")
            assert seen.reason() == sample["reason"] == told["reason"]
            assert seen.page.get_attribute("[data-reason]", "data-level") == told["level"]
            _check_what_is_shown(seen.page, sample["reason"], told)
    assert {sample["name"] for sample in site.samples} >= HIDDEN
    assert len(site.samples) == 15


def _check_what_is_shown(page: Page, reason: str, told: dict[str, object]) -> None:
    assert page.url.endswith("/"), "the code is taken out of the address bar"
    body = page.inner_text("body")
    if reason in HIDDEN:
        assert told["certificate"] is None
        assert "Lestari" not in body
        assert "LESTARI" not in body
    else:
        certificate = told["certificate"]
        assert isinstance(certificate, dict)
        assert certificate["name"] in body
        assert certificate["number"] in body


def test_the_valid_sample_shows_answers_data_and_units(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.goto(site.text("valid"))
        assert seen.reason() == "valid"
        body = seen.page.inner_text("body")
        for words in (
            *("有効な証明書です", "どこが発行しましたか", "有効期間内ですか", "次にすること"),
            *("LSP Pengelasan Samudra", "DEWI KUSUMA LESTARI", "C.24LAS01.001.1"),
            *("在留資格を証明するものではありません", "原本であることを示すものではありません"),
        ):
            assert words in body, words
        assert "2026年11月24日 12:00（日本時間）" in seen.page.inner_text("[data-reason]")


@pytest.mark.parametrize(("language", "words"), [("id", "Sertifikat"), ("en", "Valid certificate")])
def test_the_page_follows_its_reader_and_switches_in_place(
    browser: Browser, site: Site, language: str, words: str
) -> None:
    with watched(browser, site, locale=language) as seen:
        seen.page.goto(site.text("valid"))
        assert seen.reason() == "valid"
        assert words in seen.page.inner_text("[data-reason]")
        assert seen.page.get_attribute("html", "lang") == language
        seen.page.click('[data-language="ja"]')
        seen.page.wait_for_selector("html[lang=ja]")
        assert seen.reason() == "valid"
        assert "有効な証明書です" in seen.page.inner_text("[data-reason]")


def test_with_the_server_stopped_a_loaded_page_still_judges(
    browser: Browser, own_site: Site
) -> None:
    # The words of a verdict come when they are needed: out of the service worker's cache here.
    with watched(browser, own_site, service_workers="allow") as seen:
        seen.page.goto(own_site.address)
        seen.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        seen.page.wait_for_load_state("networkidle")
        own_site.stop()
        for sample in own_site.samples:
            wanted = WITHOUT_NETWORK.get(sample["name"], sample["reason"])
            assert seen.paste(own_site.text(sample["name"])) == wanted


def test_without_ed25519_in_the_browser_the_answers_are_the_same(
    browser: Browser, site: Site
) -> None:
    script = """
      const importKey = crypto.subtle?.importKey.bind(crypto.subtle);
      if (importKey) crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
        (algorithm.name ?? algorithm) === "Ed25519"
          ? Promise.reject(new DOMException("no", "NotSupportedError"))
          : importKey(format, key, algorithm, ...rest);
    """
    with watched(browser, site) as seen:
        seen.page.add_init_script(script)
        for name in ("valid", "signature-mismatch", "revoked", "unknown-key"):
            seen.page.goto("about:blank")
            seen.page.goto(site.text(name))
            assert seen.reason() == name
        assert any("noble" in url for url in seen.requests)


DAY = 86_400


@pytest.mark.parametrize(
    ("reason", "now"),
    [
        ("clock-wrong", NOW - 3600),
        ("status-stale", NOW + 15 * DAY),
        ("trust-expired", NOW + 800 * DAY),
    ],
)
def test_reasons_of_the_clock(browser: Browser, site: Site, reason: str, now: int) -> None:
    with watched(browser, site, now=now) as seen:
        seen.page.goto(site.text("valid"))
        assert seen.reason() == reason
        assert seen.page.get_attribute("[data-reason]", "data-level") == "amber"


def _answer(answer: dict[str, Any], route: Route) -> None:
    route.fulfill(**answer)


def test_a_missing_tile_is_could_not_check_and_never_not_in_the_log(
    browser: Browser, site: Site
) -> None:
    for answer in ({"status": 404}, {"status": 200, "body": "<!doctype html>"}, {"body": ""}):
        with watched(browser, site) as seen:
            seen.page.route("**/log/tile/0/**", partial(_answer, answer))
            seen.page.goto(site.text("valid"))
            assert seen.reason() == Reason.LOG_UNCHECKED
            seen.complaints.clear()  # the browser itself says that a file is missing


def test_a_key_that_this_copy_does_not_know_is_no_forgery(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        seen.page.route("**/build.note*", lambda route: route.abort())
        seen.page.goto(site.text("unknown-key"))
        assert seen.reason() == "key-unchecked"
        assert "LESTARI" not in seen.page.inner_text("body")
        seen.complaints.clear()  # the browser itself says that the walk found no further document


def test_two_notes_of_one_number_are_an_alarm(browser: Browser, site: Site) -> None:
    ring = Keyring(site.workspace / "keys", demo=True)
    file = ring.find("publisher", "main")
    honest = (site.public / "build.note").read_bytes()
    fields = loads(build_note.parse(honest).text.partition("\n")[2])
    fields["files"] = "0" * 64
    other = build_note.sign(fields, file.vkey, ring.open(file))
    with watched(browser, site) as seen:
        seen.page.goto(site.text("valid"))
        assert seen.reason() == "valid"
        seen.page.route("**/build.note*", lambda route: route.fulfill(body=other))
        seen.page.click("#recheck")
        seen.page.wait_for_selector('[data-reason="conflict"]')
        assert seen.page.get_attribute("[data-reason]", "data-level") == "amber"
