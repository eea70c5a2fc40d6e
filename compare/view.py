"""How a specification's arguments become a net's inputs, and how its outputs come back as answers."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Array, Float, Int

from compare.answers import Answers, Classes, Sets
from synth.search.games import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`encode` maps one array (n, ...) an argument to the net's inputs (n, ...); `answers` is the kind of its answers.

    Inputs are integers below the alphabet's size, one-hot or embedding being the net's own first layer; without an
    alphabet they are reals.
    """

    alphabet: int | None
    answers: Answers
    encode: Callable[..., np.ndarray]
    board: Board | None = None  # of a game: symbols are its squares by rows, and last the pass

    @property
    def classes(self) -> int:
        """Length of the outputs' last axis."""
        return self.answers.width

    def decode(self, outputs: Float[Array, "n ... classes"]) -> Array:
        """What a net answers, by its outputs."""
        return self.answers.decode(outputs)


def by_position(alphabet: int, classes: int) -> View:
    """The usual view: argument i is the integer at position i; the answer is the largest of `classes` outputs.

    A net with a single output column answers 1 where it is positive.
    """
    return View(alphabet=alphabet, answers=Classes(classes), encode=positions)


def of_sequences(alphabet: int, answers: Answers) -> View:
    """One sequence an argument, (n, positions): its integers; several are side by side, (n, positions, arguments)."""

    def encode(*arguments: np.ndarray) -> np.ndarray:
        rows = [integers(values) for values in arguments]
        return rows[0] if len(rows) == 1 else np.stack(rows, axis=-1)

    return View(alphabet=alphabet, answers=answers, encode=encode)


def of_games(board: Board) -> View:
    """Games for two on a board: the moves (n, time), and after each which are legal, the last of them the pass."""
    if not isinstance(board, Board):
        raise ValueError(f"of_games: expected a Board, got {board!r:.80}; give Board(side=..., first=..., second=...)")
    moves = board.squares + 1
    return replace(of_sequences(moves, Sets(moves)), board=board)


def of_symbols(ranges: tuple[int, ...], answers: Answers) -> View:
    """Sequences side by side, (n, positions) each, as one of symbols: a, b as a times the range of b, plus b."""

    def encode(*arguments: np.ndarray) -> np.ndarray:
        symbols = np.zeros_like(integers(arguments[0]))
        for values, radix in zip(arguments, ranges, strict=True):
            symbols = symbols * radix + integers(values)
        return symbols

    return View(alphabet=math.prod(ranges), answers=answers, encode=encode)


def of_reals(answers: Answers) -> View:
    """Real inputs: one array (n, ...) as it is, such as images; several arguments (n,) side by side, (n, arguments)."""

    def encode(*arguments: np.ndarray) -> np.ndarray:
        rows = [np.asarray(values, dtype=np.float32) for values in arguments]
        return rows[0] if len(rows) == 1 and rows[0].ndim > 1 else np.stack(rows, axis=-1)

    return View(alphabet=None, answers=answers, encode=encode)


def positions(*arguments: np.ndarray) -> Int[np.ndarray, "n positions"]:
    """Argument i as the integer at position i."""
    return np.stack([integers(values) for values in arguments], axis=-1)


def integers(values: np.ndarray) -> Int[np.ndarray, "n ..."]:
    """As int32; ValueError, with the row, where one is no integer."""
    given = np.asarray(values)
    whole = given.astype(np.int32)
    bad = np.argwhere(whole != given)
    if len(bad):
        raise ValueError(
            f"view: expected integers in the domain, got {given[tuple(bad[0])]} in row {bad[0][0]}; "
            "number the values, or give a View with an `encode` of its own"
        )
    return whole
