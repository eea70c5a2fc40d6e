"""The operators of a language: its primitives by the type they make, and what they need of other types."""

from dataclasses import dataclass
from typing import Any

from synth.language.grammar import Language
from synth.language.primitive import Primitive
from synth.language.types import Fn, Type, carrier, fits

NOWHERE = 1 << 30  # eighths of a bit: a part of no program of the goal's type


@dataclass(frozen=True, slots=True)
class Operator:
    """A primitive of the language with its cost, where it is the root of a program of its type."""

    head: int
    primitive: Primitive
    cost: int
    args: tuple[Any, ...]  # carriers
    laws: frozenset[str]


def numbered(language: Language, first: int) -> dict[Type, list[Operator]]:
    """The operators by the type they make, numbered in the language's order from `first` on."""
    kinds = [kind for kind in language.costs if isinstance(kind, Type)]
    operators: dict[Type, list[Operator]] = {kind: [] for kind in kinds}
    applied = [primitive for primitive in language.primitives if primitive.type.args]
    for head, primitive in enumerate(applied, first):
        args = tuple(carrier(asked) for asked in primitive.type.args)
        laws = frozenset(law.name for law in primitive.laws)
        for kind in kinds:
            if primitive.name in language.costs[kind] and fits(primitive.type.result, kind):
                operators[kind].append(Operator(head, primitive, language.cost(kind, primitive), args, laws))
    return operators


def spares(language: Language, operators: dict[Type, list[Operator]], goal: Type) -> dict[Any, int]:
    """By type, what a program of the goal's type costs at least beyond a part of this type, in eighths of a bit.

    Types that no program of the goal's type has as a part are left out, but not the goal's own.
    """
    least = {kind: min(words.values(), default=0) for kind, words in language.costs.items()}
    spare: dict[Any, int] = {}
    waiting: list[tuple[Any, int]] = [(goal, 0)]
    while waiting:
        kind, beyond = waiting.pop()
        for operator in operators.get(kind, ()):
            for place, part in enumerate(operator.args):
                others = sum(least.get(k, 0) for i, k in enumerate(operator.args) if i != place)
                extra = beyond + operator.cost + others
                if (part in language.costs or isinstance(part, Fn)) and extra < spare.get(part, extra + 1):
                    spare[part] = extra
                    waiting.append((part, extra))
    return spare | {goal: spare.get(goal, NOWHERE)}
