"""Read-outs that are waves over the classes: planted amplitudes come back, and equal a direct least squares."""

import numpy as np

from compare.fit.readout import RIDGE, wave_moments, wave_readout

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(60, 4))
Z = np.exp(1j * np.outer([0.3, 0.7, 1.1, 2.0], np.arange(17)))
R = RNG.normal(size=4) + 1j * RNG.normal(size=4)


def centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=1, keepdims=True)


def test_planted_amplitudes_come_back() -> None:
    goal = centred(FEATURES @ np.real(np.conj(Z) * R[:, None]))
    found = wave_readout(wave_moments(FEATURES, goal, Z))
    np.testing.assert_allclose(found, R, rtol=20 * RIDGE)


def test_a_part_of_the_features_equals_a_fit_of_these_alone() -> None:
    goal = centred(RNG.normal(size=(60, 17)))
    few = wave_readout(wave_moments(FEATURES[:, :2], goal, Z[:2]))
    np.testing.assert_allclose(wave_readout(wave_moments(FEATURES, goal, Z), 2), few)


def test_it_is_least_squares() -> None:
    goal = centred(RNG.normal(size=(60, 17)))
    waves = [centred(part[None])[0] for z in Z for part in (z.real, z.imag)]
    columns = np.stack([np.outer(FEATURES[:, i // 2], waves[i]).ravel() for i in range(8)], axis=1)
    direct = np.linalg.lstsq(columns, goal.ravel(), rcond=None)[0]
    np.testing.assert_allclose(
        wave_readout(wave_moments(FEATURES, goal, Z)), direct[::2] + 1j * direct[1::2], rtol=1e-2
    )
