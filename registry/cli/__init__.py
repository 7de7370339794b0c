"""The command ``absah``: parse, call, print. One module per group of commands.

Results go to stdout, everything else to stderr. Exit codes: 0 done or green, 1 refused, red or
faults found, 2 usage, 3 could not decide. Commands are loaded when they are called, so a verifier
never loads what only a publisher has installed.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from registry.cli.console import language_option, report
from registry.errors import UserError, Words

COMMANDS = {
    "demo": ("demo:demo", "Make an invented registry, with samples, and serve its site."),
    "init": ("workspace:init", "Make a workspace."),
    "key": ("keys:key", "Make and show keys."),
    "trust": ("trust:trust", "Draft, sign, publish and show the trust document."),
    "import": ("intake:import_files", "Read files of an LSP and issue their certificates."),
    "template": ("template:template", "Write the workbook that LSPs fill in."),
    "batch": ("batches:batch", "List, show, drop and issue batches; write a receipt."),
    "approve": ("approve:approve", "Show a batch file, and approve it."),
    "revoke": ("states:revoke", "Revoke certificates for ever."),
    "suspend": ("states:suspend", "Suspend certificates; it can be undone."),
    "reinstate": ("states:reinstate", "Lift suspensions."),
    "supersede": ("states:supersede", "Mark a certificate as replaced by another one."),
    "withdraw": ("states:withdraw", "Take back a change that no build has shown yet."),
    "show": ("desk:show", "Everything about one certificate."),
    "list": ("desk:list_certificates", "List certificates."),
    "report": ("desk:report", "Tables by LSP, by month, and of what expires."),
    "build": ("build:build", "Build the site and publish it into the public folder."),
    "publish": ("publish:publish", "Put the built site on a host, or into a bundle."),
    "confirm": ("publish:confirm", "Read the newest build back; codes may be printed then."),
    "doctor": ("doctor:doctor", "Look for what is not well here, and at a served copy."),
    "serve": ("serve:serve", "Serve the public folder on 127.0.0.1."),
    "qr": ("qr:qr", "Draw QR codes."),
    "sheet": ("sheet:sheet_command", "Print sheets, or stamp codes on existing PDFs."),
    "backup": ("backup:backup", "Write a backup, restored aside and compared before it counts."),
    "restore": ("backup:restore", "Put a backup into an empty folder."),
    "erase": ("backup:erase", "Erase persons for good; log entry, index and state stay."),
    "verify": ("verify:verify", "Check certificates."),
    "audit": ("audit:audit", "Check every published file with public keys only."),
}
"""Where each command stands, and what it does in one line: the list of commands loads none."""


class _Commands(click.Group):
    """Loads the module of a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        try:
            found: Any = getattr(importlib.import_module(f"registry.cli.{module}"), name)
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] in ("registry", "signing"):
                raise
            raise _not_installed(cmd_name, error.name or "?") from error
        command: click.Command = found
        return command


@click.group(cls=_Commands, no_args_is_help=True)
@click.version_option(package_name="absah", prog_name="absah", message="%(prog)s %(version)s")
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
    except ModuleNotFoundError as error:
        # Only an option or a sub-command needed it.
        if (error.name or "").split(".")[0] in ("registry", "signing"):
            raise
        missing = _not_installed("absah", error.name or "?")
        report(missing)
        return missing.exit_code
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
                Words(f"see {hint}", f"lihat {hint}", f"{hint} を見てください"),
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
        Words(
            f"needs a part that is not installed ({module})",
            f"perlu bagian lain ({module})",
            f"追加の部品が必要です（{module}）",
        ),
        Words(
            "install it with: pip install 'absah[publisher]'",
            "pasang dengan: pip install 'absah[publisher]'",
            "pip install 'absah[publisher]' で追加できます",
        ),
        exit_code=2,
    )
