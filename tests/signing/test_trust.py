"""Trust documents and walks against trust.json."""

from __future__ import annotations

from typing import Any

import pytest

from signing import trust
from signing.canonical import b64decode
from signing.reasons import Malformed
from tests.signing.vector_files import Case, agrees, answer, cases, named
from tests.vectors import trust_documents
from tests.vectors.trust_documents import FINAL
from tests.vectors.world import LOG, key, trust_fields, vkey

CASES = cases("trust")


def _final(final: trust.Final | None) -> dict[str, Any] | None:
    return None if final is None else {"size": final.size, "root": final.root.hex()}


def _issuer(issuer: trust.Issuer) -> dict[str, Any]:
    return {
        "kid": issuer.kid.hex(),
        "x": issuer.x.hex(),
        "lsps": None if issuer.lsps is None else list(issuer.lsps),
        "schemes": None if issuer.schemes is None else list(issuer.schemes),
        "begins": issuer.begins,
        "until": issuer.until,
        "status": issuer.status,
        "final": _final(issuer.final),
    }


def _told(document: trust.TrustDocument) -> dict[str, Any]:
    return {
        "id": document.id,
        "addresses": list(document.addresses),
        "version": document.version,
        "previous": document.previous,
        "issued": document.issued,
        "expires": document.expires,
        "threshold": document.threshold,
        "roots": len(document.roots),
        "issuers": [_issuer(issuer) for issuer in document.issuers],
        "publishers": len(document.publishers),
        "logs": [{"vkey": entry.key.text, "final": _final(entry.final)} for entry in document.logs],
        "max_age": document.max_age,
        "demo": document.demo,
        "digest": document.digest,
    }


@pytest.mark.parametrize("case", CASES, ids=named)
def test_vector(case: Case) -> None:
    *before, last = [b64decode(text) for text in case["chain"]]
    current = None
    for data in before:
        current = trust.anchor(data) if current is None else trust.step(current, data)
    walked = current
    given = answer(
        lambda: _told(trust.anchor(last) if walked is None else trust.step(walked, last))
    )
    assert agrees(given, case["expect"])


def test_enough_wrong_documents_were_tried() -> None:
    wrong = [case for case in CASES if "ok" not in case["expect"]]
    print(f"{len(wrong)} wrong documents and steps")
    assert len(wrong) >= 200


def test_text_of_is_what_a_reader_takes() -> None:
    fields = trust_fields()
    assert trust.text_of(fields) == trust_documents.text_of(fields)
    document = trust.parse(trust_documents.note_of(fields))
    assert trust.text_of(fields) == document.text


def test_a_text_is_shown_before_anybody_has_signed() -> None:
    document = trust.read_text(trust.text_of(trust_fields()))
    assert document.text == trust.text_of(trust_fields())
    with pytest.raises(Malformed, match="trust"):
        trust.read_text("absah-trust/v1\n{}\n")


def test_issuer_and_log_of_a_document() -> None:
    document = trust.anchor(trust_documents.note_of(trust_fields()))
    [issuer] = document.issuers
    assert document.issuer(issuer.kid) == issuer
    assert document.issuer(b"none") is None
    assert document.log.public == key("log").public


def test_the_last_log_key_signs_checkpoints() -> None:
    ended = {"origin": LOG.name, "vkey": vkey("log", "old log").text, "final": FINAL}
    fields = trust_fields(logs=[ended, {"origin": LOG.name, "vkey": LOG.text}])
    assert trust.anchor(trust_documents.note_of(fields)).log == LOG


def test_a_threshold_that_nobody_can_reach_is_seen_before_anybody_signs() -> None:
    roots = trust_fields()["roots"] | {"threshold": 4}
    with pytest.raises(Malformed, match="trust-threshold: the threshold is above"):
        trust.read_text(trust.text_of(trust_fields(roots=roots)))


def test_scope() -> None:
    [issuer] = trust.anchor(trust_documents.note_of(trust_fields())).issuers
    assert issuer.covers(9001, "DEMO/juru-las")
    assert not issuer.covers(9003, "DEMO/juru-las")
    assert not issuer.covers(9001, "DEMO/juru-la")
