"""Handing jobs to an executor, and writing down what comes back: only here is a run directory written to."""

import errno
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cell import Cell
from benchmarks.executors import Executor
from benchmarks.fingerprint import search_print
from benchmarks.programs import keep_program, program_for, search_key, sizes_of
from benchmarks.store import write_cell
from benchmarks.watch import Watcher
from benchmarks.worker import Answer, Job
from compare.record import SEARCH_FAILED

LOOK = 1.0  # seconds after which the number of seats is asked for again


def job_of(cell: Cell, command: str) -> Job:
    return Job(cell.name, cell.label, cell, cell.task, cell.folder, (cell.size,), {}, command)


def searches_for(cells: Iterable[Cell], command: str) -> list[Job]:
    """One search a task, over all sizes of the suite's cells."""
    return [
        Job(search_key(label), label, None, task, folder, sizes, {}, command)
        for (label, task, folder), sizes in sizes_of(cells).items()
    ]


@dataclass(slots=True, kw_only=True)
class Dispatch:
    """A run's jobs and what became of them."""

    folder: Path
    watcher: Watcher
    prints: dict[str, dict[str, str]]  # what each cell is made from
    programs: dict[str, dict[str, Any]]  # found, by the search's key, then the size
    unfound: list[str] = field(default_factory=list)
    stopped: str | None = None
    deaths: Counter[str] = field(default_factory=Counter)  # of workers, by the job that they had

    def run(self, executor: Executor, searches: list[Job], waiting: list[Job]) -> None:
        """Do all jobs; a full disk stops the run with a sentence."""
        hand: dict[Future[Answer], Job] = {}
        try:
            while searches or waiting or hand:
                while len(hand) < executor.seats() and (job := self._next(searches, waiting)) is not None:
                    hand[executor.submit(job)] = job
                    self.watcher.started(job.key)
                for future in wait(hand, timeout=LOOK, return_when=FIRST_COMPLETED).done:
                    job = hand.pop(future)
                    answer = self._answer(executor, job, future)
                    if answer is not None:
                        self._take(job, answer)
                    else:
                        (searches if job.cell is None else waiting).append(job)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            self.stopped = str(error.strerror)
        finally:
            executor.close()

    def _next(self, searches: list[Job], waiting: list[Job]) -> Job | None:
        """A search while there is one, else the longest cell whose task's program is known."""
        if searches:
            return searches.pop(0)
        for number, job in enumerate(waiting):
            if search_key(job.label) in self.programs and job.cell is not None:
                return waiting.pop(number)._replace(program=program_for(job.cell, self.programs))
        return None

    def _answer(self, executor: Executor, job: Job, future: Future[Answer]) -> Answer | None:
        """What became of a job; None where it is tried again since its worker ended."""
        error = future.exception()
        if error is None:
            return future.result()
        death = executor.death(error)
        if death is None:
            return Answer("failed", f"{type(error).__name__}: {' '.join(str(error).split())}"[:1000])
        self.deaths[job.key] += 1
        times = self.deaths[job.key]
        if times < death.most:
            self.watcher.note(f"{job.key}: {death.said}; it is tried again")
            return None
        return Answer("failed", death.said + ("" if times == 1 else f", {times} times"))

    def _take(self, job: Job, answer: Answer) -> None:
        if job.cell is not None:
            record = answer.record or failure(job.cell, answer.said, job.command)
            write_cell(self.folder, msgspec.structs.replace(record, made_from=self.prints[job.key]), answer.arrays)
        elif answer.kind == "failed":
            self.unfound.append(f"{job.label}: the search for a program failed: {answer.said}")
            statement = {"program_statement": f"{SEARCH_FAILED}{answer.said}"}
            self.programs[job.key] = {str(size): statement for size in job.sizes}
        else:
            self.programs[job.key] = answer.program
            keep_program(self.folder, job.label, search_print(job.task, job.folder, job.sizes), answer.program)
        self.watcher.ended(job.key, answer)


def failure(cell: Cell, why: str, command: str) -> Any:
    """The record of a cell whose worker gave none; what it needs of JAX is imported only now."""
    from benchmarks.engine import failed

    return failed(cell, why, command)
