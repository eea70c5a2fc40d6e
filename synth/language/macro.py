"""A primitive that stands for a program over its parameters."""

import builtins
import keyword
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from synth.language.primitive import Choice, Primitive
from synth.language.program import Apply, Lambda, Node, Program, Terminal
from synth.language.python_view import python_source
from synth.language.types import Fn, dtype_of
from synth.language.undo import inverses


def macro(
    name: str,
    parameters: Sequence[Terminal],
    body: Program,
    *,
    doc: str | None = None,
    smt: str | None = None,
    bits: float | None = None,
) -> Primitive:
    """The primitive whose value is that of `body`, with arguments in the order of `parameters`.

    Where the body is a choice between two of the parameters by a condition on the third, so is the macro.
    """
    if any(isinstance(node, Lambda) for node in body.nodes):
        raise ValueError(f"macro {name!r}: expected a body without lambdas, got one; give the lambda to a primitive")
    words = dict.fromkeys(parameters)
    strange = [node.name for node in body.terminals if node not in words]
    if strange or len(words) != len(parameters):
        raise ValueError(
            f"macro {name!r}: expected a body over {', '.join(p.name for p in parameters) or 'no parameters'}, each "
            f"named once, got {', '.join(strange) or 'a name twice'}; make it a parameter"
        )
    function = identifier(name, body)
    text = source(function, parameters, body)
    return Primitive(
        name=name,
        type=Fn(tuple(parameter.type for parameter in parameters), body.type),
        doc=doc or f"Stands for {body.show() if len(body.nodes) < 20 else 'a longer program'}.",
        run=composed(parameters, body),
        sym=symbolic(parameters, body),
        python=f"{function}({', '.join(['{}'] * len(parameters))})" if text else None,
        define=text,
        smt=smt,
        bits=bits,
        inverses=inverses(len(parameters), *flattened(parameters, body)),
        choice=choice(parameters, body),
        body=over_holes(parameters, body),
    )


def hole(place: int) -> str:
    """The name of a macro's parameter in its `body`: one that no file can have."""
    return f"hole {place}"


def over_holes(parameters: Sequence[Terminal], body: Program) -> Program:
    """The body over parameters that are called by their places."""
    names = {parameter: Terminal(hole(i), parameter.type) for i, parameter in enumerate(parameters)}
    return Program(tuple(names[node] if isinstance(node, Terminal) else node for node in body.nodes))


def composed(parameters: Sequence[Terminal], body: Program) -> Any:
    """`run` of the body: its primitives one after another, the result in the shape of all arguments together."""
    steps, result = flattened(parameters, body)
    results = [(node.primitive.type.result, places) for node, places in steps]
    dtypes = tuple(None if places or isinstance(kind, Fn) else dtype_of(kind) for kind, places in results)
    plan = tuple((node.primitive.run, places, dtype) for (node, places), dtype in zip(steps, dtypes, strict=True))
    widen = len(parameters) > len(body.terminals)

    def run(xp: Any, *arguments: Any) -> Any:
        values = list(arguments)
        for function, places, dtype in plan:
            value = function(xp, *(values[i] for i in places))
            values.append(value if dtype is None else xp.module.asarray(value, dtype=dtype))
        shape = np.broadcast_shapes(*(np.shape(value) for value in arguments)) if widen else None
        return values[result] if shape is None else xp.module.broadcast_to(values[result], shape)

    return run


def flattened(parameters: Sequence[Terminal], body: Program) -> tuple[tuple[tuple[Apply, tuple[int, ...]], ...], int]:
    """The body's applications with the places of their arguments, counted after the parameters, and the result's."""
    places = {parameter: i for i, parameter in enumerate(parameters)}
    moved: list[int] = []
    steps: list[tuple[Apply, tuple[int, ...]]] = []
    for node in body.nodes:
        if isinstance(node, Terminal):
            moved.append(places[node])
        elif isinstance(node, Apply):
            moved.append(len(parameters) + len(steps))
            steps.append((node, tuple(moved[i] for i in node.args)))
    return tuple(steps), moved[-1]


def symbolic(parameters: Sequence[Terminal], body: Program) -> Any:
    steps, result = flattened(parameters, body)

    def sym(*arguments: Any) -> Any:
        values = list(arguments)
        for node, places in steps:
            values.append(node.primitive.sym(*(values[i] for i in places)))
        return values[result]

    return sym


def choice(parameters: Sequence[Terminal], body: Program) -> Choice | None:
    """How the macro chooses, where its body is (ite condition y z), or (ite condition z y), for f(x, y, z)."""
    root = body.nodes[-1]
    if len(parameters) != 3 or not isinstance(root, Apply) or root.primitive.choice is None:
        return None
    condition, *branches = root.args
    chosen = [body.nodes[branch] for branch in branches]
    if chosen not in ([parameters[1], parameters[2]], [parameters[2], parameters[1]]):
        return None
    test = part(body.nodes, condition)
    if any(node != parameters[0] for node in test.terminals) or not test.terminals:
        return None
    inner, when = composed(parameters[:1], test), root.primitive.choice.when
    if chosen[0] == parameters[1]:
        return Choice(lambda xp, c: when(xp, inner(xp, c)))
    return Choice(lambda xp, c: when(xp, inner(xp, c)) ^ True)


def part(nodes: Sequence[Node], root: int) -> Program:
    """The program whose result is one node of another."""
    needed = {root}
    for place in range(root, -1, -1):
        node = nodes[place]
        if place in needed and isinstance(node, Apply):
            needed.update(node.args)
    moved: dict[int, int] = {}
    kept: list[Node] = []
    for place in sorted(needed):
        node = nodes[place]
        moved[place] = len(kept)
        kept.append(Apply(node.primitive, tuple(moved[i] for i in node.args)) if isinstance(node, Apply) else node)
    return Program(tuple(kept))


def source(function: str, parameters: Sequence[Terminal], body: Program) -> str:
    """Python definitions of the macro and of what it needs; empty where a part of it has no Python view."""
    if any(isinstance(node, Apply) and node.primitive.python is None for node in body.nodes):
        return ""
    names = {parameter: Terminal(f"x{i}", parameter.type) for i, parameter in enumerate(parameters)}
    renamed = Program(tuple(names[node] if isinstance(node, Terminal) else node for node in body.nodes))
    return python_source(renamed, [node.name for node in names.values()], function)


def identifier(name: str, body: Program) -> str:
    """A name for the Python definition that nothing in the body has."""
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    word = f"f_{word}" if keyword.iskeyword(word) or not word.isidentifier() else word
    taken = "\n".join(node.primitive.define for node in body.nodes if isinstance(node, Apply))
    while f"def {word}(" in taken or hasattr(builtins, word):
        word += "_"
    return word
