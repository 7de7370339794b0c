"""A publisher's workspace: ``registry.toml`` and the folders beside it.

::

    registry.toml   settings, written by ``absah init``, edited by hand
    registry.db     the private store (store.py), made when the first entry is written
    keys/           private keys, mode 0700 (keyring.py)
    trust/          trust documents: drafts and published versions
    catalogue/      schemes, fields and LSPs
    public/         the published site
    pages/          page files of the seven builds before, by number
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from registry.errors import UserError, Words

__all__ = ["KeyNames", "Names", "Settings", "UserError", "Words", "Workspace"]

SETTINGS = "registry.toml"
_SITE = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~-]+/)*\Z")
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?/([A-Za-z0-9._~-]+/)*\Z")
_ID = re.compile(r"[a-z0-9.-]+(:[0-9]+)?\Z")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Names(_Strict):
    """The registry's name in three languages."""

    id: str = Field(min_length=1, max_length=200)
    ja: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)

    @field_validator("*")
    @classmethod
    def _printable(cls, name: str) -> str:
        if not name.isprintable() or name != name.strip():
            raise ValueError("must be printable and without blanks at its ends")
        return name


class KeyNames(_Strict):
    """Which key files of ``keys/`` sign builds: the NAME of ``publisher-NAME.key`` and so on."""

    publisher: str = "main"
    log: str = "main"


class Settings(_Strict):
    """``registry.toml``. Unknown keys are refused: a misspelt switch must not be silently off."""

    id: str
    """The registry's name for life (formats 4)."""
    site: str
    """The address on paper, ending in a slash."""
    names: Names
    keys: KeyNames = KeyNames()
    sign_blank: bool = False
    """Whether the serial number of the printed blank is signed (formats 1, field 12)."""
    approval: Literal["none", "required"] = "none"
    """Whether a second person has to approve a batch before anything of it is signed."""
    daily_quota: dict[str, int] = {}
    """Most certificates a day (UTC+7) of one LSP: by its number, or ``every`` for all others."""
    backup: Literal["none", "required"] = "required"
    """Whether only what a verified backup holds may be published."""
    public: str = "public"
    """The published folder, relative to the workspace."""
    offline: bool = True
    """False: the kill switch of the pages' service worker (docs/architecture.md)."""
    demo: bool = False
    """An invented registry: keys may lack a passphrase, and every page says SAMPLE."""

    @model_validator(mode="after")
    def _addresses(self) -> Settings:
        if not _ID.match(self.id):
            raise ValueError("id: must match [a-z0-9.-]+(:[0-9]+)?")
        if not _SITE.match(self.site) and not (self.demo and _LOOPBACK.match(self.site)):
            raise ValueError("site: must be https://host/path/ in lower case, ending in a slash")
        if not all(name == "every" or name.isdecimal() for name in self.daily_quota):
            raise ValueError("daily_quota: names LSP numbers, or every")
        if any(most < 0 for most in self.daily_quota.values()):
            raise ValueError("daily_quota: must not be negative")
        if not self.public or "\x00" in self.public:
            raise ValueError("public: must name a folder")
        return self


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened workspace: its folder and its settings."""

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """The workspace in ``folder``. UserError: none there, or its settings do not hold."""
        path = folder / SETTINGS
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            raise UserError(
                "no-workspace",
                str(folder),
                Words(
                    "no workspace here (no registry.toml)", "bukan workspace (tanpa registry.toml)"
                ),
                Words(
                    "name one with --workspace DIR, or make one with: absah init DIR --site URL",
                    "sebutkan dengan --workspace DIR, atau buat dengan: absah init DIR --site URL",
                ),
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(path, str(error)) from error
        try:
            return cls(folder, Settings.model_validate(tomllib.loads(text)))
        except tomllib.TOMLDecodeError as error:
            raise _unreadable(path, str(error)) from error
        except ValidationError as error:
            raise _unreadable(path, _first_fault(error)) from error

    @classmethod
    def create(cls, folder: Path, settings: Settings) -> Workspace:
        """Make the folders and write ``registry.toml``. UserError if there is one already."""
        path = folder / SETTINGS
        if path.exists():
            raise UserError(
                "workspace-exists",
                str(path),
                Words("there is a workspace already", "workspace sudah ada"),
                Words("choose another folder", "pilih folder lain"),
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ("trust", "catalogue"):
                (folder / name).mkdir(exist_ok=True)
            (folder / "keys").mkdir(mode=0o700, exist_ok=True)
            beside = path.with_suffix(".toml.new")
            beside.write_text(toml_text(settings), encoding="utf-8", newline="\n")
            beside.replace(path)
        except OSError as error:
            raise UserError(
                "workspace-unwritable",
                str(folder),
                Words(f"cannot be written: {error.strerror}", f"gagal ditulis: {error.strerror}"),
            ) from error
        return cls(folder, settings)

    def path(self, *parts: str) -> Path:
        """A path below the workspace."""
        return self.folder.joinpath(*parts)

    @property
    def database(self) -> Path:
        """The private store."""
        return self.folder / "registry.db"

    @property
    def keys(self) -> Path:
        """The folder of key files."""
        return self.folder / "keys"

    @property
    def trust(self) -> Path:
        """The folder of trust documents."""
        return self.folder / "trust"

    @property
    def catalogue(self) -> Path:
        """The folder of schemes, fields and LSPs."""
        return self.folder / "catalogue"

    @property
    def public(self) -> Path:
        """The published folder."""
        return self.folder / self.settings.public


def names_of(indonesian: str, japanese: str, english: str) -> Names:
    """The registry's names. UserError: one is empty, too long or not printable."""
    try:
        return Names(id=indonesian, ja=japanese, en=english)
    except ValidationError as error:
        fault = _first_fault(error)
        hint = Words(
            "a name has 1 to 200 printable characters, no blank at its ends",
            "nama terdiri atas 1 sampai 200 karakter tercetak, tanpa spasi di ujungnya",
        )
        raise UserError("bad-settings", "name", Words(fault, fault), hint, exit_code=2) from error


def settings_for(site: str, names: Names, *, registry_id: str = "", demo: bool = False) -> Settings:
    """Settings of a new workspace; the id defaults to the site's host with its port.

    UserError: the site or the id has not the form that the formats ask for.
    """
    host = site.split("//", 1)[-1].split("/", 1)[0]
    try:
        backup: Literal["none", "required"] = "none" if demo else "required"
        return Settings(id=registry_id or host, site=site, names=names, backup=backup, demo=demo)
    except ValidationError as error:
        fault = _first_fault(error)
        raise UserError(
            "bad-settings",
            site,
            Words(fault, fault),
            Words(
                "an address looks like https://cek.example.go.id/",
                "alamat berbentuk seperti https://cek.example.go.id/",
            ),
            exit_code=2,
        ) from error


def toml_text(settings: Settings) -> str:
    """``registry.toml`` of settings; tables come after plain values, as TOML demands."""
    plain: list[str] = []
    tables: list[str] = []
    for key, value in settings.model_dump().items():
        if value == {}:
            continue
        if isinstance(value, dict):
            lines = [f"{name} = {_toml_value(item)}" for name, item in value.items()]
            tables.append("\n".join([f"\n[{key}]", *lines]))
        else:
            plain.append(f"{key} = {_toml_value(value)}")
    return "\n".join(plain + tables) + "\n"


def _toml_value(value: Any) -> str:
    # A TOML basic string takes JSON's escapes; the names are printable, so DEL cannot occur.
    return json.dumps(value, ensure_ascii=False)


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    text = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {text}" if place else text


def _unreadable(path: Path, why: str) -> UserError:
    first = why.splitlines()[0] if why else "?"
    return UserError(
        "bad-workspace",
        str(path),
        Words(f"cannot be used: {first}", f"tidak dapat dipakai: {first}"),
        Words("correct this line of registry.toml", "perbaiki baris itu di registry.toml"),
    )
