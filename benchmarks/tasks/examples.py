"""A few rows of a task that is asked on samples: for the synthesizer, in its own layout, and for the eye."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.tasks.declaration import Declaration
from benchmarks.tasks.drawn import PART, Asked, answers, as_type, asked, checked, counted, few
from synth.language.batches import lengths_to
from synth.language.selectors import SEEN
from synth.language.spec import Spec
from synth.language.types import REAL, SEQUENCE, is_vector

EXAMPLES = 96  # rows that the synthesizer gets, and a quarter as many of the next longer range
FEWER = 2  # rows fewer for each symbol that they are longer
DRAWN = 16  # times as many are drawn where single answers are asked: the shortest of them are taken
SHOWN, LINE = 4, 24  # rows that are shown, and numbers of each
TEN = 10  # symbols of one digit


def spec_of(task: Declaration, size: int) -> Spec | None:
    """Types and examples for the synthesizer; None where its language has no types for the task, or for its answers."""
    if task.signature(size) is None or (task.kind == "reals" and task.classes(size) > 1):
        return None
    return spec_from(task, size, list(examples(task, size)))


def spec_from(task: Declaration, size: int, parts: Sequence[Asked]) -> Spec:
    """What the synthesizer is asked by these rows."""
    kind = task.signature(size)
    assert kind is not None
    capacity = max((values.shape[1] for part in parts for values in part.arguments if values.ndim > 1), default=0)
    inputs = [
        np.concatenate([written(values, part, capacity) for part, values in column])
        for column in zip(*([(part, values) for values in part.arguments] for part in parts), strict=True)
    ]
    outputs = [written(coded(task, part.targets), part, capacity) for part in parts]
    right = np.concatenate(outputs)
    return Spec(
        type=kind,
        inputs=tuple(as_kind(values, each) for values, each in zip(inputs, kind.args, strict=True)),
        outputs=as_kind(right, kind.result),
        terminals=task.terminals(size),
    )


def as_kind(values: np.ndarray, kind: Any) -> np.ndarray:
    """Reals as they are, whole numbers of any other type as integers or Booleans."""
    return values if kind == REAL else as_type(values, kind)


def examples(task: Declaration, size: int) -> Iterator[Asked]:
    """What the synthesizer's examples are made of: distinct rows of the range reported on, a few of the next.

    Without the next where it is longer than the sequences among which selectors are searched.
    """
    for number, each in enumerate(task.test[:2]):
        rows, rng = EXAMPLES if number == 0 else EXAMPLES // 4, np.random.default_rng([PART["examples"], number])
        if at_ends(task, size):
            yield ends(checked(task, each, size, DRAWN * rows, rng), rows, rng)
            return
        found = checked(task, each, size, rows, rng)
        if number and selecting(task, size) and max(values.shape[1] for values in found.arguments) > SEEN:
            return
        flat = np.concatenate([values.reshape(rows, -1) for values in found.arguments], axis=1)
        yield found.take(np.sort(np.unique(flat, axis=0, return_index=True)[1]))


def at_ends(task: Declaration, size: int) -> bool:
    """Whether the type is of a sequence to a number, and answers are along the sequence: what its beginnings give."""
    kind = task.signature(size)
    if kind is None or SEQUENCE not in kind.args or is_vector(kind.result):
        return False
    return answers(task, size, few(task, size)).ndim - task.view(size).answers.axes > 1


def ends(found: Asked, rows: int, rng: np.random.Generator) -> Asked:
    """Beginnings of short ones of these rows, up to a position that counts, and its answer.

    Of each row up to the first position that counts, to the last, and to one between; the longer rows are, the fewer.
    """
    counts, last = found.counts, lengths_of(found)
    order = np.argsort(last, kind="stable")
    alike = np.arange(len(order)) - np.searchsorted(last[order], last[order])  # shorter ones of the same length
    chosen = order[np.argsort(last[order] + alike // FEWER, kind="stable")][:rows]
    every = [(row, np.flatnonzero(counts[row])) for row in chosen if counts[row].any()]
    pairs = [(row, at) for row, places in every for at in sorted({places[0], places[-1], rng.choice(places)})]
    at, places = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    long = int(places.max(initial=0)) + 1
    arguments = tuple(values[at, :long] if values.ndim > 1 else values[at] for values in found.arguments)
    return Asked(arguments, found.targets[at, places], np.arange(long) == places[:, None])


def selecting(task: Declaration, size: int) -> bool:
    """Whether the task is one of sequences, over which selectors look."""
    kind = task.signature(size)
    return kind is not None and SEQUENCE in (*kind.args, kind.result)


def coded(task: Declaration, targets: np.ndarray) -> np.ndarray:
    """Answers as numbers: of a set, symbol i as the bit of value 2^i; of a real of width 1, itself."""
    if task.kind == "sets":
        return targets @ (1 << np.arange(targets.shape[-1]))
    return targets[..., 0] if task.kind == "reals" else targets


def written(values: np.ndarray, part: Asked, capacity: int) -> np.ndarray:
    """As the synthesizer holds them: single values as they are; of sequences the length, the items, then zeros.

    A sequence ends with its last position that counts; those before it that do not count are answered by the oracle.
    """
    if values.ndim < 2:
        return values
    lengths = lengths_of(part)[:, None]
    items = np.where(np.arange(values.shape[1]) < lengths, values, 0)
    return np.concatenate([lengths, np.pad(items, ((0, 0), (0, capacity - values.shape[1])))], axis=1)


def lengths_of(part: Asked) -> np.ndarray:
    """Up to the last position that counts, (rows,)."""
    rows, positions = next(values.shape[:2] for values in part.arguments if values.ndim > 1)
    return np.full(rows, positions) if part.mask is None else lengths_to(part.mask)


def table_bits(task: Declaration, size: int) -> float:
    """Of the answers to the synthesizer's examples, those that count."""
    kind, parts = task.view(size).answers, list(examples(task, size))
    flat = [counted(part, kind.axes) for part in parts]
    return kind.table_bits(np.concatenate(flat))


def said(task: Declaration) -> str:
    """Where the samples come from, in a line."""
    assert task.train is not None
    tested = ", then ".join(each.says() for each in task.test)
    return f"trained on {task.train.says()}, tested on {tested}"


def shown(task: Declaration, size: int) -> Iterator[str]:
    """A few rows with their answers, those that do not count as a dash."""
    found = asked(task, task.test[0], size, SHOWN, np.random.default_rng(0))
    for row in range(SHOWN):
        arguments = ", ".join(brief(values[row]) for values in found.arguments)
        counts = None if found.mask is None else found.mask[row]
        yield f"({arguments}) -> {brief(told(task, found.targets[row]), counts)}"


def told(task: Declaration, answers: np.ndarray) -> np.ndarray:
    """Answers for the eye: sets as their symbols one after the other, with commas where some have two digits."""
    if task.kind != "sets":
        return answers
    sets = answers.reshape(-1, answers.shape[-1])
    between = "," if answers.shape[-1] > TEN else ""
    words = [between.join(map(str, np.flatnonzero(each))) or "none" for each in sets]
    return np.array(words).reshape(answers.shape[:-1])


def brief(values: np.ndarray, counts: np.ndarray | None = None) -> str:
    """A number, a row of them, or the shape of more."""
    if values.ndim > 1:
        return f"{' x '.join(map(str, values.shape))} numbers"
    flat = values.reshape(-1)
    words = [
        "-" if counts is not None and not counts[place] else each if isinstance(each, str) else f"{each:.4g}"
        for place, each in enumerate(flat)
    ]
    return " ".join(words[:LINE] + (["..."] if len(words) > LINE else []))
