"""What is carried along as the steps of an explanation: the state that sits in the net, and the outputs."""

from dataclasses import dataclass
from typing import Protocol

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.answers import Answers, Reals, Sets
from compare.extract.recurrent.teacher import Teacher, spelled
from compare.step import Codewords, Inputs, Step, Steps, Value
from synth.search.streams import Loop

STATE, OUTPUTS = "state", "outputs"
LARGEST = 2.0**53  # a number that is told from its neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine:
    """A state as an affine function of its numbers, and the numbers as the integers nearest to one of the state."""

    by: Float[np.ndarray, "numbers width"]
    offset: Float[np.ndarray, " width"]
    back: Float[np.ndarray, "width numbers"]
    shift: Float[np.ndarray, " numbers"]

    def code(self, value: Value) -> Value:
        return jnp.asarray(value, jnp.float32) @ jnp.asarray(self.by, jnp.float32) + self.offset

    def told(self, states: Value) -> Value:
        numbers = np.rint(np.asarray(states, dtype=np.float64) @ self.back + self.shift)
        return np.clip(np.nan_to_num(numbers), -LARGEST, LARGEST).astype(np.int64)  # states may run away


class Moved(Protocol):
    @property
    def answers(self) -> Int[np.ndarray, " n"]: ...
    @property
    def states(self) -> Int[np.ndarray, "n numbers"]: ...


class Mechanism(Protocol):
    """A machine, or arithmetic that computes one: numbers that every letter moves, and an answer to it."""

    @property
    def start(self) -> tuple[int, ...]: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def text(self) -> str: ...
    @property
    def bits(self) -> float: ...
    @property
    def nodes(self) -> int: ...
    @property
    def loop(self) -> Loop | None: ...
    def moved(self, before: Int[np.ndarray, "n numbers"], letters: Int[np.ndarray, " n"]) -> Moved: ...


def carried_along(
    mechanism: Mechanism,
    words: Int[np.ndarray, "rows time"],
    held: np.ndarray | None = None,
    since: np.ndarray | None = None,
) -> Int[np.ndarray, "rows time numbers"]:
    """The numbers after every letter; those of `held` up to the time `since` (rows,), where they are given."""
    now = np.tile(np.array(mechanism.start, dtype=np.int64), (len(words), 1))
    found = []
    for time, letters in enumerate(words.T):
        now = np.asarray(mechanism.moved(now, letters).states)
        if held is not None and since is not None:
            now = np.where((time <= since)[:, None], held[:, time], now)
        found.append(now)
    return np.stack(found, axis=1)


def run_along(
    mechanism: Mechanism, words: Int[np.ndarray, "rows time"]
) -> tuple[Int[np.ndarray, "rows time"], Int[np.ndarray, "rows time numbers"]]:
    """The answers to every letter, and the numbers after it."""
    after = carried_along(mechanism, words)
    return answered(mechanism, words, after), after


def answered(
    mechanism: Mechanism, words: Int[np.ndarray, "rows time"], after: Int[np.ndarray, "rows time numbers"]
) -> Int[np.ndarray, "rows time"]:
    """The answer to every letter, by the numbers before it."""
    start = np.broadcast_to(np.array(mechanism.start, dtype=np.int64), after[:, :1].shape)
    before = np.concatenate([start, after[:, :-1]], axis=1)
    flat = mechanism.moved(before.reshape(-1, before.shape[-1]), words.reshape(-1)).answers
    return np.asarray(flat).reshape(*words.shape, *np.shape(flat)[1:])


def steps_of(teacher: Teacher, mechanism: Mechanism, held: Codewords | Affine) -> Steps:
    """The state held by these codewords or this code, and the outputs that it gives."""
    kind = teacher.reading.view.answers

    def words_of(x: Inputs) -> Int[np.ndarray, "rows time"]:
        return spelled(np.asarray(x), teacher.letters)

    def state(x: Inputs) -> Value:
        return carried_along(mechanism, words_of(x))

    def resume(x: Inputs, values: Value, since: Int[np.ndarray, " rows"]) -> Value:
        return carried_along(mechanism, words_of(x), np.asarray(values), since)

    def outputs(x: Inputs, after: Value) -> Value:
        return logits(kind, answered(mechanism, words_of(x), np.asarray(after)))

    return (
        Step(
            name=STATE,
            formula=mechanism.text,
            compute=state,
            resume=resume,
            holds=teacher.site,
            codewords=held if isinstance(held, Codewords) else None,
            code=None if isinstance(held, Codewords) else held.code,
            told=None if isinstance(held, Codewords) else held.told,
            label=", ".join(mechanism.names),
            bits=mechanism.bits,
        ),
        Step(name=OUTPUTS, formula="y", reads=(STATE,), compute=outputs),
    )


def logits(kind: Answers, numbers: Int[np.ndarray, "..."]) -> np.ndarray:
    """Outputs that are read as these answers."""
    if isinstance(kind, Reals):
        return numbers.reshape(*numbers.shape[:2], kind.width).astype(np.float64)
    places = np.arange(kind.width)
    on = (numbers[..., None] >> places) & 1 if isinstance(kind, Sets) else numbers[..., None] == places
    return 2.0 * on - 1
