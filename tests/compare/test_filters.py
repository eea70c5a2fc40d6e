"""Filters: kernels that are measured, formulas that are fitted, short lists of places; and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compare.answers import Classes
from compare.explanation import Explanation, Refusal
from compare.extract import filters
from compare.extract.filters.edges import edges_of, permuted
from compare.extract.filters.gabors import fitted, gabor, text
from compare.extract.filters.kernels import Kernel, kernel_of, layers
from compare.extract.filters.shapes import Seen, at_random, pursued, seen, shapes_of
from compare.read import Reading, read
from compare.sample import Sample, Samples
from compare.view import of_reals
from nets import cnn, mlp
from nets.net import Net, Params

SIDE, CLASSES = 12, 3
GABORS = (  # A, x, y, theta, l, s, g, phi
    (1.0, 0.0, 0.0, 0.3, 5.0, 1.6, 0.6, 0.0),
    (0.8, 0.5, -0.5, 1.8, 6.0, 1.4, 0.8, 1.5),
    (1.2, -0.5, 0.5, 2.6, 4.5, 1.8, 0.5, 0.7),
)


def pictures(rows: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, SIDE, SIDE)).astype(np.float32)


def planted() -> tuple[Net, Params]:
    """A convolutional net whose first filters are Gabors."""
    net = cnn(height=SIDE, breadth=SIDE, classes=CLASSES, filters=(len(GABORS), 4), kernel=5, pool="mean")
    params = dict(net.init(jax.random.key(0)))
    drawn = np.stack([gabor(np.array(each), (5, 5)) for each in GABORS], axis=-1)
    params["F0"] = jnp.asarray(drawn[:, :, None], jnp.float32)
    return net, params


def reading_of(net: Net, params: Params) -> Reading:
    parts = []
    for seed in (1, 2):
        x = pictures(300, seed)
        outputs = np.asarray(net.apply(params, jnp.asarray(x), {})[0])
        parts.append(Sample(arguments=(x,), targets=outputs.argmax(axis=1)))
    return read(net, params, None, of_reals(Classes(CLASSES)), samples=Samples(fit=parts[0], report=parts[1]))


@pytest.fixture(scope="module")
def reading() -> Reading:
    return reading_of(*planted())


def test_kernels_are_measured_as_the_net_has_them(reading: Reading) -> None:
    first, second = layers(reading)
    assert (first.source, first.target, first.stride, first.offset) == (None, "conv.0.pre", 1, (-2, -2))
    np.testing.assert_allclose(first.weights, planted()[1]["F0"], atol=1e-5)
    assert second.source == "conv.0"  # the mean of four is part of what is measured
    assert second.stride == 2


def test_what_is_no_convolution_is_none(reading: Reading) -> None:
    assert kernel_of(reading, None, "conv.0") is None  # a nonlinearity lies between
    net = mlp(positions=SIDE * SIDE, alphabet=2, classes=CLASSES, width=8, inputs="reals")
    flat = Sample(arguments=(pictures(200, 1).reshape(200, -1),), targets=np.arange(200) % CLASSES)
    other = read(
        net, net.init(jax.random.key(0)), None, of_reals(Classes(CLASSES)), samples=Samples(fit=flat, report=flat)
    )
    refused = filters.extract(other)
    assert isinstance(refused, Refusal)
    assert "expected images" in refused.reason


@pytest.mark.parametrize("constants", GABORS)
def test_a_gabor_is_found_and_a_blob_is_not_enough(constants: tuple[float, ...]) -> None:
    drawn = gabor(np.array(constants), (7, 7))
    found, blob = fitted(drawn, 0), fitted(drawn, 0, round_blob=True)
    assert found.missed < 0.01
    assert blob.missed > 0.2
    assert "exp" in text(found)


def test_formulas_dealt_to_other_filters_are_others(reading: Reading) -> None:
    edges = edges_of(layers(reading)[0], reading.shapes["conv.0.pre"], 0)
    np.testing.assert_allclose(edges.values(reading.x[:4]), reading.site("conv.0.pre")[:4], atol=0.15)
    other = permuted(edges)
    np.testing.assert_allclose(other.kernel.weights[..., 0], edges.kernel.weights[..., 1])


def test_places_are_pursued_as_by_plain_least_squares() -> None:
    kernel, source, target = drawn_layer()
    found = seen(kernel, source, target)
    np.testing.assert_array_equal(pursued(found, 3), plainly(found, 3))
    shapes = shapes_of(found, pursued(found, 2))
    np.testing.assert_allclose(shapes.kernel.weights, kernel.weights, atol=1e-3)
    np.testing.assert_allclose(np.asarray(shapes.values(jnp.asarray(source))), target, atol=1e-2)
    random = shapes_of(found, at_random(found, 2, 0))
    assert np.abs(np.asarray(random.values(jnp.asarray(source))) - target).max() > 0.5


def drawn_layer() -> tuple[Kernel, np.ndarray, np.ndarray]:
    """Each of two units reads two places of a source of three channels, by steps of two."""
    weights = np.zeros((3, 3, 3, 2))
    weights[0, 1, 2, 0], weights[2, 2, 0, 0] = 1.5, -1.0
    weights[1, 1, 1, 1], weights[0, 0, 0, 1] = 2.0, 0.7
    kernel = Kernel(source="a", target="b", weights=weights, bias=np.array([0.3, -0.2]), offset=(-1, -1), stride=2)
    source = np.random.default_rng(0).normal(size=(40, 8, 8, 3)).astype(np.float32)
    return kernel, source, np.asarray(kernel.applied(jnp.asarray(source), (4, 4, 2)))


def plainly(found: Seen, most: int) -> np.ndarray:
    """The same choice, everything solved anew for every place that might come next."""
    chosen = []
    for moment in found.moments.T:
        picked: list[int] = []
        for _ in range(most):
            gains = []
            for place in range(len(moment)):
                some = [*picked, place] if place not in picked else picked
                gains.append(moment[some] @ np.linalg.solve(found.gram[np.ix_(some, some)], moment[some]))
            picked.append(int(np.argmax(gains)))
        chosen.append(picked)
    return np.array(chosen)


def test_a_planted_net_is_explained_by_gabors_and_not_by_blobs(reading: Reading) -> None:
    found = filters.extract(reading)
    assert isinstance(found, Explanation)
    assert [step.name for step in found.steps] == ["edges", "shapes", "outputs"]
    assert "round blobs keep" in found.notes[0]
    assert "random places" in found.notes[1]
    assert found.arrays["gallery.actual"].shape == found.arrays["gallery.fitted"].shape
    actual = reading.site("conv.0.pre")
    by_gabors, by_blobs = (np.asarray(steps[0].compute(reading.x)) for steps in (found.steps, found.control))
    assert missed(actual, by_gabors) < 0.02
    assert missed(actual, by_blobs) > 0.2


def missed(actual: np.ndarray, given: np.ndarray) -> float:
    return float(((actual - given) ** 2).mean() / actual.var())
