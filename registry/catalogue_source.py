"""The form of the files that people edit below ``catalogue/``, and how each is published.

Every rule of docs/formats.md section 8 that one file can break alone is checked here; what needs
two files (a scheme's fields, an erratum's entry) is checked by catalogue. Unknown keys are refused:
a misspelt one must not be lost in silence.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic import Field as Limits

from signing.certificate import TEXT_LIMITS, text_fault

MOST_UNITS = 256
"""A certificate's bitmap has at most 32 bytes."""


def _shown(text: str) -> str:
    """Catalogue text is shown in pages: printable (so no bidi or zero-width character), NFC."""
    if not text.isprintable() or text != text.strip() or "  " in text:
        raise ValueError("must be printable, with single blanks and none at its ends")
    if unicodedata.normalize("NFC", text) != text:
        raise ValueError("must be in Unicode form NFC")
    return text


def _signed(text: str) -> str:
    """A scheme code is signed: the repertoire of section 1."""
    fault = text_fault(text, TEXT_LIMITS["scheme"])
    if fault:
        raise ValueError(f"cannot stand in a certificate ({fault})")
    return text


def _unit_code(code: str) -> str:
    if ";" in code or "," in code:
        raise ValueError("must not hold a comma or semicolon: they separate units in a spreadsheet")
    return _signed(code)


Text = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_shown)]
Code = Annotated[str, AfterValidator(_signed)]
UnitCode = Annotated[str, AfterValidator(_unit_code)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}\z")]
Version = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}\z")]


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False)

    def published(self) -> dict[str, Any]:
        """What canonical JSON prints: dates as text, absent fields left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Names(_Source):
    """A name in three languages; ja or en may be missing: then the Indonesian one is shown."""

    id: Text
    ja: Text | None = None
    en: Text | None = None


class Printed(_Source):
    """The two lines that the certificate itself prints."""

    bidang: Text
    kualifikasi: Text


class Unit(_Source):
    """A unit of competency."""

    code: UnitCode
    id: Text
    ja: Text | None = None
    en: Text | None = None


class Scheme(_Source):
    """One version of a certification scheme."""

    code: Code
    version: Version
    """A whole number; the largest is the newest."""
    name: Names
    printed: Printed
    kind: Literal["KKNI", "okupasi", "klaster"]
    level: Annotated[int, Limits(ge=1, le=9)] | None
    years: Annotated[int, Limits(ge=1, le=20)]
    units: Annotated[list[Unit], Limits(max_length=MOST_UNITS)]
    """In the order of the bitmap. Empty = not known; such a certificate carries no bitmap."""
    fields: list[Slug]

    @model_validator(mode="after")
    def _distinct(self) -> Scheme:
        codes = [unit.code for unit in self.units]
        if len(set(codes)) != len(codes):
            raise ValueError("units: a unit code stands there twice")
        if len(set(self.fields)) != len(self.fields):
            raise ValueError("fields: a field stands there twice")
        return self

    def published(self) -> dict[str, Any]:
        """As in the base, but a scheme without a level says so."""
        values = super().published()
        return {key: values.get(key) for key in type(self).model_fields}


class Named(_Source):
    """An LSP's names from a day on."""

    first: Annotated[date, Limits(alias="from")]
    name: Names


class Licence(_Source):
    """One licence interval, both days included."""

    first: Annotated[date, Limits(alias="from")]
    last: Annotated[date, Limits(alias="until")]


class LspSource(_Source):
    """A certification body."""

    number: Annotated[int, Limits(ge=1, le=99_999)]
    names: Annotated[list[Named], Limits(min_length=1)]
    licences: Annotated[list[Licence], Limits(min_length=1)]
    contact: Annotated[
        dict[Literal["address", "email", "phone", "web"], Text], Limits(min_length=1)
    ]

    @model_validator(mode="after")
    def _in_order(self) -> LspSource:
        starts = [named.first for named in self.names]
        if starts != sorted(set(starts)):
            raise ValueError("names: must be in order of their first day, oldest first")
        end = date.min
        for licence in self.licences:
            if licence.first <= end or licence.last < licence.first:
                raise ValueError("licences: must be in order, without overlap")
            end = licence.last
        if starts[0] > self.licences[0].first:
            raise ValueError("names: the first licence begins before the first name")
        return self


class Field(_Source):
    """A field of work for Specified Skilled Workers: related to schemes, never equal to one."""

    slug: Slug
    name: Names
    ministry: Text
    """The ministry in charge, in Japanese."""
    first: Annotated[date | None, Limits(alias="from")]
    """First day of acceptance where it lies ahead or is known to the day, else null."""
    provisional: list[Literal["en", "id"]] = []
    """Languages whose name is not an official one."""

    def published(self) -> dict[str, Any]:
        """As in the base, but an open first day says so."""
        values = super().published()
        return {key: values.get(key) for key in ("slug", "name", "ministry", "from", "provisional")}


class Translations(_Source):
    """Corrected texts of a name: never the Indonesian one."""

    ja: Text | None = None
    en: Text | None = None


class UnitTranslations(Translations):
    """Corrected titles of a unit."""

    code: UnitCode


class Erratum(_Source):
    """A correction of a published entry: replaces the texts that it names, nothing else."""

    scheme: Code
    version: Version
    day: Annotated[date, Limits(alias="date")]
    name: Translations | None = None
    units: list[UnitTranslations] | None = None
    fields: list[Slug] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Erratum:
        if self.name is None and self.units is None and self.fields is None:
            raise ValueError("corrects nothing: give name, units or fields")
        return self

    def published(self, digest: str = "") -> dict[str, Any]:
        """With the digest of the entry in place of code and version."""
        values = super().published()
        return {"digest": digest} | {
            key: value for key, value in values.items() if key not in ("scheme", "version")
        }
