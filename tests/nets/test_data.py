"""What data and samplers may be, and the sentence for what they may not."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from nets import LOSSES, Batch, Data, Recipe, train
from nets.data import draw
from tests.nets.small import LENGTH, affine, fresh, legal, padded_parity, parity, product

GOOD = {
    "classes": fresh(parity),
    "masked": fresh(padded_parity),
    "sets": fresh(legal, "sets"),
    "reals": fresh(product, "reals", alphabet=None, tolerance=0.1),
}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_a_fresh_batch_is_of_the_kind_of_the_rows(data: Data) -> None:
    batch = draw(data, np.random.default_rng(0), 5)
    for fresh_part, part in zip(batch, (data.x, data.y, data.mask), strict=True):
        assert (fresh_part is None) == (part is None)
        assert part is None or fresh_part.shape == (5, *part.shape[1:])


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("classes", {"loss": "class"}, "loss in classes, sets, reals, distributions, got 'class'; choose one"),
        ("classes", {"train": np.arange(0)}, "data: expected at least one row in `train`, got none"),
        ("classes", {"alphabet": 1}, r"data: expected inputs 0 \.\. 0, got 0 \.\. 1 in the rows; mend them, or"),
        ("classes", {"x": np.zeros((256, LENGTH))}, "expected integers below the alphabet's size 2, got float64"),
        ("classes", {"y": np.full((256, LENGTH), 2)}, r"expected answers 0 \.\. 1, got 2 \.\. 2 in the rows; give"),
        ("classes", {"y": np.zeros(255, int)}, r"of shape \(256,\) for the loss 'classes', got \(255,\)"),
        ("sets", {"y": np.zeros((256, LENGTH, 3), bool)}, r"\(256, 6, 2\) for the loss 'sets', got \(256, 6, 3\)"),
        ("reals", {"y": np.zeros(256)}, r"expected answers of shape \(256, 2\) for the loss 'reals', got \(256,\)"),
        ("reals", {"x": np.full((256, 2), np.nan)}, "expected inputs that are finite reals, got float64 in the rows"),
        ("masked", {"mask": np.zeros((256, LENGTH), bool)}, "a mask that counts some answers, got one that"),
        ("masked", {"mask": np.ones(256, bool)}, r"a mask of shape \(256, 6\), one entry an answer, got \(256,\)"),
    ],
)  # fmt: skip
def test_data_that_are_not_what_they_say_are_refused(name: str, changes: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(GOOD[name], **changes)


def longer(rng: np.random.Generator, rows: int) -> Batch:
    x, y, mask = parity(rng, rows)
    return Batch(np.tile(x, 2), np.tile(y, 2), mask)


@pytest.mark.parametrize(
    ("name", "sampler", "sentence"),
    [
        ("classes", longer, r"draws inputs of shape \(5, 6\), as x has, got \(5, 12\); let every"),
        ("classes", lambda rng, rows: parity(rng, 3), r"draws inputs of shape \(5, 6\), as x has, got \(3, 6\)"),
        ("classes", lambda rng, rows: Batch(parity(rng, rows).y + 1, parity(rng, rows).y), r"got 1 \.\. 2"),
        ("classes", padded_parity, "expected no mask in a fresh batch, as the data have it"),
        ("masked", parity, "expected a mask in a fresh batch, as the data have it"),
    ],
)  # fmt: skip
def test_a_sampler_that_draws_something_else_is_refused(name: str, sampler, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw(replace(GOOD[name], sampler=sampler), np.random.default_rng(0), 5)


def test_a_loss_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    absolute = replace(LOSSES["reals"], each=lambda outputs, y: jnp.abs(outputs - y).mean(axis=-1), doc="|e|.")
    with pytest.raises(ValueError, match="expected a loss in classes, sets, reals, distributions, got 'absolute'"):
        replace(GOOD["reals"], loss="absolute")
    monkeypatch.setitem(LOSSES, "absolute", absolute)
    recipe = Recipe(steps=100, batch=16, weight_decay=0.0, evaluate_every=100)
    trained = train(affine(2, 2), replace(GOOD["reals"], loss="absolute"), recipe, 0)
    assert trained.curve["held_out_loss"][-1] < 0.5 * trained.curve["held_out_loss"][0]


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_least_where_all_is_right(name: str) -> None:
    loss, rng = LOSSES[name], np.random.default_rng(0)
    y: Any
    sure: Any
    y = {
        "classes": np.arange(3),
        "sets": rng.random((3, 4)) < 0.5,
        "reals": rng.normal(size=(3, 4)).astype(np.float32),
        "distributions": rng.dirichlet(np.ones(4), 3).astype(np.float32),
    }[name]
    sure = {
        "classes": 50.0 * np.eye(4, dtype=np.float32)[:3],
        "sets": np.float32(50) * (2 * np.asarray(y, np.float32) - 1),
        "reals": y,
        "distributions": np.log(np.maximum(np.asarray(y, np.float32), 1e-30)),
    }[name]
    assert np.asarray(loss.right(sure, y, 0.01)).tolist() == [True] * 3
    assert float(np.abs(np.asarray(loss.each(sure, y))).max()) < 1e-5
    wrong: Any = -np.asarray(sure) + 1.0
    assert not np.asarray(loss.right(wrong, y, 0.01)).any()
    assert (np.asarray(loss.each(wrong, y)) > 0.1).all()
    assert loss.doc
