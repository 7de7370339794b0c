"""``absah init``: a new workspace with the demonstration's catalogue to begin from."""

from __future__ import annotations

from pathlib import Path

import click

from registry.catalogue import install_demonstration
from registry.cli.console import json_option, language_option, remark, say, say_json
from registry.errors import Words
from registry.workspace import Workspace, names_of, settings_for


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--site", required=True, help="Official address, ending in a slash.")
@click.option("--id", "registry_id", default="", help="Name for life; default: the site's host.")
@click.option("--name-id", required=True, help="Name in Indonesian.")
@click.option("--name-ja", required=True, help="Name in Japanese.")
@click.option("--name-en", required=True, help="Name in English.")
@json_option
@language_option
def init(
    folder: Path,
    site: str,
    registry_id: str,
    name_id: str,
    name_ja: str,
    name_en: str,
    as_json: bool,
) -> None:
    """Make a workspace in FOLDER."""
    names = names_of(name_id, name_ja, name_en)
    workspace = Workspace.create(folder, settings_for(site, names, registry_id=registry_id))
    install_demonstration(workspace.catalogue)
    if as_json:
        settings = workspace.settings
        say_json({"folder": str(workspace.folder), "id": settings.id, "site": settings.site})
    else:
        say(str(workspace.folder))
    remark(
        Words(
            "the catalogue holds demonstration entries: replace them before anything is signed",
            "katalog berisi entri contoh: ganti sebelum ada yang ditandatangani",
        )
    )
