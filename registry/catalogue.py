"""The catalogue: schemes, fields of work and LSPs, edited as plain JSON, published by digest.

Source, the ``catalogue/`` folder of a workspace::

    schemes/*.json  one scheme entry a file; a later version is a new file with the same code.
                    Old files stay: certificates point to the digest of what is built from them
    lsps.json       LSPs by licence number, with names, licence intervals and a contact
    fields.json     the fields of work in Japan
    errata.json     corrections of ja and en texts and related fields, by code and version

Published (docs/formats.md section 8), canonical JSON::

    catalogue/scheme/<32 hex>.json  catalogue/schemes.json  catalogue/lsps/<number div 64>.json
    catalogue/fields.json           catalogue/errata.json

Layout and field order of a source file are free: what is published is printed anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, RootModel, ValidationError

from registry.catalogue_source import Erratum, Field, LspSource, Names, Scheme
from registry.errors import UserError, Words
from signing.canonical import dumps

__all__ = ["Catalogue", "Lsp", "SchemeEntry", "install_demonstration"]

SHARD = 64
"""LSPs in one published file: a page loads the one that holds its LSP."""
DEMONSTRATION = Path(__file__).parent / "demonstration"
_Model = TypeVar("_Model", bound=BaseModel)


class _LspList(RootModel[list[LspSource]]):
    """``lsps.json``."""


class _FieldList(RootModel[list[Field]]):
    """``fields.json``."""


class _ErratumList(RootModel[list[Erratum]]):
    """``errata.json``."""


@dataclass(frozen=True, slots=True)
class SchemeEntry:
    """One version of a scheme, as published."""

    code: str
    version: str
    digest: str
    """SHA-256 of ``data``, 64 lower-case hex digits; the first 32 name its file (claim 9)."""
    data: bytes
    """The bytes of its published file."""
    years: int
    """Term of a certificate."""
    units: tuple[str, ...]
    """Unit codes in the order of the bitmap; empty where the list is not known."""
    names: Names
    fields: tuple[str, ...]
    """Slugs of related fields of work."""

    @property
    def claim(self) -> bytes:
        """The 16 bytes of the digest that a certificate carries (claim 9)."""
        return bytes.fromhex(self.digest)[:16]


@dataclass(frozen=True, slots=True)
class Lsp:
    """A certification body."""

    number: int
    names: tuple[tuple[date, Names], ...]
    """(from, names), oldest first."""
    licences: tuple[tuple[date, date], ...]
    """(first day, last day), oldest first, without overlap."""
    contact: dict[str, str]

    def licensed(self, day: date) -> bool:
        """Whether a licence covers ``day``."""
        return any(first <= day <= last for first, last in self.licences)

    def name_on(self, day: date) -> Names:
        """The names in use on ``day``; the first ones for an earlier day."""
        in_use = [names for first, names in self.names if first <= day]
        return in_use[-1] if in_use else self.names[0][1]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A loaded catalogue. Nothing in it changes a verdict; intake enforces it."""

    schemes: dict[str, SchemeEntry]
    """The newest version of each code: what intake uses."""
    by_digest: dict[str, SchemeEntry]
    """Every version."""
    lsps: dict[int, Lsp]
    fields: tuple[Field, ...]
    _published: dict[str, bytes]

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """The catalogue of a workspace. UserError ``bad-catalogue``: names the file and the fault.

        UserError ``no-catalogue``: there is none in ``folder``.
        """
        if not (folder / "schemes").is_dir():
            raise _no_catalogue(folder)
        fields = _read(folder / "fields.json", _FieldList).root
        slugs = _distinct(folder / "fields.json", [field.slug for field in fields])
        entries = _load_schemes(folder / "schemes", slugs)
        newest: dict[str, SchemeEntry] = {}
        for entry in entries:  # in order of code and version: the last one stays
            newest[entry.code] = entry
        sources = _read(folder / "lsps.json", _LspList).root
        _distinct(folder / "lsps.json", [str(lsp.number) for lsp in sources])
        errata = _load_errata(folder / "errata.json", entries, slugs)
        published = {f"catalogue/scheme/{entry.claim.hex()}.json": entry.data for entry in entries}
        published["catalogue/schemes.json"] = _bytes([_listed(entry) for entry in entries])
        published["catalogue/fields.json"] = _bytes([field.published() for field in fields])
        published["catalogue/errata.json"] = _bytes(errata)
        published |= _shards(sources)
        return cls(
            schemes=newest,
            by_digest={entry.digest: entry for entry in entries},
            lsps={lsp.number: _lsp(lsp) for lsp in sources},
            fields=tuple(fields),
            _published=dict(sorted(published.items())),
        )

    def files(self) -> dict[str, bytes]:
        """The published files by path, sorted. The caller may change the dict."""
        return dict(self._published)

    def missing(self, digests: Iterable[str]) -> list[str]:
        """Those of the scheme digests in use that the catalogue no longer yields, sorted.

        Not empty = a source file was changed or removed although certificates point to it.
        """
        return sorted(set(digests) - self.by_digest.keys())


def install_demonstration(folder: Path) -> None:
    """Copy the invented demonstration catalogue into ``folder`` (made if missing).

    UserError ``catalogue-exists``: something is there already; nothing is overwritten.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(
            "catalogue-exists",
            str(folder),
            Words("there is a catalogue already", "katalog sudah ada"),
            Words("choose another folder", "pilih folder lain"),
        )
    shutil.copytree(DEMONSTRATION, folder, dirs_exist_ok=True)


def _load_schemes(folder: Path, slugs: set[str]) -> list[SchemeEntry]:
    entries: dict[tuple[str, int], SchemeEntry] = {}
    for path in sorted(folder.glob("*.json")):
        scheme = _read(path, Scheme)
        unknown = [slug for slug in scheme.fields if slug not in slugs]
        if unknown:
            _refuse(path, f"fields: {unknown[0]} is not in fields.json")
        place = (scheme.code, int(scheme.version))
        if place in entries:
            _refuse(path, f"code {scheme.code} version {scheme.version} is in another file too")
        entries[place] = _entry(scheme)
    return [entries[place] for place in sorted(entries)]


def _entry(scheme: Scheme) -> SchemeEntry:
    data = _bytes(scheme.published())
    return SchemeEntry(
        code=scheme.code,
        version=scheme.version,
        digest=hashlib.sha256(data).hexdigest(),
        data=data,
        years=scheme.years,
        units=tuple(unit.code for unit in scheme.units),
        names=scheme.name,
        fields=tuple(scheme.fields),
    )


def _listed(entry: SchemeEntry) -> dict[str, Any]:
    names = entry.names.published()
    return {
        "code": entry.code,
        "version": entry.version,
        "name": names,
        "digest": entry.digest,
    }


def _load_errata(path: Path, entries: list[SchemeEntry], slugs: set[str]) -> list[dict[str, Any]]:
    known = {(entry.code, entry.version): entry for entry in entries}
    published = []
    for erratum in _read(path, _ErratumList).root:
        entry = known.get((erratum.scheme, erratum.version))
        if entry is None:
            _refuse(path, f"scheme {erratum.scheme} version {erratum.version} does not exist")
        strange = {unit.code for unit in erratum.units or ()} - set(entry.units)
        strange |= set(erratum.fields or ()) - slugs
        if strange:
            _refuse(path, f"{min(strange)} is neither a unit of {entry.code} nor a field")
        published.append(erratum.published(entry.digest))
    return published


def _lsp(source: LspSource) -> Lsp:
    return Lsp(
        number=source.number,
        names=tuple((named.first, named.name) for named in source.names),
        licences=tuple((licence.first, licence.last) for licence in source.licences),
        contact={str(kind): text for kind, text in source.contact.items()},
    )


def _shards(sources: list[LspSource]) -> dict[str, bytes]:
    shards: dict[int, list[dict[str, Any]]] = {}
    for source in sorted(sources, key=lambda lsp: lsp.number):
        shards.setdefault(source.number // SHARD, []).append(source.published())
    return {f"catalogue/lsps/{number}.json": _bytes(lsps) for number, lsps in shards.items()}


def _bytes(value: Any) -> bytes:
    return dumps(value).encode()


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        _refuse(path, "the file is missing")
    try:
        # pydantic takes the last of two equal keys in silence; a person meant one of them.
        json.loads(data, object_pairs_hook=_no_twins)
        return model.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        _refuse(path, f"{place}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": "))
    except (ValueError, RecursionError) as error:
        _refuse(path, str(error))


def _no_twins(pairs: list[tuple[str, Any]]) -> None:
    _distinct(None, [key for key, _ in pairs])


def _distinct(path: Path | None, names: list[str]) -> set[str]:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins and path:
        _refuse(path, f"{twins[0]} stands there twice")
    if twins:
        raise ValueError(f"{twins[0]} stands there twice")
    return set(names)


def _refuse(path: Path, why: str) -> NoReturn:
    raise UserError(
        "bad-catalogue",
        str(path),
        Words(f"cannot be used: {why}", f"tidak dapat dipakai: {why}"),
        Words("correct the file and try again", "perbaiki berkas itu lalu coba lagi"),
    )


def _no_catalogue(folder: Path) -> UserError:
    return UserError(
        "no-catalogue",
        str(folder),
        Words("no catalogue here (no folder schemes)", "katalog tidak ada (tanpa folder schemes)"),
        Words(
            "absah demo writes an invented one to start from",
            "absah demo menulis katalog rekaan sebagai contoh awal",
        ),
    )
