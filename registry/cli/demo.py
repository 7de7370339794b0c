"""``absah demo``: an invented registry, built, with samples, and served."""

from __future__ import annotations

from pathlib import Path

import click

from registry import demo as demonstration
from registry.cli.console import language_option, now_option, remark, say
from registry.cli.serve import serve_folder
from registry.errors import Words


@click.command()
@click.option("--workspace", "folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.option("--public", type=click.Path(path_type=Path), default=Path("public"))
@click.option("--records", type=click.IntRange(12, 1_000_000), default=1000, show_default=True)
@click.option("--seed", type=int, help="Make the same keys and order again.")
@click.option("--no-serve", is_flag=True, help="Build only.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@now_option
@language_option
def demo(
    folder: Path,
    public: Path,
    records: int,
    seed: int | None,
    no_serve: bool,
    port: int,
    now: int,
) -> None:
    """Make an invented registry, write samples, and serve its site on 127.0.0.1."""
    wishes = demonstration.Wishes(
        folder=folder,
        public=public,
        site=f"http://127.0.0.1:{port}/",
        now=now,
        records=records,
        seed=seed,
    )
    made = demonstration.make(wishes, remark)
    say(f"{made.samples}/samples.json")
    remark(
        Words(
            f"try: absah verify {made.samples}/valid.png --site {public}",
            f"coba: absah verify {made.samples}/valid.png --site {public}",
        )
    )
    if not no_serve:
        serve_folder(made.workspace.public, port, "/")
