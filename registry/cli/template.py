"""``absah template``: the workbook that LSPs fill in."""

from __future__ import annotations

from pathlib import Path

import click

from registry import template as workbooks
from registry.catalogue import Catalogue
from registry.cli.console import json_option, language_option, save, say, say_json, workspace_option
from registry.workspace import Workspace


@click.command()
@click.argument("out", metavar="OUT.xlsx", type=click.Path(path_type=Path, dir_okay=False))
@workspace_option
@json_option
@language_option
def template(out: Path, folder: Path, as_json: bool) -> None:
    """Write the workbook that LSPs fill in, with the choices of this catalogue."""
    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter("must end in .xlsx", param_hint="OUT.xlsx")
    catalogue = Catalogue.load(Workspace.open(folder).catalogue)
    save(out, workbooks.workbook(catalogue))
    if as_json:
        counts = {"schemes": len(catalogue.schemes), "lsps": len(catalogue.lsps)}
        say_json({"file": str(out), **counts})
    else:
        say(str(out))
