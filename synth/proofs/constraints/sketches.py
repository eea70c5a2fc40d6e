"""Programs with holes for constants, in order of size, and the constants that the solver finds for them.

A sketch is a program in which every constant of an endless sort is a hole of its own. On a few cases (a constraint at
sampled inputs) its parts without holes are numbers, so that the solver is asked about the holes alone; a case on which
the found constants fail is added. Where no constants serve the chosen cases, none serve all of them: the sketch is
excluded for every constant. Armando Solar-Lezama et al., "Combinatorial sketching for finite programs" (ASPLOS 2006).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from synth.bank.bank import Bank
from synth.bank.budget import Meter
from synth.language.grammar import EIGHTHS, Language
from synth.language.literals import value_of
from synth.language.primitive import Primitive
from synth.language.program import Program, apply
from synth.language.types import Fn, Type, carrier, fits

MOST = 40_000  # sketches of one type and size, beyond which the search ends


@dataclass(frozen=True, slots=True)
class Hole:
    """A constant that is not known yet."""

    kind: Type


@dataclass(frozen=True, slots=True)
class Known:
    """A stored program without holes."""

    kind: Type
    row: int


@dataclass(frozen=True, slots=True)
class Node:
    """A primitive on parts of which at least one has a hole."""

    primitive: Primitive
    args: tuple["Part", ...]


Part = Hole | Known | Node


class TooMany(Exception):  # noqa: N818 - not an error: the search stops here
    """There are too many sketches of one size; caught by `synth.proofs.constraints.constants`."""


def bare(language: Language) -> Language:
    """The language without the listed constants that a hole stands for."""
    literals = {p.name for p in language.primitives if not p.type.args and value_of(p) is not None}
    costs = {
        kind: {n: c for n, c in words.items() if not (n in literals and c >= language.further.get(kind, c + 1))}
        for kind, words in language.costs.items()
    }
    return replace(language, costs=costs)


@dataclass(slots=True)
class Sketches:
    """The sketches of a language over the samples that a bank knows."""

    language: Language
    bank: Bank
    made: dict[tuple[Type, int], list[Part]] = field(default_factory=dict)

    def of(self, kind: Type, cost: int) -> list[Part]:
        """The sketches of a type and cost that have a hole, each once; they need those of less cost."""
        kind = carrier(kind)
        if (kind, cost) not in self.made:
            found = list(itertools.islice(self._all(kind, cost), MOST + 1))
            if len(found) > MOST:
                raise TooMany
            self.made[kind, cost] = found
        return self.made[kind, cost]

    def known(self, kind: Type, cost: int) -> list[Part]:
        """The stored programs of a type and cost."""
        kind = carrier(kind)
        if kind not in self.bank.stores:
            return []
        self.bank.build(cost)
        return [Known(kind, int(row)) for row in np.flatnonzero(self.bank.costs(kind) == cost)]

    def _all(self, kind: Type, cost: int) -> Iterator[Part]:
        price = self.language.further.get(kind)
        if price == cost:
            yield Hole(kind)
        for primitive in self.language.primitives:
            word = self.language.costs.get(kind, {}).get(primitive.name)
            asked = primitive.type.args
            if not asked or word is None or not fits(primitive.type.result, kind):
                continue
            if any(isinstance(arg, Fn) for arg in asked):
                continue
            for costs in splits(cost - word, len(asked), EIGHTHS):
                yield from self._applied(primitive, costs, price is not None and price <= cost)

    def _applied(self, primitive: Primitive, costs: Sequence[int], constant: bool) -> Iterator[Part]:
        """The primitive on parts of given costs; not on constants alone where a `constant` costs no more."""
        asked = primitive.type.args
        holed = [self.of(kind, cost) for kind, cost in zip(asked, costs, strict=True)]
        if not any(holed):
            return
        known = [self.known(kind, cost) for kind, cost in zip(asked, costs, strict=True)]
        swaps = len(asked) == 2 and any(law.name == "commutative" for law in primitive.laws)
        if swaps and costs[0] > costs[1]:
            return
        for places in itertools.product((False, True), repeat=len(asked)):
            if not any(places) or (swaps and costs[0] == costs[1] and places == (True, False)):
                continue
            for args in itertools.product(*(h if p else k for p, h, k in zip(places, holed, known, strict=True))):
                if not (constant and all(isinstance(arg, Hole) for arg in args)):
                    yield Node(primitive, args)


def splits(total: int, count: int, step: int) -> Iterator[tuple[int, ...]]:
    """Costs of `count` parts that add up to a total."""
    if count == 1:
        if total >= step:
            yield (total,)
        return
    for first in range(step, total - (count - 1) * step + 1, step):
        for rest in splits(total - first, count - 1, step):
            yield (first, *rest)


def program_of(part: Part, bank: Bank, values: Iterator[Program]) -> Program:
    """The program of a sketch, its holes filled from left to right."""
    if isinstance(part, Hole):
        return next(values)
    if isinstance(part, Known):
        return bank.program(part.kind, part.row)
    return apply(part.primitive, *(program_of(arg, bank, values) for arg in part.args))


def holes(part: Part) -> list[Hole]:
    """The holes from left to right."""
    if isinstance(part, Node):
        return [hole for arg in part.args for hole in holes(arg)]
    return [part] if isinstance(part, Hole) else []


def empty_bank(language: Language, columns: dict[str, np.ndarray], meter: Meter) -> Bank:
    return Bank(bare(language), columns, meter, backend="numpy")
