"""What a root holder sees and signs: a file, and nothing but the base install."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from registry import ceremony
from registry.errors import UserError
from signing import note, trust
from signing.canonical import loads
from signing.keys import Vkey
from signing.reasons import Malformed
from signing.trust import TrustDocument
from tests.registry.ledger_example import ID, issuer_entry, key, trust_note
from tests.vectors import edwards

ROOTS = {name: Vkey(f"{ID}/root/{name}", key(f"root {name}").public) for name in "abc"}


def _changed(**changed: Any) -> TrustDocument:
    """The example's document with three roots, and changes."""
    value = loads(trust.parse(trust_note()).text.partition("\n")[2])
    value["roots"]["keys"] = [vkey.text for vkey in ROOTS.values()]
    return trust.read_text(trust.text_of(value | changed))


def _draft(document: TrustDocument | None = None) -> bytes:
    return ((document or _changed()).text + "\n").encode()


def _sign(data: bytes, *holders: str) -> bytes:
    for holder in holders:
        data = ceremony.sign(data, ROOTS[holder], key(f"root {holder}"))
    return data


def _spoiled() -> bytes:
    """A draft in whose first signature one bit is wrong."""
    text, _, lines = _sign(_draft(), "b").rpartition(b" ")
    signature = bytearray(base64.b64decode(lines))
    signature[20] ^= 1
    return text + b" " + base64.b64encode(signature) + b"\n"


def _refused(data: bytes, vkey: Vkey = ROOTS["a"], code: str = "bad-trust") -> None:
    with pytest.raises(UserError) as caught:
        ceremony.sign(data, vkey, key("root a"))
    assert caught.value.code == code
    assert caught.value.hint.id


def test_a_draft_collects_signatures() -> None:
    one = _sign(_draft(), "a")
    two = _sign(one, "b")
    assert two.startswith(one)
    assert two.count("\u2014 ".encode()) == 2
    assert trust.anchor(two).version == 1
    with pytest.raises(Malformed):
        trust.anchor(one)
    assert _sign(two, "a") == two, "the same holder twice is one line"
    assert trust.anchor(_sign(_draft(), "c", "a")).version == 1


def test_a_root_that_leaves_signs_as_well() -> None:
    value = loads(_changed().text.partition("\n")[2])
    value["roots"]["keys"] = value["roots"]["keys"][1:]
    document = trust.read_text(trust.text_of(value))
    signed = _sign(_draft(document), "a", "b", "c")
    assert len(note.parse(signed, note.TRUST_LIMIT).lines) == 3


def test_only_a_root_key_of_this_registry_signs() -> None:
    names = (f"{ID}/publisher/a", f"{ID}/log", "other.example/root/a", f"{ID}.evil/root/a", ID)
    for name in names:
        _refused(_draft(), Vkey(name, key("root a").public), "not-a-root")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"<html>\n\n",
        b"absah-trust/v1\n{}\n\n",
        b"absah-trust/v2\n{}\n\n",
        b"\xff" + _draft(),
        _draft()[:-1],
        _draft()[:-2],
        _draft().replace(b'"version": 1', b'"version": 0'),
        _draft().replace(b'"version": 1', b'"version":  1'),
        _draft().replace(b"\n", b"\r\n"),
        _draft() + b"no signature line\n",
        _draft() + "\u2014 a b\n".encode(),
        _spoiled(),
    ],
)
def test_what_is_no_draft(data: bytes) -> None:
    _refused(data)


def test_the_difference_names_every_value() -> None:
    before = trust.parse(trust_note())
    same = ceremony.difference(before, before)
    assert same == []
    after = trust.parse(
        trust_note(
            issuer_entry("general"), issuer_entry("spare"), version=2, previous=before.digest
        )
    )
    lines = ceremony.difference(before, after)
    assert "- version: 1" in lines
    assert "+ version: 2" in lines
    assert f"+ previous: {before.digest}" in lines
    assert any(line.startswith("+ issuers[1].kid: ") for line in lines)
    assert not any("issuers[0]" in line for line in lines)
    roots = ceremony.difference(before, _changed())
    assert roots == [f"+ roots.keys: {ROOTS['c'].text}"], "each of a list by itself"
    first = ceremony.difference(None, before)
    assert all(line.startswith("+ ") for line in first)
    assert f"+ registry.id: {ID}" in first
    assert "+ registry.name.ja: 見本" in first
    printed = [line.rstrip(",") for line in before.text.split("\n")[1:]]
    assert len(first) == sum(line[-1:] not in ("{", "[", "}", "]", "") for line in printed)


def test_builders_demand_more_than_readers() -> None:
    ceremony.check_rules(_changed())
    for threshold in (1, 3):
        value = loads(_changed().text.partition("\n")[2])
        value["roots"]["threshold"] = threshold
        document = trust.read_text(trust.text_of(value))
        with pytest.raises(Malformed) as caught:
            ceremony.check_rules(document)
        assert caught.value.code == "trust-threshold"


def test_a_key_outside_the_prime_order_subgroup_is_no_key() -> None:
    good = edwards.decode(key("approver").public)
    mixed = edwards.encode(edwards.add(good, edwards.ORDER_8))
    for x, safe in ((key("approver").public, True), (mixed, False)):
        document = _changed(approvers=[Vkey(f"{ID}/approver/x", x).text])
        if safe:
            ceremony.check_rules(document)
            continue
        with pytest.raises(Malformed):
            ceremony.check_rules(document)


def test_warnings_before_anybody_signs() -> None:
    spare = Vkey(f"{ID}/publisher/b", key("publisher b").public)
    publishers = [*loads(_changed().text.partition("\n")[2])["publishers"], spare.text]
    lone = [words.en for words in ceremony.warnings(_changed())]
    assert len(lone) == 3
    assert lone[0].startswith("fewer than two root keys may be lost")
    assert all(words.id for words in ceremony.warnings(_changed()))
    better = _changed(publishers=publishers, issuers=[issuer_entry("a"), issuer_entry("b")])
    assert [words.en for words in ceremony.warnings(better)] == lone[:1]
    retired = issuer_entry("b", status="retired")
    worse = _changed(publishers=publishers, issuers=[issuer_entry("a"), retired])
    assert [words.en[:28] for words in ceremony.warnings(worse)] == [
        lone[0][:28],
        "no spare for issuer key " + issuer_entry("a")["kid"][:4],
    ]
    narrow = issuer_entry("b", scope={"lsps": [9001], "schemes": ["DEMO/contoh"]})
    wide = issuer_entry("a", scope={"lsps": [9001, 9002]})
    for issuers, alone in (
        ([issuer_entry("a"), narrow], "a"),
        ([wide, narrow], "a"),
        ([wide, issuer_entry("b", scope={"lsps": [9003]})], "ab"),
        ([wide, wide | issuer_entry("b", scope={"lsps": [9002, 9001, 9]})], "b"),
    ):
        told = ceremony.warnings(_changed(publishers=publishers, issuers=issuers))[1:]
        kids = [issuer_entry(name)["kid"] for name in alone]
        assert [words.en.split()[5].strip(":") for words in told] == kids
    none = _changed(publishers=publishers, issuers=[retired])
    assert ceremony.warnings(none)[1].en == "no issuer key is active"
    value = loads(better.text.partition("\n")[2])
    value["roots"]["keys"].append(Vkey(f"{ID}/root/d", key("root d").public).text)
    assert ceremony.warnings(trust.read_text(trust.text_of(value))) == []


def test_a_holder_compares_with_the_version_before_wherever_it_lies() -> None:
    first = trust_note()
    second = _changed(version=2, previous=trust.parse(first).digest)
    before = ceremony.precedes(first, second)
    assert before is not None
    assert before.version == 1
    for data in (b"", b"<html>", trust_note(issuer_entry("other"))):
        assert ceremony.precedes(data, second) is None


def test_what_a_builder_refuses_is_not_signed_either() -> None:
    before = _changed()
    after = _changed(version=2, previous=before.digest)
    ceremony.check(before, after)
    ceremony.check(None, after)
    for broken in (
        _changed(version=2, previous=before.digest, issuers=[issuer_entry("other")]),
        _changed(roots={"threshold": 1, "keys": [vkey.text for vkey in ROOTS.values()]}),
    ):
        with pytest.raises(UserError) as caught:
            ceremony.check(before, broken)
        assert caught.value.code == "bad-trust"


def test_who_has_signed() -> None:
    data = _sign(_draft(), "c", "a")
    assert ceremony.signed_by(data, _changed()) == [f"{ID}/root/a", f"{ID}/root/c"]
