"""A program: an expression graph over primitives and terminals, and its text, Python, sympy and array views."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.primitive import Primitive
from synth.types import BITS, BOOL, INT, MODULUS, REAL, Type, carrier, dtype_of, fits
from synth.xp import NUMPY, Xp, jax_xp

TOKEN = re.compile(r"[()]|[^\s()]+")
LITERAL = re.compile(r"[0-9]+")
WORD = re.compile(r"#x[0-9a-fA-F]+|#b[01]+")  # a bit-vector
DEEP = 20  # nested expressions beyond this depth get a variable of their own in the Python source


@dataclass(frozen=True, slots=True)
class Terminal:
    """A named value that a program is given: an argument, a named number, or `bits`."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Apply:
    """A primitive on earlier nodes of the program."""

    primitive: Primitive
    args: tuple[int, ...]


Node = Terminal | Apply


@dataclass(frozen=True, slots=True)
class Program:
    """Nodes in order of evaluation, equal subexpressions once; the last one is the result."""

    nodes: tuple[Node, ...]

    @property
    def type(self) -> Type:
        return type_of(self.nodes[-1])

    @property
    def terminals(self) -> tuple[Terminal, ...]:
        """The terminals that occur, in order of appearance."""
        return tuple(node for node in self.nodes if isinstance(node, Terminal))

    def show(self) -> str:
        """The s-expression that `parse` reads, e.g. (mod (add a b) p)."""
        words: list[str] = []
        stack: list[int | str] = [len(self.nodes) - 1]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                words.append(item)
                continue
            node = self.nodes[item]
            name = node.name if isinstance(node, Terminal) else node.primitive.name
            if isinstance(node, Terminal) or not node.args:
                words.append(name)
            else:
                words.append("(" + name)
                stack += [")", *reversed(node.args)]
        return " ".join(words).replace(" )", ")")

    def __str__(self) -> str:
        return self.show()

    def run(self, columns: Mapping[str, Any], backend: str = "numpy") -> np.ndarray:
        """The program's value on columns of one shape, a column for each terminal, on "numpy" or "jax"."""
        if backend == "numpy":
            with np.errstate(all="ignore"):
                return self.evaluate(NUMPY, {name: np.asarray(values) for name, values in columns.items()})
        if backend == "jax":
            import jax

            with jax.enable_x64(True):
                return np.asarray(self.evaluate(jax_xp(), columns))
        raise ValueError(f"backend: expected 'numpy' or 'jax', got {backend!r}; choose one of them")

    def evaluate(self, xp: Xp, columns: Mapping[str, Any]) -> Any:
        """The same as a pure function of arrays, for use under jit; 64-bit integers are the caller's to switch on."""
        self._check_columns(columns)
        shape = np.broadcast_shapes(*(np.shape(values) for values in columns.values()))
        values: list[Any] = []
        for node in self.nodes:
            if isinstance(node, Terminal):
                values.append(xp.module.asarray(columns[node.name], dtype=dtype_of(node.type)))
            else:
                values.append(node.primitive.run(xp, *(values[i] for i in node.args)))
        result = xp.module.asarray(values[-1], dtype=dtype_of(self.type))
        return xp.module.broadcast_to(result, shape)

    def _check_columns(self, columns: Mapping[str, Any]) -> None:
        missing = [node.name for node in self.terminals if node.name not in columns]
        if missing:
            raise ValueError(
                f"program {self.show()}: expected columns for {', '.join(missing)}, "
                f"got {', '.join(columns) or 'none'}; give one array for each terminal"
            )

    def python(self, parameters: Sequence[str] | None = None) -> str:
        """Source of a plain Python function `program`; its parameters are the terminals in order of appearance.

        With `parameters` given, `bits` is packed from them, the first lowest, unless it is one of them.
        """
        names = [node.name for node in self.terminals]
        parameters = names if parameters is None else list(parameters)
        defines = list(dict.fromkeys(node.primitive.define for node in self.nodes if isinstance(node, Apply)))
        lines, result = self._python_lines()
        if "bits" in names and "bits" not in parameters:
            lines.insert(0, f"bits = sum(x << i for i, x in enumerate(({', '.join(parameters)},)))")
        body = "".join(f"    {line}\n" for line in [*lines, f"return {unwrap(result)}"])
        return "\n\n".join([*filter(None, defines), f"def program({', '.join(parameters)}):\n{body}"])

    def _python_lines(self) -> tuple[list[str], str]:
        uses = np.zeros(len(self.nodes), dtype=int)
        for node in self.nodes:
            for i in node.args if isinstance(node, Apply) else ():
                uses[i] += 1
        lines: list[str] = []
        texts: list[str] = []
        depths: list[int] = []
        for i, node in enumerate(self.nodes):
            if isinstance(node, Terminal):
                texts.append(node.name)
                depths.append(0)
                continue
            text = python_text(node.primitive, [texts[j] for j in node.args])
            depths.append(1 + max((depths[j] for j in node.args), default=-1))
            if depths[i] and (uses[i] > 1 or depths[i] > DEEP):
                lines.append(f"t{len(lines)} = {unwrap(text)}")
                text, depths[i] = f"t{len(lines) - 1}", 0
            texts.append(text)
        return lines, texts[-1]

    def sympy(self) -> Any:
        """The program as a sympy expression in the terminals' names."""
        values: list[Any] = []
        for node in self.nodes:
            if isinstance(node, Terminal):
                values.append(symbol(node))
            else:
                values.append(node.primitive.sym(*(values[i] for i in node.args)))
        return values[-1]

    def latex(self) -> str:
        import sympy

        return sympy.latex(self.sympy())


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
            name = node.name if isinstance(node, Terminal) else f"({node.primitive.name} ...)"
            raise ValueError(
                f"primitive {primitive.name!r}: expected argument {place} of type {wanted}, got {name} "
                f"of type {type_of(node)}; its type is {primitive.type}"
            )


def terminal(name: str, type: Type) -> Program:
    """The program that returns one terminal."""
    return Program((Terminal(name, type),))


def parse(text: str, library: Iterable[Primitive], terminals: Mapping[str, Type] | tuple[Terminal, ...]) -> Program:
    """The program that an s-expression such as (mod (add a b) p) writes; ValueError says what is wrong with it."""
    words: dict[str, Primitive | Terminal] = {primitive.name: primitive for primitive in library}
    if not isinstance(terminals, Mapping):
        terminals = {node.name: node.type for node in terminals}
    words.update({name: Terminal(name, kind) for name, kind in terminals.items()})
    places: dict[Node, int] = {}
    nodes: list[Node] = []
    open_calls: list[tuple[Primitive, list[int]]] = []
    done: list[int] = []
    tokens = TOKEN.findall(text)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        place += 1
        if done:
            raise ValueError(f"program {shorten(text)}: expected one expression, got {token!r} after it; remove it")
        if token == "(":
            head = tokens[place] if place < len(tokens) else ""
            open_calls.append((head_of(head, words, text), []))
            place += 1
            continue
        if token == ")":
            if not open_calls:
                raise ValueError(f"program {shorten(text)}: expected an expression, got ')'; remove it")
            primitive, args = open_calls.pop()
            check_call(primitive, [nodes[i] for i in args])
            node = Apply(primitive, tuple(args))
        else:
            node = atom(token, words, text)
        if node not in places:
            places[node] = len(nodes)
            nodes.append(node)
        (open_calls[-1][1] if open_calls else done).append(places[node])
    if open_calls or not done:
        missing = shorten(")" * len(open_calls)) if open_calls else "an expression"
        raise ValueError(f"program {shorten(text)}: expected {missing} before the end; add it")
    return Program(tuple(nodes))


def head_of(token: str, words: Mapping[str, Primitive | Terminal], text: str) -> Primitive:
    word = words.get(token)
    if isinstance(word, Primitive):
        return word
    if isinstance(word, Terminal) or token in ("", "(", ")"):
        raise ValueError(
            f"program {shorten(text)}: expected a primitive's name after '(', got {token or 'nothing'!r}; "
            "write a call as (name argument ...)"
        )
    raise unknown("primitive", token, [name for name, word in words.items() if isinstance(word, Primitive)])


def atom(token: str, words: Mapping[str, Primitive | Terminal], text: str) -> Node:
    from synth.library.bitvectors import read_word
    from synth.library.constants import literal

    word = words.get(token)
    if isinstance(word, Terminal):
        return word
    if isinstance(word, Primitive):
        if word.type.args:
            raise ValueError(
                f"program {shorten(text)}: expected arguments for the primitive {token!r} of type {word.type}; "
                f"write ({token} ...)"
            )
        return Apply(word, ())
    if LITERAL.fullmatch(token) and any(LITERAL.fullmatch(name) for name in words):
        return Apply(literal(int(token)), ())
    if WORD.fullmatch(token) and any(type_of_word(known).width is not None for known in words.values()):
        return Apply(read_word(token), ())
    raise unknown("terminal", token, list(words))


def unknown(kind: str, name: str, known: Sequence[str]) -> ValueError:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known) or 'none'}"
    return ValueError(f"unknown {kind} {name!r}; {hint}")


def type_of(node: Node) -> Type:
    return type_of_word(node if isinstance(node, Terminal) else node.primitive)


def type_of_word(word: Primitive | Terminal) -> Type:
    return word.type if isinstance(word, Terminal) else word.type.result


def python_text(primitive: Primitive, arguments: Sequence[str]) -> str:
    if primitive.python is None:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a Python view, got none; "
            'give python="..." with {} for each argument'
        )
    return primitive.python.format(*arguments)


def unwrap(text: str) -> str:
    """Without the outer brackets, where they match each other."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") else text


def shorten(text: str, limit: int = 60) -> str:
    return repr(text if len(text) <= limit else text[: limit - 3] + "...")


def symbol(node: Terminal) -> Any:
    import sympy

    if node.type.width is not None:
        return sympy.Symbol(node.name, integer=True, nonnegative=True)
    kind = carrier(node.type)
    assumptions: dict[Type, dict[str, bool]] = {
        BOOL: {},
        REAL: {"real": True},
        BITS: {"integer": True, "nonnegative": True},
        MODULUS: {"integer": True, "positive": True},
        INT: {"integer": True, "nonnegative": True} if node.type.modulus else {"integer": True},
    }
    return sympy.Symbol(node.name, **assumptions[kind])
