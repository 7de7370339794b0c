"""The guide below ``/guide/``, as it was built with the browser side, with this registry's address.

``ADDRESS`` in its text stands for the official address. Its pages have a policy of their own: the
theme has inline scripts, which are allowed by their digests, and cannot run under Trusted Types.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from registry.errors import UserError, Words
from site_templates import GUIDE

__all__ = ["FOLDER", "Guide", "guide_policy", "installed_policy"]

FOLDER = "guide/"
ADDRESS = "ABSAH-SITE-ADDRESS"
"""What a page of the guide writes where the registry's address belongs."""
_HEAD = '<meta charset="utf-8">'
_BANNER = '<div data-md-component="announce">'


@dataclass(frozen=True, slots=True)
class Guide:
    """The built guide."""

    files: dict[str, bytes]
    """By path below the site's folder."""
    hashes: tuple[str, ...]
    """``sha256-<base64>`` of each inline script."""

    @classmethod
    def load(cls, root: Path = GUIDE) -> Guide:
        """The guide that ``site_templates/guide_build.py`` made. UserError ``no-bundle``."""
        try:
            hashes = tuple(json.loads((root / ".policy.json").read_text(encoding="ascii")))
            paths = sorted(path for path in root.rglob("*") if path.is_file())
            files = {
                FOLDER + path.relative_to(root).as_posix(): path.read_bytes()
                for path in paths
                if not path.name.startswith(".")
            }
        except (OSError, ValueError) as error:
            raise _no_guide(root) from error
        if f"{FOLDER}index.html" not in files:
            raise _no_guide(root)
        return cls(files, hashes)

    def pages(self, site: str, samples: Mapping[str, str]) -> dict[str, bytes]:
        """Its files for the registry at ``site``.

        ``samples``: by language, what the pages of a demonstration say on top; else empty.
        """
        done = {}
        for path, data in self.files.items():
            if path.endswith(".html"):
                sample = samples.get(_language(path), "")
                text = data.decode("utf-8").replace(ADDRESS, html.escape(site))
                done[path] = self._marked(text, sample).encode()
            elif path.endswith(".json"):
                # The search index holds escaped HTML in JSON strings.
                escaped = json.dumps(html.escape(site))[1:-1]
                done[path] = data.decode("utf-8").replace(ADDRESS, escaped).encode()
            else:
                done[path] = data
        return done

    def _marked(self, page: str, sample: str) -> str:
        """A page with its policy, and with the mark of a demonstration."""
        policy = guide_policy(self.hashes)
        head = f'{_HEAD}\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
        banner = _BANNER
        if sample:
            head += '\n<meta name="robots" content="noindex">'
            banner += f'<aside class="absah-sample">{html.escape(sample)}</aside>'
        return page.replace(_HEAD, head, 1).replace(_BANNER, banner, 1)


def _language(path: str) -> str:
    folder = path.split("/")[1]
    return folder if folder in {"id", "en"} else "ja"


def guide_policy(hashes: tuple[str, ...]) -> str:
    """The policy of the guide's pages: its own scripts, and the inline ones by their digests."""
    inline = " ".join(f"'{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src 'self' {inline}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
    )


@cache
def installed_policy() -> str:
    """The policy of the guide that came with this program. UserError ``no-bundle``."""
    return guide_policy(Guide.load().hashes)


def _no_guide(folder: Path) -> UserError:
    return UserError(
        "no-bundle",
        str(folder),
        Words(
            "the guide is not built, or not complete", "panduan belum dibangun atau tidak lengkap"
        ),
        Words(
            "install the package again, or in a clone run: make",
            "pasang ulang paket ini, atau di dalam klon jalankan: make",
        ),
    )
