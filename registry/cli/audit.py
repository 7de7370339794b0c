"""``absah audit``: recompute a whole published registry from public data."""

from __future__ import annotations

from pathlib import Path

import click

from registry import audit as auditor
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
@now_option
@json_option
@language_option
def audit(site: str, trust: Path | None, now: int, as_json: bool) -> int:
    """Check every published file of SITE with public keys only."""
    anchor = trust_at(trust) if trust else None
    report = auditor.audit(open_source(site), anchor, now)
    if as_json:
        say_json(report.as_json())
    else:
        for line in report.lines(language()):
            say(line)
    return report.exit_code
