"""``absah qr``: symbols of certificates that were published and read back, as files."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.choice import Choice, choice_options, nothing_named
from registry.cli.console import (
    json_option,
    language_option,
    remark,
    save,
    say,
    say_json,
    workspace_option,
)
from registry.errors import Words
from registry.qr import checked, png, svg, symbol
from registry.store import Store
from registry.workspace import Workspace
from signing.fragment import qr_text

_DRAW = {"svg": svg, "png": png}


@click.command()
@choice_options("qr")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--by-lsp", is_flag=True, help="One folder for each LSP.")
@click.option("--format", "form", type=click.Choice(list(_DRAW)), default="svg", show_default=True)
@workspace_option
@json_option
@language_option
def qr(choice: Choice, out: Path, by_lsp: bool, form: str, folder: Path, as_json: bool) -> None:
    """Draw QR codes. Only certificates below the published and read-back log size have one."""
    workspace = Workspace.open(folder)
    site = workspace.settings.site
    drawn: list[str] = []
    with Store.open(workspace.database) as store:
        size = store.confirmed_size()
        for row in choice.rows(store, workspace):
            target = (out / str(row.lsp) if by_lsp else out) / f"{row.idx}.{form}"
            save(target, _drawn(site, row.cose, form))
            drawn.append(str(target))
    if not drawn:
        raise nothing_named("qr")
    choice.note_drawn(workspace, size)
    if as_json:
        say_json({"files": drawn})
        return
    say(str(out))
    count = len(drawn)
    remark(Words(f"{count} codes drawn and read back", f"{count} kode digambar dan dibaca ulang"))


def _drawn(site: str, data: bytes, form: str) -> bytes:
    return checked(_DRAW[form](symbol(site, data)), qr_text(site, data))
