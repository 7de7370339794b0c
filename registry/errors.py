"""What went wrong, said to a person: one sentence, one hint, in Indonesian and English.

The command line prints ``absah: <what>: <why>`` and ``absah: hint: <hint>``. The module imports
nothing, so that a verifier's machine can use it without the publisher's libraries.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Words(NamedTuple):
    """One sentence in the languages of the people who run a registry."""

    en: str
    id: str
    ja: str = ""
    """Where employers and auditors in Japan may meet it; the publisher's tools speak id and en."""

    def say(self, language: str) -> str:
        """The sentence in ``language``; the English one where there is none."""
        said = {"id": self.id, "ja": self.ja}.get(language, "")
        return said or self.en


NO_HINT = Words("", "")


class UserError(Exception):
    """A refusal that its reader can act on. Nothing was written.

    ``code`` is a short kebab-case word that tests and ``--json`` rely on, ``what`` names the thing
    (a file, a key, an index), ``why`` and ``hint`` are sentences without a full stop.
    ``exit_code`` is 1 refused, 2 usage, 3 could not decide.
    """

    def __init__(
        self, code: str, what: str, why: Words, hint: Words = NO_HINT, *, exit_code: int = 1
    ) -> None:
        super().__init__(f"{what}: {why.en}")
        self.code = code
        self.what = what
        self.why = why
        self.hint = hint
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[Any, ...]:
        # From another process it comes as what it says, whichever class said it.
        return _said_again, (self.code, self.what, self.why, self.hint, self.exit_code)


def _said_again(code: str, what: str, why: Words, hint: Words, exit_code: int) -> UserError:
    return UserError(code, what, why, hint, exit_code=exit_code)
