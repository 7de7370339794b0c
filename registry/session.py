"""Which registry is asked, and what is believed of it beforehand.

The site is never taken from a code: a forged one would bring its own registry. It is the one that
is named, or the only one that this machine has pinned (docs/threats.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from registry.client import Client, Held
from registry.errors import UserError, Words
from registry.memory import Memory, grouped, trust_at
from registry.source import Source, Unreachable, open_source
from signing import note, trust
from signing.reasons import Malformed
from signing.trust import TrustDocument

Tell = Callable[[Words], None]


class Asked(NamedTuple):
    """What a user named: ``--site``, ``--trust``, ``--state``, ``--offline``."""

    site: str | None
    trust: Path | None
    state: Path
    offline: bool


def open_client(asked: Asked, now: int, tell: Tell) -> Client:
    """A client with its anchor, refreshed from the site unless offline.

    What it accepted is kept for the next time. UserError: no registry to ask (exit 2), one that is
    pinned otherwise (1), or no trust document could be had at all (3).
    """
    memory = Memory(asked.state)
    if asked.trust is not None:
        anchor = trust_at(asked.trust)
        digest = memory.digest_of(anchor)
        if digest is not None and not memory.holds(digest, anchor):
            digest = None  # what was handed over counts, and leaves no gap in the stored chain
        held = _anchored(memory, digest, anchor)
        source = None if asked.offline else open_source(asked.site or anchor.site)
    elif asked.site is not None and not asked.offline:
        source = open_source(asked.site)
        held, digest = _from_site(source, memory, tell)
    else:
        held, digest = _pinned(memory, asked.site)
        source = None if asked.offline or not held.trust else open_source(held.trust.site)
    client = Client(source, held, now)
    client.refresh()
    client.compare_history()
    if digest is not None:
        client.read_ahead()
        memory.save(digest, client)
    return client


def _anchored(memory: Memory, digest: str | None, anchor: TrustDocument) -> Held:
    """A document that was handed over, or what is stored of its registry if it stands there."""
    return Held(trust=anchor) if digest is None else memory.load(digest)


def _from_site(source: Source, memory: Memory, tell: Tell) -> tuple[Held, str | None]:
    """First use: the site's trust/1, pinned now; later the stored state that it leads to."""
    try:
        data = source.read("trust/1.note", note.TRUST_LIMIT) or b""
        first = trust.anchor(data)
    except (Unreachable, Malformed) as error:
        # A host that is down, or a hotel's log-in page: what is stored still counts.
        known = [d for d in memory.pinned() if source.address in d.addresses]
        digest = memory.digest_of(known[0]) if known else None
        if digest is None:
            raise _no_site(source.address, error) from error
        return memory.load(digest), digest
    new = memory.pin(first, data)
    if new or first.demo:
        tell(first_use(first))
    if first.demo:
        return Held(trust=first), None
    return memory.load(first.digest), first.digest


def first_use(first: TrustDocument) -> Words:
    """What is said where a registry is believed for the first time."""
    digest_text = grouped(first.digest)
    return Words(
        f"trust/1 of {first.id}: {digest_text} (compare with the memorandum)",
        f"trust/1 dari {first.id}: {digest_text} (cocokkan dengan nota resmi)",
        f"{first.id}のtrust/1: {digest_text}（覚書の値と比べてください）",
    )


def _no_site(address: str, error: Unreachable | Malformed) -> UserError:
    if isinstance(error, Malformed):
        return UserError("no-registry", address, _NOT_A_SITE, _TRY_TRUST, exit_code=3)
    why = Words(
        f"cannot be reached: {error}", f"tidak dapat dihubungi: {error}", f"接続できません: {error}"
    )
    return UserError("unreachable", address, why, _TRY_TRUST, exit_code=3)


def _pinned(memory: Memory, site: str | None) -> tuple[Held, str | None]:
    known = [d for d in memory.pinned() if site is None or site in d.addresses]
    if len(known) != 1:
        why = _SEVERAL if known else _NONE
        raise UserError("no-registry", site or "verify", why, _NAME_ONE, exit_code=2)
    digest = memory.digest_of(known[0])
    return (memory.load(digest) if digest else Held()), digest


_NONE = Words(
    "no registry is pinned on this computer",
    "belum ada registri yang dipatok di sini",
    "このコンピューターに登録簿が記憶されていません",
)
_SEVERAL = Words(
    "several registries are pinned on this computer",
    "beberapa registri dipatok di komputer ini",
    "このコンピューターに複数の登録簿が記憶されています",
)
_NAME_ONE = Words(
    "name one with --site URL, or a trust document with --trust FILE",
    "sebutkan dengan --site URL, atau dokumen kepercayaan dengan --trust BERKAS",
    "--site URL か --trust ファイル で指定してください",
)
_NOT_A_SITE = Words(
    "has no trust document of a registry",
    "tidak memiliki dokumen kepercayaan registri",
    "登録簿の鍵の一覧がありません",
)
_TRY_TRUST = Words(
    "check the address; offline, name a trust document with --trust FILE --offline",
    "periksa alamat; secara luring, sebutkan --trust BERKAS --offline",
    "アドレスを確かめてください。オフラインでは --trust ファイル --offline を指定します",
)
