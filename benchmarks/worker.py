"""A worker process: takes jobs from a pipe, one at a time, and answers each. It ends when its parent does."""

import errno
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.suite import Cell

CACHE = ".cache"  # compiled code, shared by the workers of a run and of its continuations
ENOUGH = 3 * 2**20  # KiB of memory at its peak, after which a worker is replaced by a fresh one
SINGLE = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class Job(NamedTuple):
    """A cell to be done, or with `cell` None the program of a task family to be found."""

    key: str
    cell: Cell | None
    task: str
    folder: str
    sizes: tuple[int, ...]
    program: dict[str, Any]


class Answer(NamedTuple):
    """`kind` is done, failed or full; `said` a sentence for the terminal; `program` the found program's fields."""

    kind: str
    said: str
    program: dict[str, Any]
    tired: bool = False  # the process should be replaced


Work = Callable[[Job, Path, str], Answer]


def serve(pipe: Any, work: Work, run: Path, command: str) -> None:
    """Answer jobs until None comes, or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    while (job := pipe.recv()) is not None:
        try:
            answer = work(job, run, command)
        except OSError as error:
            full = error.errno == errno.ENOSPC
            answer = Answer("full", str(error.strerror or error), {}) if full else Answer("failed", str(error), {})
        except ValueError as error:
            answer = Answer("failed", str(error), {})
        except Exception as error:
            traceback.print_exc()
            answer = Answer("failed", f"{type(error).__name__}: {error}", {})
        tired = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > ENOUGH
        pipe.send(answer._replace(tired=tired))


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def work(job: Job, run: Path, command: str) -> Answer:
    """Do the job; JAX is imported here, in the worker, with its threads already limited."""
    import jax

    jax.config.update("jax_compilation_cache_dir", str(run / CACHE))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    if job.cell is None:
        from benchmarks.program import find_program

        fields, said = find_program(job.task, Path(job.folder), job.sizes)
        return Answer("done", said, fields)
    from benchmarks.engine import run_cell

    record = run_cell(job.cell, run, job.program, command)
    if record.status == "failed":
        return Answer("failed", str(record.error), {})
    spent = f"{record.seconds_train or 0:.1f} s to make, {record.seconds_judge or 0:.1f} s to judge"
    return Answer("done", f"{record.verdict} ({spent})", {})
