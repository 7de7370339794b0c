"""The console blocks of README.md, run in a copy of the project as a reader would run them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.console import Command, commands, matches, run

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = """\
Text.

```console
$ echo one
one
$ printf 'a\\nb\\nc\\n'
a
...
$ mkdir -p inner && cd inner
```

<!-- not tested: it waits for ever -->
```console
$ sleep 1000000
```

<!-- tested as: echo "took 12 ms" -->
<!-- exits: 3 -->
```console
$ something slow
took ... ms
$ basename "$PWD"; exit 3
inner
```

```python
no = "console"
```
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's files as they stand, with their times, and the environment they run in."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    copy = tmp_path / "absah"
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    shutil.copytree(ROOT / "site_templates" / "dist", copy / "site_templates" / "dist")
    for linked in (".venv", "site_templates/node_modules"):
        (copy / linked).symlink_to(ROOT / linked)
    return copy


@pytest.mark.readme
def test_readme_commands_do_what_it_shows(copy: Path, tmp_path: Path) -> None:
    tried = list(commands((ROOT / "README.md").read_text("utf-8")))
    for command in tried:
        outcome = run(command, copy, tmp_path / "place", str(ROOT / ".venv" / "bin"))
        where = f"README.md:{command.line}: $ {command.text}\n{outcome.printed}"
        assert outcome.code == command.exits, where
        assert matches(command.shown, outcome.printed), f"{where}\nshown:\n{command.shown}"
    print(f"{len(tried)} commands of README.md")
    assert len(tried) >= 2


def test_blocks_are_read_with_their_rules() -> None:
    assert list(commands(BLOCKS)) == [
        Command(4, "echo one", "one\n"),
        Command(6, "printf 'a\\nb\\nc\\n'", "a\n...\n"),
        Command(9, "mkdir -p inner && cd inner", ""),
        Command(20, 'echo "took 12 ms"', "took ... ms\n"),
        Command(22, 'basename "$PWD"; exit 3', "inner\n", exits=3),
    ]
    with pytest.raises(ValueError, match="line 2: a console block without"):
        list(commands("```console\nno prompt\n```\n"))


def test_blocks_run_in_one_place_and_are_compared(tmp_path: Path) -> None:
    outcomes = [(c, run(c, tmp_path, tmp_path / "place", "")) for c in commands(BLOCKS)]
    assert [o.code for _, o in outcomes] == [0, 0, 0, 0, 3]
    assert all(matches(c.shown, o.printed) for c, o in outcomes[:4])
    assert not matches("two\n", "one\n")
    assert not matches("one\n", "one\ntwo\n")
    assert not matches("took ... ms\n", "took long\n")
    assert matches("...\nend\n", "end\n")
