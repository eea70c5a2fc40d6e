"""Answers by a few questions about the integers that a position holds: which is more, which is how much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.relations import compared
from compare.extract.selects.variables import COUNT, PLACE, Variable

MOST = 3  # questions
ANSWERS = 8  # different ones, at most
APART = 3  # by which two integers are compared
NUMBERS = 16  # with which one is
BEAM = 32  # decisions that every question is added to
START = 5.0  # bits that say that there are questions, and how many

Values = Mapping[str, Int[np.ndarray, " n"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether one integer is, or is below, another and `by`; without another, the number `by` itself."""

    one: str
    operator: str
    other: str | None
    by: int
    bits: float

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.one, self.other) if self.other else (self.one,)

    def asked(self, values: Values) -> Bool[np.ndarray, " n"]:
        left, right = values[self.one], values[self.other] if self.other else np.zeros(1, np.int64)
        return (left >= 0) & (right >= 0) & compared(left - right, self.operator, self.by)

    def shown(self, one: str, other: str | None) -> str:
        """As an expression of what these are called."""
        word = {"=": "eq", "<": "lt"}[self.operator]
        return f"({word} {one} {shifted(other, self.by) if other else self.by})"

    def __str__(self) -> str:
        return self.shown(self.one, self.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to each combination of the questions' answers, the first question's moving slowest."""

    questions: tuple[Question, ...]
    leaves: tuple[int, ...]
    bits: float

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for each in self.questions for name in each.reads))

    @property
    def nodes(self) -> int:
        """Of each question its comparison, what it compares and the choice; and the answers."""
        return sum(2 + len(each.reads) + (each.other is None or each.by != 0) for each in self.questions) + len(
            set(self.leaves)
        )

    def answer(self, values: Values) -> Int[np.ndarray, " n"]:
        number = np.zeros(len(next(iter(values.values()))), np.int64)
        for each in self.questions:
            number = 2 * number + each.asked(values)
        return np.array(self.leaves)[number]

    def __str__(self) -> str:
        return decided([str(each) for each in self.questions], self.leaves)


def shifted(name: str, by: int) -> str:
    """A number more, as an expression."""
    return f"(add {name} {by})" if by > 0 else f"(sub {name} {-by})" if by < 0 else name


def decided(questions: Sequence[str], leaves: Sequence[int]) -> str:
    """As nested conditions, without those that change nothing."""
    if len(set(leaves)) == 1:
        return str(leaves[0])
    half = len(leaves) // 2
    no, yes = decided(questions[1:], leaves[:half]), decided(questions[1:], leaves[half:])
    return no if no == yes else f"(if_int {questions[0]} {yes} {no})"


@dataclass(frozen=True, slots=True)
class Partial:
    """The questions so far, and which cell every row is in."""

    questions: tuple[int, ...]
    cell: Int[np.ndarray, " n"]


def decisions(
    variables: Mapping[str, Variable], values: Values, answers: Int[np.ndarray, " n"], classes: int
) -> Iterator[Decision]:
    """The best decision of each number of questions, by its bits and by those that its cells leave of the answers."""
    kinds = np.unique(answers)
    if not 1 < len(kinds) <= ANSWERS:
        return
    questions, asked = _distinct(list(questions_of(variables, values)), values)
    if not questions:
        return
    goal, columns = (answers[:, None] == kinds).astype(np.float32), asked.astype(np.float32)
    bits = np.array([each.bits for each in questions])
    beam = [Partial((), np.zeros(len(answers), np.int64))]
    for count in range(1, MOST + 1):
        costs = np.stack([_costs(each, columns, bits, goal, classes) for each in beam])
        order = np.argsort(np.round(costs, 6), axis=None, kind="stable")[: BEAM * count]  # on every machine the same
        places = [np.unravel_index(int(each), costs.shape) for each in order]
        beam = list(_grown(beam, places, asked))[:BEAM]
        if not beam:
            return
        yield _decision(beam[0], questions, kinds, goal, classes)


def least(variables: Mapping[str, Variable]) -> float:
    """Bits of a decision of two questions, at the least: one of fewer is an expression."""
    return START + 2 * (2.0 + log2(len(variables) + 1)) + 3.0


def _grown(
    beam: Sequence[Partial], places: Sequence[tuple], asked: Bool[np.ndarray, "questions n"]
) -> Iterator[Partial]:
    known = set()
    for row, question in places:
        some = frozenset((*beam[row].questions, int(question)))
        if len(some) > len(beam[row].questions) and some not in known:
            known.add(some)
            cell = 2 * beam[row].cell + asked[question]
            yield Partial((*beam[row].questions, int(question)), cell)


def _costs(
    partial: Partial,
    asked: Float[np.ndarray, "questions n"],
    bits: Float[np.ndarray, " questions"],
    goal: Float[np.ndarray, "n kinds"],
    classes: int,
) -> Float[np.ndarray, " questions"]:
    """Bits that the cells leave of the answers, of the questions and of the leaves, with each question added."""
    cells = 2 ** len(partial.questions)
    inside = (partial.cell[:, None] == np.arange(cells)).astype(np.float32)
    joint = (inside[:, :, None] * goal[:, None]).reshape(len(goal), -1)
    yes = (asked @ joint).astype(np.float64).reshape(len(asked), cells, -1)  # whole numbers
    whole = joint.sum(axis=0).reshape(cells, -1)
    both = np.concatenate([whole - yes, yes], axis=1)
    size = both.sum(axis=2)
    left = size * np.log2(np.maximum(size, 1)) - (both * np.log2(np.maximum(both, 1))).sum(axis=2)
    leaves = (size > 0).sum(axis=1) * log2(max(classes, 2))
    return left.sum(axis=1) + leaves + bits + bits[list(partial.questions)].sum()


def _decision(
    partial: Partial, questions: Sequence[Question], kinds: np.ndarray, goal: np.ndarray, classes: int
) -> Decision:
    cells = 2 ** len(partial.questions)
    count = np.zeros((cells, len(kinds)))
    np.add.at(count, partial.cell, goal)
    most = np.where(count.any(axis=1), count.argmax(axis=1), -1)
    chosen = tuple(questions[number] for number in partial.questions)
    leaves = tuple(int(kinds[each]) for each in _filled(most))
    bits = START + sum(each.bits for each in chosen) + float((most >= 0).sum()) * log2(max(classes, 2))
    return Decision(questions=chosen, leaves=leaves, bits=bits)


def _filled(most: Int[np.ndarray, " cells"]) -> Int[np.ndarray, " cells"]:
    """A combination that never came is answered as the one that differs in the last question is, or else before it."""
    if len(most) == 1:
        return most
    no, yes = (_filled(half) for half in np.split(most, 2))
    return np.concatenate([np.where(no < 0, yes, no), np.where(yes < 0, no, yes)])


def questions_of(variables: Mapping[str, Variable], values: Values) -> Iterator[Question]:
    """All comparisons of two integers that are numbers, and of one with a number; fewer bits first."""
    live = [name for name in values if np.ptp(values[name]) > 0]
    name_bits, found = log2(len(values) + 1), []
    for place, one in enumerate(live):
        kind = variables[one].kind
        seen, number = np.unique(values[one]), log2(max(variables[one].size, 2))
        for by in seen[seen >= 0][:NUMBERS]:
            for operator in "=<" if variables[one].ordered else "=":
                found.append((one, operator, None, int(by), 2.0 + name_bits + number))
        for other in live[place + 1 :]:
            if kind == variables[other].kind or {kind, variables[other].kind} == {PLACE, COUNT}:
                for left, right, operator, by in _compared(one, other, ordered=variables[one].ordered):
                    found.append((left, operator, right, by, 3.0 + 2 * name_bits + 2 * log2(1 + abs(by))))
    for one, operator, other, by, bits in sorted(found, key=lambda each: each[-1]):
        yield Question(one=one, operator=operator, other=other, by=by, bits=bits)


def _compared(one: str, other: str, *, ordered: bool) -> Iterator[tuple[str, str, str, int]]:
    if not ordered:
        yield one, other, "=", 0
        return
    for by in range(-APART, APART + 1):
        yield one, other, "=", by
        yield one, other, "<", by
        if by <= 0:
            yield other, one, "<", by


def _distinct(questions: Sequence[Question], values: Values) -> tuple[list[Question], Bool[np.ndarray, "questions n"]]:
    """The first of those that are answered alike, or the other way round."""
    known: dict[bytes, int] = {}
    kept, columns = [], []
    for each in questions:
        column = each.asked(values)
        key = np.packbits(column ^ column[0]).tobytes()
        if column.any() and not column.all() and key not in known:
            known[key] = len(kept)
            kept.append(each)
            columns.append(column)
    return kept, np.array(columns)
