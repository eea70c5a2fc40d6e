"""Bodies of lambdas: first-order programs over the parameters and the single values around the lambda.

They live in banks of the first-order search, over sample arguments that occur in the examples; two bodies that agree on
these are one. A body for given arguments and answers is a first-order problem of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, Spent
from synth.bank.elsewhere import values_on
from synth.language.grammar import Language
from synth.language.primitive import Primitive
from synth.language.program import Lambda, Program, Terminal
from synth.language.spec import Spec
from synth.language.types import BOOL, Fn
from synth.language.xp import NUMPY
from synth.search.by_cost import first_order, unneeded
from synth.search.deduction.rules import Problem
from synth.search.deduction.shelf import Function, Shelf
from synth.search.rows import gather
from synth.search.solution import Found

SAMPLES = 24  # argument tuples on which bodies are told apart
ROWS = 12  # of a problem on which all bodies are tried
PATIENT = 1.0  # seconds of a search that are worth loading compiled code for
LITERALS = (0, 1, 2, 3, 5, 7)
TRIES = 20  # bodies that are tried on all rows
SMALL = 10  # largest absolute value of made-up states


def body_for(problem: Problem, shelf: Shelf, seconds: float) -> Function | None:
    """A function with the problem's answers, if the first-order search finds one in this time."""
    asked = wanted_type(problem)
    inner = shelf.known.bodies[asked]
    given = columns_of(problem, shelf)
    answers = problem.answers.astype(bool) if asked.result == BOOL else problem.answers
    spec = Spec(
        type=Fn(tuple(word.type for word in inner.terminals), asked.result),
        inputs=tuple(given[word.name] for word in inner.terminals),
        outputs=answers,
        names=tuple(word.name for word in inner.terminals),
    )
    backend = "numba" if seconds >= PATIENT else "numpy"
    rows = gather((spec,))
    hidden = unneeded(inner, rows, [word.name for word in inner.terminals], asked.result)
    memory = shelf.meter.memory
    budget = Budget(seconds=seconds, effort=0.5, bytes=int(memory.most))
    found = first_order(inner, rows, asked.result, budget, hidden=hidden, backend=backend, memory=memory)
    return function_of(found.program, parameters_of(inner, asked), shelf, 0) if isinstance(found, Found) else None


def wanted_type(problem: Problem) -> Fn:
    """The type of the function that a problem asks for."""
    return problem.operator.functions[len(problem.given)]


def columns_of(problem: Problem, shelf: Shelf) -> dict[str, np.ndarray]:
    """What each terminal of the body is, row by row of the problem."""
    inner = shelf.known.bodies[wanted_type(problem)]
    parameters = parameters_of(inner, wanted_type(problem))
    given = dict(zip((word.name for word in parameters), problem.parameters, strict=True))
    outer = [word.name for word in inner.terminals if word not in parameters]
    return given | {name: np.asarray(shelf.columns[name])[problem.example] for name in outer}


def parameters_of(inner: Language, asked: Fn) -> tuple[Terminal, ...]:
    """The lambda's parameters: the last terminals of its language."""
    return inner.terminals[len(inner.terminals) - len(asked.args) :]


def function_of(body: Program, parameters: tuple[Terminal, ...], shelf: Shelf, cost: int) -> Function:
    """The lambda of a body on the shelf's arrays, whose last axes but the first are examples, and perhaps time."""
    node = Lambda(parameters, body)
    outer = {word.name: shelf.columns[word.name] for word in node.free}

    def call(*values: Any) -> Any:
        shape = np.broadcast_shapes(*(value.shape for value in values))
        along = (1, shape[1], *(1 for _ in shape[2:]))  # candidates, examples, then time or pairs of times
        around = {name: column[: shape[1]].reshape(along) for name, column in outer.items()}
        given = {word.name: np.broadcast_to(v, shape) for word, v in zip(parameters, values, strict=True)}
        return np.broadcast_to(body.evaluate(NUMPY, given | around), shape)

    return Function(Program((node,)), call, cost)


@dataclass(frozen=True, slots=True)
class Bodies:
    """Distinct bodies of one function type, the cheapest first, in a bank."""

    asked: Fn
    bank: Bank
    parameters: tuple[Terminal, ...]

    @property
    def count(self) -> int:
        return self.bank.count(self.asked.result)

    def program(self, row: int) -> Program:
        return self.bank.program(self.asked.result, row)

    def functions(self, shelf: Shelf, count: int, cost: int) -> Iterator[Function]:
        """The cheapest bodies, of more than a single node, that name a parameter, as functions."""
        found = 0
        for row in range(self.count):
            body = self.program(row)
            if len(body.nodes) > 1 and set(self.parameters) & set(body.terminals):
                found += 1
                yield function_of(body, self.parameters, shelf, cost)
            if found >= count:
                return

    def answer(self, problem: Problem, shelf: Shelf) -> Function | None:
        """The cheapest body with the problem's answers, if one is in the bank."""
        columns = columns_of(problem, shelf)
        order = spread_rows(problem)
        few = order[:ROWS]
        if not shelf.meter.memory.has(2 * 8 * len(few) * sum(map(self.bank.count, self.bank.stores))):
            return None
        with np.errstate(all="ignore"):
            values = values_on(self.bank, {name: column[few] for name, column in columns.items()})[self.asked.result]
            hits = np.flatnonzero((values == problem.answers[few, None]).all(axis=0))
            for row in hits[:TRIES]:
                body = self.program(int(row))
                if (body.evaluate(NUMPY, {**columns, "": problem.example}) == problem.answers).all():
                    return function_of(body, self.parameters, shelf, 0)
        return None


def spread_rows(problem: Problem) -> np.ndarray:
    """Rows with unlike arguments and, as far as there are, unlike answers, first."""
    keys = np.stack([*problem.parameters, problem.answers.astype(np.int64)], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.random.default_rng(0).permutation(first)


def bodies(shelf: Shelf, asked: Fn, goal: np.ndarray, count: int, seconds: float, seed: int) -> Bodies:
    """About this many bodies of a function type."""
    inner = with_fewer_literals(shelf.known.bodies[asked], likely_literals(shelf, goal))
    columns = samples(shelf, inner, asked, goal, np.random.default_rng(seed))
    meter = Meter(Budget(seconds=max(1e-3, min(seconds, shelf.meter.left))), memory=shelf.meter.memory)
    bank = Bank(inner, columns, meter, goal=asked.result, backend="numpy")  # no compiled code is worth its loading
    most = max(cost for words in inner.costs.values() for cost in words.values())
    cost = 0
    try:
        with np.errstate(all="ignore"):
            while bank.count(asked.result) < count and cost < 16 * most:
                cost += bank.step
                bank.build(cost)
    except Spent:
        pass
    return Bodies(asked, bank, parameters_of(inner, asked))


def likely_literals(shelf: Shelf, goal: np.ndarray) -> set[int]:
    """Small numbers, and the largest items with their neighbours."""
    lists = [np.asarray(values)[:, 1:] for values in shelf.columns.values() if values.ndim == 2]
    largest = [int(values.max(initial=0)) for values in (*lists, goal[:, 1:] if goal.ndim == 2 else goal)]
    return {*LITERALS, *(value + step for value in largest for step in (0, 1))}


def with_fewer_literals(inner: Language, kept: set[int]) -> Language:
    """The language with these literals only, each at the price of a small one."""
    known = {p.name for p in inner.primitives if not p.type.args and p.name.isdigit()}
    dropped = {name for name in known if int(name) not in kept}
    costs = {
        kind: {
            name: min(cost, max(words.get("1", cost), 1)) if name in known else cost
            for name, cost in words.items()
            if name not in dropped
        }
        for kind, words in inner.costs.items()
    }
    return replace(inner, primitives=tuple(p for p in inner.primitives if p.name not in dropped), costs=costs)


def samples(
    shelf: Shelf, inner: Language, asked: Fn, goal: np.ndarray, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Arguments that occur: items of the lists and of the goal of some example, small numbers among the states."""
    lists = [np.asarray(values) for values in (*shelf.columns.values(), goal) if values.ndim == 2]
    example = random.integers(0, shelf.examples, SAMPLES)
    columns = {word.name: np.asarray(shelf.columns[word.name])[example] for word in inner.terminals[: -len(asked.args)]}
    for place, word in enumerate(parameters_of(inner, asked)):
        columns[word.name] = np.array([item(lists, int(e), place, len(asked.args), random) for e in example])
    return columns


def item(lists: list[np.ndarray], example: int, place: int, arity: int, random: np.random.Generator) -> int:
    items = np.concatenate([values[example, 1 : 1 + values[example, 0]] for values in lists] or [np.zeros(0, np.int64)])
    if not len(items) or (arity == 2 and place == 0 and random.random() < 0.5):
        return int(random.integers(-SMALL // 5, SMALL))
    return int(random.choice(items))


def heads_of(inner: Language) -> tuple[Terminal | Primitive, ...]:
    """What the operators' numbers in a bank stand for."""
    constants = (primitive for primitive in inner.primitives if not primitive.type.args)
    return (*inner.terminals, *constants, *(primitive for primitive in inner.primitives if primitive.type.args))
