"""After one visit without a server; a deploy that was changed; a new build; the kill switch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from registry import build, changes, pages
from registry.changes import ReasonCode
from registry.keyring import Keyring
from registry.store import Store
from registry.workspace import Workspace
from signing import trust
from signing.verify import examine
from tests.browser.scanned import scanned, sheet_with
from tests.browser.site import NOW, Site, Watched, watched

pytestmark = pytest.mark.browser

STATES = """navigator.serviceWorker.getRegistration().then((found) =>
  [found?.active?.state, found?.waiting?.state, found?.installing?.state].map((s) => s ?? null))"""
KEYS = "caches.keys().then((names) => names.filter((name) => /^absah-[0-9a-f]/.test(name)))"


def _first_visit(seen: Watched, site: Site) -> None:
    seen.page.goto(site.text("valid"))
    assert seen.reason() == "valid"
    seen.page.wait_for_selector("#offline p", state="attached")
    seen.page.wait_for_load_state("networkidle")


def _visit(browser: Browser, site: Site, **options: Any) -> Any:
    return watched(browser, site, service_workers="allow", **options)


def test_after_one_visit_all_of_it_works_without_a_server(browser: Browser, own_site: Site) -> None:
    with _visit(browser, own_site) as seen:
        _first_visit(seen, own_site)
        own_site.stop()
        seen.page.goto("about:blank")
        seen.page.goto(own_site.text("valid"))
        assert seen.reason() == "valid"
        body = seen.page.inner_text("body")
        assert "LSP Pengelasan Samudra" in body, "the catalogue of what was seen is kept"
        assert "C.24LAS01.001.1" in body
        assert "2026年11月24日 12:00（日本時間）" in seen.page.inner_text("[data-reason]")
        for name in ("revoked", "expired", "signature-mismatch", "foreign-code"):
            assert seen.paste(own_site.text(name)) == name
        seen.page.click("#another")
        seen.page.set_input_files("#files", str(own_site.workspace / "samples/revoked.png"))
        assert seen.reason() == "revoked"
        seen.page.goto(own_site.address)
        seen.page.wait_for_selector("#offline p")
        assert "オフライン" in seen.page.inner_text("#offline")
        assert "2026年11月24日 12:00" in seen.page.inner_text("#freshness")
        seen.page.reload()
        seen.page.goto(own_site.address + "id/")
        seen.page.wait_for_function("document.getElementById('freshness').textContent !== ''")
        assert "24 November 2026" in seen.page.inner_text("#freshness")
        seen.page.goto(own_site.address + "registry/")
        seen.page.wait_for_selector("#facts:not([hidden])")
        seen.complaints.clear()  # the browser itself says that the note cannot be fetched


def test_whoever_read_one_pdf_reads_them_without_a_server_too(
    browser: Browser, own_site: Site, tmp_path: Path
) -> None:
    picture = Image.open(own_site.workspace / "samples/revoked.png").convert("L")
    path = str(scanned(tmp_path / "scan.pdf", [sheet_with([(picture, (200, 200))])], "jpeg"))
    with _visit(browser, own_site) as seen:
        _first_visit(seen, own_site)
        seen.page.click("#another")
        seen.page.set_input_files("#files", path)
        assert seen.reason(60_000) == "revoked"
        own_site.stop()
        seen.page.goto(own_site.address)
        seen.page.set_input_files("#files", path)
        assert seen.reason(60_000) == "revoked"
        seen.complaints.clear()  # the browser itself says that the note cannot be fetched


def _deploy(site: Site, **settings: Any) -> None:
    """New pages on the served folder, as another version of the software makes them."""
    document = trust.parse((site.public / "trust/1.note").read_bytes())
    made = pages.pages(
        pages.PageSettings(
            registry=document.id,
            site=document.site,
            names=document.name,
            trust_digest=document.digest,
            demo=True,
            **{"version": "9.9.9", **settings},
        ),
        pages.Assets.load(),
    )
    for path, data in made.items():
        target = site.public / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(data)
        for twin in (".br", ".gz"):
            target.with_name(target.name + twin).unlink(missing_ok=True)


def _look_for_update(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")


def test_a_deploy_that_was_changed_is_not_installed(browser: Browser, own_site: Site) -> None:
    with _visit(browser, own_site) as seen:
        _first_visit(seen, own_site)
        before = seen.page.evaluate(KEYS)
        _deploy(own_site)
        changed = own_site.public / "id" / "index.html"
        changed.write_bytes(changed.read_bytes().replace(b"</main>", b"<p>!</p></main>"))
        seen.page.evaluate(
            """() => navigator.serviceWorker.getRegistration().then((found) => {
              const gone = new Promise((done) => found.addEventListener("updatefound", () => {
                const next = found.installing;
                next.addEventListener("statechange", () => next.state === "redundant" && done());
              }));
              return Promise.all([found.update(), gone]);
            })"""
        )
        assert seen.page.evaluate(STATES) == ["activated", None, None]
        assert seen.page.evaluate(KEYS) == before, "and nothing of it is kept"
        seen.page.goto(own_site.address + "id/")
        assert "absah 0." in seen.page.text_content("footer"), "the version before goes on"
        seen.complaints.clear()  # the browser itself names the file that does not match


def test_a_part_that_was_changed_on_its_way_is_not_run(browser: Browser, own_site: Site) -> None:
    [part] = own_site.public.glob("assets/details-*.js")
    part.write_bytes(b"globalThis.changed = true;" + part.read_bytes())
    for twin in (".br", ".gz"):
        part.with_name(part.name + twin).unlink()
    with watched(browser, own_site) as seen:
        seen.page.goto(own_site.text("valid"))
        assert seen.reason() == "valid", "the verdict needs no part"
        seen.page.wait_for_selector("#trouble:not([hidden])")
        assert seen.page.evaluate("globalThis.changed") is None
        assert "LESTARI" not in seen.page.inner_text("body"), "the data stand in that part"
        seen.complaints.clear()  # the browser itself names the file that does not match


def test_a_new_version_is_offered_and_replaces_the_old_one_at_once(
    browser: Browser, own_site: Site
) -> None:
    with _visit(browser, own_site) as seen:
        _first_visit(seen, own_site)
        before = seen.page.evaluate(KEYS)
        _deploy(own_site)
        seen.page.goto(own_site.address)
        _look_for_update(seen.page)
        seen.page.wait_for_selector("#update:not([hidden])")
        assert "absah 0." in seen.page.text_content("footer"), "no page of two versions"
        seen.page.click("#update button")
        # A function in a string cannot go on over the reload, whose policy forbids to evaluate it.
        seen.page.wait_for_selector("footer:has-text('9.9.9')")
        seen.page.wait_for_function(f"{KEYS}.then((names) => names.length === 1)")
        assert seen.page.evaluate(KEYS) != before
        own_site.stop()
        seen.page.reload()
        assert "9.9.9" in seen.page.text_content("footer")
        seen.complaints.clear()


def test_the_kill_switch_removes_worker_and_files(browser: Browser, own_site: Site) -> None:
    with _visit(browser, own_site) as seen:
        _first_visit(seen, own_site)
        _deploy(own_site, offline=False)
        _look_for_update(seen.page)
        gone = "navigator.serviceWorker.getRegistrations().then((found) => found.length === 0)"
        seen.page.wait_for_function(gone)
        seen.page.wait_for_function("caches.keys().then((names) => names.length === 0)")
        seen.page.goto(own_site.address)
        assert "9.9.9" in seen.page.text_content("footer")
        seen.page.wait_for_load_state("networkidle")
        assert seen.page.evaluate(gone), "and the page installs none again"


def test_a_revocation_is_seen_in_the_same_visit(browser: Browser, own_site: Site) -> None:
    with _visit(browser, own_site, now=NOW + 7200) as seen:
        _first_visit(seen, own_site)
        _revoke(own_site)
        seen.page.click("#recheck")
        seen.page.wait_for_selector('[data-reason="revoked"]')
        seen.page.goto("about:blank")
        seen.page.goto(own_site.text("valid"))
        assert seen.reason() == "revoked"


def _revoke(site: Site) -> None:
    workspace = Workspace.open(site.workspace)
    document = trust.parse((site.public / "trust/1.note").read_bytes())
    certificate = examine(site.text("valid"), document).certificate
    assert certificate is not None
    with Store.open(workspace.database, writer=True) as store:
        changes.revoke(store, [str(certificate.index)], ReasonCode.DATA_ERROR, NOW + 3600)
        ring = Keyring(workspace.keys, demo=True)
        build.build(workspace, store, ring, build.Terms(NOW + 3600))
