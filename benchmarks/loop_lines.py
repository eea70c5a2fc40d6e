"""A loop over streams in one line, and back: each variable's start and step, then the answers."""

import re

from synth.language.literals import literal
from synth.language.parse import parse
from synth.language.types import INT
from synth.library.loops import LOOPS
from synth.search.streams import Loop, Variable
from synth.search.streams.loop import PRIME

NUMBER = re.compile(r"(?<![\w'-])\d+(?![\w'])")
LINE = re.compile(
    r"(?P<name>\S+) from (?P<start>-?\d+) by (the (?P<reduction>\w+) of the last (?P<window>\d+) of )?(?P<step>.+)"
)


def shown(loop: Loop) -> str:
    """In one line: each variable's start and step, then the answers."""
    parts = [f"{each.name} from {each.start} by {stepped(each)}" for each in loop.variables]
    return "; ".join([*parts, *(output.show() for output in loop.outputs)])


def stepped(variable: Variable) -> str:
    step = variable.step.show()
    return f"the {variable.reduction} of the last {variable.window} of {step}" if variable.window else step


def loop_of(line: str, items: tuple[str, ...]) -> Loop:
    """The loop over these items that `shown` wrote."""
    parts = line.split("; ")
    found = [LINE.fullmatch(part) for part in parts]
    names = [each["name"] for each in found if each]
    words = dict.fromkeys([*items, *names, *(name + PRIME for name in names)], INT)
    library = (*LOOPS, *(literal(int(each)) for each in dict.fromkeys(NUMBER.findall(line))))
    variables = [
        Variable(
            name=each["name"],
            start=int(each["start"]),
            step=parse(each["step"], library, words),
            window=int(each["window"] or 0),
            reduction=each["reduction"] or "",
        )
        for each in found
        if each
    ]
    outputs = [parse(part, library, words) for part, each in zip(parts, found, strict=True) if not each]
    return Loop(items=items, variables=tuple(variables), outputs=tuple(outputs))
