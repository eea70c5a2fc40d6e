"""Answers by a few questions about integers, and what a head brings that they can be about."""

from dataclasses import replace

import numpy as np
import pytest

from compare.extract.selects.decisions import Decision, Question, decided, decisions
from compare.extract.selects.layout import padding_of
from compare.extract.selects.linear import Tables
from compare.extract.selects.program import Head, Named, begun, integers, looked_at, with_named, with_shares
from compare.extract.selects.readouts import Readout, shortest
from compare.extract.selects.relations import ALWAYS, Atom, Select
from compare.extract.selects.search import twin
from compare.extract.selects.variables import Frame, Variable
from compare.extract.selects.written import in_words
from synth import INT, on_batches, parse
from synth.library import LIBRARIES

FRAME = Frame(alphabet=5, letters=range(1, 5), causal=True, padding=None, appended=False)
NAMES = ("h00n1", "h00n2", "h01n3", "h01n4")


def counts(rows: int = 1200, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, 7, rows) for name in NAMES}


def declared(values: dict[str, np.ndarray]) -> dict[str, Variable]:
    return {name: Variable(name=name, kind="count", size=9, values=each[None]) for name, each in values.items()}


def head(name: str, counted: tuple[int, ...]) -> Head:
    tables = Tables(reads=("x",), tables=(np.eye(5, dtype=np.float32),), offset=np.zeros(5), explained=1.0)
    select = Named(select=Select(relation=ALWAYS), value="x")
    return Head(
        layer=int(name[1]),
        number=int(name[2]),
        score=None,
        tables=tables,
        mean=np.zeros(5),
        named=select,
        counted=counted,
    )


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (lambda a, b, c, d: 1 + np.sign(a - b), "(if_int (lt h00n2 h00n1) 2 (if_int (eq h00n1 h00n2) 1 0))"),
        (
            lambda a, b, c, d: (a > b) + 2 * (c > d),
            "(if_int (lt h01n4 h01n3) (if_int (lt h00n2 h00n1) 3 2) (if_int (lt h00n2 h00n1) 1 0))",
        ),
        (lambda a, b, c, d: np.where(a < 2, 0, np.where(c < 4, 1, 2)), None),
        (lambda a, b, c, d: np.where((a == b) & (c == d), 1, 0), None),
    ],
)
def test_questions_about_counts_answer(said, text):
    values, fresh = counts(), counts(seed=1)
    goal, classes = said(*values.values()).astype(int), 4
    found, _ = shortest(declared(values), values, goal, classes, 0)
    assert np.array_equal(found.answer(fresh), said(*fresh.values()))
    assert found.bits < 60
    if text:
        assert found.text == text


def test_answers_at_random_are_no_decision():
    values = counts()
    goal = np.random.default_rng(2).integers(0, 2, 1200)
    variables = declared(values)
    for each in decisions(variables, values, goal, 2):
        assert (each.answer(values) != goal).mean() > 0.4
    assert list(decisions(variables, values, np.zeros(1200, int), 2)) == []
    assert list(decisions(variables, values, np.arange(1200) % 30, 30)) == []


def test_conditions_that_change_nothing_are_left_out():
    assert decided(["p", "q"], (0, 0, 1, 2)) == "(if_int p (if_int q 2 1) 0)"
    assert decided(["p", "q"], (0, 1, 0, 1)) == "(if_int q 1 0)"
    assert decided(["p"], (3, 3)) == "3"


def test_nothing_is_less_than_nothing():
    question = Question(one="a", operator="<", other="b", by=0, bits=1.0)
    given = {"a": np.array([-1, 0, 2]), "b": np.array([3, 1, -1])}
    assert question.asked(given).tolist() == [False, True, False]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_decisions_are_written_in_synth_words(number):
    questions = tuple(
        Question(one=one, operator="<", other=other, by=by, bits=1.0)
        for one, other, by in (("h00n2", "h00n1", 0), ("h01n4", "h01n3", 1), ("h01n3", None, 2))
    )[:number]
    decision = Decision(questions=questions, leaves=tuple((3 * leaf + 1) % 8 for leaf in range(2**number)), bits=1.0)
    readout = Readout(text="", bits=1.0, reads=decision.reads, answer=decision.answer, decision=decision)
    program = in_words(FRAME, [head("h00", (1, 2)), head("h01", (3, 4))], readout)
    assert program is not None
    x = np.pad(np.random.default_rng(0).integers(1, 5, (20, 9)), ((0, 0), (1, 0)))
    sofar = {letter: (x == letter).cumsum(axis=1) for letter in (1, 2, 3, 4)}
    values = {f"h0{int(letter > 2)}n{letter}": each.reshape(-1) for letter, each in sofar.items()}
    assert np.array_equal(on_batches(program, {"a": x}).reshape(-1), decision.answer(values))


def test_truths_inside_an_expression_are_written_in_synth_words():
    given = {"h00n1": INT, "h00n2": INT}
    program = parse("(add (truth (lt h00n1 (truth (eq h00n2 |1|)))) h00n2)", LIBRARIES["loops"], given | {"1": INT})
    readout = Readout(text="", bits=1.0, reads=tuple(given), answer=lambda values: values["h00n1"], program=program)
    found = in_words(FRAME, [head("h00", (1, 2))], readout)
    assert found is not None
    x = np.array([[0, 2, 2, 1, 3, 2]])
    assert on_batches(found, {"a": x}).tolist() == [[0, 2, 2, 2, 2, 3]]


def test_values_that_write_the_same_are_not_counted():
    state, effect = begun(FRAME, np.array([[0, 3, 1, 4, 3, 2]]), []), np.ones((1, 6))
    assert looked_at(head("h00", ()), state, effect, FRAME).counted == (0, 1, 2, 3, 4)
    table = np.array([[0.0], [1.0], [-1.0], [0.01], [0.0]], dtype=np.float32)
    tables = Tables(reads=("x",), tables=(table,), offset=np.zeros(1), explained=1.0)
    assert looked_at(replace(head("h00", ()), tables=tables), state, effect, FRAME).counted == (1, 2)


def test_values_of_kinds_that_write_the_same_are_counted_together():
    state, effect = begun(FRAME, np.array([[0, 3, 1, 4, 3, 2]]), []), np.ones((1, 6))
    table = np.array([[0.0], [1.0], [1.01], [-1.0], [-0.99]], dtype=np.float32)
    tables = Tables(reads=("x",), tables=(table,), offset=np.zeros(1), explained=1.0)
    found = looked_at(replace(head("h00", ()), tables=tables), state, effect, FRAME)
    assert (found.counted, found.together) == ((0,), ((1, 2), (3, 4)))
    values = with_named(state, found, FRAME).variables
    assert values["h00n1to2"].values.tolist() == [[0, 0, 1, 1, 1, 2]]
    assert values["h00n3to4"].values.tolist() == [[0, 1, 1, 2, 3, 3]]


def test_kinds_of_values_are_written_in_synth_words():
    apart = replace(head("h00", ()), together=((1, 3), (2, 4)))
    for name, counted in (("h00n1_3", [[0, 1, 2, 2, 3, 3]]), ("h00n2_4", [[0, 0, 0, 1, 1, 2]])):
        program = parse(name, LIBRARIES["loops"], {name: INT})
        readout = Readout(text="", bits=1.0, reads=(name,), answer=lambda values: values["h00n"], program=program)
        found = in_words(FRAME, [apart], readout)
        assert found is not None
        assert on_batches(found, {"a": np.array([[0, 3, 1, 4, 3, 2]])}).tolist() == counted


def test_heads_that_look_alike_are_told_apart_by_what_they_write():
    state = begun(FRAME, np.array([[0, 3, 1, 4, 3, 2]]), [])
    looks = np.random.default_rng(0).random((1, 6, 5)).astype(np.float32)
    assert twin(0, [looks, looks + 1e-5, None])
    assert not twin(0, [looks, looks[:, ::-1], None])
    assert not twin(2, [looks, looks, None])
    table = np.array([[0.0, 0.0], [1.0, 2.0], [-1.0, -2.0], [0.01, 0.0], [0.0, 0.0]], dtype=np.float32)
    one = replace(head("h00", ()), tables=Tables(reads=("x",), tables=(table,), offset=np.zeros(2), explained=1.0))
    assert with_shares(state, one, looks).columns["h00.x"].shape == (1, 6, 5)
    told = with_shares(state, replace(one, narrow=True), looks).columns["h00.x"]
    assert told.shape == (1, 6, 1)
    assert abs(np.corrcoef(told[0, :, 0], (looks @ table)[0, :, 0])[0, 1]) > 0.999


def test_padding_is_what_nobody_looks_at_and_nothing_follows():
    tokens = np.array([[0, 1, 3, 2, 4, 4], [0, 2, 1, 3, 1, 4]])
    used = (tokens != 3) & (tokens != 4)
    assert padding_of(tokens, used) == 4
    assert padding_of(tokens, tokens != 3) is None
    assert padding_of(tokens, np.ones(tokens.shape, bool)) is None


def test_a_turned_head_takes_one_value_for_another():
    state = begun(FRAME, np.array([[0, 3, 1, 4]]), [])
    before = replace(
        head("h00", ()), named=Named(select=Select(relation=Atom("i", "i", "=", -1)), value="x"), same=True, single=True
    )
    assert integers(before, state, FRAME)[0, :, 0].tolist() == [-1, 0, 3, 1]
    assert integers(replace(before, turned=1), state, FRAME)[0, :, 0].tolist() == [-1, 1, 4, 2]
