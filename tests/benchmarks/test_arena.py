"""Paths in a box stay in it, place cells fire about where one is, and impossible boxes are refused."""

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.tasks import TASKS, drawn
from benchmarks.tasks.arena import Arena
from benchmarks.tasks.navigation import BOX, positions

ARENA = find("task", "arena", TASKS)


def paths(rows: int = 256, sampler: int = 0) -> np.ndarray:
    return drawn.asked(ARENA, ARENA.test[sampler], 20, rows, np.random.default_rng(0)).arguments[0]


@pytest.mark.parametrize("sampler", [0, 1])
def test_paths_stay_within_the_walls_and_come_everywhere(sampler: int) -> None:
    at = positions(20, paths(sampler=sampler))
    assert np.abs(at).max() <= BOX.side / 2 + 1e-9
    visits = np.histogram2d(*at.reshape(-1, 2).T, bins=4)[0]
    assert visits.min() > 0.5 * visits.mean()


def test_headings_change_little_but_at_walls() -> None:
    start, velocities = BOX.walks(512, 20, np.random.default_rng(0))
    at = start[:, None] + velocities.cumsum(axis=1)
    inside = (np.abs(at[:, :-1]) < 0.3).all(axis=-1)
    assert inside.any()
    heading = np.arctan2(velocities[..., 1], velocities[..., 0])
    change = np.abs((np.diff(heading, axis=1) + np.pi) % (2 * np.pi) - np.pi)
    assert np.median(change[inside]) < 0.5 < np.pi / 2 < change[~inside].max()


def test_cells_fire_as_gaussians_about_their_centres() -> None:
    x = paths(4)
    shares = ARENA.oracle(20, x)
    for row in range(4):
        at = x[row, 0, 2:].copy()
        for time in range(21):
            at += x[row, time, :2]
            plain = np.array([np.exp(-((at - centre) ** 2).sum() / (2 * 0.1**2)) for centre in BOX.centres])
            np.testing.assert_allclose(shares[row, time], plain / plain.sum(), atol=1e-12)


def test_what_is_alike_is_about_half_a_spacing_away() -> None:
    """Of moves of a quarter of the spacing all are alike, of half of it about half, of all of it none."""
    rng = np.random.default_rng(0)
    at, turn = rng.uniform(-0.5, 0.5, (4000, 1, 2)), rng.uniform(-np.pi, np.pi, (4000, 1))
    kinds = ARENA.view(20).answers
    for share, low, high in ((0.25, 1.0, 1.0), (0.5, 0.2, 0.8), (1.0, 0.0, 0.0)):
        moved = at + share * BOX.spacing * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        within = (np.abs(moved) <= 0.5).all(axis=-1)
        alike = kinds.alike(BOX.firing(at), BOX.firing(moved))[within]
        assert low <= alike.mean() <= high


def test_the_mean_of_the_centres_is_where_one_is() -> None:
    at = positions(20, paths())
    assert np.linalg.norm(BOX.decoded(BOX.firing(at)) - at, axis=-1).mean() < BOX.spacing / 8


def test_an_arena_smaller_than_a_place_cell_is_refused() -> None:
    assert Arena(side=0.1, width=0.1).spacing == pytest.approx(0.1 / 7)
    for side, width in ((0.09, 0.1), (1.0, 0.0), (float("nan"), 0.1)):
        with pytest.raises(ValueError, match=r"expected a side of at least the width of a place cell, .*; make the"):
            Arena(side=side, width=width)
    with pytest.raises(ValueError, match="expected at least 2 place cells across, got 1; one alone fires alike"):
        Arena(across=1)
