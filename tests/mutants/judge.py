"""Whether the tests notice a mutant: each is judged in a forked process, most-telling tests first.

A change inside a function is put into the function of a process that has everything imported and
nothing run: whoever holds the function runs the change. A change of what runs at import needs a
process in which the package was never imported. Only tests that enter the changed function are
asked. What a process may take is processor time, so that a busy machine kills nothing.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, cast

import pytest

from tests.mutants.operators import Mutant

MEMORY = 4 << 30
WALL = 3600
OPTIONS = (
    *("-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist"),
    # Hypothesis is imported once, before Pytest begins in any process; no assertion is explained.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning", "--assert=plain"),
)
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"


@dataclass(frozen=True)
class Suite:
    """The tests that judge, and the package they are about."""

    package: Path
    tests: Path
    """The folder of the tests; those of a module stand in ``test_<module>.py``."""
    first: Sequence[str] = ()
    """Tests that tell much about what any module has as it is imported."""
    marks: str = ""
    seconds: int = 2
    """Processor time that a test may take beyond ten times what it took before any change."""
    left_out: frozenset[str] = frozenset()
    """Names of tests that are not asked: what takes long and only repeats others."""

    def run(self, *plugins: object, files: Sequence[Path] = (), extra: Sequence[str] = ()) -> int:
        """Pytest's exit code for some files of tests, or for all."""
        tests = map(str, files or [self.tests])
        options = [*OPTIONS, "-m", self.marks, f"--confcutdir={self.tests}", *extra, *tests]
        return int(pytest.main(options, plugins=list(plugins)))

    def tests_of(self, module: str) -> list[Path]:
        """The files of tests that are asked first about what runs at import."""
        files = [self.tests / f"test_{name}.py" for name in (module, *self.first)]
        return [path for path in files if path.exists()]

    def source(self, module: str) -> Path:
        """The file of a module of the package, named without the package."""
        return self.package / f"{module}.py"


def _function(module: ModuleType, scope: str) -> FunctionType:
    """The function of a scope, below property, class method and cache."""
    held: Any = module
    for name in scope.split("."):
        held = vars(held)[name]
    for wrapper in ("fget", "__func__", "__wrapped__"):
        held = getattr(held, wrapper, held)
    return cast("FunctionType", held)


def code_of(code: CodeType, scope: str) -> CodeType:
    """The code of the function of a scope inside the code of its module."""
    for name in scope.split("."):
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return code


def fits(code: CodeType, as_it_is: CodeType, mutant: Mutant) -> bool:
    """Whether the change can be put into a function that is imported already."""
    if not mutant.lines:
        return False
    return code_of(code, mutant.scope).co_freevars == code_of(as_it_is, mutant.scope).co_freevars


def put_into(package: str, module: str, scope: str, code: CodeType) -> None:
    """Let a function that is imported run as the mutant has it."""
    _function(sys.modules[f"{package}.{module}"], scope).__code__ = code_of(code, scope)
    forget(package)


def forget(package: str) -> None:
    """Empty what the functions of a package have cached."""
    for name, held in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for value in vars(held).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


class _Loader(SourceFileLoader):
    """Imports one module with the code of a mutant."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        return self.code

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self.name else None


def import_as(name: str, path: Path, code: CodeType) -> None:
    """From now on the module is imported with this code."""
    assert name not in sys.modules
    sys.meta_path.insert(0, cast("Any", _Loader(name, str(path), code)))


def forked(run: Callable[[], int], seconds: int) -> str:
    """What a process of its own says: 0 from ``run`` is survived, all else killed or timed out."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        status = 1
        try:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(nowhere, descriptor)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.alarm(WALL)
            status = run()
        finally:
            os._exit(status)
    _, told = os.waitpid(child, 0)
    if os.WIFSIGNALED(told) and os.WTERMSIG(told) in (signal.SIGPROF, signal.SIGALRM):
        return TIMED_OUT
    return SURVIVED if told == 0 else KILLED


class Chosen:
    """Pytest plugin of a forked process: which tests are asked, and that a fault ends it."""

    def __init__(
        self, suite: Suite, order: dict[str, float] | None = None, first: str = ""
    ) -> None:
        self.suite, self.order, self.first = suite, order or {}, first

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """No search for a smaller example: whether one fails is all that is asked."""
        from hypothesis import Phase, settings  # noqa: PLC0415

        settings.register_profile(
            "mutants",
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
        )
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The module's own file of tests first, in it the fastest first."""
        items[:] = [i for i in items if self.asked(i)]
        items.sort(key=self.rank)

    def asked(self, item: pytest.Item) -> bool:
        """Of a change at import, which any test may meet, slow tests of others are not asked."""
        if self.first and self.rank(item)[:2] == (True, True):
            return False
        return item.name.partition("[")[0] not in self.suite.left_out

    def rank(self, item: pytest.Item) -> tuple[bool, bool, float]:
        """Slow ones last of all."""
        took = self.order.get(item.nodeid, 0.0)
        return took > 0.1, item.path.name != f"test_{self.first}.py", took

    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Limit the test that is to run; what comes to no end does so inside one."""
        limit = self.suite.seconds + 10 * self.order.get(item.nodeid, 0.0)
        signal.setitimer(signal.ITIMER_PROF, limit)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tests that cannot even be read have noticed the change."""
        if report.failed:
            os._exit(1)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """At once: what Pytest does at its end tells nothing more."""
        if report.failed:
            os._exit(1)


class Traced(Chosen):
    """Runs every test once and notes which functions of the package it enters, and how long."""

    def __init__(self, suite: Suite) -> None:
        super().__init__(suite)
        self.entered: dict[str, list[tuple[str, int]]] = {}
        """By test: module and first line of each function."""
        self.took: dict[str, float] = {}
        self.failed: list[str] = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        """Around one test."""
        codes: set[CodeType] = set()

        def enter(frame: Any, event: str, _argument: object) -> None:
            if event == "call":
                codes.add(frame.f_code)

        forget(self.suite.package.name)
        begun = time.process_time()
        sys.setprofile(enter)
        yield
        sys.setprofile(None)
        self.took[item.nodeid] = time.process_time() - begun
        here = [c for c in codes if Path(c.co_filename).parent == self.suite.package]
        self.entered[item.nodeid] = [(Path(c.co_filename).stem, c.co_firstlineno) for c in here]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails already can judge nothing."""
        if report.failed:
            self.failed.append(report.nodeid)


class Asked(Chosen):
    """Collects, then hands the tests to ``work`` instead of running them."""

    def __init__(
        self, suite: Suite, order: dict[str, float], work: Callable[[Asked], None]
    ) -> None:
        super().__init__(suite, order)
        self.work = work
        self.items: list[pytest.Item] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """The tests are read here, in the process that forks, as they were when traced."""
        if report.failed:
            raise RuntimeError(f"the tests cannot be read: {report.nodeid}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the tests."""
        self.items = session.items
        self.work(self)
        return True

    def ask(self, items: Sequence[pytest.Item]) -> int:
        """1 as soon as one of the tests fails, else 0. For a forked process."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return 0
