"""The bundled browser side, and files of the site that are named by their digest."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.errors import UserError, Words
from site_templates import BUNDLE

__all__ = ["Asset", "Assets", "integrity", "json_bytes", "named"]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the site that pages name."""

    file: str
    """Path below the site's folder; the name carries a hash of the content."""
    integrity: str
    """``sha256-<base64>`` (Subresource Integrity)."""
    imports: tuple[str, ...] = ()
    """Files that it loads at once."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The bundled browser side."""

    entries: Mapping[str, Asset]
    """By logical name: ``app.js``, its parts, ``boot.js``, ``main.css``, chunks."""
    files: Mapping[str, bytes]
    """By path: ``assets/<name>-<hash>.js``."""

    @classmethod
    def load(cls, folder: Path = BUNDLE) -> Assets:
        """The bundle that ``site_templates/build.mjs`` wrote.

        UserError ``no-bundle``: it was not built, or a file of it is missing or changed.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            entries = {
                name: Asset(line["file"], line["integrity"], tuple(line["imports"]))
                for name, line in manifest.items()
            }
            files = {asset.file: (folder / asset.file).read_bytes() for asset in entries.values()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _no_bundle(folder) from error
        if any(integrity(files[asset.file]) != asset.integrity for asset in entries.values()):
            raise _no_bundle(folder)
        return cls(entries, files)

    def entry(self, name: str) -> Asset:
        """The entry of a logical name. UserError ``no-bundle``: there is none."""
        asset = self.entries.get(name)
        if asset is None:
            raise _no_bundle(BUNDLE)
        return asset


def named(stem: str, suffix: str, data: bytes) -> tuple[Asset, bytes]:
    """A file whose name carries its digest, so that hosts may keep it for ever."""
    digest = hashlib.sha256(data).hexdigest()[:12]
    return Asset(f"{stem}-{digest}.{suffix}", integrity(data)), data


def integrity(data: bytes) -> str:
    """Subresource Integrity: ``sha256-<base64>``."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def json_bytes(value: object) -> bytes:
    """Compact JSON, as pages and words are written."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _no_bundle(folder: Path) -> UserError:
    return UserError(
        "no-bundle",
        str(folder),
        Words(
            "the browser side is not built, or not complete",
            "sisi peramban belum dibangun atau tidak lengkap",
        ),
        Words(
            "install the package again, or in a clone run: make",
            "pasang ulang paket ini, atau di dalam klon jalankan: make",
        ),
    )
