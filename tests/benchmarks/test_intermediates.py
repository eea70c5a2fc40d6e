"""What tasks declare on the way to their answers: with the true values the answers are the right ones."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from benchmarks.cell import Cell
from benchmarks.engine import beside, make
from benchmarks.names import find
from benchmarks.recipe import Prepared
from benchmarks.tasks import TASKS, drawn
from benchmarks.tasks.sequences.mixture import mark
from benchmarks.tasks.task import Intermediate, Part, Task
from compare import Case, variables
from compare.fit import alignment

ON_THE_WAY = [(task, size) for task in TASKS if task.intermediates or task.parts for size in task.sizes]


def rows(task: Task, size: int, number: int = 64) -> drawn.Asked:
    return drawn.asked(task, task.test[0], size, number, np.random.default_rng(0))


def counted(task: Task, size: int, x: np.ndarray) -> np.ndarray:
    return np.ones(x.shape, bool) if task.mask is None else task.mask(size, x)


@pytest.mark.parametrize(("task", "size"), ON_THE_WAY, ids=lambda each: getattr(each, "name", each))
def test_with_true_values_the_answers_are_the_right_ones(task: Task, size: int) -> None:
    given = rows(task, size)
    x = given.arguments[0]
    for variable in task.variables(size, given.arguments):
        told = variable.then(np.arange(len(x)), variable.values)
        said = (told >= 0) & counted(task, size, x)
        assert said.any()
        assert (told == given.targets)[said].all()
        assert len(np.unique(variable.values[variable.values >= 0])) > 1


@pytest.mark.parametrize(("task", "size"), ON_THE_WAY, ids=lambda each: getattr(each, "name", each))
def test_parts_hold_some_answers_each_and_no_answer_twice(task: Task, size: int) -> None:
    given = rows(task, size, 2048)
    found = task.parted(size, given.arguments)
    shape = given.arguments[0].shape
    each = [np.broadcast_to(where.reshape(len(where), -1), shape) for where in found.values()]
    assert np.sum(each, axis=0).max() <= 1
    if task.name != "hops":
        assert all((where & counted(task, size, given.arguments[0])).any() for where in each)


def test_another_node_leads_on_along_the_edges_of_the_row() -> None:
    task = find("task", "hops", TASKS)
    cycle = 1 + 8 * np.arange(8) + (np.arange(8) + 1) % 8  # 0 -> 1 -> ... -> 0
    x = np.concatenate([[0], cycle, [64 + 3], 64 + 3 + 1 + np.arange(8)])[None]
    one, two = task.variables(3, (x,))
    assert one.values[0, 10:].tolist() == [1, 2, 3, 4, 5, 6, 7, 0]
    assert (one.values[0, :10] == -1).all()
    changed = np.where(one.values >= 0, 5, -1)
    assert one.then(np.array([0]), changed)[0, 10:].tolist() == [7] * 8
    assert two.then(np.array([0]), changed)[0, 10:].tolist() == [6] * 8


def test_another_parent_of_the_goal_is_gone_up_from() -> None:
    """The tree 0 -> 1 -> 2 -> 3 and 0 -> 4 -> 5, the goal 3."""
    task, n = find("task", "tree_path", TASKS), 6
    edges = [1 + n * a + b for a, b in ((0, 1), (1, 2), (2, 3), (0, 4), (4, 5))]
    path = [n * n + n + 1 + node for node in (0, 1, 2)]
    x = np.array([[0, *edges, n * n + 1 + 3, *path, *[n * n + 2 * n + 1] * 2]])
    one, two = task.variables(n, (x,))
    assert one.values[0].tolist() == [-1] * n + [2] + [-1] * 5
    assert two.values[0, n] == 1
    changed = np.where(one.values >= 0, 5, -1)
    assert one.then(np.array([0]), changed)[0, n + 1 : n + 4].tolist() == [4, -1, -1]
    assert two.then(np.array([0]), np.where(changed >= 0, 4, -1))[0, n + 1 : n + 4].tolist() == [4, -1, 3]


def test_a_declaration_of_another_shape_is_refused() -> None:
    task = find("task", "may_close", TASKS)
    given = rows(task, 24, 8).arguments
    wrong = replace(task, intermediates=(Intermediate("flat", lambda n, x: x[:, 0], lambda n, values, x: x),))
    with pytest.raises(ValueError, match=r"expected intermediate 'flat' as integers of shape \(8, 25\), got int64"):
        wrong.variables(24, given)
    wrong = replace(task, parts=(Part("late", lambda n, x: x[:, -1]),))
    with pytest.raises(ValueError, match=r"part 'late' as Booleans of shape \(8, 25\) or \(8,\), got int64"):
        wrong.parted(24, given)
    assert task.parted(24, given) == {}


def test_they_are_measured_beside_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FITTED", "REPORTED"):
        monkeypatch.setattr(variables, name, 64)
    monkeypatch.setattr(alignment, "STEPS", 2)
    options = {"layers": 1, "heads": 1, "width": 8, "mlp": False, "order": "none"}
    cell = cell_of("bracket_state", 6, options)
    task = find("task", cell.task, TASKS)
    case = Case(spec=None, view=task.view(6), samples=task.samples(6, 0))
    found, arrays = beside(make(cell, task), task, cell, case)
    assert [line.variable for line in found["held"]] == ["depth"]
    assert list(found["held"][0].decoded_at) == ["embed", "head.0.0.out"]
    assert list(found["match_parts"]) == [part.name for part in task.parts]
    assert not arrays
    assert "maps_units" not in found
    heads = {name: given for name, given in found.items() if name.startswith("heads")}
    assert [each.head for each in heads["heads"]] == ["head.0.0", "chance"]
    assert heads["heads_two"] == ["head.0.0"]
    assert beside(make(cell, task), replace(task, intermediates=(), parts=()), cell, case) == (heads, {})


def test_rate_maps_are_measured_where_a_task_says_where_a_path_is() -> None:
    task = find("task", "torus", TASKS)
    options = {"width": 8, "cell": "relu", "inputs": "reals"}
    cell = msgspec.structs.replace(cell_of("torus", 20, options), net="recurrent")
    case = Case(spec=None, view=task.view(20), samples=task.samples(20, 0))
    fields, arrays = beside(make(cell, task), task, cell, case)
    assert 0 < fields["maps_units"] <= 8
    assert fields["maps_hexagonal"] <= 0.5
    shown = min(fields["maps_units"], 6)
    assert {name: values.shape for name, values in arrays.items()} == {
        **{f"maps.{name}": (shown,) for name in ("unit", "score", "limit")},
        "maps.rates": (shown, 20, 20),
    }
    assert beside(make(cell, task), replace(task, places=None), cell, case) == ({}, {})


@pytest.mark.parametrize("name", ["arena", "torus"])
def test_where_a_path_is_lies_within_its_bounds(name: str) -> None:
    task = find("task", name, TASKS)
    given = rows(task, 20).arguments
    at = task.placed(20, given)
    assert at is not None
    assert np.abs(at).max() <= {"arena": 0.5, "torus": np.pi}[name] + 1e-9
    if name == "torus":
        np.testing.assert_allclose(np.cos(at), task.oracle(20, *given)[..., ::2], atol=1e-9)
    wrong = replace(task, places=lambda size, x: x[..., 0])
    with pytest.raises(ValueError, match=rf"task '{name}': expected places as reals of shape \(64, 21, 2\), got"):
        wrong.placed(20, given)
    assert replace(task, places=None).placed(20, given) is None


def cell_of(task: str, size: int, options: dict) -> Cell:
    """An untrained net."""
    recipe = Prepared(
        name="r",
        labels="true",
        fraction=1.0,
        fixed=None,
        control=None,
        untrained=True,
        shuffled=None,
        options=options,
        train={},
    )
    return Cell(
        suite="s", folder=".", name="c", task=task, label=task, size=size, net="sequence_transformer", net_label="net",
        recipe=recipe, recipe_file="r", recipe_label="r", seed=0, expected=None,
    )  # fmt: skip


def test_nets_are_trained_on_all_rows_and_read_on_some() -> None:
    task = find("task", "sentences_years", TASKS)
    samples = task.samples(40, 0)
    assert samples is not None
    for part in (samples.fit, samples.report):
        assert 400 < part.rows <= drawn.ROWS
        assert set(part.arguments[0][:, -1]) == {mark(40) + 2}
    assert len(set(task.data(40).x[:, -1])) > 2
    none = replace(task, read_on=Part("no row", lambda n, x: x[:, 0] == 9))
    with pytest.raises(ValueError, match=r"expected read_on 'no row' to say True of some of 8192 rows, .* 0 of them"):
        none.samples(40, 0)
