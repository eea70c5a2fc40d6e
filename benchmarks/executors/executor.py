"""The interface between a run and the places where its jobs run."""

from concurrent.futures import Future
from typing import NamedTuple, Protocol

from benchmarks.worker import Answer, Job


class Death(NamedTuple):
    """Why a job came back without an answer: its worker ended, which `said` words, and how many such ends suffice."""

    said: str
    most: int  # ends of this kind after which the job is not tried again


class Executor(Protocol):
    """Runs jobs. A future gives the job's Answer, or an exception that `death` explains."""

    def seats(self) -> int:
        """How many jobs can be in hand now."""
        ...

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job; there is a seat for it."""
        ...

    def death(self, error: BaseException) -> Death | None:
        """What it means that a future raised this; None where it is no worker's end, but a fault of ours."""
        ...

    def close(self) -> None:
        """End all workers at once, whatever they have in hand."""
        ...
