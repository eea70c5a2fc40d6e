"""Loops from what was found: variables with short names, several outputs side by side."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count

from synth.language.program import Program, renamed, terminal
from synth.language.types import INT
from synth.search.streams.features import Feature
from synth.search.streams.loop import PRIME, Loop, Variable

LETTERS = "stuvwz"
ANSWER = "y"  # in an output: the answer before the item


def of_features(items: Sequence[str], output: Program, known: Mapping[str, Feature]) -> Loop:
    """The answer over features, with the variables that these need; one over earlier answers is a variable itself."""
    used = [known[word.name] for word in output.terminals if word.name in known]
    variables = tuple(dict.fromkeys(variable for feature in used for variable in feature.variables))
    if any(word.name == ANSWER for each in (output, *(v.step for v in variables)) for word in each.terminals):
        answer = Variable(name=ANSWER, step=output)
        variables, output = (*variables, answer), terminal(answer.after, INT)
    return named(Loop(items=tuple(items), variables=variables, outputs=(output,)))


def named(loop: Loop) -> Loop:
    """The same with variables called s, t, ..."""
    fresh = letters(set(loop.items))
    names = {variable.name: next(fresh) for variable in loop.variables}
    names |= {variable.after: names[variable.name] + PRIME for variable in loop.variables}
    variables = tuple(replaced(variable, names) for variable in loop.variables)
    return Loop(items=loop.items, variables=variables, outputs=tuple(renamed(each, names) for each in loop.outputs))


def replaced(variable: Variable, names: Mapping[str, str]) -> Variable:
    return Variable(
        name=names[variable.name],
        start=variable.start,
        step=renamed(variable.step, dict(names)),
        window=variable.window,
        reduction=variable.reduction,
    )


def letters(taken: set[str]) -> Iterator[str]:
    return (
        each for each in chain(LETTERS, (f"{letter}{n}" for n in count(2) for letter in LETTERS)) if each not in taken
    )


def beside(loops: Sequence[Loop]) -> Loop:
    """One loop with all their outputs; equal variables are one."""
    made = [numbered(loop, place) for place, loop in enumerate(loops)]
    variables = tuple(dict.fromkeys(variable for loop in made for variable in loop.variables))
    return named(
        Loop(
            items=loops[0].items, variables=variables, outputs=tuple(output for loop in made for output in loop.outputs)
        )
    )


def numbered(loop: Loop, place: int) -> Loop:
    names = {variable.name: f"{variable.name}_{place}" for variable in loop.variables}
    names |= {variable.after: names[variable.name] + PRIME for variable in loop.variables}
    variables = tuple(replaced(variable, names) for variable in loop.variables)
    return Loop(items=loop.items, variables=variables, outputs=tuple(renamed(each, names) for each in loop.outputs))
