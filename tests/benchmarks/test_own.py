"""A user's task, net and primitive, each one file, through the same calls and suites that ours use."""

from pathlib import Path

import pytest

from benchmarks.resolve import load, net_of, task_of
from benchmarks.run import run_suite
from benchmarks.suite import read_suite
from nets.checkpoint import load_arrays

TASK = """
import numpy as np

from benchmarks.tasks import Task
from synth import INT, Fn, Primitive

HALF = Primitive(
    name="half",
    type=Fn((INT,), INT),
    doc="Half of an integer, rounded down.",
    run=lambda xp, a: a >> 1,
    sym=lambda a: a // 2,
    python="({} // 2)",
)
TASK = Task(
    name="mean",
    doc="The mean of two integers, rounded down.",
    type=Fn((INT, INT), INT),
    oracle=lambda n, a, b: np.floor((a + b) / 2).astype(int),
    sizes=(6,),
    values=lambda n: n,
    classes=lambda n: n,
    library=("arith", HALF),
)
"""

NET = """
import jax
import jax.numpy as jnp

from nets import wrap


def init(key):
    first, second = jax.random.split(key)
    return {"A": jax.random.normal(first, (2, 6, 8)), "U": jax.random.normal(second, (8, 6))}


def plain(params, x, edits):
    hidden = edits.get("hidden.0", jnp.tanh(params["A"][0][x[:, 0]] + params["A"][1][x[:, 1]]))
    return hidden @ params["U"], {"hidden.0": hidden}


def broken(params, x, edits):
    outputs, sites = plain(params, x, edits)
    return outputs * jnp.nan, sites


def shifty(params, x, edits):
    outputs, sites = plain(params, x, edits)
    return outputs, {"hidden.0": sites["hidden.0"][:, : 1 + len(x) % 8]}


NET = wrap(plain, ("hidden.0",), name="mine", init=init)
NAN = wrap(broken, ("hidden.0",), name="nan", init=init)
SHIFTY = wrap(shifty, ("hidden.0",), name="shifty", init=init)


def ANY(positions, alphabet, classes, units=8):
    from nets import mlp

    return mlp(positions=positions, alphabet=alphabet, classes=classes, width=units, embedding=4)
"""

SUITE = """
name = "mine"
doc = "My own task and nets."
""" + "".join(
    f"""
[[cells]]
task = "mytask.py:TASK"
sizes = [6]
net = "mynet.py:{net}"
recipe = "short.toml"
"""
    for net in ("NET", "NAN", "SHIFTY", "ANY")
)

RECIPE = """
doc = "A few steps."
train = { steps = 60, weight_decay = 0.0, evaluate_every = 20 }
"""


def write(folder: Path) -> Path:
    for name, text in (("mytask.py", TASK), ("mynet.py", NET), ("suite.toml", SUITE), ("short.toml", RECIPE)):
        (folder / name).write_text(text)
    return folder


def test_own_declarations_are_looked_up_like_ours(tmp_path: Path) -> None:
    write(tmp_path)
    task = task_of("mytask.py:TASK", tmp_path)
    assert task.spec(6).targets()[:8].tolist() == [0, 0, 1, 1, 2, 2, 0, 1]
    assert task_of("mytask.py:TASK", tmp_path) is task
    assert net_of("mynet.py:NET", tmp_path).name == "mine"  # pyright: ignore[reportAttributeAccessIssue]
    assert callable(net_of("mynet.py:ANY", tmp_path))


def test_what_a_file_does_not_hold_is_said_in_one_sentence(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "bad.py").write_text("1 / 0")
    sentences = {
        "mytask.py:TUSK": r"unknown name 'TUSK'; did you mean 'TASK'\?",
        "mytask.py:HALF": r"mytask\.py:HALF: expected a Task, got Primitive; name the declaration itself",
        "bad.py:TASK": r"bad\.py: cannot be run \(ZeroDivisionError: division by zero\); try it with python alone",
        "gone.py:TASK": r"gone\.py:TASK: expected a Python file at",
    }
    for name, sentence in sentences.items():
        with pytest.raises(ValueError, match=sentence):
            task_of(name, tmp_path)
    assert load("mytask.py:HALF", tmp_path).name == "half"


def test_a_suite_runs_own_task_and_nets_and_bad_nets_fail_alone(tmp_path: Path) -> None:
    suite = read_suite(str(write(tmp_path) / "suite.toml"))
    outcome = run_suite(suite, tmp_path / "run", command="synthnet run suite.toml", jobs=1)
    assert outcome.failed == 2
    mine, broken, shifty, made = outcome.records
    assert (mine.task, mine.net, mine.status, made.net, made.status) == ("mean", "mine", "done", "mlp", "done")
    assert mine.program == "(half (add a b))"
    assert mine.verdict in ("program", "table", "undetermined")
    assert mine.steps == 60
    assert mine.recipe_detail["steps"] == 60
    assert set(mine.versions) >= {"jax", "numpy", "synthnet"}
    assert "NaN" in str(broken.error)
    assert "shape" in str(shifty.error)
    arrays = load_arrays(tmp_path / "run" / str(mine.arrays))
    assert arrays["params/A"].shape == (2, 6, 8)
    assert len(arrays["curve.step"]) == len(arrays["curve.train_accuracy"])
    assert mine.match_domain is not None
