"""``absah key new`` and ``absah key show``."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.console import (
    Passphrases,
    json_option,
    language_option,
    passphrase_option,
    say,
    say_json,
    workspace_option,
)
from registry.errors import UserError, Words
from registry.keyring import ROLES, KeyFile, Keyring, vkey_name
from signing.keys import thumbprint


@click.group()
@language_option
def key() -> None:
    """Make and show keys."""


@key.command()
@click.argument("role", type=click.Choice(ROLES))
@click.option("--name", required=True, help="Name of the key: a-z, 0-9 and hyphens.")
@click.option("--registry", "registry_id", help="Registry id, where there is no workspace.")
@click.option("--token", metavar="URI", help="Make it in this PKCS#11 token (RFC 7512).")
@workspace_option
@passphrase_option
@json_option
@language_option
def new(
    role: str,
    name: str,
    registry_id: str | None,
    token: str | None,
    folder: Path,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Make a key of ROLE. Root holders and approvers need no workspace: name --registry ID."""
    target, name_for_life, demo = _place(folder, registry_id)
    ask = Passphrases(passphrase_fd)
    ring = Keyring(target, ask, demo=demo)
    note_name = vkey_name(name_for_life, role, name)
    if token is not None:
        made = ring.create_in_token(role, name, note_name, token)
    else:
        passphrase = None if demo else ask.new(f"{role}-{name}")
        made = ring.create(role, name, note_name, passphrase)
    if as_json:
        say_json(_json(made))
    else:
        say(made.vkey.text)


@key.command()
@click.option("--registry", "registry_id", help="Registry id, where there is no workspace.")
@workspace_option
@json_option
@language_option
def show(registry_id: str | None, folder: Path, as_json: bool) -> None:
    """Show the public halves of the keys at hand."""
    target, _, _ = _place(folder, registry_id)
    files = Keyring(target).files()
    if as_json:
        say_json([_json(file) for file in files])
        return
    for file in files:
        say(f"{file.role:<10} {file.name:<16} {file.kid.hex()}  {file.vkey.text}")


def _json(file: KeyFile) -> dict[str, str]:
    return {
        "role": file.role,
        "name": file.name,
        "kid": file.kid.hex(),
        "fingerprint": thumbprint(file.vkey.public).hex(),
        "vkey": file.vkey.text,
    }


def _place(folder: Path, registry_id: str | None) -> tuple[Path, str, bool]:
    """Folder of keys, registry id, and whether it is a demonstration."""
    if registry_id is not None or not (folder / "registry.toml").exists():
        if registry_id is None and not list(folder.glob("*.pub")):
            raise UserError("no-workspace", str(folder), _NO_WORKSPACE, _NAME_IT, exit_code=2)
        return folder, registry_id or "", False
    from registry.workspace import Workspace  # noqa: PLC0415 not in the base install

    workspace = Workspace.open(folder)
    return workspace.keys, workspace.settings.id, workspace.settings.demo


_NO_WORKSPACE = Words("no workspace and no keys here", "tidak ada workspace atau kunci di sini")
_NAME_IT = Words(
    "name the registry with --registry ID, or a workspace with --workspace DIR",
    "sebutkan registri dengan --registry ID, atau workspace dengan --workspace DIR",
)
