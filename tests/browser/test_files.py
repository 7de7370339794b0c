"""Photos, PDFs, drops, pastes and batches: what is read, listed, said and saved."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from signing import build_note
from signing.canonical import loads
from signing.reasons import Reason
from tests.browser.scanned import CODINGS, scanned, sheet_with
from tests.browser.site import Site, Watched, watched
from tests.photographs import View, photograph, printed

pytestmark = pytest.mark.browser

LONG = 120_000
"""Milliseconds: a busy machine decodes slowly."""
SHARP = View(module=4)


def _photo(text: str, view: View = SHARP, seed: int = 1) -> Image.Image:
    return photograph(text, view, random.Random(seed))


def _saved(picture: Image.Image, path: Path) -> str:
    picture.save(path)
    return str(path)


def _choose(seen: Watched, site: Site, files: Sequence[str]) -> Page:
    seen.page.goto(site.address)
    seen.page.set_input_files("#files", files)
    return seen.page


def _list_of(page: Page) -> list[dict[str, str]]:
    """The rows of the finished list, by class of cell."""
    page.wait_for_selector(".batch-foot button", timeout=LONG)
    script = """(rows) => rows.map((row) => Object.fromEntries([
      ["kind", row.dataset.kind],
      ...[...row.cells].map((cell) => [cell.className, cell.innerText]),
    ]))"""
    rows: list[dict[str, str]] = page.eval_on_selector_all(".batch-list tbody tr", script)
    return rows


def test_a_photo_with_a_small_soft_code_is_read(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    view = View(module=2.6, blur=0.6, tilt=12, roll=200, noise=4, quality=80)
    photo = _saved(_photo(site.text("revoked"), view), tmp_path / "photo.jpg")
    with watched(browser, site) as seen:
        _choose(seen, site, [photo])
        assert seen.reason(LONG) == "revoked"
        assert not any("pdf" in url for url in seen.requests)


@pytest.mark.parametrize("coding", CODINGS)
def test_scanned_pdfs_in_every_coding(
    browser: Browser, site: Site, tmp_path: Path, coding: str
) -> None:
    page = sheet_with(
        [(_photo(site.text("valid"), View(module=3.4, roll=2, noise=4)), (900, 1500))]
    )
    path = scanned(tmp_path / "scan.pdf", [page], coding)
    with watched(browser, site) as seen:
        _choose(seen, site, [str(path)])
        assert seen.reason(LONG) == "valid"
        assert any("pdf_worker" in url for url in seen.requests)
        assert not any(url.endswith(".wasm") for url in seen.requests)


def test_pages_of_a_pdf_are_rows_and_other_codes_turn_nothing_red(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    copy = _photo(site.text("foreign-code"))
    first = sheet_with([(_photo(site.text("valid")), (100, 100)), (copy, (900, 1200))])
    second = sheet_with([(_photo(site.text("expired")), (100, 100))])
    path = scanned(tmp_path / "two.pdf", [first, second], "jpeg")
    with watched(browser, site) as seen:
        rows = _list_of(_choose(seen, site, [str(path)]))
        assert [row["kind"] for row in rows] == ["green", "red"]
        assert [row["file"] for row in rows] == ["two.pdf · ページ 1", "two.pdf · ページ 2"]
        assert "https://cek-sertifikat.example/" in rows[0]["result"]
        assert "alarm-foreign" not in (seen.page.get_attribute("html", "class") or "")


def test_files_that_cannot_be_read_say_why_and_stop_nothing(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    blank = Image.new("L", (400, 300), 230)
    locked = scanned(tmp_path / "locked.pdf", [blank], "jpeg", password="rahasia")
    bomb = bytearray((tmp_path / "locked.pdf").read_bytes()[:0])
    bomb += b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + bytes(20)
    contents = {
        "broken.png": b"\x89PNG\r\n\x1a\n but no picture",
        "broken.pdf": b"%PDF-1.7 but no document",
        "bomb.png": bytes(bomb),
        "letter.docx": b"PK\x03\x04",
        "text.txt": b"\xff\xfe\0x",
        "codes.txt": f"{site.text('valid')}\r\n\r\n{site.text('suspended')}\r\n".encode(),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    files = [_saved(blank, tmp_path / "blank.png"), str(locked)]
    files += [str(tmp_path / name) for name in contents]
    with watched(browser, site) as seen:
        rows = _list_of(_choose(seen, site, files))
        said = {row["file"]: row["result"] for row in rows if row["kind"] == "none"}
        assert "QRコードが見つからない" in said["blank.png"]
        assert "パスワード" in said["locked.pdf"]
        assert "壊れて" in said["broken.png"]
        assert "壊れて" in said["broken.pdf"]
        assert "100 MP" in said["bomb.png"]
        assert "形式" in said["letter.docx"]
        assert "形式" in said["text.txt"]
        assert [r["kind"] for r in rows if r["file"] == "codes.txt"] == ["green", "red"]


def test_one_file_without_a_code_is_said_at_the_doors(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    blank = _saved(Image.new("L", (400, 300), 230), tmp_path / "blank.png")
    with watched(browser, site, locale="id-ID") as seen:
        page = _choose(seen, site, [blank])
        expect(page.locator("#files-error")).to_contain_text("Kode QR tidak", timeout=LONG)
        assert page.evaluate("document.activeElement.id") == "files"
        page.set_input_files("#files", [blank] * 201)
        expect(page.locator("#files-error")).to_contain_text("200", timeout=LONG)


DROP = """([type, name, data, text]) => {
  const transfer = new DataTransfer();
  if (data) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/png" }));
  }
  if (text) transfer.setData("text/plain", text);
  const event = type === "paste"
    ? new ClipboardEvent(type, { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
  return event.defaultPrevented;
}"""


def test_pictures_and_texts_are_dropped_and_pasted_anywhere(browser: Browser, site: Site) -> None:
    out = io.BytesIO()
    printed(site.text("suspended")).resize((500, 500), Image.Resampling.NEAREST).save(out, "PNG")
    picture = base64.b64encode(out.getvalue()).decode()
    with watched(browser, site) as seen:
        for event in ("drop", "paste"):
            seen.page.goto(site.address)
            assert seen.page.evaluate(DROP, ["dragover", "", "", "x"])
            assert seen.page.evaluate(DROP, [event, "code.png", picture, ""])
            assert seen.reason(LONG) == "suspended"
            seen.page.click("#another")
            assert seen.page.evaluate(DROP, [event, "", "", site.text("expired")])
            seen.page.wait_for_selector('[data-reason="expired"]', timeout=LONG)


def _sixty(site: Site, folder: Path) -> list[str]:
    names = [sample["name"] for sample in site.samples]
    drawn = {}
    for name in names:
        symbol = printed(site.text(name))
        size = (symbol.width * 4, symbol.height * 4)
        drawn[name] = symbol.resize(size, Image.Resampling.NEAREST)
    return [
        _saved(drawn[name], folder / f"{'=' if i == 0 else ''}{i:02}-{name}.png")
        for i, name in enumerate((names * 4)[:60])
    ]


def test_sixty_files_are_one_check_and_can_be_kept_by_keyboard_alone(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    files = _sixty(site, tmp_path)
    with watched(browser, site, viewport={"width": 1280, "height": 900}) as seen:
        page = _choose(seen, site, [])
        page.wait_for_load_state("networkidle")
        before = len(seen.requests)
        page.set_input_files("#files", files)
        rows = _list_of(page)
        notes = [url for url in seen.requests[before:] if "build.note" in url]
        assert len(notes) == 1
        reasons = {f"{s['name']}.png": Reason(s["reason"]) for s in site.samples}
        levels = {row["file"]: row["kind"] for row in rows}
        assert len(levels) == 60
        for file, kind in levels.items():
            assert kind == reasons[file.partition("-")[2]].level, file
        _use_by_keyboard(page)
        _check_csv(page, site)
        _check_json(page, site)


def _use_by_keyboard(page: Page) -> None:
    """Filter, open a verdict, come back: no mouse."""
    shown = page.locator(".batch-list tbody tr:not([hidden])")
    page.locator(".chip input:checked").focus()
    page.keyboard.press("ArrowRight")
    expect(shown.first).to_have_attribute("data-kind", "red")
    assert all(row.get_attribute("data-kind") == "red" for row in shown.all())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    word = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    heading = page.wait_for_selector("[data-reason] h1", timeout=LONG)
    assert heading is not None
    assert page.evaluate("document.activeElement.id") == "verdict"
    page.locator("#back").press("Enter")
    expect(page.locator(".batch-list")).to_be_visible()
    assert page.evaluate("document.activeElement.innerText") == word
    page.locator(".chip input:checked").press("Home")
    page.locator(".chip input[value=all]").check()
    expect(shown).to_have_count(60)


def _check_csv(page: Page, site: Site) -> None:
    with page.expect_download() as download:
        page.locator(".batch-foot button").first.press("Enter")
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 60
    assert rows[0]["ファイル"].startswith("'="), "a file's name is no formula"
    note = build_note.parse((site.public / "build.note").read_bytes())
    state = loads(note.text.partition("\n")[2])
    for row in rows:
        assert row["公開版番号"] == str(state["build"])
        assert row["公開台帳の件数"] == str(state["log"]["size"])
        assert row["公開台帳のルートハッシュ"] == state["log"]["root"]
        assert (row["氏名"] == "") == (row["証明書番号"] == "")


def _check_json(page: Page, site: Site) -> None:
    with page.expect_download() as download:
        page.locator(".batch-foot button").nth(1).press("Enter")
    told = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert told["site"] == site.address
    assert len(told["results"]) == 60
    for result in told["results"]:
        hidden = result["reason"] in {"unknown-key", "signature-mismatch", "malformed"}
        assert not (hidden and result["certificate"])
    valid = next(r for r in told["results"] if r["reason"] == "valid")
    assert valid["certificate"]["sha256"]
    assert valid["answers"] == {"issuer": "ok", "dates": "ok", "standing": "ok"}


def test_a_list_speaks_the_language_that_is_chosen_and_leaves_nothing(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    files = [_saved(_photo(site.text(n)), tmp_path / f"{n}.png") for n in ("valid", "revoked")]
    with watched(browser, site) as seen:
        page = _choose(seen, site, files)
        assert len(_list_of(page)) == 2
        page.click('[data-language="id"]')
        expect(page.locator(".batch-list h1")).to_have_text("Hasil verifikasi beberapa sertifikat")
        assert "LESTARI" not in page.inner_text(
            ".batch-list"
        )  # the name as printed, not in capitals
        assert "Lestari" in page.inner_text(".batch-list")
        page.click("text=Hapus daftar")
        expect(page.locator(".batch-list")).to_have_count(0)
        assert "Lestari" not in page.content()
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "Lestari" not in stored
