"""The language of a function without a grammar: every operation of its sorts, each a node, and some constants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from synth.files.sygus.operators import BOOLEANS, INTEGERS, words
from synth.files.sygus.productions import retyped
from synth.files.sygus.term import Term
from synth.language.grammar import EIGHTHS, Language
from synth.language.literals import constant, value_of
from synth.language.primitive import Primitive
from synth.language.program import Apply, Terminal
from synth.language.types import BOOL, INT, Fn, Type, plain
from synth.library.arith import MUL

MANY = 16  # values in examples from which they are no constants of the language
LINEAR = ("+", "-", "neg", "ite", "<", "<=", "=")
NONLINEAR = (*LINEAR, "*", "div", "mod", "abs")
CONNECTIVES = ("and", "or", "not")
MIRRORED = ("bvugt", "bvuge", "bvsgt", "bvsge")  # the same size with the arguments exchanged
FACTOR = Type("int", symbol="(Constant Int)")
LISTED = 4  # bits of words that are all listed where any constant may be written


def free_language(
    parameters: Sequence[Terminal], result: Type, constants: Mapping[Type, Sequence[int]], *, linear: bool
) -> Language:
    """All programs over the sorts of a function; in linear arithmetic a product has a constant on its left."""
    sorts = {*(parameter.type for parameter in parameters), result, BOOL}
    primitives: dict[str, Primitive] = {}
    costs: dict[Type, dict[str, int]] = {sort: {} for sort in sorts}
    for sort in sorted(sorts, key=str):
        for primitive in (*operations(sort, result, linear), *leaves(constants.get(sort, ()), sort)):
            name = primitive.name
            if name in primitives or any(name == parameter.name for parameter in parameters):
                primitive = renamed(primitive, sort)
            primitives[primitive.name] = primitive
            costs[primitive.type.result][primitive.name] = EIGHTHS
    for parameter in parameters:
        costs[parameter.type][parameter.name] = EIGHTHS
    if linear and INT in sorts:
        product = retyped(MUL, Fn((FACTOR, INT), INT))
        primitives[product.name] = product
        costs[INT][product.name] = EIGHTHS
        costs[FACTOR] = {str(value): EIGHTHS for value in constants.get(INT, ()) if abs(value) > 1}
    further = {kind: EIGHTHS for kind in costs if endless(plain(kind))}
    return Language(tuple(primitives.values()), tuple(parameters), costs, further=further)


def endless(sort: Type) -> bool:
    """Whether a sort has more constants than a language lists."""
    return sort == INT or (sort.width is not None and sort.width > LISTED)


def operations(sort: Type, result: Type, linear: bool) -> Iterable[Primitive]:
    """The operations on values of a sort that can help to make the result."""
    if sort == BOOL:
        names = (*CONNECTIVES, "xor", "=", "ite") if result == BOOL else CONNECTIVES
        return [BOOLEANS[name] for name in names]
    if sort == INT:
        return [INTEGERS[name] for name in (LINEAR if linear else NONLINEAR)]
    return [primitive for name, primitive in words(sort.width or 1).items() if name not in MIRRORED]


def leaves(values: Iterable[int], sort: Type) -> Iterable[Primitive]:
    return [constant(value, sort) for value in values]


def renamed(primitive: Primitive, sort: Type) -> Primitive:
    return replace(primitive, name=f"{primitive.name}.{sort}")


def constants_of(
    sorts: Iterable[Type], terms: Iterable[Term], outputs: Mapping[Type, set[int]]
) -> dict[Type, list[int]]:
    """The constants of a language: the usual ones, those of the constraints, and answers where these are few."""
    found = {sort: dict.fromkeys(usual(sort)) for sort in sorts}
    for term in terms:
        for node in term.nodes:
            value = value_of(node.primitive) if isinstance(node, Apply) else None
            if value is not None and isinstance(node, Apply) and node.primitive.type.result in found:
                found[node.primitive.type.result][value] = None
    for sort, values in outputs.items():
        if sort in found and len(values) <= MANY:
            found[sort].update(dict.fromkeys(sorted(values)))
    return {sort: list(values) for sort, values in found.items()}


def usual(sort: Type) -> tuple[int, ...]:
    """Constants that a sort always has."""
    if sort.width is None:
        return (0, 1) if sort == BOOL else (0, 1, -1)
    width = sort.width
    if not endless(sort):
        return tuple(range(2**width))
    values = (0, 1, 2**width - 1, 2 ** (width - 1), width - 1)
    return tuple(dict.fromkeys(value for value in values if value < 2**width))
