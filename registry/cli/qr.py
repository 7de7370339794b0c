"""``absah qr``: symbols of certificates that were published and read back, as files."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.choice import Choice, choice_options, nothing_named
from registry.cli.console import json_option, language_option, say, say_json, workspace_option
from registry.cli.drawing import Means, label, means_options, tell
from registry.drawing import Style
from registry.store import Store
from registry.workspace import Workspace


@click.command()
@choice_options("qr")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--by-lsp", is_flag=True, help="One folder for each LSP.")
@click.option(
    "--format", "form", type=click.Choice(["svg", "png"]), default="svg", show_default=True
)
@means_options
@workspace_option
@json_option
@language_option
def qr(
    choice: Choice,
    means: Means,
    out: Path,
    by_lsp: bool,
    form: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Draw QR codes. Only certificates below the published and read-back log size have one."""
    workspace = Workspace.open(folder)
    with Store.open(workspace.database) as store:
        size = store.confirmed_size()
        drawings = (
            (f"{row.lsp}/{row.idx}.{form}" if by_lsp else f"{row.idx}.{form}", [label(row)])
            for row in choice.rows(store, workspace)
        )
        done = means.draw(drawings, Style(form, workspace.settings.site), out)
    if not done.files:
        raise nothing_named("qr")
    choice.note_drawn(workspace, size)
    if as_json:
        say_json({"files": [str(out / name) for name in done.files]})
        return
    say(str(out))
    tell(done.drawn, done.kept)
