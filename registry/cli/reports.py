"""What commands share that write a table into a file: ``--out FILE.csv|.xlsx``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from registry.cli.console import save
from registry.tables import csv_bytes, xlsx_bytes

_F = TypeVar("_F", bound=Callable[..., Any])


def report_option(command: _F) -> _F:
    """``--out FILE.csv|.xlsx``: the table as a file."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_table_file,
        metavar="FILE.csv|.xlsx",
        help="Write the table into this file.",
    )(command)


def save_table(
    out: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write a table whole or not at all, for its owner alone: it names people."""
    if out.suffix.lower() == ".csv":
        data = csv_bytes(header, rows)
    else:
        data = xlsx_bytes(title, header, rows)
    save(out, data, private=True)


def _table_file(
    _context: click.Context, _option: click.Parameter, value: Path | None
) -> Path | None:
    if value is not None and value.suffix.lower() not in (".csv", ".xlsx"):
        raise click.BadParameter("must end in .csv or .xlsx")
    return value
