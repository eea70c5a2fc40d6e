"""Processes of this machine, by loky. Each seat has an executor of one worker, so that a death names its job."""

import os
import signal
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

from benchmarks.executors.executor import Death
from benchmarks.memory import starved
from benchmarks.worker import SINGLE, Answer, Job, Work, do

WATCH = 0.5  # seconds between two looks for the parent
CRASHES = 2  # ends of a worker by its own fault, or for want of memory, after which its job is not tried again
KILLS = 25  # the same where somebody killed it: more than anybody does by mistake, and not for ever


class Local:
    """`jobs` worker processes with one thread each, started when they are needed and replaced when they grow large."""

    def __init__(self, work: Work, jobs: int, cache: Path) -> None:
        self._work = work
        self._environment = {
            **SINGLE,
            "JAX_COMPILATION_CACHE_DIR": str(cache),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.3",
            "LOKY_MAX_MEMORY_LEAK_SIZE": "1e18",  # `tired` says when a worker has grown too large
        }
        self._executors: list[ProcessPoolExecutor | None] = [None] * jobs
        self._futures: list[Future[Answer] | None] = [None] * jobs
        self._starved = starved()

    def seats(self) -> int:
        return len(self._executors)

    def submit(self, job: Job) -> Future[Answer]:
        seat = next(i for i, future in enumerate(self._futures) if future is None or future.done())
        if spent(self._futures[seat]):
            self._end(seat)
        for _ in range(2):  # a worker may have been killed while it was idle
            executor = self._executors[seat] or self._begin(seat)
            try:
                future = executor.submit(do, self._work, job)
                break
            except BrokenProcessPool:
                self._end(seat)
        else:
            future = self._begin(seat).submit(do, self._work, job)
        self._futures[seat] = future
        return future

    def death(self, error: BaseException) -> Death | None:
        if not isinstance(error, BrokenProcessPool):
            return None
        before, self._starved = self._starved, starved()
        if self._starved > before:
            said = "the machine ran out of memory and ended the worker process; use fewer --jobs, or a smaller net"
            return Death(said, CRASHES)
        cause = ending(str(error))
        most = KILLS if "SIGKILL" in cause else CRASHES
        return Death(f"the worker process ended{cause} before the cell was done", most)

    def close(self) -> None:
        for seat in range(len(self._executors)):
            self._end(seat)

    def _begin(self, seat: int) -> ProcessPoolExecutor:
        executor = ProcessPoolExecutor(max_workers=1, env=self._environment, initializer=begin, initargs=(os.getpid(),))
        self._executors[seat] = executor
        return executor

    def _end(self, seat: int) -> None:
        executor, self._executors[seat] = self._executors[seat], None
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)


def begin(parent: int) -> None:
    """In a worker, first: it ends when its parent does, and leaves interruptions to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=leave_with, args=(parent,), daemon=True).start()


def leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(1)


def spent(future: Future[Answer] | None) -> bool:
    """Whether the worker of this finished job is gone, or should be."""
    return future is not None and (future.exception() is not None or future.result().tired)


def ending(text: str) -> str:
    """How a process ended, out of what loky says of it: {SIGKILL(-9)} or {EXIT(3)}."""
    inside = text.rpartition("{")[2].partition("}")[0] if "{" in text else ""
    name, _, code = inside.rstrip(")").partition("(")
    if name.startswith("SIG"):
        return f" by {name}"
    return f" with exit code {code}" if code.lstrip("-").isdigit() else ""
