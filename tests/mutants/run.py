"""All mutants of a package through their judges, and the figures."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import CodeType

import pytest

from tests.mutants import judge, operators
from tests.mutants.judge import KILLED, SURVIVED, TIMED_OUT, Asked, Chosen, Suite, Traced
from tests.mutants.operators import Mutant

WANTED = 95.0
STARTING = 60
"""Processor time for what a process does before its first test."""
Key = tuple[str, str, str, str]


def equivalents(path: Path) -> dict[Key, str]:
    """Mutants that no test can notice, with the reason, from a list."""
    found: dict[Key, str] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("equivalent", []):
        for change in entry["changes"]:
            key = entry["module"], entry.get("in", ""), entry["line"], change
            if key in found or not entry["why"]:
                raise ValueError(f"listed twice, or without a reason: {key}")
            found[key] = entry["why"]
    return found


class Run:
    """One run over some modules of a package."""

    def __init__(self, suite: Suite, names: Sequence[str]) -> None:
        self.suite, self.names = suite, names
        self.said: dict[Key, str] = {}
        self.entered: dict[str, set[tuple[str, int]]] = {}
        self.took: dict[str, float] = {}
        self.inside: list[tuple[Mutant, CodeType]] = []

    def judge(self) -> dict[Key, str]:
        """What becomes of every mutant. RuntimeError unless every test passes as things are."""
        self.trace()
        for name in self.names:
            path = self.suite.source(name)
            tree, mutants = operators.mutants(name, path.read_text("utf-8"))
            as_it_is = compile(tree, path, "exec")
            for mutant in mutants:
                self.said[mutant.key] = ""  # in the order of the source
                code = operators.compiled(tree, mutant, str(path))
                if judge.fits(code, as_it_is, mutant):
                    self.inside.append((mutant, code))
                else:
                    self.at_import(mutant, path, code)
        self.suite.run(Asked(self.suite, self.took, self.all_inside))
        if not all(self.said.values()):
            raise RuntimeError("not every mutant was judged")
        return self.said

    def trace(self) -> None:
        """Which test enters which function, and how long it takes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "traced.json")

            def traced() -> int:
                plugin = Traced(self.suite)
                code = self.suite.run(plugin)
                path.write_text(json.dumps([code, plugin.failed, plugin.entered, plugin.took]))
                return 0

            judge.forked(traced, seconds=600)
            if not path.exists():
                raise RuntimeError("the tests do not come to an end")
            code, failed, entered, self.took = json.loads(path.read_text())
        if code or failed or not self.took:
            raise RuntimeError(f"the tests fail as they are: {code} {failed[:5]}")
        self.entered = {test: {(m, n) for m, n in places} for test, places in entered.items()}

    def at_import(self, mutant: Mutant, path: Path, code: CodeType) -> None:
        """Judge a change that is there from the first import on; the module's own tests first."""

        def run(files: Sequence[Path]) -> int:
            judge.import_as(f"{self.suite.package.name}.{mutant.module}", path, code)
            chosen = Chosen(self.suite, self.took, mutant.module)
            found = self.suite.run(chosen, files=files, extra=["-x"])
            return int(found not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED))

        own = self.suite.tests_of(mutant.module)
        said = judge.forked(lambda: run(own), STARTING) if own else SURVIVED
        self.tell(mutant, said if said != SURVIVED else judge.forked(lambda: run([]), STARTING))

    def all_inside(self, asked: Asked) -> None:
        """Judge the changes inside functions, in a process with every test at hand."""
        for mutant, code in self.inside:
            asked.first = mutant.module
            items = sorted(
                (i for i in asked.items if self.enters(i.nodeid, mutant)), key=asked.rank
            )

            def run(
                m: Mutant = mutant, c: CodeType = code, items: list[pytest.Item] = items
            ) -> int:
                judge.put_into(self.suite.package.name, m.module, m.scope, c)
                return asked.ask(items)

            self.tell(mutant, judge.forked(run, STARTING) if items else SURVIVED)

    def enters(self, test: str, mutant: Mutant) -> bool:
        """Whether a test enters the function of a mutant."""
        return any(m == mutant.module and n in mutant.lines for m, n in self.entered[test])

    def tell(self, mutant: Mutant, said: str) -> None:
        """Keep what was said; survivors are told at once, for a run takes long."""
        self.said[mutant.key] = said
        if said == SURVIVED:
            print(" | ".join(mutant.key), file=sys.stderr, flush=True)


def judged(suite: Suite, names: Sequence[str], listed: dict[Key, str]) -> int:
    """Judge the modules, print what is found, and how long it took; what :func:`report` says."""
    begun = time.monotonic()
    said = Run(suite, names).judge()
    print(f"\n{time.monotonic() - begun:.0f} s")
    return report(names, said, listed)


def report(names: Sequence[str], said: dict[Key, str], listed: dict[Key, str]) -> int:
    """Print figures and survivors; 1 below what is wanted, or where the list is not true."""
    listed = {key: why for key, why in listed.items() if key[0] in names}
    for name in names:
        print(figures(name, {k: v for k, v in said.items() if k[0] == name}, listed)[0])
    line, share = figures("all", said, listed)
    print(line)
    for key, what in said.items():
        if what == SURVIVED and key not in listed:
            print("survived: " + " | ".join(key))
    untrue = [key for key in listed if said.get(key) != SURVIVED]
    for key in untrue:
        print(f"listed as equivalent, but {said.get(key, 'not there')}: " + " | ".join(key))
    return int(bool(untrue) or share < WANTED)


def figures(name: str, said: dict[Key, str], listed: dict[Key, str]) -> tuple[str, float]:
    """A line about some mutants, and the share that counts, in percent."""
    count = Counter("equivalent" if k in listed and v == SURVIVED else v for k, v in said.items())
    killed, equivalent = count[KILLED] + count[TIMED_OUT], count["equivalent"]
    share = 100 * killed / max(1, len(said) - equivalent)
    return (
        f"{name}: {len(said)} mutants, {killed} killed ({count[TIMED_OUT]} by time), "
        f"{equivalent} equivalent, {count[SURVIVED]} survived: {share:.1f} % of all that differ, "
        f"{100 * killed / max(1, len(said)):.1f} % of all"
    ), share
