"""The pages of the public site, from templates, words and the bundled browser side.

``pages()`` gives ``{path: bytes}``: the verification page and the registry page in three languages,
the guide where it is handed over, 404.html, the bundle's assets, the words as files named by their
digest, service worker, manifests, icons, robots.txt, ``_headers`` and ``.nojekyll``. The same
settings and assets always give the same bytes. Nothing here changes with a build: ``/registry/``
reads build number, log size and root from the build note in the browser, so a new note needs no new
page (docs/formats.md section 7).

Each page works from the path of ``site`` on any host and carries the registry's id and the digest
of trust/1: what a browser starts its walk of trust from.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from registry import offline
from registry.assets import Asset, Assets, json_bytes, named
from registry.figures import Figures
from registry.guide import Guide, guide_policy
from registry.hosting import META_POLICY, headers, robots
from site_templates import FOLDER

__all__ = ["LANGUAGES", "Asset", "Assets", "PageSettings", "pages"]

LANGUAGES = ("ja", "id", "en")
"""The first one is the language of ``/``, which follows its reader; the others have a folder."""

_STATIC_WORDS = ("site", "nav", "language", "demo", "gloss", "error.internal", "error.no_script")
"""Of the frame of every page: in the page's own language they stand in its HTML."""
_TIMES = ("month", "format", "data.not_stated")
_FIRST_WORDS = (
    *("reason.valid", "level", "question", "result", "asof", "age", *_TIMES),
    *(f"answer.{asked}.ok" for asked in ("issuer", "dates", "standing")),
    *("answer.standing.ok_offline", "progress.checking", "progress.fresh", "progress.updated"),
)
"""All that a verdict needs if all is well: a page that a code has opened waits for these alone."""
_REASON_WORDS = ("reason", "answer")
"""What any other verdict needs, and waits for."""
_LATER_WORDS = (
    *_STATIC_WORDS,
    *("home", "data", "note", "button", "error", "legacy", "record", "compare", "inquiry"),
    *("batch", "era", "progress", "session", "share", "install", "update"),
    *("registry.build", "registry.log_size", "registry.log_root"),
)
_REGISTRY_WORDS = (
    *(*_STATIC_WORDS, *_TIMES, "registry", "record.trust_version"),
    *("sector", "asof.none", "error.network", "reason.conflict", "progress.fresh"),
    "button.save_evidence",
)


_Loaded = tuple[dict[str, Any], "Asset"]
"""The words that a page begins with, which stand in its HTML, and its index."""
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
        {"words": _FIRST_WORDS, "reasons": _REASON_WORDS, "rest": _LATER_WORDS},
    ),
    _Page(
        "registry.html.j2",
        "registry/",
        ("alarm.js", "registry_page.js", "translate.js"),
        "registry.heading",
        {"words": _REGISTRY_WORDS},
        ("main.css", "registry_page.css"),
    ),
)


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
    sentences = {language: _sentences(language) for language in LANGUAGES}
    frame = _Frame(settings, assets, sentences, figures)
    outside = offline.outside(assets)
    files = {path: data for path, data in assets.files.items() if path not in outside}
    icons = offline.icons()
    files |= {asset.file: data for asset, data in icons.values()}
    for page in _PAGES:
        index, made = _words_of(assets, page, sentences)
        files |= made
        for language in LANGUAGES:
            loaded = (_chosen(sentences[language], page.words["words"]), index)
            html = frame.render(page.template, page, language, loaded, icons)
            files[f"{_folder(language)}{page.path}index.html"] = html
    for language in LANGUAGES:
        folder = _folder(language)
        name, short = (_find(sentences[language], f"site.{key}") for key in ("title", "short"))
        files[f"{folder}manifest.webmanifest"] = offline.manifest(
            settings.base, folder, (name, short), icons
        )
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
            chosen = json_bytes(_chosen(sentences[language], keys))
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
            language: _find(said, "demo.banner") for language, said in self.sentences.items()
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
        return (
            _environment().get_template(template).render(figures=self.figures, **context).encode()
        )


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
            _find(sentences[other], key)
            .replace("{site}", settings.site)
            .replace("{version}", settings.version)
        )

    return {
        "address": lambda other, path: settings.base + _folder(other) + path,
        "guide": settings.base + "guide/" + _folder(language),
        "base": settings.base,
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


def _data(settings: PageSettings, page: _Page, language: str, loaded: _Loaded) -> Markup:
    """The page's block of JSON (script/page.js), which no character of it can leave."""
    value = {
        "registry": settings.registry,
        "site": settings.site,
        "base": settings.base,
        "trust": settings.trust_digest,
        "version": settings.version,
        "path": page.path,
        "language": language,
        "offline": settings.offline,
        "follow": language == LANGUAGES[0],
        "names": {other: settings.names[other] for other in LANGUAGES},
        "words": loaded[0],
        "index": _file(loaded[1]),
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


def _sentences(language: str) -> dict[str, Any]:
    text = (FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8")
    sentences: dict[str, Any] = json.loads(text)
    return sentences


def _find(sentences: Mapping[str, Any], key: str) -> str:
    """The sentence of ``key``; KeyError: there is none, which is a fault of a template."""
    found: Any = sentences
    for part in key.split("."):
        found = found[part]
    if not isinstance(found, str):
        raise KeyError(key)
    return found


def _chosen(sentences: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Only the words that a page can show then: they are part of what it loads."""
    chosen: dict[str, Any] = {}
    for key in keys:
        *groups, last = key.split(".")
        into, found = chosen, sentences
        for group in groups:
            into, found = into.setdefault(group, {}), found[group]
        into[last] = dict(found[last]) if isinstance(found[last], dict) else found[last]
    return chosen


def _folder(language: str) -> str:
    return "" if language == LANGUAGES[0] else f"{language}/"
