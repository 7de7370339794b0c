"""What a static host is told: response headers, and what search engines may read.

``_headers`` is read by several hosts and by ``absah serve``. All blocks that match a path are
merged there (and one host joins equal names by commas), so the blocks are disjoint.
"""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlsplit

from registry.guide import installed_policy

__all__ = ["META_POLICY", "headers", "inline_hash", "robots"]

# A page loads from its own host only, runs no inline script or style, sends no form, and has one
# Trusted Types policy, which names the workers of the bundle (script/workers.js): no string of a
# certificate or a catalogue can become markup or script.
META_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types absah-worker"
)
"""For `<meta>`, which hosts without headers serve too; it cannot hold frame-ancestors."""


def _framed(policy: str) -> str:
    """A policy for a header, which alone can forbid frames."""
    return policy.replace("form-action", "frame-ancestors 'none'; form-action")


_PAGE_POLICY = _framed(META_POLICY)
_FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

_ALWAYS = (
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
    "Permissions-Policy: camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
)
_FOR_EVER = "Cache-Control: public, max-age=31536000, immutable"
_ASK = "Cache-Control: no-cache"
_NEVER = "Cache-Control: no-store"

_PAGES = ("", "index.html", "404.html", "id/*", "en/*", "registry/*", "manifest.webmanifest")
_FIXED = ("assets/*",)
_RENEWED = ("robots.txt", "files.json", "catalogue/*", "log/*", "status/*", "trust/*", "builds/*")
"""Most of these never change under their name, but a mistake must not stay in caches for a year,
and a wrong answer of a host (404 before the upload is complete) must not be kept."""


def headers(site: str, guide_policy: str | None = None) -> bytes:
    """The file ``_headers`` for a site at this address.

    ``guide_policy``: of the pages below ``guide/``; None = that of the guide that is installed.
    """
    guide_policy = guide_policy or installed_policy()
    address = urlsplit(site)
    base = address.path
    secure = ("Strict-Transport-Security: max-age=31536000",) if address.scheme == "https" else ()
    blocks = [
        *((path, (f"Content-Security-Policy: {_PAGE_POLICY}", _ASK)) for path in _PAGES),
        *((path, (f"Content-Security-Policy: {_PAGE_POLICY}", _FOR_EVER)) for path in _FIXED),
        ("guide/*", (f"Content-Security-Policy: {_framed(guide_policy)}", _ASK)),
        *((path, (f"Content-Security-Policy: {_FILE_POLICY}", _ASK)) for path in _RENEWED),
        (
            "sw.js",
            (f"Content-Security-Policy: {_PAGE_POLICY}", _ASK, f"Service-Worker-Allowed: {base}"),
        ),
        ("build.note", (f"Content-Security-Policy: {_FILE_POLICY}", _NEVER)),
        (
            "download/*",
            # The headers' policy would stop the one inline script of verify.html: as a download
            # it runs from the reader's own disk, under the policy that it carries itself.
            (f"Content-Security-Policy: {_FILE_POLICY}", _ASK, "Content-Disposition: attachment"),
        ),
    ]
    lines = []
    for path, own in blocks:
        lines.append(base + path)
        lines.extend(f"  {line}" for line in (*own, *_ALWAYS, *secure))
    return ("\n".join(lines) + "\n").encode()


def inline_hash(text: str) -> str:
    """The source of a policy that allows one inline script or style, by its text."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def robots(*, demo: bool) -> bytes:
    """The file ``robots.txt``: the official address should be found, an invented one not."""
    return f"User-agent: *\nDisallow:{' /' if demo else ''}\n".encode()
