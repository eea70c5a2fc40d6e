"""A program as the source of a plain Python function."""

from collections.abc import Iterator, Sequence

import numpy as np

from synth.language.definitions import Gathered, builtins_said, gather
from synth.language.naming import free, identifier, spelled
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Program, Terminal
from synth.language.template import Piece, fill
from synth.language.types import BITS

DEEP = 20  # nested expressions beyond this depth get a variable of their own
FUNCTION = "program"
PACKING = frozenset(("sum", "enumerate"))  # what `bits` is made with


def python_source(program: Program, parameters: Sequence[str] | None = None, name: str = FUNCTION) -> str:
    """Source of a plain Python function; its parameters are the terminals in order of appearance.

    With `parameters` given, the packed `bits` are made of them, the first lowest, unless they are one of them. Vectors
    are plain lists of any length. What the primitives' templates need is defined before. Names that Python or the
    templates have for something else get a _ behind, and a comment says so.
    """
    terminals = {node.name: node for node in program.terminals}
    parameters = list(terminals) if parameters is None else list(parameters)
    packed = [word for word in terminals if terminals[word].type == BITS and word not in parameters]
    used = list(primitives(program))
    function = free(identifier(name), builtins_said(used))
    gathered = gather(used, [function])
    names = spelled([*parameters, *packed], gathered.words | (PACKING if packed else frozenset()), identifier)
    view = View(gathered, names)
    given = ", ".join(names[word] for word in parameters)
    lines, result = view.lines(program)
    lines = [f"{names[word]} = sum(x << i for i, x in enumerate(({given},)))" for word in packed] + lines
    body = "".join(f"    {line}\n" for line in [*lines, f"return {result.text}"])
    comments = [f"# {function} stands for {name!a}\n"] if function != name else []
    comments += [f"# {names[word]} stands for {word!a}\n" for word in parameters if names[word] != word]
    return f"{gathered.source()}{''.join(comments)}def {function}({given}):\n{body}"


def primitives(program: Program) -> Iterator[Primitive]:
    """Those of a program and of its lambdas."""
    for node in program.nodes:
        if isinstance(node, Apply):
            yield node.primitive
        elif isinstance(node, Lambda):
            yield from primitives(node.body)


class View:
    """Programs as expressions, over terminals that have these names."""

    def __init__(self, gathered: Gathered, names: dict[str, str]) -> None:
        self.templates = gathered.templates
        self.words = gathered.words
        self.names = names
        self.used = {*self.words, *names.values()}

    def lines(self, program: Program) -> tuple[list[str], Piece]:
        """Assignments for what is used twice or nested deeply, and the expression of the result."""
        uses = self.uses(program)
        lines: list[str] = []
        pieces: list[Piece] = []
        depths: list[int] = []
        for i, node in enumerate(program.nodes):
            depths.append(0)
            if isinstance(node, Terminal):
                pieces.append(Piece(self.names[node.name]))
            elif isinstance(node, Lambda):
                pieces.append(self.function(node, lines))
            else:
                pieces.append(fill(self.templates[node.primitive], [pieces[j] for j in node.args]))
                depths[i] = 1 + max((depths[j] for j in node.args), default=-1)
            if depths[i] and (uses[i] > 1 or depths[i] > DEEP):
                name = self.fresh("t", lines)
                lines.append(f"{name} = {pieces[i].text}")
                pieces[i], depths[i] = Piece(name), 0
        return lines, pieces[-1]

    def uses(self, program: Program) -> np.ndarray:
        """How often each node's text would be written."""
        uses = np.zeros(len(program.nodes), dtype=int)
        for node in program.nodes:
            if isinstance(node, Apply):
                for place in self.templates[node.primitive].places:
                    uses[node.args[place]] += 1
        return uses

    def function(self, node: Lambda, lines: list[str]) -> Piece:
        """A lambda expression, or the name of a function that is defined before where one expression is not enough."""
        own = spelled([word.name for word in node.parameters], self.words | {*self.names.values()}, identifier)
        before, self.names = self.names, self.names | own
        self.used.update(own.values())
        inner, result = self.lines(node.body)
        self.names = before
        given = ", ".join(own.values())
        if not inner:
            return Piece(f"lambda {given}: {result.text}", "lambda: x")
        name = self.fresh("f", lines)
        body = "".join(f"\n        {line}" for line in "\n".join([*inner, f"return {result.text}"]).splitlines())
        lines.append(f"def {name}({given}):{body}")
        return Piece(name)

    def fresh(self, letter: str, lines: list[str]) -> str:
        """A name for the next line that nothing else has."""
        number = len(lines)
        while f"{letter}{number}" in self.used:
            number += 1
        self.used.add(f"{letter}{number}")
        return f"{letter}{number}"
