"""Every other file of a site: catalogue, what ``files.json`` lists, compressed twins, strays.

A browser is sent the compressed twin of a file, so each twin must unpack to its original. What a
check of the audit never asked for is a stray, whatever it holds.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from registry import single_file, twins
from registry.audit_notes import HEAD, kept_path
from registry.audit_site import FILE_LIMIT, Site, allowed
from signing.build_note import BuildNote
from signing.canonical import loads
from signing.reasons import Malformed

LIST = "files.json"
HOST_FILES = frozenset({"_headers", ".nojekyll", ".gitignore"})
"""Host configuration: no browser is served it, and no signature covers it."""
GZIP_HEADS = (bytes.fromhex("1f8b08000000000002ff"), bytes.fromhex("1f8b0800000000000203"))
"""Deflate, no flags, no time, best compression; made on no system in particular, or on Unix."""
_SIGNED_ELSEWHERE = ("log/", "trust/", "builds/", "status/")
_SCHEME = re.compile(r"catalogue/scheme/([0-9a-f]{32,64})\.json\Z")
_HEX = re.compile(r"[0-9a-f]{64}\Z")


def check(site: Site, present: BuildNote) -> None:
    """All files that are neither trust documents, notes, log nor status lists."""
    pinned = {f"catalogue/{name}": digest for name, digest in present.catalogue.items()}
    for path, digest in pinned.items():
        if _in_catalogue(path):
            _pinned(site, path, digest, HEAD)
        else:
            site.fault(HEAD, "bad-path", name=path)
    listed = _listed(site, present.files)
    if listed is None:
        site.missed(LIST, "without it nobody can say what the rest of the site should be")
        return
    for path, digest in listed.items():
        if path in pinned or not _may_be_listed(path, listed):
            site.fault(LIST, "files-listed", name=path)
        elif path == single_file.PATH:
            _single(site, digest, _Wanted(site, present, listed))
        else:
            _pinned(site, path, digest, LIST)
    if site.names is not None:
        _twins(site, site.names, _Wanted(site, present, pinned | listed))
        _strays(site, site.names)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the paths of a site should hold, whatever is served there."""

    site: Site
    present: BuildNote
    listed: dict[str, str]
    """Digest by path, of the catalogue and of ``files.json``."""

    def note(self) -> bytes | None:
        """The present note: where ``build.note`` is another one, by its kept copy."""
        wrong = any(fault.path == HEAD for fault in self.site.report.faults)
        return self.site.get(kept_path(self.present.build) if wrong else HEAD)

    def is_at(self, path: str, data: bytes) -> bool:
        """Whether these bytes are what should stand at a path."""
        if path == HEAD:
            return data == self.note()
        digest = self.listed.get(path)
        if path == single_file.PATH and digest is not None:
            return not self.single(data, digest)
        return hashlib.sha256(data).hexdigest() == digest

    def single(self, data: bytes, digest: str) -> str:
        """Why this is not the file that works offline: its page by its line, its data by ours."""
        # Of a file that is wrong itself enough is said already.
        wrong = {fault.path for fault in self.site.report.faults}

        def read(path: str) -> bytes | None:
            if path == HEAD:
                return self.note()
            return None if path in wrong else self.site.get(path)

        return single_file.fault(data, digest, single_file.paths(self.present, self.listed), read)


def _in_catalogue(path: str) -> bool:
    own = path == "catalogue/schemes.json" or path.startswith("catalogue/scheme/")
    return allowed(path) and not own


def _may_be_listed(path: str, listed: dict[str, str]) -> bool:
    """Whether ``files.json`` is the place for a path (formats 7)."""
    twin = path.endswith((".br", ".gz")) and path[:-3] in listed
    elsewhere = path.startswith(_SIGNED_ELSEWHERE) or path in {*HOST_FILES, HEAD, LIST}
    return not twin and not elsewhere


def _pinned(site: Site, path: str, digest: str, by: str) -> None:
    data = site.get(path)
    if data is None:
        return
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        site.fault(path, "digest", by=by)
        return
    if path.startswith("catalogue/"):
        _canonical(site, path, data)
    scheme = _SCHEME.match(path)
    if path.startswith("catalogue/scheme/") and not (scheme and found.startswith(scheme[1])):
        site.fault(path, "scheme-name")


def _single(site: Site, digest: str, wanted: _Wanted) -> None:
    data = site.get(single_file.PATH)
    why = "" if data is None else wanted.single(data, digest)
    if why:
        site.fault(single_file.PATH, "single-file", why=why)


def _canonical(site: Site, path: str, data: bytes) -> Any:
    """The value of a canonical JSON file; None after a fault."""
    try:
        return loads(data.decode("utf-8"))
    except (UnicodeDecodeError, Malformed) as error:
        site.fault(path, "form", why=str(error))
        return None


def _listed(site: Site, digest: str) -> dict[str, str] | None:
    """Path and digest of every line of ``files.json``; None where it is not as pinned."""
    data = site.get(LIST)
    if data is None:
        return None
    if hashlib.sha256(data).hexdigest() != digest:
        site.fault(LIST, "digest", by=HEAD)
        return None
    lines = _canonical(site, LIST, data)
    found: dict[str, str] = {}
    last = ""
    for line in lines if isinstance(lines, list) else [lines]:
        match line:
            case [str(path), str(value)] if _HEX.match(value) and allowed(path):
                if path <= last:
                    site.fault(LIST, "files-order", name=path)
                found[path] = value
                last = path
            case _:
                site.fault(LIST, "form", why="a line is not a path below the site and a SHA-256")
    return found


# Twins and strays ----------------------------------------------------------------------------


def _twins(site: Site, names: frozenset[str], wanted: _Wanted) -> None:
    before, data = "", None
    for path in sorted(names - site.named):
        original = path[:-3]
        if path.endswith((".br", ".gz")) and original in site.named and original in names:
            twin = site.get(path)
            if original != before:  # two twins of one file stand side by side
                before, data = original, site.get(original)
            if twin is None or data is None:
                continue
            if path.endswith(".gz") and twin[:10] not in GZIP_HEADS:
                site.fault(path, "twin-header")
            elif twins.unpacked(path, twin, len(data)) != data:
                # Where the original is wrong itself, a browser may still get what it should.
                wrong = not wanted.is_at(original, data)
                whole = twins.unpacked(path, twin, FILE_LIMIT) if wrong else None
                if whole is None or not wanted.is_at(original, whole):
                    site.fault(path, "twin", of=original)


def _strays(site: Site, names: frozenset[str]) -> None:
    for path in sorted(names - site.named - HOST_FILES):
        # A name that no rule allows is shown so that it cannot steer a terminal.
        site.fault(path if allowed(path) else ascii(path)[1:-1], "extra-file")
