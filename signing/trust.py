"""The trust document: whom to believe, signed by a threshold of root keys (docs/formats.md 4).

A reader walks from a version it trusts to the next: version + 1, ``previous`` matches, signed by a
threshold of the old roots and of the new ones (TUF section 5.3). Rules are named T1 to T10 as in
the format. ``parse`` checks form; ``anchor`` and ``step`` check signatures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from signing import keys, note
from signing.canonical import Json, b64decode, dumps, loads, time_seconds
from signing.keys import Vkey, parse_vkey
from signing.reasons import Malformed, TooNew

HEADER = "absah-trust/v1"
PREFIX = b"absah-trust/"
HOPS = 256
STATUSES = ("active", "retired", "compromised")
_ID = re.compile(r"[a-z0-9.-]+(:[0-9]+)?\Z")
_SITE = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~-]+/)*\Z")
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?/([A-Za-z0-9._~-]+/)*\Z")


class Final(NamedTuple):
    """Where a key or a log signer ends: the size and root of the log at that moment."""

    size: int
    root: bytes


class Issuer(NamedTuple):
    """A key that signs certificates. None as a scope list = no restriction."""

    kid: bytes
    x: bytes
    name: Mapping[str, str]
    lsps: tuple[int, ...] | None
    schemes: tuple[str, ...] | None
    begins: int
    until: int
    status: str
    final: Final | None

    def covers(self, lsp: int, scheme: str) -> bool:
        """Whether LSP and scheme are in scope (T10)."""
        return (self.lsps is None or lsp in self.lsps) and (
            self.schemes is None or scheme in self.schemes
        )


class LogKey(NamedTuple):
    """A signer of the log's tree; exactly the last entry has no ``final``."""

    key: Vkey
    final: Final | None


class TrustDocument(NamedTuple):
    """One version of the trust document, form checked."""

    id: str
    name: Mapping[str, str]
    site: str
    former: tuple[str, ...]
    version: int
    previous: str
    issued: int
    expires: int
    threshold: int
    roots: tuple[Vkey, ...]
    issuers: tuple[Issuer, ...]
    publishers: tuple[Vkey, ...]
    logs: tuple[LogKey, ...]
    approvers: tuple[Vkey, ...]
    max_age: int
    demo: bool
    text: str
    note: note.Note

    @property
    def digest(self) -> str:
        """SHA-256 of the note's text, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The registry's own addresses: its site and its former sites."""
        return (self.site, *self.former)

    @property
    def log(self) -> Vkey:
        """The key that signs current checkpoints."""
        return self.logs[-1].key

    def issuer(self, kid: bytes) -> Issuer | None:
        """The issuer entry of a key id; no two keys of one document share one."""
        return next((issuer for issuer in self.issuers if issuer.kid == kid), None)


def text_of(document: Json) -> str:
    """The text that root holders sign: header line and canonical JSON."""
    return f"{HEADER}\n{dumps(document)}"


def parse(data: bytes) -> TrustDocument:
    """The document in a note, T1 and T2. Malformed else; TooNew for a later header.

    No signature is checked: use :func:`anchor` or :func:`step`.
    """
    parsed = note.parse(data, note.TRUST_LIMIT)
    header, _, body = parsed.text.partition("\n")
    if header != HEADER:
        later = re.fullmatch(r"absah-trust/v([2-9]|[1-9][0-9]+)", header)
        raise TooNew("trust", "a later header") if later else Malformed("trust", "no such header")
    try:
        return _document(loads(body), parsed)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise Malformed("trust", "a field is missing or of another type") from error


def read_text(text: str) -> TrustDocument:
    """The document of a text that nobody has signed yet: what a root holder is shown. Malformed."""
    return parse(note.assemble(text, [f"{note.DASH} nobody AAAAAAA=\n"]))


def anchor(data: bytes) -> TrustDocument:
    """A document taken as it is: signed by the threshold of its own roots (T5). Malformed else."""
    document = parse(data)
    _demand(document, document.note)
    return document


def step(current: TrustDocument, data: bytes) -> TrustDocument:
    """The next document after a trusted one (T2, T4, T5); the signatures of its roots come first.

    Malformed else. TooNew: signed by the roots of ``current``, but with a later header.
    """
    _demand(current, note.parse(data, note.TRUST_LIMIT))
    document = parse(data)
    if document.id != current.id:
        raise Malformed("trust-registry", "the document of another registry")
    if document.version != current.version + 1:
        raise Malformed("trust-version", "not the next version")
    if document.previous != current.digest:
        raise Malformed("trust-previous", "not the successor of this document")
    _demand(document, document.note)
    return document


def _demand(by: TrustDocument, signed: note.Note) -> None:
    """T5: count public keys, never lines or names."""
    if len(note.signers(signed, by.roots)) < by.threshold:
        raise Malformed("trust-threshold", "not signed by enough root keys")


def _document(d: Any, parsed: note.Note) -> TrustDocument:
    registry, roots = d["registry"], d["roots"]
    document = TrustDocument(
        id=_match(_ID, registry["id"]),
        name=_names(registry["name"]),
        site=registry["site"],
        former=tuple(_list(registry["former"])),
        version=_whole(d["version"], 1),
        previous=_match(re.compile(r"([0-9a-f]{64})?\Z"), d["previous"]),
        issued=time_seconds(d["issued"]),
        expires=time_seconds(d["expires"]),
        threshold=_whole(roots["threshold"], 1),
        roots=tuple(parse_vkey(v) for v in _list(roots["keys"])),
        issuers=tuple(_issuer(i) for i in _list(d["issuers"])),
        publishers=tuple(parse_vkey(v) for v in _list(d["publishers"])),
        logs=tuple(_log(entry) for entry in _list(d["logs"])),
        approvers=tuple(parse_vkey(v) for v in _list(d["approvers"])),
        max_age=_whole(d["max_age"], 1),
        demo=_flag(d.get("demo", False)),
        text=parsed.text,
        note=parsed,
    )
    _check(document)
    return document


def _check(document: TrustDocument) -> None:
    form = (_SITE, _LOOPBACK) if document.demo else (_SITE,)
    for address in document.addresses:
        if not any(f.match(address) for f in form):
            raise Malformed("trust-site", "not an https address that ends in /")
    if document.threshold > len(document.roots):
        raise Malformed("trust-threshold", "the threshold is above the number of root keys")
    if (document.version == 1) != (document.previous == ""):
        raise Malformed("trust-previous", "only version 1 has no previous document")
    logs = [entry.key for entry in document.logs]
    notes = [*document.roots, *document.publishers, *document.approvers, *logs]
    public = [k.public for k in notes] + [i.x for i in document.issuers]
    if len(set(public)) != len(public):
        raise Malformed("trust-keys", "a public key stands twice")
    if len({keys.kid(x) for x in public}) != len(public):
        raise Malformed("trust-keys", "two keys share a kid")
    if len({(k.name, k.id) for k in notes}) != len(notes):
        raise Malformed("trust-keys", "two note keys share name and key id")
    if not document.publishers or not document.logs:
        raise Malformed("trust-keys", "no publisher or no log key")
    if [entry.final is None for entry in document.logs[::-1]] != [True] + [False] * (
        len(document.logs) - 1
    ):
        raise Malformed("trust-log", "not exactly the last log entry is open")
    if any(entry.key.name != f"{document.id}/log" for entry in document.logs):
        raise Malformed("trust-log", "the origin is not the registry's")


def _issuer(d: Any) -> Issuer:
    x = b64decode(d["x"])
    keys.refuse_weak(x)
    kid = bytes.fromhex(_match(re.compile(r"[0-9a-f]{8}\Z"), d["kid"]))
    if kid != keys.kid(x):
        raise Malformed("trust-keys", "a kid is not its key's")
    scope, status = d["scope"], d["status"]
    if type(scope) is not dict:
        raise Malformed("trust", "not a scope")
    lsps = tuple(_whole(n, 0) for n in _list(scope["lsps"])) if "lsps" in scope else None
    schemes = tuple(_text(s) for s in _list(scope["schemes"])) if "schemes" in scope else None
    if lsps == () or schemes == ():
        raise Malformed("trust-scope", "an empty scope list")
    if status not in STATUSES:
        raise Malformed("trust-status", "no such status")
    final = _final(d)
    if status == "active" and final is not None:
        raise Malformed("trust-status", "an active key has no final size")
    begins, until = time_seconds(d["from"]), time_seconds(d["until"])
    return Issuer(kid, x, _names(d["name"]), lsps, schemes, begins, until, status, final)


def _log(d: Any) -> LogKey:
    key = parse_vkey(d["vkey"])
    if d["origin"] != key.name:
        raise Malformed("trust-log", "the key's name is not the origin")
    return LogKey(key, _final(d))


def _final(d: Any) -> Final | None:
    if "final" not in d:
        return None
    root = b64decode(d["final"]["root"])
    if len(root) != 32:
        raise Malformed("trust-final", "the root is not 32 bytes")
    return Final(_whole(d["final"]["size"], 1), root)


def _whole(value: object, low: int) -> int:
    if type(value) is not int or value < low:
        raise Malformed("trust", "not a whole number")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise Malformed("trust", "not true or false")
    return value


def _text(value: object) -> str:
    if type(value) is not str or not value:
        raise Malformed("trust", "not a text")
    return value


def _list(value: object) -> list[Any]:
    if type(value) is not list:
        raise Malformed("trust", "not a list")
    return value


def _match(form: re.Pattern[str], value: object) -> str:
    if type(value) is not str or not form.match(value):
        raise Malformed("trust", "a text is not of its form")
    return value


def _names(value: Any) -> dict[str, str]:
    return {language: _text(value[language]) for language in ("id", "ja", "en")}
