"""Programs over one sequence without macros."""

from collections.abc import Mapping

from synth.language.macro import hole
from synth.language.program import Apply, Program, Terminal, apply
from synth.language.types import is_vector


def refused(program: Program, expected: str) -> ValueError:
    return ValueError(f"compiled: expected {expected}, got {program.show()}; write it in other words")


def expanded(program: Program) -> Program:
    """Without macros."""
    done: list[Program] = []
    for node in program.nodes:
        if isinstance(node, Apply) and node.primitive.body is not None:
            given = {hole(i): done[place] for i, place in enumerate(node.args)}
            done.append(substituted(expanded(node.primitive.body), given))
        elif isinstance(node, Apply):
            done.append(apply(node.primitive, *(done[i] for i in node.args)))
        else:
            done.append(Program((node,)))
    return done[-1]


def substituted(body: Program, given: Mapping[str, Program]) -> Program:
    done: list[Program] = []
    for node in body.nodes:
        if isinstance(node, Terminal):
            done.append(given.get(node.name, Program((node,))))
        elif isinstance(node, Apply):
            done.append(apply(node.primitive, *(done[i] for i in node.args)))
        else:
            done.append(Program((node,)))
    return done[-1]


def sequence_of(program: Program) -> Terminal:
    """The one sequence that a program is of; ValueError where it is of anything else."""
    words = program.terminals
    if len(words) != 1 or not is_vector(words[0].type) or not is_vector(program.type):
        raise refused(program, "a program of one sequence that gives a sequence")
    return words[0]
