"""Runs ``absah`` in this process, and keeps what it printed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from registry.cli import console as _console
from registry.cli import main

NOW = "2026-11-24T12:05:00+09:00"
"""Five minutes after the demonstration's last build."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its report."""
        return json.loads(self.out)


class Command:
    """Calls the command line; ``lines`` are fed to ``--passphrase-fd``."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object, lines: tuple[str, ...] | None = None) -> Done:
        """Run ``absah`` with these arguments."""
        given = [str(argument) for argument in arguments]
        if lines is not None:
            read, write = os.pipe()
            os.write(write, "".join(f"{line}\n" for line in lines).encode())
            os.close(write)
            given += ["--passphrase-fd", str(read)]
        _console._chosen.clear()
        self._capsys.readouterr()
        code = main(given)
        out, err = self._capsys.readouterr()
        return Done(code, out, err)


def check_error(done: Done, code: int, *words: str) -> None:
    """An error in its one form: on stderr, ``absah: <what>: <why>``, nothing on stdout."""
    assert done.code == code, done
    assert done.out == ""
    last = [line for line in done.err.split("\n") if line.startswith("absah: ")]
    assert last, done.err
    assert last[0].count(": ") >= 2, last
    for word in words:
        assert word in done.err, done.err
