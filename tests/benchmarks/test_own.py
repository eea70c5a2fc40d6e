"""A user's task, net and primitive, each one file, through the same calls and suites that ours use."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.cli import main
from benchmarks.resolve import load, net_of, task_of
from benchmarks.run import run_suite
from benchmarks.suite import read_suite
from compare.statistics import balanced_agreement
from nets.checkpoint import load_arrays

ROOT = Path(__file__).parents[2]

TASK = """
import numpy as np

from benchmarks.tasks import Task
from synth import BOOL, INT, Fn, Primitive, Z

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
import numpy as np

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


def gone(params, x, edits):
    np.load("gone.npy")


NET = wrap(plain, ("hidden.0",), name="mine", init=init)
NAN = wrap(broken, ("hidden.0",), name="nan", init=init)
SHIFTY = wrap(shifty, ("hidden.0",), name="shifty", init=init)
GONE = wrap(gone, ("hidden.0",), name="gone", init=init)


def ANY(positions, alphabet, classes, units=8):
    from nets import mlp

    return mlp(positions=positions, alphabet=alphabet, classes=classes, width=units, embedding=4)


def THREE(positions, alphabet, classes):
    return 3


def ABSENT(positions, alphabet, classes):
    return open("absent.npy")
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
    for net in ("NET", "NAN", "SHIFTY", "ANY", "GONE")
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
        "bad.py:TASK": r"bad\.py, line 1: cannot be run \(ZeroDivisionError: division by zero\); try it with",
        "gone.py:TASK": r"gone\.py:TASK: expected a Python file at",
    }
    for name, sentence in sentences.items():
        with pytest.raises(ValueError, match=sentence):
            task_of(name, tmp_path)
    assert load("mytask.py:HALF", tmp_path).name == "half"


@pytest.mark.slow
def test_a_suite_runs_own_task_and_nets_and_bad_nets_fail_alone(tmp_path: Path) -> None:
    suite = read_suite(str(write(tmp_path) / "suite.toml"))
    outcome = run_suite(suite, tmp_path / "run", command="synthnet run suite.toml", jobs=1)
    assert outcome.failed == 3
    mine, broken, shifty, made, gone = outcome.records
    assert (mine.task, mine.net, mine.status, made.net, made.status) == ("mean", "mine", "done", "mlp", "done")
    assert mine.program == "(half (add a b))"
    assert mine.program_rate == pytest.approx((mine.program_candidates or 0) / (mine.program_seconds or 1))
    assert (mine.verdict, mine.decided_by) == ("undetermined", "match")
    assert mine.steps == 60
    assert mine.recipe_detail["steps"] == 60
    assert set(mine.versions) >= {"jax", "numpy", "synthnet"}
    assert "NaN" in str(broken.error)
    assert "shape" in str(shifty.error)
    assert "FileNotFoundError ([Errno 2] No such file or directory: 'gone.npy') at mynet.py, line 30: np.load" in str(
        gone.error
    )
    arrays = load_arrays(tmp_path / "run" / str(mine.arrays))
    assert arrays["params/A"].shape == (2, 6, 8)
    assert len(arrays["curve.step"]) == len(arrays["curve.train_accuracy"])
    a, b = np.divmod(np.arange(36), 6)
    first, second = arrays["params/A"]
    answers = np.argmax(np.tanh(first[a] + second[b]) @ arrays["params/U"], axis=1)
    assert mine.match_domain == mine.match_train == balanced_agreement(answers, (a + b) // 2)
    assert mine.match_test is None


BAD = {
    "views disagree": (
        "mytask.py",
        "sym=lambda a: a // 2",
        "sym=lambda a: a // 3",
        "primitive 'half': numpy and sympy",
    ),
    "unknown primitive": (
        "mytask.py",
        '"arith", HALF',
        '"arithh",',
        "unknown primitive 'arithh'; did you mean 'arith'?",
    ),
    "no primitive": ("mytask.py", '"arith", HALF', '"arith", 3', "task 'mean': unknown primitive '3'"),
    "twice": ("mytask.py", '"arith", HALF', "HALF, HALF", "expected each name once, got 'half' twice"),
    "free": ("mytask.py", 'python="', 'bits=0, python="', "primitive 'half': expected bits > 0, got 0"),
    "shape": ("mytask.py", "a >> 1", "(a >> 1)[:3]", "primitive 'half': expected a result of the arguments' shape"),
    "type": ("mytask.py", "a >> 1", "a / 2", "primitive 'half': expected a result of int64"),
    "numpy only": ("mytask.py", "a >> 1", "np.array(a) >> 1", "primitive 'half': run raised TracerArray"),
    "oracle": ("mytask.py", "np.floor(", "np.floorr(", "AttributeError: module 'numpy' has no attribute 'floorr'"),
    "values": (
        "mytask.py",
        "values=lambda n: n",
        "values=lambda n: m",
        "task 'mean': its declaration cannot be asked at",
    ),
    "letters": (
        "mytask.py",
        '("arith", HALF)',
        '("arith")',
        "cannot be run (ValueError: task 'mean': expected library as a tuple, got 'arith'",
    ),
    "no such type": ("mytask.py", "Fn((INT, INT), INT),\n    oracle", "Fn((INT, INT), BOOL),\n    oracle", "answer"),
    "a name of ours": (
        "mytask.py",
        'name="half"',
        'name="neg"',
        "its own primitive 'neg' has the name of one of ours in",
    ),
    "answers": (
        "mytask.py",
        "/ 2).astype",
        "/ 1).astype",
        "expected an oracle that answers 0 .. 5 at size 6, got 6 for",
    ),
    "no net": ("suite.toml", "py:NET", "py:THREE", "(expected a Net from 'THREE', got int)"),
    "file of a net": (
        "suite.toml",
        "py:NET",
        "py:ABSENT",
        "cannot build the net (FileNotFoundError: [Errno 2] No such",
    ),
    "no factory": ("suite.toml", "py:NET", "py:jax", "expected a Net, or a function that returns one, got module"),
    "file alone": (
        "suite.toml",
        "mytask.py:TASK",
        "mytask.py",
        "expected mytask.py:NAME, got no name; write mytask.py:TA",
    ),
    "net's file": ("suite.toml", "mynet.py:NET", "mynet.py", "got no name; write mynet.py:init or mynet.py:plain or"),
    "no task there": ("suite.toml", "mytask.py:TASK", "mynet.py", "got no name; it declares no Task"),
    "modulus": (
        "mytask.py",
        "Fn((INT, INT), INT),\n    oracle",
        'Fn((INT, Z("p")), INT),\n    oracle',
        "task 'mean': spec",
    ),
    "sizes": ("suite.toml", "py:NET", "py:init", "cannot build the net (TypeError: init() got an unexpected keyword"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_mistake_in_an_own_declaration_is_one_sentence_before_anything_runs(tmp_path: Path, what: str) -> None:
    file, before, after, sentence = BAD[what]
    path = write(tmp_path) / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))
    result = CliRunner().invoke(main, ["run", str(tmp_path / "suite.toml"), "--out", str(tmp_path / "run")])
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


HIDING = "from nets import {name}\nNUMBER = 3\n"


def test_a_folder_named_like_one_of_ours_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").write_text("mine = 1\n")
    (tmp_path / "fine.py").write_text(HIDING.format(name="mlp"))
    (tmp_path / "wrong.py").write_text(HIDING.format(name="mine"))
    assert load("fine.py:NUMBER", tmp_path) == 3
    with pytest.raises(ValueError, match=r"wrong\.py, line 1: .*/nets has the name of a package of ours; rename it"):
        load("wrong.py:NUMBER", tmp_path)


def test_our_packages_hidden_by_the_path_are_named(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").write_text("")
    command = "from benchmarks import cli; import sys; sys.path.insert(0, sys.argv.pop()); cli.main(['list', 'suites'])"
    done = subprocess.run([sys.executable, "-c", command, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'nets'}: hides our package 'nets'; rename it" in done.stderr


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    for number, folder in enumerate(("one", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "helper.py").write_text(f"VALUE = {number}\n")
        (tmp_path / folder / "own.py").write_text("from helper import VALUE\n")
    assert [load(f"{folder}/own.py:VALUE", tmp_path) for folder in ("one", "two")] == [0, 1]


FAULTY = {
    "import helper": (r"own\.py, line 2: cannot be run \(ZeroDivisionError: .* in helper\.py, line 3\); try it with"),
    "import broken": (r"own\.py, line 2: cannot be run \(SyntaxError: .* in broken\.py, line 2\); try it with"),
    "import nowhere": (r"\(ModuleNotFoundError: No module named 'nowhere'\); install 'nowhere', or put it beside"),
    "import helpless": (r"helpless\.py, line 1\); run `pip install 'synthnet\[smt\]'`"),
    "1 / 0": (r"own\.py, line 2: cannot be run \(ZeroDivisionError: division by zero\); try it with python alone"),
}


@pytest.mark.parametrize("line", FAULTY)
def test_a_file_that_cannot_be_run_names_the_line_also_in_a_file_that_it_imports(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    (tmp_path / "helper.py").write_text("import json\n\nvalue = 1 / 0\n")
    (tmp_path / "broken.py").write_text("# a comment\nvalue = (1\n")
    (tmp_path / "helpless.py").write_text("import z3\n")
    (tmp_path / "own.py").write_text(f"VALUE = 3\n{line}\n")
    with pytest.raises(ValueError, match=FAULTY[line]):
        load("own.py:VALUE", tmp_path)
    (tmp_path / "own.py").write_text("VALUE = 3\n")
    assert load("own.py:VALUE", tmp_path) == 3


def test_a_function_that_imports_when_it_is_called_finds_its_neighbours(tmp_path: Path) -> None:
    for number, folder in enumerate(("one", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "helper.py").write_text(f"import random\nVALUE, ID = {number}, random.random()\n")
        text = "from helper import ID\ndef late():\n    import helper\n    return helper.VALUE, helper.ID == ID\n"
        (tmp_path / folder / "own.py").write_text(text)
    one, two = (load(f"{folder}/own.py:late", tmp_path) for folder in ("one", "two"))
    assert [one(), two(), one()] == [(0, True), (1, True), (0, True)]
    assert "helper" not in sys.modules


def test_an_installed_package_below_the_user_s_folder_stays(tmp_path: Path) -> None:
    packages = tmp_path / ".venv" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "far_away.py").write_text("")
    (tmp_path / "own.py").write_text(f"import sys\nsys.path.append({str(packages)!r})\nimport far_away\nVALUE = 1\n")
    try:
        load("own.py:VALUE", tmp_path)
        assert "far_away" in sys.modules
    finally:
        sys.modules.pop("far_away", None)
        sys.path.remove(str(packages))
