"""How a board sits in a state: a vector for each marked square of its features, added up."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from compare.extract.boards.features import Feature
from synth.search.games import Board, Seen

RIDGE = 1e-6  # of a number's mean square, since features may tell one another
LEVEL_BITS = 8.0  # that say which whole number a level is

Squares = Int[np.ndarray, "... squares"]  # 1 the mover's, -1 the other's, 0 nobody's


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCode:
    """Features, and what each square of them adds to the state; the first vector is there always."""

    board: Board
    features: tuple[Feature, ...]
    vectors: Float[np.ndarray, "numbers width"]
    scale: float  # root of the state's mean square

    def __call__(self, squares: Squares) -> Float[np.ndarray, "... width"]:
        """The state that stands for a board."""
        return (numbers(self.board, self.features, squares) @ self.vectors).astype(np.float32)

    def rounded(self, step: float) -> tuple["BoardCode", float]:
        """With numbers that are whole steps of the state's size, and their bits as they are counted, levels paid."""
        levels = np.rint(self.vectors / (step * self.scale))
        counts = np.unique(levels, return_counts=True)[1]
        coded = -(counts * np.log2(counts / levels.size)).sum() + (LEVEL_BITS + 0.5 * np.log2(levels.size)) * len(
            counts
        )
        return replace(self, vectors=levels * step * self.scale), float(coded)


def fitted(
    board: Board, features: tuple[Feature, ...], squares: Squares, states: Float[np.ndarray, "n width"]
) -> BoardCode:
    """By least squares."""
    given = numbers(board, features, squares)
    gram = given.T @ given
    gram[np.diag_indices_from(gram)] += RIDGE * max(np.trace(gram) / len(gram), 1e-30)
    vectors = np.linalg.solve(gram, given.T @ states.astype(np.float64))
    scale = float(np.sqrt((states.astype(np.float64) ** 2).mean()))
    return BoardCode(board=board, features=features, vectors=vectors, scale=scale)


def numbers(board: Board, features: tuple[Feature, ...], squares: Squares) -> Float[np.ndarray, "... numbers"]:
    """1, and 1 for each square that a feature marks."""
    seen = seen_of(board, squares)._asdict()
    marked = [board.marked(each.program.run(seen)) for each in features]
    return np.concatenate([np.ones((*squares.shape[:-1], 1)), *marked], axis=-1)


def squares_of(board: Board, seen: Seen) -> Squares:
    return board.marked(seen.mine).astype(np.int8) - board.marked(seen.yours).astype(np.int8)


def seen_of(board: Board, squares: Squares) -> Seen:
    return Seen(board.word(squares == 1), board.word(squares == -1))
