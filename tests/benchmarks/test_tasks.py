"""Every task against a slow plain reference, and what a task refuses."""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.tasks import LABELS, TASKS, Task
from benchmarks.tasks.task import is_prime, relabelling
from synth.language.types import BOOL


def plain_parity(n: int, *x: int) -> int:
    return (x[2] + x[7] + x[10]) % 2


def plain_majority(n: int, *x: int) -> int:
    return int(list(x).count(1) > list(x).count(0))


def plain_threshold(n: int, *x: int) -> int:
    return int(2 * list(x[:4]).count(1) - list(x[4:]).count(1) > 0)


def plain_multiplexer6(n: int, *x: int) -> int:
    return x[{(0, 0): 0, (0, 1): 5, (1, 0): 9, (1, 1): 11}[x[8], x[3]]]


def plain_multiplexer11(n: int, *x: int) -> int:
    return x[4:][x[1] + 2 * x[2] + 4 * x[3]]


def plain_junta(n: int, *x: int) -> int:
    return int((x[1] == 1 and x[4] == 1) != (x[6] == 1 or x[11] == 1))


REFERENCE: dict[str, tuple[int, Callable[..., int]]] = {
    "mod_add": (7, lambda p, a, b: divmod(a + b, p)[1]),
    "mod_sub": (7, lambda p, a, b: next(c for c in range(p) if divmod(b + c, p)[1] == a)),
    "mod_mul": (7, lambda p, a, b: divmod(sum([a] * b), p)[1]),
    "mod_quadratic": (7, lambda p, a, b: divmod(pow(a, 2) + a * b + pow(b, 2), p)[1]),
    "parity3": (12, plain_parity),
    "majority": (8, plain_majority),
    "threshold": (12, plain_threshold),
    "multiplexer6": (12, plain_multiplexer6),
    "multiplexer11": (12, plain_multiplexer11),
    "junta4": (12, plain_junta),
    "max": (9, lambda n, a, b: sorted((a, b))[1]),
    "absdiff": (9, lambda n, a, b: len(range(min(a, b), max(a, b)))),
}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_oracle_agrees_with_the_plain_reference_on_the_whole_domain_in_product_order(task: Task) -> None:
    size, plain = REFERENCE[task.name]
    spec = task.spec(size)
    assert spec.domain is not None
    rows = list(itertools.product(range(task.values(size)), repeat=len(spec.domain)))
    assert [tuple(map(int, row)) for row in zip(*spec.domain, strict=True)] == rows
    assert spec.targets().astype(int).tolist() == [plain(size, *row) for row in rows]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_examples_are_rows_of_the_domain_and_arrays_have_the_type_s_representation(task: Task) -> None:
    size = task.sizes[-1]
    spec = task.spec(size)
    assert spec.domain is not None
    assert spec.oracle is not None
    for kind, values in zip(spec.type.args, spec.inputs, strict=True):
        assert values.dtype == (bool if kind == BOOL else np.int64)
    assert np.array_equal(spec.oracle(*spec.inputs), spec.outputs)
    assert len(spec.outputs) <= 4096 or len(spec.outputs) == len(spec.domain[0])
    answers = np.unique(spec.targets().astype(int))
    assert answers.min() >= 0
    assert answers.max() < task.classes(size)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("name", ["mod_add", "junta4"])
def test_data_and_spec_hold_the_same_table(name: str, labels: str) -> None:
    task = find("task", name, TASKS)
    size = task.sizes[0] if name == "junta4" else 11
    data, spec = (task.data(size, fraction=0.4, labels=labels, seed=3), task.spec(size, labels=labels, seed=3))
    assert np.array_equal(data.y, spec.targets().astype(int))
    assert spec.oracle is not None
    assert np.array_equal(
        spec.oracle(*(v[data.held_out] for v in spec.domain or ())).astype(int), data.y[data.held_out]
    )


def test_split_is_a_seeded_partition() -> None:
    task = find("task", "mod_add", TASKS)
    one, again, other = (task.data(23, fraction=0.7, seed=seed) for seed in (0, 0, 1))
    assert sorted([*one.train, *one.held_out]) == list(range(529))
    assert len(one.train) == 370
    assert np.array_equal(one.train, again.train)
    assert not np.array_equal(one.train, other.train)
    assert len(task.data(23).held_out) == 0


def test_relabelled_table_is_the_task_behind_permutations() -> None:
    task = find("task", "mod_add", TASKS)
    inner, outer = relabelling(11, 11, seed=5)
    table = task.answers(11, labels="relabelled", seed=5).reshape(11, 11)
    assert all(table[a, b] == outer[(inner[a] + inner[b]) % 11] for a in range(11) for b in range(11))
    assert not np.array_equal(table, task.answers(11).reshape(11, 11))


def test_random_labels_are_seeded_and_at_chance() -> None:
    task = find("task", "mod_add", TASKS)
    random = task.answers(59, labels="random", seed=0)
    assert np.array_equal(random, task.answers(59, labels="random", seed=0))
    assert np.mean(random == task.answers(59)) < 0.03


@pytest.mark.parametrize("name", ["mod_mul", "mod_quadratic"])
def test_composite_modulus_is_refused_where_a_prime_is_needed(name: str) -> None:
    with pytest.raises(ValueError, match=rf"task '{name}': expected a prime size, got 57; take a prime such as 59"):
        find("task", name, TASKS).spec(57)
    assert find("task", "mod_add", TASKS).spec(57).terminals == {"p": 57}


def test_other_bad_sizes_fractions_and_labels_are_refused() -> None:
    task = find("task", "parity3", TASKS)
    with pytest.raises(ValueError, match="expected a size of at least 11, got 3"):
        task.view(3)
    with pytest.raises(ValueError, match=r"expected a train fraction in \(0, 1\], got 0"):
        task.data(12, fraction=0.0)
    with pytest.raises(ValueError, match="expected labels in true, random, relabelled, got 'ture'"):
        task.answers(12, labels="ture")


def test_a_fraction_of_no_row_is_refused() -> None:
    task = find("task", "mod_add", TASKS)
    assert len(task.data(5, fraction=0.04).train) == 1
    with pytest.raises(
        ValueError, match=r"train fraction of at least one row, got 0\.03 of 25 rows; give at least 0\.04"
    ):
        task.data(5, fraction=0.03)


@pytest.mark.parametrize(
    ("oracle", "sentence"),
    [
        (lambda p, a, b: a + b, r"answers 0 \.\. 4 at size 5, got 5 for \(1, 4\)"),
        (lambda p, a, b: a - b, r"answers 0 \.\. 4 at size 5, got -1 for \(0, 1\)"),
        (lambda p, a, b: a / 2, r"answers 0 \.\. 4 at size 5, got 0\.5 for \(1, 0\)"),
        (lambda p, a, b: 0, r"answers 25 rows with an array of shape \(25,\), got \(\)"),
        (lambda p, a, b: a[:-1], r"answers 25 rows with an array of shape \(25,\), got \(24,\)"),
    ],
)
def test_an_oracle_that_answers_something_else_is_refused(oracle: Callable[..., np.ndarray], sentence: str) -> None:
    task = find("task", "mod_add", TASKS)
    with pytest.raises(ValueError, match=f"task 'mod_add': expected an oracle that {sentence}"):
        dataclasses.replace(task, oracle=oracle).answers(5)


def test_unknown_task_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"unknown task 'mod_ad'; did you mean 'mod_add'\?"):
        find("task", "mod_ad", TASKS)
    with pytest.raises(ValueError, match="unknown task 'zzzzzz'; known: mod_add, "):
        find("task", "zzzzzz", TASKS)


def test_primes() -> None:
    assert [n for n in range(30) if is_prime(n)] == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
