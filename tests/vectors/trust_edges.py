"""Trust documents at the edge of a rule: the least that is sound, and what is one short of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signing.keys import Vkey
from tests.vectors.trust_documents import FINAL, Found, note_of, said
from tests.vectors.world import LOG, b64, issuer, key, malformed, ok, sha256, trust_fields, vkey

ID_TWINS = (30_052, 25_433)
"""Numbers in the names of two approvers whose note key ids are the same."""


def edges() -> Iterator[Found]:
    same_id = [vkey(f"approver/{n}", f"approver {k}").text for k, n in enumerate(ID_TWINS, 1)]
    fields = trust_fields(approvers=same_id)
    yield "key-id-shared-under-two-names", note_of(fields), ok(said(fields))
    fields = trust_fields(max_age=1)
    yield "max-age-of-a-second", note_of(fields), ok(said(fields))
    first: dict[str, Any] = {"size": 1, "root": b64(sha256(b"early root"))}
    fields = trust_fields(issuers=[issuer("issuer active", status="retired", final=first)])
    held = {"size": 1, "root": sha256(b"early root").hex()}
    told = said(fields)["issuers"][0] | {"status": "retired", "final": held}
    yield "final-size-1", note_of(fields), ok(said(fields, issuers=[told]))
    strange = Vkey("lain.example/log", key("old log").public)
    ended = {"origin": strange.name, "vkey": strange.text, "final": FINAL}
    fields = trust_fields(logs=[ended, {"origin": LOG.name, "vkey": LOG.text}])
    yield "log-ended-of-another-registry", note_of(fields), malformed("trust-log")
    below = {"lsps": [9001, -1]}
    fields = trust_fields(issuers=[issuer("issuer active", scope=below)])
    yield "issuer-scope-lsps-negative", note_of(fields), malformed("json*")
