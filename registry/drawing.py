"""Files of many codes, drawn by whatever runs tasks, and only those that are not there yet.

Any ``concurrent.futures.Executor`` draws the same bytes (executors.py makes one). A task is a
reference, which lines of which file: it carries no certificate and no key. Whoever runs it writes
into the folder itself and answers with digests, which are compared with what stands there.

In the folder ``.drawing`` holds, while a run lasts, the lines that tasks refer to and files that
are not whole yet; ``.drawn`` says out of what each finished file was drawn, and its digest, so
that a run that was killed goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from registry.errors import UserError, Words
from registry.qr import Symbol, checked, png, svg, symbol
from registry.sheet import sheet
from registry.sheet_label import Label
from signing.fragment import qr_text

AT_LEAST = 500
"""Codes in a task: half a second of work, beside which its way to a worker is nothing."""
DESK = ".drawing"
TABLE = ".drawn"
Drawing = tuple[str, Sequence[Label]]
"""A file, as a path below the folder, and what is on it: one certificate, or those of a sheet."""


class Style(NamedTuple):
    """What all files of a run have in common."""

    form: str
    """``svg``, ``png`` or ``pdf``."""
    site: str
    demo: bool = False


class Task(NamedTuple):
    """Lines of a file: so many from byte ``first`` on, with this SHA-256."""

    style: Style
    file: str
    first: int
    lines: int
    digest: str
    program: str
    """Version of the program that asks; another one might draw other bytes."""


class Drawn(NamedTuple):
    """A finished file: a digest of all that decided its bytes, and their SHA-256."""

    source: str
    digest: str
    file: str


@dataclass(slots=True)
class Done:
    """What a run leaves: the files asked for, codes drawn now, codes that stood there already."""

    files: list[str] = field(default_factory=list)
    drawn: int = 0
    kept: int = 0


def draw_all(drawings: Iterable[Drawing], style: Style, out: Path, executor: Executor) -> Done:
    """Draw what is not in ``out`` yet. Nothing is drawn before ``drawings`` has come to its end.

    UserError: a code does not read back, a file cannot be written, a worker wrote elsewhere.
    """
    done = Done()
    with _desk(out.absolute() / DESK) as desk:
        missing = _missing(drawings, style, out, done)
        futures = {executor.submit(draw, task) for task in _tasks(missing, style, desk / "lines")}
        try:
            for future in as_completed(list(futures)):
                _note(future.result(), out)
                futures.discard(future)  # a million answers are not kept
        finally:
            # One that has begun cannot be called back: it ends before the folder that it writes to.
            wait([future for future in futures if not future.cancel()])
    return done


def draw(task: Task) -> list[Drawn]:
    """Draw the files of one task. Two workers may do so at once: the files are the same.

    UserError: as for ``draw_all``; the lines are not there, or are others.
    """
    if task.program != _program():
        what = f"absah {_program()}"
        raise UserError("other-version", what, _OTHER_VERSION, _SAME_VERSION, exit_code=2)
    desk = Path(task.file).parent
    return [_draw(task.style, line, desk) for line in _lines(task)]


@contextmanager
def _desk(desk: Path) -> Iterator[Path]:
    """The folder of one run; what a killed one left is thrown away."""
    with _writing(desk):
        with suppress(FileNotFoundError):
            shutil.rmtree(desk)
        desk.mkdir(parents=True)
    try:
        yield desk
    finally:
        # A worker that was too late may be writing into it.
        shutil.rmtree(desk, ignore_errors=True)


def _missing(
    drawings: Iterable[Drawing], style: Style, out: Path, done: Done
) -> Iterator[tuple[bytes, int]]:
    """The line of each file that does not stand there as it should, and how many codes it has."""
    known = _table(out)
    for name, labels in drawings:
        line = _line(name, labels)
        done.files.append(name)
        entry = known.get(name)
        if entry and entry.source == _source(style, line) and _digest(out / name) == entry.digest:
            done.kept += len(labels)
        else:
            done.drawn += len(labels)
            yield line, len(labels)


def _tasks(missing: Iterator[tuple[bytes, int]], style: Style, file: Path) -> list[Task]:
    """Write the lines, and cut them into tasks."""
    tasks = []
    with _writing(file):
        file.touch(0o600)  # names of holders
        with file.open("wb") as out:
            while part := _part(missing):
                digest = hashlib.sha256(b"".join(part)).hexdigest()
                tasks.append(Task(style, str(file), out.tell(), len(part), digest, _program()))
                out.writelines(part)
    return tasks


def _part(missing: Iterator[tuple[bytes, int]]) -> list[bytes]:
    part, codes = [], 0
    for line, count in missing:
        part.append(line)
        codes += count
        if codes >= AT_LEAST:
            break
    return part


def _line(name: str, labels: Sequence[Label]) -> bytes:
    rows = [[x.index, x.number, x.name, x.lsp, b64encode(x.data).decode()] for x in labels]
    return json.dumps([name, rows]).encode("ascii") + b"\n"


def _lines(task: Task) -> list[bytes]:
    try:
        with Path(task.file).open("rb") as file:
            file.seek(task.first)
            lines = list(islice(file, task.lines))
    except OSError as error:
        why = error.strerror or "?"
        words = Words(f"a worker cannot read it: {why}", f"gagal dibaca pekerja: {why}")
        raise UserError("unreadable", task.file, words, _SHARED, exit_code=3) from error
    if hashlib.sha256(b"".join(lines)).hexdigest() != task.digest:
        raise UserError("lines-changed", task.file, _CHANGED, _ONE_RUN)
    return lines


def _draw(style: Style, line: bytes, desk: Path) -> Drawn:
    name, rows = json.loads(line)
    labels = [
        Label(index, number, holder, lsp, b64decode(data))
        for index, number, holder, lsp, data in rows
    ]
    drawn = _FORMS[style.form](labels, style)
    path, beside = desk.parent / name, desk / uuid.uuid4().hex
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(drawn)
        beside.replace(path)
    return Drawn(_source(style, line), hashlib.sha256(drawn).hexdigest(), name)


def _code(labels: Sequence[Label], style: Style, form: Callable[[Symbol], bytes]) -> bytes:
    """One symbol that an independent reader has read from the very file."""
    (label,) = labels
    return checked(form(symbol(style.site, label.data)), qr_text(style.site, label.data))


_FORMS: dict[str, Callable[[Sequence[Label], Style], bytes]] = {
    "svg": lambda labels, style: _code(labels, style, svg),
    "png": lambda labels, style: _code(labels, style, png),
    "pdf": lambda labels, style: sheet(labels, style.site, demo=style.demo),
}


def _table(out: Path) -> dict[str, Drawn]:
    """What ``.drawn`` says of each file, the newest word last. A torn line says nothing."""
    path = out / TABLE
    if not path.exists():
        return {}
    with _writing(path), path.open(encoding="utf-8", errors="replace") as file:
        parts = (line.rstrip("\n").split(" ", 2) for line in file)
        return {part[2]: Drawn(*part) for part in parts if len(part) == 3}


def _note(made: Sequence[Drawn], out: Path) -> None:
    """Keep that files are finished. UserError: one is not what its worker says."""
    for entry in made:
        if _digest(out / entry.file) != entry.digest:
            raise UserError("drawn-elsewhere", str(out / entry.file), _ELSEWHERE, _SHARED)
    lines = "".join(f"{' '.join(entry)}\n" for entry in made)
    with _writing(out / TABLE), (out / TABLE).open("a", encoding="utf-8") as file:
        file.write("\n" + lines)  # a line torn by a kill ends here


def _source(style: Style, line: bytes) -> str:
    head = json.dumps([*style, _program()]).encode("ascii")
    return hashlib.sha256(head + b"\n" + line).hexdigest()


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty where there is none that can be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@cache
def _program() -> str:
    return version("absah")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or "?"
        words = Words(f"cannot be written: {why}", f"gagal ditulis: {why}")
        raise UserError("unwritable", str(path), words) from error


_OTHER_VERSION = Words("a worker has this version", "seorang pekerja memakai versi ini")
_SAME_VERSION = Words(
    "install one version of absah on this machine and on every worker",
    "pasang satu versi absah di mesin ini dan di setiap pekerja",
)
_CHANGED = Words("changed while it was drawn from", "berubah selama dipakai menggambar")
_ONE_RUN = Words(
    "let one run at a time draw into a folder; run it again, what was drawn is kept",
    "satu proses untuk satu folder; jalankan lagi, yang sudah digambar tetap dipakai",
)
_ELSEWHERE = Words("is not the file that its worker wrote", "bukan berkas yang ditulis pekerjanya")
_SHARED = Words(
    "every worker needs this folder, shared, under the same path and as the same user",
    "setiap pekerja perlu folder ini, berbagi, dengan jalur dan pengguna yang sama",
)
