"""Single trust documents: sound ones, and each rule of T1 and T2 broken once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from signing.keys import SMALL_ORDER, Vkey, note_key_id
from tests.vectors import edwards
from tests.vectors.world import (
    ABSENT,
    ID,
    LOG,
    NAMES,
    PUBLISHER,
    SITE,
    b64,
    changed,
    issuer,
    key,
    malformed,
    ok,
    root,
    roots_sign,
    sha256,
    signed,
    too_new,
    trust_fields,
    vkey,
)

Found = tuple[str, bytes, dict[str, Any]]
HEADER = "absah-trust/v1"
FAULT = malformed("trust")
KEYS = malformed("trust-keys")
FINAL = {"size": 12, "root": b64(sha256(b"early root"))}
ISSUED, EXPIRES = 1_792_800_000, 1_863_907_200
NOTE_TWINS = (54_025, 56_613)
"""Two test keys whose note key ids are the same under one name."""
BEGINS, UNTIL = 1_767_225_600, 1_830_297_600


def text_of(fields: Any, header: str = HEADER) -> str:
    """Header and canonical JSON, by the plain json module."""
    return f"{header}\n{json.dumps(fields, indent=1, ensure_ascii=False)}\n"


def note_of(fields: Any, by: str = "ab") -> bytes:
    return signed(text_of(fields), roots_sign(by))


def digest_of(fields: Any) -> str:
    return hashlib.sha256(text_of(fields).encode()).hexdigest()


def said(fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a sound document says, in the words of the vectors."""
    entry = {
        "kid": issuer("issuer active")["kid"],
        "x": key("issuer active").public.hex(),
        "lsps": [9001, 9002],
        "schemes": ["DEMO/juru-las", "DEMO/operator-crane"],
        "begins": BEGINS,
        "until": UNTIL,
        "status": "active",
        "final": None,
    }
    told = {
        "id": ID,
        "addresses": [fields["registry"]["site"], *fields["registry"]["former"]],
        "version": fields["version"],
        "previous": fields["previous"],
        "issued": ISSUED,
        "expires": EXPIRES,
        "threshold": fields["roots"]["threshold"],
        "roots": len(fields["roots"]["keys"]),
        "issuers": [entry],
        "publishers": len(fields["publishers"]),
        "logs": [{"vkey": LOG.text, "final": None}],
        "max_age": fields["max_age"],
        "demo": False,
        "digest": digest_of(fields),
    }
    told.update(changes)
    return told


def sound() -> Iterator[Found]:
    fields = trust_fields()
    entry = said(fields)["issuers"][0]
    yield "plain", note_of(fields), ok(said(fields))
    yield "three-signatures", note_of(fields, "abc"), ok(said(fields))
    fields = trust_fields(roots={"threshold": 1, "keys": [root("a").text]})
    yield "one-root", note_of(fields, "a"), ok(said(fields))
    fields = trust_fields(roots={"threshold": 3, "keys": [root(k).text for k in "abc"]})
    yield "threshold-of-all", note_of(fields, "abc"), ok(said(fields))
    fields = trust_fields(seal="later", registry=_registry() | {"phone": "021"})
    yield "unknown-fields", note_of(fields), ok(said(fields))
    fields = dict(reversed(trust_fields().items()))
    yield "fields-in-another-order", note_of(fields), ok(said(fields))
    fields = trust_fields(issuers=[])
    yield "no-issuer-yet", note_of(fields), ok(said(fields, issuers=[]))
    for name, scope, lsps, schemes in (
        ("scope-without-lists", {}, None, None),
        ("scope-of-lsps", {"lsps": [0]}, [0], None),
        ("scope-of-schemes", {"schemes": ["DEMO/é"]}, None, ["DEMO/é"]),
    ):
        fields = trust_fields(issuers=[issuer("issuer active", scope=scope)])
        told = [entry | {"lsps": lsps, "schemes": schemes}]
        yield name, note_of(fields), ok(said(fields, issuers=told))
    for state, final in (("retired", None), ("retired", FINAL), ("compromised", FINAL)):
        end = {"final": final} if final else {}
        fields = trust_fields(issuers=[issuer("issuer active", status=state, **end)])
        held = {"size": 12, "root": sha256(b"early root").hex()} if final else None
        told = [entry | {"status": state, "final": held}]
        name = f"issuer-{state}" + ("-final" if final else "")
        yield name, note_of(fields), ok(said(fields, issuers=told))
    old: dict[str, Any] = {"origin": LOG.name, "vkey": vkey("log", "old log").text, "final": FINAL}
    fields = trust_fields(logs=[old, {"origin": LOG.name, "vkey": LOG.text}])
    ended = {"vkey": old["vkey"], "final": {"size": 12, "root": sha256(b"early root").hex()}}
    told = [ended, {"vkey": LOG.text, "final": None}]
    yield "second-log-key", note_of(fields), ok(said(fields, logs=told))
    fields = trust_fields(approvers=[vkey("approver/1", "approver 1").text])
    yield "approver", note_of(fields), ok(said(fields))
    yield from _sites()


def _registry(**changes: Any) -> dict[str, Any]:
    return changed(trust_fields()["registry"], changes)


BAD_HEADERS = (
    "absah-trust/v0",
    "absah-trust/v01",
    "absah-trust/v1 ",
    "absah-trust/v",
    "absah-build/v1",
    "Absah-trust/v1",
    "absah-trust/v2x",
)
GOOD_SITES = ("https://a/", "https://cek.example:8443/", "https://cek.example/a/B.c_d~e-f/")
GOOD_DEMO = ("http://localhost/", "http://localhost:8000/", "http://127.0.0.1:8000/demo/")
BAD_SITES = {
    "no-slash": "https://cek.example",
    "path-without-slash": "https://cek.example/id",
    "http": "http://cek.example/",
    "loopback-without-demo": "http://localhost:8000/",
    "upper-case-host": "https://CEK.example/",
    "upper-case-scheme": "HTTPS://cek.example/",
    "userinfo": "https://a@cek.example/",
    "query": "https://cek.example/?a=b/",
    "mark": "https://cek.example/#/",
    "percent": "https://cek.example/%41/",
    "double-slash": "https://cek.example//",
    "empty-host": "https:///",
    "empty-port": "https://cek.example:/",
    "accent": "https://cék.example/",
    "full-width-port": "https://cek.example:\uff11/",
    "line-feed-after": "https://cek.example/\n",
    "space": "https://cek.example/ /",
    "empty": "",
}
BAD_DEMO = {
    "demo-http-host": "http://cek.example/",
    "demo-loopback-prefix": "http://localhost.example/",
    "demo-loopback-ip-prefix": "http://127.0.0.1.example/",
    "demo-other-loopback": "http://127.0.0.2/",
    "demo-userinfo": "http://localhost:8000@evil.example/",
}


def _sites() -> Iterator[Found]:
    for number, site in enumerate(GOOD_SITES):
        fields = trust_fields(registry=_registry(site=site))
        yield f"site-{number}", note_of(fields), ok(said(fields))
    for number, site in enumerate(GOOD_DEMO):
        fields = _demo(_registry(site=site, former=["https://cek.example/", GOOD_DEMO[0]]))
        yield f"demo-site-{number}", note_of(fields), ok(said(fields, demo=True))
    fields = trust_fields(demo=False)
    yield "demo-false", note_of(fields), ok(said(fields))


def _demo(registry: dict[str, Any]) -> dict[str, Any]:
    return trust_fields(registry=registry, demo=True)


def broken() -> Iterator[Found]:
    for name, site in BAD_SITES.items():
        held = _registry(site=site)
        yield f"site-{name}", note_of(trust_fields(registry=held)), malformed("trust-site")
        held = _registry(former=[SITE, site])
        yield f"former-{name}", note_of(trust_fields(registry=held)), malformed("trust-site")
    for name, site in BAD_DEMO.items():
        yield f"site-{name}", note_of(_demo(_registry(site=site))), malformed("trust-site")
    for name, (changes, expect) in {**_fields(), **_key_faults()}.items():
        yield name, note_of(trust_fields(**changes)), expect
    for name, (changes, code) in _issuers().items():
        entry = issuer("issuer active", **changes)
        yield f"issuer-{name}", note_of(trust_fields(issuers=[entry])), malformed(code)
    for name, (logs, code) in _logs().items():
        yield f"log-{name}", note_of(trust_fields(logs=logs)), malformed(code)
    yield from _notes()


def _fields() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    roots: dict[str, Any] = trust_fields()["roots"]
    faults: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        f"no-{name}".replace("_", "-"): ({name: ABSENT}, FAULT) for name in trust_fields()
    }
    for name in ("id", "name", "site", "former"):
        faults[f"registry-no-{name}"] = ({"registry": _registry(**{name: ABSENT})}, FAULT)
    for name in NAMES:
        held = _registry(name=changed(dict(NAMES), {name: ABSENT}))
        faults[f"registry-name-no-{name}"] = ({"registry": held}, FAULT)
    for what, value in _typed(number=7, null=None, list=[], text="x", flag=True):
        faults[f"registry-is-a-{what}"] = ({"registry": value}, FAULT)
        faults[f"site-is-a-{what}"] = ({"registry": _registry(site=[value])}, FAULT)
    ids = _typed(upper="CEK.example", slash="a/", empty="", line_feed="a\n", number=7)
    for what, value in ids:
        faults[f"id-{what}"] = ({"registry": _registry(id=value)}, FAULT)
    faults["name-empty"] = ({"registry": _registry(name=NAMES | {"ja": ""})}, FAULT)
    faults["former-is-a-text"] = ({"registry": _registry(former=SITE)}, FAULT)
    faults["former-holds-a-number"] = ({"registry": _registry(former=[7])}, FAULT)
    for what, value in _typed(zero=0, text="1", flag=True, null=None):
        faults[f"version-{what}"] = ({"version": value}, FAULT)
        faults[f"max-age-{what}"] = ({"max_age": value}, FAULT)
        faults[f"threshold-{what}"] = ({"roots": roots | {"threshold": value}}, FAULT)
    faults["threshold-above-keys"] = (
        {"roots": roots | {"threshold": 4}},
        malformed("trust-threshold"),
    )
    faults["version-1-with-previous"] = ({"previous": "0" * 64}, malformed("trust-previous"))
    faults["version-2-without-previous"] = ({"version": 2}, malformed("trust-previous"))
    for what, value in _typed(upper="AB" * 32, short="ab" * 31, null=None):
        faults[f"previous-{what}"] = ({"version": 2, "previous": value}, FAULT)
    for field in ("issued", "expires"):
        faults[f"{field}-date"] = ({field: "2026-11-24"}, malformed("time"))
        faults[f"{field}-number"] = ({field: 7}, malformed("time"))
        faults[f"{field}-30-february"] = ({field: "2026-02-30T00:00:00Z"}, malformed("time"))
    for field in ("issuers", "publishers", "logs", "approvers"):
        faults[f"{field}-is-an-object"] = ({field: {}}, FAULT)
    faults["demo-is-a-number"] = ({"demo": 1}, FAULT)
    faults["demo-is-null"] = ({"demo": None}, FAULT)
    return faults


def _typed(**values: Any) -> Iterable[tuple[str, Any]]:
    """Values of every type, by a name for each."""
    return [(name.replace("_", "-"), value) for name, value in values.items()]


def _key_faults() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    keys = trust_fields()["roots"]["keys"]
    twin = [vkey("publisher/3", "kid twin 70941").text, vkey("publisher/4", "kid twin 155545").text]
    note_twins = [vkey("twin", f"note twin {n}").text for n in NOTE_TWINS]
    weak = min(SMALL_ORDER)
    number = note_key_id(f"{ID}/publisher/1", 1, weak).hex()
    small = f"{ID}/publisher/1+{number}+" + b64(b"\x01" + weak)
    roots = {"threshold": 2, "keys": keys}

    def with_root(text: object) -> dict[str, Any]:
        return {"roots": roots | {"keys": [*keys, text]}}

    same = vkey("root/d", "root a").text
    return {
        "root-key-twice": (with_root(keys[0]), KEYS),
        "root-key-twice-by-two-names": (with_root(same), KEYS),
        "root-key-is-publisher": (with_root(vkey("root/d", "publisher 1").text), KEYS),
        "root-key-is-issuer": (with_root(vkey("root/d", "issuer active").text), KEYS),
        "root-key-is-log": (with_root(vkey("root/d", "log").text), KEYS),
        "publisher-key-is-approver": ({"approvers": [PUBLISHER.text]}, KEYS),
        "publisher-key-is-log": ({"publishers": [vkey("publisher/1", "log").text]}, KEYS),
        "issuer-twice": ({"issuers": [issuer("issuer active")] * 2}, KEYS),
        "two-keys-share-a-kid": ({"publishers": twin}, KEYS),
        "two-roots-share-name-and-key-id": (
            {"roots": roots | {"keys": [*keys, *note_twins]}},
            KEYS,
        ),
        "two-publishers-share-name-and-key-id": ({"publishers": note_twins}, KEYS),
        "root-and-approver-share-name-and-key-id": (
            with_root(note_twins[0]) | {"approvers": note_twins[1:]},
            KEYS,
        ),
        "no-publisher-key": ({"publishers": []}, KEYS),
        "no-log-key": ({"logs": []}, KEYS),
        "small-order-publisher": ({"publishers": [small]}, malformed("key")),
        "root-vkey-of-another-id": (with_root(f"x{keys[0]}"), malformed("vkey")),
        "root-vkey-is-a-number": (with_root(7), malformed("vkey")),
        "root-vkey-cut": (with_root(keys[0][:-1]), malformed("base64")),
    }


def _issuers() -> dict[str, tuple[dict[str, Any], str]]:
    x = key("issuer active").public
    above = (edwards.P + 3).to_bytes(32, "little")
    faults: dict[str, tuple[dict[str, Any], str]] = {
        f"no-{name}": ({name: ABSENT}, "trust") for name in issuer("issuer active")
    }
    faults |= {
        "kid-of-another-key": ({"kid": "00000000"}, "trust-keys"),
        "kid-upper-case": ({"kid": issuer("issuer active")["kid"].upper()}, "trust"),
        "kid-short": ({"kid": "d2fb4e"}, "trust"),
        "kid-number": ({"kid": 12345678}, "trust"),
        "x-hex": ({"x": x.hex()}, "key"),
        "x-31-bytes": ({"x": b64(x[:31])}, "key"),
        "x-no-padding": ({"x": b64(x).rstrip("=")}, "base64"),
        "x-small-order": ({"x": b64(min(SMALL_ORDER))}, "key"),
        "x-y-above-p": ({"x": b64(above)}, "key"),
        "scope-is-a-list": ({"scope": []}, "trust"),
        "scope-is-a-text": ({"scope": ""}, "trust"),
        "scope-is-null": ({"scope": None}, "trust"),
        "scope-lsps-empty": ({"scope": {"lsps": []}}, "trust-scope"),
        "scope-schemes-empty": ({"scope": {"lsps": [1], "schemes": []}}, "trust-scope"),
        "scope-lsps-null": ({"scope": {"lsps": None}}, "trust"),
        "scope-lsps-texts": ({"scope": {"lsps": ["9001"]}}, "trust"),
        "scope-lsps-flag": ({"scope": {"lsps": [True]}}, "trust"),
        "scope-schemes-numbers": ({"scope": {"schemes": [1]}}, "trust"),
        "scope-schemes-empty-text": ({"scope": {"schemes": [""]}}, "trust"),
        "scope-schemes-is-a-text": ({"scope": {"schemes": "DEMO/x"}}, "trust"),
    }  # fmt: skip
    return faults | _issuer_states()


def _issuer_states() -> dict[str, tuple[dict[str, Any], str]]:
    short, in_hex = FINAL | {"root": b64(bytes(31))}, FINAL | {"root": "ab" * 32}
    return {
        "status-unknown": ({"status": "revoked"}, "trust-status"),
        "status-upper-case": ({"status": "Active"}, "trust-status"),
        "status-null": ({"status": None}, "trust-status"),
        "active-with-final": ({"final": FINAL}, "trust-status"),
        "final-size-zero": ({"status": "retired", "final": FINAL | {"size": 0}}, "trust"),
        "final-size-text": ({"status": "retired", "final": FINAL | {"size": "12"}}, "trust"),
        "final-no-root": ({"status": "retired", "final": {"size": 12}}, "trust"),
        "final-root-31-bytes": ({"status": "retired", "final": short}, "trust-final"),
        "final-root-hex": ({"status": "retired", "final": in_hex}, "trust-final"),
        "final-null": ({"status": "retired", "final": None}, "trust"),
        "from-date": ({"from": "2026-01-01"}, "time"),
        "until-null": ({"until": None}, "time"),
        "name-text": ({"name": "LSP"}, "trust"),
        "name-no-ja": ({"name": changed(dict(NAMES), {"ja": ABSENT})}, "trust"),
    }  # fmt: skip


def _logs() -> dict[str, tuple[list[Any], str]]:
    now: dict[str, Any] = {"origin": LOG.name, "vkey": LOG.text}
    older = {"origin": LOG.name, "vkey": vkey("log", "old log").text}
    strange = Vkey("lain.example/log", key("old log").public)
    return {
        "closed-without-successor": ([now | {"final": FINAL}], "trust-log"),
        "two-open": ([older, now], "trust-log"),
        "open-before-closed": ([older, now | {"final": FINAL}], "trust-log"),
        "name-is-not-the-origin": ([now | {"origin": "cek.example"}], "trust-log"),
        "origin-of-another-registry": (
            [{"origin": strange.name, "vkey": strange.text}],
            "trust-log",
        ),
        "no-origin": ([{"vkey": LOG.text}], "trust"),
        "no-vkey": ([{"origin": LOG.name}], "trust"),
        "is-a-text": ([LOG.text], "trust"),
        "same-key-twice": ([now | {"final": FINAL}, now], "trust-keys"),
    }


def _notes() -> Iterator[Found]:
    fields = trust_fields()
    text, by = text_of(fields), roots_sign("ab")
    yield "nobody-signed", note_of(fields, "d"), malformed("trust-threshold")
    yield "one-of-two-signed", note_of(fields, "a"), malformed("trust-threshold")
    yield "one-signed-twice", note_of(fields, "aa"), malformed("trust-threshold")
    renamed = [*roots_sign("a"), (f"{ID}/root/b", key("root a"))]
    yield "one-signed-by-two-names", signed(text, renamed), malformed("trust-threshold")
    broken = note_of(fields, "abc").replace(b"2026-10-24", b"2026-10-25")
    yield "changed-after-signing", broken, malformed("note-signature")
    data = note_of(fields, "abc")
    last = data[:-20] + (b"A" if data[-20:-19] != b"A" else b"B") + data[-19:]
    yield "third-signature-broken", last, malformed("note-signature")
    for version in ("v2", "v9", "v10", "v11"):
        later = signed(text_of(fields, f"absah-trust/{version}"), by)
        yield f"anchor-of-{version}", later, too_new("trust")
    for header in BAD_HEADERS:
        yield f"header-{header}", signed(text_of(fields, header), by), FAULT
    yield "no-header", signed(text[len(HEADER) + 1 :], by), FAULT
    yield "crlf", note_of(fields).replace(b"\n", b"\r\n"), malformed("note")
    yield "compact", signed(f"{HEADER}\n{json.dumps(fields)}\n", by), malformed("json*")
    spaced = signed(text.replace('"version": 1', '"version":  1'), by)
    yield "not-canonical", spaced, malformed("json*")
    yield "escaped", signed(text.replace("見", "\\u898b"), by), malformed("json*")
    twice = signed(text.replace('"version": 1', '"version": 1,\n "version": 1'), by)
    yield "duplicate-field", twice, malformed("json*")
    fraction = signed(text.replace('"version": 1', '"version": 1.0'), by)
    yield "version-as-fraction", fraction, malformed("json*")
    yield "json-list", signed(text_of([fields]), by), FAULT
    yield "json-null", signed(text_of(None), by), FAULT
    yield "json-missing", signed(f"{HEADER}\n", by), malformed("json*")
    yield "upper-case-key", note_of(trust_fields(Seal="x")), malformed("json*")
