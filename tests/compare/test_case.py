"""What a net is judged on, made of plain arrays; and what is said of arrays, nets and answers that cannot be."""

import jax.numpy as jnp
import numpy as np
import pytest
from nets_at_hand import addition

from compare import Classes, Reals, Sample, Samples, assess, by_position, data_of
from compare.case import case_of
from compare.checks import inputs_of, refuse_constant
from compare.evidence.substitution import replaced
from compare.read import read
from compare.step import Step
from compare.view import of_games
from nets import tapping, wrap
from synth import BOOL, INT, Fn, Z
from synth.search.games import Board

N = 6
A, B = (values.ravel() for values in np.indices((N, N)))
RNG = np.random.default_rng(0)


def test_a_whole_domain_is_listed_in_order_whatever_the_order_of_its_rows() -> None:
    order = RNG.permutation(N * N)
    train = np.flatnonzero(A[order] == 2)
    case = data_of(np.stack([A, B], axis=1)[order], np.maximum(A, B)[order], names=("a", "b"), train=train)
    assert case.samples is None
    assert case.spec.type == Fn((INT, INT), INT)
    assert [values.tolist() for values in case.spec.domain] == [A.tolist(), B.tolist()]
    assert case.spec.targets().tolist() == np.maximum(A, B).tolist()
    assert set(A[case.train]) == {2}
    assert (case.view.alphabet, case.view.classes) == (N, N)


def test_types_are_as_the_values_are_unless_they_are_called_residues() -> None:
    bits = np.indices((2, 2, 2)).reshape(3, -1)
    assert data_of(tuple(bits), bits.sum(axis=0) % 2 == 1).spec.type == Fn((BOOL,) * 3, BOOL)
    assert data_of(tuple(bits), bits.sum(axis=0)).spec.type == Fn((BOOL,) * 3, INT)
    mixed = np.indices((2, 3)).reshape(2, -1)
    assert data_of(tuple(mixed), mixed.sum(axis=0)).spec.type == Fn((BOOL, INT), INT)
    residues = data_of((A, B), (A * B) % N, modulus=N)
    assert (residues.spec.type, residues.spec.terminals) == (Fn((Z("p"), Z("p")), Z("p")), {"p": N})


def test_what_does_not_list_a_domain_is_two_samples() -> None:
    rows = RNG.choice(N * N, 20, replace=False)
    case = data_of(np.stack([A, B], axis=1)[rows], (A + B)[rows], train=np.arange(5))
    assert case.spec is None
    assert (case.samples.fit.rows, case.samples.report.rows, case.samples.trained.rows) == (10, 10, 5)
    assert inputs_of(case.view, case.samples.fit.arguments).shape == (10, 2)
    reals = data_of(RNG.normal(size=(20, 3)), RNG.normal(size=20), tolerance=0.1)
    assert reals.view.answers == Reals(1, 0.1)
    assert reals.samples.fit.targets.shape == (10, 1)
    assert inputs_of(reals.view, reals.samples.fit.arguments).shape == (10, 3)
    images = data_of(RNG.normal(size=(20, 4, 4)), np.arange(20) % 3)
    assert inputs_of(images.view, images.samples.fit.arguments).shape == (10, 4, 4)
    streams = data_of(RNG.integers(0, 2, (20, 7)), RNG.integers(0, 2, (20, 7)))
    assert streams.view.answers == Classes(2)
    assert streams.samples.fit.targets.shape == (10, 7)


def test_a_specification_alone_says_how_its_arguments_are_read() -> None:
    case = case_of(addition(5), None, None, None)
    assert (case.view.alphabet, case.view.classes) == (5, 5)
    assert case_of(case, None, None, np.arange(3)).train.tolist() == [0, 1, 2]


PART = Sample(arguments=(A, B), targets=np.maximum(A, B))
SAMPLES = Samples(fit=PART, report=PART, longer=(Sample(arguments=(A + 3, B), targets=A + 3),))


def test_samples_alone_say_how_they_are_read() -> None:
    case = case_of(SAMPLES, None, None, None)
    assert (case.view.alphabet, case.view.classes) == (N + 3, N + 3)
    assert inputs_of(case.view, PART.arguments).shape == (N * N, 2)
    streams = Sample(arguments=(np.stack([A, B], axis=1),), targets=np.stack([A, B], axis=1) / 2)
    found = case_of(Samples(fit=streams, report=streams), by_position(N, N), None, None)
    assert found.view.classes == N
    real = case_of(Samples(fit=streams, report=streams), None, None, None).view
    assert (real.alphabet, real.answers.width) == (N, 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: data_of((A, B), A[:-1]),
            "expected as many answers as inputs, got 36, 36 rows of inputs and 35 answers",
        ),
        (
            lambda: data_of((np.array([0, 1, 0]), np.array([0, 1, 0])), np.array([0, 1, 1])),
            r"expected one answer an input, got 0 and 1 for \[0, 0\] in rows 0 and 2",
        ),
        (lambda: case_of(data_of((A, B), A), by_position(N, N), None, None), "got others beside; leave them out"),
        (lambda: case_of((A, B), None, None, None), "expected a Spec, Samples or what data_of.* got tuple"),  # pyright: ignore
        (lambda: case_of(SAMPLES, None, SAMPLES, None), "expected samples once, got them as the data and beside"),
        (lambda: case_of(None, None, None, None), "expected a view of the inputs, got none"),
    ],
)
def test_data_that_cannot_be_are_one_sentence(call, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_domain_that_is_not_listed_needs_samples() -> None:
    spec = addition(5)
    unlisted = type(spec)(type=spec.type, inputs=spec.inputs, outputs=spec.outputs, terminals=spec.terminals)
    with pytest.raises(ValueError, match="expected a specification with an enumerable domain, got none; give `domain`"):
        assess(lambda params, x: x, {}, unlisted, by_position(5, 5))


TABLE = jnp.asarray(RNG.normal(size=(N, 4)))
OUT = jnp.asarray(RNG.normal(size=(4, N)))


def hidden_net(spoil):
    """A net whose hidden site is spoilt before it is read; its outputs do not show it."""

    def apply(params, x, edits):
        tap, values = tapping(edits)
        hidden = tap("hidden", spoil(TABLE[x[:, 0]] + TABLE[x[:, 1]], x))
        return jnp.nan_to_num(hidden) @ OUT, values

    return wrap(apply, ("hidden",))


def nan_in_one_row(hidden, x):
    return jnp.where(((x == jnp.array([2, 3])).all(axis=1)[:, None]) & (jnp.arange(4) == 1), jnp.nan, hidden)


def test_a_unit_that_is_nan_on_one_row_is_named() -> None:
    data, net = data_of((A, B), np.maximum(A, B)), hidden_net(nan_in_one_row)
    found = read(net, {}, data.spec, data.view)
    with pytest.raises(
        ValueError, match=r"site 'hidden': expected numbers, got NaN in unit 1 for input \[2, 3\], row 15"
    ):
        found.site("hidden")
    assert np.isfinite(read(hidden_net(lambda hidden, x: hidden), {}, data.spec, data.view).site("hidden")).all()
    with pytest.raises(
        ValueError, match=r"hidden: expected numbers, got NaN for 1 of 36 inputs, first in unit 1 for \[2, 3\]"
    ):
        assess(net, {}, data)


def test_nan_that_reaches_the_outputs_is_traced_to_its_unit() -> None:
    def apply(params, x, edits):
        tap, values = tapping(edits)
        return tap("hidden", nan_in_one_row(TABLE[x[:, 0]] + TABLE[x[:, 1]], x)) @ OUT, values

    data = data_of((A, B), np.maximum(A, B))
    with pytest.raises(
        ValueError, match=r"site 'hidden': expected numbers, got NaN in unit 1 for input \[2, 3\], row 15"
    ):
        read(wrap(apply, ("hidden",)), {}, data.spec, data.view)


@pytest.mark.parametrize("rows", [1, N * N])
def test_answers_that_are_all_the_same_are_refused(rows: int) -> None:
    net = wrap(lambda params, x, edits: (TABLE[x[:, 0]] @ OUT, {}), ())
    data = data_of((A[:rows], B[:rows]), np.zeros(rows, int), classes=N)
    with pytest.raises(ValueError, match="expected right answers of at least two kinds, got 0 for each of the"):
        assess(net, {}, data)


def test_reals_that_are_alike_within_the_tolerance_are_one_answer() -> None:
    refuse_constant(Reals(1, 0.1), np.array([[0.0], [0.2]]))
    with pytest.raises(ValueError, match=r"at least two kinds, got \[0\.\] for each of the 2"):
        refuse_constant(Reals(1, 0.1), np.array([[0.0], [0.05]]))


@pytest.mark.parametrize("width", [4, 5])
def test_an_explanation_that_is_wider_than_its_site_is_one_sentence(width: int) -> None:
    data = data_of((A, B), np.maximum(A, B))
    reading = read(hidden_net(lambda hidden, x: hidden), {}, data.spec, data.view)
    step = Step(name="v", label="wide", formula="a", compute=lambda x: jnp.ones((len(x), width)), holds="hidden")
    if width == 4:
        assert replaced(reading, (step,), "hidden").hidden.shape == (N * N, 4)
        return
    with pytest.raises(
        ValueError, match=r"expected values of shape \(36, 4\) for site 'hidden', got \(36, 5\) of the steps .*\(wide\)"
    ):
        replaced(reading, (step,), "hidden")


@pytest.mark.parametrize(
    ("inputs", "answers", "sentence"),
    [
        (
            [],
            [],
            r"expected answers as an array of Booleans, integers or reals, at least one row, got float64 of",
        ),
        (np.zeros((0, 12, 12)), np.zeros(0, int), r"expected inputs as .* got float64 of shape \(0, 12, 12\); give"),
        (np.full((2, 12, 12), "a"), [0, 1], r"expected inputs as .* got <U1 of shape \(2, 12, 12\); give numbers"),
        (np.zeros((2, 3)), ["a", "b"], r"expected answers as .* got <U1 of shape \(2,\); give numbers, one row"),
        (np.zeros((2, 3), complex), [0, 1], "expected inputs as .* got complex128 of shape"),
        (np.array([[[0.0], [1.0]], [[0.0], [np.nan]]]), [0, 1], "expected finite inputs, got nan in row 1 and 0 more"),
    ],
)
def test_data_that_are_no_numbers_are_refused(inputs, answers, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"data_of: {sentence}"):
        data_of(inputs, answers)


def test_numbers_at_every_position_are_answers() -> None:
    rng = np.random.default_rng(0)
    case = data_of(rng.normal(size=(40, 7, 3)), rng.normal(size=(40, 7, 2)))
    assert case.view.answers.width == 2
    assert case.samples is not None
    assert case.samples.report.targets.shape == (20, 7, 2)


def test_games_need_a_board() -> None:
    with pytest.raises(ValueError, match=r"of_games: expected a Board, got 4; give Board\(side="):
        of_games(4)  # pyright: ignore[reportArgumentType]
    assert of_games(Board(side=3, first=frozenset(), second=frozenset())).classes == 10
