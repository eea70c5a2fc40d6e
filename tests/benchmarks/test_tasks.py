"""Every task against a slow plain reference, and what a task refuses."""

import dataclasses
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.tasks import LABELS, TASKS, Task, by_row
from benchmarks.tasks.task import NUMBER, is_prime, relabelling
from synth.language.types import BOOL, INT, REAL, Fn, Z


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


LISTED = [task for task in TASKS if task.listed]
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
    "mod_squares": (7, lambda p, a, b: divmod(pow(a, 2) + pow(b, 2), p)[1]),
    "mod_muladd": (5, lambda p, a, b, c: divmod(sum([a] * b) + c, p)[1]),
    "parity": (6, lambda n, *x: list(x).count(1) % 2),
    "divisible3": (8, lambda n, *x: int(int("".join(map(str, reversed(x))), 2) in range(0, 2**n, 3))),
    "dnf": (8, lambda n, *x: int((x[0] and x[1] and not x[2]) or (x[3] and x[4]) or (not x[5] and x[6] and x[7]))),
    "near": (7, lambda n, *x: int([x[i] == x[i + 3] for i in range(3)].count(False) < 2)),
    "min": (9, lambda n, a, b: sorted((a, b))[0]),
    "add": (9, lambda n, a, b: len([*range(a), *range(b)])),
    "gcd": (9, lambda n, a, b: max((d for d in range(1, n) if a % d == 0 == b % d and a + b), default=0)),
    "floordiv": (9, lambda n, a, b: len(range(b, a + 1, b)) if b else 0),
    "xor": (3, lambda n, a, b: sum(2**i for i in range(n) if f"{a:03b}"[-1 - i] != f"{b:03b}"[-1 - i])),
    "less": (9, lambda n, a, b: int(b in range(a + 1, n))),
    "choose": (5, lambda n, first, a, b: (b, a)[first]),
    "collatz": (20, lambda n, a: (a // 2, 3 * a + 1)[a & 1]),
    "median": (5, lambda n, a, b, c: a + b + c - max(a, b, c) - min(a, b, c)),
    "divisible7": (9, lambda n, a, b, c: int(a * b + c in range(0, n**3, 7))),
    "max": (9, lambda n, a, b: sorted((a, b))[1]),
    "absdiff": (9, lambda n, a, b: len(range(min(a, b), max(a, b)))),
}


@pytest.mark.parametrize("task", LISTED, ids=lambda task: task.name)
def test_oracle_agrees_with_the_plain_reference_on_the_whole_domain_in_product_order(task: Task) -> None:
    size, plain = REFERENCE[task.name]
    spec = task.spec(size)
    assert spec.domain is not None
    rows = list(itertools.product(*map(range, task.ranges(size))))
    assert len(rows) == task.rows(size)
    assert [tuple(map(int, row)) for row in zip(*spec.domain, strict=True)] == rows
    assert spec.targets().astype(int).tolist() == [plain(size, *row) for row in rows]


@pytest.mark.parametrize("task", LISTED, ids=lambda task: task.name)
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
        (
            lambda p, a, b: a[:-1],
            r"answers 25 rows with an array of shape \(25,\), got one of shape \(24,\); an oracle",
        ),
        (lambda p, a, b: a[:, None], r"answers 25 rows with an array of shape \(25,\), got one of shape \(25, 1\)"),
        (
            lambda p, a, b: a * np.nan,
            r"answers 0 \.\. 4 at size 5, got nan for \(0, 0\); mend the oracle \(here test_ta",
        ),
        (lambda p, a, b: (x for x in a), r".* got TypeError: 'int' object is not iterable .test_tasks.py, line"),
        (lambda p, a, b: None, r".* got NoneType None for \(0, 0\), asked row by row; an oracle \(here test_tasks.py"),
        (lambda a, b: a, r".* got TypeError: <lambda>\(\) takes 2 positional arguments but 3 were given on \(0, 0\)"),
        (
            lambda p, a, b: 1 if a < 3 else 1 // (b - 2),
            r".* got ZeroDivisionError: .* line \d+\) on \(3, 2\), asked row",
        ),
        (lambda p, a, b: [None if x > 3 else x for x in a], "answers with integers or Booleans, got NoneType None for"),
        (lambda p, a, b: a.astype(str), r"answers with integers or Booleans, got str_ .* for \(0, 0\)"),
        (lambda p, a, b: 2**70 if a > 3 else 0, r"answers 0 \.\. 4 at size 5, got 1180591620717411303424 for \(4, 0\)"),
        (
            lambda p, a, b: np.sort([a, b])[1],
            r"answers each row by itself and always the same, got 3 for \(3, 4\) among",
        ),
        (lambda p, a, b: np.random.default_rng().permutation(a), "answers each row by itself and always the same, got"),
        (by_row(lambda p, a, b: max(a)), r".* got TypeError: 'int' object is not iterable .* on \(0, 0\)"),
    ],
)
def test_an_oracle_that_answers_something_else_is_refused(oracle: Callable[..., np.ndarray], sentence: str) -> None:
    task = find("task", "mod_add", TASKS)
    with pytest.raises(ValueError, match=f"task 'mod_add': expected an oracle that {sentence}"):
        dataclasses.replace(task, oracle=oracle).answers(5)


def in_place(p: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a += b
    return a % p


@pytest.mark.parametrize(
    ("oracle", "plain"),
    [
        (lambda p, a, b: a if a > b else b, max),
        (lambda p, a, b: max(a, b), max),
        (by_row(lambda p, a, b: max(a, b)), max),
        (lambda p, a, b: [max(pair) for pair in zip(a, b, strict=True)], max),
        (lambda p, a, b: math.gcd(a, b), math.gcd),
        (lambda p, a, b: (a & b).bit_count() if a else 0, lambda a, b: (a & b).bit_count()),
        (in_place, lambda a, b: (a + b) % 5),
        (lambda p, a, b: 1.0 * a, lambda a, b: a),
        (lambda p, a, b: np.where(b == 0, 0, a // b), lambda a, b: a // b if b else 0),
    ],
)
def test_an_oracle_may_be_a_function_of_single_values(oracle: Callable[..., Any], plain: Callable[..., int]) -> None:
    task = dataclasses.replace(find("task", "mod_add", TASKS), oracle=oracle)
    wanted = [plain(a, b) for a in range(5) for b in range(5)]
    spec = task.spec(5)
    assert spec.outputs.tolist() == wanted
    assert spec.oracle is not None
    assert spec.oracle(*spec.inputs).tolist() == wanted
    relabelled = task.answers(5, labels="relabelled")
    assert sorted(np.unique_counts(relabelled).counts.tolist()) == sorted(np.unique_counts(wanted).counts.tolist())


def test_a_function_of_single_values_is_asked_of_a_large_domain_by_row_alone() -> None:
    task = dataclasses.replace(find("task", "mod_add", TASKS), oracle=lambda p, a, b: a if a > b else b)
    assert len(task.answers(256)) == 65_536
    with pytest.raises(ValueError, match=r"answers 66049 rows .* ambiguous.* or oracle=by_row\(f\) for a function f"):
        task.answers(257)
    wrapped = dataclasses.replace(task, oracle=by_row(lambda p, a, b: a if a > b else b))
    assert wrapped.answers(257)[-1] == 256


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"library": "arith"}, r"expected library as a tuple, got 'arith'; with one entry write \('arith',\) with its"),
        ({"sizes": 8}, r"expected sizes as a tuple, got 8; with one entry write \(8,\) with its comma"),
        ({"sizes": ()}, r"expected sizes as integers, at least one, got \(\)"),
        ({"sizes": ("8",)}, r"expected sizes as integers, at least one, got \('8',\)"),
        ({"values": None}, "expected values as a function of the size, got None; write one, such as lambda n: n"),
        ({"values": 8}, "expected values as a function of the size, got 8; write one, such as lambda n: n"),
        ({"doc": None}, "expected doc as text, got None; write one"),
        ({"net": 3}, "expected net as a net's name, got 3; write one"),
        ({"recipe": 3}, "expected recipe as a recipe's name, got 3; write one"),
        ({"smallest": "2"}, "expected smallest as a whole number, got '2'; write one"),
        ({"tolerance": "0.1"}, "expected tolerance as a number, got '0.1'; write one"),
        ({"board": 4}, r"expected board as a function of the size, got 4; write one, such as lambda n: Board\("),
        ({"places": 3}, r"expected places as a function of the size, got 3; .* reals \(rows, time, 2\)"),
        ({"parts": (abs,)}, r"expected parts of Part\(name, where\), got <built-in .*; write Part from benchmarks"),
        ({"read_on": abs}, r"expected read_on of Part\(name, where\), got <built-in function abs>"),
        ({"within": ("door", "house")}, r'expected within as pairs such as \(\("door", "house"\),\), got'),
        ({"type": INT}, r"expected type as Fn\(\(INT, INT\), INT\) or the like, got Type"),
    ],
)
def test_a_field_that_cannot_be_what_it_says_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"task 'mod_add': {sentence}"):
        dataclasses.replace(find("task", "mod_add", TASKS), **changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": lambda p: p / 2}, r"expected values\(8\) to be a whole number of at least 1, got 4.0; it says how"),
        (
            {"classes": lambda p: 0},
            r"expected classes\(8\) to be a whole number of at least 1, got 0; .* an answer may",
        ),
        (
            {"type": Fn((REAL,), INT)},
            r"expected a function type of BOOL, INT and Z, with an argument, got \(real\) -> int",
        ),
        ({"type": lambda p: INT}, "expected a function type of BOOL, INT and Z, with an argument, got Type"),
        ({"type": Fn(INT, INT)}, r"expected a function type .*; .* with one argument Fn\(\(INT,\), INT\)"),  # pyright: ignore[reportArgumentType]
        ({"type": Fn((), INT)}, r"expected a function type of BOOL, INT and Z, with an argument, got \(\) -> int"),
    ],
)
def test_what_a_size_gives_is_checked(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"task 'mod_add': {sentence}"):
        dataclasses.replace(find("task", "mod_add", TASKS), **changes).spec(8)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            lambda n: (2, n),
            r"expected values\(5\) to be one number, or 3, one an argument, got \(2, 5\); give the tuple",
        ),
        (lambda n: (n, n, 2), r"expected values\(5\) to be 2 for argument 0, a Boolean, got 5; give 2 there, or call"),
        (lambda n: (2, n, 0.5), r"expected values\(5\) to be a whole number of at least 1, got 0\.5; it says how many"),
    ],
)
def test_wrong_values_of_single_arguments_are_refused(values: Callable[[int], Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"task 'choose': {sentence}"):
        dataclasses.replace(find("task", "choose", TASKS), values=values).spec(5)


@pytest.mark.parametrize("labels", LABELS)
def test_arguments_may_be_of_different_sizes(labels: str) -> None:
    task = dataclasses.replace(find("task", "choose", TASKS), values=lambda n: (2, n, n + 2), classes=lambda n: n + 2)
    spec, data = task.spec(5, labels=labels, seed=2), task.data(5, labels=labels, seed=2)
    assert (task.ranges(5), task.alphabet(5), task.rows(5), data.alphabet) == ((2, 5, 7), 7, 70, 7)
    assert [len(np.unique(column)) for column in data.x.T] == [2, 5, 7]
    assert spec.oracle is not None
    assert spec.domain is not None
    rows = np.random.default_rng(0).permutation(70)
    assert np.array_equal(spec.oracle(*(values[rows] for values in spec.domain)), data.y[rows])
    if labels == "relabelled":
        true = task.answers(5)
        assert sorted(np.unique_counts(data.y).counts) == sorted(np.unique_counts(true).counts)


def test_a_task_of_one_row_or_of_one_answer_is_refused() -> None:
    task = find("task", "max", TASKS)
    one = dataclasses.replace(task, values=lambda n: n - 1)
    with pytest.raises(ValueError, match="task 'max': expected at least two inputs, got one at size 2, of which noth"):
        one.spec(2)
    assert one.rows(3) == 4
    constant = dataclasses.replace(task, oracle=lambda n, a, b: np.minimum(a, b) // 8)
    with pytest.raises(ValueError, match="task 'max': expected answers that differ, got 0 for all of 64 at size 8"):
        constant.data(8)
    assert constant.answers(9).sum() == 1


@pytest.mark.parametrize(
    ("kind", "net", "recipe"),
    [
        (Fn((Z("p"), INT), INT), "mlp", "usual_residues"),
        (Fn((INT, INT), BOOL), "mlp", "usual_integers"),
        (Fn((INT, INT), Z("p")), "mlp", "usual_integers"),
        (Fn((BOOL, INT), INT), "mlp", "usual_integers"),
        (Fn((BOOL, BOOL), BOOL), "mlp", "usual_bits"),
        (Fn((BOOL, BOOL), INT), "mlp", "usual_bits"),
    ],
)
def test_the_usual_recipe_follows_the_types_of_arguments(kind: Fn, net: str, recipe: str) -> None:
    task = dataclasses.replace(find("task", "max", TASKS), type=kind)
    assert (task.usual_net(16), task.usual_recipe(16)) == (net, recipe)
    named = dataclasses.replace(task, recipe="untrained", net="transformer")
    assert (named.usual_net(16), named.usual_recipe(16)) == ("transformer", "untrained")


@pytest.mark.parametrize(
    ("name", "net", "recipe"),
    [
        ("running_sum", "recurrent", "stream"),
        ("reverse", "sequence_transformer", "sequence"),
        ("product_and_sine", "mlp", "reals"),
        ("shape", "cnn", "images"),
        ("objects", "hierarchy", "strokes"),
        ("scenes", "generator", "scenes"),
        ("scenes_seen", "autoencoder", "scenes_seen"),
    ],
)
def test_the_usual_recipe_of_tasks_on_samples(name: str, net: str, recipe: str) -> None:
    task = find("task", name, TASKS)
    assert (task.usual_net(task.sizes[0]), task.usual_recipe(task.sizes[0])) == (net, recipe)


def test_a_size_that_memory_cannot_hold_names_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.tasks.task.memory", lambda: NUMBER * 97**2 * (97 + 4))
    task = find("task", "mod_mul", TASKS)
    task.check(97)
    for size in (98, 101, 100003):
        with pytest.raises(ValueError, match=f"expected a size of at most 97, whose whole table .*, got {size}"):
            task.check(size)


def test_unknown_task_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"unknown task 'mod_ad'; did you mean 'mod_add'\?"):
        find("task", "mod_ad", TASKS)
    with pytest.raises(ValueError, match="unknown task 'zzzzzz'; known: mod_add, "):
        find("task", "zzzzzz", TASKS)


def test_primes() -> None:
    assert [n for n in range(30) if is_prime(n)] == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
