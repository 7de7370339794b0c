"""What runs on Windows and macOS imports nothing that only Linux, or only a publisher, has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry.cli import COMMANDS
from tests.cli.command import NOW, Command
from tests.demonstration import Demonstration

ONLY_LINUX = (
    "curses", "fcntl", "grp", "posix_ipc", "pty", "pwd", "readline", "resource", "syslog",
    "termios", "tty",
)  # fmt: skip
"""Modules of the standard library that Windows lacks."""
PUBLISHER = (
    "jinja2", "openpyxl", "pikepdf", "pydantic", "qrcode", "reportlab", "sqlite3",
)  # fmt: skip
"""What the base install does not bring, and the store."""
BLOCKED = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None  # every import of it fails from now on
from registry.cli import main
sys.exit(main({arguments!r}))
"""
PORTABLE = [
    ("verify",), ("audit",), ("approve",), ("trust", "sign"), ("trust", "show"), ("key", "new"),
    ("key", "show"),
]  # fmt: skip


def _run(*arguments: object, line: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command without these modules; ``line`` is fed to ``--passphrase-fd``."""
    given = [str(argument) for argument in arguments]
    read, write = os.pipe()
    os.write(write, f"{line}\n".encode())
    os.close(write)
    if line is not None:
        given += ["--passphrase-fd", str(read)]
    code = BLOCKED.format(blocked=(*ONLY_LINUX, *PUBLISHER), arguments=given)
    try:
        return subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            encoding="utf-8",
            check=False,
            pass_fds=[read],
        )
    finally:
        os.close(read)


@pytest.mark.parametrize("command", PORTABLE, ids=" ".join)
def test_a_portable_command_loads_without_what_only_linux_has(command: tuple[str, ...]) -> None:
    if command[0] not in COMMANDS:
        pytest.skip(f"there is no command {command[0]} yet")
    done = _run(*command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: absah {' '.join(command)}" in done.stdout


def test_they_work_without_it(demonstration: Demonstration, tmp_path: Path, absah: Command) -> None:
    """Not only ``--help``: some parts are loaded when they are needed."""
    valid = demonstration.workspace / "samples" / "valid.png"
    site = ("--now", NOW)
    state = ("--state", tmp_path / "state")
    green = _run("verify", valid, "--site", demonstration.public, *state, *site)
    assert green.returncode == 0, green.stderr
    audited = _run("audit", demonstration.public, *site)
    assert audited.returncode == 0, audited.stdout + audited.stderr
    holder = ("--registry", demonstration.trust().id, "--workspace", tmp_path)
    made = _run("key", "new", "root", "--name", "x", *holder, line="correct horse")
    assert made.returncode == 0, made.stderr
    assert _run("key", "show", *holder).returncode == 0
    draft = tmp_path / "3.draft"
    own = ("--workspace", demonstration.workspace, *site)
    assert absah("trust", "draft", "--out", draft, *own).code == 0
    key = tmp_path / "root-x.key"
    signed = _run("trust", "sign", draft, "--key", key, "--yes", line="correct horse")
    assert signed.returncode == 0, signed.stderr
    assert "/root/x " in draft.read_text(encoding="utf-8")
    assert _run("trust", "show", draft).returncode == 0


def test_the_blocker_blocks() -> None:
    done = _run("build", "--help")
    assert done.returncode != 0


def test_the_ledger_is_the_publishers(demonstration: Demonstration) -> None:
    """An audit against the store says what is missing, and is neither clean nor a fault."""
    done = _run("audit", demonstration.public, "--ledger", demonstration.workspace, "--now", NOW)
    assert done.returncode == 2
    assert "absah[publisher]" in done.stderr
    assert done.stdout == ""
