"""How likely a position says each class is: rules that are planted come back, others that are near do not pass."""

import numpy as np
import pytest

from compare.answers import Distributions
from compare.extract.selects.chances import Answered, Sought, promise, read_out
from compare.extract.selects.linear import Tables
from compare.extract.selects.odds import odds_of
from compare.extract.selects.program import Head, Named, begun, with_named
from compare.extract.selects.relations import ALWAYS, Atom, Select
from compare.extract.selects.search import Draft
from compare.extract.selects.variables import INDEX, SYMBOLS, Frame
from synth import INT, apply, terminal
from synth.library import named

FRAME = Frame(alphabet=4, letters=range(1, 4), causal=True, padding=None, appended=False)
KIND = Distributions(4, 0.05)
SOUGHT = Sought(KIND, FRAME.letters, 0)
BEFORE = Select(relation=Atom(INDEX, INDEX, "=", -1))
LETTERS = np.arange(1, 4)


def throws(rows: int = 60, length: int = 24, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet(np.ones(3), rows).cumsum(axis=1)
    x = 1 + (rates[:, None, :2] < rng.random((rows, length, 1))).sum(axis=2)
    return np.pad(x, ((0, 0), (1, 0)))


X = throws()
CAME = (X[:, :, None] == LETTERS).cumsum(axis=1).astype(float)
LAST = (X[:, :, None] == LETTERS).astype(float)
LATER = (X[:, :, None] < LETTERS).astype(float)


def head(select: Select) -> Head:
    tables = Tables(reads=("x",), tables=(np.eye(4, dtype=np.float32),), offset=np.zeros(4), explained=1.0)
    looks = Named(select=select, value=SYMBOLS)
    return Head(
        layer=0, number=0, score=None, tables=tables, mean=np.zeros(4), named=looks, counted=(1, 2, 3)
    )  # fmt: skip


def asked(weights: np.ndarray, select: Select) -> tuple[Draft, Answered]:
    """One head of this select, and answers of these weights of the letters."""
    state = with_named(begun(FRAME, X, ()), head(select), FRAME)
    draft = Draft(layers=((head(select),),), state=state, bits=10.0)
    whole = weights + 1e-9
    given = np.pad(whole / whole.sum(axis=2, keepdims=True), ((0, 0), (0, 0), (1, 0)))
    values = {name: each.values.reshape(-1) for name, each in state.variables.items()}
    return draft, Answered(values, given.reshape(-1, 4))


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (CAME + 1, "(h00n[y] + 1)/(i + 3)"),
        (2 * CAME + 1, "(2*h00n[y] + 1)/(2*i + 3)"),
        (CAME + CAME.sum(axis=2, keepdims=True) * LAST + 1, None),
        (LATER, "1/number of y with x < y, where so"),
    ],
    ids=["succession", "halves", "mixture", "later"],
)
def test_rules_come_back(weights: np.ndarray, text: str | None) -> None:
    draft, answered = asked(weights, Select(relation=ALWAYS))
    readout, bits = read_out(draft, answered, SOUGHT)
    assert KIND.agreement(readout.answer(answered.values), answered.given) > 0.99
    assert readout.bits < bits < 100
    assert promise(draft, answered, SOUGHT) >= draft.bits
    assert readout.of == "p(y)"
    assert text is None or readout.text == text


def test_a_head_that_looks_elsewhere_does_not_say_the_counts() -> None:
    draft, answered = asked(CAME + 1, BEFORE)
    readout, bits = read_out(draft, answered, SOUGHT)
    assert KIND.agreement(readout.answer(answered.values), answered.given) < 0.9
    assert bits > 500


def test_classes_that_are_never_likely_are_left_out_and_letters_may_be_numbered_from_another_number() -> None:
    variables = with_named(begun(FRAME, X, ()), head(Select(relation=ALWAYS)), FRAME).variables
    values = {name: each.values.reshape(-1) for name, each in variables.items()}
    heads = [head(Select(relation=ALWAYS))]
    more = apply(named(["add"])[0], terminal("h00n[y]", INT), terminal("1", INT))
    whole = odds_of(heads, variables, LETTERS, 4, FRAME.letters)
    alone = odds_of(heads, variables, np.arange(3), 3, FRAME.letters)
    assert (whole.by, alone.by) == (0, 1)
    assert whole.bits > alone.bits == 1.0
    np.testing.assert_allclose(whole.shares(more, values)[:, 1:], alone.shares(more, values))
    np.testing.assert_allclose(alone.shares(more, values), ((CAME + 1) / (CAME + 1).sum(2)[..., None]).reshape(-1, 3))
    assert (whole.shares(more, values)[:, 0] == 0).all()
    assert set(whole.reads(more)) == {"h00n1", "h00n2", "h00n3"}


def test_where_all_weights_are_nothing_all_classes_are_alike() -> None:
    variables = begun(FRAME, X, ()).variables
    odds = odds_of([], variables, LETTERS, 4, FRAME.letters)
    less = apply(named(["sub"])[0], terminal("1", INT), terminal("2", INT))
    values = {name: each.values.reshape(-1) for name, each in variables.items()}
    np.testing.assert_allclose(odds.shares(less, values)[:, 1:], 1 / 3)
