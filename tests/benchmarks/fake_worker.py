"""Work for worker processes that takes no time: what a cell does is said by its size."""

import os
import signal
import time
from pathlib import Path

from benchmarks.store import write_record
from benchmarks.worker import Answer, Job
from compare.record import Record

FAILS, DIES, FILLS, SLEEPS, MISSES, LOSES = 101, 103, 107, 109, 113, 131


def work(job: Job, run: Path, command: str) -> Answer:
    """Write a record at once; the sizes above fail, kill the process, meet a full disk, lose the
    record, or take very long."""
    if job.cell is None and MISSES in job.sizes:
        raise ValueError("the language is empty")
    if job.cell is None:
        return Answer("done", "found", {"23": {"program": "(f a b)"}})
    size = job.cell.size
    with (run / "work.log").open("a") as log:
        log.write(f"{job.cell.name} {os.environ.get('OMP_NUM_THREADS')}\n")
    if size == DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    if size == FILLS:
        raise OSError(28, "no room left on the disk for x; free some, then run again")
    if size == LOSES:
        raise OSError(13, "Permission denied", "records/x.json")
    if size == SLEEPS and not (run / "awake").exists():
        time.sleep(60)
    return record(job, run, command)


def record(job: Job, run: Path, command: str) -> Answer:
    cell = job.cell
    assert cell is not None
    failed = {"status": "failed", "error": "it was asked to fail"} if cell.size == FAILS else {"verdict": "program"}
    written = Record(
        suite=cell.suite,
        task=cell.task,
        size=cell.size,
        net="fake",
        recipe=cell.recipe.name,
        seed=cell.seed,
        cell=cell.name,
        command=command,
        program=job.program.get("program"),
        program_statement=job.program.get("program_statement"),
        **failed,
    )
    write_record(run, written)
    return Answer("failed" if cell.size == FAILS else "done", written.error or "program", {})
