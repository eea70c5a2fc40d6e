"""Programs level by level: `levels(library, inputs, budget)`, which the solver's bank and other searches share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Counts, Meter, Spent
from synth.checks.check import check_run
from synth.language.arguments import typed
from synth.language.grammar import EIGHTHS, uniform_language
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal
from synth.language.types import BOOL, INT, REAL, Type, carrier, dtype_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The programs of one cost that behave unlike all cheaper ones and unlike each other.

    `values[type]` has shape (examples, programs); `program(type, i)` writes down the program of column i.
    """

    bits: float
    values: Mapping[Type, Shaped[np.ndarray, "examples programs"]]
    program: Callable[[Type, int], Program]
    counts: Counts  # so far


def levels(
    library: Iterable[Primitive],
    inputs: Mapping[str, Shaped[np.ndarray, " examples"]],
    budget: Budget | None = None,
    types: Mapping[str, Type] | None = None,
) -> Iterator[Level]:
    """Levels in ascending bits, until the budget is spent or the language is exhausted.

    `inputs` gives the terminals' columns; their types follow from the dtypes (bool, integers, floats) unless `types`
    says otherwise.
    """
    budget = budget or Budget()
    declared = dict(types or {})
    words = tuple(Terminal(name, declared.get(name, kind_of(values))) for name, values in inputs.items())
    shapes = {np.shape(values) for values in inputs.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ValueError(
            f"levels: expected input columns of one shape (examples,), got {sorted(shapes)}; "
            "give at least one column, and the same rows in all"
        )
    table = {word.name: typed(inputs[word.name], dtype_of(word.type), word.name) for word in words}
    known = uniform_language(library, words)
    for primitive in known.primitives:
        check_run(primitive)
    bank = Bank(known, table, Meter(budget))
    return walk(bank, budget)


def walk(bank: Bank, budget: Budget) -> Iterator[Level]:
    cost = bank.step
    while cost <= bank.reach() and cost <= budget.bits * EIGHTHS:
        seen = {kind: bank.count(kind) for kind in bank.stores}
        try:
            with np.errstate(all="ignore"):
                bank.build(cost)
        except Spent:
            return
        made = {kind: bank.values(kind)[:, start:] for kind, start in seen.items() if bank.count(kind) > start}
        if made:
            yield Level(
                bits=cost / EIGHTHS,
                values=made,
                program=lambda kind, row, seen=seen: bank.program(carrier(kind), seen[carrier(kind)] + row),
                counts=bank.meter.counts(),
            )
        cost += bank.step


def kind_of(values: np.ndarray) -> Type:
    """The type of a column by its dtype."""
    kind = np.asarray(values).dtype.kind
    if kind not in "biuf":
        raise ValueError(f"levels: expected columns of bool, integers or floats, got dtype {np.asarray(values).dtype}")
    return {"b": BOOL, "f": REAL}.get(kind, INT)
