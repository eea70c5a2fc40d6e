"""No program of fewer bits than the answer's exists in languages with lambdas: a brute force says so.

As in `test_minimal`, the brute force shares no code with the search and knows only the costs of the grammar. Values are
kept once a behaviour; functions are kept all, every body of a lambda as it is written, whether another one equals it or
not.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from synth import (
    INT,
    LIST,
    SEQUENCE,
    STREAM,
    Budget,
    Fn,
    Found,
    Primitive,
    Spec,
    Terminal,
    named,
    program_bits,
    rows_of_lists,
    solve,
    uniform_language,
)
from synth.language.arguments import columns, terminals
from synth.language.grammar import EIGHTHS, LAMBDA, Language
from synth.language.types import carrier, dtype_of, is_vector
from synth.language.xp import NUMPY
from tests.slowly import slowly

TARGETS = 200
SOME = 25  # where there is little time
FEW = 6
DEEPER = 3.0  # more bits, where there is time
PATIENT = Budget(seconds=60, effort=math.inf)
CAPACITY = 5
A = rows_of_lists([[3, -1, 4, 1, -5], [2, 2, 0], [-7], [9, 6, 5, -3], []], CAPACITY)
B = rows_of_lists([[0, 5, -2, 8], [1, -4, 1, 7, 3], [6, -6], [], [-8]], CAPACITY)
N = np.array([2, 1, -3, 5, 0])
WHOLE = ("functions", "arith", "choice", "constants")

Body = Callable[..., Any]  # of the parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """A language small enough to be searched by brute force to `bits`."""

    library: tuple[Primitive, ...]
    type: Fn
    inputs: tuple[np.ndarray, ...]
    bits: float

    def spec(self, outputs: np.ndarray) -> Spec:
        return Spec(type=self.type, inputs=self.inputs, outputs=outputs)


def small(names: str, type: Fn, inputs: tuple[np.ndarray, ...], bits: float) -> Small:
    return Small(library=named(names.split()), type=type, inputs=inputs, bits=bits)


CASES = {
    "lists": small(
        "map filter zip scan sort reverse sum double positive plus add mul lt 1", Fn((LIST, INT), LIST), (A, N), 22.0
    ),
    "numbers": small("fold map count_if sum length even plus add sub max lt 0 2", Fn((LIST,), INT), (A,), 22.0),
    "streams": small(
        "delay map_stream zip_stream scan_stream running_count mealy plus add mod lt 1 2",
        Fn((STREAM,), STREAM),
        (A,),
        22.0,
    ),
    "sequences": small(
        "select aggregate selector_width selector_not indices map_seq zip_seq same plus add lt eq 1",
        Fn((SEQUENCE,), SEQUENCE),
        (A,),
        20.0,
    ),
    "all of lists": Small(library=named(["lists", *WHOLE]), type=Fn((LIST, LIST), LIST), inputs=(A, B), bits=17.0),
    "all of numbers": Small(library=named(["lists", *WHOLE]), type=Fn((LIST, INT), INT), inputs=(A, N), bits=17.0),
    "all of streams": Small(library=named(["streams", *WHOLE]), type=Fn((STREAM,), STREAM), inputs=(A,), bits=20.0),
    "all of sequences": Small(
        library=named(["sequences", *WHOLE]), type=Fn((SEQUENCE,), SEQUENCE), inputs=(A,), bits=20.0
    ),
}


def cheapest(known: Language, table: dict[str, np.ndarray], top: int) -> dict:
    """The least cost of every behaviour by type, up to `top` eighths: kind -> behaviour -> (cost, values)."""
    best: dict = {kind: {} for kind in known.costs if not isinstance(kind, Fn)}
    levels: dict = {kind: {} for kind in best}  # kind -> cost -> values, (n, examples) or (n, examples, 1 + capacity)
    functions = {kind: functions_of(known, kind, table, top) for kind in known.costs if isinstance(kind, Fn)}
    shape = np.shape(next(values for values in table.values() if values.ndim == 2))
    for cost in range(1, top + 1):
        for kind, words in known.costs.items():
            if isinstance(kind, Fn):
                continue
            made = [table[word.name][None] for word in known.terminals if words.get(word.name) == cost]
            for primitive in known.primitives:
                if primitive.name in words:
                    made += calls(primitive, cost - words[primitive.name], levels, functions)
            new = {}
            for block in made:
                for values in np.broadcast_to(block, (len(block), *shape[: 2 if is_vector(kind) else 1])):
                    values = values.astype(dtype_of(kind))
                    if values.tobytes() not in best[kind]:
                        new.setdefault(values.tobytes(), values)
            if new:
                levels[kind][cost] = np.stack(list(new.values()))
                best[kind] |= {key: (cost, values) for key, values in new.items()}
    return best


def calls(primitive: Primitive, left: int, levels: dict, functions: dict) -> list[np.ndarray]:
    """Values of the primitive on everything whose costs add up to `left`."""
    if not primitive.type.args:
        return [np.array([[primitive.run(NUMPY)]])] if left == 0 else []
    made = []
    takes = [kind for kind in primitive.type.args if isinstance(kind, Fn)]
    values = [carrier(kind) for kind in primitive.type.args if not isinstance(kind, Fn)]
    for chosen, rest in combinations([functions[kind] for kind in takes], left):
        for parts in arguments([levels[kind] for kind in values], rest):
            grid = [axis.ravel() for axis in np.indices([len(part) for part in parts])]
            blocks = iter([part[rows] for part, rows in zip(parts, grid, strict=True)])
            given = iter(chosen)
            run = [next(given) if isinstance(kind, Fn) else next(blocks) for kind in primitive.type.args]
            made.append(np.asarray(primitive.run(NUMPY, *run)))
    return made


def combinations(choices: list[dict[int, list[Body]]], left: int) -> list[tuple[tuple[Body, ...], int]]:
    """One function of each kind, with what is left of the cost."""
    if not choices:
        return [((), left)]
    return [
        ((function, *others), rest)
        for cost, known in choices[0].items()
        if cost < left
        for others, rest in combinations(choices[1:], left - cost)
        for function in known
    ]


def arguments(choices: list[dict[int, np.ndarray]], left: int) -> list[tuple[np.ndarray, ...]]:
    """The values of one cost of each kind, the costs adding up to `left`."""
    if not choices:
        return [()] if left == 0 else []
    return [
        (values, *rest)
        for cost, values in choices[0].items()
        if cost <= left
        for rest in arguments(choices[1:], left - cost)
    ]


def functions_of(known: Language, asked: Fn, table: dict[str, np.ndarray], top: int) -> dict[int, list[Body]]:
    """All functions of a type by cost: constants, and lambdas with every body."""
    found: dict[int, list[Body]] = {}
    for primitive in known.primitives:
        if primitive.name in known.costs[asked]:
            found.setdefault(known.costs[asked][primitive.name], []).append(primitive.run(NUMPY))
    if LAMBDA in known.costs[asked]:
        own = known.costs[asked][LAMBDA]
        inner = known.bodies[asked]
        for cost, written in bodies(inner, len(asked.args), table, top - own)[carrier(asked.result)].items():
            found.setdefault(own + cost, []).extend(spread(body) for body in written)
    return found


def spread(body: Body) -> Body:
    """The function with values of its arguments' shape, also where the body is a constant."""
    return lambda *given: np.broadcast_to(body(*given), np.broadcast_shapes(*map(np.shape, given)))


def bodies(inner: Language, parameters: int, table: dict[str, np.ndarray], top: int) -> dict:
    """All bodies as they are written: kind -> cost -> functions of the parameters."""
    written: dict = {kind: {} for kind in inner.costs}
    first = len(inner.terminals) - parameters
    for cost in range(1, top + 1):
        for kind, words in inner.costs.items():
            made = [
                leaf(word, place - first, table)
                for place, word in enumerate(inner.terminals)
                if words.get(word.name) == cost
            ]
            for primitive in inner.primitives:
                if primitive.name in words:
                    made += applied(primitive, cost - words[primitive.name], written)
            if made:
                written[kind][cost] = made
    return written


def leaf(word: Terminal, parameter: int, table: dict[str, np.ndarray]) -> Body:
    if parameter >= 0:
        return lambda *given: given[parameter]
    return lambda *given: table[word.name].reshape(-1, *[1] * (np.ndim(given[0]) - 2))  # axes: programs, examples, ...


def applied(primitive: Primitive, left: int, written: dict) -> list[Body]:
    if not primitive.type.args:
        value = np.asarray(primitive.run(NUMPY), dtype_of(primitive.type.result))
        return [lambda *given: value] if left == 0 else []
    return [call(primitive, parts) for parts in written_parts(primitive.type.args, left, written)]


def written_parts(kinds: tuple, left: int, written: dict) -> list[tuple[Body, ...]]:
    if not kinds:
        return [()] if left == 0 else []
    return [
        (body, *rest)
        for cost, known in written[carrier(kinds[0])].items()
        if cost <= left
        for rest in written_parts(kinds[1:], left - cost, written)
        for body in known
    ]


def call(primitive: Primitive, parts: tuple[Body, ...]) -> Body:
    return lambda *given: primitive.run(NUMPY, *(part(*given) for part in parts))


@cache
def behaviours(name: str, deeper: float = 0.0) -> tuple[Language, list[tuple[int, np.ndarray]]]:
    """The language of a case, and all behaviours of its goal's type with their least costs."""
    case = CASES[name]
    result = case.type.result
    shape = np.shape(case.inputs[0])[: 2 if is_vector(result) else 1]
    blank = case.spec(np.zeros(shape, dtype=dtype_of(result)))
    known = uniform_language(case.library, terminals(blank))
    with np.errstate(all="ignore"):
        best = cheapest(known, columns(blank, case.inputs), int((case.bits + deeper) * EIGHTHS))
    return known, list(best[result].values())


def targets(every: list[tuple[int, np.ndarray]], seed: int, count: int) -> list[tuple[int, np.ndarray]]:
    """Random behaviours with their least costs, as evenly over the costs as there are."""
    turns: dict[int, int] = {}
    drawn = []
    for place in np.random.default_rng(seed).permutation(len(every)):
        cost = every[place][0]
        turns[cost] = turns.get(cost, 0) + 1
        drawn.append((turns[cost], int(place)))
    return [every[place] for _, place in sorted(drawn)[:count]]


def check(name: str, seed: int, count: int, deeper: float = 0.0) -> None:
    """Each target's answer behaves as asked, costs what it says, and no program of fewer bits does."""
    case = CASES[name]
    known, every = behaviours(name, deeper)
    chosen = targets(every, seed, count)
    assert len(chosen) == count
    table = {**columns(case.spec(chosen[0][1]), case.inputs), "": np.zeros(len(case.inputs[0]))}
    for cost, values in chosen:
        found = solve(case.spec(values), case.library, PATIENT)
        assert isinstance(found, Found), found.statement
        assert found.minimal, found.statement
        assert found.bits == cost / EIGHTHS, found.statement
        assert np.array_equal(found.program.run(table), values), found.statement
        assert program_bits(found.program, case.library, known.terminals, case.type.result) == found.bits


@pytest.mark.parametrize(
    "name", slowly(CASES, [name for name in CASES if name not in ("lists", "numbers", "streams", "all of sequences")])
)
def test_no_program_of_fewer_bits_exists(name):
    check(name, 0, SOME)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_program_of_fewer_bits_exists_for_any_of_200(name):
    check(name, 1, TARGETS, DEEPER)


@pytest.mark.parametrize("name", slowly(CASES, ("lists",)))
def test_what_is_claimed_in_haste_is_true(name):
    """With little effort for proofs an answer may be longer, but then it is not called minimal."""
    case = CASES[name]
    chosen = targets(behaviours(name)[1], 2, FEW)
    for cost, values in chosen:
        found = solve(case.spec(values), case.library, Budget(seconds=60, effort=1e-6))
        assert isinstance(found, Found), found.statement
        assert found.bits == cost / EIGHTHS if found.minimal else found.bits >= cost / EIGHTHS, found.statement
        assert found.minimal or found.excluded < cost / EIGHTHS, found.statement
