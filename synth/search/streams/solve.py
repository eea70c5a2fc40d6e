"""The loop of fewest bits that is met, by whichever way.

Every way only proposes; a loop counts once it is right on all examples and `check`, where there is one, knows no
counterexample: counterexamples join the examples, and the search goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from math import inf

import numpy as np

from synth.search.streams.assembled import beside
from synth.search.streams.examples import Examples, StateTable, joined, words_of
from synth.search.streams.linear import modulus_of, recurrence
from synth.search.streams.loop import Loop
from synth.search.streams.steps import step_functions
from synth.search.streams.ways import WAYS, Asked, Clock, stepped

Check = Callable[[Loop], Examples | None]
ROUNDS = 8  # of counterexamples


def solve_stream(examples: Examples, seconds: float = 60.0, check: Check | None = None, seed: int = 0) -> Loop | None:
    """The loop of fewest bits that was met in the time (CPU seconds), or None.

    `check` gives counterexamples, rows of items with the right answers, or None where it knows of none.
    """
    clock = Clock.of(seconds)
    refused: set[Loop] = set()
    for _ in range(ROUNDS):
        best: Loop | None = None
        for loop in candidates(examples, clock, seed):
            if loop in refused or (best is not None and loop.bits >= best.bits):
                continue
            counter = None if check is None else check(loop)
            if counter is None:
                best = loop
                continue
            refused.add(loop)
            examples = joined(examples, counter)
            if best is None:
                break
        else:
            return best
        if best is not None or clock.left <= 0:
            return best
    return None


def loops_of_words(examples: Examples, seconds: float = 10.0, most: int = 3, seed: int = 0) -> list[Loop]:
    """States of one short step function with the shortest output function, the fewest bits first.

    The step functions are tabulated once a process, which takes some seconds beyond these.
    """
    step_functions()
    asked = Asked(examples, names_of(examples), Clock.of(seconds), seed)
    found = [loop for loop in stepped(asked, inf) if fits(loop, examples)]
    return sorted(dict.fromkeys(found), key=lambda loop: loop.bits)[:most]


def loops_of_table(table: StateTable, seconds: float = 10.0, most: int = 3, seed: int = 0) -> list[Loop]:
    """The same of a machine, asked for on words that leave each state by each symbol."""
    return loops_of_words(words_of(table, seed), seconds, most, seed)


def names_of(examples: Examples) -> tuple[str, ...]:
    """x, or a, b, ... for several streams."""
    streams = len(examples.items)
    if streams == 1:
        return ("x",)
    return tuple("abcd"[:streams]) if streams <= 4 else tuple(f"x{number}" for number in range(streams))


def fits(loop: Loop, examples: Examples) -> bool:
    """Whether it is right on all examples."""
    counts, given = examples.counts, loop.run(*examples.items)
    return all(np.array_equal(one[counts], other[counts]) for one, other in zip(given, examples.answers, strict=True))


def candidates(examples: Examples, clock: Clock, seed: int) -> Iterator[Loop]:
    """Loops that are right on the examples; several outputs together where they are linear, otherwise each alone."""
    names = names_of(examples)
    if len(examples.answers) == 1:
        yield from single(examples, names, clock, seed)
        return
    together = recurrence(examples, names)
    if together is not None and fits(together, examples):
        yield together
        return
    parts = []
    for number in range(len(examples.answers)):
        own = list(single(examples.output(number), names, clock, seed))
        if not own:
            return
        parts.append(min(own, key=lambda loop: loop.bits))
    yield beside(parts)


def single(examples: Examples, names: Sequence[str], clock: Clock, seed: int) -> Iterator[Loop]:
    """Of one output; each way looks for fewer bits than the ones before it found."""
    asked, bits = Asked(examples, names, clock, seed), inf
    for modulus in dict.fromkeys((0, modulus_of(examples))):
        linear = recurrence(examples, names, modulus)
        if linear is not None and fits(linear, examples) and linear.bits < bits:
            bits = linear.bits
            yield linear
    for way, enough in WAYS:
        for loop in way(asked, bits) if bits > enough else ():
            if fits(loop, examples) and loop.bits < bits:
                bits = loop.bits
                yield loop
            if clock.left <= 0:
                return
