"""What waves are read of is found by name in each argument's part, half of the rows seen, and never in noise."""

import numpy as np
import pytest

from compare.fit.characters import TOKEN, Inner, alike, characters, wave_parts, wave_target, waves_of, with_overtone
from compare.fit.inner import bank, best_inner, find_inner, gains
from compare.search import search

RNG = np.random.default_rng(0)


def planted(p: int, values: np.ndarray, units: int = 12, period: int | None = None) -> np.ndarray:
    """Units of one frequency each, with a phase, of what is read of the token."""
    k = RNG.integers(1, p // 2, units)
    return np.cos(2 * np.pi * np.outer(values, k) / (period or p) + RNG.uniform(0, 6, units))


@pytest.mark.parametrize("p", [23, 31, 36, 60])
@pytest.mark.parametrize(
    ("powers", "text"), [(((1, 1),), "a"), (((2, 1),), "a**2"), (((2, 1), (1, 5)), "(a**2 + 5*a)")]
)
def test_a_planted_polynomial_is_found(p: int, powers, text: str) -> None:
    inner = Inner(powers=powers)
    found = find_inner("additive", planted(p, inner.values(p)), np.ones(12)).inner
    assert found.of("a") == text
    assert (found.bits > 0) == (text != "a")


def test_a_shifted_token_is_found_in_the_multiplicative_group() -> None:
    chars = characters(31, "multiplicative", Inner(powers=((1, 1), (0, 4))))
    part = np.real(chars.z[RNG.integers(0, 14, 12)] * np.exp(1j * RNG.uniform(0, 6, 12))[:, None]).T
    assert find_inner("multiplicative", part, np.ones(12)).inner.of("a") == "(a + 4)"


@pytest.mark.parametrize("group", ["additive", "multiplicative"])
def test_noise_and_shuffled_waves_are_read_of_the_token_itself(group) -> None:
    p = 31
    assert find_inner(group, RNG.normal(size=(p, 64)), np.ones(64)).inner == TOKEN
    assert find_inner(group, planted(p, RNG.permutation(p)), np.ones(12)).inner == TOKEN
    assert find_inner(group, np.zeros((p, 4)), np.zeros(4)).inner == TOKEN


def test_the_share_of_one_frequency_a_unit_is_told_with_what_is_read() -> None:
    p = 31
    token, clear = best_inner("additive", planted(p, np.arange(p)), np.ones(12))
    square, share = best_inner("additive", planted(p, np.arange(p) ** 2 % p), np.ones(12))
    assert (token.inner.of("a"), square.inner.of("a")) == ("a", "a**2")
    assert min(clear, share) > 0.95
    assert best_inner("additive", RNG.normal(size=(p, 48)), np.ones(48))[1] < 0.5


def test_a_table_gains_most_by_its_own_frequency() -> None:
    chars, tokens = characters(29), np.arange(29)
    table = np.stack([np.cos(2 * np.pi * k * tokens / 29 + 1) for k in (3, 8)], axis=1)
    gain, free, total = gains(chars, tokens[None], table)
    assert list(chars.k[gain[0].argmax(axis=0)]) == [3, 8]
    assert gain[0].max(axis=0) == pytest.approx(total, rel=0.02)
    assert free == pytest.approx(0.0, abs=1e-9)


def test_every_polynomial_pays_and_is_said_once() -> None:
    texts = [inner.of("a") for inner in bank(11, "additive")]
    assert len(texts) == len(set(texts)) == 22
    assert min(inner.bits for inner in bank(11, "additive")) > 0


@pytest.mark.parametrize("overtone", [-0.1875, 0.0])
def test_one_shape_of_all_waves_is_found_where_there_is_one(overtone: float) -> None:
    p = 29
    x, y = np.divmod(np.arange(p * p), p)
    angles = 2 * np.pi * RNG.integers(1, 14, 8) / p
    parts = [angles * each[:, None] + RNG.uniform(0, 6, 8) for each in (x, y)]
    values = 0.5 + np.sum([np.cos(part) + overtone * np.cos(3 * part) for part in parts], axis=0)
    frame = alike(characters(p))
    target = wave_target(frame, x, y, values, np.ones(8) / 8)
    waves = with_overtone(frame, waves_of(search(target)), target, x, y)
    assert waves.overtone == overtone
    one, other = wave_parts(frame, waves)
    np.testing.assert_allclose(one[x] + other[y], values, atol=1e-2)
