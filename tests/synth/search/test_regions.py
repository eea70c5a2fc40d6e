"""Regions and layers: planted ones are found, in any order of labels; what no word tells is not."""

import numpy as np
import pytest

from synth.search.layers import layers
from synth.search.regions import region, run

ROWS = 6000


def columns(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    words = {name: rng.integers(0, 12, ROWS) for name in "xyab"}
    return {**words, "c": rng.integers(3, 6, ROWS), "there": rng.random(ROWS) < 0.6}


def held(given: dict[str, np.ndarray], what: str) -> np.ndarray:
    x, y, a, b, c, there = (given[name] for name in ("x", "y", "a", "b", "c", "there"))
    return {
        "box": there & (a <= x) & (x < a + c) & (y >= b),
        "roof": there & (2 * abs(x - a) <= 6 - (b - y)) & (y <= b),
        "either": (x == a) | (there & (y >= b + 2)),
        "half": y < b,
        "front": there & (x <= c) & (y <= a),
    }[what]


@pytest.mark.parametrize("what", ["box", "roof", "either", "half"])
def test_planted_regions_are_right_on_other_rows(what: str) -> None:
    found = region(columns(), held(columns(), what), 0)
    assert found is not None
    wanted, got = held(columns(1), what), run(found.program, columns(1))
    assert (wanted & got).sum() / (wanted | got).sum() > 0.97
    assert found.share > 0.9


def test_what_no_word_tells_is_not_found() -> None:
    assert region(columns(), np.random.default_rng(3).random(ROWS) < 0.3, 0) is None


def test_what_is_everywhere_costs_next_to_nothing() -> None:
    found = region(columns(), np.ones(ROWS, bool), 0)
    assert found is not None
    assert run(found.program, columns()).all()
    assert found.bits < 30


def test_layers_are_found_from_the_front_to_the_back() -> None:
    given = columns()
    labels = np.where(held(given, "front"), 2, np.where(held(given, "half"), 0, 1))
    found = layers(given, labels, 0)
    assert sorted(layer.label for layer in found) == [0, 1, 2]
    assert found[0].label == 2
    assert [run(layer.region.program, given).all() for layer in found] == [False, False, True]
    painted = np.full(ROWS, -1)
    for layer in reversed(found):
        painted[run(layer.region.program, given)] = layer.label
    assert (painted == labels).mean() > 0.995


def test_labels_that_nothing_tells_have_no_layer() -> None:
    assert layers(columns(), np.random.default_rng(9).integers(0, 3, ROWS), 0) == ()


def test_columns_of_another_kind_or_shape_are_refused() -> None:
    there = np.zeros(ROWS, bool)
    with pytest.raises(ValueError, match="region: expected columns of integers, or of Booleans too"):
        region(columns() | {"a": np.zeros(ROWS)}, there, 0)
    with pytest.raises(ValueError, match="region: expected columns of integers"):
        region({"there": there}, there, 0)
    with pytest.raises(ValueError, match="of one shape"):
        region(columns(), there[1:], 0)
    with pytest.raises(ValueError, match="of one shape"):
        region(columns(), there.astype(int), 0)
