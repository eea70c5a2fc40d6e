"""Programs of sequences: found on examples, tried on fresh rows, found anew with some that they get wrong."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Bool, Shaped

from benchmarks.language import language_of
from benchmarks.tasks import Task
from benchmarks.tasks.drawn import Asked, asked
from benchmarks.tasks.examples import at_ends, ends, examples, lengths_of, spec_from
from compare.same import same_program
from synth import (
    Budget,
    Found,
    Primitive,
    Program,
    Solution,
    Spec,
    apply,
    lists_of_rows,
    parse,
    solve,
    terminals,
)
from synth.language.arguments import columns
from synth.language.selectors import SEEN
from synth.language.types import SEQUENCE
from synth.library.ends import FINAL

RANGES = 2  # the first of the task's test samplers
FRESH, TOLD = 2_000, 24  # fresh rows of each; of those that a program gets wrong, the search gets so many
SEED = 21
CELLS = 1 << 22  # pairs of positions that are run together


def of_sequences(task: Task, size: int) -> bool:
    kind = task.signature(size)
    return kind is not None and not task.listed and SEQUENCE in kind.args


def solve_sequences(
    task: Task, size: int, spec: Spec, library: tuple[Primitive, ...], seconds: float
) -> tuple[Solution, str | None]:
    """What the last search found, and which fresh rows it gets wrong; None where it is right on all of them.

    `spec` is of the task's examples, which the first search gets alone.
    """
    ends_at, refuting = time.monotonic() + seconds, list[Asked]()
    while True:
        solution = solve(spec, library, Budget(seconds=max(1.0, ends_at - time.monotonic())))
        if not isinstance(solution, Found):
            return solution, None
        mistake = next(mistakes(task, size, solution.program), None)
        if mistake is None:
            return solution, None
        few = shortest(mistake)
        if not len(few.targets) or time.monotonic() >= ends_at:
            return solution, f"wrong on {len(mistake.targets):,} fresh ones"
        refuting.append(few)
        spec = spec_from(task, size, [*examples(task, size), *refuting])


def mistakes(task: Task, size: int, program: Program) -> Iterator[Asked]:
    """Of each range, where there are any, the fresh rows that a program gets wrong."""
    for found in fresh(task, size):
        wrong = ~right(task, size, program, found)
        if wrong.any():
            yield found.take(wrong)


def fresh(task: Task, size: int) -> Iterator[Asked]:
    """Rows of each range; of answers at the ends of beginnings, these."""
    for number, sampler in enumerate(task.test[:RANGES]):
        rng = np.random.default_rng([SEED, number])
        found = asked(task, sampler, size, FRESH, rng)
        yield ends(found, FRESH, rng) if at_ends(task, size) else found


def right(task: Task, size: int, program: Program, found: Asked) -> Bool[np.ndarray, " rows"]:
    """The rows on which a program answers as the oracle, wherever that counts."""
    spec = spec_from(task, size, [found])
    alike = run(program, spec) == spec.outputs
    if alike.ndim > 1 and found.mask is not None:
        alike = alike[:, 1:] | ~found.mask
    return alike.reshape(len(alike), -1).all(axis=1)


def run(program: Program, spec: Spec) -> Shaped[np.ndarray, "rows ..."]:
    """What a program answers to a specification's inputs, so many rows at a time."""
    step = max(1, CELLS // max(values.shape[1] ** 2 for values in spec.inputs if values.ndim > 1))
    parts = [slice(low, low + step) for low in range(0, len(spec.outputs), step)]
    return np.concatenate([program.run(columns(spec, [values[part] for values in spec.inputs])) for part in parts])


def net_fields(task: Task, size: int, program: Program | None, line: str | None) -> dict[str, Any]:
    """What a record says of a net's program beside the synthesizer's, both asked at the ends of fresh beginnings."""
    if program is None or line is None:
        return {}
    specs = [spec_from(task, size, [found]) for found in fresh(task, size)]
    mine, other = apply(FINAL, program), parse(line, language_of(task), terminals(specs[0]))
    if same_program(mine, other):
        return {"same_function": "equal", "same_how": "one text", "same_program": True}
    for spec in specs:
        one, two = (run(each, spec) for each in (mine, other))
        for row in np.flatnonzero(one != two)[:1]:
            (items,) = lists_of_rows(spec.inputs[0][[row]])
            how = f"they differ after {' '.join(map(str, items))}: {one[row]} and {two[row]}"
            return {"same_function": "different", "same_how": how, "same_program": False}
    how = f"alike at the ends of beginnings of {said_fresh(task)}"
    return {"same_function": "alike", "same_how": how, "same_program": False}


def said_fresh(task: Task) -> str:
    """How many rows those are, in words."""
    ranges = len(task.test[:RANGES])
    return f"{FRESH:,} fresh rows" + (f" of each of {ranges} ranges" if ranges > 1 else "")


def shortest(found: Asked) -> Asked:
    """The shortest rows, as many as the next search gets, none of them longer than it takes."""
    lengths = lengths_of(found)
    order = np.argsort(lengths, kind="stable")[:TOLD]
    order = order[lengths[order] <= SEEN]
    few, long = found.take(order), int(lengths[order].max(initial=1))
    cut_off = [values[:, :long] if values.ndim > 1 else values for values in few.arguments]
    targets = few.targets if few.targets.ndim == 1 else few.targets[:, :long]
    return Asked(tuple(cut_off), targets, None if few.mask is None else few.mask[:, :long])
