"""What this machine has pinned and last seen of each registry: the trust anchor of a verifier.

::

    <state>/<SHA-256 of the text of trust/1>/
        trust/<n>.note  build.note  log/checkpoints/<size>  status/...  conflict/...

A registry is pinned on first use and kept under the digest of its first trust document, so mirrors
share it. The folder is private but not trusted with more than that: everything read back from it is
verified again. It knows nothing of the network.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from registry.client import Client, Held
from registry.errors import UserError, Words
from signing import build_note, merkle, status, trust
from signing.build_note import BuildNote
from signing.merkle import Checkpoint
from signing.reasons import Malformed
from signing.trust import TrustDocument


def default_folder() -> Path:
    """Where this user's state is kept: the XDG state folder, or its like on other systems."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
        return Path(base) / "absah"
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "absah"


def trust_at(path: Path) -> TrustDocument:
    """The trust anchor of ``--trust``: one document as it is, or a folder walked upwards.

    UserError: none there, or a step of the walk does not hold.
    """
    try:
        if not path.is_dir():
            return trust.anchor(path.read_bytes())
        versions = sorted(int(p.stem) for p in path.glob("*.note") if p.stem.isdigit())
        if not versions:
            raise _no_trust(
                path,
                Words(
                    "no <n>.note in this folder",
                    "tidak ada <n>.note di sini",
                    "このフォルダーに <n>.note がありません",
                ),
            )
        document = trust.anchor((path / f"{versions[0]}.note").read_bytes())
        for version in versions[1:]:
            document = trust.step(document, (path / f"{version}.note").read_bytes())
    except OSError as error:
        why = error.strerror or "?"
        raise _no_trust(
            path, Words(f"cannot be read: {why}", f"gagal dibaca: {why}", f"読み取れません: {why}")
        ) from error
    except Malformed as error:
        words = Words(
            f"not a trust document ({error})",
            f"bukan dokumen kepercayaan ({error})",
            f"鍵の一覧ではありません（{error}）",
        )
        raise _no_trust(path, words) from error
    return document


class Memory:
    """The pinned registries of one state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pinned(self) -> list[TrustDocument]:
        """The newest stored trust document of every pinned registry."""
        held = [self.load(digest).trust for digest in self._digests()]
        return [document for document in held if document]

    def digest_of(self, document: TrustDocument) -> str | None:
        """The digest under which a registry with this document's id is pinned, if it is."""
        for digest in self._digests():
            stored = self.load(digest).trust
            if stored and stored.id == document.id:
                return digest
        return None

    def holds(self, digest: str, document: TrustDocument) -> bool:
        """Whether a document stands in the stored chain."""
        try:
            stored = (self.folder / digest / "trust" / f"{document.version}.note").read_bytes()
            return trust.parse(stored).digest == document.digest
        except (OSError, Malformed):
            return False

    def pin(self, first: TrustDocument, data: bytes) -> bool:
        """Pin a registry by its first trust document; True if it was not pinned before.

        A demonstration is never pinned. UserError: its id or site is pinned with another one.
        """
        if first.demo or self.knows(first):
            return False
        self._write(first.digest, "trust/1.note", data)
        return True

    def knows(self, first: TrustDocument) -> bool:
        """Whether a registry is pinned with this first trust document.

        UserError: its id or site is pinned with another one.
        """
        if self.load(first.digest).trust:
            return True
        for stored in self.pinned():
            if stored.id == first.id or set(first.addresses) & set(stored.addresses):
                raise _pinned_otherwise(first)
        return False

    def load(self, digest: str) -> Held:
        """What is stored of a registry, verified anew; parts that do not hold are left out."""
        folder = self.folder / digest
        chain = self._walked(digest)
        held = Held(trust=chain[-1] if chain else None, older=chain[:-1])
        if held.trust is None:
            return held
        held.note = _stored_note(folder / "build.note", chain)
        if held.note is None:
            return held
        held.checkpoint = _stored_checkpoint(folder, held.note, held.trust)
        publishers = [key.public for key in held.trust.publishers]
        for number, wanted in enumerate(held.note.status):
            path = folder / f"status/{number}-{wanted[:16]}.cwt"
            try:
                data = path.read_bytes()
                if status.path(number, data) == f"status/{path.name}":
                    held.lists[number] = status.parse(data, held.trust.id, publishers)
            except (OSError, Malformed):
                continue
        return held

    def save(self, digest: str, client: Client) -> None:
        """Keep every signed object that a client accepted, the build note last.

        A note that contradicts the stored one never takes its place: both are kept as evidence.
        """
        if client.rival is not None:
            self._write(
                digest, f"conflict/{hashlib.sha256(client.rival).hexdigest()}.note", client.rival
            )
        for path in sorted(client.raw, key=lambda p: p == "build.note"):
            self._write(digest, path, client.raw[path])
        if "build.note" in client.raw:
            self._drop_unpinned(digest, client.held)

    def _walked(self, digest: str) -> list[TrustDocument]:
        """The stored trust documents from the first one, as far as they hold."""
        folder = self.folder / digest / "trust"
        chain: list[TrustDocument] = []
        try:
            first = trust.anchor((folder / "1.note").read_bytes())
            if first.digest != digest:
                return []
            chain.append(first)
            for version in range(2, trust.HOPS + 2):
                chain.append(trust.step(chain[-1], (folder / f"{version}.note").read_bytes()))
        except (OSError, Malformed):
            return chain
        return chain

    def _drop_unpinned(self, digest: str, held: Held) -> None:
        """Lists and checkpoints of earlier notes are of no use any more."""
        pinned = set()
        if held.note:
            pinned = {f"{k}-{wanted[:16]}.cwt" for k, wanted in enumerate(held.note.status)}
            pinned.add(str(held.note.size))
        for kept in ("status", "log/checkpoints"):
            for path in (self.folder / digest / kept).glob("*"):
                if path.name not in pinned:
                    path.unlink(missing_ok=True)

    def _digests(self) -> list[str]:
        try:
            return sorted(p.name for p in self.folder.iterdir() if len(p.name) == 64)
        except OSError:
            return []

    def _write(self, digest: str, path: str, data: bytes) -> None:
        import tempfile  # noqa: PLC0415  # a check that pins nothing does not wait for it

        target = self.folder / digest / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
                beside = Path(file.name)
                try:
                    file.write(data)
                    file.close()
                    beside.replace(target)
                except OSError:
                    beside.unlink(missing_ok=True)
                    raise
        except OSError as error:
            why = error.strerror or "?"
            raise UserError(
                "state-unwritable",
                str(self.folder),
                Words(
                    f"cannot be written: {why}", f"gagal ditulis: {why}", f"書き込めません: {why}"
                ),
                Words(
                    "name another folder with --state",
                    "sebutkan folder lain dengan --state",
                    "--state で別のフォルダーを指定してください",
                ),
                exit_code=3,
            ) from error


def _stored_note(path: Path, chain: list[TrustDocument]) -> BuildNote | None:
    """The stored note, under the document that it names and a publisher of the newest (T8)."""
    try:
        return build_note.verified(path.read_bytes(), chain[-1], chain[:-1])
    except (OSError, Malformed):
        return None


def _stored_checkpoint(
    folder: Path, pinned: BuildNote, document: TrustDocument
) -> Checkpoint | None:
    try:
        data = (folder / f"log/checkpoints/{pinned.size}").read_bytes()
        found = merkle.parse_checkpoint(data, document.log)
    except (OSError, Malformed):
        return None
    return found if (found.size, found.root) == (pinned.size, pinned.root) else None


def grouped(digest: str) -> str:
    """A digest in groups of four, as people compare it."""
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))


def _pinned_otherwise(first: TrustDocument) -> UserError:
    why = Words(
        "another registry is pinned under this name on this computer",
        "registri lain sudah dipatok dengan nama ini di komputer ini",
        "この名前では別の登録簿がこのコンピューターに記憶されています",
    )
    digest = grouped(first.digest)
    hint = Words(
        f"compare the digest of trust/1 with the memorandum: {digest}",
        f"cocokkan digest trust/1 dengan nota resmi: {digest}",
        f"trust/1の値を覚書と比べてください: {digest}",
    )
    return UserError("pinned-otherwise", first.site, why, hint)


def _no_trust(path: Path, why: Words) -> UserError:
    hint = Words(
        "name a trust document or a folder of <n>.note with --trust",
        "sebutkan dokumen kepercayaan atau folder <n>.note dengan --trust",
        "--trust で鍵の一覧か <n>.note のフォルダーを指定してください",
    )
    return UserError("no-trust", str(path), why, hint, exit_code=2)
