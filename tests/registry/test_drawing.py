"""Many codes: the same bytes whoever draws, and nothing drawn twice, whatever is killed."""

from __future__ import annotations

import io
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from registry import drawing, executors
from registry.drawing import Done, Drawn, Style, Task, draw, draw_all
from registry.errors import UserError
from registry.executors import executor
from registry.sheet_label import Label
from signing.fragment import qr_text
from tests.demonstration import tree
from tests.registry.drawing_example import SITE, SMALL, drawings, labels

ROOT = Path(__file__).parents[2]
COUNT = 63
FORMS = ("svg", "png", "pdf")


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few codes make several tasks."""
    monkeypatch.setattr(drawing, "AT_LEAST", SMALL)


def run(
    out: Path,
    form: str = "svg",
    count: int = COUNT,
    by: AbstractContextManager[Executor] | None = None,
) -> Done:
    with by or executor() as running:
        return draw_all(drawings(form, count), Style(form, SITE), out, running)


def files(out: Path) -> dict[str, bytes]:
    """What a run leaves for people; its table in no order of its own."""
    left = tree(out)
    assert not any(path.startswith(drawing.DESK) for path in left)
    return {path: data for path, data in left.items() if path != drawing.TABLE}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What this process draws by itself, by form."""
    folder = tmp_path_factory.mktemp("serial")
    for form in FORMS:
        run(folder / form, form)
    return {form: files(folder / form) for form in FORMS}


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_draw_the_same_bytes(
    tmp_path: Path, serial: dict[str, dict[str, bytes]], processes: int
) -> None:
    with executors._pool(processes) as pool:
        for form in FORMS:
            draw_all(drawings(form, COUNT), Style(form, SITE), tmp_path / form, pool)
    for form in FORMS:
        assert files(tmp_path / form) == serial[form]


def test_what_is_drawn_is_the_certificate(serial: dict[str, dict[str, bytes]]) -> None:
    assert [len(serial[form]) for form in FORMS] == [COUNT, COUNT, COUNT // 7]
    label = labels(COUNT)[30]
    picture = io.BytesIO(serial["png"][f"9001/{label.index}.png"])
    (found,) = zxingcpp.read_barcodes(Image.open(picture))
    assert found.text == qr_text(SITE, label.data)


def _marks(out: Path) -> dict[str, tuple[int, int]]:
    stats = {path.name: path.stat() for path in out.rglob("*.svg")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def test_a_second_run_draws_only_what_is_missing(
    tmp_path: Path, serial: dict[str, dict[str, bytes]]
) -> None:
    assert (run(tmp_path).drawn, run(tmp_path).drawn, run(tmp_path).kept) == (COUNT, 0, COUNT)
    before = _marks(tmp_path)
    (tmp_path / "9001" / "0.svg").unlink()
    (tmp_path / "9002" / "1.svg").write_bytes(b"<svg")
    table = tmp_path / drawing.TABLE
    lines = table.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.endswith(" 9001/2.svg")]
    table.write_text("\n".join(kept)[:-9], "utf-8")  # and the last line torn
    assert lines[-1] in kept[-1]
    done = run(tmp_path)
    assert (done.drawn, done.kept, len(done.files)) == (4, COUNT - 4, COUNT)
    assert files(tmp_path) == serial["svg"]
    changed = {name for name, mark in _marks(tmp_path).items() if mark != before[name]}
    assert changed == {"0.svg", "1.svg", "2.svg", Path(lines[-1].split(" ")[2]).name}
    with executor() as running:  # another address is another code
        other = draw_all(drawings("svg", 5), Style("svg", f"{SITE}v/"), tmp_path, running)
    assert (other.drawn, other.kept) == (5, 0)


def test_a_killed_run_loses_nothing(tmp_path: Path) -> None:
    count = 1500
    run(tmp_path / "whole", count=count)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "tests.registry.drawing_example", str(out), str(count), "2"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        _until((out / drawing.TABLE).exists)
        children = _children(process.pid)
        process.kill()
    assert children
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    assert (out / drawing.DESK).exists()
    assert (out / drawing.DESK / "lines").stat().st_mode & 0o777 == 0o600
    done = run(out, count=count)
    assert done.kept >= SMALL
    assert done.drawn + done.kept == count
    print(f"{done.kept} of {count} were kept")
    assert files(out) == files(tmp_path / "whole")


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()


def _until(wanted: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_task_is_a_reference_and_nothing_else(tmp_path: Path) -> None:
    seen: list[tuple[Task, bytes]] = []

    class Watched(ThreadPoolExecutor):
        def submit(self, function: Any, /, *given: Any, **named: Any) -> Future[Any]:
            assert (function, len(given), named) == (draw, 1, {})
            seen.append((given[0], Path(given[0].file).read_bytes()))
            return super().submit(function, *given)

    run(tmp_path, by=Watched(1))
    assert [task.lines for task, _ in seen] == [20, 20, 20, 3]
    for task, _ in seen:
        for value in (*task, *task.style):
            assert isinstance(value, str | int | Style)
        assert len(pickle.dumps(task)) < 1000
        assert not re.search(rb"Contoh|62019", pickle.dumps(task))
    assert b"Contoh Ke-62" in seen[0][1]


class Altered(ThreadPoolExecutor):
    """Runs tasks after, or instead of, what a test does to them."""

    def __init__(self, alter: Callable[[Task], Any]) -> None:
        super().__init__(1)
        self._alter = alter

    def submit(self, _function: Any, /, *given: Any, **_named: Any) -> Future[Any]:
        return super().submit(lambda: self._alter(given[0]))


def _other_lines(task: Task) -> list[Drawn]:
    path = Path(task.file)
    path.write_bytes(path.read_bytes().replace(b"Contoh", b"Conton"))
    return draw(task)


def _elsewhere(task: Task) -> list[Drawn]:
    desk = Path(task.file).parent
    far = desk.parent.with_name("far") / "out" / drawing.DESK
    far.mkdir(parents=True)
    (far / "lines").write_bytes(Path(task.file).read_bytes())
    return draw(task._replace(file=str(far / "lines")))


ALTERED: dict[str, Callable[[Task], list[Drawn]]] = {
    "lines-changed": _other_lines,
    "drawn-elsewhere": _elsewhere,
    "other-version": lambda task: draw(task._replace(program="0.0.1")),
    "unreadable": lambda task: draw(task._replace(file=task.file + "x")),
}


@pytest.mark.parametrize("code", ALTERED)
def test_a_worker_that_is_not_like_this_machine_is_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(UserError) as caught:
        run(tmp_path / "out", by=Altered(ALTERED[code]))
    assert caught.value.code == code
    assert caught.value.why.id
    assert caught.value.hint.id
    assert files(tmp_path / "out") == {}


def test_what_cannot_be_drawn_is_said_by_the_process(tmp_path: Path) -> None:
    large = Label(5, "nomor", "Contoh", 9001, bytes(512))
    for by in (executor(), executor(2)):
        with by as running, pytest.raises(UserError, match="too large for a label") as caught:
            draw_all([("a.pdf", [large])], Style("pdf", SITE), tmp_path, running)
        assert (caught.value.code, caught.value.what) == ("label-too-small", "#5")
        assert caught.value.hint.id
    assert files(tmp_path) == {}


def test_a_process_that_is_killed_is_said(tmp_path: Path) -> None:
    def kill(_task: Task) -> list[Drawn]:
        with executors._pool(1) as pool:
            pool.submit(os.kill, pool.submit(os.getpid).result(), signal.SIGKILL).result()
        return []

    with pytest.raises(UserError, match="was ended") as caught:
        run(tmp_path, by=Altered(kill))
    assert caught.value.code == "drawing-ended"


def test_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="cannot be written: No space left"):
        run(tmp_path)
    assert files(tmp_path) == {}
