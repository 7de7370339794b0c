"""How every reason of docs/verdicts.md comes about on a page: a text, a clock and changed files.

Nothing here needs to stand between browser and server, so it serves for any engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from registry.keyring import Keyring
from signing import build_note
from signing.canonical import loads
from signing.reasons import Reason
from tests.browser.site import NOW, Site

DAY = 86_400
SHOWN = NOW + 60
"""A minute after the demonstration was made."""


@dataclass(frozen=True, slots=True)
class Case:
    """One reason, and what leads to it."""

    reason: Reason
    sample: str
    now: int = SHOWN
    without: str = ""
    """Published files that are not there meanwhile, as a pattern."""

    def __str__(self) -> str:
        return self.reason.value


_CHANGED = (
    # First, for a browser that keeps what it read from the log.
    Case(Reason.LOG_UNCHECKED, "valid", without="log/tile/0/**/*"),
    Case(Reason.KEY_UNCHECKED, "unknown-key", without="build.note*"),
    Case(Reason.CLOCK_WRONG, "valid", NOW - 3600),
    Case(Reason.STATUS_STALE, "valid", NOW + 15 * DAY),
    Case(Reason.TRUST_EXPIRED, "valid", NOW + 800 * DAY),
)
_CONFLICT = Case(Reason.CONFLICT, "valid")
CASES = (
    *_CHANGED,
    *(
        Case(r, r.value)
        for r in Reason
        if r not in {*(c.reason for c in _CHANGED), _CONFLICT.reason}
    ),
    _CONFLICT,
)
"""Every reason once. The conflict is last: a browser remembers it."""


class Screen(Protocol):
    """A page in some browser."""

    def open(self, address: str) -> None:
        """Go to an address."""

    def paste(self, text: str) -> str:
        """Have a text judged; the reason of its verdict."""


def reach(screen: Screen, site: Site, case: Case) -> str:
    """The reason shown on the home page, whose clock stands at ``case.now``; it stays on show."""
    text = site.text(case.sample)
    if case.reason is Reason.CONFLICT:
        screen.open(site.address)
        screen.paste(text)
        with changed(site, {"build.note": _other_note(site)}):
            return screen.paste(text)
    missing = [path.relative_to(site.public) for path in site.public.glob(case.without or "\0")]
    with changed(site, {path.as_posix(): None for path in missing}):
        screen.open(site.address)
        return screen.paste(text)


@contextmanager
def changed(site: Site, files: dict[str, bytes | None]) -> Iterator[None]:
    """Other files on the served folder, or none, until the end; and no compressed twin of them."""
    names = {site.public / (name + twin) for name in files for twin in ("", ".br", ".gz")}
    before = {path: path.read_bytes() for path in names if path.is_file()}
    for path in before:
        path.unlink()
    for name, data in files.items():
        if data is not None:
            (site.public / name).write_bytes(data)
    try:
        yield
    finally:
        for path, data in before.items():
            path.unlink(missing_ok=True)
            path.write_bytes(data)


def _other_note(site: Site) -> bytes:
    """A second note of the same number: the registry shows two histories."""
    ring = Keyring(site.workspace / "keys", demo=True)
    file = ring.find("publisher", "main")
    fields = loads(
        build_note.parse((site.public / "build.note").read_bytes()).text.partition("\n")[2]
    )
    fields["files"] = "0" * 64
    return build_note.sign(fields, file.vkey, ring.open(file))
