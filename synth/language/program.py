"""A program: an expression graph over primitives and terminals, and its text, Python, sympy and array views."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.language.primitive import Primitive
from synth.language.selectors import SEEN
from synth.language.types import SELECTOR, Fn, Type, carrier, dtype_of, fits, is_vector, plain
from synth.language.xp import NUMPY, WIDE, Xp, jax_xp

PLAIN = re.compile(r"(?![-+.]?[0-9]|#[xb]|(lambda|true|false)$)[^\s()|\\]+")  # what is no literal and no lambda
BARRED = re.compile(r"\|[^|\\]*\|")  # as SyGuS files write them


@dataclass(frozen=True, slots=True)
class Terminal:
    """A named value that a program is given: an argument, a named number, or `bits`."""

    name: str
    type: Any  # a Type; a Fn for the word lambda of a grammar


@dataclass(frozen=True, slots=True)
class Apply:
    """A primitive on earlier nodes of the program."""

    primitive: Primitive
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function of parameters as a value; its body may also name the terminals around it."""

    parameters: tuple[Terminal, ...]
    body: "Program"

    @property
    def type(self) -> Fn:
        return Fn(tuple(node.type for node in self.parameters), carrier(self.body.type))

    @property
    def free(self) -> tuple[Terminal, ...]:
        """The terminals of the body that are not parameters."""
        return tuple(node for node in self.body.terminals if node not in self.parameters)


Node = Terminal | Apply | Lambda


@dataclass(frozen=True, slots=True)
class Program:
    """Nodes in order of evaluation, equal subexpressions once; the last one is the result."""

    nodes: tuple[Node, ...]

    @property
    def type(self) -> Any:
        """The result's Type; an Fn for a program that is a function by itself."""
        return type_of(self.nodes[-1])

    @property
    def size(self) -> int:
        """Nodes, with those of the bodies of lambdas."""
        return sum(1 + node.body.size if isinstance(node, Lambda) else 1 for node in self.nodes)

    @property
    def terminals(self) -> tuple[Terminal, ...]:
        """The terminals that occur, in order of appearance."""
        return tuple(dict.fromkeys(word for node in self.nodes for word in words_of(node)))

    def show(self) -> str:
        """The s-expression that `parse` reads, e.g. (mod (add a b) p), equal subexpressions in full."""
        words: list[str] = []
        stack: list[int | str] = [len(self.nodes) - 1]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                words.append(item)
                continue
            node = self.nodes[item]
            if isinstance(node, Lambda):
                words.append(f"(lambda ({' '.join(spelled(word) for word in node.parameters)}) {node.body.show()})")
            elif isinstance(node, Terminal) or not node.args:
                words.append(spelled(node) if isinstance(node, Terminal) else node.primitive.name)
            else:
                words.append("(" + node.primitive.name)
                stack += [")", *reversed(node.args)]
        return " ".join(words).replace(" )", ")")

    def __str__(self) -> str:
        return self.show()

    def run(self, columns: Mapping[str, Any], backend: str = "numpy") -> np.ndarray:
        """The program's value on columns of one shape, a column for each terminal, on "numpy" or "jax".

        Columns of vectors have one more axis, the last, of 1 + capacity; so has the value of a vector's type. The
        length of sequences has no limit (`synth.language.selectors`).
        """
        wide = any(
            is_vector(node.type) and np.shape(columns.get(node.name, ()))[-1:] > (1 + SEEN,) for node in self.terminals
        )
        if wide and SELECTOR in {plain(self.type), *(plain(node.type) for node in self.terminals)}:
            raise ValueError(
                f"program {self.show()}: expected selectors of at most {SEEN} positions, got a longer one; "
                "ask for a sequence that is made of it"
            )
        if backend == "numpy":
            with np.errstate(all="ignore"):
                return self.evaluate(WIDE if wide else NUMPY, {name: np.asarray(v) for name, v in columns.items()})
        if backend == "jax":
            import jax

            with jax.enable_x64(True):
                return np.asarray(self.evaluate(jax_xp(wide), columns))
        raise ValueError(f"backend: expected 'numpy' or 'jax', got {backend!r}; choose one of them")

    def evaluate(self, xp: Xp, columns: Mapping[str, Any]) -> Any:
        """The same as a pure function of arrays, for use under jit; 64-bit integers are the caller's to switch on."""
        self._check_columns(columns)
        shape = batch_shape(self.terminals, columns)
        values: list[Any] = []
        for node in self.nodes:
            if isinstance(node, Terminal):
                values.append(xp.module.asarray(columns[node.name], dtype=dtype_of(node.type)))
            elif isinstance(node, Lambda):
                values.append(closure(xp, node, columns, len(shape)))
            else:
                value = node.primitive.run(xp, *(values[i] for i in node.args))
                values.append(value if node.args else of_type(xp, value, node.primitive.type.result))
        if isinstance(self.type, Fn):
            return values[-1]
        result = xp.typed(values[-1], self.type)
        own = result.shape[result.ndim - xp.axes(self.type) :]
        return xp.module.broadcast_to(result, (*shape, *own))

    def _check_columns(self, columns: Mapping[str, Any]) -> None:
        missing = [node.name for node in self.terminals if node.name not in columns]
        if missing:
            raise ValueError(
                f"program {self.show()}: expected columns for {', '.join(missing)}, "
                f"got {', '.join(columns) or 'none'}; give one array for each terminal"
            )


def renamed(program: Program, names: Mapping[str, str]) -> Program:
    """The program over terminals of other names, those of lambdas included."""

    def other(node: Node) -> Node:
        if isinstance(node, Terminal):
            return Terminal(names.get(node.name, node.name), node.type)
        if isinstance(node, Lambda):
            return Lambda(tuple(Terminal(names.get(p.name, p.name), p.type) for p in node.parameters), body(node.body))
        return node

    def body(inner: Program) -> Program:
        return Program(tuple(other(node) for node in inner.nodes))

    return body(program)


def of_type(xp: Xp, value: Any, kind: Any) -> Any:
    """A constant as an array, on which ~ is not Python's: ~(0 == 0) is -2."""
    return value if isinstance(kind, Fn) else xp.module.asarray(value, dtype=dtype_of(kind))


def batch_shape(terminals: Sequence[Terminal], columns: Mapping[str, Any]) -> tuple[int, ...]:
    """The shape of the batch: of the named columns, or where none is named, of the column of fewest axes."""
    shapes = [np.shape(columns[node.name])[: -1 if is_vector(node.type) else None] for node in terminals]
    axes = max(map(len, shapes)) if shapes else min((np.ndim(values) for values in columns.values()), default=0)
    named = {node.name for node in terminals}
    shapes += [np.shape(values) for name, values in columns.items() if name not in named and np.ndim(values) == axes]
    return np.broadcast_shapes(*shapes)


def closure(xp: Xp, node: Lambda, columns: Mapping[str, Any], axes: int) -> Callable[..., Any]:
    """The function on arrays of at least `axes` axes; numbers from around it meet their first axes."""

    def call(*arguments: Any) -> Any:
        shape = np.broadcast_shapes(*(np.shape(values) for values in arguments))
        given = {
            word.name: xp.module.broadcast_to(values, shape)
            for word, values in zip(node.parameters, arguments, strict=True)
        }
        outer = {word.name: widened(xp, columns[word.name], word, axes, len(shape) - axes) for word in node.free}
        result = node.body.evaluate(xp, given | outer)
        return xp.module.broadcast_to(result, np.broadcast_shapes(result.shape, shape))

    return call


def widened(xp: Xp, values: Any, word: Terminal, axes: int, extra: int) -> Any:
    """A column with `extra` axes behind those of the batch."""
    values = xp.module.asarray(values)
    inner = values.shape[-1:] if is_vector(word.type) else ()
    batch = values.shape[: values.ndim - len(inner)]
    return values.reshape((*batch, *[1] * max(extra if batch else 0, 0), *inner))


def apply(primitive: Primitive, *programs: Program) -> Program:
    """A primitive on programs, with equal subexpressions shared."""
    places: dict[Node, int] = {}
    roots: list[int] = []
    for program in programs:
        moved: list[int] = []
        for node in program.nodes:
            if isinstance(node, Apply):
                node = Apply(node.primitive, tuple(moved[i] for i in node.args))
            moved.append(places.setdefault(node, len(places)))
        roots.append(moved[-1])
    nodes = list(places)
    check_call(primitive, [nodes[root] for root in roots])
    return Program((*nodes, Apply(primitive, tuple(roots))))


def check_call(primitive: Primitive, given: Sequence[Node]) -> None:
    """ValueError unless the nodes have the types of the primitive's arguments."""
    asked = primitive.type.args
    if len(asked) != len(given):
        raise ValueError(
            f"primitive {primitive.name!r}: expected {len(asked)} arguments, got {len(given)}; "
            f"its type is {primitive.type}"
        )
    for place, (node, wanted) in enumerate(zip(given, asked, strict=True), 1):
        if not fits(type_of(node), wanted):
            raise ValueError(
                f"primitive {primitive.name!r}: expected argument {place} of type {wanted}, got {shown(node)} "
                f"of type {type_of(node)}; its type is {primitive.type}"
            )


def terminal(name: str, type: Type) -> Program:
    """The program that returns one terminal."""
    return Program((Terminal(name, type),))


def leaf_program(leaf: Terminal | Primitive) -> Program:
    """The program that is a terminal, or a primitive without arguments, alone."""
    return Program((leaf if isinstance(leaf, Terminal) else Apply(leaf, ()),))


def unknown(kind: str, name: str, known: Sequence[str], listed: str | None = None) -> ValueError:
    """The nearest of the known names, or else `listed`: all of them by default."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else listed or f"known are {', '.join(known) or 'none'}"
    return ValueError(f"unknown {kind} {name!r}; {hint}")


def spelled(node: Terminal) -> str:
    """The terminal's name as s-expressions have it: a plain word, or between bars."""
    name = node.name
    if PLAIN.fullmatch(name) or BARRED.fullmatch(name):
        return name
    return "|" + re.sub(r"[\\|]", r"\\\g<0>", name) + "|"


def type_of(node: Node) -> Any:
    return type_of_word(node.primitive if isinstance(node, Apply) else node)


def type_of_word(word: Primitive | Terminal | Lambda) -> Any:
    return word.type.result if isinstance(word, Primitive) else word.type


def words_of(node: Node) -> tuple[Terminal, ...]:
    """The terminals that a node names."""
    if isinstance(node, Apply):
        return ()
    return (node,) if isinstance(node, Terminal) else node.free


def shown(node: Node) -> str:
    if isinstance(node, Terminal):
        return node.name
    return f"({node.primitive.name if isinstance(node, Apply) else 'lambda'} ...)"


def shorten(text: str, limit: int = 60) -> str:
    return repr(text if len(text) <= limit else text[: limit - 3] + "...")
