"""The closed set of words."""

from __future__ import annotations

import pickle

from signing.reasons import Level, Malformed, Reason, Refused, TooNew


def test_every_reason_has_a_level() -> None:
    levels = {reason: reason.level for reason in Reason}
    assert [reason for reason, level in levels.items() if level is Level.GREEN] == [Reason.VALID]
    counts = {level: list(levels.values()).count(level) for level in Level}
    assert counts == {Level.GREEN: 1, Level.AMBER: 6, Level.RED: 11, Level.GREY: 3}


def test_words_are_kebab() -> None:
    for reason in Reason:
        assert reason.value == reason.name.lower().replace("_", "-")


def test_a_refusal_says_its_code_and_why() -> None:
    assert str(Malformed("frame")) == "frame"
    assert str(Malformed("frame", "too long")) == "frame: too long"
    assert TooNew("trust", "a later header").code == "trust"
    assert isinstance(TooNew("trust"), Malformed)
    assert str(Refused(Reason.REVOKED)) == "revoked"


def test_a_refusal_crosses_processes() -> None:
    refused = pickle.loads(pickle.dumps(Refused(Reason.REVOKED)))
    assert refused.reason is Reason.REVOKED
    for refusal in (Malformed("frame", "too long"), TooNew("trust")):
        again = pickle.loads(pickle.dumps(refusal))
        assert (type(again), again.code, str(again)) == (type(refusal), refusal.code, str(refusal))
