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
from fnmatch import fnmatch
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
LARGEST = 100 << 20  # bytes of a suite's folder
SHIPPED = "folder_of_the_suite"  # its name on a node
LEFT_OUT = (".git", ".venv", "runs", "__pycache__", ".*_cache", ".cache")  # folders that stay here


class Cluster:
    """The cores of a Ray cluster, one a job; those of a node that has died are not counted."""

    def __init__(self, work: Work, address: str, folder: Path) -> None:
        self._ray = ray = load()
        self._address = address
        self._lost = time.monotonic()
        check_address(address)
        refuse_large(folder)
        environment = {
            **SINGLE,
            "JAX_COMPILATION_CACHE_DIR": str(Path(tempfile.gettempdir()) / "synthnet-compiled"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.3",
        }
        with tempfile.TemporaryDirectory() as above:  # else what lies in the folder could hide our packages on a node
            (Path(above) / SHIPPED).symlink_to(folder, target_is_directory=True)
            shipped = {"working_dir": above, "excludes": [f"**/{name}" for name in LEFT_OUT], "env_vars": environment}
            within(JOINING, address, lambda: join(ray, address, shipped))
        try:
            self._remote = ray.remote(num_cpus=1, max_retries=0, max_calls=CALLS)(there)
            self._work = work
            refuse_other_versions(address, within(JOINING, address, lambda: installed(ray)))
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
    """On a node: the files of tasks and nets lie below the working directory."""
    here = str(Path.cwd() / SHIPPED)
    cell = None if job.cell is None else msgspec.structs.replace(job.cell, folder=here)
    return do(work, job._replace(folder=here, cell=cell))


def installed(ray: Any) -> dict[str, str]:
    """The version of synthnet on each node that can run a job, by the node's address; nothing where there is none."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    def ask() -> str:  # travels whole, since a node without synthnet could not look it up by its name
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("synthnet")
        except PackageNotFoundError:
            return ""

    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    remote = ray.remote(num_cpus=0)(ask)
    places = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in nodes]
    answers = ray.get([remote.options(scheduling_strategy=place).remote() for place in places])
    return {node["NodeManagerAddress"]: answer for node, answer in zip(nodes, answers, strict=True)}


def refuse_other_versions(address: str, known: dict[str, str]) -> None:
    """ValueError for a node whose synthnet is not ours."""
    for node, there in known.items():
        if there != version("synthnet"):
            raise ValueError(
                f"--cluster {address}: expected synthnet {version('synthnet')} on every node, got {there or 'none'} on "
                f"{node}; install it there"
            )


def refuse_large(folder: Path) -> None:
    """ValueError for a folder that is too large to travel to every node."""
    size = 0
    for above, below, files in os.walk(folder):
        below[:] = [name for name in below if not any(fnmatch(name, left) for left in LEFT_OUT)]
        size += sum(path.stat().st_size for name in files if (path := Path(above) / name).is_file())
        if size > LARGEST:
            raise ValueError(
                f"--cluster: expected at most {LARGEST >> 20} MiB in the suite's folder {folder}, which travels to the "
                "nodes, got more; put the suite and the files of its tasks and nets into a folder of their own"
            )


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
