"""From expressions to graphs, without recursion: names are looked up, sorts checked, defined functions written out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synth.files.sygus.operators import combine, known_names
from synth.files.sygus.sorts import group, literal, symbol, unknown_name
from synth.files.sygus.term import Call, Node, Term, sort_of, subgraph
from synth.files.sygus.text import Atom, Expression, Group, clipped, refusal, shown
from synth.language.literals import constant, value_of
from synth.language.primitive import Primitive
from synth.language.program import Apply, Terminal
from synth.language.types import BOOL, INT, REAL, Fn, Type, plain

SHOWN = 6  # sorts in a message
WRITTEN_OUT = 1_000_000  # nodes that defined functions may add to the terms of one file


@dataclass(frozen=True, slots=True)
class Definition:
    """A define-fun: parameters and a body over them, in which other defined functions are written out."""

    name: str
    parameters: tuple[Terminal, ...]
    body: Term
    line: int


@dataclass(slots=True)
class Scope:
    """What a file has declared so far; `budget` counts down the nodes that may still be written out."""

    sorts: dict[str, Type] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    functions: dict[str, Fn] = field(default_factory=dict)
    budget: int = WRITTEN_OUT


class Graph:
    """Nodes while a term is built, equal ones once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._places: dict[Any, int] = {}

    def sort(self, place: int) -> Type:
        return plain(sort_of(self.nodes[place]))

    def terminal(self, node: Terminal) -> int:
        return self._add(node, node)

    def apply(self, primitive: Primitive, places: Sequence[int]) -> int:
        return self._add((id(primitive), *places), Apply(primitive, tuple(places)))

    def call(self, name: str, type: Fn, places: Sequence[int]) -> int:
        return self._add((name, *places), Call(name, type, tuple(places)))

    def copy(self, definition: Definition, places: Sequence[int]) -> int:
        """The body of a definition on nodes in place of its parameters."""
        given = dict(zip(definition.parameters, places, strict=True))
        moved: list[int] = []
        for node in definition.body.nodes:
            if isinstance(node, Terminal):
                moved.append(given[node])
                continue
            places = [moved[i] for i in node.args]
            if isinstance(node, Call):
                moved.append(self.call(node.function, node.type, places))
            else:
                moved.append(self.apply(node.primitive, places))
        return moved[-1]

    def term(self, root: int) -> Term:
        return Term(subgraph(self.nodes, root))

    def _add(self, key: Any, node: Node) -> int:
        place = self._places.setdefault(key, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(node)
        return place


@dataclass(frozen=True, slots=True)
class Step:
    """What is still to be done: read an expression, apply a function, or open or close the names of a `let`."""

    do: Callable[..., None]
    arguments: tuple[Any, ...]


class Reading:
    """One expression being read into a graph, over a scope and over local names, which come first."""

    def __init__(self, scope: Scope, graph: Graph, local: Mapping[str, Terminal]) -> None:
        self.scope = scope
        self.graph = graph
        self.local = local
        self.bound: dict[str, list[int]] = {}
        self.done: list[int] = []
        self.steps: list[Step] = []

    def root(self, expression: Expression) -> int:
        """The node of the whole expression."""
        self.steps.append(Step(self.read, (expression,)))
        while self.steps:
            step = self.steps.pop()
            step.do(*step.arguments)
        return self.done.pop()

    def read(self, expression: Expression) -> None:
        if isinstance(expression, Atom):
            self.done.append(self.atom(expression))
        else:
            self.compound(expression)

    def atom(self, atom: Atom) -> int:
        name = atom.text
        if self.bound.get(name):
            return self.bound[name][-1]
        if name in self.local:
            return self.graph.terminal(self.local[name])
        if name in self.scope.definitions or name in self.scope.functions:
            return self.applied(atom, [])
        known = literal(atom)
        if known is None:
            names = {*self.bound, *self.local, *self.scope.definitions, *self.scope.functions}
            raise unknown_name("name", name, names, atom.line)
        return self.graph.apply(constant(*known), ())

    def compound(self, expression: Group) -> None:
        head = expression.items[0] if expression.items else expression
        if isinstance(head, Group):
            raise refusal(
                expression.line,
                f"expected a function's name after '(', got {shown(head)}; indexed functions are not read",
            )
        if head.text == "let":
            self.let(expression)
            return
        arguments = expression.items[1:]
        if not arguments:
            raise refusal(
                expression.line,
                f"expected arguments for {clipped(head.text)}, got none; write a constant without brackets",
            )
        self.steps.append(Step(self.finish, (head, len(arguments))))
        self.steps += [Step(self.read, (argument,)) for argument in reversed(arguments)]

    def finish(self, head: Atom, count: int) -> None:
        places = self.done[-count:]
        del self.done[-count:]
        self.done.append(self.applied(head, places))

    def let(self, expression: Group) -> None:
        if len(expression.items) != 3:
            raise refusal(expression.line, f"expected (let ((name term) ...) term), got {shown(expression)}")
        pairs = [group(pair, "a name with its term") for pair in group(expression.items[1], "the names of let").items]
        for pair in pairs:
            if len(pair.items) not in (2, 3):
                raise refusal(pair.line, f"expected (name term), got {shown(pair)}; give the name one term")
        names = [symbol(pair.items[0], "a part of let").text for pair in pairs]
        self.steps.append(Step(self.close, (names,)))
        self.steps.append(Step(self.read, (expression.items[2],)))
        self.steps.append(Step(self.open, (names,)))
        self.steps += [Step(self.read, (pair.items[-1],)) for pair in reversed(pairs)]

    def open(self, names: Sequence[str]) -> None:
        places = self.done[len(self.done) - len(names) :]
        del self.done[len(self.done) - len(names) :]
        for name, place in zip(names, places, strict=True):
            self.bound.setdefault(name, []).append(place)

    def close(self, names: Sequence[str]) -> None:
        for name in names:
            self.bound[name].pop()

    def applied(self, head: Atom, places: Sequence[int]) -> int:
        """The node of a function on nodes."""
        scope, sorts = self.scope, [self.graph.sort(place) for place in places]
        if head.text in scope.definitions:
            definition = scope.definitions[head.text]
            check_arguments(head, [plain(parameter.type) for parameter in definition.parameters], sorts)
            self.spend(head, len(definition.body.nodes))
            return self.graph.copy(definition, places)
        if head.text in scope.functions:
            type = scope.functions[head.text]
            check_arguments(head, type.args, sorts)
            return self.graph.call(head.text, type, places)
        if head.text == "distinct":
            self.spend(head, len(places) ** 2)
        return self.built_in(head, places, sorts)

    def spend(self, head: Atom, nodes: int) -> None:
        self.scope.budget -= nodes
        if self.scope.budget < 0:
            raise refusal(
                head.line,
                f"expected at most {WRITTEN_OUT} operations once defined functions are written out, got more with "
                f"{clipped(head.text)}; define smaller ones",
            )

    def built_in(self, head: Atom, places: Sequence[int], sorts: Sequence[Type]) -> int:
        first = self.graph.nodes[places[0]]
        if head.text == "-" and len(places) == 1 and isinstance(first, Apply) and sorts[0] == INT:
            value = value_of(first.primitive)
            if value is not None and value >= 0:
                return self.graph.apply(constant(-value, INT), ())
        place = combine(head.text, sorts, places, self.graph.apply)
        if place is not None:
            return place
        if head.text in known_names():
            given = clipped(" ".join([head.text, *map(smt_sort, sorts)]))
            raise refusal(
                head.line,
                f"expected {head.text} on sorts that it is defined for, got {given}; "
                "give it as many arguments of one sort as it takes",
            )
        raise unknown_name(
            "function", head.text, (*self.scope.definitions, *self.scope.functions), head.line, known_names()
        )


def check_arguments(head: Atom, asked: Sequence[Type], given: Sequence[Type]) -> None:
    if list(asked) != list(given):
        wanted, got = sorts_text(asked), sorts_text(given)
        raise refusal(head.line, f"expected arguments {wanted} for {clipped(head.text)}, got {got}; mend the call")


def sorts_text(sorts: Sequence[Type]) -> str:
    few = " ".join(map(smt_sort, sorts[:SHOWN]))
    return f"({few}{f' and {len(sorts) - SHOWN} more' if len(sorts) > SHOWN else ''})"


def smt_sort(sort: Type) -> str:
    """A type as SMT-LIB writes it."""
    if sort.width is not None:
        return f"(_ BitVec {sort.width})"
    return {BOOL: "Bool", INT: "Int", REAL: "Real"}.get(plain(sort), str(sort))


def read_term(scope: Scope, expression: Expression, local: Mapping[str, Terminal], sort: Type | None = None) -> Term:
    """The term that an expression writes over a scope and local names; ValueError unless it has the sort."""
    graph = Graph()
    root = Reading(scope, graph, local).root(expression)
    if sort is not None and graph.sort(root) != plain(sort):
        raise refusal(
            expression.line,
            f"expected a term of sort {smt_sort(sort)}, got {shown(expression)} of sort "
            f"{smt_sort(graph.sort(root))}; mend the term or the sort",
        )
    return graph.term(root)
