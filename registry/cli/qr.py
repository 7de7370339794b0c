"""``absah qr``: symbols of certificates that were published and read back, as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from registry.build import newest_trust
from registry.changes import find
from registry.cli.console import language_option, remark, save, say, workspace_option
from registry.errors import UserError, Words
from registry.qr import checked, png, svg, symbol
from registry.rows import LedgerRow
from registry.store import Store
from registry.workspace import Workspace
from signing.fragment import qr_text

_DRAW = {"svg": svg, "png": png}


@click.command()
@click.argument("certificates", nargs=-1, metavar="[INDEX|NUMBER...]")
@click.option("--all", "everything", is_flag=True, help="Every certificate.")
@click.option("--batch", type=int, help="The certificates of one import.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--by-lsp", is_flag=True, help="One folder for each LSP.")
@click.option("--format", "form", type=click.Choice(list(_DRAW)), default="svg", show_default=True)
@workspace_option
@language_option
def qr(
    certificates: tuple[str, ...],
    everything: bool,
    batch: int | None,
    out: Path,
    by_lsp: bool,
    form: str,
    folder: Path,
) -> None:
    """Draw QR codes. Only certificates below the published and read-back log size have one."""
    workspace = Workspace.open(folder)
    count = 0
    with Store.open(workspace.database) as store:
        site = newest_trust(store).site
        if site != workspace.settings.site:
            raise UserError("other-site", workspace.settings.site, _OTHER_SITE, _SAME_SITE)
        confirmed = store.confirmed_size()
        for row in _wanted(store, certificates, everything, batch, confirmed):
            if row.idx >= confirmed:
                raise UserError("not-published", f"#{row.idx}", _NOT_PUBLISHED, _PUBLISH_FIRST)
            target = out / str(row.lsp) if by_lsp else out
            save(target / f"{row.idx}.{form}", _drawn(site, row.cose, form))
            count += 1
    if not count:
        raise UserError("nothing-named", "qr", _NOTHING, _NAME_SOME, exit_code=2)
    say(str(out))
    remark(Words(f"{count} codes drawn and read back", f"{count} kode digambar dan dibaca ulang"))


def _wanted(
    store: Store,
    certificates: tuple[str, ...],
    everything: bool,
    batch: int | None,
    confirmed: int,
) -> Iterator[LedgerRow]:
    for reference in certificates:
        yield find(store, reference)
    if everything:
        yield from store.certificates(0, confirmed)
    elif batch is not None:
        rows = store.certificates(0, store.size())
        yield from (row for row in rows if row.batch == batch)


def _drawn(site: str, data: bytes, form: str) -> bytes:
    return checked(_DRAW[form](symbol(site, data)), qr_text(site, data))


_OTHER_SITE = Words(
    "is not the site of the published trust document",
    "bukan situs pada dokumen kepercayaan terbitan",
)
_SAME_SITE = Words(
    "codes on paper live for years: correct registry.toml, or draft a trust document",
    "kode di kertas berumur bertahun-tahun: perbaiki registry.toml atau dokumen kepercayaan",
)
_NOT_PUBLISHED = Words("its publication was not read back yet", "penerbitannya belum dibaca ulang")
_PUBLISH_FIRST = Words("publish first, then: absah confirm", "terbitkan dulu, lalu: absah confirm")
_NOTHING = Words("no certificate was named", "tidak ada sertifikat yang disebut")
_NAME_SOME = Words(
    "name indexes or numbers, or use --batch N or --all",
    "sebutkan indeks atau nomor, atau pakai --batch N atau --all",
)
