"""Tasks: what is asked, and nothing about who answers."""

from benchmarks.tasks.boolean import BOOLEAN
from benchmarks.tasks.integers import INTEGERS
from benchmarks.tasks.oracle import by_row
from benchmarks.tasks.residues import RESIDUES
from benchmarks.tasks.task import LABELS, Task

TASKS: tuple[Task, ...] = (*RESIDUES, *BOOLEAN, *INTEGERS)

__all__ = ["LABELS", "TASKS", "Task", "by_row"]
