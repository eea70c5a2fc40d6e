"""A primitive's Python template as an expression: what it names, and where its arguments need brackets.

Brackets are set by meaning: a text is right where it parses as the template's tree with the arguments' trees in it.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

SLOT = re.compile(r"_slot_([0-9]+)_")
ATOM = "x"
FORMS = {  # how a piece of text binds, by its outermost operation
    ast.BoolOp: {ast.And: "x and x", ast.Or: "x or x"},
    ast.UnaryOp: {ast.Not: "not x", ast.USub: "-x", ast.UAdd: "+x", ast.Invert: "~x"},
    ast.BinOp: {
        **dict.fromkeys((ast.Add, ast.Sub), "x + x"),
        **dict.fromkeys((ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult), "x * x"),
        **dict.fromkeys((ast.LShift, ast.RShift), "x << x"),
        ast.BitOr: "x | x",
        ast.BitXor: "x ^ x",
        ast.BitAnd: "x & x",
        ast.Pow: "x ** x",
    },
}
OTHERS = {ast.Compare: "x < x", ast.IfExp: "x if x else x", ast.Lambda: "lambda: x", ast.Await: "await x"}


class Piece(NamedTuple):
    """An expression's text without outer brackets, and an expression that binds as it does."""

    text: str
    form: str = ATOM


@dataclass(frozen=True, slots=True)
class Template:
    """Texts with places of arguments between them: even ones are texts, odd ones are places."""

    parts: tuple[str, ...]
    form: str
    words: frozenset[str]  # that it takes from around it
    bound: frozenset[str]  # that it gives a value inside, as `for x in` does

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(map(int, self.parts[1::2]))


@lru_cache(1 << 12)
def read_template(text: str, arity: int) -> Template:
    """The template; ValueError where it is no expression with the arguments as parts."""
    marks = [f"_slot_{place}_" for place in range(arity)]
    marked = text.format(*marks)
    tree = parsed(marked)
    if tree is None:
        raise ValueError(f"expected a Python expression with {{}} for each argument, got {text!r:.60}; mend it")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if len(SLOT.findall(marked)) != sum(node.id in marks for node in names if isinstance(node.ctx, ast.Load)):
        raise ValueError(f"expected {{}} where an expression may stand, got {text!r:.60}; put none into texts or names")
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    words = {node.id for node in names} - bound - set(marks)
    marked = without_brackets(marked, tree)
    return Template(tuple(SLOT.split(marked)), form_of(tree), frozenset(words), frozenset(bound))


def without_brackets(text: str, tree: ast.expr) -> str:
    """The text of a tree on one line, without comments and outer brackets."""
    text = text.strip()
    if "#" in text or "\n" in text:
        text = ast.unparse(tree)
    while text.startswith("(") and text.endswith(")") and same(text[1:-1].strip(), tree):
        text = text[1:-1].strip()
    return text if same(text, tree) else f"({text})"


def same(text: str, tree: ast.expr) -> bool:
    known = parsed(text)
    return known is not None and ast.dump(known) == ast.dump(tree)


def parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def form_of(tree: ast.expr) -> str:
    """An expression with the outermost operation of a tree, which is all that decides about brackets around it."""
    kind = type(tree)
    if kind in FORMS:
        return FORMS[kind][type(tree.op)]  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float | complex):
        return "1"  # 1.real is no Python
    return "x, x" if isinstance(tree, ast.Tuple) else OTHERS.get(kind, ATOM)


def piece(text: str) -> Piece:
    """A whole expression as a piece."""
    tree = parsed(text)
    assert tree is not None, text
    return Piece(without_brackets(text, tree), form_of(tree))


def fill(template: Template, arguments: Sequence[Piece]) -> Piece:
    """The template with arguments in its places, in brackets where it would say something else without."""
    wrapped = brackets(template, tuple(given.form for given in arguments))
    texts = list(template.parts)
    for i, (place, wrap) in enumerate(zip(template.places, wrapped, strict=True)):
        given = arguments[place].text
        texts[2 * i + 1] = f"({given})" if wrap else given
    alone = template.parts[0] == template.parts[-1] == "" and len(template.parts) == 3
    return Piece("".join(texts), arguments[template.places[0]].form if alone else template.form)


@lru_cache(1 << 14)
def brackets(template: Template, forms: tuple[str, ...]) -> tuple[bool, ...]:
    """Which of the places need brackets for arguments that bind so."""
    needed = tuple(
        forms[place] != ATOM and not right(template, forms, [i != other for i in range(len(template.places))])
        for other, place in enumerate(template.places)
    )
    return needed if right(template, forms, needed) else (True,) * len(needed)


def right(template: Template, forms: tuple[str, ...], wrapped: Sequence[bool]) -> bool:
    """Whether the text, with these places in brackets, is the template's tree with the arguments' trees in it."""
    texts = [ATOM if i % 2 else part for i, part in enumerate(template.parts)]
    for i, (place, wrap) in enumerate(zip(template.places, wrapped, strict=True)):
        texts[2 * i + 1] = f"({forms[place]})" if wrap else forms[place]
    tree = parsed("".join(f"_slot_{part}_" if i % 2 else part for i, part in enumerate(template.parts)))
    assert tree is not None
    trees = {f"_slot_{place}_": parsed(forms[place]) for place in template.places}
    return same("".join(texts), Substitute(trees).visit(tree))


class Substitute(ast.NodeTransformer):
    """Names become trees."""

    def __init__(self, trees: dict[str, Any]) -> None:
        self.trees = trees

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.trees.get(node.id, node)
