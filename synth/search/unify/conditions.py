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
from synth.search.unify.masks import Tests, words_of
from synth.search.unify.pick import pick_tests
from synth.search.unify.sight import Sight, parts_of, with_others

FEW = 4  # programs that stand beside the open one in a further step
SAMPLE = 64  # programs by which a further step is judged
SHARE = 0.25  # of the sample that must give tests of its own for a further step to be taken
WAITING = 1 << 16  # tests that wait to be held against those that are kept
TEST = 256  # bytes of a test and of what is noted of it
LEAST = 1 << 10  # tests that there is always room for
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
    cut: bool  # there may be tests beside these


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

    Where not all programs' values are known there, conditions are told apart on the bank's own examples first. As many
    are kept as there is room for, the cheapest.
    """
    own = len(sight.question.places)
    where = order if sight.whole is not None else np.arange(own)
    found = gathered(sight, made, where, limit, room_for(sight, len(where)), compiled)
    if sight.whole is None:
        maker, row = found.maker[:MOST], found.row[:MOST]
        hits = holds(sight, made, maker, row)
        tests = pick_tests(pack(hits[order], compiled), found.tests.costs[:MOST], len(order), compiled=compiled)
        return Conditions(tests=tests, makers=made, maker=maker[tests.places], row=row[tests.places], cut=True)
    return found


def room_for(sight: Sight, examples: int) -> int:
    """How many tests there is room for, in masks and in what is noted of each while a tree is grown."""
    memory = sight.question.bank.meter.memory
    return int(max(LEAST, (memory.most - memory.held) / 2 / (TEST + 2 * examples)))


def gathered(
    sight: Sight,
    made: tuple[Maker, ...],
    where: Int[np.ndarray, " some"],
    limit: int,
    most: int,
    compiled: bool,
) -> Conditions:
    """The cheapest test for each way to part some examples of a view, from all makers and programs, part by part."""
    question, examples = sight.question, len(where)
    parts: list[tuple[np.ndarray, ...]] = [empty(examples)]  # masks, costs, numbers of the maker, rows
    kept = waiting = 0
    cut = False

    def thin() -> None:
        nonlocal kept, waiting, cut
        masks, costs, maker, row = (np.concatenate(part) for part in zip(*parts, strict=True))
        tests = pick_tests(masks, costs, examples, compiled=compiled)
        cut = cut or len(tests.costs) > most
        places = tests.places[:most]
        parts[:] = [(tests.masks[:most], tests.costs[:most], maker[places], row[places])]
        kept, waiting = len(places), 0

    for number, one in enumerate(made):
        for part in question.blocks(one.kind, examples):
            costs = question.bank.costs(one.kind, part.start, part.stop).astype(np.int64) + one.cost
            some = np.flatnonzero(costs < limit)
            if not len(some):
                continue
            rows = part if len(some) == len(costs) else part.start + some
            path = () if one.step is None else (one.step,)
            seen, others = with_others(sight, one.kind, rows, path, where)
            masks = pack(one.holds(seen, others[0] if others else []), compiled)
            parts.append((masks, costs[some], np.full(len(some), number), part.start + some))
            waiting += len(some)
            if waiting > max(kept, WAITING):
                thin()
    thin()
    masks, costs, maker, row = parts[0]
    tests = Tests(masks=masks, costs=costs, places=np.arange(len(costs)))
    return Conditions(tests=tests, makers=made, maker=maker, row=row, cut=cut)


def empty(examples: int) -> tuple[np.ndarray, ...]:
    none = np.empty(0, np.int64)
    return np.empty((0, words_of(examples)), np.uint64), none, none, none


def holds(
    sight: Sight, made: tuple[Maker, ...], maker: Int64[np.ndarray, " n"], row: Int64[np.ndarray, " n"]
) -> Bool[np.ndarray, "examples n"]:
    """Where conditions hold among the examples of a view."""
    hits = np.empty((len(sight.examples), len(maker)), bool)
    for number, one in enumerate(made):
        mine = np.flatnonzero(maker == number)
        if len(mine):
            path = () if one.step is None else (one.step,)
            size = parts_of(sight, {one.kind: mine})
            for begin in range(0, len(sight.examples), size):
                spots = np.arange(begin, min(begin + size, len(sight.examples)))
                seen, others = with_others(sight, one.kind, row[mine], path, spots)
                hits[np.ix_(spots, mine)] = one.holds(seen, others[0] if others else [])
    return hits


def write_condition(question: Question, known: Conditions, test: int, yes: Program, no: Program) -> Program:
    """The program that chooses between two by a test."""
    maker = known.makers[known.maker[test]]
    condition = question.bank.program(maker.kind, int(known.row[test]))
    if maker.step is not None:
        condition = write(question.bank, maker.step, condition)
    return apply(maker.choice, condition, yes, no)
