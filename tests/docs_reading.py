"""What documents say, in the few forms that tests/test_docs.py compares with the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
EVERYWHERE = {"--help", "--lang"}
"""Options of every command, documented once."""
_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_OPTION = re.compile(r"--[a-z][a-z-]*")


def documents() -> list[Path]:
    """README, the house's other pages, and everything below docs."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def links(markdown: str) -> list[str]:
    """Targets of links and images outside code, without their anchors; other sites left out."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", markdown))
    targets = [target.partition("#")[0] for target in _LINK.findall(prose)]
    return [target for target in targets if target and "://" not in target]


def sections(markdown: str, level: int) -> dict[str, str]:
    """Text below each heading of one level, up to the next heading of that level or above."""
    hidden = _FENCE.sub(lambda match: re.sub("^#", " ", match[0], flags=re.MULTILINE), markdown)
    found: dict[str, str] = {}
    heading = re.compile(rf"^#{{{level}}} (.+)$", re.MULTILINE)
    for match in heading.finditer(hidden):
        rest = hidden[match.end() :]
        after = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
        found[match[1]] = rest[: after.start()] if after else rest
    return found


def fenced(markdown: str) -> list[str]:
    """The content of every fenced block."""
    return _FENCE.findall(markdown)


def rows(markdown: str) -> list[list[str]]:
    """The cells of every table row, headers and rulers left out."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rulers = {at for at, row in enumerate(cells) if all(re.fullmatch("-+", cell) for cell in row)}
    return [row for at, row in enumerate(cells) if at not in rulers and at + 1 not in rulers]


def words(cell: str) -> list[str]:
    """Every word in code quotes."""
    return [word for quoted in re.findall(r"`([^`]+)`", cell) for word in quoted.split()]


def options(text: str) -> set[str]:
    """Every option that a text names."""
    return set(_OPTION.findall(text))


def commands(group: click.Group, name: str = "absah") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        elif command is not None:
            yield f"{name} {word}", command


def options_of(command: click.Command) -> set[str]:
    """The options that a command shows."""
    shown = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    return {word for option in shown for word in (*option.opts, *option.secondary_opts)}


def fault_codes(folder: Path) -> set[str]:
    """Every code under which the modules of a folder refuse an object."""
    found = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name):
                first = node.args[0]
                refuses = node.func.id in ("Malformed", "TooNew")
                if refuses and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found
