"""One production as a primitive: an operation of the library, a defined function, or a macro over its holes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from synth.files.sygus.build import Graph, Reading, Scope
from synth.files.sygus.sorts import NUMBER
from synth.files.sygus.term import Term
from synth.files.sygus.text import Atom, Expression, Group, refusal, shown
from synth.language.macro import hole, macro
from synth.language.primitive import NAME, Primitive
from synth.language.program import Apply, Terminal
from synth.language.types import Fn, Type, carrier, plain

LONGEST = 60  # letters of a macro's name


@dataclass(frozen=True, slots=True)
class Holes:
    """A production with a name for each place where a nonterminal, or another choice of leaves, stood."""

    production: Expression
    kinds: tuple[Type, ...]  # what may stand in each hole
    size: int  # nodes that the production writes itself
    template: str  # SMT-LIB's text with {} for each hole
    bare: bool  # every argument of the outermost operation is a hole

    @property
    def parameters(self) -> tuple[Terminal, ...]:
        return tuple(Terminal(hole(i), plain(kind)) for i, kind in enumerate(self.kinds))


def take_holes(production: Expression, kind_of: Callable[[Expression], Type | None]) -> Holes:
    """The production's holes from left to right; `kind_of` gives a type where there is one."""
    kinds: list[Type] = []
    words: list[str] = []
    size = 0
    groups: list[tuple[list[Expression], int]] = [([], production.line)]
    stack: list[Expression | None] = [production]
    while stack:
        item = stack.pop()
        if item is None:
            items, line = groups.pop()
            groups[-1][0].append(Group(tuple(items), line))
            words.append(")")
            continue
        head = len(groups) > 1 and not groups[-1][0]
        kind = None if head else kind_of(item)
        if kind is not None:
            groups[-1][0].append(Atom(hole(len(kinds)), item.line))
            kinds.append(kind)
            words.append("{}")
        elif isinstance(item, Atom):
            groups[-1][0].append(item)
            words.append(item.text)
            size += not head
        else:
            check_group(item)
            size += not negative(item)
            groups.append(([], item.line))
            words.append("(")
            stack += [None, *reversed(item.items)]
    text = " ".join(words).replace("( ", "(").replace(" )", ")")
    bare = isinstance(production, Group) and len(kinds) == len(production.items) - 1 and size == 1
    return Holes(groups[0][0][0], tuple(kinds), size, text, bare)


def check_group(item: Group) -> None:
    head = item.items[0] if item.items else item
    if isinstance(head, Atom) and head.text == "let":
        raise refusal(item.line, f"expected productions without let, got {shown(item)}; write its term in full")


def negative(item: Group) -> bool:
    """Whether this is a number such as (- 3), which counts as one node."""
    head, *rest = [part.text if isinstance(part, Atom) else "" for part in item.items] or [""]
    return head == "-" and len(rest) == 1 and bool(NUMBER.fullmatch(rest[0]))


def read(scope: Scope, holes: Holes) -> Term:
    """The production as a term over its holes; ValueError where it applies an asked-for function."""
    graph = Graph()
    local = {parameter.name: parameter for parameter in holes.parameters}
    term = graph.term(Reading(scope, graph, local).root(holes.production))
    if term.calls:
        raise refusal(
            holes.production.line,
            f"expected a grammar without asked-for functions, got {term.calls[0].function}; remove it",
        )
    return term


def operation(scope: Scope, holes: Holes, result: Type) -> Primitive:
    """The primitive that writes the production, from the holes' types to the nonterminal's."""
    term = read(scope, holes)
    root = term.nodes[-1]
    given = term.nodes[:-1]
    if isinstance(root, Apply) and given == holes.parameters and root.args == tuple(range(len(given))):
        primitive = root.primitive
    else:
        primitive = macro(name_of(holes), holes.parameters, term.program(), smt=holes.template)
    kind = result if plain(result) == plain(primitive.type.result) else primitive.type.result
    return retyped(primitive, Fn(holes.kinds, kind))


def name_of(holes: Holes) -> str:
    """A defined function's own name; otherwise the words of the production."""
    production = holes.production
    if isinstance(production, Group) and holes.bare and isinstance(production.items[0], Atom):
        return production.items[0].text
    words = holes.template.replace("(", "").replace(")", "").replace("{}", "").split()
    name = "_".join(words)[:LONGEST]
    return name if NAME.fullmatch(name) else "operation"


def retyped(primitive: Primitive, type: Fn) -> Primitive:
    """The primitive between types of the grammar, with the laws and the choice that these leave."""
    if primitive.type == type:
        return primitive
    kinds = (*type.args, type.result)
    laws = tuple(law for law in primitive.laws if len({carrier(kinds[place]) for place in law.same}) <= 1)
    choice = primitive.choice if type.args[1:] == (type.result,) * 2 else None
    return replace(primitive, type=type, laws=laws, choice=choice)
