"""A net whose right verdict is known because nobody trained it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.tasks import Task

ASKED = "asked_"  # begins the names of the tasks that ask for known programs of transformers


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """`build(task, size, seed) -> (net, params)`; `expected` is the verdict that is right.

    `fits` says for which tasks the control exists, and `largest` up to which number of rows, where inputs are listed.
    """

    name: str
    doc: str
    expected: str
    build: Callable[[Task, int, int], tuple[Any, Any]]
    fits: Callable[[Task], bool]
    suits: str  # what `fits` says, in words
    largest: int | None = None
    sampled: bool = False  # of tasks that are asked on samples, and of no others

    def make(self, task: Task, size: int, seed: int) -> tuple[Any, Any]:
        """The net and its parameters; ValueError where the control does not fit."""
        self.check(task, size)
        return self.build(task, size, seed)

    def check(self, task: Task, size: int) -> None:
        """ValueError where the control does not fit."""
        if not self.fits(task):
            raise ValueError(
                f"control {self.name!r}: expected {self.suits}, got task {task.name!r}; name a task that fits"
            )
        if self.sampled:
            return
        if not task.listed:
            raise ValueError(
                f"control {self.name!r}: expected a task whose inputs can all be listed, got {task.name!r}, which is "
                "asked on samples; name another task"
            )
        rows = task.rows(size)
        if self.largest is not None and rows > self.largest:
            raise ValueError(
                f"control {self.name!r}: expected a table of at most {self.largest} rows, got {rows} "
                f"for task {task.name!r} at size {size}; its units grow with the rows, so take a smaller size"
            )
