"""A primitive that reads item by item says what its Python view says of the whole vector."""

from typing import Any

import numpy as np
import pytest

from synth import LIBRARIES, Fn, Primitive
from synth.checks.draws import FUNCTIONS, Function
from synth.language.types import is_vector

READERS = tuple(p for p in (*LIBRARIES["lists"], *LIBRARIES["streams"]) if p.machine is not None)


class Plain:
    """The words of a machine, for numbers."""

    @staticmethod
    def where(condition: Any, one: Any, other: Any) -> Any:
        return one if condition else other


def read(primitive: Primitive, arguments: list[Any]) -> Any:
    """The machine's result on whole vectors, a step for each item."""
    machine, kinds = primitive.machine, primitive.type.args
    assert machine is not None
    lists = [values for values, kind in zip(arguments, kinds, strict=True) if is_vector(kind)]
    state = machine.start(*(None if is_vector(kind) else v for v, kind in zip(arguments, kinds, strict=True)))
    items = []
    for place in range(min(map(len, lists))):
        given = [v[place] if is_vector(kind) else v for v, kind in zip(arguments, kinds, strict=True)]
        after = machine.step(Plain, state, *given)
        if machine.item is not None and (machine.keeps is None or machine.keeps(Plain, state, after, *given)):
            items.append(machine.item(Plain, state, after, *given))
        state = after
    return items if machine.value is None else machine.value(Plain, state)


def drawn(kind: Any, rng: np.random.Generator) -> Any:
    if isinstance(kind, Fn):
        known: tuple[Function, ...] = FUNCTIONS[len(kind.args), kind.result]
        return known[rng.integers(len(known))]
    if is_vector(kind):
        return rng.integers(-5, 6, rng.integers(0, 7)).tolist()
    return int(rng.integers(-3, 7))


@pytest.mark.parametrize("primitive", READERS, ids=lambda primitive: primitive.name)
def test_a_machine_says_what_the_python_view_says(primitive):
    scope: dict[str, Any] = {}
    exec(primitive.define, scope)
    whole = scope[str(primitive.python).partition("(")[0]]
    rng = np.random.default_rng(0)
    for _ in range(60):
        arguments = [drawn(kind, rng) for kind in primitive.type.args]
        assert read(primitive, arguments) == whole(*arguments), arguments


def test_all_but_what_needs_the_end_first_reads_item_by_item():
    others = {p.name for p in (*LIBRARIES["lists"], *LIBRARIES["streams"]) if p.machine is None}
    assert others == {"reverse", "sort"}
