"""How a board sits in a state: a vector for each marked square of its features, added up."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from compare.extract.boards.features import Feature
from synth.search.games import Board, Seen

RIDGE = 1e-6  # of a number's mean square, since features may tell one another
LEVEL_BITS = 8.0  # that say which whole number a level is
FINER, CONSTANT_BITS = 16, 8.0  # what is there always: its steps, and bits of a number

Squares = Int[np.ndarray, "... squares"]  # 1 the mover's, -1 the other's, 0 nobody's


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCode:
    """Features, and what each square of them adds to the state; the first vector is there always."""

    board: Board
    features: tuple[Feature, ...]
    vectors: Float[np.ndarray, "numbers width"]
    gram: Float[np.ndarray, "numbers numbers"]  # of what they are fitted on
    cross: Float[np.ndarray, "numbers width"]
    scale: float  # root of the state's mean square

    def __call__(self, squares: Squares) -> Float[np.ndarray, "... width"]:
        """The state that stands for a board."""
        return (numbers(self.board, self.features, squares) @ self.vectors).astype(np.float32)

    def rounded(self, step: float) -> tuple["BoardCode", float]:
        """With numbers that are whole steps of the state's size, and their bits as they are counted, levels paid for.

        One square after the other is rounded and the rest solved for anew, so that it takes up what was rounded off;
        what is there always comes last, in finer steps.
        """
        count, unit = len(self.gram), step * self.scale
        vectors, levels = self.vectors.copy(), np.zeros_like(self.vectors)
        order = [*range(1, count), 0]
        for place, number in enumerate(order):
            size = unit if number else unit / FINER
            levels[number] = np.rint(vectors[number] / size)
            vectors[number] = levels[number] * size
            done, rest = order[: place + 1], order[place + 1 :]
            if rest:
                left = self.cross[rest] - self.gram[np.ix_(rest, done)] @ vectors[done]
                vectors[rest] = np.linalg.solve(self.gram[np.ix_(rest, rest)], left)
        return replace(self, vectors=vectors), _counted_bits(levels[1:]) + CONSTANT_BITS * levels.shape[1]


def _counted_bits(levels: Float[np.ndarray, "numbers width"]) -> float:
    counts = np.unique(levels, return_counts=True)[1]
    spread = -(counts * np.log2(counts / levels.size)).sum()
    return float(spread + (LEVEL_BITS + 0.5 * np.log2(levels.size)) * len(counts))


def fitted(
    board: Board, features: tuple[Feature, ...], squares: Squares, states: Float[np.ndarray, "n width"]
) -> BoardCode:
    """By least squares."""
    given, wanted = numbers(board, features, squares), states.astype(np.float64)
    gram, cross = given.T @ given, given.T @ wanted
    gram[np.diag_indices_from(gram)] += RIDGE * max(np.trace(gram) / len(gram), 1e-30)
    scale = float(np.sqrt((wanted**2).mean()))
    vectors = np.linalg.solve(gram, cross)
    return BoardCode(board=board, features=features, vectors=vectors, gram=gram, cross=cross, scale=scale)


def numbers(board: Board, features: tuple[Feature, ...], squares: Squares) -> Float[np.ndarray, "... numbers"]:
    """1, and 1 for each square that a feature marks."""
    seen = seen_of(board, squares)._asdict()
    marked = [board.marked(each.program.run(seen)) for each in features]
    return np.concatenate([np.ones((*squares.shape[:-1], 1)), *marked], axis=-1)


def squares_of(board: Board, seen: Seen) -> Squares:
    return board.marked(seen.mine).astype(np.int8) - board.marked(seen.yours).astype(np.int8)


def seen_of(board: Board, squares: Squares) -> Seen:
    return Seen(board.word(squares == 1), board.word(squares == -1))
