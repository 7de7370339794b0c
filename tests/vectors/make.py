"""Make the vector files: ``python -m tests.vectors.make`` compares, ``--write`` rewrites.

Exit 0 when the files on disk are what the generators give, else 1 with a list of differences.

Every file is ``{"about": ..., <tables of shared objects>, "cases": [...]}``; a case has a name, its
inputs (hex, base64, strings, whole numbers) and ``expect``, which mostly is one of

- ``{"ok": value}``: it is read, and this is what it says;
- ``{"malformed": code}`` or ``{"too-new": code}``: it is refused with this code. A code that ends
  in ``*`` stands for every code that begins with the part before: there the two languages meet
  different rules first.

Expectations are written down by hand or worked out by a second, plain definition, never by the code
under test. All keys are test keys: the seed of each is the SHA-256 of a public label.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FILES = (
    "canonical",
    "fragments",
    "addresses",
    "keys",
    "certificates",
    "notes",
    "trust",
    "merkle",
    "checkpoints",
    "status",
    "build_notes",
    "verdicts",
)


def text_of(name: str) -> str:
    """What the file of that name has to hold. ASCII, so that no editor can change it unseen."""
    document = importlib.import_module(f"tests.vectors.{name}_cases").document()
    names = [case["name"] for case in document["cases"]]
    twice = {case for case in names if names.count(case) > 1}
    if twice:
        raise ValueError(f"{name}: two cases are called {sorted(twice)}")
    return json.dumps(document, indent=1) + "\n"


def load(name: str) -> dict[str, Any]:
    """A vector file as it lies on disk."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("ascii"))
    return document


def differences() -> list[str]:
    """One line for each file that is missing, other or left over."""
    found = []
    for name in FILES:
        path, wanted = FOLDER / f"{name}.json", text_of(name)
        held = path.read_text("ascii") if path.exists() else None
        if held is None:
            found.append(f"{path.name}: missing")
        elif held != wanted:
            found.append(f"{path.name}: {_first_difference(json.loads(held), json.loads(wanted))}")
    left = {path.stem for path in FOLDER.glob("*.json")} - set(FILES)
    return [*found, *(f"{name}.json: nothing makes it" for name in sorted(left))]


def _first_difference(held: dict[str, Any], wanted: dict[str, Any]) -> str:
    have, want = ({case["name"]: case for case in d["cases"]} for d in (held, wanted))
    cases = [name for name in {**have, **want} if have.get(name) != want.get(name)]
    tables = [name for name in {**held, **wanted} if held.get(name) != wanted.get(name)]
    return f"differs in cases {cases[:5]}" if cases else f"differs in {tables or 'its form'}"


def main(arguments: Sequence[str]) -> int:
    if arguments == ["--write"]:
        for name in FILES:
            (FOLDER / f"{name}.json").write_text(text_of(name), "ascii", newline="\n")
        return 0
    if arguments:
        print("usage: python -m tests.vectors.make [--write]", file=sys.stderr)
        return 2
    found = differences()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
