"""When a build signs, when it refuses, and what a fault leaves behind (quality R3)."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from registry import build, ceremony, changes, drafting, intake, issue, publish
from registry.audit import audit
from registry.catalogue import Catalogue
from registry.errors import UserError
from registry.keyring import Keyring
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Names, Workspace, settings_for
from tests.demonstration import NOW, SITE, Demonstration
from tests.registry.faulty_disk import Disk, counted

DAY = 86_400


def _revoke(found: Demonstration, index: int, now: int = NOW) -> None:
    with found.store() as store:
        changes.revoke(store, [str(index)], changes.ReasonCode.OTHER, now)


def _lengthen(found: Demonstration) -> None:
    workspace = Workspace.open(found.workspace)
    catalogue = Catalogue.load(workspace.catalogue)
    file = found.workspace / "samples" / "clean.csv"
    reading = intake.read(file, catalogue, today=date(2026, 11, 24))
    batch = issue.Batch(rows=reading.rows, digest=reading.digest, name=file.name)
    terms = issue.Terms(now=NOW + 60, random=os.urandom)
    with found.store() as store:
        ring = Keyring(workspace.keys, demo=True)
        assert not issue.issue(store, batch, catalogue, ring, terms).faults


def _refused(found: Demonstration, now: int, code: str, **options: bool) -> UserError:
    before = found.files()
    with pytest.raises(UserError) as caught:
        found.build(now, **options)
    assert caught.value.code == code
    assert caught.value.hint.en
    assert caught.value.hint.id
    assert found.files() == before
    return caught.value


def _clean(found: Demonstration, now: int) -> None:
    report = audit(FolderSource(found.public), None, now)
    assert report.faults == []
    assert report.could_not_check == []


def _compare(found: Demonstration) -> list[str]:
    with found.store() as store:
        return build.compare(Workspace.open(found.workspace), store)


def test_compare_names_what_differs(own: Demonstration) -> None:
    assert _compare(own) == []
    (own.public / "robots.txt").write_bytes(b"changed")
    (own.public / "files.json.gz").unlink()
    (own.public / "stray.txt").write_bytes(b"")
    (own.public / ".gitignore").write_bytes(b"*\n")
    assert _compare(own) == ["files.json.gz", "robots.txt", "stray.txt"]


def test_nothing_to_build_from(tmp_path: Path) -> None:
    names = Names(id="Contoh", ja="見本", en="Example")
    workspace = Workspace.create(tmp_path / "w", settings_for(SITE, names, demo=True))
    ring = Keyring(workspace.keys, demo=True)
    with Store.open(workspace.database, writer=True) as store:
        with pytest.raises(UserError) as caught:
            build.build(workspace, store, ring, build.Terms(NOW))
        assert caught.value.code == "no-trust"


def test_the_clock(own: Demonstration) -> None:
    _refused(own, NOW - 1, "clock-back")
    _refused(own, NOW - 1, "clock-back", clock_checked=True)
    _refused(own, NOW + 40 * DAY + 1, "clock-unchecked")
    assert own.build(NOW + 40 * DAY).written
    _refused(own, NOW + 81 * DAY, "clock-unchecked")
    assert own.build(NOW + 81 * DAY, clock_checked=True).written
    _clean(own, NOW + 81 * DAY)


def test_a_restored_backup_does_not_fork_the_log(own: Demonstration, tmp_path: Path) -> None:
    old = own.copied(tmp_path / "old")
    other = own.copied(tmp_path / "other")
    _lengthen(own)
    own.build(NOW + 60)
    shutil.rmtree(old.public)
    shutil.copytree(own.public, old.public)
    _refused(old, NOW + 120, "log-ahead")
    _lengthen(other)
    other.build(NOW + 60)
    shutil.rmtree(other.public)
    shutil.copytree(own.public, other.public)
    _refused(other, NOW + 120, "log-ahead")


def test_a_restored_backup_never_takes_back_a_revocation(
    own: Demonstration, tmp_path: Path
) -> None:
    """The log is as long in both, so only the build note shows that the store is an older copy."""
    old = own.copied(tmp_path / "old")
    _revoke(own, 30)
    own.build(NOW + 60)
    shutil.rmtree(old.public)
    shutil.copytree(own.public, old.public)
    before = old.files()
    _refused(old, NOW + 120, "log-ahead")
    assert old.files() == before
    assert own.build(NOW + 120).written is False


@pytest.mark.parametrize("text", [b"", b"<html>", b"absah-build/v2\n{}\n\n"])
def test_a_note_that_cannot_be_read_is_refused(own: Demonstration, text: bytes) -> None:
    (own.public / "build.note").write_bytes(text)
    _refused(own, NOW + 60, "bad-public")


def test_a_scheme_that_certificates_point_to_is_lost(own: Demonstration) -> None:
    for path in (own.workspace / "catalogue" / "schemes").glob("helper-cookery*"):
        path.unlink()
    assert _refused(own, NOW + 60, "scheme-lost").what == "DEMO/helper-cookery"


def test_a_key_that_the_trust_document_does_not_name(own: Demonstration) -> None:
    settings = own.workspace / "registry.toml"
    workspace = Workspace.open(own.workspace)
    Keyring(workspace.keys, demo=True).create(
        "publisher", "stranger", f"{workspace.settings.id}/publisher/stranger", None
    )
    text = settings.read_text(encoding="utf-8")
    assert 'publisher = "main"' in text
    changed = text.replace('publisher = "main"', 'publisher = "stranger"')
    settings.write_text(changed, encoding="utf-8")
    _refused(own, NOW + 60, "key-not-in-trust")


def test_a_crash_before_the_exchange(own: Demonstration, monkeypatch: pytest.MonkeyPatch) -> None:
    _revoke(own, 30)
    before = own.files()

    def crash(*_folders: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, "exchange", crash)
        with pytest.raises(KeyboardInterrupt):
            own.build(NOW + 60)
    assert own.files() == before
    _clean(own, NOW + 60)
    with own.store() as store:
        signed = store.newest_note()
    assert signed is not None
    built = own.build(NOW + 3600)
    assert built.written
    assert own.files()["build.note"] == signed.note
    _clean(own, NOW + 3600)


def test_after_a_crash_other_contents_get_a_higher_number(
    own: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(publish, "exchange", lambda *_folders: 1 / 0)
        _revoke(own, 30)
        with pytest.raises(ZeroDivisionError):
            own.build(NOW + 60)
    _revoke(own, 31)
    assert own.build(NOW + 120).note.build == 5
    _clean(own, NOW + 120)


def test_a_disk_that_fails_while_building(demonstration: Demonstration, tmp_path: Path) -> None:
    ready = demonstration.copied(tmp_path / "ready")
    _revoke(ready, 30)
    tried = 0

    def fresh(name: str) -> Demonstration:
        own = ready.copied(tmp_path / f"failing {name} {tried}")
        if name in {"mkdir", "link"}:
            # With a spare folder there is nothing to make and little to link.
            shutil.rmtree(own.root / ".public.spare")
        return own

    for name in ("mkdir", "link", "open", "write", "fchmod", "fsync"):
        at = [n for n, seen in enumerate(_calls(fresh(name), Disk())) if seen == name]
        for place in {at[len(at) // 3], at[len(at) // 2]}:
            code = (errno.ENOSPC, errno.EIO, errno.EACCES)[tried % 3]
            tried += 1
            own = fresh(name)
            before = own.files()
            with counted(Disk(place, code)), pytest.raises(UserError) as caught:
                own.build(NOW + 60)
            assert caught.value.code == "publish-failed", name
            assert own.files() == before
            _clean(own, NOW + 60)
            own.build(NOW + 120)
            _clean(own, NOW + 120)
            assert {path.name for path in own.root.iterdir()} == {"demo", "public", ".public.spare"}
    print(f"{tried} failing calls")
    assert tried >= 10


def _calls(found: Demonstration, disk: Disk) -> list[str]:
    """The calls of a build that stops before it exchanges."""

    class Stopped(Exception):
        pass

    def stop(*_folders: Path) -> None:
        raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "exchange", stop)
        with counted(disk), pytest.raises(Stopped):
            found.build(NOW + 60)
    return disk.seen


def test_nothing_to_compare_with(own: Demonstration, tmp_path: Path) -> None:
    names = Names(id="Contoh", ja="見本", en="Example")
    workspace = Workspace.create(tmp_path / "w", settings_for(SITE, names, demo=True))
    with own.store() as store:
        first = store.trust()[0].note
    with Store.open(workspace.database, writer=True) as store:
        issue.append_trust(store, first)
        with pytest.raises(UserError) as caught:
            build.compare(workspace, store)
    assert caught.value.code == "no-build"


def test_lists_are_signed_anew_when_their_key_is_removed(own: Demonstration) -> None:
    workspace = Workspace.open(own.workspace)
    ring = Keyring(workspace.keys, demo=True)
    main = ring.find("publisher", "main").vkey.text
    before = set(own.files())
    wishes = drafting.Wishes(now=NOW + 60, removed=[main])
    with own.store() as store:
        past = drafting.in_force(store)
    data = (drafting.draft(workspace.settings, past, ring.files(), wishes) + "\n").encode()
    for holder in ("a", "b"):
        file = ring.find("root", holder)
        data = ceremony.sign(data, file.vkey, ring.open(file))
    with own.store() as store:
        drafting.publish(store, data)
    _refused(own, NOW + 120, "key-not-in-trust")
    settings = own.workspace / "registry.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('publisher = "main"', 'publisher = "spare"'), "utf-8")
    assert own.build(NOW + 120).written
    new = set(own.files()) - before
    assert len([path for path in new if path.startswith("status/0-")]) == 1
    assert before <= set(own.files()), "what was published stays"
    _clean(own, NOW + 120)
