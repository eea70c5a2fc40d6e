"""Variables on the way are found where a net holds and uses them, and not where it only holds them, or neither."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from compare import Classes, Sample, Samples, of_sequences, variables
from compare.fit import alignment
from compare.parts import match_parts
from compare.read import Reading, read
from compare.record import HeldLine
from compare.variables import Variable, find, streams
from nets.edits import tapping
from nets.net import wrap

N, LENGTH, WIDTH = 5, 4, 12  # letters, positions, numbers at each
TURNED = np.linalg.qr(np.random.default_rng(0).normal(size=(WIDTH, WIDTH)))[0].astype(np.float32)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exchanges that are quick to search on."""
    monkeypatch.setattr(variables, "FITTED", 256)
    monkeypatch.setattr(variables, "REPORTED", 128)
    monkeypatch.setattr(alignment, "STEPS", 60)


def one_hot(values: Array, first: int) -> Array:
    """At so many numbers from the first on, turned."""
    return jnp.eye(WIDTH)[first + values] @ TURNED


def running(params, x, edits):
    """Letters added up modulo N, held by `sum`; the answer is twice that, read from there."""
    tap, sites = tapping(edits)
    held = tap("sum", one_hot(jnp.cumsum(x, axis=1) % N, 0) + one_hot(x, N))
    read_off = tap("read", held @ TURNED.T[:, :N])
    return read_off @ jnp.eye(N)[2 * jnp.arange(N) % N], sites


def aside(params, x, edits):
    """The same answers; what is held by `sum` is not what they are read from."""
    tap, sites = tapping(edits)
    tap("sum", one_hot(jnp.cumsum(x, axis=1) % N, 0) + one_hot(x, N))
    read_off = tap("read", jnp.eye(N)[jnp.cumsum(x, axis=1) % N])
    return read_off @ jnp.eye(N)[2 * jnp.arange(N) % N], sites


def counting(params, x, edits):
    """How often 0 came, along a line, beside the letters; the answer is whether that is more than one."""
    tap, sites = tapping(edits)
    many = jnp.cumsum(x == 0, axis=1)
    held = tap("sum", many[..., None] * TURNED[0] + one_hot(x, 2))
    read_off = tap("read", held @ TURNED.T[:, :1])
    return jnp.concatenate([1.5 - read_off, read_off - 1.5], axis=-1), sites


def reading(apply: Callable, right: Callable[[np.ndarray], np.ndarray], classes: int = N) -> Reading:
    x = np.random.default_rng(1).integers(0, N, (1200, LENGTH))
    fit, report = (Sample(arguments=(x[part],), targets=right(x[part])) for part in (slice(600), slice(600, 1200)))
    net = wrap(apply, ("sum", "read"))
    return read(net, {}, None, of_sequences(N, Classes(classes)), samples=Samples(fit=fit, report=report))


def doubled(x: np.ndarray) -> np.ndarray:
    return 2 * x.cumsum(axis=1) % N


def often(x: np.ndarray) -> np.ndarray:
    return ((x == 0).cumsum(axis=1) > 1).astype(int)


def sums(of: Reading, *, at: int = 0) -> Variable:
    """From a position on."""
    values = np.where(np.arange(LENGTH) >= at, of.x.cumsum(axis=1) % N, -1)
    return Variable(
        "sum", values, lambda rows, given: np.where(given < 0, doubled(of.x[rows]), 2 * np.maximum(given, 0) % N)
    )


def found(apply: Callable) -> HeldLine:
    of = reading(apply, doubled)
    assert of.match(of.answers) == 1.0
    return find(of, sums(of))


def test_a_variable_that_the_answers_are_read_from_is_found_and_followed() -> None:
    line = found(running)
    assert (line.variable, line.site, line.dimensions) == ("sum", "sum", N - 1)
    assert line.decoded == 1.0
    assert line.followed == 1.0
    assert line.control is not None
    assert line.control < 0.3
    assert line.decoded_at == {"sum": 1.0}


def test_a_variable_that_is_held_aside_is_decoded_and_never_followed() -> None:
    line = found(aside)
    assert line.decoded == 1.0
    assert line.followed == 0.0


def test_a_variable_that_the_net_does_not_hold_is_neither() -> None:
    of = reading(running, doubled)
    other = np.random.default_rng(2).integers(0, N, of.x.shape)
    line = find(of, sums(of)._replace(values=other))
    assert line.decoded < 0.4
    assert line.followed is not None
    assert line.followed < 0.4


def test_a_number_sits_along_one_direction() -> None:
    of = reading(counting, often, classes=2)
    values = (of.x == 0).cumsum(axis=1)
    line = find(of, Variable("zeros", values, lambda rows, given: (given > 1).astype(int), number=True))
    assert (line.site, line.dimensions) == ("sum", 1)
    assert line.decoded > 0.999
    assert line.followed == 1.0


def test_too_few_exchanges_tell_nothing() -> None:
    of = reading(running, doubled)
    alone = np.full(of.x.shape, -1)
    alone[:, 0] = 3
    line = find(of, sums(of)._replace(values=alone, then=lambda rows, given: doubled(of.x[rows])))
    assert line.followed is None
    assert line.control is None


def test_what_a_variable_says_nothing_of_does_not_count() -> None:
    of = reading(running, doubled)
    wrong = doubled(of.x) + 1

    def then(rows: np.ndarray, given: np.ndarray) -> np.ndarray:
        """Nothing but at the last position; wrong before that if it were asked."""
        told = np.where(given < 0, wrong[rows] % N, 2 * np.maximum(given, 0) % N)
        return np.where(np.arange(LENGTH) < LENGTH - 1, -1, told)

    assert find(of, sums(of, at=LENGTH - 1)._replace(then=then)).followed == 1.0


def test_sites_are_those_with_a_width_at_each_position_but_the_last() -> None:
    assert streams(reading(running, doubled)) == ("sum",)


@pytest.mark.parametrize("ndim", [1, 2])
def test_parts_are_counted_by_themselves(ndim: int) -> None:
    of = reading(running, lambda x: np.where(x[:, :1] == 0, 0, doubled(x)))
    zero = of.x[:, 0] == 0
    parts = {"zero": zero, "other": ~zero, "none": zero & ~zero}
    if ndim == 2:
        parts = {name: np.repeat(where[:, None], LENGTH, axis=1) for name, where in parts.items()}
    shares = match_parts(of, parts)
    assert set(shares) == {"zero", "other"}
    assert shares["other"] == 1.0
    assert shares["zero"] == pytest.approx((doubled(of.x[of.reported])[zero[of.reported]] == 0).mean())
