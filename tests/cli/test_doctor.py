"""``absah doctor``: what it says of a workspace and of a site, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry import mounts
from registry.errors import UserError
from registry.store import Store
from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration
from tests.registry.posting_example import hosted

SHARES = """22 1 254:1 / / rw - ext4 /dev/vda1 rw
30 22 0:40 / {place} rw,relatime shared:1 - {kind} host:/export rw
31 22 0:41 / {place}-other rw - nfs host:/x rw
"""


def test_a_demonstration_is_well(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    done = absah("doctor", *place)
    assert done.code == 0, done.out
    assert "private keys lie here" in done.out
    with hosted(own.public) as address:
        report = absah("doctor", address, *place, "--json").json
        assert report["exit"] == 0
        assert {"python", "one-machine"} <= {line["code"] for line in report["findings"]}
        assert not any(line["fault"] for line in report["findings"])
        (own.public / "index.html").write_bytes(b"<!doctype html>")
        done = absah("doctor", address, *place)
        assert (done.code, "[rewritten]" in done.out) == (1, True)
    assert absah("doctor", address, *place).code == 3


def test_what_is_wrong_in_a_workspace(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace)
    (own.workspace / "keys" / "log-main.key").chmod(0o644)
    settings = own.workspace / "registry.toml"
    settings.write_text(settings.read_text("utf-8").replace('"none"', '"required"'), "utf-8")
    done = absah("doctor", *place, "--now", "2026-12-05T12:00:00+09:00", "--json")
    faults = {line["code"] for line in done.json["findings"] if line["fault"]}
    assert done.code == 1
    assert {"open-mode", "note-stale", "no-backup"} <= faults
    span = ("--now", NOW, "--warn-before", "1000d", "--json")
    faults = {line["code"] for line in absah("doctor", *place, *span).json["findings"]}
    assert {"trust-expires", "key-ends"} <= faults
    said = absah("doctor", *place, "--now", NOW, "--lang", "id").out
    assert "dapat dibaca orang lain (mode 644)" in said


def test_usage(absah: Command, tmp_path: Path) -> None:
    check_error(absah("doctor", "--warn-before", "soon", "--workspace", tmp_path), 2, "10d or 36h")
    check_error(absah("doctor", "--workspace", tmp_path), 1, "no workspace here")


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_a_network_share_is_refused(
    own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    listed = tmp_path / "mountinfo"
    place = str(own.root.resolve()).replace(" ", "\\040")
    listed.write_text(SHARES.format(place=place, kind=kind))
    monkeypatch.setattr(mounts, "MOUNTS", listed)
    assert mounts.network_kind(own.workspace) == kind
    assert mounts.network_kind(own.root.parent) is None
    database = own.workspace / "registry.db"
    with pytest.raises(UserError) as caught:
        Store.open(database, writer=True)
    assert caught.value.code == "network-share"
    Store.open(database).close()
    for other in ("ext4", "xfs", "btrfs", "overlay", "fuse.ext4"):
        listed.write_text(SHARES.format(place=place, kind=other))
        assert mounts.network_kind(own.workspace) is None
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "none")
    assert mounts.network_kind(own.workspace) is None


def test_the_configuration_of_nginx_is_printed(absah: Command, own: Demonstration) -> None:
    done = absah("serve", "--nginx", "/srv/www", "--workspace", own.workspace)
    assert done.code == 0
    assert "alias /srv/www/assets/;" in done.out
    check_error(
        absah("serve", "--nginx", "/srv/w w", "--workspace", own.workspace), 2, "folder's name"
    )
