"""A loop over streams as a machine of `compare.same`: what it carries along is its state, proven by induction (z3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from compare.same.answer import Equal, Undecided
from compare.same.induction import Induction
from compare.same.question import Argument, Question
from compare.same.transducer import Item, State, Words
from synth.language.literals import constant
from synth.language.program import Apply, Program, Terminal, apply
from synth.language.types import INT, STREAM
from synth.library.arith import ADD, MAX, MIN
from synth.proofs.smt import installed
from synth.search.streams import Loop, Variable

REDUCTIONS = {"sum": ADD, "max": MAX, "min": MIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopMachine:
    """One tuple of values a variable; an item is read where every stream has one. It answers with its one output."""

    loop: Loop

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(v.window or 1 for v in self.loop.variables)

    def begin(self, words: Words, numbers: Mapping[str, Any]) -> tuple[dict[int, Any], State]:
        """Before the first item."""
        return {}, tuple((v.start,) * (v.window or 1) for v in self.loop.variables)

    def step(
        self, words: Words, kept: Mapping[int, Any], state: State, letter: Mapping[str, Item]
    ) -> tuple[State, Item]:
        """The state after one more item of every stream, and the answer."""
        there = words.every([letter[name].there for name in self.loop.items])
        known = {name: letter[name].value for name in self.loop.items}
        known |= {v.name: held(words, v, own) for v, own in zip(self.loop.variables, state, strict=True)}
        after = []
        for v, own in zip(self.loop.variables, state, strict=True):
            new = (*own[1:], value(words, v.step, known))
            known[v.after] = held(words, v, new)
            after.append(tuple(words.where(there, one, other) for one, other in zip(new, own, strict=True)))
        return tuple(after), Item(there, value(words, self.loop.outputs[0], known))


def held(words: Words, variable: Variable, values: Sequence[Any]) -> Any:
    if variable.reduction not in REDUCTIONS:
        return values[0 if variable.window else -1]
    return reduce(lambda one, other: words.call(REDUCTIONS[variable.reduction], [one, other]), values)


def value(words: Words, program: Program, known: Mapping[str, Any]) -> Any:
    found: list[Any] = []
    for node in program.nodes:
        if isinstance(node, Terminal):
            found.append(known[node.name])
        else:
            assert isinstance(node, Apply)
            found.append(words.call(node.primitive, [found[i] for i in node.args]))
    return found[-1]


def decide(
    one: Loop, other: Loop, values: Mapping[str, Sequence[int]], seconds: float, seed: int = 0
) -> Equal | Undecided:
    """Equal where an induction over the items shows it; `values`: what an item of each stream may be."""
    if not installed():
        return Undecided(why="z3 is not installed; run `pip install 'synthnet[smt]'`")
    if len(one.outputs) > 1:
        return Undecided(why="there are several answers")
    asked = Question(
        one=said(one),
        other=said(other),
        arguments=tuple(Argument(name=name, type=STREAM, values=tuple(values[name])) for name in one.items),
        seconds=seconds,
        samples=1,
        seed=seed,
    )
    machines: Any = (LoopMachine(loop=one), LoopMachine(loop=other))
    try:
        found = Induction(asked, machines).decide()
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:  # a part that has no symbolic face
        return Undecided(why=f"no induction: {' '.join(str(error).split())[:200]}")
    return found if isinstance(found, Equal | Undecided) else Undecided(why="no induction shows them to agree")


def said(loop: Loop) -> Program:
    """All that a loop says, added up: a program that names the loop's numbers."""
    starts = [Program((Apply(constant(v.start, INT), ()),)) for v in loop.variables]
    return reduce(
        lambda one, other: apply(ADD, one, other), [*(v.step for v in loop.variables), *loop.outputs, *starts]
    )
