"""Tries every mutant of ``signing`` and says which no test notices: ``make mutants``.

    python -m tests.mutants [MODULE ...]

1 where fewer than 95 % are killed, or ``equivalent.toml`` names one that is not there or is killed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cbor2  # noqa: F401  what all tests need is imported once for all processes
import cryptography.hazmat.primitives.asymmetric.ec
import cryptography.hazmat.primitives.asymmetric.ed25519
import cryptography.hazmat.primitives.serialization  # noqa: F401
import hypothesis.strategies  # noqa: F401
import nacl.bindings  # noqa: F401

from tests.mutants import run
from tests.mutants.judge import Suite

ROOT = Path(__file__).resolve().parents[2]
SUITE = Suite(
    package=ROOT / "signing",
    tests=ROOT / "tests" / "signing",
    first=("numbers",),
    marks="not soak and not no_cover",
    left_out=frozenset({"test_a_difference_is_named"}),
)
LEFT_OUT = {"__init__", "pkcs11"}
"""``pkcs11`` needs a token; what it does is tested where one is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the named modules, else all; print what is found."""
    names = sorted(p.stem for p in SUITE.package.glob("*.py") if p.stem not in LEFT_OUT)
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=" ".join(names))
    wanted = parser.parse_args(arguments).modules
    if not set(wanted) <= set(names):
        parser.error(f"MODULE is one of: {' '.join(names)}")
    listed = run.equivalents(Path(__file__).with_name("equivalent.toml"))
    return run.judged(SUITE, wanted or names, listed)


if __name__ == "__main__":
    sys.exit(main())
