"""A term: a graph over primitives, variables and applications of the functions that are asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.language.program import Apply, Lambda, Program, Terminal
from synth.language.types import Fn, Type, dtype_of
from synth.language.xp import NUMPY, Xp

LONG = 100_000  # letters from which a text names shared parts


@dataclass(frozen=True, slots=True)
class Call:
    """An asked-for function on earlier nodes of the term."""

    function: str
    type: Fn
    args: tuple[int, ...]


Node = Terminal | Apply | Call


@dataclass(frozen=True, slots=True)
class Term:
    """Nodes in order of evaluation, equal subterms once; the last one is the value."""

    nodes: tuple[Node, ...]

    @property
    def type(self) -> Type:
        return sort_of(self.nodes[-1])

    @property
    def variables(self) -> tuple[Terminal, ...]:
        """The variables that occur, in order of appearance."""
        return tuple(node for node in self.nodes if isinstance(node, Terminal))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The applications of asked-for functions, inner ones first."""
        return tuple(node for node in self.nodes if isinstance(node, Call))

    def part(self, root: int) -> "Term":
        """The subterm whose value is the node at `root`."""
        return Term(subgraph(self.nodes, root))

    def program(self) -> Program:
        """The same as a program; ValueError where an asked-for function occurs."""
        if self.calls:
            raise ValueError(
                f"term {self.smt()[:60]}: expected no asked-for function in it, got {self.calls[0].function}; "
                "replace its applications first"
            )
        return Program(tuple(node for node in self.nodes if not isinstance(node, Call)))

    def evaluate(
        self, columns: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None, xp: Xp = NUMPY
    ) -> Any:
        """The value on columns of one shape, a column a variable; a term without variables has shape ().

        `functions` gives each asked-for function as a function of arrays, which may disregard its arguments and
        return an array of values that are already known.
        """
        with np.errstate(all="ignore"):
            return self.values(columns, functions or {}, xp)[-1]

    def values(self, columns: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]], xp: Xp) -> list[Any]:
        """The values of all nodes."""
        values: list[Any] = []
        for node in self.nodes:
            if isinstance(node, Terminal):
                values.append(xp.module.asarray(columns[node.name], dtype=dtype_of(node.type)))
                continue
            run = functions[node.function] if isinstance(node, Call) else node.primitive.run
            arguments = [values[i] for i in node.args]
            value = run(*arguments) if isinstance(node, Call) else run(xp, *arguments)
            values.append(xp.module.asarray(value, dtype=dtype_of(sort_of(node))))
        return values

    def smt(self) -> str:
        """SMT-LIB's text; what is used more than once and long is named by `let`."""
        texts: list[str] = []
        binds: list[tuple[str, str]] = []
        uses = np.zeros(len(self.nodes), dtype=int)
        for node in self.nodes:
            for i in arguments_of(node):
                uses[i] += 1
        taken = {node.name for node in self.variables} | {node.function for node in self.calls}
        for i, node in enumerate(self.nodes):
            text = text_of(node, [texts[j] for j in arguments_of(node)])
            if arguments_of(node) and (uses[i] > 1 or len(text) > LONG) and i < len(self.nodes) - 1:
                name = fresh(f"t{len(binds)}", taken)
                binds.append((name, text))
                text = name
            texts.append(text)
        opened = "".join(f"(let (({name} {text})) " for name, text in binds)
        return opened + texts[-1] + ")" * len(binds)


def from_program(program: Program) -> Term:
    """A program as a term; ValueError where it has lambdas, which SMT-LIB's first-order terms have not."""
    nodes = tuple(node for node in program.nodes if not isinstance(node, Lambda))
    if len(nodes) < len(program.nodes):
        raise ValueError(
            f"program {program.show()[:60]}: expected first-order operations, got a lambda; write it in full"
        )
    return Term(nodes)


def fresh(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def arguments_of(node: Node) -> tuple[int, ...]:
    return () if isinstance(node, Terminal) else node.args


def sort_of(node: Node) -> Type:
    if isinstance(node, Terminal):
        return node.type
    return node.type.result if isinstance(node, Call) else node.primitive.type.result


def text_of(node: Node, arguments: Sequence[str]) -> str:
    """One node in SMT-LIB's spelling."""
    if isinstance(node, Terminal):
        return node.name
    if isinstance(node, Call):
        return f"({node.function} {' '.join(arguments)})" if arguments else node.function
    if node.primitive.smt is None:
        raise ValueError(
            f"primitive {node.primitive.name!r}: expected an SMT-LIB spelling, got none; "
            'give smt="..." with {} for each argument'
        )
    return node.primitive.smt.format(*arguments)


def subgraph(nodes: Sequence[Node], root: int) -> tuple[Node, ...]:
    """The nodes that the one at `root` needs, with places counted among them."""
    needed, stack = {root}, [root]
    while stack:
        more = set(arguments_of(nodes[stack.pop()])) - needed
        needed |= more
        stack += more
    order = sorted(needed)
    moved = {place: i for i, place in enumerate(order)}
    return tuple(renumbered(nodes[place], [moved[i] for i in arguments_of(nodes[place])]) for place in order)


def renumbered(node: Node, places: Sequence[int]) -> Node:
    """The same node on other places."""
    if isinstance(node, Terminal):
        return node
    if isinstance(node, Call):
        return Call(node.function, node.type, tuple(places))
    return Apply(node.primitive, tuple(places))
