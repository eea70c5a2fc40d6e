"""The source of a primitive's `run`, as a function of scalars that can stand in a file of its own.

The first parameter, `xp`, becomes a module of the generated file; captured numbers are written in as literals, captured
functions as definitions. What cannot be written so (other captured objects, functions whose file is gone) is refused,
and the search evaluates such a primitive with numpy.
"""

import ast
import inspect
from collections.abc import Callable
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from synth.language.macro import hole
from synth.language.program import Apply, Program, Terminal

LITERALS = (bool, int, float)


class Unwritable(Exception):  # noqa: N818 - a refusal, caught inside synth
    """Why a function's source cannot stand alone."""


def scalar_source(name: str, run: Callable[..., Any], body: Program | None = None, arity: int = 0) -> str:
    """Definitions, the last of which is `name`, the function without its parameter `xp`; Unwritable where it fails.

    `body` is that of a macro of so many arguments.
    """
    if body is not None:
        return program_source(name, body, arity)
    written: dict[str, str] = {}
    write(name, run, written)
    return "\n\n".join(written.values())


@lru_cache(1 << 10)
def program_source(name: str, body: Program, arity: int) -> str:
    """The same of a program, which macros of one body share."""
    written: dict[str, str] = {}
    write_program(name, body, arity, written)
    return "\n\n".join(written.values())


def write(name: str, function: Any, written: dict[str, str]) -> None:
    if not isinstance(function, FunctionType):
        raise Unwritable(f"{function!r} is not a plain function")
    node = parsed(function)
    parameters = [argument.arg for argument in node.args.args]
    if not parameters or node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.defaults:
        raise Unwritable("expected plain parameters, xp the first")
    names = captured(function)
    body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
    replace = Replace(parameters[0], names, name, written)
    statements = [replace.visit(statement) for statement in body]
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(p) for p in parameters[1:]], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    definition = ast.FunctionDef(name=name, args=arguments, body=statements, decorator_list=[])
    written[name] = "@register_jitable\n" + ast.unparse(ast.fix_missing_locations(definition))


def write_program(name: str, body: Program, arity: int, written: dict[str, str]) -> None:
    """The function of a macro's program: one line a node."""
    parameters = {hole(place): f"h{place}" for place in range(arity)}
    lines = [f"@register_jitable\ndef {name}({', '.join(parameters.values())}):"]
    for i, node in enumerate(body.nodes):
        if isinstance(node, Terminal):
            lines.append(f"    v{i} = {parameters[node.name]}")
        elif isinstance(node, Apply):
            inner = f"{name}_{i}"
            if node.primitive.body is None:
                write(inner, node.primitive.run, written)
            else:
                write_program(inner, node.primitive.body, len(node.args), written)
            lines.append(f"    v{i} = {inner}({', '.join(f'v{j}' for j in node.args)})")
        else:
            raise Unwritable("a program with functions inside")
    written[name] = "\n".join([*lines, f"    return v{len(body.nodes) - 1}"])


def parsed(function: FunctionType) -> ast.Lambda | ast.FunctionDef:
    """The function's own node in its file; lambdas that share a line are told apart by their columns."""
    code = function.__code__
    try:
        known = functions_of("".join(inspect.findsource(function)[0]))
    except (OSError, SyntaxError, TypeError) as error:
        raise Unwritable(str(error)) from error
    for node in known.get(code.co_firstlineno, ()):
        if node.name == code.co_name if isinstance(node, ast.FunctionDef) else lambda_of(node, code):
            return again(node)
    raise Unwritable("its source does not stand in its file")


def again(node: ast.Lambda | ast.FunctionDef) -> ast.Lambda | ast.FunctionDef:
    """A copy, since what is written changes it; parsing is many times faster than copying node by node."""
    made = ast.parse(text_of(node)).body[0]
    made = made.value if isinstance(made, ast.Expr) else made
    assert isinstance(made, ast.Lambda | ast.FunctionDef)
    return made


@lru_cache(1024)
def text_of(node: ast.AST) -> str:
    return ast.unparse(node)


@lru_cache(64)
def functions_of(text: str) -> dict[int, list[ast.Lambda | ast.FunctionDef]]:
    """The functions of a file by their first line; a language's primitives stand in few files."""
    found: dict[int, list[ast.Lambda | ast.FunctionDef]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Lambda | ast.FunctionDef):
            found.setdefault(node.lineno, []).append(node)
    return found


def lambda_of(node: ast.Lambda, code: CodeType) -> bool:
    return code.co_name == "<lambda>" and spans(node, code)


def spans(node: ast.Lambda, code: CodeType) -> bool:
    """Whether the code was compiled from this node: positions of its expressions lie within the node's body."""
    if node.lineno != code.co_firstlineno:
        return False
    places = [(p[0], p[2]) for p in code.co_positions() if p[0] is not None and p[2] is not None and p[3] != 0]
    places = [(line, column) for line, column in places if line and column is not None]
    body = node.body
    low, high = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
    inside = [low <= place <= high for place in places if place != (node.lineno, 0)]
    return bool(inside) and all(inside)


def captured(function: FunctionType) -> dict[str, Any]:
    """What the free and global names of a function stand for."""
    cells = function.__closure__ or ()
    names = dict(zip(function.__code__.co_freevars, (cell.cell_contents for cell in cells), strict=True))
    known = {name: function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__}
    return known | names


class Replace(ast.NodeTransformer):
    """Names become what they stand for; `xp` as an argument disappears, since the file has it as a module."""

    def __init__(self, xp: str, names: dict[str, Any], prefix: str, written: dict[str, str]) -> None:
        self.xp = xp
        self.names = names
        self.prefix = prefix
        self.written = written

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [a for a in node.args if not (isinstance(a, ast.Name) and a.id == self.xp)]
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == self.xp:
            return ast.Name("xp", node.ctx)
        if node.id not in self.names or not isinstance(node.ctx, ast.Load):
            return node
        value = self.names[node.id]
        if isinstance(value, LITERALS):
            return ast.Constant(value)
        inner = f"{self.prefix}_{node.id}"
        if inner not in self.written:
            self.written[inner] = ""  # its place, should it call itself
            write(inner, value, self.written)
        return ast.Name(inner, node.ctx)
