"""``absah show``, ``absah list`` and ``absah report``: the desk. Reads only, while others write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from registry import desk
from registry.catalogue import Catalogue
from registry.changes import absent
from registry.cli.console import (
    json_option,
    language_option,
    now_option,
    remark,
    say,
    say_json,
    workspace_option,
)
from registry.cli.reports import report_option, save_table
from registry.errors import Words
from registry.printable import shown
from registry.store import Store
from registry.tables import text_lines
from registry.workspace import Workspace
from signing.certificate import day_of

_INTERVAL = re.compile(r"(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?\Z", re.ASCII)


def _days(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, int]:
    if value is None:
        return desk.FIRST_DAY, desk.LAST_DAY
    found = _INTERVAL.match(value)
    try:
        ends = [day_of(date.fromisoformat(end)) if end else None for end in found.groups()]  # type: ignore[union-attr]
    except (AttributeError, ValueError) as error:
        raise click.BadParameter("write A..B with days YYYY-MM-DD; either may be absent") from error
    first, last = ends
    return (
        desk.FIRST_DAY if first is None else first,
        desk.LAST_DAY if last is None else last,
    )


_ISSUED = click.option(
    "--issued", "days", callback=_days, metavar="A..B", help="Issue dates, both ends included."
)
_LSP = click.option("--lsp", type=int, help="Licence number.")


@click.command()
@click.argument("certificate", metavar="INDEX|NUMBER|NAME")
@workspace_option
@now_option
@json_option
@language_option
def show(certificate: str, folder: Path, now: int, as_json: bool) -> int:
    """Everything about one certificate; several matches are listed."""
    with Store.open(Workspace.open(folder).database) as store:
        found = desk.matches(store, certificate)
        if not found:
            raise absent(store, certificate)
        if len(found) > 1:
            _tell([desk.line(row, now) for row in found], desk.Line, None, "", as_json)
            count = len(found)
            remark(Words(f"{count} certificates: name one by its index", f"{count} {_SEVERAL}"))
            return 2
        facts = desk.facts(store, found[0], now)
    if as_json:
        say_json(facts)
        return 0
    history = facts.pop("history")
    for name, value in facts.items():
        if value not in (None, []):
            say(f"{name}: {shown(_plain(value), 200)}")
    for change in history:
        extra = [change["reason"], change["successor"] and f"#{change['successor']}"]
        extra.append(change["withdrawn"] and f"withdrawn {change['withdrawn']}")
        said = " ".join(text for text in extra if text)
        say(f"{change['at']}  {change['from']} -> {change['to']}  {said}".rstrip())
    return 0


@click.command("list")
@_LSP
@_ISSUED
@click.option("--state", type=click.Choice(desk.STATES), help="Only those in this state.")
@report_option
@workspace_option
@now_option
@json_option
@language_option
def list_certificates(
    lsp: int | None,
    days: tuple[int, int],
    state: str | None,
    out: Path | None,
    folder: Path,
    now: int,
    as_json: bool,
) -> None:
    """List certificates, oldest first."""
    with Store.open(Workspace.open(folder).database) as store:
        lines = list(desk.listed(store, now, days, lsp, state))
        erased = store.erased_count()
    _tell(lines, desk.Line, out, "list", as_json)
    if erased:
        remark(
            Words(
                f"not listed: {erased} whose person was erased",
                f"tidak tercantum: {erased} yang datanya sudah dihapus",
            )
        )


@click.group()
@language_option
def report() -> None:
    """Tables for people: on the screen, as JSON, CSV or XLSX."""


@report.command("lsp")
@_LSP
@_ISSUED
@report_option
@workspace_option
@now_option
@json_option
@language_option
def report_lsp(
    lsp: int | None,
    days: tuple[int, int],
    out: Path | None,
    folder: Path,
    now: int,
    as_json: bool,
) -> None:
    """Certificates of each LSP by state."""
    workspace = Workspace.open(folder)
    catalogue = Catalogue.load(workspace.catalogue)
    with Store.open(workspace.database) as store:
        lines = desk.by_lsp(store, catalogue, now, days, lsp)
    _tell(lines, desk.LspLine, out, "lsp", as_json)


@report.command()
@report_option
@workspace_option
@json_option
@language_option
def month(out: Path | None, folder: Path, as_json: bool) -> None:
    """What was issued and changed in each month."""
    with Store.open(Workspace.open(folder).database) as store:
        lines = desk.by_month(store)
    _tell(lines, desk.MonthLine, out, "month", as_json)


@report.command()
@click.option(
    "--days", type=click.IntRange(0, 36_500), default=90, show_default=True, help="From today on."
)
@_LSP
@report_option
@workspace_option
@now_option
@json_option
@language_option
def expiring(
    days: int, lsp: int | None, out: Path | None, folder: Path, now: int, as_json: bool
) -> None:
    """Valid certificates that expire soon, the earliest first."""
    with Store.open(Workspace.open(folder).database) as store:
        lines = list(desk.expiring(store, now, days, lsp))
    _tell(lines, desk.Line, out, "expiring", as_json)


def _tell(
    lines: Iterable[Any], kind: type[Any], out: Path | None, title: str, as_json: bool
) -> None:
    header = desk.header(kind)
    rows = ([getattr(line, name) for name in header] for line in lines)
    if out is not None:
        save_table(out, title, header, rows)
        say(str(out))
    elif as_json:
        say_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        for text in text_lines(header, rows):
            say(text)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_SEVERAL = "sertifikat: sebutkan salah satu dengan indeksnya"
