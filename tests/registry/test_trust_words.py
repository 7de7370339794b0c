"""The sentences that root holders read aloud before they sign."""

from __future__ import annotations

from typing import Any

import pytest

from registry import trust_words
from signing import trust
from signing.canonical import b64encode, loads
from signing.keys import Vkey
from signing.trust import TrustDocument
from tests.registry.ledger_example import ID, issuer_entry, key, trust_note

FINAL = {"size": 40, "root": b64encode(bytes(32))}


def _vkey(role: str, name: str) -> str:
    return Vkey(f"{ID}/{role}", key(name).public).text


def _document(**changed: Any) -> TrustDocument:
    value = loads(trust.parse(trust_note()).text.partition("\n")[2])
    return trust.read_text(trust.text_of(value | changed))


def _registry(**changed: Any) -> dict[str, Any]:
    registry: dict[str, Any] = loads(_document().text.partition("\n")[2])["registry"]
    return registry | changed


def _issuers(**changed: Any) -> dict[str, Any]:
    return {"issuers": [issuer_entry("general", **changed)]}


KID = issuer_entry("general")["kid"]
OLD_LOG = {"origin": f"{ID}/log", "vkey": _vkey("log", "log")}
ROOTS = [_vkey(f"root/{name}", f"root {name}") for name in "abc"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"max_age": 86400}, ["max_age: 1209600 -> 86400"]),
        ({"expires": "2030-02-01T00:00:00Z"}, ["expires: 2029-02-01T"]),
        (
            {"registry": _registry(name={"id": "Baru", "ja": "見本", "en": "Example"})},
            ["name (id)"],
        ),
        (
            {"registry": _registry(site="https://a.example/", former=[f"https://{ID}/"])},
            [f"the site moves: https://{ID}/ -> https://a.example/"],
        ),
        (
            {"roots": {"threshold": 1, "keys": [ROOTS[0], ROOTS[2]]}},
            ["new root key: c (", "root key leaves: b (", "threshold: 2 -> 1"],
        ),
        (
            {"publishers": [_vkey("publisher/b", "publisher b")]},
            ["new publisher key: b (", "publisher key leaves: a ("],
        ),
        ({"approvers": [_vkey("approver/x", "approver")]}, ["new approver: x ("]),
        (_issuers(status="retired"), [f"issuer key {KID}: active -> retired"]),
        (
            _issuers(status="compromised"),
            [f"issuer key {KID}: active -> compromised, no cut-off: EVERY certificate"],
        ),
        (
            _issuers(status="compromised", final=FINAL),
            [f"issuer key {KID}: active -> compromised, certificates from index 40 on"],
        ),
        (_issuers(until="2027-01-01T00:00:00Z"), [f"issuer key {KID}: until 2027-12-31T"]),
        (
            {
                "issuers": [
                    issuer_entry("general"),
                    issuer_entry("wide"),
                    issuer_entry("b", scope={"lsps": [9001], "schemes": ["DEMO/x"]}),
                ]
            },
            [
                f"issuer key {issuer_entry('wide')['kid']} is new, for every LSP and scheme",
                f"issuer key {issuer_entry('b')['kid']} is new, only for 9001, DEMO/x",
            ],
        ),
        (
            {"logs": [OLD_LOG | {"final": FINAL}, OLD_LOG | {"vkey": _vkey("log", "log 2")}]},
            ["another log key signs the same log after size 40"],
        ),
    ],
)
def test_each_change_is_said(changed: dict[str, Any], said: list[str]) -> None:
    found = trust_words.changes(_document(), _document(**changed))
    assert len(found) == len(said)
    for words, begin in zip(found, said, strict=True):
        assert words.en.startswith(begin)
        assert words.id
        assert "{" not in words.id
