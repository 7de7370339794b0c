"""``absah serve``: look at the published folder in a browser of this machine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from registry import nginx as configuration
from registry.cli.console import language_option, say, workspace_option
from registry.errors import UserError, Words
from registry.guide import Guide, guide_policy
from registry.hosting import headers
from registry.serve import HOST, server
from registry.workspace import Workspace


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--nginx", metavar="DIR", help="Print nginx's configuration that serves DIR alike.")
@workspace_option
@language_option
def serve(port: int, nginx: str | None, folder: Path) -> None:
    """Serve the public folder on 127.0.0.1, with the headers of a real host."""
    workspace = Workspace.open(folder)
    if nginx is not None:
        try:
            site = workspace.settings.site
            wanted = headers(site, guide_policy(Guide.load().hashes))
            click.echo(configuration.server(site, nginx, wanted), nl=False)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--nginx") from error
        return
    serve_folder(workspace.public, port, urlsplit(workspace.settings.site).path)


def serve_folder(public: Path, port: int, base: str) -> None:
    """Serve until interrupted. UserError: there is no site, or the port is taken."""
    if not (public / "build.note").is_file():
        raise UserError("no-site", str(public), _NO_SITE, _BUILD)
    try:
        running = server(public, port, base)
    except OSError as error:
        why = error.strerror or "?"
        words = Words(f"cannot be used: {why}", f"tidak dapat dipakai: {why}")
        raise UserError("port", f"port {port}", words, _OTHER_PORT) from error
    with running:
        say(f"http://{HOST}:{running.server_address[1]}{base}")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            return


_NO_SITE = Words("no site was built here", "belum ada situs di sini")
_BUILD = Words("build one with: absah build", "bangun dengan: absah build")
_OTHER_PORT = Words("choose another one with --port", "pilih yang lain dengan --port")
