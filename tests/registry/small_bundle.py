"""A browser side of a few bytes: every file that a page names, and nothing that runs."""

from __future__ import annotations

import base64
import hashlib

from registry import pages
from registry.pages import Asset, Assets

CHUNK = "assets/chunk-C.js"


def integrity(data: bytes) -> str:
    """Subresource Integrity of a file."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def small_assets() -> Assets:
    """Every entry that pages ask for; the app loads a chunk at once."""
    parts = {name for page in pages._PAGES for name in page.parts}
    styles = {name for page in (*pages._PAGES, pages._SINGLE) for name in page.styles}
    outside = {"app.js", "boot.js", "worker.js", "retire.js", "single.js"} | styles
    files = {CHUNK: b"chunk"}
    entries = {CHUNK: Asset(CHUNK, integrity(b"chunk"))}
    for name in sorted(parts | outside):
        stem, _, suffix = name.partition(".")
        file = f"assets/{stem}-A.{suffix}"
        files[file] = name.encode()
        loaded = (CHUNK,) if name == "app.js" or (name in parts and suffix == "js") else ()
        entries[name] = Asset(file, integrity(name.encode()), loaded)
    return Assets(entries, files)
