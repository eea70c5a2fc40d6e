"""The pair of multiples is read off outputs that are waves of m a + n b, in either group, half of the rows seen."""

import numpy as np
import pytest

from compare.fit.characters import Characters, alike, characters, order_of, steps_of
from compare.fit.multiples import find_multiples
from compare.text import joined, plus, times

P = 23


def multiples(chars: Characters, x: np.ndarray, y: np.ndarray, outputs: np.ndarray) -> tuple[int, int]:
    frame = find_multiples(alike(chars), x, y, outputs)
    return frame.first.inner.multiple, frame.second.inner.multiple


@pytest.mark.parametrize("group", ["additive", "multiplicative"])
@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 2), (3, -1), (5, 7)])
def test_the_pair_is_found(group, m: int, n: int) -> None:
    chars = characters(P, group)
    steps, period = steps_of(chars), order_of(chars)
    x, y = np.divmod(np.random.default_rng(0).permutation(P * P)[: P * P // 2], P)
    live = (steps[x] >= 0) & (steps[y] >= 0)
    outputs = np.zeros((len(x), P))
    for k in (2, 5, 9):
        angle = 2 * np.pi * k / period
        waves = np.cos(angle * ((m * steps[x] + n * steps[y])[:, None] - steps[None]))
        outputs += waves * live[:, None] * (steps >= 0)
    assert multiples(chars, x, y, outputs) == (abs(m), abs(n))


def test_noise_and_tables_of_one_hot_rows_are_read_as_they_are() -> None:
    chars = characters(P)
    x, y = np.divmod(np.arange(P * P), P)
    assert multiples(chars, x, y, np.random.default_rng(0).normal(size=(P * P, P))) == (1, 1)
    assert multiples(chars, x, y, np.eye(P)[(4 * x + y) % P]) == (4, 1)


def test_sums_are_written_without_a_plus_before_a_minus() -> None:
    assert joined([times(-2, "a"), times(-1, "b"), times(3, "c")]) == "-2*a - b + 3*c"
    assert joined([]) == "0"
    assert "x" + plus(-0.05) + plus(2, times="y") == "x - 0.05 + 2*y"
