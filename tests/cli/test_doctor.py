"""``absah doctor``: what it says of a workspace and of a site, and with which exit code."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry import mounts
from registry.errors import UserError
from registry.serve import server
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


@pytest.mark.parametrize("path", ["sw.js", "manifest.webmanifest", "guide/*.css", "guide/*.js"])
def test_what_a_host_rewrites(absah: Command, own: Demonstration, path: str) -> None:
    for file in own.public.rglob(path.rpartition("/")[2]):
        if file.relative_to(own.public).as_posix().startswith(path.partition("*")[0]):
            file.write_bytes(file.read_bytes() + b" ")
    with hosted(own.public) as address:
        done = absah("doctor", address, "--workspace", own.workspace, "--now", NOW)
    assert done.code == 1
    assert "[rewritten]" in done.out


@contextmanager
def _secured(folder: Path, place: Path, days: int) -> Iterator[str]:
    """The folder under an https address whose certificate, its own authority, ends in ``days``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    address = x509.IPAddress(IPv4Address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=90))
        .not_valid_after(today + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    text = certificate.public_bytes(form[0])
    place.write_bytes(text + key.private_bytes(*form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    running = server(folder, 0)
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://127.0.0.1:{running.server_address[1]}/"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def _tls(absah: Command, own: Demonstration, address: str, now: datetime) -> dict[str, bool]:
    """What is said of TLS, by code: whether it is a fault."""
    stated = now.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    done = absah("doctor", address, "--workspace", own.workspace, "--now", stated, "--json")
    lines = done.json["findings"]
    return {line["code"]: line["fault"] for line in lines if line["code"].startswith("tls-")}


def test_the_end_of_a_tls_certificate(
    absah: Command, own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today, place = datetime.now(UTC), tmp_path / "host.pem"
    with _secured(own.public, place, 30) as address:
        assert _tls(absah, own, address, today) == {"tls-refused": True}, "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(place))
        assert _tls(absah, own, address, today) == {}
        assert _tls(absah, own, address, today + timedelta(days=25)) == {"tls-ends": True}
    assert _tls(absah, own, address, today) == {"tls-unseen": False}
    with _secured(own.public, place, -1) as address:
        assert _tls(absah, own, address, today) == {"tls-refused": True}


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
