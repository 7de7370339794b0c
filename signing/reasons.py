"""The closed set of words in which every verifier of this project answers.

Page, command line, JSON and test vectors use these words and no others (docs/verdicts.md).
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How a reason is shown: colour, icon and word, never colour alone."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Reason(StrEnum):
    """Why a code got its verdict. Declared in the order of docs/verdicts.md."""

    FOREIGN_CODE = "foreign-code"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE_MISMATCH = "signature-mismatch"
    KEY_COMPROMISED = "key-compromised"
    OUT_OF_SCOPE = "out-of-scope"
    NOT_IN_LOG = "not-in-log"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    CONFLICT = "conflict"
    CLOCK_WRONG = "clock-wrong"
    KEY_UNCHECKED = "key-unchecked"
    TRUST_EXPIRED = "trust-expired"
    LOG_UNCHECKED = "log-unchecked"
    STATUS_STALE = "status-stale"
    VALID = "valid"
    TOO_NEW = "too-new"
    OTHER_CODE = "other-code"
    MALFORMED = "malformed"

    @property
    def level(self) -> Level:
        """The level at which this reason is shown."""
        return _LEVELS[self]


_RED = "foreign-code unknown-key signature-mismatch key-compromised out-of-scope not-in-log"
_RED += " revoked superseded suspended expired not-yet-valid"
_AMBER = "conflict clock-wrong key-unchecked trust-expired log-unchecked status-stale"
_GREY = "too-new other-code malformed"
_LEVELS = {
    Reason(word): level
    for level, words in (
        (Level.RED, _RED),
        (Level.AMBER, _AMBER),
        (Level.GREEN, "valid"),
        (Level.GREY, _GREY),
    )
    for word in words.split()
}


class Malformed(ValueError):
    """Bytes are not one of our objects, or not in their one permitted form.

    ``code`` is a short word for the rule that was broken; vectors and both languages share it.
    """

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code, why)  # as given, so that it crosses processes unchanged
        self.code = code
        self.why = why

    def __str__(self) -> str:
        return f"{self.code}: {self.why}" if self.why else self.code


class TooNew(Malformed):
    """Signed by a key that is known, but in a later format than this software reads."""


class Refused(Exception):
    """A certificate was not accepted. ``reason`` says why; it is never ``valid``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
