"""``absah doctor``: what is not well, before anybody outside notices."""

from __future__ import annotations

import re
from pathlib import Path

import click

from registry import doctor as doctors
from registry import doctor_site
from registry.cli.console import (
    json_option,
    language,
    language_option,
    now_option,
    say,
    say_json,
    workspace_option,
)
from registry.doctor import DAY, Findings
from registry.workspace import SETTINGS, Workspace

_SPAN = re.compile(r"([0-9]{1,4})([dh])")


def _span(_context: click.Context, _option: click.Parameter, value: str) -> int:
    match = _SPAN.fullmatch(value)
    if not match:
        raise click.BadParameter("write days or hours, for example 10d or 36h")
    return int(match[1]) * (DAY if match[2] == "d" else 3600)


@click.command()
@click.argument("address", required=False, metavar="[URL]")
@click.option(
    "--warn-before",
    callback=_span,
    default="10d",
    show_default=True,
    metavar="SPAN",
    help="Say what ends within this time, for example 10d or 36h.",
)
@workspace_option
@now_option
@json_option
@language_option
def doctor(address: str | None, warn_before: int, folder: Path, now: int, as_json: bool) -> int:
    """Look at this machine, the workspace in it, and the site at URL."""
    findings = Findings(now, warn_before)
    doctors.machine(findings)
    if (folder / SETTINGS).exists() or address is None:
        doctors.workspace(findings, Workspace.open(folder))
    if address is not None:
        doctor_site.look(findings, address)
    if as_json:
        say_json(doctors.report(findings))
    else:
        for finding in findings.found:
            mark = "✗" if finding.fault else "·"
            say(f"{mark} {finding.what}: {finding.words.say(language())} [{finding.code}]")
    return findings.exit
