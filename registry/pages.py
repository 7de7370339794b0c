"""The pages of the public site, from templates, words and the bundled browser side.

``pages()`` gives ``{path: bytes}``: the verification page and the registry page in three languages,
the guide where it is handed over, 404.html, the bundle's assets, the words as files named by their
digest, ``download/verify.html`` without its data, service worker, manifests, icons, robots.txt,
``_headers`` and ``.nojekyll``. The same settings and assets always give the same bytes. Nothing
here changes with a build: ``/registry/`` reads build number, log size and root from the build note
in the browser, so a new note needs no new page (docs/formats.md section 7).

Each page works from the path of ``site`` on any host and carries the registry's id and the digest
of trust/1: what a browser starts its walk of trust from.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from registry import offline, page_words, single_file
from registry.assets import Asset, Assets, json_bytes, named
from registry.figures import Figures
from registry.guide import Guide, guide_policy
from registry.hosting import META_POLICY, headers, robots
from site_templates import FOLDER

__all__ = ["LANGUAGES", "Asset", "Assets", "PageSettings", "pages"]

LANGUAGES = ("ja", "id", "en")
"""The first one is the language of ``/``, which follows its reader; the others have a folder."""

_Loaded = tuple[dict[str, Any], "Asset | dict[str, Any]"]
"""The words that a page begins with, which stand in its HTML, and its index: a file, or itself."""
_WordFiles = dict[str, dict[str, "Asset"]]
"""By language, then by ``words``, ``reasons`` or ``rest``."""


@dataclass(frozen=True, slots=True)
class _Page:
    template: str
    path: str
    """Below the language's folder: "" or "registry/"."""
    parts: tuple[str, ...]
    """What its script loads when it is needed (script/parts.js)."""
    title: str
    words: Mapping[str, tuple[str, ...]]
    """Keys, and groups of keys: ``words`` that its script begins with, and others for later."""
    styles: tuple[str, ...] = ("main.css",)


_PAGES = (
    _Page(
        "verify.html.j2",
        "",
        (
            *("alarm.js", "batch.js", "countdown.js", "details.js", "offline.js", "pdf_pages.js"),
            *("details.css", "scan.css", "scanner.js", "translate.js"),
        ),
        "site.title",
        {"words": page_words.FIRST, "reasons": page_words.REASONS, "rest": page_words.LATER},
    ),
    _Page(
        "registry.html.j2",
        "registry/",
        ("alarm.js", "registry_page.js", "translate.js"),
        "registry.heading",
        {"words": page_words.REGISTRY},
        ("main.css", "registry_page.css"),
    ),
)


_SINGLE = _Page(
    "single.html.j2",
    "",
    (),
    "site.title",
    {"words": (*page_words.FIRST, *page_words.REASONS, *page_words.LATER, "single.newest")},
    ("main.css", "details.css", "scan.css"),
)
"""``download/verify.html``: it has no host, so all is in it, and its links lead to the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the pages say about their registry."""

    registry: str
    """The registry's id."""
    site: str
    """The official address, ending in a slash; its path is where the pages stand on a host."""
    names: Mapping[str, str]
    """The registry's name in ``ja``, ``id`` and ``en``."""
    trust_digest: str
    """SHA-256 of the text of trust/1, 64 lower-case hex digits."""
    version: str
    """Of this software."""
    offline: bool = True
    """False: the kill switch; browsers that have the service worker get rid of it."""
    demo: bool = False
    """Every page says SAMPLE and asks search engines to stay away."""

    @property
    def base(self) -> str:
        """Path of the site on its host: ``/`` or ``/folder/``."""
        return urlsplit(self.site).path


def pages(
    settings: PageSettings,
    assets: Assets,
    figures: Figures | None = None,
    guide: Guide | None = None,
) -> dict[str, bytes]:
    """Every file of the site that is not registry data, sorted by path.

    UserError ``no-bundle``: the bundle lacks a script or a style that a page names.
    """
    sentences = {language: page_words.sentences_of(language) for language in LANGUAGES}
    frame = _Frame(settings, assets, sentences, figures)
    outside = offline.outside(assets)
    files = {path: data for path, data in assets.files.items() if path not in outside}
    icons = offline.icons()
    files |= {asset.file: data for asset, data in icons.values()}
    for page in _PAGES:
        index, made = _words_of(assets, page, sentences)
        files |= made
        for language in LANGUAGES:
            loaded = (page_words.chosen_of(sentences[language], page.words["words"]), index)
            html = frame.render(page.template, page, language, loaded, icons)
            files[f"{_folder(language)}{page.path}index.html"] = html
    for language in LANGUAGES:
        folder = _folder(language)
        name, short = (
            page_words.find(sentences[language], f"site.{key}") for key in ("title", "short")
        )
        files[f"{folder}manifest.webmanifest"] = offline.manifest(
            settings.base, folder, (name, short), icons
        )
    files[single_file.PATH] = frame.single(icons)
    files["404.html"] = frame.render("404.html.j2", _PAGES[0], LANGUAGES[0], None, icons)
    whole = offline.service_worker(assets, files)
    files["sw.js"] = whole if settings.offline else offline.kill_switch(assets)
    files["robots.txt"] = robots(demo=settings.demo)
    files |= frame.guide(guide or Guide({}, ()))
    files[".nojekyll"] = b""
    return dict(sorted(files.items()))


def _words_of(
    assets: Assets, page: _Page, sentences: Mapping[str, dict[str, Any]]
) -> tuple[Asset, dict[str, bytes]]:
    """A page's index, and the bytes of it and of all words that it names by path."""
    files: dict[str, bytes] = {}
    words: _WordFiles = {language: {} for language in LANGUAGES}
    prefix = "assets/registry-" if page.path else "assets/"
    for which, keys in page.words.items():
        for language in LANGUAGES:
            chosen = json_bytes(page_words.chosen_of(sentences[language], keys))
            words[language][which], data = named(f"{prefix}{which}-{language}", "json", chosen)
            files[words[language][which].file] = data
    index, data = named(f"{prefix}index", "json", _index(assets, page, words))
    files[index.file] = data
    return index, files


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all pages of one site share."""

    settings: PageSettings
    assets: Assets
    sentences: Mapping[str, dict[str, Any]]
    figures: Figures | None

    def guide(self, guide: Guide) -> dict[str, bytes]:
        """The guide with this registry's address, and the headers that its policy belongs to."""
        site, demo = self.settings.site, self.settings.demo
        banners = {
            language: page_words.find(said, "demo.banner")
            for language, said in self.sentences.items()
        }
        policy = headers(site, guide_policy(guide.hashes))
        return {**guide.pages(site, banners if demo else {}), "_headers": policy}

    def render(
        self,
        template: str,
        page: _Page,
        language: str,
        loaded: _Loaded | None,
        icons: Mapping[str, tuple[Asset, bytes]],
    ) -> bytes:
        context = _context(self.settings, self.assets, page, language, loaded, self.sentences)
        base = self.settings.base
        context["icon"] = base + icons["svg"][0].file
        context["touch_icon"] = base + icons[str(offline.ICON_WIDTHS[0])][0].file
        return self._rendered(template, context)

    def single(self, icons: Mapping[str, tuple[Asset, bytes]]) -> bytes:
        """``download/verify.html`` with its block of data empty."""
        sentences = {language: page_words.without_host(language) for language in LANGUAGES}
        words = {
            lang: {"words": page_words.chosen_of(sentences[lang], _SINGLE.words["words"])}
            for lang in LANGUAGES
        }
        language, settings = LANGUAGES[0], self.settings
        loaded = (words.pop(language)["words"], {"words": {language: {}, **words}})
        context = _context(settings, self.assets, _SINGLE, language, loaded, sentences)
        style = "".join(self._text(name) for name in _SINGLE.styles)
        script = self._text("single.js")
        return self._rendered(
            _SINGLE.template,
            context
            | {
                "icon": "data:image/svg+xml;base64," + base64.b64encode(icons["svg"][1]).decode(),
                "policy": Markup(single_file.policy(script, style)),  # noqa: S704
                "style": Markup(style),  # noqa: S704
                "script": Markup(script),  # noqa: S704
                "block": Markup(single_file.BLOCK),  # noqa: S704
            },
        )

    def _text(self, name: str) -> str:
        return self.assets.files[self.assets.entry(name).file].decode()

    def _rendered(self, template: str, context: Mapping[str, Any]) -> bytes:
        found = _environment().get_template(template)
        return found.render(figures=self.figures, **context).encode()


def _context(
    settings: PageSettings,
    assets: Assets,
    page: _Page,
    language: str,
    loaded: _Loaded | None,
    sentences: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """The names that a template may use (StrictUndefined: it can use no other)."""

    def say(other: str, key: str) -> str:
        return (
            page_words.find(sentences[other], key)
            .replace("{site}", settings.site)
            .replace("{version}", settings.version)
        )

    base = _base(settings, page)
    return {
        "address": lambda other, path: base + _folder(other) + path,
        "guide": base + "guide/" + _folder(language),
        "base": base,
        "boot": _loaded(settings, assets, "boot.js"),
        "data": None if loaded is None else _data(settings, page, language, loaded),
        "entry": _loaded(settings, assets, "app.js"),
        "language": language,
        "languages": LANGUAGES,
        "name": settings.names[language],
        "path": page.path,
        "policy": META_POLICY,
        "say": say,
        "settings": settings,
        "styles": [_loaded(settings, assets, name) for name in page.styles],
        "t": functools.partial(say, language),
        "title": page.title,
    }


def _base(settings: PageSettings, page: _Page) -> str:
    """What every path of the site is put behind in a page."""
    return settings.site if page is _SINGLE else settings.base


def _data(settings: PageSettings, page: _Page, language: str, loaded: _Loaded) -> Markup:
    """The page's block of JSON (script/page.js), which no character of it can leave."""
    value = {
        "registry": settings.registry,
        "site": settings.site,
        "base": _base(settings, page),
        "trust": settings.trust_digest,
        "version": settings.version,
        "path": page.path,
        "language": language,
        "offline": settings.offline and page is not _SINGLE,
        "follow": language == LANGUAGES[0],
        "names": {other: settings.names[other] for other in LANGUAGES},
        "words": loaded[0],
        "index": _file(loaded[1]) if isinstance(loaded[1], Asset) else loaded[1],
    }
    # `<` is the only character that ends a script element; no name or address is trusted here.
    return Markup(json_bytes(value).decode().replace("<", "\\u003c"))  # noqa: S704


def _index(assets: Assets, page: _Page, words: _WordFiles) -> bytes:
    """What a page may load later (script/parts.js)."""
    return json_bytes(
        {
            "parts": {name: _part(assets, name) for name in page.parts},
            "words": {
                language: {which: _file(asset) for which, asset in files.items()}
                for language, files in words.items()
            },
        }
    )


def _file(asset: Asset) -> tuple[str, str]:
    return asset.file, asset.integrity


def _part(assets: Assets, name: str) -> list[tuple[str, str]]:
    """The files of a part, itself first, without those that the page has loaded already."""
    asset, app = assets.entry(name), assets.entry("app.js")
    loaded = {app.file, *app.imports}
    chunks = [assets.entries[file] for file in asset.imports if file not in loaded]
    return [_file(file) for file in (asset, *chunks)]


def _loaded(settings: PageSettings, assets: Assets, name: str) -> dict[str, Any]:
    """An entry of the bundle with its address, and the chunks that it loads at once."""
    asset = assets.entry(name)
    chunks = [assets.entries[file] for file in asset.imports]
    return {
        "url": settings.base + asset.file,
        "integrity": asset.integrity,
        "chunks": [
            {"url": settings.base + chunk.file, "integrity": chunk.integrity} for chunk in chunks
        ],
    }


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _folder(language: str) -> str:
    return "" if language == LANGUAGES[0] else f"{language}/"
