"""Controls compute what they claim: right everywhere, or wrong in the way that makes them look-alikes."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.controls import CONTROLS, circles, transforms
from benchmarks.names import find
from benchmarks.tasks import TASKS, Task
from benchmarks.tasks.task import relabelling

ADD = find("task", "mod_add", TASKS)
RIGHT = ("clock", "pizza", "wide_clock", "patched_clock", "lookup", "random_features")


def answers(net: Any, params: Any, x: np.ndarray) -> np.ndarray:
    return np.concatenate([np.argmax(np.asarray(net.apply(params, rows)[0]), axis=1) for rows in np.split(x, 4)])


def accuracy(net: Any, params: Any, task: Task, size: int) -> float:
    data = task.data(size)
    x = data.x[: len(data.x) // 4 * 4]
    return float(np.mean(answers(net, params, x) == data.y[: len(x)]))


@pytest.mark.parametrize("p", [23, 59])
@pytest.mark.parametrize("seed", [0, 1])
def test_clock_and_pizza_are_right_everywhere_and_their_look_alikes_are_not(p: int, seed: int) -> None:
    k = circles.some_frequencies(p, seed)
    assert accuracy(*circles.clock(p, k), ADD, p) == 1.0
    assert accuracy(*circles.pizza(p, k), ADD, p) == 1.0
    assert accuracy(*circles.aliased_clock(p, k), ADD, p) < 0.35
    assert accuracy(*circles.aliased_pizza(p, k), ADD, p) < 0.5


@pytest.mark.parametrize("name", RIGHT)
def test_right_controls_are_right_on_the_whole_table_at_31(name: str) -> None:
    assert accuracy(*find("control", name, CONTROLS).make(ADD, 31, 0), ADD, 31) == 1.0


def test_outputs_of_clock_and_pizza_are_the_formulas() -> None:
    p, k = 13, (2, 5)
    x = ADD.data(p).x
    a, b, c = x[:, :1], x[:, 1:], np.arange(p)
    w = [2 * np.pi * f / p for f in k]
    clock = sum(np.cos(v * (a + b - c)) for v in w)
    pizza = sum((1 + np.cos(v * (a - b))) * np.cos(v * (a + b - c)) for v in w)
    for make, formula in ((circles.clock, clock), (circles.pizza, pizza)):
        net, params = make(p, k)
        np.testing.assert_allclose(np.asarray(net.apply(params, x)[0]), formula, atol=1e-4)


def test_wide_clock_has_a_unit_a_pair_and_small_weights() -> None:
    net, params = circles.wide_clock(23, circles.some_frequencies(23, 0), units=529)
    assert params["U"].shape[0] >= 529
    assert float(jnp.abs(params["U"]).max()) < 0.04
    assert accuracy(net, params, ADD, 23) == 1.0


@pytest.mark.parametrize("inputs", ["onehot", "embedding"])
def test_a_lookup_s_unit_fires_on_one_pair_alone(inputs: str) -> None:
    seed = 0 if inputs == "onehot" else 1
    net, params = find("control", "lookup", CONTROLS).make(ADD, 7, seed)
    assert ("E" in params) == (inputs == "embedding")
    hidden = np.asarray(net.apply(params, ADD.data(7).x)[1]["hidden.0"])
    np.testing.assert_allclose(hidden, np.eye(49), atol=1e-6)


@pytest.mark.parametrize("name", ["parity3", "threshold", "multiplexer6"])
def test_boolean_tables_are_right_on_all_inputs(name: str) -> None:
    task = find("task", name, TASKS)
    net, params = find("control", "lookup", CONTROLS).make(task, 12, 0)
    assert accuracy(net, params, task, 12) == 1.0
    hidden = np.asarray(net.apply(params, task.data(12).x)[1]["hidden.0"])
    assert np.array_equal((hidden > 0).sum(axis=0), np.ones(hidden.shape[1]))


def test_random_features_of_bits_are_right_on_all_inputs() -> None:
    task = find("task", "parity3", TASKS)
    assert accuracy(*find("control", "random_features", CONTROLS).make(task, 12, 0), task, 12) == 1.0


def test_controls_refuse_other_tasks_and_large_tables() -> None:
    parity = find("task", "parity3", TASKS)
    with pytest.raises(ValueError, match="control 'clock': expected the task mod_add, got task 'parity3'"):
        find("control", "clock", CONTROLS).make(parity, 12, 0)
    with pytest.raises(ValueError, match="control 'lookup': expected a table of at most 4096 rows, got 9409"):
        find("control", "lookup", CONTROLS).make(ADD, 97, 0)
    with pytest.raises(ValueError, match=r"expected different frequencies in 1 \.\. 29 for p = 59, got \[30\]"):
        circles.clock(59, [30])
    with pytest.raises(ValueError, match=r"expected different frequencies in 1 \.\. 29 for p = 59, got \[4, 4\]"):
        circles.pizza(59, [4, 4])


def test_transforms_keep_or_change_the_function_as_they_say() -> None:
    p = 31
    x = ADD.data(p).x
    net, params = circles.clock(p, circles.some_frequencies(p, 0))
    outputs = np.asarray(net.apply(params, x)[0])
    turned = transforms.rotated(params, 0)
    assert not np.allclose(turned["E"], params["E"], atol=0.1)
    np.testing.assert_allclose(np.asarray(net.apply(turned, x)[0]), outputs, atol=1e-4)
    noisy = transforms.noised(params, 0.02, 0)
    assert 0 < np.abs(np.asarray(net.apply(noisy, x)[0]) - outputs).max() < 1
    assert accuracy(net, noisy, ADD, p) == 1.0
    kept = transforms.pruned(params, np.arange(36))
    assert kept["U"].shape == (36, p)
    assert accuracy(net, kept, ADD, p) == 1.0  # four of five frequencies
    assert accuracy(net, transforms.shuffled_readout(params, 0), ADD, p) < 0.5


@pytest.mark.parametrize("name", ["clock", "lookup"])
def test_renamed_tokens_compute_the_relabelled_table(name: str) -> None:
    inner, outer = relabelling(11, 11, seed=4)
    net, params = find("control", name, CONTROLS).make(ADD, 11, 0)
    data = ADD.data(11, labels="relabelled", seed=4)
    outputs = np.asarray(net.apply(transforms.renamed(params, inner, outer), data.x)[0])
    assert np.array_equal(np.argmax(outputs, axis=1), data.y)


@pytest.mark.parametrize(("name", "size"), [("running_sum", 5), ("base_addition", 3), ("in_tomita", 3)])
@pytest.mark.parametrize("seed", [0, 1])
def test_automata_run_their_tasks_machine_at_any_length(name: str, size: int, seed: int) -> None:
    task = find("task", name, TASKS)
    net, params = find("control", "automaton", CONTROLS).make(task, size, seed)
    samples = task.samples(size)
    assert samples is not None
    longer = samples.longer[0]
    outputs = net.apply(params, task.view(size).encode(*longer.arguments)[:200])[0]
    assert np.array_equal(np.asarray(outputs).argmax(axis=-1), longer.targets[:200])


@pytest.mark.parametrize(
    ("name", "message"),
    [("mod_add", "expected a task of streams whose answers are classes"), ("most_frequent", "at most 64 states")],
)
def test_automata_are_refused_where_there_is_no_small_machine(name: str, message: str) -> None:
    task = find("task", name, TASKS)
    with pytest.raises(ValueError, match=message):
        find("control", "automaton", CONTROLS).make(task, 3, 0)
