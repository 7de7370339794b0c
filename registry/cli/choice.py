"""Which certificates ``absah qr`` and ``absah sheet`` are about: options, and the rows they name.

Only certificates below the log size that was published and read back can be drawn, so that paper
never holds a code that a reader would not find. There is no option around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from registry.changes import find
from registry.errors import UserError, Words
from registry.rows import LedgerRow
from registry.store import Store
from registry.workspace import Workspace
from signing import build_note, trust

_F = TypeVar("_F", bound=Callable[..., Any])


FINAL = (1, 3)
"""Revoked and superseded: such a certificate is printed only when it is named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the options of a call name."""

    certificates: tuple[str, ...]
    everything: bool
    batch: int | None
    new: bool
    kind: str
    """``qr`` or ``sheet``: each has its own mark of what was drawn."""

    def rows(self, store: Store, workspace: Workspace) -> Iterator[LedgerRow]:
        """The certificates, in the order named, else by index.

        UserError: one is not published and read back yet; the site of registry.toml is not that
        of the published trust document; one is not known.
        """
        confirmed = store.confirmed_size()
        if confirmed and _published_site(store) != workspace.settings.site:
            raise UserError("other-site", workspace.settings.site, _OTHER_SITE, _SAME_SITE)
        for row in self._named(store, confirmed):
            if row.idx >= confirmed:
                raise UserError("not-published", f"#{row.idx}", _NOT_PUBLISHED, _PUBLISH_FIRST)
            yield row

    def _named(self, store: Store, confirmed: int) -> Iterator[LedgerRow]:
        for reference in self.certificates:
            yield find(store, reference)
        if self.everything:
            yield from store.certificates(0, confirmed)
        elif self.new:
            rows = store.certificates(store.drawn_size(self.kind), confirmed)
            yield from (row for row in rows if row.state not in FINAL)
        elif self.batch is not None:
            yield from store.of_batch(self.batch)

    def note_drawn(self, workspace: Workspace, size: int) -> None:
        """Keep that all up to ``size`` was drawn, once their files are written."""
        if self.new or self.everything:
            with Store.open(workspace.database, writer=True) as store, store.transaction():
                store.set_drawn(self.kind, size)


def _published_site(store: Store) -> str:
    """Site in the trust document that was read back: codes of another one lead nowhere yet."""
    last = [row for row in store.notes() if row.confirmed][-1]
    version = build_note.parse(last.note).trust_version
    return next(trust.parse(row.note).site for row in store.trust() if row.version == version)


def choice_options(kind: str) -> Callable[[_F], _F]:
    """``[INDEX|NUMBER...] --new --batch B --all``: the call gets a Choice as ``choice``."""
    options = [
        click.argument("certificates", nargs=-1, metavar="[INDEX|NUMBER...]"),
        click.option("--new", is_flag=True, help="Those that this command has not drawn yet."),
        click.option("--all", "everything", is_flag=True, help="Every certificate."),
        click.option("--batch", type=int, help="The certificates of one import."),
    ]

    def with_options(command: _F) -> _F:
        @wraps(command)
        def with_choice(
            *args: Any,
            certificates: tuple[str, ...],
            everything: bool,
            batch: int | None,
            new: bool,
            **rest: Any,
        ) -> Any:
            choice = Choice(certificates, everything, batch, new, kind)
            return command(*args, choice=choice, **rest)

        made: Any = with_choice
        for option in reversed(options):
            made = option(made)
        return made  # type: ignore[no-any-return]

    return with_options


def nothing_named(command: str) -> UserError:
    """The error of a call that names no certificate."""
    return UserError("nothing-named", command, _NOTHING, _NAME_SOME, exit_code=2)


_OTHER_SITE = Words(
    "is not the site of the published trust document",
    "bukan situs pada dokumen kepercayaan terbitan",
)
_SAME_SITE = Words(
    "codes live for years: correct registry.toml, or publish and confirm a trust document first",
    "kode berumur bertahun-tahun: perbaiki registry.toml, atau terbitkan dan konfirmasi dokumennya",
)
_NOT_PUBLISHED = Words("its publication was not read back yet", "penerbitannya belum dibaca ulang")
_PUBLISH_FIRST = Words("publish first, then: absah confirm", "terbitkan dulu, lalu: absah confirm")
_NOTHING = Words("no certificate was named", "tidak ada sertifikat yang disebut")
_NAME_SOME = Words(
    "name indexes or numbers, or use --new, --batch N or --all",
    "sebutkan indeks atau nomor, atau pakai --new, --batch N, atau --all",
)
