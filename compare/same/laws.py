"""One program or two: texts that are equal up to the laws which their primitives declare.

The laws that the search prunes with have a normal form, built from the leaves up. Any other law is an equation that is
applied both ways, wherever it fits, until no new text comes that is no longer, or there are many.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compare.same.answer import Answer, Equal, Undecided
from compare.same.question import Question
from synth.language.laws import PRUNING, Law
from synth.language.literals import value_of
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Program, Terminal
from synth.language.types import BOOL, REAL

HOW = "by laws"
MANY = 2000  # texts
LONGEST = 5000  # words of a text


@dataclass(frozen=True, slots=True)
class Call:
    """A primitive on terms."""

    primitive: Primitive
    args: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A lambda; its parameters are called by how deep it stands and their places."""

    kinds: tuple[Any, ...]
    body: "Term"


@dataclass(frozen=True, slots=True)
class Hole:
    """A variable of a law."""

    place: int


Term = Terminal | Call | Function | Hole


def decide(question: Question) -> Answer | Undecided:
    """Equal where both are one program."""
    if same_program(question.one, question.other):
        return Equal(how=HOW, sentence="equal: they are one program, by the laws that its primitives declare")
    return Undecided(why="they are not one program by the laws that their primitives declare")


def same_program(one: Program, other: Program) -> bool:
    """Whether two programs are one text up to the laws of their primitives and the names of parameters.

    False where up to 2000 texts of the first one, none longer than both, do not have the second among them. Texts of
    more than 5000 words are the same where they are equal as they stand.
    """
    if max(written(one), written(other)) > LONGEST:
        return one == other
    goal, begun = normal(term_of(other)), normal(term_of(one))
    equations = tuple(sides(primitive) for primitive in {*primitives(goal), *primitives(begun)})
    rules = [rule for pairs in equations for rule in pairs]
    seen, queue, longest = {begun}, [begun], max(length(goal), length(begun))
    for term in queue:
        if term == goal or len(seen) > MANY:
            break
        for found in rewritten(term, rules):
            found = normal(found)
            if found not in seen and length(found) <= longest:
                seen.add(found)
                queue.append(found)
    return goal in seen


def written(program: Program) -> int:
    """How many words the program's text has."""
    counts: list[int] = []
    for node in program.nodes:
        inner = sum(counts[place] for place in node.args) if isinstance(node, Apply) else 0
        counts.append(1 + inner + (written(node.body) if isinstance(node, Lambda) else 0))
    return counts[-1]


def term_of(program: Program, depth: int = 0, names: Mapping[str, Terminal] | None = None) -> Term:
    """The program as a tree."""
    names = names or {}
    values: list[Term] = []
    for node in program.nodes:
        if isinstance(node, Terminal):
            values.append(names.get(node.name, node))
        elif isinstance(node, Apply):
            values.append(Call(node.primitive, tuple(values[place] for place in node.args)))
        else:
            values.append(function_of(node, depth, names))
    return values[-1]


def function_of(node: Lambda, depth: int, names: Mapping[str, Terminal]) -> Function:
    own = {word.name: Terminal(f"{depth} {place}", word.type) for place, word in enumerate(node.parameters)}
    kinds = tuple(word.type for word in node.parameters)
    return Function(kinds, term_of(node.body, depth + 1, {**names, **own}))


def length(term: Term) -> int:
    """Words of a term."""
    if isinstance(term, Call):
        return 1 + sum(map(length, term.args))
    return 1 + length(term.body) if isinstance(term, Function) else 1


def primitives(term: Term) -> Iterator[Primitive]:
    if isinstance(term, Call):
        yield term.primitive
        for arg in term.args:
            yield from primitives(arg)
    elif isinstance(term, Function):
        yield from primitives(term.body)


def normal(term: Term) -> Term:
    """The term in the one form that its primitives' pruning laws leave."""
    if isinstance(term, Function):
        return Function(term.kinds, normal(term.body))
    if not isinstance(term, Call):
        return term
    laws = {law.name: law for law in term.primitive.laws if law.name in PRUNING}
    args = tuple(normal(arg) for arg in term.args)
    if "same branches" in laws and args[1] == args[2]:
        return args[1]
    if len(args) == 1:
        return unary(term.primitive, args[0], laws)
    return binary(term.primitive, args, laws) if len(args) == 2 else Call(term.primitive, args)


def unary(primitive: Primitive, arg: Term, laws: Mapping[str, Law]) -> Term:
    """f(f(x)) is x, or f(x)."""
    if isinstance(arg, Call) and arg.primitive == primitive:
        if "involution" in laws:
            return arg.args[0]
        if "projection" in laws:
            return arg
    return Call(primitive, (arg,))


def binary(primitive: Primitive, args: tuple[Term, ...], laws: Mapping[str, Law]) -> Term:
    zero = laws.get("annihilator")
    if zero is not None:
        found = [arg for arg in args if is_constant(arg, zero)]
        if found:
            return found[0]
    one = laws.get("right identity")
    if one is not None and is_constant(args[1], one):
        return args[0]
    parts = flat(primitive, args) if "associative" in laws else list(args)
    neutral = laws.get("identity")
    if neutral is not None:
        parts = [part for part in parts if not is_constant(part, neutral)] or [args[0]]
    if "commutative" in laws:
        parts.sort(key=order)
    if "idempotent" in laws:
        parts = [part for place, part in enumerate(parts) if place == 0 or part != parts[place - 1]]
    return joined(primitive, parts)


def flat(primitive: Primitive, args: tuple[Term, ...]) -> list[Term]:
    """The arguments of nested applications of one primitive, from left to right."""
    found: list[Term] = []
    for arg in args:
        found += flat(primitive, arg.args) if isinstance(arg, Call) and arg.primitive == primitive else [arg]
    return found


def joined(primitive: Primitive, parts: list[Term]) -> Term:
    """Nested applications, the first arguments outermost."""
    term = parts[-1]
    for part in reversed(parts[:-1]):
        term = Call(primitive, (part, term))
    return term


def order(term: Term) -> str:
    """By which arguments that may be exchanged are sorted."""
    if isinstance(term, Call):
        kind = term.primitive.type
        return f"({term.primitive.name} {kind} {' '.join(map(order, term.args))})"
    if isinstance(term, Function):
        return f"(lambda {' '.join(map(str, term.kinds))} {order(term.body)})"
    return str(term)


def is_constant(term: Term, law: Law) -> bool:
    """Whether a term is the literal that a law speaks of."""
    if not isinstance(term, Call) or term.args or law.constant is None:
        return False
    kind = term.primitive.type.result
    if kind == REAL:
        return not isinstance(law.constant, bool) and is_number(term.primitive.name, float(law.constant))
    value = value_of(term.primitive)
    return value is not None and (kind == BOOL) == isinstance(law.constant, bool) and value == law.constant


def is_number(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False


def sides(primitive: Primitive) -> tuple[tuple[Term, Term], ...]:
    """The declared laws that have no normal form, as pairs of terms over holes, both ways round."""
    pairs: list[tuple[Term, Term]] = []
    for law in primitive.laws:
        if law.name in PRUNING:
            continue
        holes = [Hole(place) for place in range(len(law.variables))]
        try:
            left, right = law.equation(lambda *args: Call(primitive, args), *holes)
        except Exception:  # an equation that computes with its values is only tested
            continue
        if all(isinstance(side, Call | Hole) and not strange(side) for side in (left, right)):
            pairs += [(left, right), (right, left)]
    return tuple(pairs)


def strange(term: Any) -> bool:
    """Whether a side has something else than calls and holes in it."""
    if isinstance(term, Call):
        return any(strange(arg) for arg in term.args)
    return not isinstance(term, Hole)


def rewritten(term: Term, rules: list[tuple[Term, Term]]) -> Iterator[Term]:
    """Each term that one equation makes of this one, at one place."""
    for left, right in rules:
        found = matched(left, term, {})
        if found is not None and holes_of(right) <= found.keys():
            yield filled(right, found)
    if isinstance(term, Call):
        for place, arg in enumerate(term.args):
            for other in rewritten(arg, rules):
                yield Call(term.primitive, (*term.args[:place], other, *term.args[place + 1 :]))
    elif isinstance(term, Function):
        for other in rewritten(term.body, rules):
            yield Function(term.kinds, other)


def matched(pattern: Term, term: Term, known: dict[int, Term]) -> dict[int, Term] | None:
    """What the holes stand for where a term has the pattern's form."""
    if isinstance(pattern, Hole):
        return None if known.get(pattern.place, term) != term else {**known, pattern.place: term}
    if not isinstance(pattern, Call) or not isinstance(term, Call) or pattern.primitive != term.primitive:
        return None
    for inner, arg in zip(pattern.args, term.args, strict=True):
        found = matched(inner, arg, known)
        if found is None:
            return None
        known = found
    return known


def holes_of(term: Term) -> set[int]:
    if isinstance(term, Hole):
        return {term.place}
    return set().union(*(holes_of(arg) for arg in term.args)) if isinstance(term, Call) else set()


def filled(pattern: Term, known: Mapping[int, Term]) -> Term:
    if isinstance(pattern, Hole):
        return known[pattern.place]
    return (
        Call(pattern.primitive, tuple(filled(arg, known) for arg in pattern.args))
        if isinstance(pattern, Call)
        else pattern
    )
