"""The command ``absah``: parse, call, print. One module per group of commands.

Results go to stdout, everything else to stderr. Exit codes: 0 done or green, 1 refused, red or
faults found, 2 usage, 3 could not decide. Commands are loaded when they are called, so a verifier
never loads what only a publisher has installed.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.metadata import version
from typing import Any

import click

from registry.cli.console import language_option, report
from registry.errors import UserError, Words

_COMMANDS = {
    "demo": "demo:demo",
    "init": "workspace:init",
    "key": "keys:key",
    "trust": "trust:trust",
    "import": "intake:import_files",
    "revoke": "states:revoke",
    "suspend": "states:suspend",
    "reinstate": "states:reinstate",
    "supersede": "states:supersede",
    "build": "build:build",
    "confirm": "build:confirm",
    "serve": "serve:serve",
    "qr": "qr:qr",
    "verify": "verify:verify",
    "audit": "audit:audit",
}


class _Commands(click.Group):
    """Loads the module of a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        try:
            found: Any = getattr(importlib.import_module(f"registry.cli.{module}"), name)
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] in ("registry", "signing"):
                raise
            raise _not_installed(cmd_name, error.name or "?") from error
        command: click.Command = found
        return command


@click.group(cls=_Commands, no_args_is_help=True)
@click.version_option(version("absah"), prog_name="absah", message="%(prog)s %(version)s")
@language_option
def cli() -> None:
    """Verify certificates of competence, and run the registry that signs them."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = cli.main(arguments, prog_name="absah", standalone_mode=False)
    except UserError as error:
        report(error)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        hint = f"{where or 'absah'} --help"
        report(
            UserError(
                "usage",
                "usage",
                Words(error.format_message(), error.format_message()),
                Words(f"see {hint}", f"lihat {hint}"),
            )
        )
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("absah: stopped", err=True)
        return 130
    except BrokenPipeError:
        # The reader of our output went away (absah ... | head): say nothing more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return result if isinstance(result, int) else 0


def _not_installed(command: str, module: str) -> UserError:
    return UserError(
        "not-installed",
        command,
        Words(f"needs a part that is not installed ({module})", f"perlu bagian lain ({module})"),
        Words(
            "install it with: pip install 'absah[publisher]'",
            "pasang dengan: pip install 'absah[publisher]'",
        ),
        exit_code=2,
    )
