"""Inputs to try: seeded draws, the ends of every range, and values near the numbers that the programs name."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from compare.same.answer import Row, Value
from compare.same.question import Argument, Question, constants, many
from synth.language.types import BOOL, INT, MODULUS, REAL, SELECTOR, is_vector, plain

WIDE = 40  # bits of the largest integers drawn
LONGEST = 20  # items of a drawn list
SHORT, FEW = 3, 4  # items of lists that are all tried; unlike items in them
LONG, HINTED, LISTS = 2000, 40, 300  # items of a list whose length a program names; such items; such lists
EDGES = (0, 1, -1, 2, -2, 31, 32, 63, 64, 255, 256, 2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63), 2**64)
REALS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 1e-3, 100.0, -1000.0)
MODULI = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 23, 59, 97, 113, 256)


def draws(question: Question, count: int, rng: np.random.Generator) -> Iterator[Row]:
    """Independent inputs: uniform where there are finitely many values, of all sizes where there is no end to them."""
    for _ in range(count):
        yield filled(question, {}, rng)


def boundaries(question: Question, count: int, rng: np.random.Generator) -> Iterator[Row]:
    """Inputs of ends and of numbers that the programs name, with their neighbours; at first all arguments alike."""
    hints = near(constants(question))
    special = {argument.name: specials(argument, hints) for argument in question.arguments}
    scalars = [name for name, values in special.items() if values]
    for values in special.values():
        for value in values:
            yield filled(question, {name: value for name in scalars if value in special[name]}, rng)
    for _ in range(count if scalars else 0):
        chosen = {name: special[name][rng.integers(len(special[name]))] for name in scalars if rng.random() < 0.8}
        yield filled(question, chosen, rng)


def near(numbers: Sequence[int]) -> list[int]:
    """Numbers, their neighbours, negatives, doubles, and sums and differences of two."""
    few = list(numbers)[:16]
    pairs = [one + sign * other for one in few for other in few for sign in (1, -1)]
    wide = [value + step for value in (*numbers, *pairs) for step in (0, 1, -1)]
    return list(dict.fromkeys([*wide, *(-value for value in wide), *(2 * value for value in wide)]))


def specials(argument: Argument, hints: Sequence[int]) -> list[Value]:
    """Values of one argument that are worth trying; none for reals, which are drawn."""
    kind, values = argument.type, argument.values
    if is_vector(kind):
        return lists(argument, hints)
    if plain(kind) == REAL:
        return []
    if values is None:
        low = 1 if kind == MODULUS else None
        tries = [*EDGES, *hints] if kind.modulus is None else [0, 1, 2]
        return [value for value in tries if low is None or value >= low]
    last = many(values) - 1
    ends = (values[0], values[-1], values[min(1, last)], values[max(last - 1, 0)])
    middle = (values[(last + 1) // 2], values[last // 2])
    span = values[-1] + 1 - min(values[0], 0)
    inside = [value % span if kind.width is not None else value for value in (*hints, *EDGES)]
    return [typed(kind, value) for value in dict.fromkeys((*ends, *middle, *inside)) if value in values]


def lists(argument: Argument, hints: Sequence[int]) -> list[Value]:
    """All short lists of a few items, then lists of one item, repeated: items and lengths among the numbers."""
    tries = dict.fromkeys((0, 1, -1, *(argument.values or ())[:FEW], *hints))
    items = [value for value in tries if argument.values is None or value in argument.values][:HINTED]
    lengths = [1, 2, *(value for value in hints if 2 < value <= LONG)][:HINTED]
    short = [list(each) for length in range(SHORT + 1) for each in itertools.product(items[:FEW], repeat=length)]
    return [*short, *([item] * length for length in lengths for item in items)][:LISTS]


def typed(kind: Any, value: Any) -> Value:
    return bool(value) if kind == BOOL else value


def filled(question: Question, chosen: dict[str, Value], rng: np.random.Generator) -> Row:
    """One input with some arguments chosen and the others drawn; residues below their modulus."""
    moduli = {each.name: chosen.get(each.name) for each in question.arguments if each.type == MODULUS}
    for argument in question.arguments:
        if argument.type == MODULUS and moduli[argument.name] is None:
            moduli[argument.name] = one(argument, rng)
    row = []
    for argument in question.arguments:
        name = argument.name
        value = moduli[name] if name in moduli else chosen.get(name)
        if argument.modulus is not None:
            bound = int(moduli[argument.modulus] or 1)
            value = below(bound, rng) if value is None else value % bound
        row.append(one(argument, rng) if value is None else value)
    return tuple(row)


def one(argument: Argument, rng: np.random.Generator) -> Value:
    """A value of an argument's type."""
    kind = argument.type
    if is_vector(kind):
        return items(argument, rng)
    if argument.values is not None:
        return typed(kind, chosen_from(argument.values, rng))
    if kind == MODULUS:
        return int(MODULI[rng.integers(len(MODULI))] if rng.random() < 0.7 else 1 + rng.integers(1000))
    return real(rng) if plain(kind) == REAL else whole(rng)


def chosen_from(values: Sequence[int], rng: np.random.Generator) -> int:
    """Uniform, also beyond 64 bits."""
    return int(values[int(rng.integers(len(values)))]) if isinstance(values, tuple) else wide_choice(values, rng)


def wide_choice(values: Sequence[int], rng: np.random.Generator) -> int:
    assert isinstance(values, range)
    return values[0] + values.step * below(many(values), rng)


def below(count: int, rng: np.random.Generator) -> int:
    """A uniform integer from 0 to count - 1, of any size."""
    if count <= 2**63 - 1:
        return int(rng.integers(count))
    while True:
        drawn = int.from_bytes(rng.bytes((count.bit_length() + 7) // 8), "big") >> -count.bit_length() % 8
        if drawn < count:
            return drawn


def whole(rng: np.random.Generator) -> int:
    """An integer of any size: first how many bits, then which."""
    if rng.random() < 0.3:
        return int(rng.integers(-9, 10))
    size = int(rng.integers(2, WIDE + 1))
    return int(rng.integers(2 ** (size - 1), 2**size)) * (1 if rng.random() < 0.5 else -1)


def real(rng: np.random.Generator) -> float:
    kind = rng.random()
    if kind < 0.15:
        return float(REALS[rng.integers(len(REALS))])
    return float(rng.integers(-9, 10)) if kind < 0.35 else float(rng.normal() * 3.0)


def items(argument: Argument, rng: np.random.Generator) -> list[int]:
    """A list of up to 20 items: of all values, or of few unlike ones, which repeat."""
    length = int(rng.integers(LONGEST + 1))
    if plain(argument.type) == SELECTOR:
        return [int(rng.integers(2**length)) for _ in range(length)]
    if argument.values is not None:
        return [chosen_from(argument.values, rng) for _ in range(length)]
    few = rng.random()
    pool = [whole(rng) if few < 0.4 else int(rng.integers(-9, 10)) for _ in range(3 if few < 0.7 else LONGEST)]
    return [pool[rng.integers(len(pool))] for _ in range(length)]


def described(question: Question) -> str:
    """How inputs were drawn, in words."""
    endless = [each.name for each in question.arguments if each.values is None and not is_vector(each.type)]
    lists = [each.name for each in question.arguments if is_vector(each.type)]
    parts = (
        [f"{', '.join(endless)} of up to {WIDE} bits"]
        if any(each.type == INT for each in question.arguments if each.name in endless)
        else []
    )
    parts += [f"{', '.join(lists)} of up to {LONGEST} items"] if lists else []
    return "; ".join(parts) or "uniform"
