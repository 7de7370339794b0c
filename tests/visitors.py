"""Visits of the command line's client and of the page's to one site, which must end in one answer.

A :class:`Device` remembers what its visits have seen: the command line in a state folder, by
``registry.session``; the page in a store, by ``tests/script/visitor.js`` in a Node that goes on
running. Both know the digest of trust/1 beforehand, as the page carries it and a pin holds it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.response import addinfourl

import pytest

from registry import session
from registry.client import Client
from registry.memory import Memory
from signing import trust
from site_templates.hatch_build import find_toolchain
from tests.simulator import REST, Cached, Fault, Files, Registry, Served
from tests.vectors.world import ID, NOW, SITE

SCRIPT = Path(__file__).parent / "script" / "visitor.js"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a visit ended in: the answers, and what is held afterwards."""

    said: tuple[str, ...]
    build: int | None
    trust: int | None
    fetched: bool
    walked: bool


class Page:
    """The page's client, in one Node for a whole run of tests."""

    def __init__(self) -> None:
        tools = find_toolchain()
        assert tools is not None, "no Node: make dev"
        self._node = subprocess.Popen(
            [tools.node, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._sent: set[str] = set()

    def visit(self, files: Files, **visit: Any) -> Seen:
        """One visit; see the type ``Visit`` of visitor.js."""
        new: dict[str, str] = {}

        def named(data: bytes | None) -> str | None:
            if data is None:
                return None
            digest = hashlib.sha256(data).hexdigest()
            if digest not in self._sent:
                self._sent.add(digest)
                new[digest] = base64.b64encode(data).decode()
            return digest

        def served(one: Served) -> Any:
            if isinstance(one, Fault):
                return {"fault": one.value}
            if isinstance(one, Cached):
                return {"cached": named(one.cached), "fresh": named(one.fresh)}
            return named(one)

        listed = {path: served(one) for path, one in files.items()}
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"files": listed, "blobs": new, **visit}) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        assert line, "the page's client has ended: see its error output"
        answer = json.loads(line)
        return Seen(**{**answer, "said": tuple(answer["said"])})

    def close(self) -> None:
        """End the Node."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.close()
        self._node.wait(60)
        self._node.stdout.close()


class _Answer(io.RawIOBase):
    """The body of a file without an end."""

    def read(self, size: int = -1) -> bytes:
        assert 0 <= size <= 2**21, "read without a limit"
        return b" " * size


def _host(files: Files, *, online: bool) -> Any:
    """What ``urllib.request.urlopen`` is to a host that serves these files."""

    def urlopen(request: urllib.request.Request, timeout: float) -> addinfourl:
        assert timeout > 0
        body = _body(request)
        return addinfourl(body, Message(), request.full_url, 200)

    def _body(request: urllib.request.Request) -> Any:
        path, _, query = request.full_url.removeprefix(SITE).partition("?")
        one = files.get(path, files.get(REST))
        if not online or one is Fault.DOWN:
            raise urllib.error.URLError("no network")
        if one is Fault.ENDLESS:
            return _Answer()
        if isinstance(one, Cached):
            one = one.fresh if query else one.cached
        if one is None:
            raise urllib.error.HTTPError(request.full_url, 404, "", Message(), io.BytesIO())
        assert isinstance(one, bytes)
        return io.BytesIO(one)

    return urlopen


class Device:
    """One device of a visitor, with both clients on it."""

    def __init__(self, page: Page, state: Path, digest: str, like: str = "") -> None:
        self._page, self._state, self._digest, self._like = page, state, digest, like
        self._twins = 0

    def twin(self) -> Device:
        """Another device that has seen what this one has seen so far."""
        self._twins += 1
        state = self._state.with_name(f"{self._state.name}.{self._twins}")
        shutil.copytree(self._state, state)
        return Device(self._page, state, self._digest, str(self._state))

    def each(
        self,
        site: Registry | Files,
        *texts: str,
        now: int = NOW,
        online: bool = True,
    ) -> tuple[Seen, Seen]:
        """Visit a site with some codes: what the command line saw, and what the page saw."""
        files = site.files if isinstance(site, Registry) else site
        page = self._page.visit(
            files,
            device=str(self._state),
            like=self._like,
            base=SITE,
            registry=ID,
            anchor=self._digest,
            texts=texts,
            now=now,
            online=online,
        )
        return self._command(files, texts, now, online=online), page

    def sees(self, site: Registry | Files, *texts: str, now: int = NOW, online: bool = True) -> str:
        """The one answer (several codes: with commas between); both clients must give it."""
        command, page = self.each(site, *texts, now=now, online=online)
        assert command.said == page.said, f"command line {command}, page {page}"
        return ", ".join(command.said)

    def _command(self, files: Files, texts: Sequence[str], now: int, *, online: bool) -> Seen:
        asked = session.Asked(site=None, trust=None, state=self._state, offline=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(urllib.request, "urlopen", _host(files, online=online))
            client = session.open_client(asked, now, lambda _words: None)
            said = tuple(_said(client, text) for text in texts)
        held = client.held
        build = held.note.build if held.note else None
        version = held.trust.version if held.trust else None
        return Seen(said, build, version, held.fetched, held.walked)


class Visitors:
    """Hands out devices, new ones each time."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._states = tempfile.TemporaryDirectory()
        self._count = 0

    def device(self, registry: Registry) -> Device:
        """A device on which the registry is known, and nothing has been seen yet."""
        self._count += 1
        state = Path(self._states.name) / str(self._count)
        first = trust.anchor(registry.anchor)
        Memory(state).pin(first, registry.anchor)
        return Device(self._page, state, first.digest)

    def sees(self, registry: Registry, *texts: str, **how: Any) -> str:
        """The answer to a first-time visitor."""
        return self.device(registry).sees(registry, *texts, **how)

    def close(self) -> None:
        """Forget every device."""
        self._states.cleanup()


def _said(client: Client, text: str) -> str:
    verdict = client.check(text).verdict
    return f"{verdict.reason} {verdict.variant}".strip()
