"""Trust documents as an audit sees them: the walk both ways, every key, and T9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.audit import audit
from registry.audit_history import Loosened, loosened
from signing import keys, note, trust
from signing.canonical import Json, b64decode, b64encode
from tests.registry.audit_example import (
    LATER,
    Memory,
    checkpointed,
    fields,
    found,
    made,
    retrusted,
    run,
    trust_signed,
    without_twins,
)
from tests.registry.ledger_example import ID, issuer_entry, key, trust_note
from tests.vectors import edwards

ONE, TWO = "trust/1.note", "trust/2.note"
GENERAL = keys.kid(key("general").public).hex()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return without_twins(made(tmp_path_factory.mktemp("registry") / "workspace"))


@pytest.fixture
def files(built: dict[str, bytes]) -> dict[str, bytes]:
    return dict(built)


# T9 --------------------------------------------------------------------------------------------

FINAL = {"size": 10, "root": b64encode(bytes(32))}
LOWER = {"size": 9, "root": b64encode(bytes(32))}
HIGHER = {"size": 11, "root": b64encode(bytes(32))}
OTHER = {"size": 10, "root": b64encode(bytes([1]) * 32)}


def history(old: dict[str, Any], new: dict[str, Any]) -> list[Loosened]:
    """What the change of one issuer entry loosens."""
    before = trust.parse(trust_note(issuer_entry("general") | old))
    entry = issuer_entry("general") | new
    after = trust.parse(trust_note(entry, version=2, previous=before.digest))
    return loosened(before, after)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ({}, {}, None),
        ({}, {"name": {"id": "x", "ja": "x", "en": "x"}}, None),
        ({}, {"until": "2027-01-01T00:00:00Z"}, None),
        ({}, {"until": "2028-01-01T00:00:00Z"}, "history-until"),
        ({}, {"from": "2025-12-31T00:00:00Z"}, "history-changed"),
        ({}, {"from": "2026-01-02T00:00:00Z"}, "history-changed"),
        ({}, {"scope": {"lsps": [9001]}}, "history-changed"),
        ({"scope": {"lsps": [9001]}}, {}, "history-changed"),
        ({"scope": {"lsps": [9001]}}, {"scope": {"lsps": [9001, 9002]}}, "history-changed"),
        ({"scope": {"schemes": ["A"]}}, {"scope": {"schemes": ["B"]}}, "history-changed"),
        ({}, {"status": "retired"}, None),
        ({}, {"status": "compromised"}, None),
        ({}, {"status": "retired", "final": FINAL}, None),
        ({"status": "retired"}, {"status": "compromised", "final": FINAL}, None),
        ({"status": "retired"}, {}, "history-status"),
        ({"status": "compromised"}, {"status": "retired"}, "history-status"),
        ({"status": "compromised"}, {}, "history-status"),
        ({"status": "retired"}, {"status": "retired", "final": FINAL}, None),
        ({"status": "retired", "final": FINAL}, {"status": "retired", "final": FINAL}, None),
        ({"status": "retired", "final": FINAL}, {"status": "retired", "final": LOWER}, None),
        ({"status": "retired", "final": FINAL}, {"status": "compromised", "final": LOWER}, None),
        (
            {"status": "retired", "final": FINAL},
            {"status": "retired", "final": HIGHER},
            "history-final",
        ),
        (
            {"status": "retired", "final": FINAL},
            {"status": "retired", "final": OTHER},
            "history-final",
        ),
        ({"status": "retired", "final": FINAL}, {"status": "retired"}, "history-final"),
    ],
)
def test_an_issuer_entry_only_tightens(
    old: dict[str, Any], new: dict[str, Any], code: str | None
) -> None:
    assert history(old, new) == ([Loosened(code, GENERAL)] if code else [])


def test_entries_are_only_appended() -> None:
    one, two, three = (issuer_entry(name) for name in ("general", "spare", "third"))
    before = trust.parse(trust_note(one, two))

    def after(*entries: dict[str, Any]) -> list[str]:
        new = trust.parse(trust_note(*entries, version=2, previous=before.digest))
        return [rule.code for rule in loosened(before, new)]

    assert after(one, two) == after(one, two, three) == []
    assert after(one) == ["history-dropped"]
    assert after(two) == ["history-dropped"] * 2
    assert after(two, one) == ["history-dropped"] * 2
    assert after(three, one, two) == ["history-dropped"] * 2
    assert after(one, three, two) == ["history-dropped"]


def edited(data: bytes, **changes: Callable[[Json], Any]) -> trust.TrustDocument:
    """A document with parts of it changed; form only."""
    value = fields(data)
    for name, change in changes.items():
        change(value[name])
    return trust.parse(trust_signed(value))


def test_log_entries_are_closed_once() -> None:
    new_log = {"origin": f"{ID}/log", "vkey": keys.Vkey(f"{ID}/log", key("log 2").public).text}
    first = trust.parse(trust_note())
    second = trust_note(version=2, previous=first.digest)

    def closed(final: Json) -> Callable[[Json], None]:
        def change(logs: Json) -> None:
            logs[0]["final"] = final
            logs.append(new_log)

        return change

    document = edited(second, logs=closed(FINAL))
    assert loosened(first, document) == []
    old = keys.Vkey(f"{ID}/log", key("log").public).text
    for final in (LOWER, HIGHER, OTHER):
        assert loosened(document, edited(second, logs=closed(final))) == [
            Loosened("history-final", old)
        ]
    replaced = edited(second, logs=lambda logs: logs.__setitem__(0, new_log))
    assert loosened(first, replaced) == [Loosened("history-dropped", old)]
    assert [rule.code for rule in loosened(document, replaced)] == ["history-dropped"] * 2


def test_former_addresses_only_grow() -> None:
    first = trust.parse(trust_note())
    second = trust_note(version=2, previous=first.digest)
    site = f"https://{ID}/"

    def moved(to: str, *former: str) -> trust.TrustDocument:
        return edited(second, registry=lambda value: value.update(site=to, former=list(former)))

    assert loosened(first, moved("https://new.example/", site)) == []
    lost = [Loosened("history-former", site)]
    assert loosened(first, moved("https://new.example/")) == lost
    twice = moved("https://new.example/", site)
    assert loosened(twice, moved("https://new.example/")) == lost
    back = moved(site, site, "https://new.example/")
    assert loosened(twice, back) == []
    assert loosened(twice, moved(site, site)) == [
        Loosened("history-former", "https://new.example/")
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda v: v["issuers"].pop(0), "history-dropped"),
        (lambda v: v["issuers"].reverse(), "history-dropped"),
        (lambda v: v["issuers"][0].update({"from": "2020-01-01T00:00:00Z"}), "history-changed"),
        (lambda v: v["issuers"][0].update(scope={"lsps": [1]}), "history-changed"),
        (lambda v: v["issuers"][0].update(until="2040-01-01T00:00:00Z"), "history-until"),
        (lambda v: v["registry"].update(site="https://new.example/"), "history-former"),
    ],
)
def test_what_real_roots_loosened_is_named(
    files: dict[str, bytes], change: Callable[[Json], Any], code: str
) -> None:
    retrusted(files, change)
    assert {path for path, _ in found(files)} == {TWO}
    assert {code for _, code in found(files)} == {code}


def test_a_cut_off_is_a_root_of_this_log(files: dict[str, bytes]) -> None:
    right = fields(files["builds/1.note"])["log"]
    retrusted(files, lambda v: v["issuers"][0].update(status="retired", final=right))
    assert found(files) == set()
    for size in (8, 10, 15, 2**40):
        right["size"] = size
        retrusted(files, lambda v: v["issuers"][0].update(final=right))
        assert found(files) == {(TWO, "final-root")}


def test_a_new_log_key_signs_after_the_cut_off_of_the_old(files: dict[str, bytes]) -> None:
    right = fields(files["builds/1.note"])["log"]
    vkey = keys.Vkey(f"{ID}/log", key("log 2").public).text

    def closed(value: Json) -> None:
        value["logs"][0]["final"] = right
        value["logs"].append({"origin": f"{ID}/log", "vkey": vkey})

    retrusted(files, closed)
    assert found(files) == {("log/checkpoints/14", "checkpoint-refused")}
    root = fields(files["build.note"])["log"]["root"]
    checkpointed(files, 14, b64decode(root), "log 2")
    assert found(files) == set()


# Keys and signatures ---------------------------------------------------------------------------


def test_a_key_that_is_not_of_prime_order(files: dict[str, bytes]) -> None:
    mixed = edwards.encode(edwards.add(edwards.decode(key("spare").public), edwards.ORDER_8))
    keys.refuse_weak(mixed)
    name = keys.thumbprint(mixed).hex()[:16]
    changes: tuple[Callable[[Json], Any], ...] = (
        lambda v: v["publishers"].append(keys.Vkey(f"{ID}/publisher/x", mixed).text),
        lambda v: v["approvers"].append(keys.Vkey(f"{ID}/approver/x", mixed).text),
        lambda v: v["roots"]["keys"].append(keys.Vkey(f"{ID}/root/x", mixed).text),
        lambda v: v["issuers"].append(
            issuer_entry("x", kid=keys.kid(mixed).hex(), x=b64encode(mixed))
        ),
    )
    for change in changes:
        wrong = dict(files)
        retrusted(wrong, change)
        report = run(wrong)
        assert [(f.path, f.code) for f in report.faults] == [(TWO, "key-refused")]
        assert name in report.faults[0].words.en


def test_a_key_keeps_its_role(files: dict[str, bytes]) -> None:
    def moved(value: Json) -> None:
        value["publishers"].append(value["roots"]["keys"].pop())
        value["roots"]["threshold"] = 1

    retrusted(files, moved)
    assert found(files) == {(TWO, "key-role")}


def test_a_step_needs_the_roots_of_both_versions(files: dict[str, bytes]) -> None:
    retrusted(files, lambda value: None, "a")
    report = run(files)
    assert [(f.path, f.code) for f in report.faults] == [(TWO, "trust-refused")]
    assert {missed.path for missed in report.could_not_check} == {"", "builds/2.note"}
    assert report.trust_versions == 1


def test_a_root_that_leaves_signs_too(files: dict[str, bytes]) -> None:
    def replaced(value: Json) -> None:
        value["roots"]["keys"][1] = keys.Vkey(f"{ID}/root/c", key("root c").public).text

    retrusted(files, replaced, "a", "b", "c")
    assert found(files) == set()
    retrusted(files, replaced, "a", "b", "c", "d")
    assert found(files) == {(TWO, "unknown-line")}


def test_a_later_format_is_no_fault_if_the_roots_signed_it(files: dict[str, bytes]) -> None:
    text = files[TWO].partition(b"\n\n")[0].decode().replace("trust/v1", "trust/v2") + "\n"
    text = text.replace('"version": 2', '"version": 3')
    lines = [note.sign_line(text, f"{ID}/root/{name}", key(f"root {name}")) for name in "ab"]
    files["trust/3.note"] = note.assemble(text, lines)
    report = run(files)
    assert (report.exit_code, report.faults) == (3, [])
    assert [missed.path for missed in report.could_not_check] == ["trust/3.note"]
    files["trust/3.note"] = note.assemble(text, lines[:1])
    assert found(files) == {("trust/3.note", "trust-refused")}


def test_a_version_ahead_of_the_build_note_makes_it_unreadable(files: dict[str, bytes]) -> None:
    second = trust.parse(files[TWO])
    value = fields(files[TWO])
    value.update(version=3, previous=second.digest)
    files["trust/3.note"] = trust_signed(value)
    assert found(files) == {("build.note", "note-trust")}
    assert audit(Memory(files, listed=False), None, LATER).trust_versions == 3


# The anchor ------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("path", [ONE, TWO])
def test_any_version_of_the_site_is_an_anchor(
    files: dict[str, bytes], path: str, listed: bool
) -> None:
    source = Memory(files, listed=listed)
    report = audit(source, trust.anchor(files[path]), LATER)
    assert (report.exit_code, report.trust_versions) == (0, 2)


def test_an_anchor_of_another_history(files: dict[str, bytes]) -> None:
    for path in (ONE, TWO):
        value = fields(files[path])
        value["max_age"] += 1
        anchor = trust.anchor(trust_signed(value))
        report = audit(Memory(files), anchor, LATER)
        assert (path, "trust-anchor") in {(f.path, f.code) for f in report.faults}
        assert report.exit_code == 1


def test_an_anchor_that_the_site_does_not_have(files: dict[str, bytes]) -> None:
    anchor = trust.anchor(files.pop(TWO))
    report = audit(Memory(files), anchor, LATER)
    assert (TWO, "missing") in {(f.path, f.code) for f in report.faults}


def test_from_an_anchor_down_every_version_is_the_one_that_was_named(
    files: dict[str, bytes],
) -> None:
    anchor = trust.anchor(files[TWO])
    value = fields(files[ONE])
    value["max_age"] += 1
    files[ONE] = trust_signed(value)
    report = audit(Memory(files), anchor, LATER)
    assert (ONE, "trust-refused") in {(f.path, f.code) for f in report.faults}
    del files[ONE]
    report = audit(Memory(files), anchor, LATER)
    assert (ONE, "missing") in {(f.path, f.code) for f in report.faults}


def test_an_anchor_that_the_roots_before_it_did_not_sign(files: dict[str, bytes]) -> None:
    def replaced(value: Json) -> None:
        value["roots"]["keys"] = [
            keys.Vkey(f"{ID}/root/{name}", key(f"root {name}").public).text for name in "cd"
        ]

    retrusted(files, replaced, "c", "d")
    assert found(files) == {(TWO, "trust-refused")}
    report = audit(Memory(files), trust.anchor(files[TWO]), LATER)
    assert (TWO, "trust-refused") in {(f.path, f.code) for f in report.faults}


def test_garbage_at_the_next_version(files: dict[str, bytes]) -> None:
    files["trust/3.note"] = b"<!doctype html>"
    assert found(files) == {("trust/3.note", "trust-refused")}
    # A host that answers every address with a page has no next version.
    assert audit(Memory(files, listed=False), None, LATER).exit_code == 0
    files["trust/3.note"] = files[ONE]
    source = Memory(files, listed=False)
    assert [f.path for f in audit(source, None, LATER).faults] == ["trust/3.note"]
