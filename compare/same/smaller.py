"""A counterexample made smaller, and a search that walks to where the programs branch."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from compare.same.answer import Row, Value
from compare.same.draws import draws, typed
from compare.same.question import Argument, Question
from compare.same.values import both, on_row, rounded, unlike
from synth.language.macro import part
from synth.language.program import Apply
from synth.language.types import BOOL, INT, MODULUS, REAL, is_vector, plain

TRIES = 2000  # inputs that are looked at to make one smaller
STARTS = 6  # of a walk to a branch
STEPS = 60
BRANCHES = 12  # conditions that are walked to


def smallest(question: Question, row: Row) -> Row:
    """A smaller input on which the programs differ still, as far as one change at a time gets."""
    answer, tries = both(question), 0
    improved = True
    while improved:
        improved = False
        for other in neighbours(question, row):
            if size(other) >= size(row):
                continue
            tries += 1
            if tries > TRIES:
                return row
            if unlike(question, answer(other)) and not rounded(question, other):
                row, improved = other, True
                break
    return row


def size(row: Row) -> tuple[Any, ...]:
    """By which inputs are ordered: items first, then absolute values, broken numbers after whole ones."""
    flat = [each for value in row for each in (value if isinstance(value, list) else [value])]
    broken = sum(isinstance(each, float) and each != round(each) for each in flat if abs(each) < 2**53)
    return len(flat), sum(abs(each) for each in flat), broken, sum(each < 0 for each in flat)


def neighbours(question: Question, row: Row) -> Iterator[Row]:
    """Inputs with one argument changed, large steps first."""
    for place, argument in enumerate(question.arguments):
        for value in changed(argument, row[place]):
            if allowed(question, argument, value, row):
                yield (*row[:place], value, *row[place + 1 :])


def allowed(question: Question, argument: Argument, value: Value, row: Row) -> bool:
    if is_vector(argument.type):
        return argument.values is None or all(each in argument.values for each in value)
    if argument.values is not None:
        return value in argument.values
    if argument.type == MODULUS:
        residues = [row[i] for i, each in enumerate(question.arguments) if each.modulus == argument.name]
        return value >= 1 and all(each < value for each in residues)
    return argument.modulus is None or 0 <= value < row[question.names.index(argument.modulus)]


def changed(argument: Argument, value: Value) -> Iterator[Value]:
    if isinstance(value, list):
        yield from shorter(argument, value)
    elif argument.type == BOOL:
        yield typed(BOOL, not value)
    elif plain(argument.type) == REAL:
        yield from (0.0, 1.0, float(np.round(value)), float(np.trunc(value / 2)), value / 2)
    elif isinstance(argument.values, range) and argument.values.step > 1:
        low, step = argument.values[0], argument.values.step
        yield from (low + step * place for place in numbers((value - low) // step))
    else:
        yield from numbers(value)


def numbers(value: int) -> Iterator[int]:
    yield from (0, abs(value))
    for shift in range(abs(value).bit_length(), -1, -1):
        yield from (value - (1 << shift), value + (1 << shift))


def shorter(argument: Argument, value: list[int]) -> Iterator[list[int]]:
    """Without some items in a row, then with one item smaller."""
    length = len(value)
    step = length
    while step:
        for start in range(0, length - step + 1, step):
            yield value[:start] + value[start + step :]
        step //= 2
    low = argument.values[0] if argument.values is not None else 0
    for place, item in enumerate(value):
        for less in (low, 0, item // 2, item - 1, item + 1):
            if less != item:
                yield [*value[:place], less, *value[place + 1 :]]


def at_branches(question: Question, rng: np.random.Generator) -> Iterator[Row]:
    """Inputs at which conditions of the programs turn: walks that bring both sides of a comparison together."""
    for gap in list(gaps(question))[:BRANCHES]:
        for start in draws(question, STARTS, rng):
            yield from walk(question, start, gap)


def gaps(question: Question) -> Iterator[Callable[[Row], int]]:
    """For each comparison of integers, those within lambdas left out, how far its sides are apart."""
    for program in question.programs:
        for node in program.nodes:
            if not isinstance(node, Apply) or node.primitive.type.result != BOOL or len(node.args) != 2:
                continue
            if any(plain(kind) != INT and kind.width is None for kind in node.primitive.type.args):
                continue
            left, right = (on_row(question, part(program.nodes, place)) for place in node.args)
            yield lambda row, left=left, right=right: distance(left(row), right(row))


def distance(one: Value, other: Value) -> int:
    return abs(one - other) if isinstance(one, int) and isinstance(other, int) else 1 << 80


def walk(question: Question, row: Row, gap: Callable[[Row], int]) -> Iterator[Row]:
    """The inputs on the way down, and those beside the last one."""
    here = gap(row)
    for _ in range(STEPS):
        tries = [(gap(other), other) for other in neighbours(question, row)]
        best = min(tries, key=lambda found: found[0], default=(here, row))
        if here == 0 or best[0] >= here:
            break
        here, row = best
        yield row
    yield from neighbours(question, row)
