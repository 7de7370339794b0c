"""The tool behind ``make mutants``: it tells what is held from what is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import operators, run

ROOT = Path(__file__).resolve().parents[1]
MODULE = '''\
"""A module of its own."""

from functools import lru_cache

LIMIT = 3
UNUSED = 7


class Room:
    @property
    def name(self) -> str:
        return "room"


def fits(count: int) -> bool:
    if count < 0:
        raise ValueError("words for people")
    return count <= LIMIT


def waits(count: int) -> int:
    while count:
        count = count - count
    return count


@lru_cache(maxsize=8)
def doubled(count: int) -> int:
    def twice() -> int:
        return 2 * count

    return twice()
'''
TESTS = """\
import pytest

from toy.sums import Room, doubled, fits, waits

assert doubled(4) == 8  # cached before any change


def test_limit():
    assert fits(3) and not fits(4)


def test_error():
    with pytest.raises(ValueError):
        fits(-2)


def test_the_rest():
    assert waits(3) == 0
    assert doubled(4) == 8
    assert Room().name == "room"


@pytest.mark.skip
def test_zero():
    assert fits(0)
"""
JUDGE = """\
import sys
from pathlib import Path
from tests.mutants import judge, run

root = Path(sys.argv[1])
listed = run.equivalents(root / "equivalent.toml")
suite = judge.Suite(package=root / "toy", tests=root, seconds=3)
sys.exit(run.judged(suite, ["sums"], listed))
"""
LISTED = """\
[[equivalent]]
module = "sums"
line = "UNUSED = 7"
changes = ["7 -> 8", "7 -> 6"]
why = "nobody reads it"

[[equivalent]]
module = "sums"
in = "doubled"
line = "@lru_cache(maxsize=8)"
changes = ["8 -> 9", "8 -> 7"]
why = "how much is kept changes no answer"
"""
UNHELD = [
    "survived: sums | fits | if count < 0: | count < 0 -> count <= 0",
    "survived: sums | fits | if count < 0: | 0 -> 1",
    "survived: sums | fits | if count < 0: | 0 -> -1",
]
"""What the tests of the toy leave open: whether 0 and -1 fit."""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").touch()
    (tmp_path / "toy" / "sums.py").write_text(MODULE, "utf-8")
    (tmp_path / "test_sums.py").write_text(TESTS, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n", "utf-8")
    (tmp_path / "equivalent.toml").write_text(LISTED, "utf-8")
    return tmp_path


def judged(toy: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", JUDGE, str(toy)],
        cwd=toy,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str], word: str) -> list[str]:
    return [line for line in done.stdout.splitlines() if line.startswith(word)]


def test_a_change_that_no_test_notices_is_told_and_the_others_are_killed(toy: Path) -> None:
    done = judged(toy)
    assert told(done, "survived") == UNHELD, done.stdout + done.stderr
    [line] = told(done, "sums: ")
    assert line == (
        "sums: 25 mutants, 18 killed (1 by time), 4 equivalent, 3 survived: "
        "85.7 % of all that differ, 72.0 % of all"
    )
    assert done.returncode == 1


def test_with_the_missing_tests_all_are_killed(toy: Path) -> None:
    tests = TESTS.replace("@pytest.mark.skip\n", "").replace("fits(-2)", "fits(-1)")
    (toy / "test_sums.py").write_text(tests, "utf-8")
    done = judged(toy)
    assert told(done, "all: ")[0].endswith(": 100.0 % of all that differ, 84.0 % of all")
    assert (done.returncode, told(done, "survived"), told(done, "listed")) == (0, [], [])


KEYS = [("m", "f", "x = 1", f"1 -> {n}") for n in range(100)]


@pytest.mark.parametrize(("killed", "code"), [(95, 0), (94, 1)])
def test_too_many_survivors_fail(killed: int, code: int) -> None:
    said = {key: "killed" if n < killed else "survived" for n, key in enumerate(KEYS)}
    assert run.report(["m"], said, {}) == code


def test_what_is_listed_must_survive(capsys: pytest.CaptureFixture[str]) -> None:
    said = dict.fromkeys(KEYS[:98], "timed out") | {KEYS[98]: "survived"}
    assert run.report(["m"], said, {KEYS[98]: "why"}) == 0
    assert "100.0 % of all that differ, 99.0 % of all" in capsys.readouterr().out
    assert run.report(["m"], said, {KEYS[0]: "why", KEYS[99]: "why"}) == 1
    assert "\n".join(capsys.readouterr().out.splitlines()[-2:]) == (
        "listed as equivalent, but timed out: m | f | x = 1 | 1 -> 0\n"
        "listed as equivalent, but not there: m | f | x = 1 | 1 -> 99"
    )
    assert run.report(["other"], {}, {KEYS[0]: "why"}) == 1  # nothing was judged at all


def test_tests_that_fail_already_judge_nothing(toy: Path) -> None:
    (toy / "test_sums.py").write_text(TESTS + "\n\ndef test_wrong():\n    assert not fits(1)\n")
    done = judged(toy)
    assert done.returncode == 1
    assert "the tests fail as they are" in done.stderr
    assert not told(done, "all: ")


def test_each_equivalent_is_listed_once_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.toml"
    for wrong in (LISTED + LISTED, LISTED.replace("nobody reads it", "")):
        path.write_text(wrong, "utf-8")
        with pytest.raises(ValueError, match="listed twice, or without a reason"):
            run.equivalents(path)


def test_what_is_listed_is_there() -> None:
    listed = run.equivalents(ROOT / "tests" / "mutants" / "equivalent.toml")
    there = {
        mutant.key
        for path in (ROOT / "signing").glob("*.py")
        for mutant in operators.mutants(path.stem, path.read_text("utf-8"))[1]
    }
    assert len(listed) > 50
    assert listed.keys() - there == set()


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in operators.mutants("m", source)[1]]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("x = a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("x = a and b", ["a and b -> a or b", "a and b -> b", "a and b -> a"]),
        ("x = not a", ["not a -> a"]),
        ("x = a[1:]", ["1: -> :", "1 -> 2", "1 -> 0"]),
        ("x = b'a'", ["b'a' -> b'aX'"]),
        ("x = {1: a}", ["{1: a} -> {}", "1 -> 2", "1 -> 0"]),
        ("x += y", ["x += y -> nothing", "x += y -> x -= y"]),
        ("f(a)", ["f(a) -> nothing"]),
        ("x = f(a, b=c)", ["f(a, b=c) -> f(a)"]),
        ("x = any(a)", ["any(a) -> all(a)"]),
        ("x = a if b else c", ["b -> not b"]),
        (
            "raise Malformed('a', 'words')",
            ["raise Malformed('a', 'words') -> nothing", "'a' -> 'aX'"],
        ),
        ("def f() -> bool:\n    return a", ["return a -> return True", "return a -> return False"]),
        ("def f() -> int:\n    'words'\n    return a", ["return a -> return None"]),
        ("x: Literal['a'] = b", []),
        ("Tile = tuple[int, int]", []),
    ],
)
def test_changes_of_a_source(source: str, wanted: list[str]) -> None:
    assert changes(source) == wanted


def test_a_tree_is_as_it_was_after_a_change() -> None:
    tree, [more, _] = operators.mutants("m", "x = 1\n")
    made: dict[str, int] = {}
    exec(operators.compiled(tree, more, "m.py"), made)
    assert made["x"] == 2
    exec(compile(tree, "m.py", "exec"), made)
    assert made["x"] == 1
