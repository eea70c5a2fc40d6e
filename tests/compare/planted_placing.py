"""A net that plays by construction where nobody may move beside a disc: whose the discs are matters to no answer."""

import jax.numpy as jnp
import numpy as np

from compare.sample import Sample, Samples
from compare.view import View, of_games
from nets.net import Net
from nets.stepwise import stepwise
from synth.language.xp import NUMPY
from synth.library.squares import beside
from synth.search.games import Board
from tests.compare.planted_boards import SIDE, WIDTH, near

BOARD = Board(side=SIDE, first=frozenset({0}), second=frozenset({15}))
SQUARES = SIDE * SIDE
LENGTH = 4


def games(rows: int, seed: int) -> Sample:
    """Random moves that are legal; a pass where none is."""
    rng, seen = np.random.default_rng(seed), BOARD.begun(rows)
    moves, sets = [], []
    for turn in range(LENGTH + 1):
        discs = seen.mine | seen.yours
        may = BOARD.marked(~(discs | beside(discs, SIDE, NUMPY.unsigned)))
        may = np.concatenate([may, ~may.any(axis=1, keepdims=True)], axis=1)
        sets += [may] if turn else []
        if turn < LENGTH:
            moves.append(np.where(may, rng.random(may.shape), -1.0).argmax(axis=1))
            seen = seen.taken(BOARD.words(moves[-1]))
    return Sample(arguments=(np.stack(moves, axis=1),), targets=np.stack(sets, axis=1))


def samples() -> Samples:
    return Samples(fit=games(400, 1), report=games(400, 2))


def view() -> View:
    return of_games(BOARD)


def placing() -> Net:
    """The state is the marks of both players, and whether the game has begun, times a matrix with orthonormal rows."""
    into = jnp.asarray(np.linalg.qr(np.random.default_rng(5).normal(size=(WIDTH, 2 * SQUARES + 1)))[0].T, jnp.float32)
    begun = jnp.asarray([square in some for some in (BOARD.first, BOARD.second) for square in range(SQUARES)])

    def step(params, state, move):
        parts = state @ into.T > 0.5
        marks = jnp.where(parts[:, -1:], parts[:, :-1], begun)
        mine, yours = marks[:, :SQUARES], marks[:, SQUARES:]
        mine, yours = yours, mine | (jnp.arange(SQUARES) == move[:, None])
        held = jnp.concatenate([mine, yours, jnp.ones((len(move), 1), bool)], axis=1)
        discs = mine | yours
        legal = ~(discs | near(discs))
        legal = jnp.concatenate([legal, ~legal.any(axis=1, keepdims=True)], axis=1)
        state = held @ into
        return state, jnp.where(legal, 4.0, -4.0) * (1 + 0.1 * state[:, :1])

    return stepwise(step, lambda params: jnp.zeros(WIDTH), name="placing")
