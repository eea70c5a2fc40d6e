"""The product of two finite machines, explored from the start: equal answers at every pair of states are a proof.

The shortest word that leads to unlike answers is the counterexample (Edward F. Moore, "Gedanken-experiments on
sequential machines", 1956; John Hopcroft and Richard Karp, 1971).
"""

import itertools
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from compare.same.answer import Answer, Equal, Row, Undecided, different
from compare.same.draws import typed
from compare.same.question import Question, many
from compare.same.transducer import Item, State, Transducer, transducer
from compare.same.values import both, unlike
from synth.language.exact import compiled
from synth.language.primitive import Primitive
from synth.language.program import Apply, Lambda, Node, Program, Terminal
from synth.language.types import is_vector

FEW, SOON = 5000, 1.0  # pairs of states and seconds of a first look
PAIRS = 200_000  # of states
LETTERS = 4096
STARTS = 4096  # of arguments that are no vectors
HOW = "on the product machine"
NOTHING = Item(False, 0)

Letter = Mapping[str, Item]
Pair = tuple[State, State]


class Plain:
    """Python's numbers."""

    def __init__(self) -> None:
        self._calls: dict[Primitive, Any] = {}

    def where(self, condition: Any, one: Any, other: Any) -> Any:
        return one if condition else other

    def every(self, conditions: list[Any]) -> bool:
        return all(conditions)

    def call(self, primitive: Primitive, values: list[Any]) -> Any:
        if primitive not in self._calls:
            words = [Terminal(f"x{i}", kind) for i, kind in enumerate(primitive.type.args)]
            self._calls[primitive] = python(Program((*words, Apply(primitive, tuple(range(len(words)))))))
        return self._calls[primitive](*values)

    def function(self, node: Node, numbers: Mapping[str, Any]) -> Any:
        if not isinstance(node, Lambda):
            return python(Program((node,)))()
        run, order = python(node.body), [word.name for word in node.body.terminals]
        own = {word.name: place for place, word in enumerate(node.parameters)}
        places = [own.get(name) for name in order]
        outer = [numbers.get(name) for name in order]
        return lambda *given: run(*(o if p is None else given[p] for p, o in zip(places, outer, strict=True)))


def python(program: Program) -> Any:
    """The program as a Python function of its terminals in order."""
    run = compiled(program)
    if run is None:
        raise ValueError(f"{program.show()} has no Python view")
    return run


def glance(question: Question) -> Answer | Undecided:
    """Equal or Different where there are few pairs of states."""
    return decide(replace(question, seconds=min(SOON, question.seconds)), FEW)


def decide(question: Question, most: int = PAIRS) -> Answer | Undecided:
    """Equal or Different for programs of lists or streams whose items are from a finite alphabet."""
    machines = [transducer(program) for program in question.programs]
    refused = next((each for each in machines if isinstance(each, str)), None) or unsuited(question)
    if refused:
        return Undecided(why=refused)
    one, other = (each for each in machines if isinstance(each, Transducer))
    try:
        return explored(question, one, other, most)
    except (ValueError, ArithmeticError) as error:
        return Undecided(why=str(error))


def unsuited(question: Question) -> str | None:
    """Why the machines cannot be explored."""
    vectors = [argument for argument in question.arguments if is_vector(argument.type)]
    if not vectors:
        return "no argument is read item by item"
    endless = [argument.name for argument in question.arguments if argument.values is None]
    if endless:
        return f"{endless[0]} has no finite range of values"
    letters = math.prod(1 + many(argument.values or ()) for argument in vectors)
    starts = math.prod(many(each.values or ()) for each in question.arguments if not is_vector(each.type))
    if letters > LETTERS or starts > STARTS:
        return f"there are {letters:,} letters and {starts:,} starts"
    return None


def explored(question: Question, one: Transducer, other: Transducer, most: int) -> Answer | Undecided:
    words, until, pairs = Plain(), time.perf_counter() + question.seconds, 0
    for numbers in starts(question):
        result = explore(question, words, (one, other), numbers, until, most - pairs)
        if not isinstance(result, int):
            return result
        pairs += result
    return Equal(
        how=HOW, sentence=f"equal: their answers agree at each of the {pairs:,} pairs of states that inputs lead to"
    )


def starts(question: Question) -> Iterator[dict[str, Any]]:
    """All values of the arguments that are no vectors."""
    scalars = [argument for argument in question.arguments if not is_vector(argument.type)]
    for values in itertools.product(*(argument.values or () for argument in scalars)):
        yield {each.name: typed(each.type, value) for each, value in zip(scalars, values, strict=True)}


def explore(
    question: Question,
    words: Plain,
    machines: tuple[Transducer, Transducer],
    numbers: Mapping[str, Any],
    until: float,
    most: int,
) -> Answer | Undecided | int:
    """How many pairs of states the inputs lead to, breadth first, where the answers agree at all of them."""
    begun = [machine.begin(words, numbers) for machine in machines]
    kept = [values for values, _ in begun]
    letters = list(alphabet(question))
    names = [argument.name for argument in question.arguments if is_vector(argument.type)]
    here: tuple[Pair, frozenset[str]] = ((begun[0][1], begun[1][1]), frozenset())
    nothing = step(words, machines, kept, here[0], dict.fromkeys(names, NOTHING))[1]
    if apart(*nothing):
        return shown(question, numbers, [])
    came: dict[Any, tuple[Any, Letter] | None] = {here: None}
    queue = [here]
    for pair in queue:
        if time.perf_counter() > until or len(came) > most:
            return Undecided(why=f"the machines have more than {len(came):,} pairs of states; they may be endless")
        for letter, ended in letters:
            if pair[1] - ended:  # an argument that has ended does not go on
                continue
            states, answers = step(words, machines, kept, pair[0], letter)
            if apart(*answers):
                return shown(question, numbers, [*path(came, pair), letter])
            found = (states, ended)
            if found not in came:
                came[found] = (pair, letter)
                queue.append(found)
    return len(came)


def alphabet(question: Question) -> Iterator[tuple[dict[str, Item], frozenset[str]]]:
    """The next items of all arguments, those that have ended without one; and which have."""
    vectors = [argument for argument in question.arguments if is_vector(argument.type)]
    sides = [
        [*(Item(True, value) for value in sorted(each.values or (), key=lambda v: (abs(v), v))), NOTHING]
        for each in vectors
    ]
    for items in itertools.product(*sides):
        ended = frozenset(each.name for each, item in zip(vectors, items, strict=True) if not item.there)
        if len(ended) < len(vectors):
            yield {each.name: item for each, item in zip(vectors, items, strict=True)}, ended


def step(
    words: Plain, machines: tuple[Transducer, Transducer], kept: list[dict[int, Any]], states: Pair, letter: Letter
) -> tuple[Pair, tuple[Any, Any]]:
    """Both machines read a letter."""
    first, one = machines[0].step(words, kept[0], states[0], letter)
    second, other = machines[1].step(words, kept[1], states[1], letter)
    return (first, second), (one, other)


def apart(one: Any, other: Any) -> bool:
    """Whether two results differ; what is not there has no value."""
    if isinstance(one, Item):
        return one.there != other.there or (one.there and one.value != other.value)
    return one != other


def path(came: Mapping[Any, tuple[Any, Letter] | None], pair: Any) -> list[Letter]:
    """The letters that led to a pair of states."""
    letters: list[Letter] = []
    back = came[pair]
    while back is not None:
        letters.append(back[1])
        back = came[back[0]]
    return letters[::-1]


def shown(question: Question, numbers: Mapping[str, Any], letters: list[Letter]) -> Answer | Undecided:
    """The word as an input, on which both programs are run once more."""
    row: Row = tuple(
        [letter[each.name].value for letter in letters if letter[each.name].there]
        if is_vector(each.type)
        else numbers[each.name]
        for each in question.arguments
    )
    answers = both(question)(row)
    if not unlike(question, answers):
        return Undecided(why="the programs give the same items at other times")
    return different(HOW, question.names, row, answers)
