"""``absah sheet``: labels to print, stamped certificates, and the calibration page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import click

from registry.build import newest_trust
from registry.calibration import calibration_sheet
from registry.cli.choice import Choice, choice_options, nothing_named
from registry.cli.console import language_option, save, say, workspace_option
from registry.cli.drawing import Means, label, means_options, tell
from registry.drawing import Style
from registry.errors import UserError, Words
from registry.sheet import index_csv, parts, sheet
from registry.sheet_label import MODULE_DOTS, Label
from registry.stamp import Corner, Place, stamped
from registry.store import Store
from registry.workspace import Workspace

_F = TypeVar("_F", bound=Callable[..., Any])
_LARGEST_MODULE = 24
"""Dots of a module on a stamp: 2 mm."""

_PLACE = [
    click.option(
        "--corner",
        type=click.Choice([corner.value for corner in Corner]),
        default=Corner.BOTTOM_RIGHT.value,
        show_default=True,
        help="Corner of the page from which a stamp is placed.",
    ),
    click.option(
        "--offset",
        nargs=2,
        type=click.FloatRange(0, 1000),
        default=(15.0, 15.0),
        metavar="MM MM",
        help="Millimetres from the corner to a stamp, across and along; default: 15 15.",
    ),
    click.option(
        "--dots",
        type=click.IntRange(MODULE_DOTS[-1], _LARGEST_MODULE),
        default=MODULE_DOTS[0],
        show_default=True,
        help="Side of a module of a stamp, in dots of 1/300 inch.",
    ),
]


def place_options(command: _F) -> _F:
    """``--corner --offset --dots``: the call gets a Place as ``place``."""

    @wraps(command)
    def with_place(
        *args: Any, corner: str, offset: tuple[float, float], dots: int, **rest: Any
    ) -> Any:
        return command(*args, place=Place(Corner(corner), *offset, dots), **rest)

    made: Any = with_place
    for option in reversed(_PLACE):
        made = option(made)
    return made  # type: ignore[no-any-return]


@click.command("sheet")
@choice_options("sheet")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="FILE.pdf or a folder.")
@click.option("--by-lsp", is_flag=True, help="One folder for each LSP.")
@click.option(
    "--stamp",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="CERT.pdf",
    help="Put the codes on the pages of this PDF, each where its number stands.",
)
@place_options
@means_options
@click.option("--calibration", is_flag=True, help="A test page: which sizes do the phones read?")
@workspace_option
@language_option
def sheet_command(
    choice: Choice,
    means: Means,
    out: Path,
    by_lsp: bool,
    stamp: Path | None,
    place: Place,
    calibration: bool,
    folder: Path,
) -> None:
    """Print sheets of 21 labels, or codes on existing PDFs. Only for published certificates."""
    if calibration:
        save(out, calibration_sheet())
        say(str(out))
        return
    workspace = Workspace.open(folder)
    with Store.open(workspace.database) as store:
        demo = newest_trust(store).demo
        size = store.confirmed_size()
        labels = [label(row) for row in choice.rows(store, workspace)]
    if not labels:
        raise nothing_named("sheet")
    site = workspace.settings.site
    kept = 0
    if stamp:
        means.refuse_for_one_file()
        save(_pdf(out), stamped(stamp.read_bytes(), labels, site, place, stamp.name))
    elif out.suffix == ".pdf" and not by_lsp:
        means.refuse_for_one_file()
        save(out, sheet(labels, site, demo=demo))
        save(out.with_suffix(".csv"), index_csv([(out.name, labels)]))
    else:
        folders = _by_lsp(labels) if by_lsp else {"": labels}
        kept = _draw_folders(folders, Style("pdf", site, demo), out, means)
    choice.note_drawn(workspace, size)
    say(str(out))
    tell(len(labels) - kept, kept)


def _by_lsp(labels: Sequence[Label]) -> dict[str, list[Label]]:
    """The labels of each LSP, for a folder of its number."""
    ordered = sorted(labels, key=lambda label: label.lsp)
    return {f"{lsp}/": list(part) for lsp, part in groupby(ordered, key=lambda label: label.lsp)}


def _draw_folders(folders: dict[str, list[Label]], style: Style, out: Path, means: Means) -> int:
    """Sheets and an index into each folder; how many labels stood there already."""
    files = {
        folder: [(f"sheet-{count:03d}.pdf", part) for count, part in enumerate(parts(labels), 1)]
        for folder, labels in folders.items()
    }
    drawings = ((folder + name, part) for folder in files for name, part in files[folder])
    done = means.draw(drawings, style, out)
    for folder, written in files.items():
        save(out / folder / "index.csv", index_csv(written))
    return done.kept


def _pdf(out: Path) -> Path:
    if out.suffix.lower() != ".pdf":
        raise UserError("no-pdf-named", str(out), _NO_PDF, exit_code=2)
    return out


_NO_PDF = Words("a stamped file needs a name that ends in .pdf", "nama berkas harus berakhir .pdf")
