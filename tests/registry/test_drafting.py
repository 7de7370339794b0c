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
from signing.keys import Vkey
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

    def draft(self, *past: TrustDocument, **wishes: Any) -> TrustDocument:
        """The next version, as drafted."""
        chosen = Wishes(**({"now": NOW} | wishes))
        text = drafting.draft(self.settings, past, self.ring.files(), chosen)
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

    def refused(self, code: str, *past: TrustDocument, **wishes: Any) -> UserError:
        with pytest.raises(UserError) as caught:
            self.draft(*past, **wishes)
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
    office.refused("no-such-key", removed=["cek.example.id/publisher/x+00000000+AAAA"])
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
    second = office.enact(office.draft(first))
    with Store.open(office.workspace.database) as store:
        final, lower = drafting.cut_off(store), drafting.cut_off(store, 1)
        for size in (0, 3, -1):
            with pytest.raises(UserError, match="no such size"):
                drafting.cut_off(store, size)
    assert (final.size, lower.size) == (2, 1)
    past = (first, second)
    third = office.enact(office.draft(*past, closed={kid: ("retired", final)}))
    assert [(i.status, i.final) for i in third.issuers] == [("active", None), ("retired", final)]
    fourth = office.draft(*past, third, closed={kid: ("compromised", None)})
    assert (fourth.issuers[1].status, fourth.issuers[1].final) == ("compromised", final)
    fallen = office.draft(*past, third, closed={kid: ("retired", lower)})
    assert office.enact(fallen).issuers[1].final == lower
    for status, wrong in (
        ("active", None),
        ("retired", Final(3, final.root)),
        ("retired", Final(2, bytes(32))),
        ("no-word", None),
    ):
        office.refused("bad-trust", *past, third, closed={kid: (status, wrong)})


def test_a_cut_off_that_is_not_of_this_log_is_never_published(office: Office) -> None:
    first = office.enact(office.draft())
    kid = first.issuers[0].kid.hex()
    for final in (FINAL, Final(1, bytes(32)), Final(2, bytes(32))):
        wrong = office.draft(first, closed={kid: ("compromised", final)})
        assert "final-root" in _not_published(office, office.sign(wrong, "a", "b")).why.en


def test_a_publisher_key_is_left_out_and_not_taken_up_again(office: Office) -> None:
    spare = office.key("publisher", "spare")
    first = office.enact(office.draft())
    second = office.draft(first, removed=[spare])
    assert [key.name for key in second.publishers] == ["cek.example.id/publisher/main"]
    assert office.draft(first, removed=["publisher/spare"]) == second
    assert office.draft(first, removed=["cek.example.id/publisher/spare"]) == second
    third = office.draft(first, office.enact(second))
    assert third.publishers == second.publishers, "its file still lies in keys/"
    main = first.publishers[0].text
    office.refused("bad-trust", first, removed=[main, spare])
    office.refused("no-such-key", removed=["publisher/spare"])
    office.refused("no-such-key", first, removed=["issuer/main"])
    office.refused("no-such-key", first, removed=["log"])


def test_a_lost_root_is_replaced(office: Office) -> None:
    first = office.enact(office.draft())
    office.key("root", "d")
    second = office.draft(first, removed=["root/c"])
    assert [key.name.rpartition("/")[2] for key in second.roots] == ["a", "b", "d"]
    with Store.open(office.workspace.database, writer=True) as store:
        drafting.publish(store, office.sign(second, "b", "a"))
    third = office.draft(first, second)
    assert third.roots == second.roots, "the file of the lost root is not taken up again"
    error = office.refused("bad-trust", first, second, removed=["root/d"])
    assert "trust-threshold" in error.why.en, "2 of 2: none may be lost"


def test_one_key_has_one_role_in_all_versions(office: Office) -> None:
    spare = office.key("publisher", "spare")
    first = office.enact(office.draft())
    second = office.enact(office.draft(first, removed=[spare]))
    x = first.publishers[1].public
    approver = Vkey("cek.example.id/approver/x", x).text
    (office.workspace.keys / "approver-x.pub").write_text(approver + "\n")
    assert "key-role" in office.refused("bad-trust", first, second).why.en
    (office.workspace.keys / "approver-x.pub").unlink()
    plain = office.draft(first, second)
    text = plain.text.replace('"approvers": []', f'"approvers": [\n  "{approver}"\n ]')
    forced = trust.read_text(text)
    assert len(forced.approvers) == 1
    assert "key-role" in _not_published(office, office.sign(forced, "a", "b")).why.en


def test_another_log_key_signs_the_same_log(office: Office) -> None:
    first = office.enact(office.draft())
    office.key("log", "second")
    with Store.open(office.workspace.database) as store:
        final = drafting.log_cut_off(store)
    assert final.size == 1, "nothing was built: everything that is logged"
    for name in ("none", "main"):
        office.refused("no-such-log", first, log=(name, final))
    office.refused("no-such-log", log=("second", final))
    second = office.draft(first, log=("second", final))
    assert [entry.final for entry in second.logs] == [final, None]
    assert second.log.name == first.log.name == "cek.example.id/log"
    wrong = office.draft(first, log=("second", Final(1, bytes(32))))
    assert "final-root" in _not_published(office, office.sign(wrong, "a", "b")).why.en
    enacted = office.enact(second)
    office.refused("no-such-log", first, enacted, log=("main", final))
    assert office.draft(first, enacted).logs == enacted.logs


def test_spare_keys_on_the_machine_in_use_are_named(office: Office) -> None:
    office.key("issuer", "spare")
    office.key("publisher", "spare")
    document = office.draft()
    told = drafting.unsealed(office.settings, document, office.ring.files())
    assert len(told) == 2
    demo = office.settings.model_copy(update={"demo": True})
    assert drafting.unsealed(demo, document, office.ring.files()) == []
    for role in ("issuer", "publisher"):
        (office.workspace.keys / f"{role}-spare.key").unlink()
    assert drafting.unsealed(office.settings, document, office.ring.files()) == []


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
