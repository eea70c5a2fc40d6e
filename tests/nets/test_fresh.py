"""Training on fresh batches: every kind of answer, clipping and noise, seeds side by side, restarts, going on."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nets import Data, Recipe, Save, train, train_many
from nets.loop import BLOCK, block
from nets.state import advance, begin, how_of, on_device, rates_of
from nets.train import pays, restarts
from tests.nets.small import LENGTH, affine, fresh, legal, likely, padded_parity, parity, product, recurrent

RECIPE = Recipe(
    steps=300, batch=32, learning_rate=1e-2, weight_decay=0.0, schedule="cosine", clip=1.0, evaluate_every=100
)
SHORT = replace(RECIPE, steps=40, evaluate_every=10)
NET = recurrent()


def same(left, right) -> bool:
    return all(jax.tree.leaves(jax.tree.map(np.array_equal, left, right)))


@pytest.mark.parametrize(
    ("net", "data"),
    [
        (NET, fresh(parity)),
        (NET, fresh(padded_parity)),
        (NET, fresh(legal, "sets")),
        (affine(2, 2), fresh(product, "reals", alphabet=None, tolerance=0.2)),
    ],
    ids=["classes", "masked", "sets", "reals"],
)
def test_every_kind_of_answer_is_learnt_and_the_curve_says_so(net, data: Data) -> None:
    curve = train(net, data, RECIPE, 0).curve
    assert curve["held_out_accuracy"][0] < 0.8
    assert curve["held_out_accuracy"][-1] > 0.98
    assert curve["train_accuracy"][-1] > 0.98
    assert curve["held_out_loss"][-1] < 0.2 * curve["held_out_loss"][0]


def test_distributions_are_learnt_from_classes_drawn_from_them() -> None:
    net = recurrent()
    found = train(net, fresh(likely, "distributions", tolerance=0.1), RECIPE, 0)
    x = jnp.array([[0] * LENGTH, [1] * LENGTH])
    shares = jax.nn.softmax(net.apply(jax.tree.map(jnp.asarray, found.params), x)[0])[:, :, 0]
    np.testing.assert_allclose(shares, [[0.75] * LENGTH, [0.5] * LENGTH], atol=0.1)


def test_answers_that_do_not_count_change_neither_training_nor_measures() -> None:
    def other(rng, rows):
        x, y, mask = padded_parity(rng, rows)
        return x, np.where(mask, y, 1 - y), mask

    one, two = (train(NET, fresh(sampler), SHORT, 0) for sampler in (padded_parity, other))
    assert same(one.params, two.params)
    assert same(one.curve, two.curve)


def test_batches_come_from_the_seed_and_the_step_alone() -> None:
    data = fresh(parity)
    coarse, fine = (train(NET, data, replace(SHORT, evaluate_every=every), 0).params for every in (40, 7))
    assert same(coarse, fine)
    assert not same(coarse, train(NET, data, SHORT, 1).params)
    assert block(data, SHORT, 0, 0).x.shape == (BLOCK, 32, LENGTH)
    assert not np.array_equal(block(data, SHORT, 0, 0).x, block(data, SHORT, 0, 1).x)
    assert not np.array_equal(block(data, SHORT, 0, 0).x, block(data, SHORT, 1, 0).x)


def test_every_step_has_a_batch_of_its_own_across_blocks() -> None:
    """Against a plain loop: one step at a time on the batch of that step."""
    data, recipe = fresh(parity), replace(RECIPE, steps=BLOCK + 2, learning_rate=1e-3, schedule="constant", b1=0.0)
    whole = train(NET, data, recipe, 0)
    assert whole.steps == BLOCK + 2
    longer = train(NET, data, replace(recipe, evaluate_every=1), 0)
    assert same(whole.params, longer.params)


def test_gradients_are_clipped_to_the_norm() -> None:
    """Adam's own steps forget the size of gradients, its moments do not."""
    data = fresh(parity)
    rows = on_device(block(data, SHORT, 0, 0))
    start = begin(NET, jax.random.key(0))

    def moments(clip: float | None) -> np.ndarray:
        recipe = replace(SHORT, clip=clip)
        state = advance(NET.apply, how_of(data, recipe), start, rows, rates_of(recipe), jax.random.key(1), 1)
        first = jax.tree.leaves(state.moments.mu)
        return np.sqrt(sum(float((leaf**2).sum()) for leaf in first)) / (1 - SHORT.b1)

    free = moments(None)
    assert free > 0.02
    np.testing.assert_allclose(moments(0.01), 0.01, rtol=1e-3)
    np.testing.assert_allclose(moments(10 * free), free, rtol=1e-3)


def test_noise_changes_training_and_not_what_is_measured() -> None:
    data, noisy = fresh(parity), replace(SHORT, noise=0.3)
    still, moved = train(NET, data, SHORT, 0), train(NET, data, noisy, 0)
    assert same(moved.params, train(NET, data, noisy, 0).params)
    assert not same(still.params, moved.params)
    assert still.curve["held_out_loss"][0] == moved.curve["held_out_loss"][0]
    with pytest.raises(ValueError, match=r"expected a noise_site among the net's sites state, state\.next, got 'stat'"):
        train(NET, data, replace(noisy, noise_site="stat"), 0)


def test_seeds_side_by_side_are_the_same_trainings_up_to_rounding() -> None:
    data = fresh(padded_parity)
    assert pays(NET, data, SHORT)
    many_trained = train_many(NET, data, SHORT, (3, 4))
    for one, many in zip([train(NET, data, SHORT, seed) for seed in (3, 4)], many_trained, strict=True):
        assert many.seed == one.seed
        for name, leaf in one.params.items():
            np.testing.assert_allclose(many.params[name], leaf, atol=1e-4)
        np.testing.assert_allclose(many.curve["held_out_loss"], one.curve["held_out_loss"], atol=1e-4)


def test_seeds_of_tables_in_full_batches_are_trained_one_by_one() -> None:
    x, y, _ = parity(np.random.default_rng(0), 64)
    table = Data(x=x, y=y, train=np.arange(64), held_out=np.arange(0), alphabet=2, classes=2)
    whole = replace(SHORT, batch=None)
    assert not pays(NET, table, whole)
    assert pays(NET, table, SHORT)
    assert not pays(NET, table, replace(SHORT, settle=5, schedule="constant"))
    many = train_many(NET, table, whole, (0, 1))
    assert same(many[1].params, train(NET, table, whole, 1).params)


def test_of_restarts_the_best_on_held_out_rows_is_kept() -> None:
    data, recipe = fresh(parity), replace(SHORT, restarts=4)
    seeds = restarts(recipe, 7)
    assert seeds[0] == 7
    assert len(set(seeds)) == 4
    each = train_many(NET, data, SHORT, seeds)
    best = train(NET, data, recipe, 7)
    assert best.seed == 7
    assert best.score == max(one.score for one in each)
    assert same(best.params, each[best.kept].params)


def test_a_restart_that_diverges_is_not_kept_and_when_all_do_it_is_said() -> None:
    data = fresh(parity)
    recipe = replace(SHORT, restarts=2, schedule="constant", learning_rate=1e30, clip=None)
    with pytest.raises(ValueError, match=r"seed 0: expected a finite loss, got .*; lower the learning rate"):
        train(NET, data, recipe, 0)


class CutError(Exception):
    """The power went off."""


@pytest.mark.parametrize(("at", "restarting"), [(10, 1), (30, 2), (150, 1)])
def test_training_that_was_cut_off_goes_on_to_the_same_bits(tmp_path, at: int, restarting: int) -> None:
    data = fresh(padded_parity)
    recipe = replace(SHORT, steps=160, checkpoints=3, noise=0.1, restarts=restarting)
    save = Save(tmp_path / "state.npz", every=2)
    whole = train(NET, data, recipe, 0, save=Save(tmp_path / "other.npz"))

    def cut(step: int, _) -> None:
        if step == at:
            raise CutError

    with pytest.raises(CutError):
        train(NET, data, recipe, 0, progress=cut, save=save)
    seen: list[int] = []
    again = train(NET, data, recipe, 0, progress=lambda step, _: seen.append(step), save=save)
    assert same(again.params, whole.params)
    assert same(again.curve, whole.curve)
    assert same(again.checkpoints, whole.checkpoints)
    assert again.checkpoint_steps.tolist() == whole.checkpoint_steps.tolist()
    assert seen[0] == (0 if at == 10 else at - 10)
    assert list(tmp_path.iterdir()) == []


def test_a_save_of_another_training_is_refused(tmp_path) -> None:
    save = Save(tmp_path / "state.npz", every=1)

    def cut(step: int, _) -> None:
        if step == 20:
            raise CutError

    with pytest.raises(CutError):
        train(NET, fresh(parity), SHORT, 0, progress=cut, save=save)
    with pytest.raises(
        ValueError, match=r"state\.npz: expected this training's state, got that of another net, recipe"
    ):
        train(NET, fresh(parity), SHORT, 1, save=save)
    train(NET, fresh(parity), SHORT, 0, save=save)


def test_a_net_whose_outputs_are_not_one_an_answer_is_refused() -> None:
    wanted = fresh(parity)
    with pytest.raises(
        ValueError, match=r"net 'cell': expected outputs \(256, 6, 2\) .*, got \(256, 6, 3\); take a net"
    ):
        train(recurrent(3), wanted, SHORT, 0)
    with pytest.raises(
        ValueError, match=r"net 'cell': expected a net for inputs of float32 \(256, 2\), got one that cannot"
    ):
        train(NET, fresh(product, "reals", alphabet=None, tolerance=0.1), SHORT, 0)
    once = replace(wanted, y=wanted.y[:, -1], sampler=None)
    with pytest.raises(
        ValueError, match=r"expected outputs \(256, 2\) for .* take a net that answers once a row, with 2"
    ):
        train_many(NET, once, SHORT, (0, 1))


def test_fresh_rows_need_a_number_a_step() -> None:
    with pytest.raises(
        ValueError, match="recipe: expected `batch`, the rows that are drawn afresh each step, got none"
    ):
        train(NET, fresh(parity), replace(SHORT, batch=None), 0)
