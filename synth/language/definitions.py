"""What several primitives' Python templates need beside each other: one name means one thing, builtins included."""

import ast
import builtins
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from synth.language.naming import free
from synth.language.primitive import Primitive
from synth.language.template import Template, read_template


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a primitive's `define`, the names that it gives a meaning, and all that it says."""

    text: str
    gives: frozenset[str]
    says: frozenset[str]
    imports: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """Statements to stand before a function, and the template of each primitive in their names."""

    texts: tuple[str, ...]
    imports: tuple[str, ...]
    templates: dict[Primitive, Template]

    @property
    def words(self) -> frozenset[str]:
        """What the templates say: names that nothing in the function may have for something else."""
        return frozenset().union(*(each.words | each.bound for each in self.templates.values()))

    def source(self) -> str:
        """The statements as the beginning of a file."""
        parts = (["\n".join(self.imports)] if self.imports else []) + list(self.texts)
        return "".join(f"{part}\n\n\n" for part in parts)


def gather(primitives: Iterable[Primitive], reserved: Collection[str] = ()) -> Gathered:
    """The definitions of these primitives; what is defined twice in unlike ways, or is reserved, gets another name."""
    primitives = list(dict.fromkeys(primitives))
    templates = {each: template_of(each) for each in primitives}
    avoided = {*reserved, *builtins_said(primitives), *(word for each in templates.values() for word in each.bound)}
    kept: dict[str, Statement] = {}  # by the names that they give
    before: dict[tuple[str, str], str] = {}  # a name and its statement, as the primitive has them, to the name here
    for each in primitives:
        unit = statements(each.name, each.define)
        renamed = renaming(unit, kept, avoided, before)
        if renamed:
            before.update({(name, s.text): renamed[name] for s in unit for name in s.gives & renamed.keys()})
            unit = statements(each.name, Rename(renamed).rewritten(each.define, "exec"))
            text = Rename(renamed).rewritten(str(each.python).format(*marks(each)), "eval")
            templates[each] = read_template(braced(text, each), len(each.type.args))
        for statement in unit:
            kept.update(dict.fromkeys(statement.gives or {statement.text}, statement))
    lines = dict.fromkeys(statement for statement in kept.values())
    texts = tuple(each.text for each in lines if not each.imports)
    return Gathered(texts, tuple(each.text for each in lines if each.imports), templates)


def builtins_said(primitives: Iterable[Primitive]) -> set[str]:
    """The builtins that the primitives mean, since they give these names no meaning themselves."""
    said: set[str] = set()
    for each in primitives:
        unit = statements(each.name, each.define)
        given = frozenset().union(*(statement.gives for statement in unit))
        said |= template_of(each).words.union(*(statement.says for statement in unit)) - given
    return {word for word in said if hasattr(builtins, word)}


def template_of(primitive: Primitive) -> Template:
    if primitive.python is None:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a Python view, got none; "
            'give python="..." with {} for each argument'
        )
    try:
        return read_template(primitive.python, len(primitive.type.args))
    except ValueError as error:
        raise ValueError(f"primitive {primitive.name!r}: {error}") from None


@lru_cache(1 << 10)
def statements(name: str, define: str) -> tuple[Statement, ...]:
    """The statements of a definition; ValueError where it is no Python."""
    try:
        tree = ast.parse(define)
    except (SyntaxError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise ValueError(f"primitive {name!r}: expected `define` as Python statements, got {why}; mend it") from None
    return tuple(statement(node, define) for node in tree.body)


def statement(node: ast.stmt, source: str) -> Statement:
    imports = isinstance(node, ast.Import | ast.ImportFrom)
    text = ast.get_source_segment(source, node) or ast.unparse(node)
    text = ast.unparse(node) if getattr(node, "decorator_list", None) or "\t" in text else text
    walked = list(ast.walk(node))
    says = {each.id for each in walked if isinstance(each, ast.Name)}
    if imports:
        gives = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}  # pyright: ignore[reportAttributeAccessIssue]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        gives = {node.name}
    else:
        gives = {each.id for each in walked if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return Statement(text, frozenset(gives), frozenset(says | gives), imports)


def renaming(
    unit: Sequence[Statement],
    kept: Mapping[str, Statement],
    avoided: Collection[str],
    before: Mapping[tuple[str, str], str],
) -> dict[str, str]:
    """New names for what a definition cannot call by its own, and for what leans on it."""
    made: dict[str, str] = {}
    used = {*kept, *avoided, *(word for each in unit for word in each.says)}
    changed = True
    while changed:
        changed = False
        for each in unit:
            leans = any(name in made for name in each.says - each.gives)
            for name in each.gives - made.keys():
                other = name in kept and (kept[name].text != each.text or leans)
                if name in avoided or other:
                    again = None if leans else before.get((name, each.text))
                    made[name] = again or free(name, used)
                    used.add(made[name])
                    changed = True
    return made


def marks(primitive: Primitive) -> list[str]:
    return [f"_slot_{place}_" for place in range(len(primitive.type.args))]


def braced(text: str, primitive: Primitive) -> str:
    """A template from a text with marks in its places."""
    text = text.replace("{", "{{").replace("}", "}}")
    for place, mark in enumerate(marks(primitive)):
        text = text.replace(mark, f"{{{place}}}")
    return text


class Rename(ast.NodeTransformer):
    """Global names become others; inside a function that has such a name for a parameter, it stays."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def rewritten(self, source: str, mode: str) -> str:
        return ast.unparse(self.visit(ast.parse(source.strip(), mode=mode)))

    def inside(self, node: ast.AST, arguments: ast.arguments) -> ast.AST:
        own = {each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg)}
        stored = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        hidden = {name: self.names[name] for name in (own | stored) & self.names.keys()}
        return Rename({k: v for k, v in self.names.items() if k not in hidden}).generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.inside(node, node.args)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self.inside(node, node.args)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        name = node.asname or node.name.partition(".")[0]
        if name in self.names:
            node.asname = self.names[name]
        return node
