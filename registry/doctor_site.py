"""A served copy, as a browser meets it: headers, types, caches, bytes, and the tiles it needs."""

from __future__ import annotations

import hashlib
import random
from urllib.parse import urlsplit

from registry import doctor, hosting, log, serve, single_file
from registry.doctor import Findings
from registry.guide import Guide, guide_policy
from registry.parcel import listed_paths
from registry.source import Answer, Unreachable, Untrusted, UrlSource
from signing import build_note, merkle, note, trust
from signing.build_note import BuildNote
from signing.reasons import Malformed
from signing.trust import TrustDocument

LIMIT = 64 * 1024 * 1024
SAMPLE = 16
"""Full tiles that are asked for, drawn anew each time."""
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


def look(findings: Findings, address: str) -> None:
    """Everything about the site at an address."""
    source = UrlSource(address)
    try:
        _certificate(findings, source)
        documents = _walk(source)
        found = _note(findings, source, documents)
        doctor.trusted(findings, documents)
        doctor.aged(findings, found.issued, documents[-1])
        _pages(findings, source, found, documents[-1])
        _tiles(findings, source, found)
        _missing(findings, source)
    except Unreachable as error:
        findings.unreachable = True
        findings.remark("unreachable", address, why=str(error))
    except Malformed as error:
        findings.fault("bad-site", address, why=str(error))


def _certificate(findings: Findings, source: UrlSource) -> None:
    """The TLS certificate: how long browsers still take it."""
    host = urlsplit(source.address).netloc
    try:
        if (ends := source.certificate_ends()) is not None:
            findings.end("tls-ends", host, ends)
    except Untrusted as error:
        findings.fault("tls-refused", host, why=str(error))
    except Unreachable as error:
        # Behind a proxy the host answers only there; whether it answers at all is seen next.
        findings.remark("tls-unseen", host, why=str(error))


def _walk(source: UrlSource) -> list[TrustDocument]:
    found = [trust.anchor(source.read("trust/1.note", note.TRUST_LIMIT) or b"")]
    for _ in range(trust.HOPS):
        data = source.read(f"trust/{len(found) + 1}.note", note.TRUST_LIMIT)
        if data is None or not data.startswith(trust.PREFIX):
            break
        found.append(trust.step(found[-1], data))
    return found


def _note(findings: Findings, source: UrlSource, documents: list[TrustDocument]) -> BuildNote:
    """The note past all caches; a cached one that is older is a finding."""
    fresh = build_note.parse(source.read("build.note", note.LIMIT, fresh=True) or b"")
    named = [d for d in documents if d.version == fresh.trust_version]
    if not named:
        raise Malformed("build-trust", "it names a trust document that is not served")
    fresh = build_note.verified(source.read("build.note", note.LIMIT, fresh=True) or b"", named[0])
    cached = build_note.parse(source.read("build.note", note.LIMIT) or b"")
    if cached.build != fresh.build:
        findings.fault("stale-cache", "build.note", old=cached.build, new=fresh.build)
    return fresh


def _pages(
    findings: Findings, source: UrlSource, found: BuildNote, document: TrustDocument
) -> None:
    """Bytes, types and headers of one file of each kind, and of every page."""
    try:
        listed = listed_paths(source, found.files)
    except Malformed as error:
        findings.fault("bad-site", "files.json", why=str(error))
        return
    policy = guide_policy(Guide.load().hashes)
    blocks = serve.rules(hosting.headers(document.site, policy).decode())
    base = urlsplit(document.site).path
    pages = sorted(path for path in listed if path.endswith(".html"))
    assets = sorted(path for path in listed if path.startswith("assets/"))
    kinds = {path.rpartition(".")[2]: path for path in assets}
    guide = {path.rpartition(".")[2]: path for path in listed if path.startswith("guide/")}
    others = [f"log/checkpoints/{found.size}", "log/checkpoint", "trust/1.note", "files.json"]
    others += [f"status/{k}-{digest[:16]}.cwt" for k, digest in enumerate(found.status[:1])]
    others += [f"catalogue/{name}" for name in sorted(found.catalogue)[:1]]
    others += [path for path in guide.values() if path not in pages]
    others += [path for path in ("sw.js", "manifest.webmanifest") if path in listed]
    for path in ["", "build.note", *pages, *kinds.values(), *others]:
        answer = source.answer(path, LIMIT)
        if answer.status != 200 and path != "404.html":
            findings.fault("missing", path or "/")
            continue
        digest = listed.get(path or "index.html")
        if digest and _digest(path, answer.data) != digest:
            findings.fault("rewritten", path or "/")
        _headers(findings, path, answer, serve.headers_for(base + path, blocks))
    packed = source.answer("", LIMIT, coding="br, gzip")
    if not packed.headers.get("content-encoding"):
        findings.remark("not-packed", "/")


def _digest(path: str, data: bytes) -> str:
    """As ``files.json`` counts a file; "" where the single file is none."""
    try:
        counted = single_file.emptied(data) if path == single_file.PATH else data
    except Malformed:
        return ""
    return hashlib.sha256(counted).hexdigest()


def _headers(findings: Findings, path: str, answer: Answer, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        found = answer.headers.get(name.lower())
        if found != value:
            findings.fault("header", path or "/", name=name, found=found or "-", wanted=value)
    suffix = ".html" if not path else path[path.rfind(".") :] if "." in path else ""
    kind = answer.headers.get("content-type", "-").partition(";")[0].strip().lower()
    right = _TYPES.get(suffix)
    if (right and kind != right) or (not right and kind == "text/html"):
        findings.fault("type", path or "/", found=kind, wanted=right or "application/octet-stream")


def _tiles(findings: Findings, source: UrlSource, found: BuildNote) -> None:
    """The right edge, and some of the rest: there, of the right length, and no page."""
    tiles = log.tiles_of([found.size])
    full = [tile for tile in tiles if tile[2] == merkle.TILE]
    chosen = random.SystemRandom().sample(full, min(SAMPLE, len(full)))
    for tile in chosen + [tile for tile in tiles if tile[2] < merkle.TILE]:
        path = "log/" + merkle.tile_path(tile)
        data = source.read(path, LIMIT)
        if data is None:
            findings.fault("missing", path)
        elif len(data) != tile[2] * merkle.HASH:
            wanted = tile[2] * merkle.HASH
            findings.fault("length", path, found=len(data), wanted=wanted)


def _missing(findings: Findings, source: UrlSource) -> None:
    status = source.answer("no-such-path-as-this", LIMIT).status
    if status != 404:
        findings.fault("answers-all", "no-such-path-as-this", status=status)
