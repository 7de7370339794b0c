"""Reads and runs the console blocks of a Markdown file: documentation that a test proves.

A block is fenced as ``console``; a line ``$ COMMAND`` is run by bash, the lines below it are what
it must print (standard output and error together). ``...`` stands for any text, on a line of its
own for any lines. Nothing shown means: whatever it prints. Blocks of one file share a folder, and
a ``cd`` lasts. A command must succeed, unless a comment above the block says otherwise:

    <!-- exits: 1 -->             its last command ends with 1
    <!-- tested as: COMMAND -->   run this in place of its first command
    <!-- not tested: REASON -->   the block is not run
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

BLOCK = re.compile(
    r"^(?P<comments>(?:<!-- [^\n]* -->\n+)*)```console\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMENT = re.compile(r"<!-- (?P<word>exits|tested as|not tested): (?P<rest>.+?) -->")
TIMEOUT = 300


@dataclass(frozen=True)
class Command:
    """One command of a block, where it stands, and what it must do."""

    line: int
    text: str
    shown: str
    exits: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit code and everything that it printed."""

    code: int
    printed: str


def commands(markdown: str) -> Iterator[Command]:
    """The commands of all blocks that are to be run, in their order."""
    for block in BLOCK.finditer(markdown):
        rules = {found["word"]: found["rest"] for found in COMMENT.finditer(block["comments"])}
        if "not tested" in rules:
            continue
        line = markdown.count("\n", 0, block.start("body")) + 1
        found = _split(block["body"], line)
        if not found:
            raise ValueError(f"line {line}: a console block without a `$ ` line")
        if "tested as" in rules:
            found[0] = replace(found[0], text=rules["tested as"])
        found[-1] = replace(found[-1], exits=int(rules.get("exits", "0")))
        yield from found


def _split(body: str, first_line: int) -> list[Command]:
    found: list[Command] = []
    for line, text in enumerate(body.splitlines(), first_line):
        if text.startswith("$ "):
            found.append(Command(line, text[2:], ""))
        elif text.startswith("> ") and found and not found[-1].shown:
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{text[2:]}")
        elif found:
            found[-1] = replace(found[-1], shown=f"{found[-1].shown}{text}\n")
    return found


def run(command: Command, folder: Path, place: Path, path: str) -> Outcome:
    """Runs a command where the one before it left off.

    ``place`` is a file that keeps the current folder between commands (``folder`` at first), and
    ``path`` is put before PATH.
    """
    start = Path(place.read_text("utf-8")) if place.exists() else folder
    script = f'{command.text}\nstatus=$?\npwd > "{place}.new"\nexit "$status"'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=start,
        env={**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )
    moved = place.with_name(f"{place.name}.new")
    if moved.exists():
        place.write_text(moved.read_text("utf-8").rstrip("\n"), "utf-8")
    return Outcome(done.returncode, done.stdout)


def matches(shown: str, printed: str) -> bool:
    """Whether ``printed`` is what the documentation shows, up to blanks at line ends."""
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
        for line in lines
    )
    trimmed = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return not lines or re.fullmatch(pattern, trimmed) is not None
