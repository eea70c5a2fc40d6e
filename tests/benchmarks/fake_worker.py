"""Work for worker processes that takes no time: what a cell does is said by its size."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from benchmarks.worker import Answer, Job
from compare.record import Record

FAILS, DIES, SLEEPS, MISSES, RAISES, KILLED, SHORT = 101, 103, 109, 113, 131, 137, 139


def work(job: Job) -> Answer:
    """A record at once; the sizes above fail, abort the process, take very long, raise, are killed the first time,
    or take a moment.

    A log of what was done, and what makes a sleeper awake, lie beside the suite.
    """
    folder = Path(job.folder)
    if job.cell is None and MISSES in job.sizes:
        raise ValueError("the language is empty")
    if job.cell is None:
        return Answer("done", "found", {"23": {"program": "(f a b)"}})
    size = job.cell.size
    with (folder / "work.log").open("a") as log:
        log.write(f"{job.cell.name} {os.environ.get('OMP_NUM_THREADS')} {os.getpid()}\n")
    if size == DIES:
        os._exit(3)
    if size == KILLED and not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if size == SHORT:
        time.sleep(0.4)
    if size == RAISES:
        raise OSError(13, "Permission denied", "records/x.json")
    if size == SLEEPS and not (folder / "awake").exists():
        time.sleep(60)
    return record(job)


def record(job: Job) -> Answer:
    cell = job.cell
    assert cell is not None
    failed = {"status": "failed", "error": "it was asked to fail"} if cell.size == FAILS else {"verdict": "program"}
    made = Record(
        suite=cell.suite,
        task=cell.label,
        size=cell.size,
        net="fake",
        recipe=cell.recipe.name,
        seed=cell.seed,
        cell=cell.name,
        command=job.command,
        program=job.program.get("program"),
        program_statement=job.program.get("program_statement"),
        arrays=None if cell.size == FAILS else f"arrays/{cell.name}.npz",
        **failed,
    )
    arrays = {} if cell.size == FAILS else {"a": np.arange(3)}
    return Answer("failed" if cell.size == FAILS else "done", made.error or "program", {}, made, arrays)
