"""What a net's waves are read of: the group, each argument's inner variable and multiple, and the answer's shift.

All of it is told by the net's own hidden layer, outputs and answers.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from compare.fit.characters import TOKEN, Frame, GroupName, Inner, alike, characters
from compare.fit.inner import CLEARLY, best_inner, find_inner, shifted
from compare.fit.multiples import find_multiples
from compare.read import Reading
from compare.sites.layer import Layer, argument_means, importance


def groups_of(p: int) -> tuple[GroupName, ...]:
    """Groups whose waves residues modulo p may be read by."""
    prime = p > 1 and all(p % d for d in range(2, int(p**0.5) + 1))
    return ("additive", "multiplicative") if prime else ("additive",)


def frame_of(reading: Reading, group: GroupName, layer: Layer | None) -> Frame:
    """The group's waves of what the layer's units read of either argument, each with its multiple."""
    frame = alike(characters(reading.view.classes, group))
    if layer is not None:
        parts, weight = _parts(reading, layer)
        first, second = (find_inner(group, part, weight) for part in parts)
        frame = replace(frame, first=first, second=second)
    return _answered(reading, frame)


def likeliest_frame(reading: Reading, layer: Layer) -> Frame:
    """The same of the group by one of whose frequencies a unit most is explained, each argument's mean by itself.

    A group is asked only where those before it leave enough that it could explain clearly more.
    """
    parts, weight = _parts(reading, layer)
    best, most = alike(characters(reading.view.classes)), -1.0
    for group in groups_of(reading.view.classes):
        (first, one), (second, other) = (best_inner(group, part, weight) for part in parts)
        if (one + other) / 2 > most:
            best, most = Frame(first=first, second=second, answer=characters(first.p, group)), (one + other) / 2
        if most + CLEARLY >= 1:
            break
    return _answered(reading, best)


def renamed_frame(
    frame: Frame, parts: tuple[Float[np.ndarray, "p units"], ...], weight: Float[np.ndarray, " units"]
) -> Frame:
    """The control's: in the same group, with the same multiples, but what is read of the arguments chosen anew."""
    first, second = (
        find_inner(frame.answer.group, part, weight).times(own.inner.multiple)
        for part, own in zip(parts, (frame.first, frame.second), strict=True)
    )
    return Frame(first=first, second=second, answer=frame.answer)


def outside_answer(reading: Reading, frame: Frame) -> tuple[Int[np.ndarray, " outside"], int]:
    """Rows of which an argument is outside the group, and what the net answers to most of those that are fitted."""
    first, second = (np.abs(chars.z[0]) == 0 for chars in (frame.first, frame.second))
    outside = first[reading.x[:, 0]] | second[reading.x[:, 1]]
    given = reading.answers[reading.fitted[outside[reading.fitted]]]
    return np.flatnonzero(outside), int(np.bincount(given, minlength=1).argmax())


def _parts(
    reading: Reading, layer: Layer
) -> tuple[tuple[Float[np.ndarray, "p units"], ...], Float[np.ndarray, " units"]]:
    """The units' means for each value of either argument, and the units' importance, on the fitted rows."""
    rows, p = reading.fitted, reading.view.classes
    x, y = reading.x[rows, :2].T
    return argument_means(reading.site(layer.pre)[rows], (x, y), (p, p)), importance(reading, layer, rows)


def _answered(reading: Reading, frame: Frame) -> Frame:
    """With the answer's waves, and with both multiples."""
    rows, p = reading.fitted, frame.answer.p
    frame = replace(frame, answer=characters(p, frame.answer.group, _shift(reading, frame)))
    x, y = reading.x[rows, :2].T
    return find_multiples(frame, x, y, reading.outputs[rows])


def _shift(reading: Reading, frame: Frame) -> Inner:
    """What a product is of: the answer, and the constant that makes it 0 where an argument is outside the group."""
    p, (outside, constant) = frame.answer.p, outside_answer(reading, frame)
    return shifted(p, -constant % p) if len(outside) else TOKEN
