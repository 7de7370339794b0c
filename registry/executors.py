"""Who draws: this process, several processes, or machines of a dask.distributed scheduler.

All three are an ``Executor`` of concurrent.futures, and what goes wrong with them is said to a
person. What a cluster may see and do, and why only TLS leads to one: record 0027.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from registry.errors import UserError, Words

LOOPBACK = ("127.0.0.1", "::1", "localhost")
WAIT = 10
"""Seconds for a scheduler to answer."""


def executor(processes: int = 1, scheduler: str | None = None) -> AbstractContextManager[Executor]:
    """The executor of these options, as a context. UserError: there is none, or it broke off."""
    if scheduler is not None:
        return _cluster(scheduler)
    return _pool(processes) if processes > 1 else ThreadPoolExecutor(1)


@contextmanager
def _pool(processes: int) -> Iterator[Executor]:
    # A new interpreter each: a fork would copy whatever this process holds.
    begun = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(processes, mp_context=begun, initializer=_begin) as pool:
            yield pool
    except BrokenProcessPool as error:
        raise UserError("drawing-ended", "--processes", _ENDED, _AGAIN) from error


def _begin() -> None:
    """In a new process: the one that asks decides when to stop, and no process outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check_address(address: str) -> None:
    """UserError unless it is ``tls://HOST:PORT``, or ``tcp://`` of this machine."""
    try:
        parts = urlsplit(address)
        whole = bool(parts.hostname and parts.port) and not parts.path
    except ValueError:
        whole = False
    if not whole or parts.scheme not in {"tls", "tcp"}:
        raise UserError("scheduler-address", address, _NO_ADDRESS, _FORM, exit_code=2)
    if parts.scheme == "tcp" and parts.hostname not in LOOPBACK:
        raise UserError("scheduler-open", address, _OPEN, _FORM, exit_code=2)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    _check_address(address)
    dask = _distributed()
    encrypted = address.startswith("tls:")
    security = dask.Security(require_encryption=encrypted)
    if encrypted and not (security.tls_ca_file and security.tls_client_cert):
        raise UserError("no-client-certificate", address, _NO_TLS, _TLS, exit_code=2)
    try:
        client = dask.Client(address, timeout=WAIT, security=security, set_as_default=False)
    except dask.comm.core.FatalCommClosedError as error:
        raise UserError("scheduler-tls", address, _OTHER_CA, _TLS, exit_code=3) from error
    except OSError as error:
        cause = error.strerror or str(error)
        why = Words(f"cannot be reached: {cause}", f"tidak terjangkau: {cause}")
        raise UserError("unreachable", address, why, _REACH, exit_code=3) from error
    with client:
        _check_versions(client, address)
        try:
            yield client.get_executor()
        except (dask.KilledWorker, dask.scheduler.NoWorkerError) as error:
            raise UserError("drawing-ended", address, _ENDED, _AGAIN) from error
        except CancelledError as error:
            raise UserError("scheduler-gone", address, _GONE, _AGAIN, exit_code=3) from error


def _check_versions(client: Any, address: str) -> None:
    """UserError unless there are workers, and all of them and the scheduler have this absah.

    Asked by a function of Python's own: one of ours ends a worker that has none of us.
    """
    try:
        found = client.run(version, "absah")
        found[address] = client.run_on_scheduler(version, "absah")
    except PackageNotFoundError as error:
        raise UserError("worker-incomplete", address, _LACKS, _WORKERS, exit_code=2) from error
    if len(found) == 1:
        raise UserError("no-workers", address, _NO_WORKERS, _REACH, exit_code=3)
    for where, other in found.items():
        if other != version("absah"):
            why = Words(f"has absah {other}", f"memakai absah {other}")
            raise UserError("other-version", where, why, _WORKERS, exit_code=2)


def _distributed() -> Any:
    """dask.distributed, an extra. UserError: it is not installed."""
    try:
        import distributed  # noqa: PLC0415  # slow to load
    except ModuleNotFoundError as error:
        raise UserError("no-cluster", "--scheduler", _MISSING, _INSTALL, exit_code=2) from error
    # What goes wrong is said once, by an error of ours.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    return distributed


_ENDED = Words("a process that draws was ended", "sebuah proses penggambar dihentikan")
_AGAIN = Words(
    "run the command again: what was drawn is kept",
    "jalankan lagi perintahnya: yang sudah digambar tetap dipakai",
)
_GONE = Words("the scheduler has ended", "penjadwal berhenti")
_NO_ADDRESS = Words("is not the address of a scheduler", "bukan alamat penjadwal")
_OPEN = Words(
    "certificates go to other machines through TLS only",
    "sertifikat hanya dikirim ke mesin lain lewat TLS",
)
_FORM = Words(
    "tls://HOST:PORT; tcp://127.0.0.1:PORT here", "tls://HOST:PORT; di sini tcp://127.0.0.1:PORT"
)
_MISSING = Words("needs dask.distributed", "perlu dask.distributed")
_INSTALL = Words(
    "install it with: pip install 'absah[publisher,cluster]'",
    "pasang dengan: pip install 'absah[publisher,cluster]'",
)
_NO_TLS = Words(
    "no CA and certificate of this machine are set", "CA dan sertifikat mesin ini belum diatur"
)
_TLS = Words(
    "set distributed.comm.tls: ca-file, client.cert and client.key (docs/operations.md)",
    "atur distributed.comm.tls: ca-file, client.cert, dan client.key (docs/operations.md)",
)
_OTHER_CA = Words("its certificate is of another CA", "sertifikatnya dari CA lain")
_NO_WORKERS = Words("has no workers", "tidak punya pekerja")
_LACKS = Words("absah is not installed there", "absah tidak terpasang di sana")
_REACH = Words(
    "start scheduler and workers with certificates of one CA (docs/operations.md)",
    "jalankan penjadwal dan pekerja dengan sertifikat dari satu CA (docs/operations.md)",
)
_WORKERS = Words(
    "install absah[publisher,cluster] in one version on scheduler and workers",
    "pasang absah[publisher,cluster] versi yang sama di penjadwal dan pekerja",
)
