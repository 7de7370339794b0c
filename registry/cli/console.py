"""What every command shares: its language, the clock, passphrases, and how errors are said."""

from __future__ import annotations

import json
import locale
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from registry.errors import UserError, Words

_F = TypeVar("_F", bound=Callable[..., Any])
LANGUAGES = ("id", "ja", "en")
LATEST = 9000
"""Last year in which ``--now`` may lie."""
_chosen: dict[str, str] = {}


def language() -> str:
    """The language to speak: ``--lang``, else the locale's, else English."""
    if "language" not in _chosen:
        code = (locale.getlocale()[0] or os.environ.get("LANG") or "").split("_")[0].lower()
        _chosen["language"] = {"indonesian": "id", "japanese": "ja"}.get(code, code)
    return _chosen["language"] if _chosen["language"] in LANGUAGES else "en"


def _set_language(_context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value:
        _chosen["language"] = value


def language_option(command: _F) -> _F:
    """``--lang id|ja|en``: the language of what is printed."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        callback=_set_language,
        expose_value=False,
        is_eager=True,
        help="Language of messages; default: the locale's.",
    )(command)


def workspace_option(command: _F) -> _F:
    """``--workspace DIR``, default the current folder."""
    return click.option(
        "--workspace",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        show_default="current folder",
        help="Folder with registry.toml.",
    )(command)


def json_option(command: _F) -> _F:
    """``--json``: the report as JSON on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Report as JSON.")(command)


def now_option(command: _F) -> _F:
    """``--now TIME``: the moment to act at, ISO 8601 with offset; default the clock's."""
    return click.option(
        "--now",
        callback=_seconds,
        metavar="TIME",
        help="Moment to act at, ISO 8601 with offset; default: now.",
    )(command)


def passphrase_option(command: _F) -> _F:
    """``--passphrase-fd N``: read passphrases, one a line, from an open file descriptor."""
    return click.option(
        "--passphrase-fd",
        type=click.IntRange(min=0),
        metavar="N",
        help="Read passphrases, one a line, from this file descriptor.",
    )(command)


def processes_option(command: _F) -> _F:
    """``--processes N``: how many processes do the work."""
    return click.option(
        "--processes",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Processes that do the work.",
    )(command)


def _seconds(_context: click.Context, _option: click.Parameter, value: str | None) -> int:
    if value is None:
        return int(time.time())
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter("not an ISO 8601 time") from error
    if moment.tzinfo is None:
        raise click.BadParameter("has no offset; write for example 2026-11-24T09:00:00+09:00")
    seconds = int(moment.timestamp())
    # Whatever is made now runs for some years more, and a time has four digits of year.
    if seconds < 0 or moment.year > LATEST:
        raise click.BadParameter(f"is outside the years 1970 to {LATEST}")
    return seconds


class Passphrases:
    """Asks for passphrases: the lines of a file descriptor, else a prompt at the terminal."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._lines: list[bytes] | None = None

    def __call__(self, what: str) -> bytes:
        """The passphrase for ``what``. UserError: there is nobody to ask."""
        if self._descriptor is not None:
            return self._next_line(self._descriptor)
        if not sys.stdin.isatty():
            raise UserError("no-passphrase-given", what, _NEEDED, _HOW, exit_code=2)
        import getpass  # noqa: PLC0415  # most commands ask for no passphrase

        return getpass.getpass(f"{what}: ").encode()

    def new(self, what: str) -> bytes:
        """A new passphrase: asked twice at a terminal."""
        first = self(what)
        if self._descriptor is None and self(f"{what} ({_AGAIN.say(language())})") != first:
            raise UserError("passphrase-differs", what, _DIFFER, exit_code=2)
        return first

    def _next_line(self, descriptor: int) -> bytes:
        if self._lines is None:
            try:
                with os.fdopen(descriptor, "rb") as file:
                    self._lines = file.read().splitlines()
            except OSError as error:
                raise UserError("no-passphrase-given", f"fd {descriptor}", _NEEDED, _HOW) from error
        if not self._lines:
            raise UserError("no-passphrase-given", f"fd {descriptor}", _NEEDED, _HOW, exit_code=2)
        return self._lines.pop(0)


def say(text: str) -> None:
    """A result, on stdout."""
    click.echo(text)


def remark(words: Words) -> None:
    """Anything that is not the result, on stderr."""
    click.echo(words.say(language()), err=True)


def say_json(value: object) -> None:
    """A result as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def confirmed(question: Words, what: str, *, yes: bool) -> None:
    """Ask at the terminal, unless ``yes``. UserError: nobody to ask; click.Abort: they say no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError("not-confirmed", what, _NOBODY, _YES, exit_code=2)
    if not click.confirm(f"{question.say(language())} {what}", err=True):
        raise click.Abort


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that the user named. UserError: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        words = Words(f"cannot be read: {why}", f"gagal dibaca: {why}", f"読み取れません: {why}")
        raise UserError("unreadable", str(path), words, exit_code=2) from error


def save(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all, in a folder that is made; ``private``: for its owner alone.

    UserError: it cannot be done.
    """
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.touch(0o600 if private else 0o666)
            beside.write_bytes(data)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        why = error.strerror or "?"
        words = Words(
            f"cannot be written: {why}", f"gagal ditulis: {why}", f"書き込めません: {why}"
        )
        raise UserError("unwritable", str(path), words) from error


def report(error: UserError) -> None:
    """An error in its one form, on stderr."""
    spoken = language()
    click.echo(f"absah: {error.what}: {error.why.say(spoken)}", err=True)
    if error.hint.en:
        click.echo(f"absah: hint: {error.hint.say(spoken)}", err=True)


_NOBODY = Words("nobody is here to say yes", "tidak ada yang dapat menyetujui")
_YES = Words(
    "look at what was shown above, then add --yes",
    "periksa yang ditampilkan di atas, lalu tambahkan --yes",
)
_NEEDED = Words("a passphrase is needed", "diperlukan frasa sandi")
_HOW = Words(
    "give one a line with --passphrase-fd N, or work at a terminal",
    "berikan satu per baris dengan --passphrase-fd N, atau bekerja di terminal",
)
_AGAIN = Words("again", "ulangi")
_DIFFER = Words("the two passphrases differ", "kedua frasa sandi berbeda")
