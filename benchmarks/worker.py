"""What a worker does, wherever it runs: a job in, an answer out. It writes nothing that anybody keeps."""

import resource
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cell import Cell
from compare.record import Record

ENOUGH = 3 * 2**20  # KiB of memory at its peak, after which a worker is replaced by a fresh one
SINGLE = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}  # one thread a worker, so that results do not depend on how many there are


class Job(NamedTuple):
    """A cell to be done, or with `cell` None the program of a task family to be found. Doing it twice does no harm."""

    key: str
    label: str  # the task's
    cell: Cell | None
    task: str
    folder: str
    sizes: tuple[int, ...]
    program: dict[str, Any]
    command: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job: a cell's record and arrays, or a program's fields by size."""

    kind: str  # done, failed
    said: str  # for the terminal, in a sentence
    program: dict[str, Any] = field(default_factory=dict)
    record: Record | None = None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    tired: bool = False  # the process should be replaced


Work = Callable[[Job], Answer]


def do(work: Work, job: Job) -> Answer:
    """The job's answer; what goes wrong in it is an answer, too."""
    try:
        answer = work(job)
    except (OSError, ValueError) as error:
        answer = Answer("failed", str(error))
    except Exception as error:
        traceback.print_exc()
        answer = Answer("failed", f"{type(error).__name__}: {error}")
    return replace(answer, tired=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > ENOUGH)


def work(job: Job) -> Answer:
    """Do the job; JAX is imported here, in the worker, with its threads already limited."""
    if job.cell is None:
        from benchmarks.program import find_program

        fields, said = find_program(job.task, Path(job.folder), job.sizes)
        return Answer("done", said, fields)
    from benchmarks.engine import run_cell

    record, arrays = run_cell(job.cell, job.program, job.command)
    if record.status == "failed":
        return Answer("failed", str(record.error), record=record)
    spent = f"{record.seconds_train or 0:.1f} s to make, {record.seconds_judge or 0:.1f} s to judge"
    return Answer("done", f"{record.verdict} ({spent})", record=record, arrays=arrays)
