"""Builds the guide, site_templates/dist_guide/, with mkdocs-material, when it is not up to date.

One build a language, laid into one folder: Japanese at its root, the others in ``id/`` and ``en/``.
They share the theme's files, of which only those are kept that a page asks for. ``.policy.json``
lists the digests of the theme's inline scripts, for the policy of the pages.

As a program it builds what is not current; with ``--current`` it says by its exit code whether
there is nothing to do. A wheel carries the built guide, so an install from it needs no mkdocs.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LANGUAGES = ("ja", "id", "en")
TARGET = "dist_guide"
_SOURCES = "guide/**/*"
_PARTS = re.compile(r'((?:href|src|content)=")((?:\.\./)*)(?:\./)?(assets|brand)/')
_SEARCH = re.compile(r'("search": ")((?:\.\./)*)(assets/)')
# The theme's dialogue of the search has no name of its own: it takes that of its field.
_SEARCH_BOX = re.compile(
    r'(<div class="md-search" [^>]*role="dialog")(>.*?( aria-label="[^"]*"))', re.DOTALL
)
# The theme's search cuts Chinese words of a query where the index has them cut. Japanese words need
# it too, and they are also written in kana.
_SEARCH_WORKER = re.compile(r"assets/javascripts/workers/search\.\w+\.min\.js$")
_HAN = b'"\\\\p{sc=Han}+"'
_JAPANESE = '"[\\\\p{sc=Han}\\\\p{sc=Hira}\\\\p{sc=Kana}ー]+"'.encode()
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_LUNR = re.compile(r"assets/javascripts/lunr/")
_LUNR_KEPT = re.compile(r"min/lunr\.(?:stemmer\.support|ja|multi)\.min\.js$|tinyseg\.js$")
_SITEMAP = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>\n'
# A time that never changes, so that a build gives the same bytes.
_EPOCH = "1767225600"


class GuideError(Exception):
    """The guide could not be built; the text says why."""


def source_digest(folder: Path) -> str:
    """SHA-256 (hex) of everything the guide is made of, whatever the line endings."""
    digest = hashlib.sha256(Path(__file__).read_bytes().replace(b"\r\n", b"\n"))
    for path in sorted(path for path in folder.glob(_SOURCES) if path.is_file()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Whether dist_guide/ is there and made of the sources at hand (or there are no sources)."""
    stamp = folder / TARGET / ".source-sha256"
    if not (folder / "guide").is_dir():
        return stamp.is_file()
    return stamp.is_file() and stamp.read_text("ascii").strip() == source_digest(folder)


def ensure_guide(folder: Path) -> bool:
    """Builds the guide unless it is current; returns whether it was built. Raises GuideError."""
    if is_current(folder):
        return False
    digest = source_digest(folder)
    staged = folder / f"{TARGET}.part"
    shutil.rmtree(staged, ignore_errors=True)
    for language in LANGUAGES:
        _mkdocs(folder / "guide" / f"{language}.yml", staged / "built" / language)
    done = staged / "done"
    hashes: set[str] = set()
    for language in LANGUAGES:
        _lay(staged / "built" / language, done, language, hashes)
    shutil.copytree(folder / "guide" / "brand", done / "brand", dirs_exist_ok=True)
    (done / ".policy.json").write_text(json.dumps(sorted(hashes), indent=1) + "\n", "ascii")
    (done / ".source-sha256").write_text(digest + "\n", "ascii")
    shutil.rmtree(folder / TARGET, ignore_errors=True)
    done.replace(folder / TARGET)
    shutil.rmtree(staged)
    return True


def _mkdocs(config: Path, target: Path) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _EPOCH, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(
        [*command, "-f", str(config), "-d", str(target)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GuideError(f"the guide could not be built: {done.stderr.strip() or done.stdout}")


def _lay(built: Path, target: Path, language: str, hashes: set[str]) -> None:
    """Takes what a reader needs of one language's build."""
    own = target if language == LANGUAGES[0] else target / language
    for path in sorted(path for path in built.rglob("*") if path.is_file()):
        name = path.relative_to(built).as_posix()
        if name.startswith("assets/"):
            if not name.endswith(".map") and (not _LUNR.match(name) or _LUNR_KEPT.search(name)):
                data = path.read_bytes()
                _put(target / name, _searching(data) if _SEARCH_WORKER.match(name) else data)
        elif name.endswith(".html") and name != "404.html":
            page = _shared(path.read_text("utf-8"), "" if own == target else "../")
            for script in _INLINE.findall(page):
                digest = hashlib.sha256(script.encode()).digest()
                hashes.add(f"sha256-{base64.b64encode(digest).decode()}")
            _put(own / name, page.encode())
        elif name.startswith("search/"):
            _put(own / name, path.read_bytes())
    # The theme asks for it when the language is changed. Which address it would name is not known.
    _put(own / "sitemap.xml", _SITEMAP)


def _shared(page: str, up: str) -> str:
    """A page with links to the theme's files in the shared folder, whose every part has a name."""
    page = _PARTS.sub(rf"\g<1>{up}\g<2>\g<3>/", page)
    page = _SEARCH.sub(rf"\g<1>{up}\g<2>\g<3>", page)
    return _SEARCH_BOX.sub(r"\1\3\2", page, count=1)


def _searching(script: bytes) -> bytes:
    """The theme's search, which finds Japanese words that are of Han and kana. GuideError."""
    if script.count(_HAN) != 1:
        raise GuideError("the theme's search is another one: look how it cuts words now")
    return script.replace(_HAN, _JAPANESE)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() != data:
        raise GuideError(f"two builds differ in {path.name}")
    path.write_bytes(data)


def main(question: str | None = None) -> None:
    """Builds the guide where it is not current, or answers ``--current``."""
    folder = Path(__file__).resolve().parent
    if question == "--current":
        sys.exit(not is_current(folder))
    try:
        ensure_guide(folder)
    except GuideError as fault:
        sys.exit(f"absah: {fault}")


if __name__ == "__main__":
    main(*sys.argv[1:])
