"""Tasks that are asked on samples, against plain references; what samplers, oracles and masks may not give."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.recipe import sizes_of
from benchmarks.tasks import TASKS, Box, Own, Task, Uniform, by_row
from benchmarks.tasks.drawn import TOLERANT
from benchmarks.tasks.examples import table_bits
from benchmarks.tasks.sampling import SAMPLERS, Wanted
from compare import Classes, Distributions, Reals, Sets
from nets.data import draw
from synth import lists_of_rows
from synth.language.types import BOOL, INT, REAL, STREAM, Fn
from tests.benchmarks import plain_boards, plain_paths, plain_published, plain_scenes, plain_sequences
from tests.benchmarks.plain_streams import MOST, PLAIN

SAMPLED = [task for task in TASKS if not task.listed]


def plain_running_sum(m: int, x: np.ndarray) -> list[int]:
    return [sum(x[: t + 1].tolist()) % m for t in range(len(x))]


def plain_reverse(n: int, x: np.ndarray) -> list[int | None]:
    items = [item for item in x.tolist() if item != n]
    return items[::-1] + [None] * (len(x) - len(items))


def plain_legal(run: int, x: np.ndarray) -> list[list[bool]]:
    text = "".join(map(str, x.tolist()))
    return [["0" * run not in text[: t + 1] + symbol for symbol in "01"] for t in range(len(text))]


def plain_shape(size: int, image: np.ndarray) -> int:
    """By how a shape's rows and columns are filled, of the pixels that are set."""
    y, x = np.nonzero(image > 0.5)
    rows, columns = np.bincount(y - y.min()), np.bincount(x - x.min())
    if len(rows) == 1 or len(columns) == 1:
        return 0 if len(rows) == 1 else 1
    if rows[0] == 1:
        return 2 if rows.max() == len(columns) and (rows == 1).sum() == len(rows) - 1 else 4
    return 3


def on_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of lists, of the first items of arrays."""
    return lambda size, *streams: function(size, *(each[:MOST].astype(int).tolist() for each in streams))


def on_the_first_symbols(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda size, x: function(size, x[: MOST + 1].tolist())


def on_whole_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda size, x: function(size, x.tolist())


REFERENCE: dict[str, Callable[..., Any]] = {
    "running_sum": plain_running_sum,
    "reverse": plain_reverse,
    "tomita4": plain_legal,
    "product_and_sine": lambda size, a, b, c: [math.fsum([a * b, math.sin(c)])],
    "shape": plain_shape,
    **plain_paths.PLAIN,
    **plain_boards.PLAIN,
    "objects": lambda size, row: int(row[0]),
    "scenes": plain_scenes.plain_picture,
    "scenes_seen": plain_scenes.plain_picture,
    **{name: on_lists(function) for name, function in PLAIN.items()},
    **{name: on_whole_lists(function) for name, function in {**plain_sequences.PLAIN, **plain_published.PLAIN}.items()},
    **{name: on_the_first_symbols(function) for name, function in plain_published.LANGUAGES.items()},
}


@pytest.mark.parametrize("task", SAMPLED, ids=lambda task: task.name)
def test_samples_agree_with_the_plain_reference(task: Task) -> None:
    size = task.sizes[0]
    samples = task.samples(size, seed=1)
    assert samples is not None
    assert len(samples.longer) == len(task.test) - 1
    clean = 0.0
    for part in (samples.fit, samples.report, *samples.longer):
        for row in range(0, part.rows, 64):
            expected = REFERENCE[task.name](size, *(values[row] for values in part.arguments))
            counts = None if part.mask is None else part.mask[row]
            given: Any = part.targets[row].tolist()
            given = given[:MOST] if task.name in PLAIN else given
            given = given[1 : MOST + 1] if task.name in plain_published.LANGUAGES else given
            if counts is not None:
                given = [answer if count else None for answer, count in zip(given, counts, strict=True)]
            clean += bool(np.allclose(given, expected)) if task.kind in TOLERANT else given == expected
    rows = sum(len(range(0, part.rows, 64)) for part in (samples.fit, samples.report, *samples.longer))
    assert clean >= (0.9 if task.name == "shape" else 1.0) * rows  # noise may set a pixel


@pytest.mark.parametrize("task", SAMPLED, ids=lambda task: task.name)
def test_samples_are_seeded_apart_and_data_are_of_the_view_s_kind(task: Task) -> None:
    size = task.sizes[0]
    one, again, other = (task.samples(size, seed) for seed in (0, 0, 1))
    assert one is not None and again is not None and other is not None  # noqa: PT018
    assert np.array_equal(one.report.arguments[0], again.report.arguments[0])
    assert not np.array_equal(one.report.arguments[0], other.report.arguments[0])
    assert not np.array_equal(one.report.arguments[0], one.fit.arguments[0])
    view, data = task.view(size), task.data(size, seed=0)
    assert (data.alphabet, data.classes, data.loss) == (view.alphabet, view.classes, task.kind)
    assert {"classes": Classes, "sets": Sets, "reals": Reals, "distributions": Distributions}[task.kind] is type(
        view.answers
    )
    fresh = draw(data, np.random.default_rng(0), 3)
    assert np.array_equal(task.inputs(size).shape[1:], fresh.x.shape[1:])
    assert table_bits(task, size) > 10 if task.type else task.spec(size) is None


def test_examples_of_the_synthesizer_are_whole_sequences_of_their_own_lengths() -> None:
    task = find("task", "reverse", TASKS)
    spec = task.spec(8)
    assert spec is not None
    inputs, outputs = lists_of_rows(spec.inputs[0]), lists_of_rows(spec.outputs)
    assert {len(items) for items in inputs} == set(range(1, 9))
    assert [items[::-1] for items in inputs] == outputs
    assert len({tuple(items) for items in inputs}) == len(inputs)
    long = find("task", "running_sum", TASKS).spec(5)
    assert long is not None
    assert {len(items) for items in lists_of_rows(long.inputs[0])} == {10, 100}
    assert long.terminals == {"m": 5}
    legal = find("task", "tomita4", TASKS).spec(3)
    assert legal is not None
    assert set(np.unique(legal.outputs[:, 1:21])) == {2, 3}


def test_examples_of_what_is_asked_at_the_end_are_beginnings() -> None:
    task = find("task", "copy_unique", TASKS)
    spec = task.spec(32)
    assert spec is not None
    assert spec.terminals == {"end": 33}
    beginnings = lists_of_rows(spec.inputs[0])
    assert 10 < spec.inputs[0].shape[1] < 20
    assert {items.count(33) for items in beginnings} == {1}
    for items, answer in zip(beginnings, spec.outputs.tolist(), strict=True):
        at = items.index(33)
        assert items[1:at][: len(items) - at - 1] == items[at + 1 :]
        assert answer == items[len(items) - at]
    done = [len(items) - 2 * items.index(33) for items in beginnings]
    assert min(done) < -1
    assert max(done) == 0


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("reverse", True),
        ("histogram", True),
        ("copy_unique", True),
        ("rasp_sort", True),
        ("programs_dyck", False),
        ("induction", False),
        ("parity", False),
    ],
)
def test_a_last_symbol_that_fills_rows_up_is_known(name: str, *, filled: bool) -> None:
    task = find("task", name, TASKS)
    assert task.padded(task.sizes[0]) == filled


@pytest.mark.parametrize(("name", "positions"), [("reverse", 8), ("histogram", 19), ("induction", 65)])
def test_nets_are_told_of_the_longest_inputs_that_they_are_read_on(name: str, positions: int) -> None:
    task = find("task", name, TASKS)
    assert sizes_of(task, task.sizes[0])["positions"] == positions


def test_a_letter_that_counts_fills_nothing_up() -> None:
    task = find("task", "histogram", TASKS)
    assert not dataclasses.replace(task, mask=lambda n, x: x > 0).padded(8)
    assert not dataclasses.replace(task, mask=None).padded(8)
    assert not dataclasses.replace(task, values=lambda n: n + 3).padded(8)


def test_a_sampler_of_single_integers_and_one_that_trains_on_a_listed_domain() -> None:
    bits = Task(
        name="parity",
        doc="x.",
        type=Fn((BOOL,) * 30, BOOL),
        oracle=lambda n, *x: x[0] ^ x[3] ^ x[7],
        sizes=(30,),
        values=lambda n: 2,
        classes=lambda n: 2,
        library=("boolean",),
        train=Uniform(),
        test=(Uniform(),),
    )
    samples, data = bits.samples(30), bits.data(30)
    assert samples is not None
    assert len(samples.report.arguments) == 30
    assert data.x.shape == (1024, 30)
    assert bits.view(30).encode(*samples.report.arguments).shape == (2048, 30)
    spec = bits.spec(30)
    assert spec is not None
    assert {values.dtype for values in (*spec.inputs, spec.outputs)} == {np.dtype(bool)}
    table = dataclasses.replace(find("task", "mod_add", TASKS), train=Uniform())
    assert table.samples(23) is None
    assert table.data(23).sampler is not None
    spec = table.spec(23)
    assert spec is not None
    assert spec.domain is not None
    with pytest.raises(
        ValueError, match=r"expected a train fraction of 1, since its batches are drawn afresh, got 0\.4"
    ):
        table.data(23, fraction=0.4)
    with pytest.raises(
        ValueError, match="expected the labels true, since its inputs are drawn and not listed, got 'ra"
    ):
        table.data(23, labels="random")


STREAM_TASK = Task(
    name="mine",
    doc="x.",
    type=Fn((STREAM,), STREAM),
    oracle=lambda n, x: x.cumsum(axis=1) % n,
    sizes=(3,),
    values=lambda n: n,
    classes=lambda n: n,
    library=("streams",),
    train=Uniform(length=4),
    test=(Uniform(length=4),),
)


def ragged(size: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, size, (rows, 4 if rows == 2048 else 5))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"train": lambda n, rows, rng: rng.integers(0, n + 1, (rows, 4))},
            r"gives integers 0 \.\. 2, got 3 in row \d+",
        ),
        (
            {"train": lambda n, rows, rng: rng.normal(size=(rows, 4))},
            r"gives integers 0 \.\. 2, got float64; with reals",
        ),
        (
            {"train": lambda n, rows, rng: np.zeros((3, 4), int)},
            r"gives \d+ rows of 1 arguments, got \(3, 4\); give an",
        ),
        ({"train": lambda n, rows: 0}, r"its sampler cannot draw 2048 rows \(TypeError: .*lambda.* takes 2 positional"),
        ({"oracle": lambda n, x: x[:, 1:]}, r"classes of shape \(2048\), or \(2048, 4\), got shape \(2048, 3\); mend"),
        ({"oracle": lambda n, x: x + 1}, r"an oracle that answers 0 \.\. 2, the view's classes, got 3 for \(\["),
        ({"oracle": lambda n, x: x / 0.7}, r"an oracle that answers 0 \.\. 2, the view's classes, got 1\.4\d+ for"),
        (
            {"oracle": lambda n, x: x[::-1]},
            r"answers each row by itself and always the same, got other answers for \(\[",
        ),
        (
            {"oracle": lambda n, x: x @ 3},
            r"an oracle that answers 2048 rows in one array, got ValueError: .*; mend the",
        ),
        ({"mask": lambda n, x: x > n}, "expected a mask that counts some positions, got one that counts none in 2048"),
        ({"mask": lambda n, x: x[:, 0] > 0}, r"mask of Booleans of shape \(2048, 4\), .*got bool of shape \(2048,\)"),
        ({"mask": lambda n, x: x}, r"a mask of Booleans of shape \(2048, 4\), a row and a position each, got int64"),
        ({"kind": "sets"}, r"2048 rows with sets of shape \(2048, 3\), or \(2048, 4, 3\), got shape \(2048, 4\); mend"),
        ({"test": (Own(ragged), Uniform(length=9)), "train": Own(ragged)}, None),
        (
            {"test": (Uniform(length=4), lambda n, rows, rng: rng.integers(0, n, (rows, 9, 2)))},
            r"arrays like those of `train`, \(rows, 4\) but for the length, got \(rows, 9, 2\); draw one kind of",
        ),
        (
            {"oracle": lambda n, x: x // n},
            "expected answers that differ, got 0 for all of 8192 at size 3; mend the oracle, or take another size",
        ),
        ({"oracle": lambda n, x: (x == 2).all(axis=1, keepdims=True) * x}, None),
        ({"test": (Uniform(length=5),)}, "samples: expected rows of one shape to fit and to report on, got"),
    ],
)
def test_what_a_sampler_an_oracle_and_a_mask_may_not_give(changes: dict[str, Any], sentence: str | None) -> None:
    task = dataclasses.replace(STREAM_TASK, **changes)
    if sentence is None:
        assert task.samples(3) is not None
        return
    with pytest.raises(ValueError, match=sentence):
        task.samples(3)


def test_arguments_that_are_drawn_may_be_of_different_sizes() -> None:
    task = dataclasses.replace(STREAM_TASK, type=Fn((STREAM, STREAM), STREAM), oracle=lambda n, x, y: (x + y) % n)
    task = dataclasses.replace(task, values=lambda n: (n, 2))
    samples = task.samples(3)
    assert samples is not None
    assert [int(values.max()) for values in samples.report.arguments] == [2, 1]
    over = dataclasses.replace(task, train=lambda n, rows, rng: (rng.integers(0, 3, (rows, 4)),) * 2)
    with pytest.raises(ValueError, match=r"sampler that gives integers 0 \.\. 1, got 2 in row"):
        over.samples(3)


def test_a_sampler_whose_batches_change_shape_is_refused_while_training() -> None:
    data = dataclasses.replace(STREAM_TASK, train=Own(ragged)).data(3)
    draw(data, np.random.default_rng(0), 7)
    with pytest.raises(ValueError, match=r"expected a sampler that draws inputs of shape \(2048, 5\), as x has, got"):
        draw(data, np.random.default_rng(0), 2048)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train": 3}, "expected samplers in `train` and `test`, got 3; give Uniform"),
        ({"train": None}, "expected a sampler in `train` too, since inputs are drawn for `test`, got none; train=test"),
        ({"test": Uniform(length=4)}, r"expected test as a tuple, got Uniform\(length=4\); with one entry write"),
        ({"kind": "class"}, "expected kind in classes, sets, reals, distributions, got 'class'; choose one"),
        (
            {"test": (), "kind": "sets"},
            "expected samplers in `test`, since answers are sets, got none; on a whole domain",
        ),
        (
            {"test": (), "mask": lambda n, x: x == 0},
            "expected samplers in `test`, since answers are classes with a mask",
        ),
        ({"test": (), "type": None}, r"expected type as Fn\(\(INT, INT\), INT\) or the like, got None"),
        ({"values": 3}, "expected values as a function of the size, got 3"),
    ],
)
def test_a_declaration_on_samples_that_cannot_be_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"task 'mine': {sentence}"):
        dataclasses.replace(STREAM_TASK, **changes)


def test_types_of_sequences_and_reals_are_for_samples_alone() -> None:
    assert STREAM_TASK.signature(3) == Fn((STREAM,), STREAM)
    with pytest.raises(
        ValueError, match=r"expected a function type of BOOL, INT and Z, with an argument, got \(stream\)"
    ):
        dataclasses.replace(STREAM_TASK, test=()).signature(3)
    with pytest.raises(
        ValueError, match=r"expected a task whose inputs can all be listed, got one that is asked on sam"
    ):
        STREAM_TASK.domain(3)


def test_a_sequence_of_the_synthesizer_ends_with_its_last_position_that_counts() -> None:
    task = dataclasses.replace(STREAM_TASK, mask=lambda n, x: (np.arange(4) % 2 == 1) & (np.arange(4) < 3 - x[:, :1]))
    spec, samples = task.spec(3), task.samples(3)
    assert spec is not None
    assert samples is not None
    inputs, outputs = lists_of_rows(spec.inputs[0]), lists_of_rows(spec.outputs)
    assert {(len(items), items[0] if items else None) for items in inputs} == {(2, 0), (2, 1), (0, None)}
    assert [[sum(items[: t + 1]) % 3 for t in range(len(items))] for items in inputs] == outputs
    assert dataclasses.replace(task, type=None).spec(3) is None


@pytest.mark.parametrize("name", ["most_common", "greater", "product_and_sine", "shape", "objects"])
@pytest.mark.parametrize("labels", ["true", "random"])
def test_a_fixed_set_of_rows_is_trained_on_and_read_with_the_same_answers(name: str, labels: str) -> None:
    task = find("task", name, TASKS)
    size = task.sizes[0]
    samples, data = task.samples(size, 3, labels=labels, fixed=40), task.data(size, seed=3, labels=labels, fixed=40)
    assert samples is not None
    assert samples.trained is not None
    trained = data.rows(data.train)
    assert data.sampler is None
    assert np.array_equal(task.view(size).encode(*samples.trained.arguments), trained.x)
    assert np.allclose(samples.trained.targets, trained.y)
    assert len(np.unique(trained.x.reshape(40, -1), axis=0)) == 40
    mask = np.ones(trained.y.shape[:1], bool) if trained.mask is None else trained.mask
    right = np.asarray(task.oracle(size, *samples.trained.arguments)).reshape(trained.y.shape)
    assert np.allclose(trained.y[mask], right[mask]) == (labels == "true")
    assert np.allclose(np.sort(trained.y[mask], axis=None), np.sort(right[mask], axis=None))
    assert len(data.held_out) > 40
    assert not np.array_equal(task.data(size, seed=4, fixed=40).x, data.x)


def test_a_fixed_set_that_cannot_be_is_refused() -> None:
    greater = find("task", "greater", TASKS)
    assert greater.data(50, fixed=40).sampler is None
    with pytest.raises(ValueError, match="task 'greater': expected 200 different rows to train on, got 49 of 800 that"):
        greater.data(50, fixed=200)
    with pytest.raises(ValueError, match="expected `fixed` rows of a task that is asked on samples, at least one, got"):
        greater.check_labels("true", 0)
    with pytest.raises(ValueError, match="at least one, got 5 where inputs are listed; train on a `fraction` of a tab"):
        find("task", "mod_add", TASKS).data(23, fixed=5)
    with pytest.raises(ValueError, match=r"the labels true, since its inputs are drawn .* or random answers `"):
        greater.data(50, labels="relabelled", fixed=40)


def test_an_oracle_may_answer_row_by_row_and_one_a_row() -> None:
    last = dataclasses.replace(STREAM_TASK, type=Fn((STREAM,), INT), oracle=by_row(lambda n, x: sum(x) % n))
    samples = last.samples(3)
    assert samples is not None
    assert samples.report.targets.tolist() == (samples.report.arguments[0].sum(axis=1) % 3).tolist()
    spec = last.spec(3)
    assert spec is not None
    assert spec.outputs.ndim == 1
    real = Task(
        name="real",
        doc="x.",
        type=Fn((REAL,), REAL),
        oracle=lambda n, x: x * np.nan,
        sizes=(1,),
        smallest=1,
        classes=lambda n: 1,
        kind="reals",
        train=Box(low=0, high=1),
        test=(Box(low=0, high=1),),
    )
    with pytest.raises(ValueError, match=r"an oracle that answers 1 finite numbers, got \[?nan\]? for \(0\.\d+"):
        real.samples(1)


def test_streams_of_reals_have_answers_at_every_time() -> None:
    task = Task(
        name="path",
        doc="x.",
        type=None,
        oracle=lambda n, x: x.cumsum(axis=1)[..., None],
        sizes=(1,),
        smallest=1,
        classes=lambda n: 1,
        kind="reals",
        train=Box(low=-1, high=1, length=5),
        test=(Box(low=-1, high=1, length=5), Box(low=-1, high=1, length=9)),
    )
    samples = task.samples(1)
    assert samples is not None
    assert samples.report.targets.shape == (2048, 5, 1)
    assert samples.longer[0].targets.shape == (512, 9, 1)
    assert task.view(1).encode(*samples.report.arguments).shape == (2048, 5)
    with pytest.raises(ValueError, match="box: expected a length of at least 1, got 0; give one, such as 10"):
        Box(low=-1, high=1, length=0)


@pytest.mark.parametrize("length", [0, (3, 2), (1, 2.5), True, (0, 4)])
def test_a_length_that_cannot_be_is_refused(length: Any) -> None:
    with pytest.raises(ValueError, match="uniform: expected a length of at least 1, or two of them in order, got"):
        Uniform(length=length)


EXAMPLES = {
    Uniform: Uniform(length=(1, 4)),
    Box: Box(low=-1, high=1, length=3),
    Own: Own(lambda size, rows, rng: (rng.integers(0, size, rows), rng.normal(size=(rows, 2)))),
}


@pytest.mark.parametrize("kind", SAMPLERS, ids=lambda kind: kind.__name__)
def test_every_sampler_draws_rows_from_the_generator_alone(kind: type) -> None:
    sampler = EXAMPLES[kind]
    one, again, other = (sampler.draw(Wanted(5, 2, (5, 5), 7), np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert [len(values) for values in one] == [7, 7]
    assert all(np.array_equal(left, right) for left, right in zip(one, again, strict=True))
    assert [values.shape for values in one] == [values.shape for values in other]
    assert not np.array_equal(one[0], other[0])
    assert sampler.says()


def test_uniform_lengths_and_boxes() -> None:
    rng = np.random.default_rng(0)
    (x,) = Uniform(length=(2, 5)).draw(Wanted(3, 1, (4,), 1000), rng)
    lengths = (x != 3).sum(axis=1)
    assert np.unique(lengths).tolist() == [2, 3, 4, 5]
    assert all((row[:length] < 3).all() and (row[length:] == 3).all() for row, length in zip(x, lengths, strict=True))
    one, two = Box(low=-1, high=3).draw(Wanted(3, 2, None, 1000), rng)
    assert one.min() > -1 > one.min() - 0.1
    assert two.max() < 3 < two.max() + 0.1
    for low, high in ((1, 1), (0, math.inf), (math.nan, 1)):
        with pytest.raises(ValueError, match="box: expected two finite bounds, low < high, got"):
            Box(low=low, high=high)


@pytest.mark.parametrize(("name", "longest"), [("induction", 33), ("running_sum", 100)])
def test_longer_sequences_than_selectors_are_sought_on_are_no_examples(name: str, longest: int) -> None:
    spec = find("task", name, TASKS).spec(find("task", name, TASKS).sizes[0])
    assert spec is not None
    assert spec.inputs[0].shape[1] - 1 == longest
