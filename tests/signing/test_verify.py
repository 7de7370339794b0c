"""judge, examine and verify against verdicts.json."""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise, product
from typing import Any

import pytest

from signing import build_note, merkle, status, trust, verify
from signing.canonical import b64decode
from signing.reasons import Level, Reason, Refused
from tests.signing.vector_files import Case, cases, named
from tests.vectors.make import load
from tests.vectors.verdict_expect import ORDER

CASES = cases("verdicts")
TABLES = load("verdicts")


@cache
def trust_of(name: str) -> trust.TrustDocument:
    return trust.anchor(b64decode(TABLES["trusts"][name]))


@cache
def build_of(name: str) -> build_note.BuildNote:
    entry = TABLES["builds"][name]
    return build_note.verified(b64decode(entry["note"]), trust_of(entry["trust"]))


@cache
def list_of(name: str) -> status.StatusList:
    publishers = [key.public for key in trust_of("main").publishers]
    return status.parse(b64decode(TABLES["lists"][name]), trust_of("main").id, publishers)


@cache
def checkpoint_of(name: str) -> merkle.Checkpoint:
    return merkle.parse_checkpoint(b64decode(TABLES["checkpoints"][name]), trust_of("main").log)


def hashes(texts: list[str]) -> list[bytes]:
    return [b64decode(text) for text in texts]


def evidence(case: Case) -> verify.Evidence:
    """The evidence that a case names."""
    document = trust_of(case["trust"]) if "trust" in case else None
    entry = TABLES["entries"][case["entry"]] if "entry" in case else None
    return verify.Evidence(
        opened=verify.examine(TABLES["texts"][case["text"]], document),
        trust=document,
        walked=case.get("walked", False),
        note=build_of(case["build"]) if "build" in case else None,
        fetched=case.get("fetched", False),
        status=list_of(case["list"]) if "list" in case else None,
        checkpoint=checkpoint_of(case["checkpoint"]) if "checkpoint" in case else None,
        leaf=b64decode(entry["leaf"]) if entry else None,
        proof=hashes(entry["proof"]) if entry else (),
        prefix=hashes(TABLES["prefixes"][case["prefix"]]) if "prefix" in case else (),
        conflict=case.get("conflict", False),
        ahead=case.get("ahead", False),
        too_new=case.get("too_new", False),
    )


def said(verdict: verify.Verdict) -> dict[str, Any]:
    """A verdict as the vectors write it."""
    answers = verdict.answers
    return {
        "reason": verdict.reason.value,
        "level": verdict.level.value,
        "variant": verdict.variant,
        "answers": {
            "issuer": answers.issuer,
            "dates": answers.dates,
            "standing": answers.standing,
        },
        "certificate": verdict.certificate is not None,
        "host": verdict.host,
        "moment": verdict.moment,
    }


@pytest.mark.parametrize("case", CASES, ids=named)
def test_verdict(case: Case) -> None:
    held = evidence(case)
    verdict = verify.judge(held, case["now"])
    assert said(verdict) == case["expect"]
    if verdict.level is Level.GREEN:
        assert verify.verify(held, case["now"]) == verdict.certificate
    else:
        with pytest.raises(Refused) as refusal:
            verify.verify(held, case["now"])
        assert refusal.value.reason is verdict.reason
        assert str(refusal.value) == verdict.reason.value


def test_evidence_that_contradicts_itself_is_never_green() -> None:
    [case] = [case for case in CASES if case["name"] == "valid-fetched"]
    held = evidence(case)
    opened, now = held.opened, case["now"]
    assert verify.verify(held, now) == opened.certificate
    fault = Reason.SIGNATURE_MISMATCH
    for said, changed in (
        (fault, held._replace(opened=opened._replace(fault=fault))),
        (Reason.MALFORMED, held._replace(opened=verify.Opened())),
        (Reason.MALFORMED, held._replace(opened=opened._replace(certificate=None))),
        (Reason.MALFORMED, held._replace(opened=opened._replace(issuer=None))),
        (Reason.MALFORMED, held._replace(trust=None)),
        (Reason.LOG_UNCHECKED, held._replace(opened=opened._replace(data=None))),
    ):
        assert verify.judge(changed, now).reason is said
        with pytest.raises(Refused):
            verify.verify(changed, now)


def test_every_reason_and_variant_has_a_case() -> None:
    seen = {(case["expect"]["reason"], case["expect"]["variant"]) for case in CASES}
    assert {reason for reason, _ in seen} == {reason.value for reason in Reason}
    assert {pair for pair in seen if pair[1]} == {
        ("status-stale", "none"),
        ("status-stale", "registry"),
        ("key-unchecked", "none"),
        ("key-unchecked", "proof"),
        ("not-in-log", "absent"),
        ("log-unchecked", "fetched"),
    }


GROUPS = (
    {"key-compromised"},
    {"out-of-scope"},
    {"not-in-log"},
    {"revoked", "superseded", "suspended"},
    {"expired", "not-yet-valid"},
    {"conflict"},
    {"clock-wrong"},
    {"key-unchecked"},
    {"trust-expired"},
    {"log-unchecked"},
    {"status-stale"},
)
"""Steps 6 to 10 and the ambers, in the order of judgement; reasons of one group never meet."""


def test_every_two_neighbours_of_the_order_meet_in_a_case() -> None:
    met = set()
    for case in CASES:
        reasons = [ORDER[c][0] for c in case["name"].split("-and-") if c in ORDER]
        met |= {frozenset(pair) for pair in combinations(reasons, 2)}
    for first, second in pairwise(GROUPS):
        for pair in product(first, second):
            assert frozenset(pair) in met, pair


def test_certificate_hash_is_plain_sha256() -> None:
    assert verify.certificate_hash(b"") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
