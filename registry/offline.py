"""What a browser is given to open the pages without network, or from its Home Screen.

The service worker (script/worker.js) names every file of one version with its digest; the manifest
says how the page is installed. Nothing of the registry's state is in either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from registry.assets import Asset, Assets, integrity, json_bytes, named
from site_templates import FOLDER

ICON_WIDTHS = (180, 192, 512)
"""Pixels; the first one is for the Home Screen of iOS."""
_KEPT_AHEAD = 64 * 1024
"""Bytes of the largest file that every visitor is given for the time without network; larger ones
are kept once they were used."""

_SHARED = ("image/*", "application/pdf", "text/plain")
"""Kinds of files that other programs may hand to the installed page (script/worker.js)."""


def outside(assets: Assets) -> set[str]:
    """Scripts of the bundle that are served under another name, or not at all."""
    return {assets.entry(name).file for name in ("worker.js", "retire.js", "single.js")}


def icons() -> dict[str, tuple[Asset, bytes]]:
    """By name: ``svg``, and the widths in pixels of the others."""
    found = {"svg": named("assets/icon", "svg", (FOLDER / "pages" / "icon.svg").read_bytes())}
    for width in ICON_WIDTHS:
        data = (FOLDER / "pages" / f"icon-{width}.png").read_bytes()
        found[str(width)] = named(f"assets/icon-{width}", "png", data)
    return found


def manifest(
    base: str, folder: str, names: tuple[str, str], icons: Mapping[str, tuple[Asset, bytes]]
) -> bytes:
    """What a browser is told that installs the page (W3C Web Application Manifest).

    ``base``: path of the site; ``folder``: of the language below it; ``names``: long and short.
    """
    return json_bytes(
        {
            "name": names[0],
            "short_name": names[1],
            "lang": folder.rstrip("/") or "ja",
            "id": base,
            "start_url": base + folder,
            "scope": base,
            "display": "standalone",
            "share_target": {
                "action": f"{base}share",
                "method": "POST",
                "enctype": "multipart/form-data",
                "params": {
                    **{name: name for name in ("title", "text", "url")},
                    "files": [{"name": "files", "accept": list(_SHARED)}],
                },
            },
            "background_color": "#f4f5f3",
            "theme_color": "#12456b",
            "icons": [
                {
                    "src": base + icons[str(width)][0].file,
                    "sizes": f"{width}x{width}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for width in ICON_WIDTHS[1:]
                for purpose in ("any", "maskable")
            ],
        }
    )


def service_worker(assets: Assets, files: Mapping[str, bytes]) -> bytes:
    """``sw.js``: the version that it installs, each file with its digest, and the script."""
    listed = [
        (path.removesuffix("index.html"), integrity(data))
        for path, data in sorted(files.items())
        if len(data) <= _KEPT_AHEAD and path != "404.html" and not path.endswith(".png")
    ]
    version = hashlib.sha256(json_bytes(listed)).hexdigest()[:16]
    deploy = json_bytes({"version": version, "files": listed}).decode()
    script = assets.files[assets.entry("worker.js").file]
    return f"self.DEPLOY={deploy};\n".encode() + script


def kill_switch(assets: Assets) -> bytes:
    """``sw.js`` that ends the service worker where it was installed."""
    return assets.files[assets.entry("retire.js").file]
