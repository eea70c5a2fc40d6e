"""Planted grids are hexagonal, planted lattices of other kinds are periodic alone, and fields and noise are neither."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.tasks import TASKS
from compare.beside.correlograms import correlations, covariances, drawn, radial_amplitudes
from compare.beside.maps import CHANCE, RateMaps, last_site, measure, rate_maps
from compare.read import Reading, read
from compare.sample import Samples
from nets.edits import tapping
from nets.net import wrap

ROWS, UNITS = 512, 48
ARENA, TORUS = (find("task", name, TASKS) for name in ("arena", "torus"))
Waves = Callable[[np.ndarray], np.ndarray]  # positions (n, 2) -> what units do there, (n, units)


def lattice(*degrees: float) -> Waves:
    """Sums of cosines in these directions, a scale, an orientation and a phase of its own for each unit."""
    rng = np.random.default_rng(0)
    turn, scale, phase = rng.uniform(0, np.pi, UNITS), rng.uniform(2.5, 4, UNITS), rng.uniform(0, 1, (2, UNITS))
    angles = turn + np.deg2rad(degrees)[:, None]

    def waves(at: np.ndarray) -> np.ndarray:
        x, y = at[:, :1] - phase[0], at[:, 1:] - phase[1]
        along = [np.cos(2 * np.pi * scale * (x * np.cos(each) + y * np.sin(each))) for each in angles]
        return np.maximum(np.sum(along, axis=0), 0)

    return waves


def fields(at: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    centre, width = rng.uniform(-0.5, 0.5, (UNITS, 2)), rng.uniform(0.08, 0.2, UNITS)
    return np.exp(-((at[:, None] - centre) ** 2).sum(axis=-1) / (2 * width**2))


def ramps(at: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.maximum(at @ rng.normal(size=(2, UNITS)) + rng.uniform(-0.2, 0.2, UNITS), 0)


def nothing(at: np.ndarray) -> np.ndarray:
    return np.zeros((len(at), UNITS))


def bands(at: np.ndarray) -> np.ndarray:
    """Over angles, two or three whole periods a turn."""
    rng = np.random.default_rng(0)
    waves = np.array([(2, 0), (0, 2), (2, 1), (1, 2), (2, -1), (1, -2), (3, 0), (2, 2)])
    return np.maximum(np.cos(at @ waves[rng.integers(len(waves), size=UNITS)].T + rng.uniform(0, 7, UNITS)), 0)


def reading(task: Any, waves: Waves, noise: float) -> tuple[Reading, np.ndarray]:
    """A net whose one site holds what the waves say at each place, with noise."""
    samples = task.samples(20, 0)
    cut = samples.report.arguments[0][:ROWS]
    at = task.placed(20, (cut,))
    planted = waves(at.reshape(-1, 2))
    planted = planted + noise * np.random.default_rng(1).normal(size=planted.shape)
    table = planted.reshape(*at.shape[:2], UNITS).astype(np.float32)

    def apply(params: Any, x: Any, edits: Any) -> Any:
        tap, sites = tapping(edits)
        held = tap("state", params[x[:, 0, 0].astype(int)])  # rows are numbered in what no place is told by
        return jnp.zeros((*x.shape[:2], task.classes(20))) + 0 * held.sum(), sites

    numbered = cut.copy()
    numbered[:, 0, 0] = np.arange(ROWS)
    part = type(samples.report)(arguments=(numbered,), targets=samples.report.targets[:ROWS])
    net = wrap(apply, ("state",), name="planted")
    return read(net, jnp.asarray(table), None, task.view(20), samples=Samples(fit=part, report=part)), at


def measured(task: Any, waves: Waves, noise: float = 0.5) -> RateMaps:
    found, at = reading(task, waves, noise)
    return measure(found, "state", np.concatenate([at, at]), shuffles=60)


@pytest.mark.parametrize(
    ("task", "waves", "hexagonal", "periodic"),
    [
        (ARENA, lattice(0, 60, 120), (0.9, 1.0), (0.9, 1.0)),
        (ARENA, lattice(0, 90), (0.0, 0.05), (0.9, 1.0)),
        (ARENA, lattice(0), (0.0, 0.05), (0.9, 1.0)),
        (ARENA, fields, (0.0, 0.05), (0.0, 0.05)),
        (ARENA, ramps, (0.0, 0.05), (0.0, 0.05)),
        (ARENA, nothing, (0.0, 0.15), (0.0, 0.15)),
        (TORUS, bands, (0.0, 0.05), (0.9, 1.0)),
    ],
    ids=["hexagons", "squares", "bands", "fields", "ramps", "noise", "torus"],
)
def test_what_is_planted_is_told(
    task: Any, waves: Waves, hexagonal: tuple[float, float], periodic: tuple[float, float]
) -> None:
    found = measured(task, waves)
    assert len(found.units) == UNITS
    assert hexagonal[0] <= found.hexagonal <= hexagonal[1]
    assert periodic[0] <= found.periodic <= periodic[1]


def test_a_correlogram_is_pearsons_at_every_lag() -> None:
    maps = np.random.default_rng(0).normal(size=(2, 8, 8)) + np.arange(8)
    found, about = correlations(maps), covariances(maps)
    for down, right in ((0, 0), (1, 3), (3, -2), (-3, 2), (0, 4)):
        rows, columns = (slice(max(0, -lag), 8 - max(0, lag)) for lag in (down, right))
        there = [slice(part.start + lag, part.stop + lag) for part, lag in ((rows, down), (columns, right))]
        for number, each in enumerate(maps):
            one, other = each[rows, columns].ravel(), each[there[0], there[1]].ravel()
            assert found[number, 7 + down, 7 + right] == pytest.approx(np.corrcoef(one, other)[0, 1], abs=1e-5)
            product = ((one - each.mean()) * (other - each.mean())).mean() / each.var()
            assert about[number, 7 + down, 7 + right] == pytest.approx(product, abs=1e-5)
    assert found[0, 0, 0] == 0, "one bin overlaps"


def test_maps_are_drawn_with_the_power_of_each_frequency_in_any_direction() -> None:
    band = np.tile(np.cos(2 * np.pi * 3 * np.arange(20) / 20), (200, 20, 1)).astype(np.float32)
    power = np.abs(np.fft.fft2(drawn(radial_amplitudes(band), np.random.default_rng(0)))) ** 2
    frequency = np.fft.fftfreq(20) * 20
    ring = np.round(np.hypot(frequency[:, None], frequency)) == 3
    assert power[:, ring].sum() == pytest.approx(power.sum())
    assert power.sum() == pytest.approx(np.sum(np.abs(np.fft.fft2(band / band.std())) ** 2), rel=0.1)
    assert power[:, 3, 0].mean() == pytest.approx(power[:, 0, 3].mean(), rel=0.5)


def test_a_rate_map_is_the_mean_in_each_bin() -> None:
    rng = np.random.default_rng(0)
    at, values = rng.uniform(-1, 1, (5, 30, 2)), rng.normal(size=(5, 30, 3))
    at[0, 0], at[0, 1] = -1, 1
    found = rate_maps(values, at, 4)
    for row in range(4):
        for column in range(4):
            inside = (np.minimum(np.floor((at + 1) * 2), 3) == (row, column)).all(axis=-1)
            wanted = values[inside].mean(axis=0) if inside.any() else values.mean(axis=(0, 1))
            np.testing.assert_allclose(found[:, row, column], wanted, rtol=1e-5)


def test_units_that_never_fire_are_left_out() -> None:
    found = measured(ARENA, lambda at: fields(at) * (np.arange(UNITS) % 2), noise=0.0)
    assert found.units.tolist() == list(range(1, UNITS, 2))
    assert len(found.score) == len(found.limit) == UNITS // 2
    none = measured(ARENA, nothing, noise=0.0)
    assert (len(none.units), none.hexagonal, none.periodic) == (0, 0.0, 0.0)
    assert none.arrays()["maps.rates"].shape == (0, 20, 20)


def test_fields_and_arrays_are_those_of_the_units_shown() -> None:
    found = measured(ARENA, lattice(0, 60, 120))
    arrays = found.arrays()
    assert (np.diff(arrays["maps.score"]) <= 0).all()
    assert arrays["maps.score"][0] == found.score.max()
    assert arrays["maps.rates"].shape == (6, 20, 20)
    assert arrays["maps.rates"].dtype == np.float32
    assert found.fields() == {
        "maps_hexagonal": found.hexagonal,
        "maps_periodic": found.periodic,
        "maps_units": UNITS,
        "maps_chance": CHANCE,
    }
    assert CHANCE == 0.05


def test_places_that_do_not_fit_are_refused() -> None:
    found, at = reading(ARENA, fields, 0.0)
    assert last_site(found) == "state"
    with pytest.raises(ValueError, match=r"expected a site \(rows, time, width\) and where .*; give both coordinates"):
        measure(found, "state", at)
    for still in (np.zeros((4, 3, 2)), np.full((4, 3, 2), np.nan)):
        with pytest.raises(ValueError, match="expected paths that move along both axes, got places from"):
            rate_maps(np.zeros((4, 3, 1)), still, 4)
