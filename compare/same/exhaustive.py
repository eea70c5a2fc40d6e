"""Every input, where there are few enough of them: in arrays where no value leaves 64 bits, otherwise one by one."""

import math
import time
from collections.abc import Iterator

import numpy as np

from compare.same.answer import Answer, Equal, Row, Undecided, different
from compare.same.draws import typed
from compare.same.question import Question, many
from compare.same.smaller import size
from compare.same.values import both, fits_arrays, on_columns, unlike
from synth.language.alike import agree
from synth.language.spec import lists_of_rows
from synth.language.types import dtype_of, is_vector

BLOCK = 1 << 16  # inputs
FEW, MOST = 1 << 20, 1 << 26  # inputs in arrays: at first, and after ways that need not look at each
SLOW = 1 << 18  # inputs one by one
HOW = "exhaustively"


def glance(question: Question) -> Answer | Undecided:
    """Equal or Different where there are few inputs."""
    return decide(question, FEW)


def decide(question: Question, most: int = MOST) -> Answer | Undecided:
    """Equal or Different after a look at every input."""
    total = count(question)
    if total > most:
        many = "endlessly many" if math.isinf(total) else f"{total:.3g}"
        return Undecided(why=f"there are {many} inputs, too many to try each")
    began, seen, wrong = time.perf_counter(), 0, 0
    found: list[Row] = []
    for columns in blocks(question):
        if time.perf_counter() - began > question.seconds:
            return Undecided(why=f"{seen:,} of {total:,} inputs could be tried in {question.seconds:g} s")
        differing = differences(question, columns)
        if differing is None:
            return Undecided(why=f"{total:,} inputs are too many to try one by one")
        wrong, seen = wrong + len(differing), seen + (len(columns[0]) if columns else 1)
        found = sorted([*found, *rows_of(question, columns, differing)], key=size)[:1]
    if not found:
        return Equal(how=HOW, sentence=f"equal: they agree on {each(seen)}")
    row = found[0]
    return different(HOW, question.names, row, both(question)(row), f" on {wrong:,} of {seen:,} inputs")


def each(seen: int) -> str:
    return "the only input" if seen == 1 else f"each of the {seen:,} inputs"


def count(question: Question) -> float:
    """How many inputs there are, at most."""
    if question.rows is not None:
        return len(question.rows[0]) if question.rows else 1
    return math.prod(choices(question))


def choices(question: Question) -> list[float]:
    """How many values each argument takes; residues at most as many as their largest modulus."""
    limits = {argument.name: argument.values for argument in question.arguments}
    counts: list[float] = []
    for argument in question.arguments:
        values = limits.get(argument.modulus or "") if argument.modulus is not None else argument.values
        if values is None or is_vector(argument.type):
            counts.append(math.inf)
        else:
            counts.append(values[-1] if argument.modulus is not None else many(values))
    return counts


def blocks(question: Question) -> Iterator[list[np.ndarray]]:
    """The inputs as columns, so many at a time."""
    if question.rows is not None:
        given = [np.asarray(column) for column in question.rows]
        for start in range(0, len(given[0]) if given else 0, BLOCK):
            yield [
                column[start : start + BLOCK].astype(dtype_of(argument.type))
                for column, argument in zip(given, question.arguments, strict=True)
            ]
        return
    if not question.arguments:
        yield []
        return
    counts = [int(number) for number in choices(question)]
    tables = [table(question, place, number) for place, number in enumerate(counts)]
    for start in range(0, math.prod(counts), BLOCK):
        places = np.unravel_index(np.arange(start, min(start + BLOCK, math.prod(counts))), counts)
        yield admissible(question, [values[place] for values, place in zip(tables, places, strict=True)])


def table(question: Question, place: int, number: int) -> np.ndarray:
    argument = question.arguments[place]
    values = range(number) if argument.values is None else argument.values
    return np.array(values, dtype=dtype_of(argument.type))


def admissible(question: Question, columns: list[np.ndarray]) -> list[np.ndarray]:
    """Without residues that are not below their modulus."""
    places = {name: place for place, name in enumerate(question.names)}
    kept = np.ones(len(columns[0]), dtype=bool)
    for column, argument in zip(columns, question.arguments, strict=True):
        if argument.modulus is not None:
            kept &= column < columns[places[argument.modulus]]
    return [column[kept] for column in columns]


def differences(question: Question, columns: list[np.ndarray]) -> np.ndarray | None:
    """The inputs on which the programs differ; None where they would have to be run one by one and are too many."""
    if fits_arrays(question, columns) or real_valued(columns):
        one, other = (on_columns(question, program, columns) for program in question.programs)
        same = np.asarray(agree(one, other))
        return np.flatnonzero(~same.reshape(len(same), -1).all(axis=1))
    if count(question) > SLOW:
        return None
    answer = both(question)
    rows = rows_of(question, columns, np.arange(len(columns[0])))
    return np.flatnonzero([unlike(question, answer(row)) for row in rows])


def real_valued(columns: list[np.ndarray]) -> bool:
    return any(column.dtype == np.float64 for column in columns)


def rows_of(question: Question, columns: list[np.ndarray], places: np.ndarray) -> list[Row]:
    """Some inputs as plain values."""
    if not columns:
        return [() for _ in places]
    lists = [
        lists_of_rows(column[places]) if is_vector(argument.type) else column[places].tolist()
        for column, argument in zip(columns, question.arguments, strict=True)
    ]
    kinds = [argument.type for argument in question.arguments]
    return [tuple(map(typed, kinds, row)) for row in zip(*lists, strict=True)]
