"""A term in a grammar: the cheapest derivation that writes the same expression, if there is one."""

from synth.language.grammar import Language
from synth.language.listed import allowed, price
from synth.language.literals import value_of
from synth.language.macro import hole
from synth.language.primitive import Primitive
from synth.language.program import Apply, Node, Program, Terminal, apply
from synth.language.types import Type, fits, plain

LARGEST = 30  # nodes of a production's own term that is matched

Best = dict[Type, tuple[int, Program]]  # by nonterminal: cost in eighths and the derivation


def derive(language: Language, kind: Type, term: Program) -> Program | None:
    """The term with the grammar's own primitives; None where the grammar does not write it."""
    found = derivations(language, term)[-1].get(plain(kind))
    return found[1] if found else None


def derivations(language: Language, term: Program) -> list[Best]:
    """The derivations of every node of a term."""
    by_smt: dict[str, list[Primitive]] = {}
    for primitive in language.primitives:
        by_smt.setdefault(spelling(primitive), []).append(primitive)
    macros = [p for p in language.primitives if p.body is not None and len(p.body.nodes) <= LARGEST]
    table: list[Best] = []
    for place, node in enumerate(term.nodes):
        best: Best = {}
        if isinstance(node, Terminal):
            offer_leaf(language, node.name, Program((node,)), best)
        elif isinstance(node, Apply):
            for primitive in by_smt.get(spelling(node.primitive), ()):
                if same_type(primitive, node.primitive):
                    offer(language, primitive, [table[i] for i in node.args], best)
            offer_constant(language, node.primitive, best)
            for primitive in macros:
                holes = match(primitive, term.nodes, place)
                if holes is not None:
                    offer(language, primitive, [table[i] for i in holes], best)
        table.append(best)
    return table


def spelling(primitive: Primitive) -> str:
    return primitive.smt or primitive.name


def same_type(one: Primitive, other: Primitive) -> bool:
    kinds = zip((*one.type.args, one.type.result), (*other.type.args, other.type.result), strict=False)
    return len(one.type.args) == len(other.type.args) and all(fits(a, b) for a, b in kinds)


def offer_leaf(language: Language, name: str, leaf: Program, best: Best) -> None:
    for kind, words in language.costs.items():
        if name in words and fits(leaf.type, kind):
            keep(best, kind, words[name], leaf)


def offer_constant(language: Language, primitive: Primitive, best: Best) -> None:
    """Take a literal wherever any constant may be written."""
    value = value_of(primitive)
    if value is None:
        return
    for kind in allowed(language):
        cost = price(language, kind, value) if fits(primitive.type.result, kind) else None
        if cost is not None:
            keep(best, kind, cost, Program((Apply(primitive, ()),)))


def offer(language: Language, primitive: Primitive, args: list[Best], best: Best) -> None:
    """Take a production on derivations of its arguments, where each has one."""
    if not all(kind in known for kind, known in zip(primitive.type.args, args, strict=True)):
        return
    parts = [known[kind] for kind, known in zip(primitive.type.args, args, strict=True)]
    for kind, words in language.costs.items():
        if primitive.name in words and fits(primitive.type.result, kind):
            total = words[primitive.name] + sum(cost for cost, _ in parts)
            if kind not in best or total < best[kind][0]:
                keep(best, kind, total, apply(primitive, *(program for _, program in parts)))


def keep(best: Best, kind: Type, cost: int, program: Program) -> None:
    if kind not in best or cost < best[kind][0]:
        best[kind] = cost, program


def match(primitive: Primitive, nodes: tuple[Node, ...], place: int) -> list[int] | None:
    """The places that a production's holes stand for, where its own term has the shape of the node at `place`."""
    body = primitive.body
    bound: dict[str, int] = {}
    stack = [(len(body.nodes) - 1, place)]
    while stack:
        mine, yours = stack.pop()
        pattern, node = body.nodes[mine], nodes[yours]
        if isinstance(pattern, Terminal):
            if bound.setdefault(pattern.name, yours) != yours:
                return None
        elif not isinstance(node, Apply) or spelling(pattern.primitive) != spelling(node.primitive):
            return None
        else:
            stack += zip(pattern.args, node.args, strict=True)
    names = [hole(i) for i in range(len(primitive.type.args))]
    return [bound[name] for name in names] if set(names) == set(bound) else None


def cost_of(language: Language, kind: Type, term: Program) -> int | None:
    """Eighths of a bit of the cheapest derivation; None where there is none."""
    found = derivations(language, term)[-1].get(plain(kind))
    return found[0] if found else None
