"""A SyGuS grammar as a typed language: nonterminals are types, productions are primitives, the cost is the size.

A production costs 8 eighths for every node that it writes; a defined function counts as one node. Two programs of a
nonterminal that behave alike are one, so a production A -> B is replaced by B's productions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from synth.files.sygus.build import Scope, smt_sort
from synth.files.sygus.free import endless
from synth.files.sygus.productions import operation, read, take_holes
from synth.files.sygus.sorts import group, literal, sort_of_text, symbol
from synth.files.sygus.text import Atom, Expression, Group, clipped, refusal, shown
from synth.language.grammar import EIGHTHS, Language
from synth.language.literals import constant
from synth.language.primitive import ARITY, Primitive
from synth.language.program import Terminal
from synth.language.types import Type, plain


@dataclass(frozen=True, slots=True)
class Nonterminal:
    """A name of the grammar, the type that its programs have here, and what it may be."""

    name: str
    type: Type
    productions: tuple[Expression, ...]
    line: int


@dataclass(slots=True)
class Draft:
    """A language while its grammar is read."""

    scope: Scope
    parameters: dict[str, Terminal]
    constants: Mapping[Type, Sequence[int]]
    nonterminals: dict[str, Nonterminal]
    primitives: dict[str, Primitive] = field(default_factory=dict)
    costs: dict[Type, dict[str, int]] = field(default_factory=dict)
    further: dict[Type, int] = field(default_factory=dict)
    todo: list[tuple[Nonterminal, Expression]] = field(default_factory=list)


def read_grammar(
    scope: Scope,
    parameters: Sequence[Terminal],
    result: Type,
    groups: Sequence[Expression],
    constants: Mapping[Type, Sequence[int]],
) -> Language:
    """The language of a grammar in the form of SyGuS-IF 2 (names, then rules) or 1 (rules alone).

    `constants` gives what (Constant sort) stands for.
    """
    nonterminals = read_rules(scope, parameters, groups)
    start = next(iter(nonterminals.values()))
    if plain(start.type) != plain(result):
        raise refusal(
            start.line,
            f"expected a first nonterminal of the function's sort {smt_sort(result)}, got {start.name} of sort "
            f"{smt_sort(start.type)}; put the nonterminal that the function starts from first",
        )
    draft = Draft(scope, {node.name: node for node in parameters}, constants, nonterminals)
    for nonterminal in nonterminals.values():
        draft.costs.setdefault(nonterminal.type, {})
        draft.todo += [(nonterminal, production) for production in inlined(nonterminal, nonterminals)]
    draft.todo.reverse()
    while draft.todo:
        produce(draft, *draft.todo.pop())
    if start.type not in ending(draft):
        raise refusal(
            start.line,
            f"expected a grammar that makes terms of sort {smt_sort(result)}, got productions of {start.name[:40]} "
            "that never end; add a parameter or a constant",
        )
    return Language(tuple(draft.primitives.values()), tuple(parameters), draft.costs, further=draft.further)


def ending(draft: Draft) -> set[Type]:
    """The types of which there is a program at all."""
    found: set[Type] = set()
    while True:
        more = {
            kind
            for kind, names in draft.costs.items()
            if any(n in draft.parameters or found.issuperset(draft.primitives[n].type.args) for n in names)
        }
        if more == found:
            return found
        found = more


def read_rules(scope: Scope, parameters: Sequence[Terminal], groups: Sequence[Expression]) -> dict[str, Nonterminal]:
    """The nonterminals; the first of a sort is that sort, further ones are told apart by their symbol."""
    rules = group(groups[-1], "the grammar's rules")
    declared = [name_and_sort(scope, item) for item in group(groups[0], "the nonterminals").items if len(groups) == 2]
    found: dict[str, Nonterminal] = {}
    sorts: set[Type] = set()
    for item in rules.items:
        rule = group(item, "a rule (name sort (production ...))")
        if len(rule.items) != 3:
            raise refusal(rule.line, f"expected a rule (name sort (production ...)), got {shown(rule)}; mend it")
        name, sort = name_and_sort(scope, Group(rule.items[:2], rule.line))
        taken = {*found, *(parameter.name for parameter in parameters), *scope.definitions}
        if name in taken:
            raise refusal(rule.line, f"expected a new name for a nonterminal, got {clipped(name)} again; rename it")
        productions = group(rule.items[2], "the productions").items
        if not productions:
            raise refusal(rule.line, f"expected productions for {clipped(name)}, got none; give it at least one")
        kind = replace(sort, symbol=name) if sort in sorts else sort
        sorts.add(sort)
        found[name] = Nonterminal(name, kind, productions, rule.line)
    check_declared(declared, found, rules)
    return found


def check_declared(declared: Sequence[tuple[str, Type]], found: Mapping[str, Nonterminal], rules: Group) -> None:
    if not found:
        raise refusal(rules.line, "expected at least one rule in the grammar, got none; leave the grammar out")
    if declared and declared != [(name, plain(nonterminal.type)) for name, nonterminal in found.items()]:
        said = " ".join(f"({name} {smt_sort(sort)})" for name, sort in declared)
        raise refusal(
            rules.line,
            f"expected rules for the declared nonterminals {said[:80]} in their order, got rules for "
            f"{', '.join(found)[:80]}; declare the same names and sorts",
        )


def name_and_sort(scope: Scope, expression: Expression) -> tuple[str, Type]:
    pair = group(expression, "(name sort)")
    if len(pair.items) != 2:
        raise refusal(pair.line, f"expected (name sort), got {shown(pair)}; give a name and its sort")
    return symbol(pair.items[0], "a nonterminal").text, sort_of_text(pair.items[1], scope.sorts)


def inlined(nonterminal: Nonterminal, known: Mapping[str, Nonterminal]) -> Iterable[Expression]:
    """The productions of a nonterminal, those of others in place of their bare names."""
    done, stack = {nonterminal.name}, list(reversed(nonterminal.productions))
    while stack:
        production = stack.pop()
        if not isinstance(production, Atom) or production.text not in known:
            yield production
            continue
        other = known[production.text]
        if plain(other.type) != plain(nonterminal.type):
            raise refusal(
                production.line,
                f"expected a production of sort {smt_sort(nonterminal.type)} for {nonterminal.name[:40]}, got "
                f"{other.name} of sort {smt_sort(other.type)}; remove it",
            )
        if other.name not in done:
            done.add(other.name)
            stack += reversed(other.productions)


def produce(draft: Draft, nonterminal: Nonterminal, production: Expression) -> None:
    """Take one production into the language."""
    if isinstance(production, Atom) and production.text in draft.parameters:
        check_sort(nonterminal, production, draft.parameters[production.text].type)
        admit(draft, nonterminal.type, production.text, 1)
        return
    leaves = any_leaf(draft, production)
    if leaves is not None:
        sort, names = leaves
        check_sort(nonterminal, production, sort)
        open_constants(draft, nonterminal.type, production)
        for name in names:
            admit(draft, nonterminal.type, name, 1)
        return
    known = literal(production) if isinstance(production, Atom) else None
    if known is not None:
        check_sort(nonterminal, production, known[1])
        admit(draft, nonterminal.type, leaf(draft, constant(*known)), 1)
        return
    compound(draft, nonterminal, production)


def any_leaf(draft: Draft, production: Expression) -> tuple[Type, list[str]] | None:
    """The sort and names that (Constant sort) or (Variable sort) stands for; None for another production."""
    if isinstance(production, Atom) or len(production.items) != 2:
        return None
    head, sort = production.items
    if not isinstance(head, Atom) or head.text not in ("Constant", "Variable", "InputVariable"):
        return None
    kind = sort_of_text(sort, draft.scope.sorts)
    if head.text == "Constant":
        return kind, [leaf(draft, constant(value, kind)) for value in draft.constants.get(kind, ())]
    return kind, [name for name, parameter in draft.parameters.items() if parameter.type == kind]


def open_constants(draft: Draft, kind: Type, production: Expression) -> None:
    """Note that any constant may be written, where (Constant sort) stands for more than are listed."""
    first = production.items[0] if isinstance(production, Group) else production
    if isinstance(first, Atom) and first.text == "Constant" and endless(plain(kind)):
        draft.further[kind] = EIGHTHS


def check_sort(nonterminal: Nonterminal, production: Expression, sort: Type) -> None:
    if plain(sort) != plain(nonterminal.type):
        raise refusal(
            production.line,
            f"expected a production of sort {smt_sort(nonterminal.type)} for {nonterminal.name[:40]}, got "
            f"{shown(production)} of sort {smt_sort(sort)}; mend it",
        )


def admit(draft: Draft, kind: Type, name: str, size: int) -> None:
    """Let a nonterminal be a named leaf or operation, at its lowest size."""
    costs = draft.costs.setdefault(kind, {})
    costs[name] = min(costs.get(name, size * EIGHTHS), size * EIGHTHS)


def leaf(draft: Draft, primitive: Primitive) -> str:
    """The name of a constant, which may stand for several nonterminals."""
    return draft.primitives.setdefault(primitive.name, primitive).name


def compound(draft: Draft, nonterminal: Nonterminal, production: Expression) -> None:
    """Take a production with arguments; the parts of one with too many nonterminals become rules of their own."""
    holed = take_holes(production, lambda item: kind_of(draft, item))
    if len(holed.kinds) > ARITY:
        holed = take_holes(split(draft, nonterminal, production), lambda item: kind_of(draft, item))
    if len(holed.kinds) > ARITY:
        raise refusal(
            production.line,
            f"expected productions of at most {ARITY} arguments, got {shown(production)}; nest operations of fewer",
        )
    primitive = operation(draft.scope, holed, nonterminal.type)
    check_sort(nonterminal, production, primitive.type.result)
    primitive = named(draft, nonterminal, primitive)
    draft.primitives[primitive.name] = primitive
    admit(draft, nonterminal.type, primitive.name, holed.size)


def kind_of(draft: Draft, item: Expression) -> Type | None:
    """The type that stands in a production where a nonterminal, a parameter or (Constant sort) does."""
    if isinstance(item, Atom):
        if item.text in draft.nonterminals:
            return draft.nonterminals[item.text].type
        if item.text not in draft.parameters:
            return None
        kind = replace(draft.parameters[item.text].type, symbol=item.text)
        admit(draft, kind, item.text, 1)
        return kind
    leaves = any_leaf(draft, item)
    if leaves is None:
        return None
    kind = replace(leaves[0], symbol=shown(item))
    draft.costs.setdefault(kind, {})
    open_constants(draft, kind, item)
    for name in leaves[1]:
        admit(draft, kind, name, 1)
    return kind


def split(draft: Draft, nonterminal: Nonterminal, production: Expression) -> Expression:
    """The production with a new nonterminal for every argument that has holes inside."""
    if isinstance(production, Atom):
        return production
    head, *arguments = production.items
    return Group((head, *(outsourced(draft, nonterminal, argument) for argument in arguments)), production.line)


def outsourced(draft: Draft, nonterminal: Nonterminal, argument: Expression) -> Expression:
    if isinstance(argument, Atom) or any_leaf(draft, argument):
        return argument
    holed = take_holes(argument, lambda item: kind_of(draft, item))
    if not holed.kinds:
        return argument
    name = f"{nonterminal.name}.{len(draft.nonterminals)}"
    sort = read(draft.scope, holed).type
    made = Nonterminal(name, replace(plain(sort), symbol=name), (argument,), argument.line)
    draft.nonterminals[name] = made
    draft.costs.setdefault(made.type, {})
    draft.todo.append((made, argument))
    return Atom(name, argument.line)


def named(draft: Draft, nonterminal: Nonterminal, primitive: Primitive) -> Primitive:
    """The primitive under a name that no other has; the one that is there already where both are the same."""
    name = primitive.name
    while name in draft.parameters or name in draft.primitives:
        if name in draft.primitives and same(draft.primitives[name], primitive):
            return draft.primitives[name]
        name = f"{name}.{nonterminal.name}"
    return replace(primitive, name=name) if name != primitive.name else primitive


def same(one: Primitive, other: Primitive) -> bool:
    return (one.type, one.smt) == (other.type, other.smt)
