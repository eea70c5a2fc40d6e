"""What a state that is carried along looks like: the machine of its values, points of the net's states, and how far.

For the report; nothing here decides.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from compare.alone import Alone, answers_by
from compare.evidence.states import carried
from compare.explanation import Explanation
from compare.extract.recurrent.machine import Machine, minimal, numbered
from compare.read import Reading
from compare.step import Step, values_of

ROWS = 256  # sequences that the machine is read off
MOST_NODES, MOST_LETTERS = 24, 64  # of a machine that is kept
POINTS = 240  # states that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedState:
    """`arrays` by the names that `compare.record` lists."""

    values: int | None  # of the state, told apart as far as what follows tells them; None of reals
    exact_to: int  # length up to which the net answers every sequence rightly
    followed_to: int  # the same of the explanation, by the net's answers
    right_to: int  # and by the right ones
    arrays: dict[str, np.ndarray]


def carried_state(reading: Reading, explanation: Explanation | None, alone: Alone | None) -> CarriedState | None:
    """Of an explanation one of whose steps is a state; `alone`: what it answers by itself."""
    step = carried(explanation.steps) if explanation else None
    if explanation is None or step is None or alone is None:
        return None
    samples, told = (reading, *reading.longer), alone.answers
    machine, values = ({}, None) if step.shown else machine_of(reading, explanation, step)
    return CarriedState(
        values=values,
        exact_to=all_up_to([each.view.answers.alike(each.answers, each.targets) for each in samples]),
        followed_to=all_up_to([e.view.answers.alike(e.answers, mine) for e, mine in zip(samples, told, strict=True)]),
        right_to=all_up_to([e.view.answers.alike(mine, e.targets) for e, mine in zip(samples, told, strict=True)]),
        arrays={**machine, **points(reading, explanation, step)},
    )


def all_up_to(alike: list[Bool[np.ndarray, "rows time ..."]]) -> int:
    """The longest beginning that is right in all rows of all samples, as far as each of them goes."""
    wrong = [(~each.reshape(*each.shape[:2], -1)).any(axis=(0, 2)) for each in alike]
    firsts = [int(each.argmax()) for each in wrong if each.any()]
    return min(firsts, default=max(each.shape[1] for each in alike))


def machine_of(reading: Reading, explanation: Explanation, step: Step) -> tuple[dict[str, np.ndarray], int]:
    """Its arrays, where it is small enough to be seen, and how many values there are."""
    rows = reading.fitted[:ROWS]
    x = reading.x[rows]
    after = np.asarray(values_of(explanation.steps, x, [step.name])[step.name])
    start = np.broadcast_to(np.array(start_of(explanation, after.shape[2])), after[:, :1].shape)
    every = np.concatenate([start, after], axis=1)
    values, node = np.unique(every.reshape(-1, every.shape[-1]), axis=0, return_inverse=True)
    node = node.reshape(every.shape[:2])
    arguments = [np.asarray(each)[rows] for each in reading.arguments]
    if len(values) > MOST_NODES or any(each.shape != x.shape[:2] for each in arguments):
        return {}, len(values)
    stacked = np.stack([each.reshape(-1) for each in arguments], axis=1)
    letters, letter = np.unique(stacked, axis=0, return_inverse=True)
    if len(letters) > MOST_LETTERS:
        return {}, len(values)
    place = (node[:, :-1].reshape(-1), letter.reshape(-1))
    table = np.full((len(values), len(letters)), -1)
    table[place] = node[:, 1:].reshape(-1)
    answers = answers_by(explanation, reading.view, x).reshape(len(letter), -1)
    says = np.zeros((*table.shape, answers.shape[1]), dtype=answers.dtype)
    says[place] = answers
    first = [int(node[0, 0]), *(each for each in range(len(values)) if each != node[0, 0])]
    return arranged(table, says, values, letters, np.array(first))


def start_of(explanation: Explanation, numbers: int) -> tuple[int, ...]:
    """The numbers before the first item: a loop's, else a machine's first state."""
    return explanation.loop.starts if explanation.loop else (0,) * numbers


def arranged(
    after: Int[np.ndarray, "nodes letters"],
    says: np.ndarray,
    values: Int[np.ndarray, "nodes numbers"],
    letters: Int[np.ndarray, "letters streams"],
    order: Int[np.ndarray, " nodes"],
) -> tuple[dict[str, np.ndarray], int]:
    """The start first; where all of the machine was met, states that answer alike are one."""
    rank = np.argsort(order)
    after, says, values = np.where(after < 0, -1, rank[after])[order], says[order], values[order]
    if (after >= 0).all():
        answers = numbered(says.reshape(after.size, -1)).reshape(after.shape)
        small = minimal(Machine(after=after, says=answers))
        to = standing(after, small)
        after, says, values = small.after, says[to], values[to]
    found = {"machine.after": after, "machine.says": says, "machine.values": values, "machine.letters": letters}
    return found, len(after)


def standing(after: Int[np.ndarray, "nodes letters"], small: Machine) -> Int[np.ndarray, " states"]:
    """For each state of the minimal machine the node that the same word leads to."""
    found = {0: 0}
    for state in range(small.size):  # its states are in the order in which words reach them
        for letter, then in enumerate(small.after[state].tolist()):
            found.setdefault(then, int(after[found[state], letter]))
    return np.array([found[state] for state in range(small.size)])


def points(reading: Reading, explanation: Explanation, step: Step) -> dict[str, np.ndarray]:
    """States of the net in the two directions in which they vary most, with the values that the program gives them."""
    rows = reading.fitted[:ROWS]
    values = np.asarray(values_of(explanation.steps, reading.x[rows], [step.name])[step.name])
    states = reading.site(str(step.holds))[rows].reshape(values.shape[0] * values.shape[1], -1).astype(np.float64)
    some = np.random.default_rng([reading.seed, 37]).permutation(len(states))[:POINTS]
    centred = states - states.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    at = np.zeros((len(some), 2), dtype=np.float32)
    at[:, : len(directions)] = centred[some] @ directions.T
    shown = values.reshape(len(states), -1)[some]
    return {"states.at": at, "states.values": np.asarray(step.shown(shown) if step.shown else shown).astype(np.int32)}
