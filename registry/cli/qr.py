"""``absah qr``: symbols of certificates that were published and read back, as files."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.choice import Choice, choice_options, nothing_named
from registry.cli.console import language_option, remark, save, say, workspace_option
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
@language_option
def qr(choice: Choice, out: Path, by_lsp: bool, form: str, folder: Path) -> None:
    """Draw QR codes. Only certificates below the published and read-back log size have one."""
    workspace = Workspace.open(folder)
    site = workspace.settings.site
    count = 0
    with Store.open(workspace.database) as store:
        size = store.confirmed_size()
        for row in choice.rows(store, workspace):
            target = out / str(row.lsp) if by_lsp else out
            save(target / f"{row.idx}.{form}", _drawn(site, row.cose, form))
            count += 1
    if not count:
        raise nothing_named("qr")
    choice.note_drawn(workspace, size)
    say(str(out))
    remark(Words(f"{count} codes drawn and read back", f"{count} kode digambar dan dibaca ulang"))


def _drawn(site: str, data: bytes, form: str) -> bytes:
    return checked(_DRAW[form](symbol(site, data)), qr_text(site, data))
