"""What the page remembers between visits, and what it does when that contradicts the site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from registry.keyring import Keyring
from signing import build_note
from signing.canonical import b64encode, loads
from site_templates import FOLDER
from tests.browser.site import Site, Watched, watched

pytestmark = pytest.mark.browser

KEPT = """() => new Promise((done, failed) => {
  const opening = indexedDB.open("absah", 1);
  opening.onerror = failed;
  opening.onsuccess = () => {
    const asked = opening.result.transaction("files").objectStore("files").getAll();
    asked.onsuccess = () => done(asked.result.flatMap((files) => [...files.keys()]).sort());
  };
})"""
"""Paths of what is stored."""

BROKEN = """(record) => new Promise((done, failed) => {
  const opening = indexedDB.open("absah", 1);
  opening.onerror = failed;
  opening.onsuccess = () => {
    const table = opening.result.transaction("files", "readwrite").objectStore("files");
    table.openCursor().onsuccess = ({ target }) => {
      const value = record === "map" ? new Map([["build.note", "no bytes"]]) : record;
      target.result.update(value).onsuccess = done;
    };
  };
})"""


def _signed(site: Site, **changes: Any) -> bytes:
    """The served note with other fields, signed by its publisher."""
    ring = Keyring(site.workspace / "keys", demo=True)
    file = ring.find("publisher", "main")
    fields = loads(
        build_note.parse((site.public / "build.note").read_bytes()).text.partition("\n")[2]
    )
    return build_note.sign({**fields, **changes}, file.vkey, ring.open(file))


def _serve(page: Page, note: bytes) -> None:
    page.route("**/build.note*", lambda route: route.fulfill(body=note))


def _visit(seen: Watched, site: Site) -> str:
    """Open the valid code anew, and let the visit end what it does in the background."""
    seen.page.goto("about:blank")
    seen.page.goto(site.text("valid"))
    reason = seen.reason()
    seen.page.wait_for_function(f"({KEPT})().then((paths) => paths.length > 0)")
    return reason


def test_signed_files_are_kept_and_a_reload_without_network_judges_by_them(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site) as seen:
        assert _visit(seen, site) == "valid"
        kept = seen.page.evaluate(KEPT)
        assert {"build.note", "trust/1.note"} <= set(kept)
        assert any(path.startswith("status/0-") for path in kept)
        assert "before.note" not in kept
        # The pages come, the registry does not: as after a reload without network.
        for data in ("build.note", "trust/", "log/", "status/"):
            seen.page.route(f"**/{data}*", lambda route: route.abort())
        for name, wanted in (("revoked", "revoked"), ("valid", "valid")):
            seen.page.goto("about:blank")
            seen.page.goto(site.text(name))
            assert seen.reason() == wanted
        assert "最新の情報を取得できませんでした" in seen.page.inner_text("[data-reason]")


@pytest.mark.parametrize("record", ["map", 7])
def test_a_record_of_another_form_is_no_memory(browser: Browser, site: Site, record: Any) -> None:
    with watched(browser, site) as seen:
        assert _visit(seen, site) == "valid"
        seen.page.evaluate(BROKEN, record)
        assert _visit(seen, site) == "valid"
        assert "build.note" in seen.page.evaluate(KEPT), "and is replaced"


@pytest.mark.parametrize(
    "storage",
    [
        "Object.defineProperty(window, 'indexedDB', { value: undefined })",
        "indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }",
        "indexedDB.open = () => ({})",
        "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaError'); }",
        """indexedDB.open = ((open) => (name) => open.call(indexedDB, name, 9))(indexedDB.open)""",
    ],
    ids=["none", "refused", "silent", "full", "without its table"],
)
def test_without_a_place_to_store_the_verdict_is_the_same(
    browser: Browser, site: Site, storage: str
) -> None:
    with watched(browser, site) as seen:
        seen.page.add_init_script(storage)
        seen.page.goto(site.text("valid"))
        assert seen.reason() == "valid"


def test_a_contradiction_after_a_reload_is_an_alarm_with_evidence(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    other = _signed(site, files="0" * 64)
    for language in ("ja", "id"):
        with watched(browser, site, locale=language) as seen:
            assert _visit(seen, site) == "valid"
            _serve(seen.page, other)
            seen.page.goto("about:blank")
            seen.page.goto(site.address)
            seen.page.wait_for_selector("#alarm a[download]")
            words = json.loads((FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8"))
            told = seen.page.inner_text("#alarm")
            assert words["reason"]["conflict"]["title"] in told
            assert words["reason"]["conflict"]["do"] in told
            assert words["button"]["save_evidence"] in told
            with seen.page.expect_download() as saving:
                seen.page.click("#alarm a[download]")
            saving.value.save_as(tmp_path / "evidence.json")
            found = json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))
            honest = (site.public / "build.note").read_text(encoding="utf-8")
            assert found["contradiction"] == [honest, other.decode()]
            assert found["files"]["build.note"] == honest
            assert "trust/1.note" in found["files"]
            assert seen.paste(site.text("valid")) == "conflict"
            assert seen.paste(site.text("revoked")) == "revoked", "the registry's fault hides none"


def test_another_history_is_found_behind_the_verdict(browser: Browser, site: Site) -> None:
    """A higher number whose tree is no continuation of the one that was seen."""
    honest = build_note.parse((site.public / "build.note").read_bytes())
    forked = {"size": honest.size - 5, "root": b64encode(bytes(32))}
    with watched(browser, site) as seen:
        _serve(seen.page, _signed(site, build=honest.build - 1, log=forked))
        assert _visit(seen, site) == "log-unchecked"
        seen.complaints.clear()  # the browser itself says that its checkpoint is missing
        seen.page.unroute("**/build.note*")
        seen.page.goto("about:blank")
        seen.page.goto(site.text("valid"))
        seen.page.wait_for_selector('[data-reason="conflict"]')
        seen.page.wait_for_selector("#alarm a[download]")
        assert seen.page.get_attribute("[data-reason]", "data-level") == "amber"


def test_an_older_number_and_a_note_from_the_future_are_not_taken(
    browser: Browser, site: Site
) -> None:
    honest = (site.public / "build.note").read_bytes()
    number = build_note.parse(honest).build
    with watched(browser, site) as seen:
        assert _visit(seen, site) == "valid"
        _serve(seen.page, (site.public / f"builds/{number - 1}.note").read_bytes())
        assert _visit(seen, site) == "valid"
        assert "最新の情報を取得できませんでした" in seen.page.inner_text("[data-reason]")
        _serve(seen.page, _signed(site, build=number + 1, issued="2026-12-24T00:00:00Z"))
        assert _visit(seen, site) == "clock-wrong"
        seen.page.unroute("**/build.note*")
        assert _visit(seen, site) == "valid"
