"""Suites and recipes: ours are sound, and a user's mistake is one sentence that names it."""

from functools import cache
from pathlib import Path

import pytest

from benchmarks.names import find
from benchmarks.outlook import notes
from benchmarks.recipe import Override, Prepared, RecipeFile, prepare, read_recipe, recipe_names, training
from benchmarks.suite import read_suite, suite_names
from benchmarks.tasks import TASKS

GOOD = """
name = "mine"
doc = "One cell."
[[cells]]
task = "mod_add"
sizes = [23]
net = "mlp"
recipe = "grokked"
"""
RECIPE = """
doc = "A recipe."
fraction = 0.5
options = { width = 8 }
train = { steps = 5 }
"""


def read(folder: Path, text: str):
    (folder / "mine.toml").write_text(text)
    return read_suite(str(folder / "mine.toml"))


ours = cache(read_suite)


@pytest.mark.parametrize("name", suite_names())
def test_our_suites_are_read_and_every_name_in_them_is_known(name: str) -> None:
    suite = ours(name)
    assert suite.name == name
    assert [*notes(suite)] == [] or name in ("kinds", "vision", "scenes", "scenes-smoke")  # none reads what draws
    assert len({cell.name for cell in suite.cells}) == len(suite.cells)
    unknown = {cell.recipe.name for cell in suite.cells if cell.expected is None}  # whose verdict nobody knows
    open_ones = (
        "mips62",
        "mips62-smoke",
        "dropped",
        "regular",
        "transformers",
        "formation",
        "knee",
        "rasp28",
        "navigation",
    )
    assert name in ("own", "recipes", *open_ones) or unknown <= {"integers"}


def test_our_recipes_are_all_used() -> None:
    used = {cell.recipe.name for name in suite_names() for cell in ours(name).cells}
    assert used >= set(recipe_names())


def test_the_search_for_the_usual_recipes_changes_one_thing_at_a_time() -> None:
    """A task's group without a recipe beside groups that differ from it in the net, the share or the decay alone."""
    groups: dict[tuple[str, int], list[Prepared]] = {}
    for cell in ours("recipes").cells:
        groups.setdefault((cell.task, cell.size), []).append(cell.recipe)
    assert len(groups) > 5
    for usual, *others in groups.values():
        assert usual.name.startswith("usual_")
        assert len(others) > 0
        for other in others:
            changed = {
                name for name in ("fraction", "options", "train") if getattr(usual, name) != getattr(other, name)
            }
            assert len(changed) == 1 or changed == {"options", "train"}


def test_grokking_holds_what_it_promises() -> None:
    cells = ours("grokking").cells
    for net in ("mlp", "transformer"):
        grokked = [(cell.size, cell.seed) for cell in cells if cell.net == net and cell.recipe.name == "grokked"]
        assert sorted(grokked) == [(p, seed) for p in (23, 31, 43, 59, 97, 113) for seed in range(5)]
    fractions = {cell.size: cell.recipe.fraction for cell in cells if cell.recipe.name == "grokked"}
    assert fractions == {23: 0.7, 31: 0.6, 43: 0.4, 59: 0.4, 97: 0.4, 113: 0.4}
    kinds = {cell.recipe.name for cell in cells}
    assert kinds >= {
        "no_decay", "random_labels", "untrained", "whole_decay", "whole_no_decay", "lookup", "random_features",
        "relabelled", "clock", "pizza", "wide_clock", "aliased_clock", "aliased_pizza", "narrow", "scaled",
    }  # fmt: skip
    assert all(sum(cell.recipe.name == kind for cell in cells) >= 2 for kind in kinds)


BAD = {
    "unknown key": ('recipe = "grokked"', 'recipy = "grokked"', "unknown key 'recipy'; did you mean 'recipe'?"),
    "missing key": ("sizes = [23]", "", "missing required field `sizes`"),
    "wrong type": ("sizes = [23]", 'sizes = ["p"]', "expected `int`, got `str` for the key 'sizes[0]'"),
    "top key": ('doc = "One cell."', 'dok = "One cell."', "unknown key 'dok'; did you mean 'doc'?"),
    "no cells": ("[[cells]]", "[[cell]]", "unknown key 'cell'; did you mean 'cells'?"),
    "task": ('"mod_add"', '"mod_ad"', "group 1 of [[cells]]: unknown task 'mod_ad'; did you mean 'mod_add'?"),
    "net": ('"mlp"', '"mpl"', "unknown net 'mpl'; did you mean 'mlp'?"),
    "recipe": ('"grokked"', '"groked"', "unknown recipe 'groked'; did you mean 'grokked'?"),
    "prime": ('"mod_add"\nsizes = [23]', '"mod_mul"\nsizes = [57]', "task 'mod_mul': expected a prime size, got 57"),
    "size": ("sizes = [23]", "sizes = [1]", "task 'mod_add': expected a size of at least 2, got 1"),
    "one size": (
        "sizes = [23]",
        "sizes = 23",
        "expected `array`, got `int` for the key 'sizes'; write sizes = [...]",
    ),
    "one bracket": (
        "[[cells]]",
        "[cells]",
        "expected `array`, got `object` for the key 'cells'; write [[cells]]",
    ),
    "module": ('"mod_add"', '"mine:TASK"', "unknown task 'mine:TASK'; a task of your own is named file.py:NAME"),
    "no file": ('"grokked"', '"gone.toml"', "gone.toml: expected a TOML file, found none; check the path"),
    "what to do": ("sizes = [23]", "", "`sizes`; `synthnet list keys` says what each key holds"),
    "no sizes": ("sizes = [23]", "sizes = []", "expected at least one number for the key 'sizes', got none"),
    "twins": ("sizes = [23]", "sizes = [23, 23]", "expected every cell once, got 'mod_add-23-mlp-grokked-s0' twice"),
    "verdict": ("sizes = [23]", 'sizes = [23]\nexpected = "not progam"', "unknown expected verdict 'progam'; did you"),
    "seed": ("sizes = [23]", "sizes = [23]\nseeds = [0, -1]", "expected seeds in 0 .. 2147483647, got -1"),
    "slash": (
        'name = "mine"',
        'name = "a/b"',
        "expected a name fit for a directory, without '/' or a dot in front, got",
    ),
    "dot": ('name = "mine"', 'name = "..b"', "expected a name fit for a directory, without '/' or a dot in front, got"),
    "toml": ("sizes = [23]", "sizes = [23", "expected TOML, got a file that cannot be read"),
    "control": ('"grokked"', '"clock"', "the recipe 'clock' is a control and brings its own net; remove the key 'net'"),
    "large": (
        'sizes = [23]\nnet = "mlp"\nrecipe = "grokked"',
        'sizes = [97]\nrecipe = "lookup"',
        "control 'lookup': expected a table of at most 4096 rows, got 9409",
    ),
    "other task": (
        '"mod_add"\nsizes = [23]\nnet = "mlp"\nrecipe = "grokked"',
        '"parity3"\nsizes = [12]\nrecipe = "clock"',
        "control 'clock': expected the task mod_add, got task 'parity3'",
    ),
    "fraction of samples": (
        '"mod_add"\nsizes = [23]\nnet = "mlp"',
        '"running_sum"\nsizes = [5]\nnet = "recurrent"',
        "task 'running_sum': expected a train fraction of 1, since its batches are drawn afresh, got 0.4; leave it out",
    ),
    "labels of samples": (
        '"mod_add"\nsizes = [23]\nnet = "mlp"\nrecipe = "grokked"',
        '"shape"\nsizes = [12]\nrecipe = "random_labels"',
        "task 'shape': expected the labels true, since its inputs are drawn and not listed, got 'random'; random and",
    ),
    "control of samples": (
        '"mod_add"\nsizes = [23]\nnet = "mlp"\nrecipe = "grokked"',
        '"reverse"\nsizes = [8]\nrecipe = "lookup"',
        "control 'lookup': expected a task whose inputs can all be listed, got 'reverse', which is asked on samples",
    ),
    "user file": ('"mod_add"', '"gone.py:TASK"', "gone.py:TASK: expected a Python file at "),
}


@pytest.mark.parametrize("what", BAD)
def test_a_mistake_in_a_suite_is_one_sentence(tmp_path: Path, what: str) -> None:
    before, after, sentence = BAD[what]
    assert len(read(tmp_path, GOOD).cells) == 1
    assert before in GOOD
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is compared below
        read(tmp_path, GOOD.replace(before, after))
    text = str(caught.value)
    assert sentence in text
    assert text.startswith(str(tmp_path / "mine.toml"))
    assert "\n" not in text


BAD_RECIPE = {
    "unknown key": ("fraction", "fractoin", "unknown key 'fractoin'; did you mean 'fraction'?"),
    "training": ("steps", "stepps", "recipe 'mine': unknown training option 'stepps'; did you mean 'steps'?"),
    "option": ("width", "widht", "recipe 'mine': unknown net option 'widht'; did you mean 'width'?"),
    "width": (
        "8",
        '"abc"',
        "recipe 'mine': cannot build the net (mlp: expected width to be an integer of at least 1, ",
    ),
    "no width": ("8", "0", "(mlp: expected width to be an integer of at least 1, got 0)"),
    "fractional": ("steps = 5", "steps = 100.5", "recipe: expected steps to be an integer, got 100.5"),
    "no row": ("fraction = 0.5", "fraction = 0.001", "train fraction of at least one row, got 0.001 of 529 rows; give"),
    "value": ("steps = 5", "steps = 0", "recipe: expected steps >= 1, got 0"),
    "type": ("fraction = 0.5", 'fraction = "half"', "expected `float`, got `str` for the key 'fraction'"),
    "range": ("fraction = 0.5", "fraction = 1.5", "expected a train fraction in (0, 1], got 1.5"),
    "control": ("fraction = 0.5", 'control = "clok"', "unknown control 'clok'; did you mean 'clock'?"),
    "override": (
        "fraction = 0.5",
        "fraction = 0.5\noverride = [{ nett = 1 }]",
        "unknown key 'nett'; did you mean 'net'",
    ),
    "rows": (
        "fraction = 0.5",
        "fraction = 0.5\noverride = [{ rows = [9, 4] }]",
        "expected rows as the least and the most, got 9 and 4; swap them for the key 'override[0]'",
    ),
    "arguments": (
        "fraction = 0.5",
        "fraction = 0.5\noverride = [{ arguments = [2] }]",
        "expected `array` of length 2, got 1 for the key 'override[0].arguments'",
    ),
    "labels": ("fraction = 0.5", 'labels = "ture"', "invalid enum value 'ture' for the key 'labels'"),
}


@pytest.mark.parametrize("what", BAD_RECIPE)
def test_a_mistake_in_a_recipe_is_one_sentence(tmp_path: Path, what: str) -> None:
    before, after, sentence = BAD_RECIPE[what]
    suite = GOOD.replace('"grokked"', '"mine_recipe.toml"').replace("mine_recipe", "r/mine")
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "mine.toml").write_text(RECIPE)
    assert read(tmp_path, suite).cells[0].recipe.fraction == 0.5
    (tmp_path / "r" / "mine.toml").write_text(RECIPE.replace(before, after))
    if what == "control":
        suite = suite.replace('net = "mlp"\n', "")
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is compared below
        read(tmp_path, suite)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


TABLE = """
from benchmarks.tasks import Task, Uniform
from synth import Fn, Z
TASK = Task(name="sum", doc="x", type=Fn((Z("p"), Z("p")), Z("p")), oracle=lambda n, a, b: (a + b) % n, sizes=(5,),
            values=lambda n: n, classes=lambda n: n, terminals=lambda n: {"p": n}, train=Uniform())
"""


def test_a_recipe_with_checkpoints_is_for_trained_rows_of_a_table_or_for_samples(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('doc = "x"\ntrain = { steps = 5, batch = 4, checkpoints = 2 }')
    (tmp_path / "table.py").write_text(TABLE)
    suite = GOOD.replace('"mod_add"\nsizes = [23]\nnet = "mlp"', '"running_sum"\nsizes = [5]').replace(
        "grokked", "r.toml"
    )
    assert read(tmp_path, suite).cells[0].net == "recurrent"
    suite = suite.replace("running_sum", "table.py:TASK")
    with pytest.raises(ValueError, match="recipe 'r': expected no checkpoints for task 'sum', whose batches are"):
        read(tmp_path, suite)
    (tmp_path / "r.toml").write_text('doc = "x"\ntrain = { steps = 5, batch = 4 }')
    assert read(tmp_path, suite).cells[0].net == "mlp"


def test_a_group_says_how_many_checkpoints_are_measured(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD + "checkpoints = 7").cells[0].recipe.train["checkpoints"] == 7
    assert "checkpoints" not in read(tmp_path, GOOD).cells[0].recipe.train
    untrained = GOOD.replace("grokked", "untrained") + "checkpoints = 7"
    with pytest.raises(ValueError, match="recipe 'untrained': expected no checkpoints, since nothing is trained"):
        read(tmp_path, untrained)
    with pytest.raises(ValueError, match="expected checkpoints >= 0, got -1"):
        read(tmp_path, GOOD + "checkpoints = -1")


@pytest.mark.parametrize(
    ("task", "recipe"), [("mod_add", "usual_residues"), ("parity3", "usual_bits"), ("absdiff", "usual_integers")]
)
def test_without_a_recipe_a_group_gets_the_usual_one(tmp_path: Path, task: str, recipe: str) -> None:
    text = GOOD.replace('recipe = "grokked"\n', "").replace('"mod_add"', f'"{task}"').replace("[23]", "[16]")
    assert [cell.recipe.name for cell in read(tmp_path, text).cells] == [recipe]


FRESH = """
import numpy as np
from benchmarks.tasks import Task, Uniform
from synth import BOOL, INT, Fn
def task(name, type, answer, **more):
    return Task(name=name, doc="x", type=type, oracle=answer, sizes=(40,), library=("arith",), train=Uniform(), **more)
SUM = task("sum", Fn((INT, INT), INT), lambda n, a, b: a + b, values=lambda n: n, classes=lambda n: 2 * n)
MOST = task(
    "most", lambda n: Fn((BOOL,) * n, BOOL), lambda n, *x: np.sum(x, axis=0) > n // 2,
    values=lambda n: 2, classes=lambda n: 2, test=(Uniform(),),
)
"""


def test_tasks_whose_batches_are_drawn_afresh_have_a_usual_recipe(tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text(FRESH)
    text = 'name = "mine"\ndoc = "x"\n' + "".join(
        f'[[cells]]\ntask = "t.py:{name}"\nsizes = [40]\n' for name in ("SUM", "MOST")
    )
    found = [
        (cell.recipe.name, cell.recipe.fraction, cell.recipe.train["batch"]) for cell in read(tmp_path, text).cells
    ]
    assert found == [("usual_integers", 1.0, 256), ("usual_bits", 1.0, 256)]


NOTHING = """
from benchmarks.tasks import Task
from synth import INT, Fn
TASK = Task(name="mine", doc="x", type=Fn((INT,), INT), oracle=lambda n, a: a // (n - 1) // CUT, sizes=(8,),
            values=lambda n: n - 7, classes=lambda n: n, library=("arith", "constants"))
"""


def test_a_task_with_nothing_to_learn_is_refused_before_a_net_is_trained(tmp_path: Path) -> None:
    text = 'name = "mine"\ndoc = "x"\n[[cells]]\ntask = "t.py:TASK"\nsizes = [SIZE]\n'
    wrong = {8: "task 'mine': expected at least two inputs, got one at size 8", 9: "task 'mine': expected answers that"}
    for size, sentence in wrong.items():
        (tmp_path / "t.py").write_text(NOTHING.replace("CUT", "1"))
        with pytest.raises(ValueError, match=sentence):
            read(tmp_path, text.replace("SIZE", str(size)))
    (tmp_path / "t.py").write_text(NOTHING.replace("// (n - 1) // CUT", ""))
    assert len(read(tmp_path, text.replace("SIZE", "9")).cells) == 1


def test_later_overrides_win_where_they_apply() -> None:
    recipe, task = read_recipe("grokked", Path()), find("task", "mod_add", TASKS)
    assert prepare("grokked", recipe, task, 23, "mlp").fraction == 0.7
    assert prepare("grokked", recipe, task, 59, "mlp").fraction == 0.4
    small, large = (training(prepare("grokked", recipe, task, p, "mlp")) for p in (59, 97))
    assert small.steps > large.steps
    assert training(prepare("grokked", recipe, task, 97, "transformer")).schedule == "cosine"
    scaled = prepare("scaled", read_recipe("scaled", Path()), task, 97, "mlp")
    assert scaled.options["width"] == round(4.339 * 97)


def test_an_override_is_for_some_tables_or_fresh_batches() -> None:
    recipe = RecipeFile(
        doc="x",
        fraction=0.5,
        override=(
            Override(rows=(100, 200), fraction=0.6),
            Override(arguments=(3, 9), fraction=0.7),
            Override(arguments=(3, 3), rows=(0, 124), fraction=0.8),
            Override(rows_a_value=(11, 12), fraction=0.9),
            Override(fresh=True, fraction=1.0),
        ),
    )
    cases = {
        ("mod_add", 9): 0.5, ("mod_add", 10): 0.6, ("mod_add", 11): 0.9, ("mod_add", 12): 0.9,
        ("mod_add", 14): 0.6, ("mod_add", 15): 0.5,
        ("mod_muladd", 4): 0.8, ("mod_muladd", 5): 0.7, ("running_sum", 5): 1.0,
    }  # fmt: skip
    for (name, size), fraction in cases.items():
        assert prepare("mine", recipe, find("task", name, TASKS), size, "mlp").fraction == fraction


def test_unknown_suites() -> None:
    with pytest.raises(ValueError, match=r"unknown suite 'quik'; did you mean 'quick'\?"):
        read_suite("quik")
    with pytest.raises(ValueError, match=r"nowhere\.toml: expected a suite file, found none"):
        read_suite("nowhere.toml")


TWIN = """
from benchmarks.tasks import Task
from synth import INT, Fn
make = lambda doc, oracle: Task(name="mean", doc=doc, type=Fn((INT, INT), INT), oracle=oracle, sizes=(8,),
                                values=lambda n: n, classes=lambda n: n, library=("arith", "constants", "choice"))
LOW, HIGH = make("Lower.", lambda n, a, b: a + 0 * b), make("Higher.", lambda n, a, b: b + 0 * a)
"""


@pytest.mark.parametrize(
    ("one", "other", "labels"),
    [
        ("a.py:LOW", "b.py:LOW", ["mean@a", "mean@b"]),
        ("a.py:LOW", "a.py:HIGH", ["mean@LOW", "mean@HIGH"]),
        ("a.py:LOW", "sub/a.py:LOW", ["mean@a:LOW", "mean@sub/a:LOW"]),
        ("a.py:LOW", "a.py:LOW", ["mean", "mean"]),
    ],
)
def test_tasks_of_one_name_are_told_apart(tmp_path: Path, one: str, other: str, labels: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.py", "b.py", "sub/a.py"):
        (tmp_path / name).write_text(TWIN)
    group = '[[cells]]\ntask = "{}"\nsizes = [8]\nrecipe = "untrained"\nseeds = [{}]\n'
    path = tmp_path / "twins.toml"
    path.write_text('name = "twins"\ndoc = "Twins."\n' + group.format(one, 0) + group.format(other, 1))
    cells = read_suite(str(path)).cells
    assert [cell.label for cell in cells] == labels
    names = [f"{label}-8-mlp-untrained-s{seed}".replace("/", "_") for seed, label in enumerate(labels)]
    assert [cell.name for cell in cells] == names
