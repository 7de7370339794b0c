"""trust.json: documents and walks (docs/formats.md section 4, T1 to T5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vectors import trust_documents
from tests.vectors.trust_edges import edges
from tests.vectors.trust_walks import walks
from tests.vectors.world import b64

ABOUT = (
    "`chain`: base64 of notes. The first is taken as anchor, each next one is a step from the one "
    "before; all but the last are sound. `ok`: what the last document says; digests, kids and "
    "keys in hex, times in seconds, null for a scope list that is absent. `malformed` and "
    "`too-new`: why the last one is refused."
)
Case = dict[str, Any]


def _documents() -> Iterator[tuple[str, list[bytes], dict[str, Any]]]:
    for name, data, expect in trust_documents.sound():
        yield name, [data], expect
    for name, data, expect in trust_documents.broken():
        yield name, [data], expect
    for name, data, expect in edges():
        yield name, [data], expect


def document() -> dict[str, Any]:
    every = [*_documents(), *walks()]
    return {
        "about": ABOUT,
        "cases": [
            {"name": name, "chain": [b64(data) for data in chain], "expect": expect}
            for name, chain, expect in every
        ],
    }
