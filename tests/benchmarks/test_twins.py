"""Tasks, nets and recipes that are called the same are told apart, and so are the files of their records."""

from pathlib import Path

import pytest

from benchmarks.suite import read_suite
from benchmarks.twins import file_name, placed

TASK = """
from benchmarks.tasks import Task
from synth import INT, Fn
TASK = Task(name="{name}", doc="Lower.", type=Fn((INT, INT), INT), oracle=lambda n, a, b: a + 0 * b, sizes=(8,),
            values=lambda n: n, classes=lambda n: n, library=("arith", "constants", "choice"))
"""
NET = """
from nets import mlp
def NET(positions, alphabet, classes):
    return mlp(positions=positions, alphabet=alphabet, classes=classes, width={width})
mlp_ = mlp
"""
GROUP = '[[cells]]\ntask = "{task}"\nsizes = [8]\nnet = "{net}"\nrecipe = "{recipe}"\n'


def names(folder: Path, *groups: dict[str, str]) -> list[str]:
    usual = {"task": "integers_add", "net": "mlp", "recipe": "untrained"}
    for name in ("a.py", "b.py"):
        (folder / name).write_text(NET.format(width=4 if name == "a.py" else 8))
    for name in ("one", "two"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "mine.toml").write_text('doc = "x"\nuntrained = true\n')
    for name, file in (("x/y", "slash.py"), ("x_y", "line.py"), ("é" * 200, "long.py")):
        (folder / file).write_text(TASK.format(name=name))
    text = 'name = "twins"\ndoc = "x"\n' + "".join(GROUP.format(**{**usual, **group}) for group in groups)
    (folder / "suite.toml").write_text(text)
    return [cell.name for cell in read_suite(str(folder / "suite.toml")).cells]


def test_nets_and_recipes_of_one_name_are_told_apart(tmp_path: Path) -> None:
    nets = names(tmp_path, {"task": "line.py:TASK", "net": "a.py:NET"}, {"task": "line.py:TASK", "net": "b.py:NET"})
    assert nets == ["x_y-8-net@a-untrained-s0", "x_y-8-net@b-untrained-s0"]
    recipes = [{"task": "line.py:TASK", "recipe": f"{folder}/mine.toml"} for folder in ("one", "two")]
    assert names(tmp_path, *recipes) == ["x_y-8-mlp-mine@one-s0", "x_y-8-mlp-mine@two-s0"]
    assert names(tmp_path, recipes[0]) == ["x_y-8-mlp-mine-s0"]


def test_one_file_said_in_two_ways_is_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected every cell once, got 'x_y-8-mlp-untrained-s0' twice"):
        names(tmp_path, {"task": "line.py:TASK"}, {"task": "one/../line.py:TASK"})


def test_names_that_make_one_file_name_are_told_apart(tmp_path: Path) -> None:
    one, other = names(tmp_path, {"task": "slash.py:TASK"}, {"task": "line.py:TASK"})
    assert other == "x_y-8-mlp-untrained-s0"
    assert one == file_name("x/y-8-mlp-untrained-s0", certain=True) != other
    (long,) = names(tmp_path, {"task": "long.py:TASK"})
    assert len(long.encode()) < 200


def test_a_source_of_ours_beside_a_user_s() -> None:
    assert placed("mlp", "mlp", ["mlp", "x.py:mlp"]) == "mlp@ours"
    assert placed("mlp", "x.py:mlp", ["mlp", "x.py:mlp"]) == "mlp@x"
    assert placed("mlp", "x.py:mlp", ["x.py:mlp"]) == "mlp"
