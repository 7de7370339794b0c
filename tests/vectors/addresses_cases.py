"""addresses.json: whose code a text is, decided byte for byte and never by a URL parser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vectors.fragments_cases import sample, shared, written

ABOUT = (
    "read(text, addresses): `addresses` are site and former sites, null without a trust document. "
    "`data` (hex): bytes that may be a certificate; else `reason`, with the `host` that is shown."
)
SITE = "https://cek.bnsp.go.id/"
OURS = [SITE, "https://lama.example/", "https://lama.example/cek/", "https://port.example:8443/"]
GOOD = sample(245)
NUMBER, SHARE = written(GOOD), shared(GOOD)
DATA = {"data": GOOD.hex()}
MALFORMED = {"reason": "malformed", "host": ""}
Case = tuple[str, str, dict[str, Any]]


def foreign(host: str) -> dict[str, Any]:
    return {"reason": "foreign-code", "host": host}


def other(host: str) -> dict[str, Any]:
    return {"reason": "other-code", "host": host}


def _own() -> Iterator[Case]:
    yield "site", f"{SITE}#{NUMBER}", DATA
    yield "site-share", f"{SITE}#{SHARE}", DATA
    yield "site-share-without-dots", f"{SITE}#{SHARE.replace('.', '')}", DATA
    yield "former", f"https://lama.example/#{NUMBER}", DATA
    yield "former-longest-match", f"https://lama.example/cek/#{NUMBER}", DATA
    yield "former-port", f"https://port.example:8443/#{NUMBER}", DATA
    yield "digits", NUMBER, DATA
    yield "share", SHARE, DATA
    yield "share-without-dots", SHARE.replace(".", ""), DATA
    yield "mark-digits", f"#{NUMBER}", DATA
    yield "mark-share", f"#{SHARE}", DATA
    yield "trimmed", f" \t\r\n{SITE}#{NUMBER}\n\r\t ", DATA
    yield "trimmed-digits", f"\n{NUMBER}\r\n", DATA
    yield "no-break-space-is-not-trimmed", f"\u00a0{NUMBER}", MALFORMED
    yield "form-feed-is-not-trimmed", f"\x0c{NUMBER}", MALFORMED
    yield "ideographic-space-is-not-trimmed", f"{SITE}#{NUMBER}\u3000", MALFORMED
    yield "letter-is-not-trimmed", "AAAX", {"data": "000017"}
    yield "space-after-mark", f"{SITE}# {NUMBER}", MALFORMED
    yield "any-bytes", f"{SITE}#000", {"data": "00"}
    yield "site-without-mark", SITE, MALFORMED
    yield "site-without-payload", f"{SITE}#", MALFORMED
    yield "site-digits-without-mark", f"{SITE}{NUMBER}", MALFORMED
    yield "site-two-marks", f"{SITE}##{NUMBER}", MALFORMED
    yield "site-path", f"{SITE}id/#{NUMBER}", MALFORMED
    yield "site-query", f"{SITE}?x=1#{NUMBER}", MALFORMED
    yield "site-index", f"{SITE}index.html#{NUMBER}", MALFORMED
    yield "site-words", f"{SITE}#sertifikat?", MALFORMED
    yield "site-text-fragment", f"{SITE}#:~:text={NUMBER}", MALFORMED
    yield "site-percent-digits", f"{SITE}#%35{NUMBER[1:]}", MALFORMED
    yield "longest-match-path", f"https://lama.example/cek/id/#{NUMBER}", MALFORMED
    yield "former-other-path", f"https://lama.example/cekx/#{NUMBER}", MALFORMED


def _tricks() -> Iterator[Case]:
    """Texts that some URL parser takes for ours, or that differ from ours in a byte."""
    for name, address in {
        "backslash-at": "https://evil.example\\@cek.bnsp.go.id/",
        "userinfo": "https://cek.bnsp.go.id@evil.example/",
        "userinfo-port": "https://cek.bnsp.go.id:443@evil.example/",
        "userinfo-before-ours": "https://x@cek.bnsp.go.id/",
        "ours-as-subdomain": "https://cek.bnsp.go.id.evil.example/",
        "ours-as-path": "https://evil.example/cek.bnsp.go.id/",
        "ours-as-query": "https://evil.example/?https://cek.bnsp.go.id/",
        "plain-http": "http://cek.bnsp.go.id/",
        "upper-case-scheme": "HTTPS://cek.bnsp.go.id/",
        "mixed-case-scheme": "hTtPs://cek.bnsp.go.id/",
        "upper-case-host": "https://CEK.bnsp.go.id/",
        "default-port": "https://cek.bnsp.go.id:443/",
        "dot-after-host": "https://cek.bnsp.go.id./",
        "no-slash": "https://cek.bnsp.go.id",
        "three-slashes": "https:///cek.bnsp.go.id/",
        "backslashes": "https://cek.bnsp.go.id\\",
        "tab-inside": "https://cek.bnsp\t.go.id/",
        "line-feed-inside": "https://cek.bnsp.go.id\n/",
        "percent-host": "https://cek%2Ebnsp.go.id/",
        "full-width-host": "https://\uff43ek.bnsp.go.id/",
        "full-stop-of-cjk": "https://cek\u3002bnsp.go.id/",
        "cyrillic-host": "https://\u0441ek.bnsp.go.id/",
        "soft-hyphen": "https://cek\u00ad.bnsp.go.id/",
        "space-first-in-host": "https:// cek.bnsp.go.id/",
        "former-without-port": "https://port.example/",
        "former-other-port": "https://port.example:84430/",
        "foreign": "https://palsu.example/",
        "foreign-http": "http://palsu.example/x/y?z=1",
        "foreign-empty-host": "https://",
    }.items():
        yield f"{name}-certificate", f"{address}#{NUMBER}", foreign(address)
        yield f"{name}-something-else", f"{address}#halaman", other(address)
    yield from _foreign_and_other()


def _foreign_and_other() -> Iterator[Case]:
    """What stands behind the mark, and how much of the address is shown."""
    yield "foreign-share", f"https://palsu.example/#{SHARE}", foreign("https://palsu.example/")
    cut = f"https://palsu.example/#{shared(GOOD[:3])}"
    yield "foreign-first-bytes-only", cut, foreign("https://palsu.example/")
    two = f"https://palsu.example/#{shared(GOOD[:2])}"
    yield "other-two-bytes", two, other("https://palsu.example/")
    frame = f"https://palsu.example/#{written(bytes.fromhex('d2844a') * 9)}"
    yield "other-frame", frame, other("https://palsu.example/")
    yield "other-without-mark", "https://lain.example/a?b", other("https://lain.example/a?b")
    path = f"https://lain.example/{NUMBER}"
    yield "other-digits-in-path", path, other(path[:200])
    ours = f"https://lain.example/#https://cek.bnsp.go.id/#{NUMBER}"
    yield "other-with-ours-behind", ours, other("https://lain.example/")
    spaced = f"https://palsu.example/# {NUMBER}"
    yield "other-space-after-mark", spaced, other("https://palsu.example/")
    yield "host-trimmed", f" https://palsu.example/#{NUMBER} ", foreign("https://palsu.example/")
    long = "https://palsu.example/" + "a" * 178
    yield "host-of-200", f"{long}#{NUMBER}", foreign(long)
    yield "host-of-201", f"{long}b#{NUMBER}", foreign(long)
    faces = "https://palsu.example/" + "\U0001f600" * 200
    yield "host-of-astral-letters", f"{faces}#{NUMBER}", foreign(faces[:200])
    markup = "https://palsu.example/<script>&\"'"
    yield "host-is-given-as-it-stands", f"{markup}#{NUMBER}", foreign(markup)


def _neither() -> Iterator[Case]:
    for name, text in {
        "empty": "",
        "spaces": " \t\r\n",
        "mark": "#",
        "words": "Sertifikat Kompetensi",
        "words-and-mark": f"Sertifikat #{NUMBER}",
        "host-without-scheme": f"cek.bnsp.go.id/#{NUMBER}",
        "scheme-relative": f"//cek.bnsp.go.id/#{NUMBER}",
        "scheme-without-slashes": f"https:cek.bnsp.go.id/#{NUMBER}",
        "scheme-one-slash": f"https:/cek.bnsp.go.id/#{NUMBER}",
        "javascript": f"javascript:alert(1)#{NUMBER}",
        "other-scheme": f"ftp://cek.bnsp.go.id/#{NUMBER}",
        "byte-order-mark": f"\ufeff{SITE}#{NUMBER}",
        "quote": f'"{SITE}#{NUMBER}"',
        "long-s-in-scheme": f"http\u017f://cek.bnsp.go.id/#{NUMBER}",
        "two-payloads": f"{NUMBER}#{NUMBER}",
    }.items():
        yield f"neither-{name}", text, MALFORMED


def _without_trust() -> Iterator[Case]:
    yield "no-trust-site", f"{SITE}#{NUMBER}", DATA
    yield "no-trust-foreign", f"https://palsu.example/#{NUMBER}", DATA
    yield "no-trust-upper-case", f"HTTP://palsu.example/#{SHARE}", DATA
    yield "no-trust-path", f"https://palsu.example/x?y#{NUMBER}", DATA
    yield "no-trust-digits", NUMBER, DATA
    yield "no-trust-mark", f"#{NUMBER}", DATA
    yield "no-trust-other", "https://lain.example/", MALFORMED
    yield "no-trust-other-mark", "https://lain.example/#halaman?", MALFORMED
    yield "no-trust-first-mark-counts", f"https://lain.example/##{NUMBER}", MALFORMED
    yield "no-trust-words", f"Sertifikat #{NUMBER}", MALFORMED


def document() -> dict[str, Any]:
    held = [(case, OURS) for case in (*_own(), *_tricks(), *_neither())]
    bare = [(case, None) for case in _without_trust()]
    return {
        "about": ABOUT,
        "cases": [
            {"name": name, "text": text, "addresses": addresses, "expect": expect}
            for (name, text, expect), addresses in (*held, *bare)
        ],
    }
