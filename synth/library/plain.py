"""Primitives on vectors from a plain Python function on lists, which is their Python view and their value in sympy."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

import sympy

from synth.language.machine import Machine
from synth.language.primitive import Primitive
from synth.language.types import Fn, is_vector


def on_lists(
    name: str,
    type: Fn,
    doc: str,
    run: Callable[..., Any],
    plain: Callable[..., Any],
    machine: Machine | None = None,
) -> Primitive:
    """A primitive whose other views follow from `plain`, a function of plain numbers, lists and functions."""
    return Primitive(
        name=name,
        type=type,
        doc=doc,
        run=run,
        sym=symbolic(name, type, plain),
        python=f"{plain.__name__}({', '.join(['{}'] * len(type.args))})",
        define=plain_source(plain),
        machine=machine,
    )


def plain_source(plain: Callable[..., Any]) -> str:
    """A function's definition without annotations, which may stand in any file."""
    node = ast.parse(inspect.getsource(plain)).body[0]
    assert isinstance(node, ast.FunctionDef)
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    return ast.unparse(node) + "\n"


def symbolic(name: str, type: Fn, plain: Callable[..., Any]) -> Any:
    """A sympy function by the primitive's name: of symbols it stays as it is, of numbers and Tuples it has a value."""

    def value(cls: Any, *arguments: Any) -> Any:
        if any(argument.free_symbols for argument in arguments):
            return None
        result = plain(*(list(a) if isinstance(a, sympy.Tuple) else a for a in arguments))
        return sympy.Tuple(*result) if is_vector(type.result) else sympy.sympify(result)

    return _class(name, {"eval": classmethod(value), "is_integer": None if is_vector(type.result) else True})


def _class(name: str, members: dict[str, Any]) -> Any:
    return sympy.core.function.FunctionClass(name, (sympy.Function,), members)
