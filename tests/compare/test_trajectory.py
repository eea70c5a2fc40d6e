"""Times along training: read off planted curves, and off checkpoints that lead from noise to a clock."""

import jax
import numpy as np
import pytest
from nets_at_hand import addition

from benchmarks.controls.circles import clock
from compare import by_position, trace
from compare.trajectory import crossing

P = 13
TRAIN = np.random.default_rng(0).permutation(P * P)[:80]


@pytest.mark.parametrize(("level", "step"), [(0.0, 0.0), (0.5, 15.0), (0.25, 12.5), (1.0, 20.0), (1.1, None)])
def test_a_crossing_is_interpolated_between_checkpoints(level: float, step: float | None) -> None:
    assert crossing(np.array([0, 10, 20, 30]), np.array([0.0, 0.0, 1.0, 0.9]), level) == step


def along(start: dict, end: dict, shares: list[float]) -> dict:
    mixed = [jax.tree.map(lambda a, b, share=share: (1 - share) * a + share * b, start, end) for share in shares]
    return jax.tree.map(lambda *leaves: np.stack(leaves), *mixed)


def test_a_path_from_noise_to_a_clock_forms_and_generalises() -> None:
    net, params = clock(P, (1, 3, 4))
    shares = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    steps = np.arange(6) * 100
    found = trace(
        net,
        along(net.init(jax.random.key(0)), params, shares),
        steps,
        addition(P),
        by_position(P, P),
        train=TRAIN,
        evidence=2,
    )
    for step in (found.formation, found.generalisation):
        assert step is not None
        assert 200 < step < 500
    assert found.measures["structure"][-1] == pytest.approx(1, abs=1e-3)
    assert found.measures["held_out_accuracy"][-1] == 1
    measured = np.flatnonzero(np.isfinite(found.measures["d_r2"]))
    np.testing.assert_array_equal(measured, [0, 5])
    assert found.measures["d_r2"][5] > 0.99 > found.measures["d_r2"][0]
    assert set(found.arrays) >= {"trajectory.step", "trajectory.bits", "trajectory.excluded_loss"}


def test_random_nets_have_no_times() -> None:
    net, _ = clock(P, (1, 3, 4))
    params = along(net.init(jax.random.key(1)), net.init(jax.random.key(2)), [0.0, 0.5, 1.0])
    found = trace(net, params, np.arange(3), addition(P), by_position(P, P), train=TRAIN, evidence=0)
    assert found.fields() == {"step_formation": None, "step_cleanup": None, "step_generalisation": None}
