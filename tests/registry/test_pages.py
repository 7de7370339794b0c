"""The pages: every text from the words, nothing inline, nothing from another host."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from registry import page_words
from registry.errors import UserError
from registry.hosting import headers, robots
from registry.pages import LANGUAGES, Assets, PageSettings, pages
from site_templates import FOLDER
from tests.registry.small_bundle import CHUNK, integrity, small_assets

SETTINGS = PageSettings(
    registry="cek.example",
    site="https://cek.example/",
    names={"ja": "見本登録簿", "id": "Registri Contoh", "en": "Sample registry"},
    trust_digest="ab" * 32,
    version="0.1.0",
)
PLURALS = {"age.minute", "age.hour", "age.day"}
VOID = {"meta", "link", "img", "input", "br"}
RUNS = re.compile(r"on[a-z]+|style|srcdoc")


class Reader(HTMLParser):
    """Elements in order, each with its attributes and the text right inside it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[int] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.elements[self.open[-1]][2].append(data)


def _html(settings: PageSettings = SETTINGS) -> dict[str, Reader]:
    """Every page that a host serves as one; verify.html has tests of its own."""
    return {
        path: Reader(data.decode())
        for path, data in pages(settings, small_assets()).items()
        if path.endswith(".html") and not path.startswith("download/")
    }


def _words(language: str) -> dict[str, Any]:
    text = (FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


def _at(words: Any, key: str) -> str:
    for part in key.split("."):
        words = words[part]
    assert isinstance(words, str)
    return words


def _data(reader: Reader) -> dict[str, Any]:
    [text] = [
        "".join(text) for tag, attrs, text in reader.elements if attrs.get("id") == "absah-page"
    ]
    data: dict[str, Any] = json.loads(text)
    return data


def test_a_page_for_each_language_and_kind() -> None:
    found = set(pages(SETTINGS, small_assets()))
    assert {"_headers", ".nojekyll", "robots.txt", "404.html"} <= found
    for folder in ("", "id/", "en/"):
        assert {f"{folder}index.html", f"{folder}registry/index.html"} <= found
    words = sorted(path for path in found if re.search("(words|reasons|rest)-", path))
    assert len(words) == 12
    assert re.fullmatch(r"assets/words-ja-[0-9a-f]{12}\.json", words[-1])
    outside = {"assets/worker-A.js", "assets/retire-A.js", "assets/single-A.js"}
    assert set(small_assets().files) - found == outside, "served as sw.js, or inside verify.html"


def test_the_same_settings_give_the_same_bytes() -> None:
    assert list(pages(SETTINGS, small_assets()).items()) == list(
        pages(SETTINGS, small_assets()).items()
    )


def test_each_text_is_the_word_that_its_element_names() -> None:
    checked = 0
    for path, reader in _html().items():
        language = reader.elements[0][1]["lang"]
        words = _words(str(language))
        for _, attrs, text in reader.elements:
            key = attrs.get("data-word")
            if key is not None:
                told = (
                    _at(words, key).replace("{site}", SETTINGS.site).replace("{version}", "0.1.0")
                )
                assert "".join(text) == told, (path, key)
                assert "{" not in told, key
                checked += 1
    print(f"texts checked: {checked}")
    assert checked > 150


def test_no_template_holds_a_sentence() -> None:
    templates = sorted((FOLDER / "pages").glob("*.j2"))
    assert len(templates) == 5
    for template in templates:
        source = template.read_text(encoding="utf-8")
        assert source.isascii()
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", source)
        assert re.findall(r"\w+", text) == [], template.name
        for said in re.findall(r"(?:aria-label|alt|title|placeholder)=\"([^\"]*)\"", source):
            assert said == "" or said.startswith("{{ t("), said


def test_the_words_of_a_page_hold_every_key_that_it_shows() -> None:
    scripts = {path.stem: path for path in (FOLDER / "script").glob("*.js")}
    shared = ("language", "dates", "words")
    first = ("checks", "show", "said", "telling", *shared)
    later = ("alarm", "details", "certificate_view", "eras", "notes_view")
    used = {"": (first, later), "registry/": (("registry_page", *shared), ())}
    files = pages(SETTINGS, small_assets())
    counted = 0
    for path, reader in _html().items():
        if path == "404.html":
            continue
        data = _data(reader)
        listed = json.loads(files[data["index"][0]])["words"]["ja"]
        tables = {which: json.loads(files[file]) for which, (file, _) in listed.items()}
        words: dict[str, Any] = {}
        together: dict[str, Any] = {}
        for which, table in tables.items():
            for group, sentences in table.items():
                together[group] = together.get(group, {}) | sentences
                if which != "rest":
                    words[group] = words.get(group, {}) | sentences
        static = {
            str(attrs["data-word"]) for _, attrs, _ in reader.elements if "data-word" in attrs
        }
        for key in static:
            assert _at(together, key), key
            counted += 1
        for names, table in zip(used[data["path"]], (words, together), strict=True):
            for name in names:
                source = re.sub(r"(?s)/\*.*?\*/", "", scripts[name].read_text(encoding="utf-8"))
                for key in set(re.findall(r'"([a-z]+\.[a-z_.-]+)"', source)):
                    if key.split(".")[0] in _words("ja") and key not in PLURALS:
                        assert _at(table, key), key
                        counted += 1
    assert counted > 300


@pytest.mark.parametrize("site", ["https://cek.example/", "https://mirror.example/folder/cek/"])
def test_nothing_inline_and_nothing_from_another_host(site: str) -> None:
    settings = dataclasses.replace(SETTINGS, site=site)
    files = pages(settings, small_assets())
    followed = 0
    for path, reader in _html(settings).items():
        tags = [tag for tag, _, _ in reader.elements]
        policy = next(
            attrs["content"]
            for _, attrs, _ in reader.elements
            if attrs.get("http-equiv") == "Content-Security-Policy"
        )
        assert "default-src 'none'" in str(policy)
        assert "unsafe" not in str(policy)
        assert tags.index("meta") == 2, "charset and policy come before all else"
        assert "style" not in tags
        for tag, attrs, text in reader.elements:
            assert not any(RUNS.fullmatch(name) for name in attrs), attrs
            if tag == "script" and attrs.get("type") != "application/json":
                assert text == []
                assert attrs["src"]
            for name in ("src", "href"):
                link = attrs.get(name)
                if link and not link.startswith("#"):
                    assert link.startswith(settings.base), (path, link)
                    inside = link.removeprefix(settings.base)
                    assert (
                        inside in files
                        or f"{inside}index.html" in files
                        or inside.startswith(("catalogue/", "guide/"))
                    ), link
                    if "integrity" in attrs:
                        assert attrs["integrity"] == integrity(files[inside])
                    followed += 1
    assert followed > 80


def test_the_data_of_a_page() -> None:
    files = pages(SETTINGS, small_assets())
    html = _html()
    data = _data(html["id/registry/index.html"])
    assert data["registry"] == "cek.example"
    assert data["trust"] == "ab" * 32
    assert (data["language"], data["path"], data["follow"]) == ("id", "registry/", False)
    assert _data(html["index.html"])["follow"] is True
    index = json.loads(files[data["index"][0]])
    named = [data["index"], *(f for part in index["parts"].values() for f in part)]
    for language in LANGUAGES:
        named += index["words"][language].values()
    assert data["words"] == json.loads(files[index["words"]["id"]["words"][0]])
    assert len(named) > 6
    for file, digest in named:
        assert digest == integrity(files[file])


def test_a_name_cannot_leave_its_place() -> None:
    name = "</script><script>alert(1)</script><!--"
    settings = dataclasses.replace(SETTINGS, names=dict.fromkeys(LANGUAGES, name))
    html = _html(settings)
    assert len(html) == 7
    for path, reader in html.items():
        scripts = [attrs for tag, attrs, _ in reader.elements if tag == "script"]
        assert len(scripts) == (0 if path == "404.html" else 3)
        if path != "404.html":
            assert _data(reader)["names"]["ja"] == name


def test_a_demonstration_says_so_on_every_page() -> None:
    sample = {language: _at(_words(language), "demo.banner") for language in LANGUAGES}
    for demo in (False, True):
        html = _html(dataclasses.replace(SETTINGS, demo=demo))
        for reader in html.values():
            text = [line for _, _, lines in reader.elements for line in lines]
            assert (sample[str(reader.elements[0][1]["lang"])] in text) is demo
            robots_meta = [
                attrs for _, attrs, _ in reader.elements if attrs.get("name") == "robots"
            ]
            assert bool(robots_meta) is demo
    assert robots(demo=True) != robots(demo=False)


def test_no_page_holds_what_changes_with_a_build() -> None:
    files = pages(SETTINGS, small_assets())
    for path, data in files.items():
        if path.endswith(".html"):
            assert not re.search(rb"20\d\d-\d\d|20\d\d\xe5\xb9\xb4", data), path


def test_the_service_worker_names_every_file_that_a_page_needs() -> None:
    files = pages(SETTINGS, small_assets())
    first, _, script = files["sw.js"].decode().partition(";\n")
    deploy = json.loads(first.removeprefix("self.DEPLOY="))
    assert script == "worker.js"
    listed = dict(deploy["files"])
    assert listed[""] == integrity(files["index.html"])
    assert listed["id/registry/"] == integrity(files["id/registry/index.html"])
    for path, data in files.items():
        if path.startswith("assets/") and not path.endswith(".png"):
            assert listed[path] == integrity(data)
    assert not {"sw.js", "404.html", "_headers", "build.note"} & listed.keys()
    other = pages(dataclasses.replace(SETTINGS, version="0.1.1"), small_assets())["sw.js"]
    assert deploy["version"].encode() not in other, "another page is another version"


def test_the_kill_switch_takes_the_place_of_the_service_worker() -> None:
    off = dataclasses.replace(SETTINGS, offline=False)
    assert pages(off, small_assets())["sw.js"] == b"retire.js"
    assert _data(_html(off)["index.html"])["offline"] is False
    assert _data(_html()["index.html"])["offline"] is True


def test_a_manifest_for_each_language() -> None:
    files = pages(SETTINGS, small_assets())
    for folder, language in (("", "ja"), ("id/", "id"), ("en/", "en")):
        manifest = json.loads(files[f"{folder}manifest.webmanifest"])
        assert (manifest["id"], manifest["start_url"]) == ("/", f"/{folder}")
        assert manifest["name"] == _at(_words(language), "site.title")
        for icon in manifest["icons"]:
            width = int(icon["sizes"].partition("x")[0])
            data = files[icon["src"].removeprefix("/")]
            assert data.startswith(b"\x89PNG")
            assert int.from_bytes(data[16:20]) == int.from_bytes(data[20:24]) == width


@pytest.mark.parametrize("site", ["https://cek.example/", "http://127.0.0.1:8080/a/"])
def test_the_blocks_of_headers_are_disjoint(site: str) -> None:
    blocks: dict[str, list[str]] = {}
    for line in headers(site, "form-action 'none'").decode().splitlines():
        if line.startswith(" "):
            blocks[list(blocks)[-1]].append(line.strip())
        else:
            assert line not in blocks
            blocks[line] = []
    base = "/" if site.endswith("e/") else "/a/"
    paths = {
        "": "no-cache",
        "id/": "no-cache",
        "en/registry/": "no-cache",
        "registry/index.html": "no-cache",
        "404.html": "no-cache",
        "assets/app-X.js": "immutable",
        "sw.js": "no-cache",
        "manifest.webmanifest": "no-cache",
        "build.note": "no-store",
        "log/tile/0/000": "no-cache",
        "status/0-ab.cwt": "no-cache",
        "download/verify.html": "no-cache",
    }
    for path, cache in paths.items():
        matching = [lines for rule, lines in blocks.items() if fnmatch.fnmatch(base + path, rule)]
        assert len(matching) == 1, path
        named = [line.split(":")[0] for line in matching[0]]
        assert len(set(named)) == len(named)
        assert any(line.startswith("Cache-Control") and cache in line for line in matching[0])
        assert "X-Content-Type-Options: nosniff" in matching[0]
        assert any("frame-ancestors 'none'" in line for line in matching[0])
        assert ("Strict-Transport-Security" in named) is site.startswith("https")
    assert max(len(line) for lines in blocks.values() for line in lines) < 2000


def _bundle(folder: Path) -> Path:
    for path, data in small_assets().files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    manifest = {
        name: {"file": entry.file, "integrity": entry.integrity, "imports": list(entry.imports)}
        for name, entry in small_assets().entries.items()
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_bundle_is_loaded_as_it_was_written(tmp_path: Path) -> None:
    assert Assets.load(_bundle(tmp_path)) == small_assets()


def test_a_bundle_that_is_missing_or_damaged_is_refused(tmp_path: Path) -> None:
    folder = _bundle(tmp_path)
    manifest = (folder / "manifest.json").read_bytes()
    tried = 0
    for damage in (
        (folder / "manifest.json").unlink,
        lambda: (folder / "manifest.json").write_bytes(b"{"),
        lambda: (folder / "manifest.json").write_bytes(b"[]"),
        lambda: (folder / "manifest.json").write_bytes(b'{"app.js": {"file": "x"}}'),
        lambda: (folder / "manifest.json").write_bytes(b'{"app.js": 7}'),
        lambda: (folder / CHUNK).write_bytes(b"other"),
        (folder / CHUNK).unlink,
    ):
        (folder / "manifest.json").write_bytes(manifest)
        damage()
        with pytest.raises(UserError) as refusal:
            Assets.load(folder)
        assert refusal.value.code == "no-bundle"
        tried += 1
    print(f"damaged bundles: {tried}")
    assert tried == 7


def test_a_bundle_without_a_script_of_a_page_is_refused() -> None:
    entries = {name: entry for name, entry in small_assets().entries.items() if name != "boot.js"}
    with pytest.raises(UserError) as refusal:
        pages(SETTINGS, Assets(entries, small_assets().files))
    assert refusal.value.code == "no-bundle"


def test_a_key_that_is_no_sentence_is_a_fault() -> None:
    for key in ("reason", "reason.valid", "nothing"):
        with pytest.raises(KeyError):
            page_words.find(_words("ja"), key)
