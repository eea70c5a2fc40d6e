"""Programs from s-expressions: `parse` reads what `Program.show` writes, e.g. (map (lambda (x) (mul x b)) a).

A name that is no plain word stands between bars, |unit price|, and always means a terminal. After a bracket a word is a
primitive's name; elsewhere it is the terminal's where a terminal and a primitive share it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synth.language.literals import DECIMAL, literal, read_word, real_literal
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Node, Program, Terminal, check_call, shorten, type_of_word, unknown
from synth.language.types import Fn

TOKEN = re.compile(r"[()]|\|(?:[^|\\]|\\.)*\||[^\s()]+", re.DOTALL)
LITERAL = re.compile(r"[0-9]+")
WORD = re.compile(r"#x[0-9a-fA-F]+|#b[01]+")  # a bit-vector
LAMBDA = "lambda"
BAR = "|"
NESTED = 20  # lambdas within lambdas

Words = Mapping[str, Primitive | Terminal]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is read of one program: the whole text's, or a lambda's body."""

    words: Words  # terminals go before primitives
    primitives: Mapping[str, Primitive]
    parameters: tuple[Terminal, ...] = ()
    places: dict[Node, int] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    calls: list[tuple[Primitive, list[int]]] = field(default_factory=list)  # those that are still open
    done: list[int] = field(default_factory=list)

    def add(self, node: Node) -> None:
        place = self.places.setdefault(node, len(self.places))
        if place == len(self.nodes):
            self.nodes.append(node)
        (self.calls[-1][1] if self.calls else self.done).append(place)

    def close(self) -> None:
        """End the innermost call."""
        primitive, args = self.calls.pop()
        check_call(primitive, [self.nodes[i] for i in args])
        self.add(Apply(primitive, tuple(args)))

    def asked(self) -> Any:
        """The type of the next argument of the innermost call."""
        if not self.calls:
            return None
        primitive, args = self.calls[-1]
        return primitive.type.args[len(args)] if len(args) < len(primitive.type.args) else None


def parse(text: str, library: Iterable[Primitive], terminals: Mapping[str, Any] | tuple[Terminal, ...]) -> Program:
    """The program that an s-expression such as (mod (add a b) p) writes; ValueError says what is wrong with it.

    A function argument is a function's name or (lambda (x) body), with names of your own for the parameters.
    """
    primitives = {primitive.name: primitive for primitive in library}
    words: dict[str, Primitive | Terminal] = {**primitives}
    if not isinstance(terminals, Mapping):
        terminals = {node.name: node.type for node in terminals}
    words.update({name: Terminal(name, kind) for name, kind in terminals.items()})
    scopes = [Scope(words, primitives)]
    tokens = TOKEN.findall(text)
    place = 0
    while place < len(tokens):
        place = read(tokens, place, scopes, text)
    whole = scopes[0]
    if not whole.done:
        open_brackets = sum(len(scope.calls) for scope in scopes) + len(scopes) - 1
        missing = shorten(")" * open_brackets) if open_brackets else "an expression"
        raise ValueError(f"program {shorten(text)}: expected {missing} before the end; add it")
    return Program(tuple(whole.nodes))


def read(tokens: list[str], place: int, scopes: list[Scope], text: str) -> int:
    """Read one token, or the head of a call or of a lambda; the place of what follows."""
    scope, token = scopes[-1], tokens[place]
    if token == ")":
        if scope.calls:
            scope.close()
        else:
            end_lambda(scopes, text)
        return place + 1
    if scope.done:
        raise ValueError(f"program {shorten(text)}: expected one expression, got {token!r} after it; remove it")
    if token != "(":
        scope.add(atom(token, scope.words, text))
        return place + 1
    head = tokens[place + 1] if place + 1 < len(tokens) else ""
    if head == LAMBDA and LAMBDA not in scope.primitives:
        return begin_lambda(tokens, place + 2, scopes, text)
    scope.calls.append((head_of(head, scope, text), []))
    return place + 2


def begin_lambda(tokens: list[str], place: int, scopes: list[Scope], text: str) -> int:
    """Read the parameters of a lambda and open its scope."""
    scope = scopes[-1]
    asked = scope.asked()
    if not isinstance(asked, Fn) or len(scopes) > NESTED:
        raise ValueError(
            f"program {shorten(text)}: expected (lambda ...) only as an argument of function type, and at most "
            f"{NESTED} within each other; write the expression itself"
        )
    end = tokens.index(")", place) if ")" in tokens[place:] else len(tokens)
    names = [unbarred(token) for token in tokens[place + 1 : end]]
    taken = sorted({*names} & {*scope.words})
    if tokens[place : place + 1] != ["("] or len(set(names)) != len(asked.args) or len(names) != len(asked.args):
        raise ValueError(
            f"program {shorten(text)}: expected (lambda (...) body) with {len(asked.args)} parameters of different "
            f"names for the type {asked}, got {' '.join(tokens[place : end + 1])}"
        )
    if taken or "(" in names:
        raise ValueError(
            f"program {shorten(text)}: expected parameters with names of their own, got {(taken or ['('])[0]!r}; "
            "rename the parameter"
        )
    parameters = tuple(Terminal(name, kind) for name, kind in zip(names, asked.args, strict=True))
    scopes.append(Scope({**scope.words, **{word.name: word for word in parameters}}, scope.primitives, parameters))
    return end + 1


def end_lambda(scopes: list[Scope], text: str) -> None:
    scope = scopes[-1]
    if len(scopes) == 1 or not scope.done:
        if scope.done:
            raise ValueError(f"program {shorten(text)}: expected one expression, got ')' after it; remove it")
        raise ValueError(f"program {shorten(text)}: expected an expression, got ')'; remove it")
    scopes.pop()
    scopes[-1].add(Lambda(scope.parameters, Program(tuple(scope.nodes))))


def head_of(token: str, scope: Scope, text: str) -> Primitive:
    if token in scope.primitives:
        return scope.primitives[token]
    if isinstance(scope.words.get(token), Terminal) or token in ("", "(", ")") or barred(token):
        raise ValueError(
            f"program {shorten(text)}: expected a primitive's name after '(', got {token or 'nothing'!r}; "
            "write a call as (name argument ...)"
        )
    raise unknown("primitive", token, list(scope.primitives))


def barred(token: str) -> bool:
    return len(token) > 1 and token[0] == token[-1] == BAR


def unbarred(token: str) -> str:
    """The name that a token writes."""
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL) if barred(token) else token


def atom(token: str, words: Words, text: str) -> Node:
    if barred(token):
        word = words.get(token, words.get(unbarred(token)))
        if isinstance(word, Terminal):
            return word
        raise unknown("terminal", unbarred(token), [name for name, word in words.items() if isinstance(word, Terminal)])
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
    if DECIMAL.fullmatch(token) and any(DECIMAL.fullmatch(name) for name in words):
        return Apply(real_literal(token), ())
    if WORD.fullmatch(token) and any(getattr(type_of_word(known), "width", None) for known in words.values()):
        return Apply(read_word(token), ())
    raise unknown("terminal", token, list(words))
