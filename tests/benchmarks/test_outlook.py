"""What is said of a task before a net is trained."""

from pathlib import Path

import pytest

from benchmarks.outlook import described, notes, outlook
from benchmarks.resolve import task_of
from benchmarks.suite import read_suite
from benchmarks.tasks import TASKS, Task
from compare.extract import EXTRACTORS

MINE = """
from benchmarks.tasks import Task
from synth import BOOL, INT, Fn, Primitive

HALF = Primitive(name="half", type=Fn((INT,), INT), doc="Half.", run=lambda xp, a: a >> 1, sym=lambda a: a // 2)
PLAIN = dict(doc="x.", values=lambda n: n, sizes=(6, 9))
MEAN = Task(name="mean", type=Fn((INT, INT), INT), oracle=lambda n, a, b: (a + b) // 2, classes=lambda n: n,
            library=("arith", (HALF,)), **PLAIN)
MORE = Task(name="more", type=Fn((INT, INT), BOOL), oracle=lambda n, a, b: a > b, classes=lambda n: 2,
            library=("choice",), **PLAIN)
"""
SUITE = """
name = "mine"
doc = "x"
[[cells]]
task = "mine.py:MEAN"
sizes = [6, 9]
[[cells]]
task = "mine.py:MORE"
sizes = [9]
"""


@pytest.mark.parametrize("task", [task for task in TASKS if task.listed], ids=lambda task: task.name)
def test_our_tasks_are_read_by_an_extractor_at_every_size(task: Task) -> None:
    (line,) = outlook(task)
    assert line.startswith("by ")
    assert set(line.removeprefix("by ").split(", ")) <= {extractor.name for extractor in EXTRACTORS}


def test_tasks_on_samples_wait_for_an_extractor_that_reads_samples() -> None:
    assert list(outlook(task_of("running_sum", Path()))) == ["by selects, recurrent"]
    (line,) = outlook(task_of("product_and_sine", Path()))
    assert line.startswith("never a program: no extractor reads it, so the verdict will be table or undetermined (")
    assert list(outlook(task_of("reverse", Path()))) == ["by selects"]
    assert list(dict.fromkeys(outlook(task_of("shape", Path())))) == ["by filters"]
    assert list(outlook(task_of("ring", Path()))) == ["by recurrent, phases"]
    assert len(list(notes(read_suite("kinds")))) == 1
    sequence, picture = (list(described(task_of(name, Path()))) for name in ("reverse", "shape"))
    assert "  samples    trained on lengths 1 to 8, tested on lengths 1 to 8" in sequence
    assert "  inputs     8 integers 0 .. 8 at size 8" in sequence
    assert any(line.startswith("  answers    one of 8 classes, one a position, 5") for line in sequence)
    assert "  e.g.       (2 0 0 0 1 6 5 8) -> 5 6 1 0 0 0 2 -" in sequence
    assert "  type       none that the synthesizer has: no program is searched for" in picture
    assert "  inputs     12 x 12 reals at size 12" in picture
    assert "  answers    one of 5 classes, one a row" in picture


def test_of_a_game_the_rules_are_searched_for_and_squares_stand_apart() -> None:
    lines = list(described(task_of("infection", Path())))
    assert "  type       none that the synthesizer has: the rules of the game are searched for" in lines
    assert any(line.endswith(" 0,1,8,13 1,8,13 1,8,12 1,12 1") for line in lines)


def test_a_suite_says_which_primitives_are_named_like_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE.replace('name="half"', 'name="halve"'))
    (tmp_path / "mine.toml").write_text(SUITE)
    suite = read_suite(str(tmp_path / "mine.toml"))
    (like,) = notes(suite)
    assert (
        like == "task 'mean': primitive 'halve' is named like one of ours, in functions; programs mean the task's own"
    )
    assert {cell.recipe.name for cell in suite.cells} == {"usual_integers"}


def test_a_task_that_a_family_reads_at_some_sizes_says_at_which(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE)

    assert list(outlook(task_of("mine.py:MEAN", tmp_path))) == ["by units at size 6", "by integers, units at size 9"]
    lines = list(described(task_of("mine.py:MEAN", tmp_path)))
    assert "  language   arith, half" in lines
    assert "  usually    net mlp, recipe usual_integers" in lines
