"""A whole published registry in memory, and the attacker who has taken its host or its keys.

A :class:`Registry` publishes into :attr:`Registry.files` what a real one does, out of test keys
that are all at hand. :meth:`Registry.stolen` is the same registry in the hands of somebody who
holds only some of the keys: what he cannot sign he signs with a key of his own. The host is his
anyway: he sets and removes any file. ``tests/visitors.py`` shows the result to both clients.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from registry.log import Tree
from signing import build_note, cose, fragment, keys, merkle, note, status, trust
from signing.canonical import time_text
from tests.vectors.certificate_claims import payload_of
from tests.vectors.world import (
    ID,
    LOG,
    NOW,
    PUBLISHER,
    SITE,
    b64,
    certificate_of,
    changed,
    issuer,
    key,
    root,
    trust_fields,
    vkey,
)

DAY = 86_400
HTML = b"<!doctype html><title>Not found</title>"
ISSUER = "issuer active"
SHARD = "lsps/140.json"


class Fault(Enum):
    """What a host can answer besides a file."""

    DOWN = "down"
    """No answer, or one that breaks off."""
    ENDLESS = "endless"
    """A file without an end."""


class Cached:
    """What a cache on the way answers, until it is passed by (None: there is no such file)."""

    def __init__(self, cached: bytes | None, fresh: bytes | None) -> None:
        self.cached, self.fresh = cached, fresh


Served = bytes | Fault | Cached
Files = Mapping[str, Served]
REST = "*"
"""The path under which stands what a host answers for every other one; without it: 404."""


class Registry:
    """An invented registry: keys, log, states, and the files that it has published."""

    def __init__(self, entries: int = 20) -> None:
        self.files: dict[str, Served] = {}
        self.entries: list[bytes] = []
        self.states: dict[int, int] = {}
        self.codes: dict[int, str] = {}
        self.fields: dict[str, Any] = {}
        self.document: trust.TrustDocument | None = None
        self.publisher, self.log = PUBLISHER, LOG
        self.labels = {PUBLISHER.name: "publisher 1", LOG.name: "log"}
        self.held: frozenset[str] | None = None
        """The roles whose keys are at hand; None: all."""
        self.build, self.previous, self.issued = 0, "", NOW - DAY
        self.amend()
        while len(self.entries) < entries:
            self.issue()
        self.publish()

    @property
    def anchor(self) -> bytes:
        """trust/1, which every visitor has from elsewhere."""
        data = self.files["trust/1.note"]
        assert isinstance(data, bytes)
        return data

    @property
    def size(self) -> int:
        return len(self.entries)

    def tree(self, size: int | None = None) -> Tree:
        """The tree of the first ``size`` entries."""
        return Tree(merkle.leaf_hash(entry) for entry in self.entries[:size])

    def final(self, size: int | None = None) -> dict[str, Any]:
        """The end of a key: size and root of the log."""
        tree = self.tree(size)
        return {"size": tree.size, "root": b64(tree.root())}

    # Keys ----------------------------------------------------------------------------------------

    def signer(self, role: str, label: str) -> keys.PrivateKey:
        """A key, or the attacker's own where he does not hold it."""
        at_hand = self.held is None or role in self.held
        return key(label if at_hand else f"attacker {label}")

    def stolen(self, *roles: str) -> Registry:
        """A copy in the hands of who holds these: ``root``, ``issuer``, ``publisher``, ``log``."""
        taken = self.copy()
        taken.held = frozenset(roles)
        return taken

    def copy(self) -> Registry:
        """A copy that goes its own way."""
        other = copy.copy(self)
        other.files, other.entries = dict(self.files), list(self.entries)
        other.states, other.codes = dict(self.states), dict(self.codes)
        other.labels = dict(self.labels)
        return other

    def _note(self, text: str, role: str, named: keys.Vkey) -> bytes:
        signer = self.signer(role, self.labels[named.name])
        return note.assemble(text, [note.sign_line(text, named.name, signer)])

    # What the registry does ----------------------------------------------------------------------

    def amend(self, by: str = "ab", **changes: Any) -> trust.TrustDocument:
        """Sign and serve the next trust document, and log it. ``by``: letters of roots."""
        if self.document is None:
            fields = trust_fields(issued=time_text(NOW - 30 * DAY), **changes)
        else:
            step = {
                "version": self.document.version + 1,
                "previous": self.document.digest,
                "issued": time_text(self.issued),
            }
            fields = changed(self.fields, step | changes)
        text = trust.text_of(fields)
        signers = [(root(x).name, self.signer("root", f"root {x}")) for x in by]
        data = note.assemble(text, [note.sign_line(text, *signer) for signer in signers])
        self.fields, self.document = fields, trust.parse(data)
        self.files[f"trust/{self.document.version}.note"] = data
        self.states[self.size] = status.State.REVOKED
        self.entries.append(merkle.trust_entry(text))
        return self.document

    def succeed(self, role: str, label: str, name: str = "") -> keys.Vkey:
        """Use another publisher or log key from now on."""
        name = name or (LOG.name if role == "log" else f"{ID}/{label.replace(' ', '/')}")
        named = vkey(name.removeprefix(f"{ID}/"), label)
        self.labels[name] = label
        setattr(self, role, named)
        return named

    def certificate(self, index: int, label: str = ISSUER, **claims: Any) -> bytes:
        """A certificate for an index, logged or not."""
        cti = hashlib.sha256(f"{index} {label}".encode()).digest()[:16]
        payload = payload_of(certificate_of(index=index, **{"cti": cti, **claims}))
        kid = keys.kid(key(label).public)
        signature = self.signer("issuer", label).sign(cose.sig_structure(kid, payload))
        return cose.join(kid, payload, signature)

    def issue(self, label: str = ISSUER, at: int | None = None, **claims: Any) -> str:
        """Log a certificate at the next index, or in the place of another entry; its code."""
        index = self.size if at is None else at
        data = self.certificate(index, label, **claims)
        self.codes[index] = code(data)
        self.entries[index : index + 1] = [merkle.certificate_entry(data)]
        return self.codes[index]

    def publish(self, issued: int | None = None, **changes: Any) -> bytes:
        """Serve lists, log, checkpoint and build note of the present state; the note."""
        assert self.document is not None
        self.build += 1
        self.issued = self.issued + 60 if issued is None else issued
        tree, lists, shard = self.tree(), self._lists(), self._shard()
        self.files |= lists | {f"catalogue/{SHARD}": shard}
        self.files |= {f"log/{merkle.tile_path(tile)}": tree[tile] for tile in tree}
        self.checkpoint(tree.size, tree.root())
        fields = {
            "registry": ID,
            "build": self.build,
            "issued": time_text(self.issued),
            "previous": self.previous,
            "trust": {"version": self.document.version, "sha256": self.document.digest},
            "log": {"size": tree.size, "root": b64(tree.root())},
            "status": [
                {"list": k, "sha256": hashlib.sha256(data).hexdigest()}
                for k, data in enumerate(lists.values())
            ],
            "catalogue": {SHARD: hashlib.sha256(shard).hexdigest()},
            "files": hashlib.sha256(b"files.json").hexdigest(),
        }
        text = build_note.text_of(changed(fields, changes))
        self.previous = hashlib.sha256(text.encode()).hexdigest()
        data = self._note(text, "publisher", self.publisher)
        self.files["build.note"] = data
        return data

    def checkpoint(self, size: int, digest: bytes) -> None:
        """Sign and serve a checkpoint."""
        text = merkle.checkpoint_text(merkle.Checkpoint(LOG.name, size, digest))
        data = self._note(text, "log", self.log)
        self.files |= {f"log/checkpoints/{size}": data, "log/checkpoint": data}

    def _shard(self) -> bytes:
        """Names of LSPs: the one pinned file whose bytes change under its name."""
        names = {"id": f"LSP Contoh {self.build}", "ja": "見本", "en": "Example"}
        listed = [{"number": 9001, "names": [{"name": names}]}]
        return (json.dumps(listed, indent=1, ensure_ascii=False) + "\n").encode()

    def _lists(self) -> dict[str, bytes]:
        found = {}
        for number in status.lists_for(self.size):
            bits = bytearray(status.LENGTH)
            for index, state in self.states.items():
                if index // status.ENTRIES == number:
                    at = index % status.ENTRIES
                    bits[at // 4] |= state << 2 * (at % 4)
            signer = self.signer("publisher", self.labels[self.publisher.name])
            data = status.sign(ID, status.StatusList(number, NOW - 2 * DAY, bytes(bits)), signer)
            found[status.path(number, data)] = data
        return found

    # What an attacker does to files --------------------------------------------------------------

    def paths(self, part: str) -> list[str]:
        """Paths that hold ``part``; at least one."""
        found = [path for path in self.files if part in path]
        assert found, part
        return found

    def replace(self, part: str, data: Served | None) -> None:
        """Serve something else (None: nothing) under every path that holds ``part``."""
        for path in self.paths(part):
            if data is None:
                del self.files[path]
            else:
                self.files[path] = data


def code(data: bytes) -> str:
    """The QR text of a certificate."""
    return fragment.qr_text(SITE, data)


def closed(label: str, status_word: str, end: dict[str, Any] | None) -> dict[str, Any]:
    """An issuer entry that is retired or compromised, with or without ``final``."""
    return issuer(label, status=status_word, **({"final": end} if end else {}))
