"""Workers of a Ray cluster that is running already. What they make comes back; only this machine writes the run.

Every node needs synthnet installed, of this version. The folder of the suite travels with the jobs, so the files of
tasks and nets have to lie in it.
"""

import logging
import os
import socket
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.executors.executor import Death
from benchmarks.worker import SINGLE, Answer, Job, Work, do

EXTRA = "pip install 'synthnet[cluster]'"
PATIENCE = 10.0  # seconds for the address to answer
JOINING = 60.0  # seconds for the cluster to take us in, and for its first worker
CALLS = 16  # jobs after which a worker is replaced by a fresh one
DEATHS = 5  # ends of workers or nodes after which a job is not tried again
LEFT_OUT = [".git", ".venv", "runs", "**/__pycache__", "**/.*_cache", "**/.cache"]


class Cluster:
    """The cores of a Ray cluster, one a job; those of a node that has died are not counted."""

    def __init__(self, work: Work, address: str, folder: Path) -> None:
        self._ray = ray = load()
        self._address = address
        self._lost = time.monotonic()
        check_address(address)
        environment = {
            **SINGLE,
            "JAX_COMPILATION_CACHE_DIR": str(Path(tempfile.gettempdir()) / "synthnet-compiled"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.3",
        }
        shipped = {"working_dir": str(folder), "excludes": LEFT_OUT, "env_vars": environment}
        within(JOINING, address, lambda: join(ray, address, shipped))
        try:
            self._remote = ray.remote(num_cpus=1, max_retries=0, max_calls=CALLS)(there)
            self._work = work
            known = within(JOINING, address, lambda: ray.get(ray.remote(num_cpus=1)(installed).remote()))
            if known != version("synthnet"):
                raise ValueError(
                    f"--cluster {address}: expected synthnet {version('synthnet')} on every node, got "
                    f"{known or 'none'}; install it there"
                )
        except BaseException:
            ray.shutdown()
            raise

    def seats(self) -> int:
        seats = int(self._ray.cluster_resources().get("CPU", 0))
        if seats:
            self._lost = time.monotonic()
        elif time.monotonic() - self._lost > JOINING:
            raise ValueError(
                f"--cluster {self._address}: no node of the cluster has been alive for {JOINING:g} s; start one, then "
                "run the same command again to go on"
            )
        return seats

    def submit(self, job: Job) -> Future[Answer]:
        return self._remote.remote(self._work, job).future()

    def death(self, error: BaseException) -> Death | None:
        kinds = self._ray.exceptions
        if isinstance(error, kinds.OutOfMemoryError):
            return Death("the node ran out of memory and ended the worker", 2)
        lost = (kinds.WorkerCrashedError, kinds.NodeDiedError, kinds.ObjectLostError, kinds.RaySystemError)
        if isinstance(error, (*lost, kinds.LocalRayletDiedError, kinds.TaskCancelledError)):
            return Death("the worker or its node ended before the cell was done", DEATHS)
        return None

    def close(self) -> None:
        self._ray.shutdown()


def there(work: Work, job: Job) -> Answer:
    """On a node: the files of tasks and nets lie in the working directory."""
    here = os.getcwd()
    cell = None if job.cell is None else msgspec.structs.replace(job.cell, folder=here)
    return do(work, job._replace(folder=here, cell=cell))


def installed() -> str:
    """On a node: the version of synthnet there, nothing where there is none."""
    try:
        return version("synthnet")
    except Exception:
        return ""


def load() -> Any:
    """Ray, which comes with an extra."""
    try:
        import ray
    except ImportError:
        raise ValueError(f"--cluster: expected the package ray, which is not installed; run `{EXTRA}`") from None
    return ray


def join(ray: Any, address: str, environment: dict[str, Any]) -> None:
    logging.getLogger("ray").setLevel(logging.ERROR)  # it warns of what does not concern us, such as threads
    ray.init(
        address=address,
        runtime_env=environment,
        log_to_driver=False,
        configure_logging=False,
        logging_level="ERROR",
    )


def check_address(address: str) -> None:
    """ValueError unless something answers at host:port; "auto" is for Ray to find."""
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--cluster: expected auto or an address such as 10.0.0.1:6379, got {address!r}")
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise ValueError(
            f"--cluster {address}: nothing answered within {PATIENCE:g} s ({error}); check the address, or start a "
            "cluster with `ray start --head`"
        ) from None


def within(seconds: float, address: str, step: Any) -> Any:
    """What the step returns, if it does in this time; ValueError in one sentence otherwise."""
    worker = ThreadPoolExecutor(1, thread_name_prefix="joining")
    try:
        return worker.submit(step).result(timeout=seconds)
    except TimeoutError:
        raise ValueError(
            f"--cluster {address}: no Ray cluster took us in within {seconds:g} s; check that one runs there "
            "(`ray status`), of the same version of Ray and Python"
        ) from None
    except Exception as error:
        if isinstance(error, ValueError):
            raise
        why = " ".join(str(error).split())[:300]
        raise ValueError(
            f"--cluster {address}: no Ray cluster could be joined ({why}); start one with `ray start --head`"
        ) from None
    finally:
        worker.shutdown(wait=False, cancel_futures=True)
