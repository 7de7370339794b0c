"""The guide: its links, its policy, its words, and that it asks nobody else for anything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

import pytest

from registry.errors import UserError
from registry.guide import ADDRESS, Guide, guide_policy
from registry.pages import LANGUAGES
from signing.reasons import Reason
from site_templates import FOLDER, guide_build
from tests.demonstration import Demonstration

SITE = "https://cek.bnsp.example/a/"
PAGES = 13
"""In each language."""


class Reader(HTMLParser):
    """Elements with their attributes, and the text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def guide(bundle: None) -> Guide:
    return Guide.load()


@pytest.fixture(scope="module")
def files(guide: Guide) -> dict[str, bytes]:
    return guide.pages(SITE, {})


def html_of(files: dict[str, bytes]) -> dict[str, Reader]:
    return {path: Reader(data) for path, data in files.items() if path.endswith(".html")}


def folder(language: str) -> str:
    return "guide/" if language == "ja" else f"guide/{language}/"


def test_each_language_has_the_same_pages(files: dict[str, bytes]) -> None:
    found = {
        language: {
            path.removeprefix(folder(language))
            for path in files
            if path.endswith(".html") and path.startswith(folder(language))
        }
        for language in ("id", "en")
    }
    others = tuple(folder(language) for language in ("id", "en"))
    found["ja"] = {
        path.removeprefix("guide/")
        for path in files
        if path.endswith(".html") and not path.startswith(others)
    }
    assert found["ja"] == found["id"] == found["en"]
    assert len(found["ja"]) == PAGES
    for path, page in html_of(files).items():
        want = next((other for other in ("id", "en") if path.startswith(folder(other))), "ja")
        assert page.elements[0] == ("html", {"lang": want, "class": "no-js"}), path


def test_every_link_leads_to_a_page_or_an_anchor_of_the_site(
    files: dict[str, bytes], demonstration: Demonstration
) -> None:
    site = set(demonstration.files())
    anchors = {
        path: {attributes.get("id") for _, attributes in page.elements}
        for path, page in html_of(files).items()
    }
    tried = 0
    for path, page in html_of(files).items():
        here = f"https://site.example/{path.removesuffix('index.html')}"
        for tag, attributes in page.elements:
            link = attributes.get("href") or attributes.get("src")
            if link is None or tag == "base":
                continue
            target = urlsplit(urljoin(here, link))
            assert target.netloc == "site.example", (path, link)
            name = target.path[1:] + ("index.html" if target.path.endswith("/") else "")
            assert name in site, (path, link)
            if target.fragment and name in anchors and not target.fragment.startswith("__"):
                assert target.fragment in anchors[name], (path, link)
            tried += 1
    assert tried > 1_000


def test_the_policy_allows_just_the_scripts_of_its_pages(
    guide: Guide, files: dict[str, bytes]
) -> None:
    policy = guide_policy(guide.hashes)
    assert "unsafe" not in policy
    assert "http:" not in policy
    used = set()
    for path, page in html_of(files).items():
        meta = [a for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert [entry["content"] for entry in meta] == [policy], path
        assert not [a for _, a in page.elements if "style" in a or "onclick" in a], path
        for script in re.findall(r"<script>(.*?)</script>", files[path].decode(), re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            used.add(f"sha256-{digest}")
    assert used == set(guide.hashes)
    headers = f"{folder('ja')}*"
    assert PurePosixPath(headers).parts[0] == "guide"


def test_it_names_the_registry_s_own_address_whatever_stands_in_it(guide: Guide) -> None:
    odd = 'https://a.example/~"<b>&/'
    for site in (SITE, odd):
        done = guide.pages(site, {})
        assert not [path for path, data in done.items() if ADDRESS.encode() in data]
        for language in LANGUAGES:
            assert html.escape(site).encode() in done[f"{folder(language)}index.html"]
            found = json.loads(done[f"{folder(language)}search/search_index.json"])
            assert html.escape(site) in json.dumps(found, ensure_ascii=False).replace('\\"', '"')


def test_a_demonstration_says_so_and_stays_out_of_search_engines(guide: Guide) -> None:
    samples = {"ja": "見本 <1>", "id": "CONTOH & 1", "en": "SAMPLE"}
    for path, page in html_of(guide.pages(SITE, samples)).items():
        language = page.elements[0][1]["lang"]
        assert samples[language] in page.text, path
        assert {"name": "robots", "content": "noindex"} in [a for _, a in page.elements]
    for page in html_of(guide.pages(SITE, {})).values():
        assert "noindex" not in [a.get("content") for _, a in page.elements]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_is_explained_in_the_words_of_the_page(
    files: dict[str, bytes], language: str
) -> None:
    words = json.loads((FOLDER / "words" / f"{language}.json").read_text("utf-8"))["reason"]
    page = " ".join(Reader(files[f"{folder(language)}verdicts/index.html"]).text.split())
    assert words.keys() == {reason.value for reason in Reason}
    for reason, said in words.items():
        assert said.get("title", said.get("word")) in page, reason
        for piece in re.split(r"\{\w+\}", said["do"]):
            assert piece.strip() in page, (reason, piece)


def test_no_banned_word_stands_in_it(files: dict[str, bytes]) -> None:
    for path, page in html_of(files).items():
        for word in ("偽造", "palsu", "本物の証明書", "TODO"):
            assert word not in page.text.lower(), (path, word)


def test_a_guide_that_was_not_built_is_named(tmp_path: object) -> None:
    with pytest.raises(UserError, match="not built"):
        Guide.load(FOLDER / "words")


def test_a_search_that_the_theme_changed_is_noticed() -> None:
    cut = rb'a=e.replace(new RegExp("\\p{sc=Han}+","gu"),b)'
    assert rb"\\p{sc=Hira}\\p{sc=Kana}" in guide_build._searching(cut)
    for other in (b"", cut + cut):
        with pytest.raises(guide_build.GuideError, match="look how it cuts words"):
            guide_build._searching(other)
