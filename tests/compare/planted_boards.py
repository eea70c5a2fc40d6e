"""Nets that play infection by construction: the board a sum of vectors in the state, or scrambled there."""

import jax.numpy as jnp
import numpy as np

from compare.sample import Sample, Samples
from compare.view import View, of_games
from nets.net import Net
from nets.stepwise import stepwise
from synth.language.xp import NUMPY
from synth.library.squares import beside
from synth.search.games import Board, Seen

SIDE, LENGTH, ROWS, WIDTH = 4, 11, 500, 80
BOARD = Board(side=SIDE, first=frozenset({6, 9}), second=frozenset({5, 10}))
KEYS = 16  # of the scrambled state, each the parity of some squares
Boards = np.ndarray  # (rows, squares), 1 the mover's, -1 the other's


def games(rows: int, seed: int) -> Sample:
    rng, seen = np.random.default_rng(seed), BOARD.begun(rows)
    may, moves, sets = allowed(seen), [], []
    for _ in range(LENGTH):
        move = np.where(may, rng.random(may.shape), -1.0).argmax(axis=1)
        word = BOARD.words(move)
        seen = seen.taken(word | (beside(word, SIDE, NUMPY.unsigned) & seen.yours))
        may = allowed(seen)
        moves.append(move)
        sets.append(may)
    return Sample(arguments=(np.stack(moves, axis=1),), targets=np.stack(sets, axis=1))


def allowed(seen: Seen) -> np.ndarray:
    marked = BOARD.marked(beside(seen.yours, SIDE, NUMPY.unsigned) & ~(seen.mine | seen.yours))
    return np.concatenate([marked, ~marked.any(axis=1, keepdims=True)], axis=1)


def samples() -> Samples:
    return Samples(fit=games(ROWS, 1), report=games(ROWS, 2))


def view() -> View:
    return of_games(BOARD)


def near(marked: jnp.ndarray) -> jnp.ndarray:
    """The squares beside marked ones, (rows, squares)."""
    grid = jnp.pad(marked.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    found = grid[:, :-2, 1:-1] | grid[:, 2:, 1:-1] | grid[:, 1:-1, :-2] | grid[:, 1:-1, 2:]
    return found.reshape(len(marked), -1)


def playing(*, scrambled: bool = False) -> Net:
    """The state is the marks of both players and whether the game has begun, times a matrix with orthonormal rows.

    `scrambled`: each mark is turned where a parity of half of all marks is odd, and the parities are held beside.
    """
    rng = np.random.default_rng(5)
    count = 2 * SIDE * SIDE
    into = jnp.asarray(np.linalg.qr(rng.normal(size=(WIDTH, count + KEYS + 1)))[0].T, jnp.float32)
    parities = jnp.asarray(rng.random((count, KEYS)) < 0.5)
    key_of = jnp.asarray(rng.integers(0, KEYS, count))
    discs = [[square in some for square in range(SIDE * SIDE)] for some in (BOARD.first, BOARD.second)]
    begun = jnp.asarray(np.concatenate(discs))

    def step(params, state, move):
        parts = state @ into.T > 0.5
        marks, keys = parts[:, :count], parts[:, count:-1]
        marks = jnp.where(parts[:, -1:], marks ^ keys[:, key_of], begun)
        mine, yours = marks[:, : count // 2], marks[:, count // 2 :]
        at = jnp.arange(SIDE * SIDE) == move[:, None]
        taken = at | (near(at) & yours)
        mine, yours = yours & ~taken, mine | taken
        marks = jnp.concatenate([mine, yours], axis=1)
        keys = (marks @ parities.astype(int) % 2 == 1) & scrambled
        state = jnp.concatenate([marks ^ keys[:, key_of], keys, jnp.ones((len(move), 1), bool)], axis=1) @ into
        legal = near(yours) & ~(mine | yours)
        legal = jnp.concatenate([legal, ~legal.any(axis=1, keepdims=True)], axis=1)
        return state, jnp.where(legal, 4.0, -4.0) * (1 + 0.1 * state[:, :1])

    return stepwise(step, lambda params: jnp.zeros(WIDTH), name="scrambled" if scrambled else "playing")
