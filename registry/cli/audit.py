"""``absah audit``: recompute a whole published registry from public data."""

from __future__ import annotations

from pathlib import Path

import click

from registry import audit as auditor
from registry import audit_since
from registry.audit_published import Ledger
from registry.cli.console import (
    json_option,
    language,
    language_option,
    now_option,
    say,
    say_json,
)
from registry.memory import trust_at
from registry.source import open_source


@click.command()
@click.argument("site", metavar="SITE|DIR")
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE|DIR",
    help="Trust document to begin from; default: the site's first.",
)
@click.option(
    "--since",
    multiple=True,
    metavar="SIZE:ROOT|FILE",
    help="Earlier size and root, a kept checkpoint, or a record: the log must begin with it.",
)
@click.option(
    "--ledger",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="WORKSPACE",
    help="Compare the private ledger of this workspace too, row by row.",
)
@now_option
@json_option
@language_option
def audit(
    site: str,
    trust: Path | None,
    since: tuple[str, ...],
    folder: Path | None,
    now: int,
    as_json: bool,
) -> int:
    """Check every published file of SITE with public keys only."""
    anchor = trust_at(trust) if trust else None
    kept = [audit_since.held(text) for text in since]
    ledger = _ledger(folder) if folder else None
    report = auditor.audit(open_source(site), anchor, now, since=kept, ledger=ledger)
    if as_json:
        say_json(report.as_json())
    else:
        for line in report.lines(language()):
            say(line)
    return report.exit_code


def _ledger(folder: Path) -> Ledger:
    # Neither is in the base install: an auditor without the ledger needs no publisher's library.
    from registry.audit_ledger import Ledger as StoredLedger  # noqa: PLC0415
    from registry.workspace import Workspace  # noqa: PLC0415

    return StoredLedger(Workspace.open(folder).database)
