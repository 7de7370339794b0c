"""registry.toml: written, read again, and refused with a sentence when it does not hold."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from registry.workspace import Names, Settings, UserError, Words, Workspace, settings_for, toml_text

NAMES = Names(id='Registri "Contoh" \\ satu', ja="見本の登録簿", en="Example – registry’s")
SITE = "https://cek.example.go.id/"


def test_a_workspace_is_written_and_opened_again(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "new" / "here", settings_for(SITE, NAMES))
    again = Workspace.open(made.folder)
    assert again == made
    assert again.settings.names == NAMES
    assert (again.settings.id, again.settings.demo) == ("cek.example.go.id", False)
    assert (again.settings.sign_blank, again.settings.approval) == (False, "none")
    assert again.public == made.folder / "public"
    assert again.path("trust", "1.note") == made.folder / "trust" / "1.note"
    assert stat.S_IMODE(again.keys.stat().st_mode) == 0o700
    assert {path.name for path in made.folder.iterdir()} == {
        "registry.toml",
        "keys",
        "trust",
        "catalogue",
    }
    assert not made.database.exists()


def test_the_text_of_the_settings(tmp_path: Path) -> None:
    names = Names(id="Contoh", ja="見本", en="Example")
    settings = settings_for("http://127.0.0.1:8080/", names, registry_id="demo.example", demo=True)
    assert toml_text(settings) == (
        'id = "demo.example"\n'
        'site = "http://127.0.0.1:8080/"\n'
        "sign_blank = false\n"
        'approval = "none"\n'
        'backup = "none"\n'
        'public = "public"\n'
        "offline = true\n"
        "demo = true\n"
        "\n[names]\n"
        'id = "Contoh"\n'
        'ja = "見本"\n'
        'en = "Example"\n'
        "\n[keys]\n"
        'publisher = "main"\n'
        'log = "main"\n'
    )


def test_the_id_is_the_host_with_its_port() -> None:
    assert settings_for("https://cek.example.go.id:8443/a/", NAMES).id == "cek.example.go.id:8443"


@pytest.mark.parametrize(
    "site",
    [
        "http://cek.example.go.id/",
        "http://127.0.0.1:8080/",
        "https://Cek.example.go.id/",
        "https://cek.example.go.id",
        "https://cek.example.go.id/a",
        "https://user@cek.example.go.id/",
        "https://cek.example.go.id/?a/",
        "cek.example.go.id/",
        "",
    ],
)
def test_an_address_of_another_form_is_refused(site: str) -> None:
    with pytest.raises(UserError) as error:
        settings_for(site, NAMES, registry_id="cek.example.go.id")
    assert (error.value.code, error.value.exit_code) == ("bad-settings", 2)
    assert error.value.why.say("ja").startswith("site: must be https://")


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UserError) as error:
            Workspace.open(folder)
        assert error.value.code == "no-workspace"
        assert "absah init" in error.value.hint.en
        assert error.value.hint.say("id").startswith("sebutkan")
        assert str(error.value) == f"{folder}: no workspace here (no registry.toml)"


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    Workspace.create(tmp_path, settings_for(SITE, NAMES))
    before = (tmp_path / "registry.toml").read_bytes()
    with pytest.raises(UserError) as error:
        Workspace.create(tmp_path, settings_for("https://lain.example.go.id/", NAMES))
    assert error.value.code == "workspace-exists"
    assert (tmp_path / "registry.toml").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as error:
        Workspace.create(tmp_path / "file" / "deep", settings_for(SITE, NAMES))
    assert error.value.code == "workspace-unwritable"


GOOD = toml_text(settings_for(SITE, NAMES))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD.replace("demo = false", 'demo = "no"'), "demo"),
        (GOOD.replace("sign_blank", "sign_blanks"), "sign_blanks"),
        (GOOD.replace('approval = "none"', 'approval = "perhaps"'), "approval"),
        (GOOD.replace('id = "cek', 'id = "Cek', 1), "id"),
        (GOOD.replace(SITE, "http://cek.example.go.id/"), "site"),
        (GOOD.replace('public = "public"', 'public = ""'), "public"),
        (GOOD.replace('ja = "見本の登録簿"', 'ja = ""'), "names.ja"),
        (GOOD.replace('ja = "見本の登録簿"', 'ja = " 見本"'), "names.ja"),
        (GOOD.split("[names]", maxsplit=1)[0], "names"),
        ("id = ", "Invalid value"),
        ("", "id"),
    ],
)
def test_settings_that_do_not_hold_name_the_line(tmp_path: Path, text: str, named: str) -> None:
    assert text != GOOD
    (tmp_path / "registry.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        Workspace.open(tmp_path)
    assert error.value.code == "bad-workspace"
    assert named in error.value.why.en
    assert "\n" not in error.value.why.en


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "registry.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="cannot be used"):
        Workspace.open(tmp_path)


def test_settings_cannot_be_changed_in_place() -> None:
    settings = Settings.model_validate(
        {"id": "a.example", "site": "https://a.example/", "names": NAMES.model_dump()}
    )
    with pytest.raises(ValueError, match="frozen"):
        settings.demo = True


def test_words_fall_back_to_english() -> None:
    words = Words("one", "satu")
    assert [words.say(language) for language in ("id", "en", "ja")] == ["satu", "one", "one"]
