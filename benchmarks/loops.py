"""Loops over streams: the synthesizer's for a task, the one read from a net, and what both are worth on fresh streams.

The strict check is Michaud et al.'s (arXiv 2402.05110) made harder: theirs takes ten streams of the training length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.loop_lines import loop_of, shown
from benchmarks.published import published
from benchmarks.references import reference_bits
from benchmarks.tasks import Task
from benchmarks.tasks.drawn import sample
from benchmarks.tasks.sampling import Sampler, Uniform
from benchmarks.tasks.words import words
from compare.alone import answers_by
from compare.evidence.states import carried
from compare.explanation import Explanation
from compare.extract.recurrent.strict import Unlike, first_difference, same_loops
from compare.same.answer import Equal
from synth.language.program import renamed
from synth.search.streams import Examples, Loop, function_of, solve_stream
from synth.search.streams.loop import PRIME

EXAMPLES = 256  # streams that a search begins with
CHECKED, TOLD = 1_000, 24  # fresh streams of each length in a search; of those that a loop gets wrong, it gets so many
FRESH, LENIENT = 10_000, 10  # streams of each length that a loop is held against strictly; and leniently
LENGTHS = 2  # the first of the task's test samplers: of the training length and the next, twice or ten times that
SEED = 62


def find_loop(task: Task, size: int, seconds: float) -> Loop | None:
    """The loop of fewest bits that is right on examples of the training length and on fresh streams of both lengths.

    A task that draws special words alone, as most words of a language with one letter changed, would mislead: the
    fresh streams are of any words of its alphabet too.
    """

    def check(loop: Loop) -> Examples | None:
        return next(mistakes(loop, task, size, CHECKED, SEED + 1, everywhere=True), None)

    return solve_stream(words(task, size, task.test[0], EXAMPLES, SEED), seconds, check)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A loop held against a task on streams that nobody has seen."""

    strict: bool  # right on all streams of each of the lengths
    lenient: bool  # right on a few of the training length
    said: str


def held(task: Task, size: int, loop: Loop, *, everywhere: bool = False) -> Held:
    """Exact on FRESH streams of the training length and as many longer ones; or the first that it gets wrong.

    `everywhere`: on as many words of the task's alphabet too, where its own are special ones.
    """
    mistake = next(mistakes(loop, task, size, FRESH, SEED + 2, everywhere=everywhere), None)
    if mistake is None:
        more = ", and on as many of any words" if everywhere and any_words(task, size) else ""
        return Held(strict=True, lenient=True, said=f"right on {FRESH:,} fresh streams of each of two lengths{more}")
    few = words(task, size, task.test[0], LENIENT, SEED + 3)
    lenient = all(map(np.array_equal, loop.run(*few.items), few.answers))
    shortest = int(mistake.lengths.argmin())
    shown = "; ".join(" ".join(map(str, x[shortest, : mistake.lengths[shortest]].tolist())) for x in mistake.items)
    return Held(strict=False, lenient=lenient, said=f"wrong after {shown}")


def mistakes(
    loop: Loop, task: Task, size: int, rows: int, seed: int, *, everywhere: bool = False
) -> Iterator[Examples]:
    """Of each length, where there are any: streams that the printed Python gets wrong, each up to its first mistake.

    `everywhere`: on any words of the task's alphabet too, where its own are special ones.
    """
    program = function_of(loop.python())
    for number, sampler in enumerate([*task.test[:LENGTHS], *(any_words(task, size) if everywhere else ())]):
        fresh = words(task, size, sampler, rows, [seed, number])
        first = {}
        for row, (given, right) in enumerate(zip(rows_of(fresh.items), answers_of(fresh), strict=True)):
            told = program(*given)
            if told != right:
                first[row] = 1 + next(t for t, pair in enumerate(zip(told, right, strict=True)) if pair[0] != pair[1])
            if len(first) == TOLD:
                break
        if first:
            chosen = fresh.take(np.array([*first]))._replace(lengths=np.array([*first.values()]))
            yield chosen.take(slice(None))


def any_words(task: Task, size: int) -> list[Sampler]:
    """Words of all letters alike, of the task's lengths; none for numbers, and where the task draws just these."""
    own = task.test[:LENGTHS]
    if task.values is None or all(isinstance(each, Uniform) for each in own):
        return []
    lengths = [words(task, size, each, 1, SEED).items[0].shape[1] for each in own]
    return [Uniform(length=length) for length in lengths]


def rows_of(items: Sequence[np.ndarray]) -> Iterator[tuple[list[int], ...]]:
    """One list a stream."""
    return zip(*(each.tolist() for each in items), strict=True)


def answers_of(examples: Examples) -> list[list]:
    """As the printed Python gives them: numbers, or tuples of several."""
    if len(examples.answers) == 1:
        return examples.answers[0].tolist()
    return [list(zip(*row, strict=True)) for row in rows_of(examples.answers)]


def program_fields(task: Task, size: int, loop: Loop | None, seconds: float) -> dict[str, Any]:
    """What a record says of the synthesizer's loop."""
    known = {
        "program_seconds": seconds,
        "program_published": published(task.name, size),
        "bits_reference": reference_bits(task.name, size),
    }
    if loop is None:
        said = f"no loop was found in {seconds:.0f} s that is right on the examples and on longer streams"
        return {**known, "program_statement": said, "synth_strict": False}
    checked = held(task, size, loop, everywhere=True)
    said = f"a loop of {loop.bits:.0f} bits, {checked.said}; whether there is a shorter one is not known"
    return {
        **known,
        "program": shown(loop),
        "program_loop": loop.python(),
        "program_statement": said,
        "bits_program": loop.bits,
        "synth_strict": checked.strict,
    }


def net_fields(task: Task, size: int, loop: Loop | None, line: str | None, follows: bool = True) -> dict[str, Any]:
    """What a record says of the loop that was read from a net, beside the synthesizer's as `shown` wrote it.

    `follows`: it answers as the net on every length up to the longest that the net is exact on.
    """
    if loop is None:
        return {}
    found = held(task, size, loop)
    same = {} if line is None else beside(task, size, loop, loop_of(line, loop.items))
    return {
        "net_program": shown(loop),
        "net_strict": found.strict and follows,
        "net_lenient": found.lenient,
        **same,
    }


def machine_fields(task: Task, size: int, explanation: Explanation, follows: bool = True) -> dict[str, Any]:
    """The same of an explanation without a loop that carries a state along: the steps themselves answer."""
    if carried(explanation.steps) is None:
        return {}
    view = task.view(size)

    def right(sampler: Sampler, rows: int, seed: list[int]) -> bool:
        fresh = sample(task, sampler, size, rows, seed)
        told = answers_by(explanation, view, view.encode(*fresh.arguments))
        return bool(view.answers.alike(told, fresh.targets).all())

    strict = all(right(each, FRESH, [SEED + 2, number]) for number, each in enumerate(task.test[:LENGTHS]))
    return {
        "net_strict": strict and follows,
        "net_lenient": strict or right(task.test[0], LENIENT, [SEED + 3]),
    }


def beside(task: Task, size: int, one: Loop, other: Loop) -> dict[str, Any]:
    """Whether two loops are one text but for their names; else a proof, a stream that differs, or fresh streams."""
    if lettered(one) == lettered(other):
        return {"same_function": "equal", "same_how": "one text", "same_program": True}
    found = same_loops(one, other, letters_of(task, size))
    if isinstance(found, Equal):
        return {"same_function": "equal", "same_how": found.sentence, "same_program": False}
    apart, alike = on_fresh(task, size, one, other), f"alike on {CHECKED:,} fresh streams of each of two lengths"
    if isinstance(found, Unlike):
        how = str(found) if apart else f"{found}; {alike}, which hold no such word"
        return {"same_function": "different", "same_how": how, "same_program": False}
    if apart is not None:
        return {"same_function": "different", "same_how": str(apart), "same_program": False}
    return {"same_function": "alike", "same_how": f"{alike}; not proved: {found.why}", "same_program": False}


def on_fresh(task: Task, size: int, one: Loop, other: Loop) -> Unlike | None:
    """A fresh stream of the task on which they differ."""
    for sampler in task.test[:LENGTHS]:
        given = words(task, size, sampler, CHECKED, SEED + 4).items
        apart = first_difference(np.stack(one.run(*given), axis=-1), np.stack(other.run(*given), axis=-1))
        if apart is not None:
            row, time = apart
            return Unlike(items=tuple(tuple(items[row, : time + 1].tolist()) for items in given))
    return None


def letters_of(task: Task, size: int) -> np.ndarray:
    """What stands at one position of fresh streams, (letters, streams); each letter once."""
    drawn = [words(task, size, sampler, CHECKED, SEED + 5).items for sampler in task.test[:LENGTHS]]
    return np.unique(np.concatenate([np.stack([each.ravel() for each in items], axis=1) for items in drawn]), axis=0)


def lettered(loop: Loop) -> Loop:
    """The same with numbers for the variables' names."""
    names = {v.name: f"{place}" for place, v in enumerate(loop.variables)}
    names |= {name + PRIME: number + PRIME for name, number in names.items()}
    return replace(
        loop,
        variables=tuple(replace(v, name=names[v.name], step=renamed(v.step, names)) for v in loop.variables),
        outputs=tuple(renamed(output, names) for output in loop.outputs),
    )
