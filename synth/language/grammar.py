"""The typed grammar: what naming each primitive or terminal costs, given the type that is asked for.

Costs are integers in eighths of a bit, rounded up, so that levels of the search are exact and Kraft's inequality
holds. Alternatives of a type share evenly what those with bits of their own leave. A lambda is one alternative of its
function type; its body is priced by a language of its own, of the primitives on single values and of the terminals that
are single values, the parameters among them.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Node, Program, Terminal, unknown
from synth.language.types import Fn, Type, carrier, fits, is_vector

EIGHTHS = 8  # cost units a bit
LAMBDA = "lambda"


@dataclass(frozen=True, slots=True)
class Language:
    """The primitives that can be used at all with these terminals, and every alternative's cost by type asked."""

    primitives: tuple[Primitive, ...]
    terminals: tuple[Terminal, ...]
    costs: dict[Any, dict[str, int]]  # eighths of a bit, by Type or Fn
    bodies: dict[Fn, "Language"] = field(default_factory=dict)  # of the lambdas, with the parameters as terminals
    further: dict[Any, int] = field(default_factory=dict)  # eighths of a bit of any constant that is not listed

    def cost(self, asked: Any, node: Primitive | Terminal) -> int:
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


def uniform_language(library: Iterable[Primitive], terminals: Iterable[Terminal]) -> Language:
    """The language of a library with terminals; ValueError on names used twice and on bits that leave nothing."""
    library, terminals = tuple(library), tuple(terminals)
    check_names(library, terminals)
    bodies = body_languages(library, terminals)
    lambdas = tuple(Terminal(LAMBDA, asked) for asked in bodies)
    usable = reachable(library, (*terminals, *lambdas))
    bodies = {kind: inner for kind, inner in bodies.items() if any(kind in p.type.args for p in usable)}
    asked = {carrier(kind) for primitive in usable for kind in (*primitive.type.args, primitive.type.result)}
    asked |= {carrier(node.type) for node in terminals}
    costs = {kind: shares(kind, alternatives(kind, usable, (*terminals, *lambdas))) for kind in asked}
    return Language(usable, terminals, costs, bodies)


def body_languages(library: tuple[Primitive, ...], terminals: tuple[Terminal, ...]) -> dict[Fn, Language]:
    """The language of lambdas of each function type that is asked for, where there is a body to speak of."""
    functions = dict.fromkeys(asked for p in library for asked in p.type.args if isinstance(asked, Fn))
    bodies: dict[Fn, Language] = {}
    for asked in functions:
        inner = body_language(library, terminals, parameters(asked, {word.name for word in (*library, *terminals)}))
        if any(p.type.args and fits(p.type.result, asked.result) for p in inner.primitives):
            bodies[asked] = inner
    return bodies


def body_language(
    library: Iterable[Primitive], terminals: Iterable[Terminal], parameters: tuple[Terminal, ...]
) -> Language:
    """The language of a lambda's body: what works on single values, the lambda's parameters among the terminals."""
    plain = [p for p in library if not any(isinstance(k, Fn) or is_vector(k) for k in (*p.type.args, p.type.result))]
    return uniform_language(plain, (*(node for node in terminals if not is_vector(node.type)), *parameters))


def parameters(asked: Fn, taken: set[str]) -> tuple[Terminal, ...]:
    """A lambda's parameters: x, y and so on, with names that nothing else has."""
    free = (name for i in count() for name in (f"{letter}{i or ''}" for letter in "xyz") if name not in taken)
    return tuple(Terminal(name, kind) for kind, name in zip(asked.args, free, strict=False))


def program_bits(
    program: Program,
    library: Iterable[Primitive],
    terminals: Iterable[Terminal] | None = None,
    goal: Type | None = None,
    fitted: Callable[[Language], Language] = lambda known: known,
) -> float:
    """Bits of a program under the grammar of a library; the terminals default to those that occur in it.

    `fitted` changes the grammar's costs, such as `synth.language.prior.Prior.fitted`.
    """
    library = tuple(library)
    words = program.terminals if terminals is None else tuple(terminals)
    known = fitted(uniform_language(library, words))
    below: list[float] = []
    for node in program.nodes:
        if isinstance(node, Lambda):  # priced with its own names for the parameters
            inner = fitted(body_language(library, words, node.parameters))
            below.append(program_cost(inner, node.body, node.type.result))
            continue
        args = zip(node.args, node.primitive.type.args, strict=True) if isinstance(node, Apply) else ()
        below.append(sum(below[i] + known.cost(asked, head(program.nodes[i])) for i, asked in args))
    return (below[-1] + known.cost(goal or program.type, head(program.nodes[-1]))) / EIGHTHS


def program_cost(known: Language, program: Program, asked: Any) -> int:
    """Eighths of a bit of a program where a type is asked for; its lambdas have the parameters that `known` names."""
    below: list[int] = []
    for node in program.nodes:
        if isinstance(node, Lambda):
            below.append(program_cost(known.bodies[node.type], node.body, node.type.result))
            continue
        args = zip(node.args, node.primitive.type.args, strict=True) if isinstance(node, Apply) else ()
        below.append(sum(below[i] + known.cost(kind, head(program.nodes[i])) for i, kind in args))
    return below[-1] + known.cost(asked, head(program.nodes[-1]))


def head(node: Node) -> Primitive | Terminal:
    if isinstance(node, Lambda):
        return Terminal(LAMBDA, node.type)
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
    asked: Any, library: tuple[Primitive, ...], terminals: tuple[Terminal, ...]
) -> tuple[Primitive | Terminal, ...]:
    results = [primitive for primitive in library if fits(primitive.type.result, asked)]
    return (*results, *(node for node in terminals if fits(node.type, asked)))


def shares(asked: Any, words: tuple[Primitive | Terminal, ...]) -> dict[str, int]:
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
