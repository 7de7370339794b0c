"""Machines of a cluster draw the same bytes, and none gets a key; what is wrong is said."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, Future
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
import dask
import distributed
import pytest
from distributed.protocol import pickle as sent

from registry import drawing, executors
from registry.drawing import Style, draw_all
from registry.errors import UserError
from registry.executors import executor
from registry.keyring import Keyring
from signing.keys import PrivateKey
from tests.cli.command import Command, check_error
from tests.cli.conftest import absah
from tests.demonstration import Demonstration
from tests.registry.drawing_example import SITE, SMALL, drawings
from tests.registry.test_drawing import files

__all__ = ["absah"]
DASK: Any = distributed
COUNT = 100


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "AT_LEAST", SMALL)
    monkeypatch.setattr(executors, "WAIT", 2)


def certificates(security: Any) -> dict[str, str]:
    """The settings of a client."""
    return {
        "distributed.comm.tls.ca-file": security.tls_ca_file,
        "distributed.comm.tls.client.cert": security.tls_client_cert,
        "distributed.comm.tls.client.key": security.tls_client_key,
    }


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers behind TLS, with the settings of their client."""
    security = DASK.Security.temporary()
    wanted = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        dask.config.set(certificates(security)),
        DASK.LocalCluster(
            protocol="tls", security=security, silence_logs="CRITICAL", **wanted
        ) as made,
    ):
        yield made


def test_a_cluster_draws_the_same_bytes(tmp_path: Path, cluster: Any) -> None:
    for form in ("svg", "png", "pdf"):
        for name, by in (("one", executor()), ("many", executor(1, cluster.scheduler_address))):
            with by as running:
                out = tmp_path / name / form
                done = draw_all(drawings(form, COUNT), Style(form, SITE), out, running)
            assert (done.drawn, done.kept) == (COUNT, 0)
        assert files(tmp_path / "many" / form) == files(tmp_path / "one" / form)


class Killing(Executor):
    """Kills a worker of the cluster when the first task is done."""

    def __init__(self, running: Executor, pid: int) -> None:
        self._running, self._pid, self.killed = running, pid, False

    def submit(self, function: Any, /, *given: Any, **named: Any) -> Future[Any]:
        future = self._running.submit(function, *given, **named)
        future.add_done_callback(self._kill)
        return future

    def _kill(self, _future: Future[Any]) -> None:
        if not self.killed:
            self.killed = True
            os.kill(self._pid, signal.SIGKILL)


def test_a_killed_worker_loses_and_changes_nothing(tmp_path: Path, cluster: Any) -> None:
    count = 1000
    with executor() as running:
        draw_all(drawings("svg", count), Style("svg", SITE), tmp_path / "one", running)
    victim = next(iter(cluster.workers.values())).pid
    with executor(1, cluster.scheduler_address) as running:
        killing = Killing(running, victim)
        done = draw_all(drawings("svg", count), Style("svg", SITE), tmp_path / "many", killing)
    assert killing.killed
    assert (done.drawn, done.kept) == (count, 0)
    assert files(tmp_path / "many") == files(tmp_path / "one")


def test_no_key_reaches_a_task(tmp_path: Path, cluster: Any) -> None:
    key = PrivateKey.generate()
    for held in (key, Keyring(tmp_path), [key], lambda: key, key.sign):
        for dumps in (pickle.dumps, cloudpickle.dumps, sent.dumps):
            with pytest.raises((TypeError, pickle.PicklingError, AttributeError)):
                dumps(held)
    with (
        executor(1, cluster.scheduler_address) as running,
        pytest.raises(TypeError, match="serialize"),
    ):
        running.submit(key.sign, b"Contoh").result()


def refused(address: str) -> UserError:
    with pytest.raises(UserError) as caught, executor(1, address):
        pytest.fail("an executor was made")
    assert caught.value.what in {address, "--scheduler"}
    assert caught.value.why.id
    assert caught.value.hint.id
    return caught.value


@pytest.mark.parametrize(
    ("address", "code"),
    [
        *((text, "scheduler-address") for text in ("", "8786", "tls://", "tls://a", "a:1")),
        *((text, "scheduler-address") for text in ("http://a:1", "tls://a:99999", "tls://a:1/b")),
        *((text, "scheduler-open") for text in ("tcp://192.0.2.1:1", "tcp://localhost.a:8786")),
        ("tls://192.0.2.1:8786", "no-client-certificate"),
    ],
)
def test_an_address_that_is_refused_before_anything_is_sent(address: str, code: str) -> None:
    with dask.config.set(dict.fromkeys(certificates(DASK.Security()), None)):
        error = refused(address)
    assert (error.code, error.exit_code) == (code, 2)


def test_a_scheduler_that_is_not_there_or_another_one(cluster: Any) -> None:
    error = refused("tcp://127.0.0.1:1")
    assert (error.code, error.exit_code) == ("unreachable", 3)
    with dask.config.set(certificates(DASK.Security.temporary())):
        error = refused(cluster.scheduler_address)
        assert (error.code, error.exit_code) == ("scheduler-tls", 3)
    with dask.config.set({"distributed.comm.tls.ca-file": "/none"}):
        error = refused(cluster.scheduler_address)
        assert (error.code, error.exit_code) == ("unreachable", 3)
        assert "No such file" in error.why.en


@pytest.mark.parametrize(
    ("error", "code", "exits"),
    [
        (DASK.KilledWorker("draw", None, 3), "drawing-ended", 1),
        (DASK.scheduler.NoWorkerError("draw", 60.0), "drawing-ended", 1),
        (CancelledError(), "scheduler-gone", 3),
    ],
)
def test_a_cluster_that_breaks_off(cluster: Any, error: Exception, code: str, exits: int) -> None:
    address = cluster.scheduler_address
    with pytest.raises(UserError) as caught, executor(1, address):
        raise error
    assert (caught.value.code, caught.value.what) == (code, address)
    assert caught.value.exit_code == exits
    assert caught.value.hint.id


@pytest.mark.parametrize(
    ("workers", "scheduler", "code", "exits"),
    [
        ({}, version("absah"), "no-workers", 3),
        ({"tls://a:1": "0.0.1"}, version("absah"), "other-version", 2),
        ({"tls://a:1": version("absah")}, "0.0.1", "other-version", 2),
        (None, version("absah"), "worker-incomplete", 2),
    ],
)
def test_workers_that_are_not_like_this_machine(
    workers: dict[str, str] | None, scheduler: str, code: str, exits: int
) -> None:
    class Client:
        def run(self, function: Any, name: str) -> dict[str, str]:
            assert (function, name) == (version, "absah")
            if workers is None:
                raise PackageNotFoundError(name)
            return dict(workers)

        def run_on_scheduler(self, function: Any, name: str) -> str:
            assert (function, name) == (version, "absah")
            return scheduler

    with pytest.raises(UserError) as caught:
        executors._check_versions(Client(), "tls://here:1")
    assert (caught.value.code, caught.value.exit_code) == (code, exits)
    assert caught.value.why.id
    assert caught.value.hint.id


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    error = refused("tls://192.0.2.1:8786")
    assert (error.code, error.exit_code) == ("no-cluster", 2)
    assert "absah[publisher,cluster]" in error.hint.en


def test_the_commands_draw_by_processes_and_by_a_cluster(
    absah: Command, own: Demonstration, tmp_path: Path, cluster: Any
) -> None:
    place = ("--workspace", own.workspace, "--by-lsp")
    ways: dict[str, tuple[object, ...]] = {
        "serial": (),
        "two": ("--processes", 2),
        "cluster": ("--scheduler", cluster.scheduler_address),
    }
    for command in ("qr", "sheet"):
        left = []
        for name, way in ways.items():
            out = tmp_path / command / name
            done = absah(command, "--all", "--out", out, *place, *way)
            assert done.code == 0, done.err
            assert "codes drawn and read back\n" in done.err
            left.append(files(out))
        assert left[0] == left[1] == left[2]
        again = absah(command, "--all", "--out", out, *place, "--lang", "id")
        assert "0 kode digambar dan dibaca ulang, 6" in again.err


def test_what_does_not_go_together(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", demonstration.workspace, "--out", tmp_path / "a.pdf")
    check_error(absah("sheet", "1", *place, "--processes", 2), 2, "one process", "hint:")
    here = "tcp://127.0.0.1:1"
    check_error(absah("sheet", "1", *place, "--scheduler", here), 2, "one process", "hint:")
    both = absah("qr", "1", *place, "--processes", 2, "--scheduler", here)
    check_error(both, 2, "do not go together")
    gone = ("qr", "1", "--workspace", demonstration.workspace, "--out", tmp_path / "b")
    said = absah(*gone, "--scheduler", here, "--lang", "id")
    check_error(said, 3, "tidak terjangkau", "hint: jalankan")
    assert list(tmp_path.iterdir()) == []
