"""build_notes.json: build notes under a trust document, and one against another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from tests.vectors.trust_documents import digest_of, note_of
from tests.vectors.world import (
    ABSENT,
    ID,
    NOW,
    PUBLISHER,
    SPARE_PUBLISHER,
    b64,
    changed,
    key,
    malformed,
    ok,
    sha256,
    signed,
    too_new,
    trust_fields,
)

ABOUT = (
    "`kind` verified: `note` (base64) under the trust document `trust`; what it says, times in "
    "seconds, root in hex. compare: how the note `new` stands against `stored`, both verified, "
    "named in `notes`."
)
HEADER = "absah-build/v1"
TRUST = trust_fields()
DIGEST = digest_of(TRUST)
ROOT = sha256(b"root")
FAULT = malformed("build")
Found = tuple[str, bytes, dict[str, Any]]


def fields_of(**changes: Any) -> dict[str, Any]:
    fields = {
        "registry": ID,
        "build": 42,
        "issued": "2026-11-24T00:00:00Z",
        "previous": sha256(b"build 41").hex(),
        "trust": {"version": 1, "sha256": DIGEST},
        "log": {"size": 1234, "root": b64(ROOT)},
        "status": [{"list": 0, "sha256": sha256(b"list").hex()}],
        "catalogue": {"errata.json": sha256(b"e").hex(), "lsps/140.json": sha256(b"l").hex()},
        "files": sha256(b"files").hex(),
    }
    return changed(fields, changes)


def text_of(fields: Any, header: str = HEADER) -> str:
    return f"{header}\n{json.dumps(fields, indent=1, ensure_ascii=False)}\n"


def signed_by(text: str, *labels: str) -> bytes:
    names = {"publisher 1": PUBLISHER.name, "publisher 2": SPARE_PUBLISHER.name}
    return signed(text, [(names.get(label, f"{ID}/lain"), key(label)) for label in labels])


def build(fields: Any, header: str = HEADER) -> bytes:
    return signed_by(text_of(fields, header), "publisher 1")


def said(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "registry": ID,
        "build": fields["build"],
        "issued": NOW,
        "previous": fields["previous"],
        "trust_version": 1,
        "trust_digest": DIGEST,
        "size": fields["log"]["size"],
        "root": ROOT.hex(),
        "status": [entry["sha256"] for entry in fields["status"]],
        "catalogue": fields["catalogue"],
        "files": fields["files"],
        "audit": fields.get("audit"),
        "digest": hashlib.sha256(text_of(fields).encode()).hexdigest(),
    }


def lists(count: int) -> list[dict[str, Any]]:
    return [{"list": k, "sha256": sha256(b"list %d" % k).hex()} for k in range(count)]


def _sound() -> Iterator[Found]:
    for name, fields in {
        "plain": fields_of(),
        "first": fields_of(build=1, previous=""),
        "audit": fields_of(audit=sha256(b"chain").hex()),
        "catalogue-empty": fields_of(catalogue={}),
        "size-1": fields_of(log={"size": 1, "root": b64(ROOT)}),
        "size-of-one-list": fields_of(log={"size": 2**17, "root": b64(ROOT)}),
        "two-lists": fields_of(log={"size": 2**17 + 1, "root": b64(ROOT)}, status=lists(2)),
        "unknown-field": fields_of(seal="x"),
        "other-order": dict(reversed(fields_of().items())),
    }.items():
        yield name, build(fields), ok(said(fields))
    text = text_of(fields_of())
    yield "by-the-spare-publisher", signed_by(text, "publisher 2"), ok(said(fields_of()))
    yield "by-both", signed_by(text, "publisher 1", "publisher 2"), ok(said(fields_of()))
    strange = signed_by(text, "nobody", "publisher 1")
    yield "strange-line-is-ignored", strange, ok(said(fields_of()))


def _signatures() -> Iterator[Found]:
    text = text_of(fields_of())
    nobody = malformed("build-signature")
    for label in ("nobody", "root a", "log", "issuer active"):
        yield f"signed-by-{label}".replace(" ", "-"), signed_by(text, label), nobody
    renamed = signed(text, [(SPARE_PUBLISHER.name, key("publisher 1"))])
    yield "signed-under-another-name", renamed, nobody
    yield "changed", build(fields_of()).replace(b"1234", b"1235"), malformed("note-signature")
    both = signed_by(text, "publisher 1", "publisher 2")
    last = both[:-20] + (b"A" if both[-20:-19] != b"A" else b"B") + both[-19:]
    yield "second-signature-broken", last, malformed("note-signature")
    yield "no-signature", text.encode(), malformed("note")
    yield "crlf", build(fields_of()).replace(b"\n", b"\r\n"), malformed("note")
    for version in ("v2", "v9", "v10", "v99"):
        yield f"later-{version}", build(fields_of(), f"absah-build/{version}"), too_new("build")
    later = signed_by("absah-build/v2\nbukan JSON\n", "publisher 1")
    yield "later-with-any-body", later, too_new("build")
    unsigned = signed_by(text_of(fields_of(), "absah-build/v2"), "nobody")
    yield "later-by-nobody", unsigned, nobody
    for header in ("absah-build/v0", "absah-build/v01", "absah-build/v1 ", "absah-trust/v1", ""):
        yield f"header-{header or 'empty'}", build(fields_of(), header), FAULT
    yield (
        "compact",
        signed_by(f"{HEADER}\n{json.dumps(fields_of())}\n", "publisher 1"),
        malformed("json*"),
    )
    yield "json-list", build([fields_of()]), FAULT
    yield "json-null", build(None), FAULT
    yield (
        "escaped",
        signed_by(text.replace("cek", "\\u0063ek", 1), "publisher 1"),
        malformed("json*"),
    )


def _single() -> dict[str, dict[str, Any]]:
    digest: str = fields_of()["files"]
    log = fields_of()["log"]
    return {
        "registry-number": {"registry": 7},
        "build-zero": {"build": 0},
        "build-text": {"build": "42"},
        "build-flag": {"build": True},
        "previous-short": {"previous": digest[:63]},
        "previous-upper-case": {"previous": digest.upper()},
        "previous-null": {"previous": None},
        "trust-version-zero": {"trust": {"version": 0, "sha256": DIGEST}},
        "trust-no-digest": {"trust": {"version": 1}},
        "trust-digest-short": {"trust": {"version": 1, "sha256": DIGEST[:62]}},
        "trust-list": {"trust": [1, DIGEST]},
        "log-size-zero": {"log": log | {"size": 0}},
        "log-size-zero-without-lists": {"log": log | {"size": 0}, "status": []},
        "log-size-past-2-31": {"log": log | {"size": 2**31 + 1}},
        "log-size-text": {"log": log | {"size": "1234"}},
        "log-root-31-bytes": {"log": log | {"root": b64(ROOT[:31])}},
        "log-root-missing": {"log": {"size": 1234}},
    }


def _listed() -> dict[str, dict[str, Any]]:
    digest: str = fields_of()["files"]
    log, entry = fields_of()["log"], fields_of()["status"][0]
    return {
        "status-empty": {"status": []},
        "status-object": {"status": entry},
        "status-one-too-many": {"status": lists(2)},
        "status-one-too-few": {"log": log | {"size": 2**17 + 1}},
        "status-turned": {"log": log | {"size": 2**17 + 1}, "status": lists(2)[::-1]},
        "status-twice": {"log": log | {"size": 2**17 + 1}, "status": [entry, entry]},
        "status-number-is-false": {"status": [entry | {"list": False}]},
        "status-number-is-text": {"status": [entry | {"list": "0"}]},
        "status-no-number": {"status": [{"sha256": digest}]},
        "status-no-digest": {"status": [{"list": 0}]},
        "status-digest-number": {"status": [{"list": 0, "sha256": 7}]},
        "status-entry-is-text": {"status": [digest]},
        "catalogue-list": {"catalogue": [digest]},
        "catalogue-null": {"catalogue": None},
        "catalogue-digest-short": {"catalogue": {"errata.json": digest[:10]}},
        "catalogue-digest-number": {"catalogue": {"errata.json": 7}},
        "files-base64": {"files": b64(bytes(32))},
        "files-line-feed": {"files": digest + "\n"},
        "audit-null": {"audit": None},
        "audit-short": {"audit": digest[:62]},
    }


def _fields() -> Iterator[Found]:
    for name in fields_of():
        yield f"no-{name}", build(fields_of(**{name: ABSENT})), FAULT
    digest: str = fields_of()["files"]
    log = fields_of()["log"]
    for name, change in (_single() | _listed()).items():
        yield name, build(fields_of(**change)), FAULT
    for name, root in {"hex": ROOT.hex(), "no-padding": b64(ROOT).rstrip("=")}.items():
        code = "build" if name == "hex" else "base64"
        yield f"log-root-{name}", build(fields_of(log=log | {"root": root})), malformed(code)
    for name, issued in {"date": "2026-11-24", "number": NOW, "null": None}.items():
        yield f"issued-{name}", build(fields_of(issued=issued)), malformed("time")
    yield (
        "catalogue-key-upper-case",
        build(fields_of(catalogue={"Errata": digest})),
        malformed("json*"),
    )
    yield (
        "of-another-registry",
        build(fields_of(registry="lain.example")),
        malformed("build-registry"),
    )
    version = {"trust": {"version": 2, "sha256": DIGEST}}
    yield "of-a-later-trust-document", build(fields_of(**version)), malformed("build-trust")
    other = {"trust": {"version": 1, "sha256": digest}}
    yield "of-another-trust-document", build(fields_of(**other)), malformed("build-trust")


def _notes() -> dict[str, bytes]:
    """Notes to compare; trust version 2 is signed by the same publisher."""
    log = fields_of()["log"]
    two = {"trust": {"version": 2, "sha256": digest_of(second())}}
    return {
        "42": build(fields_of()),
        "42-signed-again": signed_by(text_of(fields_of()), "publisher 2"),
        "42-other-files": build(fields_of(files=sha256(b"x").hex())),
        "41": build(fields_of(build=41)),
        "41-larger": build(fields_of(build=41, log=log | {"size": 1300})),
        "43": build(fields_of(build=43)),
        "43-larger": build(fields_of(build=43, log={"size": 1235, "root": b64(sha256(b"r"))})),
        "43-smaller": build(fields_of(build=43, log={"size": 1233, "root": b64(sha256(b"r"))})),
        "43-another-root": build(fields_of(build=43, log=log | {"root": b64(sha256(b"r"))})),
        "43-earlier": build(fields_of(build=43, issued="2026-11-23T00:00:00Z")),
        "43-trust-2": build(fields_of(build=43, **two)),
        "44-trust-1": build(fields_of(build=44)),
        "44-trust-2": build(fields_of(build=44, **two)),
        "42-trust-2": build(fields_of(**two)),
    }


def second() -> dict[str, Any]:
    return trust_fields(version=2, previous=DIGEST)


COMPARED = {
    ("42", "42"): "same",
    ("42", "42-signed-again"): "same",
    ("42", "42-other-files"): "conflict",
    ("42", "42-trust-2"): "conflict",
    ("42", "41"): "older",
    ("42", "41-larger"): "older",
    ("43-trust-2", "42"): "older",
    ("42", "43"): "newer",
    ("42", "43-larger"): "newer",
    ("42", "43-earlier"): "newer",
    ("42", "43-trust-2"): "newer",
    ("43-trust-2", "44-trust-2"): "newer",
    ("42", "43-smaller"): "conflict",
    ("42", "43-another-root"): "conflict",
    ("43-trust-2", "44-trust-1"): "conflict",
    ("43-larger", "44-trust-1"): "conflict",
}


def document() -> dict[str, Any]:
    verified = [
        {"name": name, "kind": "verified", "note": b64(data), "trust": "1", "expect": expect}
        for name, data, expect in (*_sound(), *_signatures(), *_fields())
    ]
    compared = [
        {
            "name": f"{stored}-then-{new}",
            "kind": "compare",
            "stored": stored,
            "new": new,
            "expect": ok(word),
        }
        for (stored, new), word in COMPARED.items()
    ]
    return {
        "about": ABOUT,
        "trusts": {"1": b64(note_of(TRUST)), "2": b64(note_of(second()))},
        "notes": {
            name: {"trust": "2" if name.endswith("trust-2") else "1", "note": b64(data)}
            for name, data in _notes().items()
        },
        "cases": [*verified, *compared],
    }
