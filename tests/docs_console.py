"""Runs the console blocks of a document one after the other, with the shell variables they set.

``tests.console`` gives every command a shell of its own. Here a line ``NAME=value`` holds for all
later commands of the document, as for a reader who types them into one terminal.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.console import Command, Outcome, commands, run

ASSIGNMENT = re.compile(r"([A-Z]+)=")


def outcomes(
    markdown: str, folder: Path, place: Path, path: str = ""
) -> Iterator[tuple[Command, Outcome]]:
    """Every command of the document as written, and what it did in ``folder``.

    ``place`` is a path that does not exist yet: the current folder and the values are kept there.
    ``path`` is put before PATH.
    """
    values: dict[str, str] = {}
    for command in commands(markdown):
        known = "".join(f"{name}={quoted(value)}\n" for name, value in values.items())
        assigned = ASSIGNMENT.match(command.text)
        if assigned:
            name = assigned[1]
            told = place.with_name(f"{place.name}.value")
            text = f'{known}{command.text} && printf %s "${name}" > "{told}"'
            yield command, run(replace(command, text=text), folder, place, path)
            values[name] = told.read_text("utf-8") if told.exists() else ""
        else:
            yield command, run(replace(command, text=known + command.text), folder, place, path)


def quoted(value: str) -> str:
    """A value as one word of the shell."""
    return "'" + value.replace("'", "'\\''") + "'"
