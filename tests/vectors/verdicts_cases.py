"""verdicts.json: every reason, variant and answer, and every pair of reasons in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vectors import verdict_pairs, verdict_single, verdict_texts
from tests.vectors.verdict_world import World

ABOUT = (
    "judge(evidence, now) of docs/verdicts.md. A case names its evidence in the tables: `text` "
    "(in `texts`), `trust` (a note, base64), `build` (its `note`, verified under `trust`), "
    "`checkpoint`, `list`, `entry` (leaf hash found at the index and its inclusion proof) and "
    "`prefix` (proof of the root at the size where the issuer key was closed); `walked`, "
    "`fetched`, `conflict`, `ahead`, `too_new` are flags. What a case does not name is not at "
    "hand, a flag not named is false. Every document in the tables verifies. `certificate` says "
    "whether the data may be shown, `moment` is t."
)


def document() -> dict[str, Any]:
    world = World()
    cases = [_ordered(case) for case in _cases(world)]
    return {"about": ABOUT, **world.tables(), "cases": cases}


def _cases(world: World) -> Iterator[dict[str, Any]]:
    yield from verdict_single.cases(world)
    yield from verdict_texts.cases(world)
    yield from verdict_pairs.cases(world)


def _ordered(case: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not at hand, and put the expectation last."""
    expect = case.pop("expect")
    return {**{k: v for k, v in case.items() if v is not None and v is not False}, "expect": expect}
