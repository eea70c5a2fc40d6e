"""A program as the source of a plain Python function."""

from collections.abc import Sequence

import numpy as np

from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Program, Terminal

DEEP = 20  # nested expressions beyond this depth get a variable of their own


def python_source(program: Program, parameters: Sequence[str] | None = None) -> str:
    """Source of a plain Python function `program`; its parameters are the terminals in order of appearance.

    With `parameters` given, `bits` is packed from them, the first lowest, unless it is one of them. Vectors are plain
    lists of any length. What the primitives' templates need is defined before.
    """
    names = [node.name for node in program.terminals]
    parameters = names if parameters is None else list(parameters)
    lines, result = python_lines(program)
    if "bits" in names and "bits" not in parameters:
        lines.insert(0, f"bits = sum(x << i for i, x in enumerate(({', '.join(parameters)},)))")
    body = "".join(f"    {line}\n" for line in [*lines, f"return {unwrap(result)}"])
    defines = dict.fromkeys(definitions(program))
    return "\n\n".join([*defines, f"def program({', '.join(parameters)}):\n{body}"])


def definitions(program: Program) -> list[str]:
    """What the templates of a program and of its lambdas need."""
    found: list[str] = []
    for node in program.nodes:
        if isinstance(node, Apply) and node.primitive.define:
            found.append(node.primitive.define)
        elif isinstance(node, Lambda):
            found += definitions(node.body)
    return found


def python_lines(program: Program) -> tuple[list[str], str]:
    """Assignments for what is used twice or nested deeply, and the expression of the result."""
    uses = np.zeros(len(program.nodes), dtype=int)
    for node in program.nodes:
        for i in node.args if isinstance(node, Apply) else ():
            uses[i] += 1
    lines: list[str] = []
    texts: list[str] = []
    depths: list[int] = []
    for i, node in enumerate(program.nodes):
        if isinstance(node, Terminal | Lambda):
            texts.append(node.name if isinstance(node, Terminal) else function_text(node, lines))
            depths.append(0)
            continue
        text = python_text(node.primitive, [texts[j] for j in node.args])
        depths.append(1 + max((depths[j] for j in node.args), default=-1))
        if depths[i] and (uses[i] > 1 or depths[i] > DEEP):
            lines.append(f"t{len(lines)} = {unwrap(text)}")
            text, depths[i] = f"t{len(lines) - 1}", 0
        texts.append(text)
    return lines, texts[-1]


def function_text(node: Lambda, lines: list[str]) -> str:
    """A lambda expression, or the name of a function that is defined before where one expression is not enough."""
    names = ", ".join(word.name for word in node.parameters)
    inner, result = python_lines(node.body)
    if not inner:
        return f"(lambda {names}: {unwrap(result)})"
    name = f"f{len(lines)}"
    body = "".join(f"\n        {line}" for line in "\n".join([*inner, f"return {unwrap(result)}"]).splitlines())
    lines.append(f"def {name}({names}):{body}")
    return name


def unwrap(text: str) -> str:
    """Without the outer brackets, where they match each other."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") else text


def python_text(primitive: Primitive, arguments: Sequence[str]) -> str:
    if primitive.python is None:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a Python view, got none; "
            'give python="..." with {} for each argument'
        )
    return primitive.python.format(*arguments)
