"""Which registry is asked, and what a machine remembers of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry import session
from registry.client import Client
from registry.errors import UserError, Words
from registry.memory import Memory, default_folder, grouped, trust_at
from registry.session import Asked
from registry.source import Unreachable, UrlSource
from registry.store import Store
from signing import trust
from signing.fragment import qr_text
from tests.cli.second_registry import publish
from tests.demonstration import Demonstration, tree
from tests.registry.audit_example import LATER, made, second_trust
from tests.registry.ledger_example import ID, issuer_entry, trust_note

SITE = f"https://{ID}/"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A public folder and the code of one of its certificates."""
    folder = tmp_path_factory.mktemp("example") / "w"
    made(folder)
    with Store.open(folder / "registry.db") as store:
        row = store.certificate(6)
    assert row is not None
    return folder / "public", qr_text(SITE, row.cose)


class Opener:
    """Opens clients with one state folder; keeps what was told."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.told: list[str] = []

    def __call__(self, **named: object) -> Client:
        asked = {"site": None, "trust": None, "state": self.state, "offline": False} | named
        return session.open_client(Asked(**asked), LATER, self._tell)  # type: ignore[arg-type]

    def refused(self, code: str, exit_code: int, **named: object) -> None:
        with pytest.raises(UserError) as caught:
            self(**named)
        assert (caught.value.code, caught.value.exit_code) == (code, exit_code)

    def _tell(self, words: Words) -> None:
        self.told.append(words.en)


@pytest.fixture
def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: tuple[Path, str]) -> Opener:
    """The address of the registry leads to the folder that was published."""

    def read(self: UrlSource, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        assert self.address == SITE
        file = published[0] / path
        return file.read_bytes() if file.is_file() else None

    monkeypatch.setattr(UrlSource, "read", read)
    return Opener(tmp_path)


def test_first_use_pins_and_says_the_digest(opener: Opener, published: tuple[Path, str]) -> None:
    digest = trust.anchor(trust_note()).digest
    client = opener(site=str(published[0]))
    assert client.check(published[1]).verdict.reason == "valid"
    assert len(opener.told) == 1
    assert grouped(digest) in opener.told[0]
    assert len(grouped(digest).split()) == 16
    assert "memorandum" in opener.told[0]
    assert [path.name for path in opener.state.iterdir()] == [digest]
    opener(site=str(published[0]))
    assert len(opener.told) == 1, "only on first use"
    assert opener().check(published[1]).verdict.reason == "valid"


def test_offline_rests_on_what_was_stored(opener: Opener, published: tuple[Path, str]) -> None:
    opener.refused("no-registry", 2, offline=True)
    opener(site=str(published[0])).check(published[1])
    opener(site=str(published[0]))
    client = opener(offline=True)
    assert client.source is None
    assert client.held.note is not None
    assert client.held.trust is not None
    assert client.held.trust.version == 2


def test_tampered_state_is_passed_over(opener: Opener, published: tuple[Path, str]) -> None:
    opener(site=str(published[0]))
    [folder] = opener.state.iterdir()
    files = tree(folder)
    tried = 0
    for path, data in files.items():
        for bad in (b"", b"<html>", data[: len(data) // 2], data.replace(b"a", b"b")):
            (folder / path).write_bytes(bad)
            held = Memory(opener.state).load(folder.name)
            versions = {"trust/1.note": None, "trust/2.note": 1}
            version = held.trust.version if held.trust else None
            assert version == versions.get(path, 2), path
            assert (held.note is None) == (not path.startswith(("status/", "log/"))), path
            assert held.checkpoint is None or not path.startswith("log/"), path
            assert held.lists == {} or path.startswith("log/"), path
            tried += 1
        (folder / path).write_bytes(data)
    print(f"{tried} tampered files")
    assert tried >= 12
    assert Memory(opener.state).load(folder.name).note is not None


def test_another_first_document_for_a_pinned_site_is_refused(
    opener: Opener, published: tuple[Path, str], tmp_path: Path
) -> None:
    opener(site=str(published[0]))
    before = tree(opener.state)
    (tmp_path / "fake" / "trust").mkdir(parents=True)
    other = trust_note(issuer_entry("stranger"))
    (tmp_path / "fake" / "trust" / "1.note").write_bytes(other)
    opener.refused("pinned-otherwise", 1, site=str(tmp_path / "fake"))
    assert tree(opener.state) == before


def test_a_pin_that_was_lost_is_made_again(opener: Opener, published: tuple[Path, str]) -> None:
    opener(site=str(published[0]))
    [folder] = opener.state.iterdir()
    whole = tree(folder)
    (folder / "trust" / "1.note").write_bytes(b"")
    opener.refused("no-registry", 2)
    opener(site=str(published[0]))
    assert tree(folder) == whole
    (folder / "trust" / "2.note").unlink()
    assert opener().check(published[1]).verdict.reason == "valid"
    assert tree(folder) == whole


def test_a_pinned_site_that_answers_nonsense_rests_on_what_is_stored(
    opener: Opener, published: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opener(site=SITE)
    before = tree(opener.state)

    def unreachable(*_arguments: object, **_named: object) -> bytes:
        raise Unreachable("down")

    for read in (unreachable, lambda *_a, **_n: b"<html>log in</html>", lambda *_a, **_n: None):
        monkeypatch.setattr(UrlSource, "read", read)
        for named in ({"site": SITE}, {}):
            result = opener(**named).check(published[1])
            assert (result.verdict.reason, result.fetched) == ("valid", False)
            assert result.verdict.answers.standing == "ok_offline"
    monkeypatch.setattr(UrlSource, "read", unreachable)
    opener.refused("unreachable", 3, site="https://elsewhere.example/")
    assert tree(opener.state) == before


def test_several_pinned_registries(
    opener: Opener, published: tuple[Path, str], tmp_path: Path
) -> None:
    other = publish(tmp_path / "two", seed=1)
    opener(site=str(published[0]))
    opener(site=str(tmp_path / "two"))
    opener.refused("no-registry", 2)
    opener.refused("no-registry", 2, offline=True)
    said = {}
    for site, code in ((SITE, published[1]), ("https://cek.example.id/", other)):
        verdict = opener(site=site, offline=True).check(code).verdict
        said[site] = (verdict.reason, verdict.certificate is not None)
    assert said == dict.fromkeys(said, ("valid", True))
    assert opener(site=SITE).check(other).verdict.reason == "foreign-code"


def test_a_demonstration_is_never_pinned(demonstration: Demonstration, opener: Opener) -> None:
    for _ in range(2):
        client = opener(site=str(demonstration.public))
        assert client.held.trust is not None
    assert len(opener.told) == 2, "its digest is said every time"
    assert not opener.state.exists()


def test_sites_that_are_none(opener: Opener, tmp_path: Path) -> None:
    opener.refused("no-registry", 2)
    opener.refused("no-registry", 3, site=str(tmp_path))
    opener.refused("no-registry", 2, site="https://nowhere.example/", offline=True)


def test_trust_that_is_handed_over(
    opener: Opener, published: tuple[Path, str], tmp_path: Path
) -> None:
    site, code = str(published[0]), published[1]
    file = tmp_path / "2.note"
    file.write_bytes(second_trust())
    for path in (file, published[0] / "trust", published[0] / "trust" / "1.note"):
        assert opener(trust=path, site=site).check(code).verdict.reason == "valid"
        assert opener(trust=path, offline=True).check(code).verdict.reason == "status-stale"
    assert not opener.state.exists(), "nothing is pinned by --trust"
    for bad in (tmp_path / "none.note", opener.state.parent):
        opener.refused("no-trust", 2, trust=bad / "x")
    (tmp_path / "bad.note").write_bytes(b"<html>")
    opener.refused("no-trust", 2, trust=tmp_path / "bad.note")


def test_a_handed_over_document_leaves_no_gap_in_what_is_stored(
    opener: Opener, published: tuple[Path, str], tmp_path: Path
) -> None:
    memory = Memory(opener.state)
    memory.pin(trust.anchor(trust_note()), trust_note())
    before = tree(opener.state)
    (tmp_path / "2.note").write_bytes(second_trust())
    client = opener(trust=tmp_path / "2.note", site=str(published[0]))
    assert client.check(published[1]).verdict.reason == "valid"
    assert tree(opener.state) == before
    (tmp_path / "1.note").write_bytes(trust_note())
    opener(trust=tmp_path / "1.note", site=str(published[0]))
    [document] = memory.pinned()
    assert document.version == 2, "a document of the stored chain goes on from there"
    stranger = trust_note(issuer_entry("stranger"))
    (tmp_path / "1.note").write_bytes(stranger)
    before = tree(opener.state)
    client = opener(trust=tmp_path / "1.note", offline=True)
    assert client.held.trust == trust.anchor(stranger), "taken as it is"
    assert tree(opener.state) == before


def test_a_folder_of_trust_documents_is_walked(tmp_path: Path) -> None:
    (tmp_path / "1.note").write_bytes(trust_note())
    (tmp_path / "2.note").write_bytes(second_trust())
    assert trust_at(tmp_path).version == 2
    (tmp_path / "3.note").write_bytes(second_trust())
    with pytest.raises(UserError) as caught:
        trust_at(tmp_path)
    assert caught.value.code == "no-trust"


def test_the_state_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "absah"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert default_folder() == Path.home() / ".local" / "state" / "absah"


def test_a_state_that_cannot_be_written(opener: Opener, published: tuple[Path, str]) -> None:
    opener.state.write_bytes(b"a file where the folder should be")
    opener.refused("state-unwritable", 3, site=str(published[0]))
