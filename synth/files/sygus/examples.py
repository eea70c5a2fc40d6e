"""Problems that are examples, or that give the function by a term, as specifications for the search."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from synth.files.sygus.problem import Example, Problem, column, definition
from synth.files.sygus.sorts import literal
from synth.files.sygus.text import Atom, Expression, Group
from synth.language.literals import constant
from synth.language.program import Terminal
from synth.language.spec import Spec
from synth.language.types import BOOL, INT, Fn, Type

ROWS = 512  # drawn inputs of a function that is given by a term
EXHAUSTIVE = 16  # bits of input up to which the domain is listed
LARGE = 2**20  # drawn integers stay below, so that their products fit into 64 bits


def example_at_once(expression: Expression, functions: Mapping[str, Fn], line: int) -> Example | None:
    """The example (= (f literal ...) literal) without building its term; None for anything else."""
    if isinstance(expression, Atom) or len(expression.items) != 3:
        return None
    equals, one, other = expression.items
    if isinstance(equals, Group) or equals.text != "=":
        return None
    call, answer = (one, other) if isinstance(one, Group) else (other, one)
    if isinstance(call, Atom) or isinstance(answer, Group) or not call.items:
        return None
    head, *arguments = call.items
    if not isinstance(head, Atom) or head.text not in functions:
        return None
    words = [word for word in (*arguments, answer) if isinstance(word, Atom)]
    values = [literal(word) for word in words]
    type = functions[head.text]
    if [value[1] if value else None for value in values] != [*type.args, type.result]:
        return None
    numbers = [value[0] for value in values if value]
    return Example(head.text, tuple(numbers[:-1]), numbers[-1], line)


def merged(examples: Iterable[Example], functions: Mapping[str, Fn]) -> tuple[Example, ...]:
    """Equal examples once; ValueError names the lines of two that contradict each other."""
    first: dict[tuple[str, tuple[int, ...]], Example] = {}
    for example in examples:
        known = first.setdefault((example.function, example.inputs), example)
        if known.output != example.output:
            lines = f"lines {known.line} and {example.line} contradict each other"
            lines = f"line {known.line} contradicts itself" if known.line == example.line else lines
            raise ValueError(
                f"{lines}: {call_text(example, functions)} is "
                f"{answer_text(known, functions)} in one and {answer_text(example, functions)} in the other; "
                "remove one of them"
            )
    return tuple(first.values())


def call_text(example: Example, functions: Mapping[str, Fn]) -> str:
    kinds = functions[example.function].args
    values = [constant(value, kind).smt or "" for value, kind in zip(example.inputs, kinds, strict=True)]
    return f"({' '.join([example.function, *values])})"


def answer_text(example: Example, functions: Mapping[str, Fn]) -> str:
    return constant(example.output, functions[example.function].result).smt or ""


def specification(problem: Problem, *, seed: int = 0) -> Spec | None:
    """The problem as examples, or as an oracle with drawn inputs, for `solve`; None for general constraints.

    None, too, for a function without parameters: it has one example at most.
    """
    if len(problem.functions) != 1 or problem.kind == "general" or not problem.functions[0].parameters:
        return None
    return from_examples(problem) if problem.kind == "examples" else from_definition(problem, seed)


def from_examples(problem: Problem) -> Spec:
    function = problem.functions[0]
    rows = [(*example.inputs, example.output) for example in problem.examples]
    kinds = (*function.type.args, function.result)
    arrays = [column([row[i] for row in rows], kind) for i, kind in enumerate(kinds)]
    names = tuple(parameter.name for parameter in function.parameters)
    return Spec(type=function.type, inputs=tuple(arrays[:-1]), outputs=arrays[-1], names=names)


def from_definition(problem: Problem, seed: int) -> Spec:
    """The term as the oracle; every input where there are at most 2**16, otherwise drawn ones."""
    function, found = problem.functions[0], definition(problem)
    assert found is not None
    _, value = found
    names = called_with(problem)

    def oracle(*arrays: np.ndarray) -> np.ndarray:
        rows = np.broadcast_shapes(*(np.shape(array) for array in arrays))
        return np.broadcast_to(value.evaluate(dict(zip(names, arrays, strict=True))), rows)

    kinds = function.type.args
    whole = domain(kinds)
    inputs = whole or tuple(drawn(kind, np.random.default_rng((seed, i))) for i, kind in enumerate(kinds))
    return Spec(
        type=function.type,
        inputs=inputs,
        outputs=oracle(*inputs),
        oracle=oracle,
        domain=whole,
        names=tuple(parameter.name for parameter in function.parameters),
    )


def called_with(problem: Problem) -> list[str]:
    """The variables that the single constraint applies the function to, in order."""
    term = problem.constraints[0].term
    return [node.name for node in (term.nodes[i] for i in term.calls[0].args) if isinstance(node, Terminal)]


def domain(kinds: Sequence[Type]) -> tuple[np.ndarray, ...] | None:
    """Every input, the last argument fastest, where at most 16 bits say which."""
    widths = [1 if kind == BOOL else kind.width or 64 for kind in kinds]
    if sum(widths) > EXHAUSTIVE or not kinds:
        return None
    grids = np.indices([2**width for width in widths]).reshape(len(widths), -1)
    return tuple(grid.astype(column([0], kind).dtype) for grid, kind in zip(grids, kinds, strict=True))


def drawn(kind: Type, random: np.random.Generator) -> np.ndarray:
    """Inputs of every magnitude, with the ends of the range and their neighbours; shape (512,)."""
    if kind == BOOL:
        return random.integers(0, 2, ROWS).astype(bool)
    if kind == INT:
        scale = random.integers(1, LARGE.bit_length(), ROWS)
        return random.integers(-(2**scale), 2**scale + 1)
    width = kind.width or 64
    mask = 2**width - 1
    values = random.integers(0, mask, ROWS, dtype=np.uint64, endpoint=True)
    shifts = random.integers(0, width, ROWS).astype(np.uint64)
    style = random.integers(0, 4, ROWS)
    ends = np.array([0, 1, mask, mask >> 1, (mask >> 1) + 1, mask - 1], np.uint64) & np.uint64(mask)
    values = np.where(style == 1, values >> shifts, values)
    values = np.where(style == 2, (values << shifts) & np.uint64(mask), values)
    return np.where(style == 3, random.choice(ends, ROWS), values)
