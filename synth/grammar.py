"""The typed grammar: what naming each primitive or terminal costs, given the type that is asked for.

Costs are integers in eighths of a bit, rounded up, so that levels of the search are exact and Kraft's inequality
holds. Alternatives of a type share evenly what those with bits of their own leave.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from synth.primitive import Primitive
from synth.program import Apply, Program, Terminal, unknown
from synth.types import Type, carrier, fits

EIGHTHS = 8  # cost units a bit


@dataclass(frozen=True, slots=True)
class Language:
    """The primitives that can be used at all with these terminals, and every alternative's cost by type asked."""

    primitives: tuple[Primitive, ...]
    terminals: tuple[Terminal, ...]
    costs: dict[Type, dict[str, int]]  # eighths of a bit

    def cost(self, asked: Type, node: Primitive | Terminal) -> int:
        """Eighths of a bit to name `node` where `asked` is wanted."""
        known = self.costs.get(carrier(asked), {})
        if node.name in known:
            return known[node.name]
        if isinstance(node, Primitive) and node.bits is not None:
            return math.ceil(node.bits * EIGHTHS)
        raise unknown(f"{asked} alternative", node.name, list(known))

    def produces(self, asked: Type) -> bool:
        """Whether any program has this type."""
        return bool(self.costs.get(carrier(asked)))


def language(library: Iterable[Primitive], terminals: Iterable[Terminal]) -> Language:
    """The language of a library with terminals; ValueError on names used twice and on bits that leave nothing."""
    library, terminals = tuple(library), tuple(terminals)
    check_names(library, terminals)
    usable = reachable(library, terminals)
    asked = {carrier(kind) for primitive in usable for kind in (*primitive.type.args, primitive.type.result)}
    asked |= {carrier(node.type) for node in terminals}
    costs = {kind: shares(kind, alternatives(kind, usable, terminals)) for kind in asked}
    return Language(usable, terminals, costs)


def program_bits(
    program: Program,
    library: Iterable[Primitive],
    terminals: Iterable[Terminal] | None = None,
    goal: Type | None = None,
) -> float:
    """Bits of a program under the grammar of a library; the terminals default to those that occur in it."""
    known = language(library, program.terminals if terminals is None else terminals)
    below: list[int] = []
    for node in program.nodes:
        args = zip(node.args, node.primitive.type.args, strict=True) if isinstance(node, Apply) else ()
        below.append(sum(below[i] + known.cost(asked, head(program.nodes[i])) for i, asked in args))
    return (below[-1] + known.cost(goal or program.type, head(program.nodes[-1]))) / EIGHTHS


def head(node: Terminal | Apply) -> Primitive | Terminal:
    return node.primitive if isinstance(node, Apply) else node


def check_names(library: tuple[Primitive, ...], terminals: tuple[Terminal, ...]) -> None:
    seen: set[str] = set()
    for word in (*library, *terminals):
        if word.name in seen:
            raise ValueError(
                f"language: expected each name once, got {word.name!r} twice; "
                "rename a primitive or remove one of the two"
            )
        seen.add(word.name)


def reachable(library: tuple[Primitive, ...], terminals: tuple[Terminal, ...]) -> tuple[Primitive, ...]:
    """The primitives for each of whose arguments some program exists."""
    usable: tuple[Primitive, ...] = ()
    while True:
        made = [node.type for node in terminals] + [primitive.type.result for primitive in usable]
        more = tuple(p for p in library if all(any(fits(kind, asked) for kind in made) for asked in p.type.args))
        if len(more) == len(usable):
            return usable
        usable = more


def alternatives(
    asked: Type, library: tuple[Primitive, ...], terminals: tuple[Terminal, ...]
) -> tuple[Primitive | Terminal, ...]:
    results = [primitive for primitive in library if fits(primitive.type.result, asked)]
    return (*results, *(node for node in terminals if fits(node.type, asked)))


def shares(asked: Type, words: tuple[Primitive | Terminal, ...]) -> dict[str, int]:
    declared = {w.name: w.bits for w in words if isinstance(w, Primitive) and w.bits is not None}
    free = [word.name for word in words if word.name not in declared]
    left = 1.0 - sum(2.0**-bits for bits in declared.values())
    if left < 0 or (free and left < 1e-9):
        raise ValueError(
            f"language: expected the bits declared for {asked} to leave room for its other alternatives, "
            f"got a total probability of {1 - left:.3g} for {', '.join(declared)}; declare more bits"
        )
    costs = {name: math.ceil(bits * EIGHTHS) for name, bits in declared.items()}
    even = math.ceil(EIGHTHS * math.log2(len(free) / left)) if free else 0
    return costs | dict.fromkeys(free, max(even, 1))
