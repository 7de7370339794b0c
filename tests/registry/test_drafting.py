"""The next trust document: what it keeps, what it adds, and what a builder refuses to sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry import ceremony, drafting
from registry.drafting import DAY, LIFE, Wishes
from registry.errors import UserError
from registry.keyring import Keyring, vkey_name
from registry.store import Store
from registry.workspace import Names, Settings, Workspace, settings_for
from signing import trust
from signing.canonical import time_text
from signing.trust import Final, TrustDocument
from tests.registry.ledger_example import NOW

SITE = "https://cek.example.id/"
FINAL = Final(12, b"\x07" * 32)


class Office:
    """A workspace without passphrases, and its ceremony."""

    def __init__(self, folder: Path) -> None:
        names = Names(id="Contoh", ja="見本", en="Example")
        self.settings = settings_for(SITE, names)
        self.workspace = Workspace.create(folder, self.settings)
        self.ring = Keyring(self.workspace.keys, demo=True)
        for name in ("a", "b", "c"):
            self.key("root", name)
        for role in ("issuer", "publisher", "log"):
            self.key(role, "main")

    def key(self, role: str, name: str) -> str:
        """A new key; its vkey."""
        return self.ring.create(role, name, vkey_name("cek.example.id", role, name), None).vkey.text

    def draft(self, current: TrustDocument | None = None, **wishes: Any) -> TrustDocument:
        """The next version, as drafted."""
        chosen = Wishes(**({"now": NOW} | wishes))
        text = drafting.draft(self.settings, current, self.ring.files(), chosen)
        return trust.read_text(text)

    def sign(self, document: TrustDocument, *holders: str) -> bytes:
        """It, signed by these holders."""
        data = (document.text + "\n").encode()
        for holder in holders:
            file = self.ring.find("root", holder)
            data = ceremony.sign(data, file.vkey, self.ring.open(file))
        return data

    def enact(self, document: TrustDocument) -> TrustDocument:
        """Put it into force."""
        with Store.open(self.workspace.database, writer=True) as store:
            done, _ = drafting.publish(store, self.sign(document, "a", "b"))
        return done

    def refused(self, code: str, current: TrustDocument | None = None, **wishes: Any) -> UserError:
        with pytest.raises(UserError) as caught:
            self.draft(current, **wishes)
        assert caught.value.code == code
        assert caught.value.hint.en
        return caught.value


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "w")


def test_the_first_version(office: Office) -> None:
    document = office.draft()
    assert (document.version, document.previous, document.id) == (1, "", "cek.example.id")
    assert (document.site, document.former, document.demo) == (SITE, (), False)
    assert document.name == {"id": "Contoh", "ja": "見本", "en": "Example"}
    assert (document.threshold, len(document.roots)) == (2, 3)
    assert document.issued == NOW
    assert document.expires == NOW + LIFE
    assert 26.5 < LIFE / DAY / 365.25 * 12 < 27.5, "27 months"
    assert document.max_age == 14 * DAY
    [issuer] = document.issuers
    assert (issuer.lsps, issuer.schemes, issuer.status) == (None, None, "active")
    assert (issuer.begins, issuer.until) == (NOW, NOW + LIFE)
    assert document.log.name == "cek.example.id/log"
    assert office.draft() == document, "the same wishes give the same text"


def test_wishes(office: Office) -> None:
    office.key("root", "d")
    office.key("issuer", "part")
    office.key("approver", "x")
    document = office.draft(threshold=3, max_age=DAY, life=DAY, scopes={"part": [9002, 9001]})
    assert (document.threshold, document.max_age) == (3, DAY)
    assert document.expires == NOW + DAY
    assert [issuer.lsps for issuer in document.issuers] == [None, (9002, 9001)]
    assert len(document.approvers) == 1


def test_what_does_not_make_a_document(office: Office, tmp_path: Path) -> None:
    for threshold in (1, 3, 4, -1):
        assert "trust" in office.refused("bad-trust", threshold=threshold).what
    office.refused("bad-trust", max_age=-5)
    office.refused("bad-trust", max_age=2**60)
    office.refused("bad-trust", scopes={"main": []})
    office.refused("bad-trust", scopes={"main": [-1]})
    for pattern in ("root-*", "publisher-*", "log-*"):
        kept = [(path, path.read_bytes()) for path in office.workspace.keys.glob(pattern)]
        for path, _ in kept:
            path.unlink()
        office.refused("bad-trust")
        for path, data in kept:
            path.write_bytes(data)
    assert office.draft().version == 1


def test_a_misspelt_wish_is_never_silently_off(office: Office) -> None:
    office.refused("no-such-issuer", scopes={"mian": [9001]})
    office.refused("no-such-issuer", scopes={"a": [9001]})
    office.refused("no-such-kid", closed={"00000000": ("retired", None)})
    office.refused("no-such-publisher", removed=["cek.example.id/publisher/x+00000000+AAAA"])
    first = office.enact(office.draft())
    office.refused("no-such-issuer", first, scopes={"main": [9001]})
    office.refused("no-such-kid", first, closed={"00000000": ("retired", None)})


def test_the_next_version_is_the_present_one_and_what_is_new(office: Office) -> None:
    first = office.enact(office.draft())
    later = NOW + 365 * DAY
    plain = office.draft(first, now=later)
    assert (plain.version, plain.previous) == (2, first.digest)
    assert (plain.issued, plain.expires) == (later, later + LIFE)
    assert (plain.issuers, plain.roots, plain.logs) == (first.issuers, first.roots, first.logs)
    office.key("issuer", "spare")
    office.key("publisher", "spare")
    office.key("log", "other")
    more = office.draft(first, now=later, scopes={"spare": [9001]})
    assert more.issuers[:1] == first.issuers
    assert more.issuers[1].lsps == (9001,)
    assert more.issuers[1].begins == later
    assert len(more.publishers) == 2
    assert more.logs == first.logs, "a second log key needs a ceremony of its own"


def test_a_key_is_closed_and_stays_closed(office: Office) -> None:
    office.key("issuer", "spare")
    first = office.enact(office.draft())
    kid = first.issuers[1].kid.hex()
    second = office.enact(office.draft(first, closed={kid: ("retired", FINAL)}))
    assert [(i.status, i.final) for i in second.issuers] == [("active", None), ("retired", FINAL)]
    third = office.draft(second, closed={kid: ("compromised", None)})
    assert (third.issuers[1].status, third.issuers[1].final) == ("compromised", FINAL)
    lower = office.draft(second, closed={kid: ("retired", Final(4, FINAL.root))})
    assert lower.issuers[1].final == Final(4, FINAL.root)
    for status, final in (
        ("active", None),
        ("retired", Final(13, FINAL.root)),
        ("retired", Final(12, bytes(32))),
        ("no-word", None),
    ):
        office.refused("bad-trust", second, closed={kid: (status, final)})


def test_a_publisher_key_is_left_out_and_not_taken_up_again(office: Office) -> None:
    spare = office.key("publisher", "spare")
    first = office.enact(office.draft())
    second = office.draft(first, removed=[spare])
    assert [key.name for key in second.publishers] == ["cek.example.id/publisher/main"]
    main = first.publishers[0].text
    office.refused("bad-trust", first, removed=[main, spare])


def test_a_registry_moves_and_its_old_address_goes_on(office: Office) -> None:
    first = office.enact(office.draft())
    names = Names(id="Baru", ja="新", en="New")
    moved = {"site": "https://new.example.id/", "names": names}
    office.settings = office.settings.model_copy(update=moved)
    second = office.enact(office.draft(first))
    assert (second.site, second.former) == ("https://new.example.id/", (SITE,))
    assert second.name["en"] == "New"
    assert second.issuers == first.issuers
    third = office.draft(second)
    assert (third.site, third.former) == (second.site, second.former)
    office.settings = _with(office.settings, site=SITE)
    back = office.draft(second)
    assert (back.site, back.former) == (SITE, (SITE, "https://new.example.id/"))
    office.settings = _with(office.settings, id="other.example.id")
    office.refused("other-registry", second)


def _with(settings: Settings, **changed: str) -> Settings:
    return settings.model_copy(update=changed)


def _not_published(office: Office, data: bytes) -> UserError:
    with Store.open(office.workspace.database, writer=True) as store:
        before = store.size()
        with pytest.raises(UserError) as caught:
            drafting.publish(store, data)
        assert store.size() == before
    assert caught.value.code == "bad-trust"
    return caught.value


def test_publish_takes_a_signed_successor_only(office: Office) -> None:
    first = office.draft()
    for data in (b"", b"<html>", (first.text + "\n").encode(), office.sign(first, "a")):
        _not_published(office, data)
    enacted = office.enact(first)
    assert enacted.digest == first.digest
    office.enact(first)  # the newest once more changes nothing
    with Store.open(office.workspace.database) as store:
        assert store.size() == 1
    second = office.draft(first, now=NOW + 1)
    fourth = second.text.replace('"version": 2', '"version": 4')
    gap = trust.read_text(fourth)
    _not_published(office, office.sign(gap, "a", "b"))
    stranger = second.text.replace(first.digest, "0" * 64)
    _not_published(office, office.sign(trust.read_text(stranger), "a", "b"))


def test_publish_refuses_what_only_a_builder_refuses(office: Office) -> None:
    first = office.draft()
    lone = trust.read_text(first.text.replace('"threshold": 2', '"threshold": 1'))
    assert "threshold" in _not_published(office, office.sign(lone, "a", "b")).why.en
    whole = trust.read_text(first.text.replace('"threshold": 2', '"threshold": 3'))
    assert "threshold" in _not_published(office, office.sign(whole, "a", "b", "c")).why.en
    office.enact(first)
    second = office.draft(first)
    until, later = (f'"until": "{time_text(NOW + life)}"' for life in (LIFE, 2 * LIFE))
    assert second.text.count(until) == 1
    longer = trust.read_text(second.text.replace(until, later))
    error = _not_published(office, office.sign(longer, "a", "b"))
    assert "history-until" in error.why.en
