"""Loops over streams: the synthesizer's for a task, the one read from a net, and what both are worth on fresh streams.

The strict check is Michaud et al.'s (arXiv 2402.05110) made harder: theirs takes ten streams of the training length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from benchmarks.tasks import Task
from benchmarks.tasks.drawn import checked
from benchmarks.tasks.sampling import Sampler
from compare.answers import Answers, Reals, Sets
from synth.language.types import STREAM
from synth.search.streams import Examples, Loop, Variable, solve_stream

EXAMPLES, COUNTER = 256, 8  # streams that a search begins with, and that join them where a loop is wrong
FRESH, TRIED, LENIENT = 10_000, 1_000, 10  # streams of a strict check, of one inside a search, and of a lenient one
LENGTHS = 2  # the first of the task's test samplers: the training length, and ten times that
DRAWS = 21  # the stream of numbers that fresh streams are drawn from


def over_streams(task: Task, size: int) -> bool:
    """Whether the task is a function of streams whose answers are whole numbers, one or several at every item."""
    kind = task.signature(size)
    return bool(kind and task.train is not None and task.mask is None and {*kind.args, kind.result} == {STREAM})


def find_loop(task: Task, size: int, seconds: float, seed: int = 0) -> Loop | None:
    """The loop of fewest bits that is right on the examples and knows no counterexample on fresh, longer streams."""
    assert task.train is not None
    given = drawn(task, size, task.train, EXAMPLES, [seed, DRAWS])
    rounds = iter(range(1, 1_000_000))

    def check(loop: Loop) -> Examples | None:
        number = next(rounds)
        for place, sampler in enumerate(task.test[:LENGTHS]):
            asked = drawn(task, size, sampler, TRIED, [seed, DRAWS, place, number])
            wrong = np.flatnonzero(mistaken(loop, asked).any(axis=1))
            if len(wrong):
                return asked.take(wrong[:COUNTER])
        return None

    return solve_stream(given, seconds=seconds, check=check, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A loop held against a task on streams that nobody has seen."""

    strict: bool  # right on all streams of each of the lengths
    lenient: bool  # right on the first few of the training length
    said: str


def held(task: Task, size: int, loop: Loop, seed: int = 0) -> Held:
    """Exact on FRESH streams of the training length and as many ten times as long; or the first it is wrong on."""
    lenient, lengths = True, []
    for place, sampler in enumerate(task.test[:LENGTHS]):
        asked = drawn(task, size, sampler, FRESH, [seed, DRAWS + 1, place])
        wrong = mistaken(loop, asked)
        lenient &= place > 0 or not wrong[:LENIENT].any()
        if wrong.any():
            return Held(strict=False, lenient=lenient, said=f"wrong {first_of(wrong, asked)}")
        lengths.append(str(wrong.shape[1]))
    said = f"right on {FRESH:,} fresh streams of each length, {', '.join(lengths)}"
    return Held(strict=True, lenient=True, said=said)


def mistaken(loop: Loop, asked: Examples) -> np.ndarray:
    """Where the loop's answers are not the right ones, (rows, time)."""
    given = loop.run(*asked.items)
    return np.any([one != other for one, other in zip(given, asked.answers, strict=True)], axis=0) & asked.counts


def first_of(wrong: np.ndarray, asked: Examples) -> str:
    """How many streams it is wrong on, and the shortest beginning of one of them."""
    first = np.where(wrong.any(axis=1), wrong.argmax(axis=1), wrong.shape[1])
    row = int(first.argmin())
    shown = "; ".join(" ".join(map(str, items[row, : first[row] + 1].tolist())) for items in asked.items)
    return f"on {int(wrong.any(axis=1).sum()):,} of {len(wrong):,} streams of {wrong.shape[1]}, first after {shown}"


def drawn(task: Task, size: int, sampler: Sampler, rows: int, seed: Sequence[int]) -> Examples:
    """Fresh streams with their right answers as whole numbers."""
    found = checked(task, sampler, size, rows, np.random.default_rng(seed))
    items = tuple(np.asarray(np.rint(values), dtype=np.int64) for values in found.arguments)
    answers = outputs_of(task.view(size).answers, found.targets)
    return Examples(items, answers, np.full(rows, items[0].shape[1]))


def outputs_of(kind: Answers, targets: np.ndarray) -> tuple[Int[np.ndarray, "rows time"], ...]:
    """Classes as they are, a set as the number of its bits, reals as whole numbers, one output each."""
    if isinstance(kind, Sets):
        return (targets @ (1 << np.arange(kind.symbols)),)
    if isinstance(kind, Reals):
        return tuple(np.rint(targets[..., i]).astype(np.int64) for i in range(kind.width))
    return (targets.astype(np.int64),)


def shown(loop: Loop) -> str:
    """In one line: each variable's start and step, then the answers."""
    parts = [f"{each.name} from {each.start} by {stepped(each)}" for each in loop.variables]
    return "; ".join([*parts, *(output.show() for output in loop.outputs)])


def stepped(variable: Variable) -> str:
    step = variable.step.show()
    return f"the {variable.reduction} of the last {variable.window} of {step}" if variable.window else step


def program_fields(task: Task, size: int, loop: Loop | None, seconds: float) -> dict[str, Any]:
    """What a record says of the synthesizer's loop."""
    if loop is None:
        said = f"no loop was found in {seconds:.0f} s that is right on the examples and on longer streams"
        return {"program_statement": said, "program_seconds": seconds, "synth_strict": False}
    checked = held(task, size, loop)
    return {
        "program": shown(loop),
        "program_code": loop.python(),
        "program_statement": f"a loop of {loop.bits:.0f} bits, {checked.said}",
        "program_seconds": seconds,
        "bits_program": loop.bits,
        "synth_strict": checked.strict,
    }


def net_fields(task: Task, size: int, loop: Loop | None, code: str | None) -> dict[str, Any]:
    """What a record says of the loop that was read from a net, beside the synthesizer's source `code`."""
    if loop is None:
        return {}
    found, source = held(task, size, loop), loop.python()
    same = {} if code is None else beside(task, size, loop, source, code)
    return {
        "net_program": shown(loop),
        "net_code": source,
        "net_strict": found.strict,
        "net_lenient": found.lenient,
        **same,
    }


def beside(task: Task, size: int, loop: Loop, source: str, code: str) -> dict[str, Any]:
    """Whether two sources are one text, and else whether they answer alike on fresh streams ten times as long."""
    if source == code:
        return {"same_function": "equal", "same_how": "one text", "same_program": True}
    asked = drawn(task, size, task.test[LENGTHS - 1], TRIED, [0, DRAWS + 2])
    scope: dict[str, Any] = {}
    exec(compile(code, "<printed>", "exec"), scope)
    program, columns = scope["program"], [items.tolist() for items in asked.items]
    other = np.array([program(*row) for row in zip(*columns, strict=True)])
    answers = np.stack(loop.run(*asked.items), axis=-1)
    wrong = (other.reshape(answers.shape) != answers).any(axis=-1)
    if wrong.any():
        how = f"they differ {first_of(wrong, asked)}"
        return {"same_function": "different", "same_how": how, "same_program": False}
    how = f"alike on {TRIED:,} fresh streams of {answers.shape[1]}"
    return {"same_function": "alike", "same_how": how, "same_program": False}
