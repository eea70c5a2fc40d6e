"""A program over streams as a loop: variables that are carried along, and what is answered at every item.

A variable's program, and the answers', name the items, each variable before it takes in the item by its name, and after
it by its name with a prime: `s' = s + x` and the answer `s'` are the running sum. The variables stand in an order in
which each names only earlier ones with a prime.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from math import log2
from typing import Any

import numpy as np
from jaxtyping import Int

from synth.language.definitions import gather
from synth.language.grammar import program_bits
from synth.language.literals import literal, value_of
from synth.language.naming import identifier, spelled
from synth.language.primitive import Primitive
from synth.language.program import Apply, Program, Terminal
from synth.language.python_view import View, primitives
from synth.language.types import INT
from synth.library.loops import LOOPS

PRIME, LIST = "'", " list"  # behind a name: after the item; the list of all values
Streams = Sequence[Int[np.ndarray, "rows time"]]
Held = dict[str, list[np.ndarray]]  # by variable: its value, or the values of its window, the oldest first
REDUCTIONS = {
    "sum": (lambda held: reduce(np.add, held), "sum({})"),
    "max": (lambda held: reduce(np.maximum, held), "max({})"),
    "min": (lambda held: reduce(np.minimum, held), "min({})"),
    "oldest": (lambda held: held[0], "{}[0]"),
}  # of the values that a window holds, the oldest first: on arrays, and in Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A number that is carried along; with a `window`, a reduction of the last so many values of its program."""

    name: str
    start: int = 0  # of a window, every value that it holds before the stream begins
    step: Program
    window: int = 0
    reduction: str = ""  # of a window, one of REDUCTIONS

    @property
    def after(self) -> str:
        return self.name + PRIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Variables, and one program an output; every name is a Terminal of type INT."""

    items: tuple[str, ...]
    variables: tuple[Variable, ...] = ()
    outputs: tuple[Program, ...] = field(default=())

    @property
    def bits(self) -> float:
        """Of all programs, each over the names that are known where it stands, of the starts and the windows."""
        names = [*self.items, *(variable.name for variable in self.variables)]
        total = 0.0
        for variable in self.variables:
            total += expression_bits(variable.step, names) + literal_bits(variable.start) + 1
            if variable.window:
                total += literal_bits(variable.window) + log2(len(REDUCTIONS))
            names.append(variable.after)
        return total + sum(expression_bits(output, names) for output in self.outputs)

    @property
    def nodes(self) -> int:
        """Of all programs, equal subexpressions of each once."""
        return sum(len(each.nodes) for each in (*(variable.step for variable in self.variables), *self.outputs))

    def states(self, *items: Int[np.ndarray, "rows time"]) -> dict[str, Int[np.ndarray, "rows states"]]:
        """Each variable before every item and after the last, `states` being one more than `time`."""
        return {name: np.stack(values, axis=1) for name, values in self._carried(items)[0].items()}

    def run(self, *items: Int[np.ndarray, "rows time"]) -> tuple[Int[np.ndarray, "rows time"], ...]:
        """The answers, one array an output, in 64-bit integers that wrap."""
        return tuple(np.stack(values, axis=1) for values in self._carried(items)[1])

    @property
    def carried(self) -> tuple[Variable, ...]:
        """The variables whose values from before an item are read: the others are worked out anew at every item."""
        read = {
            each.name for program in (*(v.step for v in self.variables), *self.outputs) for each in program.terminals
        }
        return tuple(v for v in self.variables if v.window > 1 or v.name in read)

    @property
    def starts(self) -> tuple[int, ...]:
        """The numbers that are carried, before the first item; one 0 where there are none."""
        return tuple(v.start for v in self.carried for _ in range(v.window or 1)) or (0,)

    def step(self, held: Held, items: Mapping[str, np.ndarray]) -> tuple[Held, list[np.ndarray]]:
        """What is held after one item of each stream, and the answers; `held` is a variable's value, or its window."""
        known = dict(items) | {v.name: reduced(v, held[v.name]) for v in self.variables}
        after: Held = {}
        for v in self.variables:
            after[v.name] = [*held[v.name][1:], run(v.step, known)]
            known[v.after] = reduced(v, after[v.name])
        return after, [run(output, known) for output in self.outputs]

    def _carried(self, items: Streams) -> tuple[dict[str, list[np.ndarray]], list[list[np.ndarray]]]:
        rows = len(items[0])
        held: Held = {v.name: [np.full(rows, v.start, dtype=np.int64)] * (v.window or 1) for v in self.variables}
        before: dict[str, list[np.ndarray]] = {v.name: [reduced(v, held[v.name])] for v in self.variables}
        answers: list[list[np.ndarray]] = [[] for _ in self.outputs]
        for place in range(items[0].shape[1]):
            given = {name: each[:, place] for name, each in zip(self.items, items, strict=True)}
            held, said = self.step(held, given)
            for v in self.variables:
                before[v.name].append(reduced(v, held[v.name]))
            for found, answer in zip(answers, said, strict=True):
                found.append(answer)
        return before, answers

    def python(self, name: str = "program") -> str:
        """The source of a plain Python function of lists, in the order in which fewest names are needed."""
        return written(self, name)


def run(program: Program, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.asarray(program.run(columns), dtype=np.int64)


def reduced(variable: Variable, held: list[np.ndarray]) -> np.ndarray:
    return REDUCTIONS[variable.reduction][0](held) if variable.window else held[-1]


def expression_bits(program: Program, names: Sequence[str]) -> float:
    used = [node.primitive for node in program.nodes if isinstance(node, Apply)]
    literals = [each for each in dict.fromkeys(used) if not each.type.args]
    return program_bits(program, (*LOOPS, *literals), [Terminal(name, INT) for name in names], INT)


def literal_bits(value: int) -> float:
    return 4.0 + 2 * log2(1 + abs(value)) + (value < 0)


def plain(program: Program) -> Program:
    """Division and remainder by a literal, which is not 0, as Python writes them."""

    def other(node: Any) -> Any:
        if not isinstance(node, Apply) or node.primitive.name not in SIMPLE:
            return node
        divisor = program.nodes[node.args[1]]
        sure = isinstance(divisor, Apply) and value_of(divisor.primitive) not in (None, 0)
        return Apply(SIMPLE[node.primitive.name], node.args) if sure else node

    return Program(tuple(other(node) for node in program.nodes))


def simpler(primitive: Primitive, python: str) -> Primitive:
    return replace(primitive, python=python, define="")


SIMPLE = {each.name: simpler(each, text) for each in LOOPS for text in [
    {"mod": "({} % {})", "floordiv": "({} // {})"}.get(each.name)] if text}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A statement: which variable it gives its next value, or which output its answer, and what it reads."""

    target: str
    program: Program

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(word.name for word in self.program.terminals)


def written(loop: Loop, name: str) -> str:
    lines = [Line(v.after, plain(v.step)) for v in loop.variables]
    late = {output.terminals[0].name for output in loop.outputs if is_after(output)}
    lines += [Line(f"answer {n}", plain(output)) for n, output in enumerate(loop.outputs) if not is_after(output)]
    ordered, kept = in_order(lines, {v.name: v.after for v in loop.variables})
    gathered = gather([p for line in lines for p in primitives(line.program)], [name])
    names = names_of(loop, lines, kept, gathered.words)
    body = [text for line in ordered for text in said(line, loop, names, View(gathered, names))]
    body += [f"{names[each]} = {names[f'{each}_next']}" for each in kept]
    if len(loop.outputs) > 1 or late:
        here = {v.after: names[v.name] for v in loop.variables}
        told = enumerate(loop.outputs)
        answers = [here[o.terminals[0].name] if is_after(o) else names[f"answer {n}"] for n, o in told]
        body.append(f"ys.append({answers[0]})" if len(answers) == 1 else f"ys.append(({', '.join(answers)}))")
    starts = [f"{names[v.name]} = {opening(v, names)}" for v in loop.variables if not v.window or reads_before(loop, v)]
    held = [f"{names[v.name + LIST]} = [{v.start}] * {v.window}" for v in loop.variables if v.window]
    given = [names[item + LIST] for item in loop.items]
    over = ", ".join(names[item] for item in loop.items)
    stream = given[0] if len(given) == 1 else f"zip({', '.join(given)})"
    before = "".join(f"    {text}\n" for text in [*held, *starts, "ys = []"])
    inner = "".join(f"        {text}\n" for text in body)
    head = f"def {name}({', '.join(given)}):\n"
    return f"{gathered.source()}{head}{before}    for {over} in {stream}:\n{inner}    return ys\n"


def is_after(output: Program) -> bool:
    """Whether an answer is just a variable's new value."""
    return len(output.nodes) == 1 and any(word.name.endswith(PRIME) for word in output.terminals)


def names_of(loop: Loop, lines: Sequence[Line], kept: Sequence[str], taken: frozenset[str]) -> dict[str, str]:
    """A Python name for every terminal, answer and list."""
    carried = [v.name for v in loop.variables]
    lists = [f"{each}{LIST}" for each in (*loop.items, *(v.name for v in loop.variables if v.window))]
    answers = [line.target for line in lines if line.target.startswith("answer ")]
    words = [*loop.items, *carried, *answers, *(f"{each}_next" for each in kept), *lists]
    names = spelled(words, taken | {"ys", "sum", "max", "min", "zip"}, word_of)
    return names | {v.after: names[f"{v.name}_next" if v.name in kept else v.name] for v in loop.variables}


def word_of(name: str) -> str:
    return identifier(f"{name.removesuffix(LIST)}s" if name.endswith(LIST) else name)


def reads_before(loop: Loop, variable: Variable) -> bool:
    programs = (*(v.step for v in loop.variables), *loop.outputs)
    return any(word.name == variable.name for program in programs for word in program.terminals)


def opening(variable: Variable, names: Mapping[str, str]) -> str:
    if not variable.window:
        return str(variable.start)
    return REDUCTIONS[variable.reduction][1].format(names[variable.name + LIST])


def said(line: Line, loop: Loop, names: Mapping[str, str], view: View) -> Iterator[str]:
    variable = next((v for v in loop.variables if v.after == line.target), None)
    before, piece = view.lines(line.program)
    yield from before
    if variable is None:
        yield f"ys.append({piece.text})" if len(loop.outputs) == 1 else f"{names[line.target]} = {piece.text}"
    elif variable.window:
        held = names[variable.name + LIST]
        yield f"{held} = [*{held}[1:], {piece.text}]"
        yield f"{names[variable.after]} = {REDUCTIONS[variable.reduction][1].format(held)}"
    else:
        yield f"{names[line.target]} = {piece.text}"


def in_order(lines: Sequence[Line], after: Mapping[str, str]) -> tuple[list[Line], list[str]]:
    """Lines such that a variable's old value is read before it takes its next one; and those for which none is."""
    place = {line.target: number for number, line in enumerate(lines)}
    needs = {number: {place[word] for word in line.reads if word in place} for number, line in enumerate(lines)}
    kept: list[str] = []
    graph = {number: set(below) for number, below in needs.items()}
    for variable, target in after.items():
        readers = {n for n, line in enumerate(lines) if variable in line.reads and line.target != target}
        tried = {n: below | (readers if n == place[target] else set()) for n, below in graph.items()}
        try:
            tuple(TopologicalSorter(tried).static_order())
            graph = tried
        except CycleError:
            kept.append(variable)
    return [lines[number] for number in TopologicalSorter(graph).static_order()], kept


def number(value: int) -> Program:
    """A constant of at least 0."""
    return Program((Apply(literal(value), ()),))
