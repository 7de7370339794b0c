"""What a reader does with a result: compare, ask, print, keep; on any screen, with any text."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from pathlib import Path

import pypdfium2
import pytest
from PIL import ImageChops
from playwright.sync_api import Browser, Page

from registry.cli import main
from tests.browser.forged import HOSTILE, NAMES, forged, scheme
from tests.browser.site import NOW, PASTE, Site, Watched, watched

pytestmark = pytest.mark.browser

LANGUAGES = ("id", "en", "ja")
"""A browser keeps the choice: the last one is that of the tests that follow."""
LONG = "Raden Ajeng Kusumaningtyas Prabaswari Wulandari Hadiningrat Sastroamidjojo Putri"
A4 = (595, 842)
"""Points."""


def _open(seen: Watched, text: str) -> None:
    seen.page.goto("about:blank")
    seen.page.goto(text)
    seen.page.wait_for_selector(".technical", timeout=20_000)
    seen.page.wait_for_load_state("networkidle")


def _many(site: Site) -> str:
    """A certificate of 32 units, with everything as long as it may be."""
    units = [{"code": f"Q.86LNS01.{n:03}.1", "id": f"Melakukan pekerjaan {n}"} for n in range(32)]
    name = "Perawat Lansia Pelaksana Tingkat Lanjut pada Panti dan Rumah"
    entry = scheme(units, name={"id": name, "ja": "介護職（実務者・施設と在宅）", "en": name})
    entry["printed"] = {"bidang": "Perawatan Orang Lanjut Usia", "kualifikasi": name}
    assert len(LONG) == 80
    return forged(
        site, entry, name=LONG, passport_name=LONG.upper(), replaces=3, blank_number="1234567890"
    )


def _printed(page: Page) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _speak(page: Page, language: str) -> None:
    page.click(f'[data-language="{language}"]')
    page.wait_for_selector(f"html[lang={language}] .technical")


def _check_sheet(page: Page, language: str, parts: tuple[str, ...]) -> None:
    words = json.loads(Path(f"site_templates/words/{language}.json").read_text("utf-8"))
    record = words["record"]
    with _printed(page) as document:
        assert len(document) == 1, (language, parts)
        sheet = document[0]
        assert tuple(round(side) for side in sheet.get_size()) == A4
        printed = _plain(sheet.get_textpage().get_text_range())
        for part in (
            *parts, record["title"], record["no_numbers"], record["not_official"],
            record["checker"], record["log_root"], words["demo"]["watermark"],
        ):  # fmt: skip
            assert _plain(part) in printed, (language, part)
        _check_picture(sheet)


def test_a_record_is_one_sheet_of_a4(browser: Browser, site: Site) -> None:
    with watched(browser, site) as seen:
        _open(seen, _many(site))
        for language in LANGUAGES:
            _speak(seen.page, language)
            _check_sheet(seen.page, language, (LONG.upper(), LONG, "Q.86LNS01.031.1", "1234567890"))
        _open(seen, site.text("valid"))
        _check_sheet(seen.page, "ja", ("DEWI KUSUMA LESTARI", "C.24LAS01.030.1"))
        _open(seen, site.text("signature-mismatch"))
        hidden = json.loads(Path("site_templates/words/ja.json").read_text("utf-8"))["data"]
        _check_sheet(seen.page, "ja", (hidden["hidden"],))


def _check_picture(sheet: pypdfium2.PdfPage) -> None:
    """Ink keeps off the edges, fills the sheet from the top, and nothing dark covers it."""
    picture = sheet.render(scale=1, grayscale=True).to_pil()
    white = picture.point(lambda shade: 255 if shade > 200 else 0)
    box = ImageChops.invert(white).getbbox()
    assert box is not None
    left, top, right, bottom = box
    width, height = picture.size
    assert 25 < left < 60
    assert 25 < width - right < 60
    assert 25 < top < 60
    assert height * 0.6 < bottom < height - 20
    dark = white.histogram()[0] / (width * height)
    assert 0.02 < dark < 0.2


def test_what_is_ticked_is_printed_and_outlives_a_change_of_language(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site) as seen:
        _open(seen, site.text("valid"))
        page = seen.page
        assert page.locator(".compare fieldset").count() == 5
        assert page.locator(".compare :checked").count() == 5
        page.locator("[data-item=document] input[value=passport]").check()
        page.locator("[data-item=birth_date] input[value=match]").focus()
        page.keyboard.press("Space")
        assert page.locator(".compare [role=status]").is_hidden()
        page.locator("[data-item=name] input[value=partial]").check()
        assert page.locator(".compare [role=status]").is_visible()
        _speak(page, "id")
        assert page.locator("[data-item=name] input[value=partial]").is_checked()
        ticked = page.locator(".record .ticked").all_text_contents()
        assert ticked == ["Paspor", "Sebagian cocok", "Cocok"]
        page.click("#recheck")
        page.wait_for_selector(".compare")
        page.wait_for_load_state("networkidle")
        assert page.locator("[data-item=name] input[value=not_done]").is_checked()


def test_a_saved_record_is_repeated_by_the_command_line(
    browser: Browser, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("valid", "revoked", "not-in-log", "signature-mismatch"):
        with watched(browser, site, accept_downloads=True) as seen:
            _open(seen, site.text(name))
            if name == "valid":
                seen.page.locator("[data-item=face] input[value=match]").check()
            with seen.page.expect_download() as waiting:
                seen.page.click("#save")
            file = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(file)
        state = ["--state", str(tmp_path / "state")]
        code = main(["verify", str(file), "--json", *state])
        told = json.loads(capsys.readouterr().out)
        assert told["reason"] == name
        assert code == (0 if name == "valid" else 1)
        assert told["record"]["agrees"] is True
        saved = json.loads(file.read_text("utf-8"))
        assert saved["compared"]["face"] == ("match" if name == "valid" else "not_done")
        assert saved["source"] == {"kind": "link", "file": None, "page": None}


@pytest.mark.parametrize("language", ["ja", "id"])
def test_the_text_for_the_issuing_body_is_indonesian_and_names_nobody(
    browser: Browser, site: Site, language: str
) -> None:
    granted = ["clipboard-read", "clipboard-write"]
    with watched(browser, site, locale=language, permissions=granted) as seen:
        _open(seen, site.text("revoked"))
        page = seen.page
        number = page.locator(".rows .number dd").first.inner_text()
        page.click(".inquiry summary")
        page.wait_for_selector(".inquiry pre[lang=id]")
        text = page.locator(".inquiry pre[lang=id]").inner_text()
        assert "Kami mohon konfirmasi" in text
        assert number in text
        for personal in page.locator(".person dd").all_inner_texts():
            assert personal not in page.locator(".inquiry").inner_text()
        page.click(".inquiry button")
        page.wait_for_selector(".inquiry [role=status]:not(:empty)")
        assert page.evaluate("navigator.clipboard.readText()") == text
        address = page.get_attribute(".inquiry a", "href") or ""
        assert re.match(r"mailto:sekretariat@lsp-9002\.example\?subject=Permohonan%20", address)


def test_hostile_texts_are_shown_as_they_stand(browser: Browser, site: Site) -> None:
    units = [
        {"code": f"X.{n:02}", "id": text, "ja": text, "en": text} for n, text in enumerate(HOSTILE)
    ]
    entry = scheme(units, name={"id": HOSTILE[0], "ja": HOSTILE[1], "en": HOSTILE[2]})
    entry["printed"] = {"bidang": HOSTILE[3], "kualifikasi": HOSTILE[4]}
    with watched(browser, site) as seen:
        _open(seen, forged(site, entry))
        shown = seen.page.locator(".units bdi:not(.code)").evaluate_all(
            "(all) => all.map((one) => one.textContent)"
        )
        assert set(shown) == set(HOSTILE)
        _check_harmless(seen.page)
        for name in NAMES:
            text = forged(site, entry, name=name, passport_name=name)
            assert seen.page.evaluate(PASTE % json.dumps(text)) == "not-in-log"
            told = seen.page.locator(".person .name bdi").all_text_contents()
            assert told == [name, name]
            _check_harmless(seen.page)
    assert len(HOSTILE) == len(set(HOSTILE)) == 60
    assert len(NAMES) == len(set(NAMES)) == 60


def _check_harmless(page: Page) -> None:
    assert page.evaluate("typeof hacked") == "undefined"
    inside = page.locator(".verdict").locator("script, img, iframe, form, style, base, meta")
    assert inside.count() == 0
    assert page.locator("[data-reason]").get_attribute("data-reason") == "not-in-log"


SMALL = ((320, 640), (320, 256))
"""A small phone; and 1280 by 1024 at 400 %, in CSS pixels (WCAG 2.2, 1.4.10)."""


def _check_width(page: Page) -> None:
    for width, height in SMALL:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (page.url, page.get_attribute("html", "lang"))


def test_nothing_scrolls_sideways_at_320_pixels_and_at_400_percent(
    browser: Browser, site: Site
) -> None:
    with watched(browser, site, viewport={"width": 320, "height": 640}) as seen:
        page = seen.page
        for text in (site.text("valid"), _many(site)):
            _open(seen, text)
            for language in LANGUAGES:
                _speak(page, language)
                page.click(".inquiry summary")
                page.wait_for_selector(".inquiry pre")
                page.click(".technical summary")
                _check_width(page)
        page.click("#another")
        for language in LANGUAGES:
            page.click(f'[data-language="{language}"]')
            page.wait_for_selector(f"html[lang={language}]")
            _check_width(page)
        seen.paste(site.text("foreign-code"))
        _check_width(page)
        for folder in ("", "id/", "en/"):
            page.goto(f"{site.address}{folder}registry/")
            page.wait_for_load_state("networkidle")
            _check_width(page)


def test_the_record_is_for_the_printer_only(browser: Browser, site: Site) -> None:
    with watched(browser, site, now=NOW + 60) as seen:
        _open(seen, site.text("valid"))
        assert seen.page.locator(".record").is_hidden()
        seen.page.emulate_media(media="print")
        assert seen.page.locator(".record").is_visible()
        for hidden in ("header .brand", "footer", ".panel", ".compare", ".actions"):
            assert seen.page.locator(hidden).first.is_hidden(), hidden
        seen.page.emulate_media(media="screen")
        seen.page.click("#another")
        assert seen.page.locator(".record").count() == 0
        seen.page.emulate_media(media="print")
        assert "LESTARI" not in seen.page.inner_text("body")
