"""Tasks: what is asked, and nothing about who answers."""

from benchmarks.tasks.boards import BOARDS
from benchmarks.tasks.boolean import BOOLEAN
from benchmarks.tasks.integers import INTEGERS
from benchmarks.tasks.languages import LANGUAGES
from benchmarks.tasks.mips import MIPS
from benchmarks.tasks.navigation import NAVIGATION
from benchmarks.tasks.oracle import by_row
from benchmarks.tasks.othello import OTHELLO
from benchmarks.tasks.reals import REALS
from benchmarks.tasks.residues import RESIDUES
from benchmarks.tasks.sampling import Box, Own, Uniform
from benchmarks.tasks.scenes import SCENES, SCENES_SEEN
from benchmarks.tasks.sequences import SEQUENCES
from benchmarks.tasks.streams import STREAMS
from benchmarks.tasks.task import LABELS, Task
from benchmarks.tasks.vision import VISION

TASKS: tuple[Task, ...] = (
    *RESIDUES, *BOOLEAN, *INTEGERS, *STREAMS, *REALS, *MIPS, *LANGUAGES, *SEQUENCES, *NAVIGATION, *VISION, SCENES,
    SCENES_SEEN, *BOARDS, OTHELLO,
)  # fmt: skip

__all__ = ["LABELS", "TASKS", "Box", "Own", "Task", "Uniform", "by_row"]
