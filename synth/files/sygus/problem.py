"""A problem as SyGuS-IF states it: functions that are asked for, variables, and what must hold for all their values."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth.files.sygus.operators import operators
from synth.files.sygus.term import Call, Node, Term
from synth.language.grammar import Language
from synth.language.literals import constant
from synth.language.program import Apply, Terminal
from synth.language.types import BOOL, Fn, Type, dtype_of

Kind = Literal["examples", "functional", "general"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function to be found; `language` is its grammar, or every operation of its sorts where `free`."""

    name: str
    parameters: tuple[Terminal, ...]
    result: Type
    language: Language
    free: bool  # no grammar was given
    line: int

    @property
    def type(self) -> Fn:
        return Fn(tuple(parameter.type for parameter in self.parameters), self.result)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A Boolean term that holds for all values of the variables; an assumption restricts these values instead."""

    term: Term
    line: int
    assumption: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A constraint that states one value of a function: numbers, 0 and 1 for Booleans."""

    function: str
    inputs: tuple[int, ...]
    output: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Examples and other constraints, in the order of the file; all of them must hold."""

    logic: str
    functions: tuple[Function, ...]
    variables: tuple[Terminal, ...]
    examples: tuple[Example, ...]
    constraints: tuple[Constraint, ...]  # those that are no examples

    @property
    def kind(self) -> Kind:
        """Examples alone, one function given by a term, or anything else."""
        if not self.constraints and self.examples:
            return "examples"
        return "functional" if definition(self) is not None else "general"

    @property
    def conditions(self) -> tuple[Constraint, ...]:
        """All constraints, the examples among them, by line."""
        types = {function.name: function.type for function in self.functions}
        stated = [Constraint(example_term(example, types[example.function]), example.line) for example in self.examples]
        return tuple(sorted((*stated, *self.constraints), key=lambda constraint: constraint.line))

    def function(self, name: str) -> Function:
        return next(function for function in self.functions if function.name == name)


def definition(problem: Problem) -> tuple[Call, Term] | None:
    """The application f(x, y, ...) on unlike variables, and the term that a single constraint says it equals."""
    if len(problem.functions) != 1 or len(problem.constraints) != 1 or problem.constraints[0].assumption:
        return None
    term = problem.constraints[0].term
    root = term.nodes[-1]
    if not isinstance(root, Apply) or len(term.calls) != 1 or root.primitive.smt != "(= {} {})":
        return None
    for place, other in (root.args, root.args[::-1]):
        call, value = term.nodes[place], term.part(other)
        if isinstance(call, Call) and not value.calls and on_variables(term, call):
            return call, value
    return None


def on_variables(term: Term, call: Call) -> bool:
    """Whether a function is applied to variables, each once, and the term has no others."""
    given = [term.nodes[place] for place in call.args]
    free = {node for node in given if isinstance(node, Terminal)}
    return len(free) == len(given) and set(term.variables) == free


def example_term(example: Example, type: Fn) -> Term:
    """The example as the term (= (f ...) value)."""
    nodes: dict[Node, int] = {}

    def add(value: int, sort: Type) -> int:
        return nodes.setdefault(Apply(constant(value, sort), ()), len(nodes))

    places = tuple(add(value, sort) for value, sort in zip(example.inputs, type.args, strict=True))
    call = nodes.setdefault(Call(example.function, type, places), len(nodes))
    output = add(example.output, type.result)
    return Term((*nodes, Apply(operators(type.result)["="], (call, output))))


def stated(term: Term, line: int) -> Example | None:
    """The example that a constraint states: (= (f c ...) c) or the other way round, (f c ...) or (not (f c ...))."""
    root = term.nodes[-1]
    if term.variables or len(term.calls) != 1:
        return None
    call = term.calls[0]
    place = term.nodes.index(call)
    output = output_of(term, root, place)
    if output is None or any(term.part(argument).calls for argument in call.args):
        return None
    inputs = tuple(ground(term.part(argument)) for argument in call.args)
    return Example(call.function, inputs, output, line)


def output_of(term: Term, root: Node, call: int) -> int | None:
    """What the constraint says the application is."""
    if isinstance(root, Call):
        return 1
    if not isinstance(root, Apply) or call not in root.args:
        return None
    if root.primitive.name == "not":
        return 0
    if root.primitive.smt == "(= {} {})" and len(set(root.args)) == 2:
        other = root.args[1 - root.args.index(call)]
        return None if term.part(other).calls else ground(term.part(other))
    return None


def ground(term: Term) -> int:
    """The value of a term without variables."""
    return int(term.evaluate({}))


def column(values: list[int], sort: Type) -> np.ndarray:
    """Numbers as an array of the sort's dtype."""
    return np.array(values, dtype=dtype_of(sort)) if sort != BOOL else np.array(values, dtype=np.int64).astype(bool)
