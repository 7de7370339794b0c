"""Who draws for ``absah qr`` and ``absah sheet``: ``--processes`` and ``--scheduler``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from registry.cli.console import processes_option, remark
from registry.drawing import Done, Drawing, Style, draw_all
from registry.errors import UserError, Words
from registry.executors import executor
from registry.rows import LedgerRow
from registry.sheet_label import Label

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Means:
    """What the options of a call say about who draws."""

    processes: int
    scheduler: str | None

    def draw(self, drawings: Iterable[Drawing], style: Style, out: Path) -> Done:
        """Draw these files into the folder ``out``. UserError."""
        with executor(self.processes, self.scheduler) as running:
            return draw_all(drawings, style, out, running)

    def refuse_for_one_file(self) -> None:
        """UserError if several should draw one file."""
        if self.processes > 1 or self.scheduler:
            raise UserError("one-file", "--out", _ONE_FILE, _FOLDER, exit_code=2)


def means_options(command: _F) -> _F:
    """``--processes N --scheduler URL``: the call gets Means as ``means``."""

    @wraps(command)
    def with_means(*args: Any, processes: int, scheduler: str | None, **rest: Any) -> Any:
        if scheduler and processes > 1:
            raise click.UsageError("--processes and --scheduler do not go together")
        return command(*args, means=Means(processes, scheduler), **rest)

    with_scheduler = click.option(
        "--scheduler",
        metavar="URL",
        help="Let the workers of this dask.distributed scheduler draw: tls://HOST:PORT.",
    )(with_means)
    made: Any = processes_option(with_scheduler)
    return made  # type: ignore[no-any-return]


def label(row: LedgerRow) -> Label:
    """What is drawn of a certificate."""
    return Label(row.idx, row.number, row.name, row.lsp, row.cose)


def tell(drawn: int, kept: int = 0) -> None:
    """How many codes were drawn, on stderr."""
    before = Words(f", {kept} were there", f", {kept} sudah ada") if kept else Words("", "")
    remark(
        Words(
            f"{drawn} codes drawn and read back{before.en}",
            f"{drawn} kode digambar dan dibaca ulang{before.id}",
        )
    )


_ONE_FILE = Words("one file is drawn by one process", "satu berkas digambar satu proses")
_FOLDER = Words(
    "give a folder, or leave --processes and --scheduler away",
    "berikan folder, atau jalankan tanpa --processes dan --scheduler",
)
