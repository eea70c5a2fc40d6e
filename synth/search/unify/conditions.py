"""The tests that a bank offers: its conditions, and those that one more step makes of any of its programs."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Int64

from synth.language.primitive import Primitive
from synth.language.program import Program, apply
from synth.language.types import VECTORS, Type, carrier, plain
from synth.language.xp import NUMPY
from synth.search.question import Question, Step, steps, stored, take, write
from synth.search.unify.loops import pack
from synth.search.unify.masks import Tests
from synth.search.unify.pick import pick_tests
from synth.search.unify.sight import Sight, with_others

FEW = 4  # programs that stand beside the open one in a further step
SAMPLE = 64  # programs by which a further step is judged
SHARE = 0.25  # of the sample that must give tests of its own for a further step to be taken
MOST = 1 << 15  # tests, the cheapest of those that differ on the bank's examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """An operator that chooses, its condition made from a stored program, by a further step if there is one."""

    choice: Primitive
    cost: int  # eighths of a bit, of the operator and of the step
    step: Step | None = None

    @property
    def kind(self) -> Type:
        """The type of the stored program."""
        return carrier(self.choice.type.args[0]) if self.step is None else self.step.open

    def holds(self, values: np.ndarray, others: list[np.ndarray]) -> Bool[np.ndarray, "examples n"]:
        """Where the condition holds, from the values of stored programs."""
        values = values if self.step is None else take(self.step, values, others)
        return np.broadcast_to(np.asarray(self.choice.choice.when(NUMPY, values), bool), values.shape)  # pyright: ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Tests and what each was made from: test i is made by `makers[maker[i]]` from the stored program `row[i]`."""

    tests: Tests
    makers: tuple[Maker, ...]
    maker: Int64[np.ndarray, " tests"]
    row: Int64[np.ndarray, " tests"]


def makers(question: Question, kind: Type, *, compiled: bool) -> tuple[Maker, ...]:
    """The operators that choose between two programs of a type, with the further steps that give many tests."""
    found: list[Maker] = []
    for operator in question.bank.operators[kind]:
        given = operator.args[0] if operator.args else None
        if operator.primitive.choice is None or given is None or plain(given) in VECTORS:
            continue
        bare = Maker(choice=operator.primitive, cost=operator.cost)
        if question.bank.count(bare.kind):
            found.append(bare)
        found += productive(question, bare, compiled)
    return tuple(found)


def productive(question: Question, bare: Maker, compiled: bool) -> list[Maker]:
    """The further steps by which a sample of programs gives tests that differ from each other and are not empty."""
    kept: list[Maker] = []
    for step in steps(question.bank, bare.kind, FEW):
        if plain(step.open) in VECTORS:
            continue
        maker = Maker(choice=bare.choice, cost=bare.cost + step.cost, step=step)
        count = question.bank.count(step.open)
        sample = np.unique(np.linspace(0, count - 1, min(SAMPLE, count)).astype(np.int64))
        masks = pack(holds_known(question, maker, sample), compiled)
        tests = pick_tests(masks, np.zeros(len(sample), np.int64), len(question.places), compiled=compiled)
        if len(tests.costs) >= max(2, SHARE * len(sample)):
            kept.append(maker)
    return kept


def holds_known(question: Question, maker: Maker, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Where the conditions of stored programs hold among the bank's own examples."""
    bank = question.bank
    others = [] if maker.step is None else [
        stored(bank, kind, np.array([row])) for kind, row in zip(maker.step.others, maker.step.rows, strict=True)
    ]  # fmt: skip
    return maker.holds(stored(bank, maker.kind, rows), others)


def conditions(
    sight: Sight, made: tuple[Maker, ...], order: Int[np.ndarray, " some"], limit: int, *, compiled: bool
) -> Conditions:
    """The tests of cost below the limit that part the examples of a view differently; bit i is example `order[i]`.

    Where not all programs' values are known there, conditions are told apart on the bank's own examples first.
    """
    costs, maker, row = below(sight.question, made, limit)
    if sight.whole is None:
        near = holds(sight, made, maker, row, slice(0, len(sight.question.places)))
        some = pick_tests(pack(near, compiled), costs, len(near), compiled=compiled)
        costs, maker, row = some.costs[:MOST], maker[some.places[:MOST]], row[some.places[:MOST]]
    hits = holds(sight, made, maker, row, slice(None))
    tests = pick_tests(pack(hits[order], compiled), costs, len(order), compiled=compiled)
    return Conditions(tests=tests, makers=made, maker=maker[tests.places], row=row[tests.places])


def below(
    question: Question, made: tuple[Maker, ...], limit: int
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """All conditions that cost less than the limit: the cost, the number of the maker, the row."""
    costs, maker, row = [], [], []
    for number, one in enumerate(made):
        priced = question.bank.costs(one.kind).astype(np.int64) + one.cost
        row.append(np.flatnonzero(priced < limit))
        costs.append(priced[row[-1]])
        maker.append(np.full(len(row[-1]), number))
    return np.concatenate(costs), np.concatenate(maker), np.concatenate(row)


def holds(
    sight: Sight,
    made: tuple[Maker, ...],
    maker: Int64[np.ndarray, " n"],
    row: Int64[np.ndarray, " n"],
    spots: slice,
) -> Bool[np.ndarray, "examples n"]:
    """Where conditions hold among some examples of a view."""
    hits = np.empty((len(sight.examples[spots]), len(maker)), bool)
    for number, one in enumerate(made):
        mine = np.flatnonzero(maker == number)
        if len(mine):
            path = () if one.step is None else (one.step,)
            rows = slice(None) if len(mine) == sight.question.bank.count(one.kind) else row[mine]
            seen, others = with_others(sight, one.kind, rows, path, spots)
            hits[:, mine] = one.holds(seen, others[0] if others else [])
    return hits


def write_condition(question: Question, known: Conditions, test: int, yes: Program, no: Program) -> Program:
    """The program that chooses between two by a test."""
    maker = known.makers[known.maker[test]]
    condition = question.bank.program(maker.kind, int(known.row[test]))
    if maker.step is not None:
        condition = write(question.bank, maker.step, condition)
    return apply(maker.choice, condition, yes, no)
