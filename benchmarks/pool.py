"""Worker processes with one XLA thread each, so that results do not depend on how many there are."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.store import write_record
from benchmarks.suite import Cell
from benchmarks.worker import SINGLE, Answer, Job, Work, serve


class Watcher:
    """Hears how a run goes on; this one says nothing."""

    def begin(self, total: int, kept: int) -> None: ...

    def note(self, sentence: str) -> None: ...

    def started(self, key: str) -> None: ...

    def ended(self, key: str, answer: Answer) -> None: ...


@dataclass(slots=True, kw_only=True, eq=False)
class Seat:
    """One worker process and the job that it has."""

    process: BaseProcess
    pipe: Any
    job: Job | None = None


@dataclass(slots=True, kw_only=True)
class Pool:
    """Worker processes with one XLA thread each, so that results do not depend on how many there are."""

    folder: Path
    command: str
    worker: Work
    watcher: Watcher
    seats: list[Seat] = field(default_factory=list)

    @contextmanager
    def running(self, count: int) -> Iterator[None]:
        with environment(SINGLE):
            try:
                self.seats = [self._seat() for _ in range(count)]
                yield
            finally:
                for seat in self.seats:
                    seat.process.kill()
                    seat.process.join()
                    seat.pipe.close()

    def _seat(self) -> Seat:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self.worker, self.folder, self.command), daemon=True)
        process.start()
        theirs.close()
        return Seat(process=process, pipe=ours)

    def free(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.job is None]

    def busy(self) -> bool:
        return any(seat.job is not None for seat in self.seats)

    def give(self, seat: Seat, job: Job) -> None:
        seat.job = job
        self.watcher.started(job.key)
        with suppress(OSError):  # it died while it was idle; `answers` will see that
            seat.pipe.send(job)

    def answers(self) -> list[tuple[Job, Answer]]:
        """What the workers answer next, at least one; a worker that died answers with a failure."""
        busy = {seat.pipe: seat for seat in self.seats if seat.job is not None}
        heard = []
        for pipe in wait(list(busy)):
            heard.append(self._answer(busy[pipe]))
        return heard

    def _answer(self, seat: Seat) -> tuple[Job, Answer]:
        job = seat.job
        assert job is not None
        try:
            answer = seat.pipe.recv()
        except (EOFError, ConnectionResetError):
            seat.process.join()
            answer = Answer("failed", died(seat.process.exitcode), {}, tired=True)
            if job.cell is not None:
                self._record_death(job.cell, answer.said)
        seat.job = None
        if answer.tired:
            self._replace(seat)
        self.watcher.ended(job.key, answer)
        return job, answer

    def _record_death(self, cell: Cell, why: str) -> None:
        from benchmarks.engine import failed

        write_record(self.folder, failed(cell, why, self.command))

    def _replace(self, seat: Seat) -> None:
        seat.process.kill()
        seat.process.join()
        seat.pipe.close()
        self.seats[self.seats.index(seat)] = self._seat()


def died(code: int | None) -> str:
    killed = f" by signal {-code}" if code is not None and code < 0 else f" with exit code {code}"
    return f"the worker process ended{killed} before the cell was done; was the machine out of memory?"


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """These environment variables while the body runs; processes started in it keep them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
