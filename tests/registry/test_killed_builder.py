"""kill -9 and power cuts while building and publishing: whole, known, and never less than answered.

Quality R2 and R4: the safe way breaks nothing, and each careless way is caught.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.demonstration import Demonstration
from tests.registry.killed_builder import faults, heard, prepare, start, warm

LOOP = os.getuid() == 0 and shutil.which("losetup") and shutil.which("mkfs.ext4")
IMAGE_MIB = 48


def _listen(pipe: int, until: float) -> str:
    """What is said until a moment of the monotonic clock."""
    text = b""
    while (left := until - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            part = os.read(pipe, 65536)
            if not part:
                break
            text += part
    return text.decode()


def _rest(pipe: int) -> str:
    text = b""
    while part := os.read(pipe, 65536):
        text += part
    os.close(pipe)
    return text.decode()


def _span(found: Demonstration) -> float:
    """Seconds of one round of the worker, as this machine is now."""
    process, pipe = start(found)
    begun, text = time.monotonic(), ""
    while "sent" not in text:
        part = _listen(pipe, time.monotonic() + 0.05)
        assert "error" not in part, part
        text += part
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    _rest(pipe)
    return time.monotonic() - begun


def hammer(found: Demonstration, mode: str, trials: int, seed: int) -> tuple[int, list[str]]:
    """Kill ``trials`` times on one workspace; trials done and faults found."""
    draw, spares = random.Random(seed), 0
    said = {"built": (0, 0), "sent": (0, 0)}
    with warm(mode):
        for trial in range(trials):
            if trial % 20 == 0:
                span = _span(found)  # again and again: others use this machine too
            spares += (found.root / ".public.spare").is_dir()
            process, pipe = start(found)
            text = _listen(pipe, time.monotonic() + draw.uniform(0, span))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            heard(text + _rest(pipe), said)
            if wrong := faults(found, said):
                return trial + 1, wrong
    print(
        f"{trials} kills ({mode}), {spares} with a spare, build {said['built'][0]} answered, "
        "none broken"
    )
    # How many there are depends on the machine; that none of them was met would be a fault.
    assert spares >= 5
    return trials, []


@pytest.mark.no_cover  # the same builds again and again: others trace them
def test_a_killed_builder_loses_and_tears_nothing(own: Demonstration) -> None:
    prepare(own)
    assert hammer(own, "safe", 90, 1) == (90, [])


@pytest.mark.parametrize("mode", ["in place", "wrong order"])
def test_careless_ways_are_caught(own: Demonstration, mode: str) -> None:
    prepare(own)
    done, wrong = hammer(own, mode, 60, 2)
    print(f"{mode}: caught at kill {done}: {wrong[0] if wrong else '-'}")
    assert wrong


@pytest.mark.soak
def test_a_killed_builder_at_length(demonstration: Demonstration, tmp_path: Path) -> None:
    for round_ in range(30):
        found = demonstration.copied(tmp_path / str(round_))
        prepare(found)
        assert hammer(found, "safe", 100, 100 + round_) == (100, [])
        shutil.rmtree(found.root)


# Power cuts ------------------------------------------------------------------------------------


@contextmanager
def _mounted(image: Path, place: Path) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-o", "loop", image, place], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a loop device cannot be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def _cut(image: Path, process: int) -> bytes:
    """What is on the device at this moment: the process stands still, and two reads agree."""
    os.kill(process, signal.SIGSTOP)
    os.waitpid(process, os.WUNTRACED)
    before = image.read_bytes()
    for _ in range(20):
        again = image.read_bytes()
        if again == before:
            break
        before = again
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return before


def cut_power(
    demonstration: Demonstration, place: Path, mode: str, trials: int, seed: int
) -> tuple[int, list[str]]:
    """Take the disk's image at random moments; trials done and faults found after its recovery."""
    image, copy, draw = place / "disk", place / "cut", random.Random(seed)
    image.write_bytes(b"")
    os.truncate(image, IMAGE_MIB << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    with _mounted(image, place / "mnt"), warm(mode):
        found = demonstration.copied(place / "mnt" / "own")
        prepare(found)
        os.sync()
        said = {"built": (0, 0), "sent": (0, 0)}
        for trial in range(trials):
            if trial % 20 == 0:
                span = _span(found)
            process, pipe = start(found)
            text = _listen(pipe, time.monotonic() + draw.uniform(0, span))
            copy.write_bytes(_cut(image, process))
            heard(text + _rest(pipe), said)
            with _mounted(copy, place / "after"):
                held = Demonstration(place / "after" / "own", [], found.now, found.site)
                wrong = faults(held, said)
            if wrong:
                return trial + 1, wrong
    print(f"{trials} power cuts ({mode}), build {said['built'][0]} answered, none broken")
    return trials, []


needs_loop = pytest.mark.skipif(not LOOP, reason="power cuts need root, losetup and mkfs.ext4")


@needs_loop
def test_a_power_cut_loses_and_tears_nothing(demonstration: Demonstration, tmp_path: Path) -> None:
    assert cut_power(demonstration, tmp_path, "safe", 12, 3) == (12, [])


@needs_loop
def test_a_builder_that_syncs_nothing_is_caught(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    done, wrong = cut_power(demonstration, tmp_path, "no fsync", 20, 4)
    print(f"no fsync: caught at cut {done}: {wrong[0] if wrong else '-'}")
    assert wrong


@needs_loop
@pytest.mark.soak
def test_power_cuts_at_length(demonstration: Demonstration, tmp_path: Path) -> None:
    for round_ in range(10):
        place = tmp_path / str(round_)
        place.mkdir()
        assert cut_power(demonstration, place, "safe", 50, 200 + round_) == (50, [])
