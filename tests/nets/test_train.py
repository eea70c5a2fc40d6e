"""Training: reproducible, stops when asked, learns, and says when it cannot."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from nets import Data, Recipe, Save, Trained, mlp, train
from nets.losses import cross_entropy
from nets.state import MEASURES, Rates, _rate, advance, rates_of

P = 11
RECIPE = Recipe(steps=60, evaluate_every=20, checkpoints=4)
NET = mlp(alphabet=P, classes=P, width=32, embedding=8)


def table(train_rows: int = P * P, held_out: bool = True) -> Data:
    a, b = np.divmod(np.arange(P * P), P)
    rows = np.random.default_rng(0).permutation(P * P)
    return Data(
        x=np.stack([a, b], axis=1),
        y=(a + b) % P,
        train=rows[:train_rows],
        held_out=rows[train_rows:] if held_out else rows[:0],
        alphabet=P,
        classes=P,
    )


def same(left, right) -> bool:
    return all(jax.tree.leaves(jax.tree.map(np.array_equal, left, right)))


def test_the_same_seed_gives_the_same_run_and_another_another():
    data = table(80)
    runs = [train(NET, data, RECIPE, seed) for seed in (0, 0, 1)]
    assert same(runs[0].params, runs[1].params)
    assert same(runs[0].curve, runs[1].curve)
    assert not same(runs[0].params, runs[2].params)


def test_minibatches_are_reproducible_and_differ_by_seed():
    recipe = replace(RECIPE, batch=16)
    start = [train(NET, table(80), replace(recipe, learning_rate=0.0), seed).params["E"] for seed in (0, 1)]
    runs = [train(NET, table(80), recipe, seed) for seed in (0, 0)]
    assert same(runs[0].params, runs[1].params)
    assert not np.array_equal(start[0], start[1])


def test_the_length_of_a_block_does_not_change_the_result():
    coarse = train(NET, table(80), replace(RECIPE, evaluate_every=60, batch=16), 3)
    fine = train(NET, table(80), replace(RECIPE, evaluate_every=7, batch=16), 3)
    np.testing.assert_allclose(coarse.params["U"], fine.params["U"], atol=1e-6)


def test_one_compilation_serves_all_seeds_and_rates():
    train(NET, table(80), RECIPE, 0)
    before = advance._cache_size()
    train(NET, table(80), RECIPE, 1)
    train(NET, table(80), Recipe(steps=40, weight_decay=0.3, schedule="cosine", warmup=3), 0)
    assert advance._cache_size() == before
    train(NET, table(79), RECIPE, 0)
    assert advance._cache_size() == before + 1


def test_steps_are_those_of_adamw():
    """Against a plain reference: one parameter at a time, written from the definition of AdamW."""
    data, recipe = table(80), Recipe(steps=3, warmup=2, weight_decay=0.5, schedule="cosine", learning_rate=0.1)
    trained = train(NET, data, recipe, 5)
    params = jax.tree.map(np.asarray, train(NET, data, replace(recipe, learning_rate=0.0), 5).params)
    m = v = jax.tree.map(np.zeros_like, params)
    slopes = jax.grad(lambda p: cross_entropy(NET.apply(p, data.x[data.train])[0], data.y[data.train]).mean())
    for t in (1, 2, 3):
        g = slopes(params)
        m = {k: 0.9 * m[k] + 0.1 * g[k] for k in params}
        v = {k: 0.98 * v[k] + 0.02 * g[k] ** 2 for k in params}
        rate = 0.1 * min(1, t / 2) * 0.5 * (1 + np.cos(np.pi * (t - 1) / 3))
        moves = {k: m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.98**t)) + 1e-8) + 0.5 * params[k] for k in params}
        params = {k: params[k] - rate * moves[k] for k in params}
    for name in params:
        np.testing.assert_allclose(trained.params[name], params[name], atol=2e-3)


@pytest.mark.parametrize("recipe", [RECIPE, replace(RECIPE, batch=16, schedule="cosine")], ids=["whole", "batches"])
def test_a_table_is_trained_on_as_a_plain_loop_does_to_the_bit(recipe):
    """No loss but one, no mask, no clip and no noise: nothing of them is compiled in."""
    data = table(80)
    x, y = jnp.asarray(data.x[data.train]), jnp.asarray(data.y[data.train])
    rates = Rates(1e-2, 1.0, 0.9, 0.98, 10.0, 60.0, float(recipe.schedule == "cosine"), 0.0, 0.0, np.inf, 1.0)

    @jax.jit
    def plain(params, moments, rates, key, until):
        def step(number, carry):
            params, moments = carry
            rows = jnp.arange(80)
            if recipe.batch is not None:
                rows = jax.random.randint(jax.random.fold_in(key, number), (recipe.batch,), 0, 80)
            chosen = (x, y) if recipe.batch is None else (x[rows], y[rows])
            slopes = jax.grad(lambda params: jnp.mean(cross_entropy(NET.apply(params, chosen[0])[0], chosen[1])))(
                params
            )
            moves, moments = optax.scale_by_adam(rates.b1, rates.b2).update(slopes, moments)
            warm = jnp.minimum(1.0, (number + 1) / rates.warmup)
            fall = 0.5 * (1 + jnp.cos(jnp.pi * number / rates.steps))
            rate = rates.learning_rate * warm * jnp.where(rates.cosine == 1.0, fall, 1.0)
            return jax.tree.map(lambda w, move: w - rate * (move + rates.weight_decay * w), params, moves), moments

        return jax.lax.fori_loop(0, until, step, (params, moments))

    start, draws = jax.random.split(jax.random.key(3))
    params = jax.jit(NET.init)(start)
    expected, _ = plain(params, optax.scale_by_adam().init(params), rates, draws, 60)
    assert same(train(NET, data, recipe, 3).params, expected)


def test_a_table_is_learnt_and_the_curve_says_so():
    trained = train(NET, table(100), replace(RECIPE, steps=300, weight_decay=0.0), 0)
    assert set(trained.curve) == {
        "step", "train_accuracy", "held_out_accuracy", "train_loss", "held_out_loss", "weight_norm",
    }  # fmt: skip
    assert trained.curve["train_accuracy"][0] < 0.5
    assert trained.curve["train_accuracy"][-1] == 1.0
    assert trained.curve["train_loss"][-1] < trained.curve["train_loss"][0]
    assert trained.curve["step"][-1] == trained.steps == 300
    norm = np.sqrt(sum(np.sum(value**2) for value in trained.params.values()))
    np.testing.assert_allclose(trained.curve["weight_norm"][-1], norm, rtol=1e-5)


def test_one_output_column_is_a_logit():
    bits = np.array([[i >> k & 1 for k in range(6)] for i in range(64)])
    data = Data(x=bits, y=bits[:, 0] & bits[:, 1], train=np.arange(64), held_out=np.arange(0), alphabet=2, classes=1)
    net = mlp(alphabet=2, positions=6, classes=1, width=16, inputs="bits", output_bias=True)
    trained = train(net, data, replace(RECIPE, steps=200, weight_decay=0.0), 0)
    assert trained.curve["train_accuracy"][-1] == 1.0


def test_held_out_measures_are_nan_when_nothing_is_held_out():
    trained = train(NET, table(held_out=False), RECIPE, 0)
    assert np.isnan(trained.curve["held_out_accuracy"]).all()
    assert np.isfinite(trained.curve["train_loss"]).all()


def test_checkpoints_are_along_the_way_and_denser_early():
    trained = train(NET, table(80), replace(RECIPE, steps=100, checkpoints=5), 0)
    assert trained.checkpoint_steps.tolist() == [0, 6, 25, 56, 100]
    assert trained.checkpoints["U"].shape == (5, 32, P)
    assert np.array_equal(trained.checkpoints["U"][-1], trained.params["U"])
    shorter = train(NET, table(80), replace(RECIPE, steps=25, checkpoints=0), 0)
    np.testing.assert_allclose(trained.checkpoints["U"][2], shorter.params["U"], atol=1e-6)
    assert shorter.checkpoints is None


EASY = replace(RECIPE, steps=400, settled=0.5, settle=40)


def easily_held_out() -> Data:
    return replace(table(100), held_out=table(100).train)


def test_training_stops_once_held_out_accuracy_settled():
    trained = train(NET, easily_held_out(), EASY, 0)
    accurate = trained.curve["step"][trained.curve["held_out_accuracy"] >= 0.5]
    assert trained.steps == trained.curve["step"][-1] < 400
    assert trained.steps >= accurate[0] + 40
    assert trained.checkpoint_steps[-1] == trained.steps
    assert np.array_equal(trained.checkpoints["U"][-1], trained.params["U"])


def test_training_goes_on_when_it_never_settles():
    assert train(NET, easily_held_out(), replace(EASY, steps=80, settled=1.1), 0).steps == 80
    assert train(NET, easily_held_out(), replace(EASY, steps=80, settle=None), 0).steps == 80


def test_training_on_a_whole_table_stops_once_it_is_right():
    trained = train(NET, table(held_out=False), replace(EASY, settled=0.9, weight_decay=0.0), 0)
    right = trained.curve["step"][trained.curve["train_accuracy"] >= 0.9]
    assert right[0] + 40 <= trained.steps < 400


SETTLING = replace(EASY, schedule="settling", settle=40, warmup=1)


def test_a_settling_rate_is_constant_until_accuracy_settled_and_then_falls_to_0_in_a_line():
    rates = {at: rates_of(SETTLING, at) for at in (None, 100)}
    found = {at: [float(_rate(each, jnp.array(step))) for step in (0, 100, 110, 140, 150, 360, 370, 400)]
             for at, each in rates.items()}  # fmt: skip
    np.testing.assert_allclose(found[None], 1e-2 * np.array([1, 1, 1, 1, 1, 1, 0.75, 0]), atol=1e-8)
    np.testing.assert_allclose(found[100], 1e-2 * np.array([1, 1, 0.75, 0, 0, 0, 0, 0]), atol=1e-8)


def test_settling_training_ends_with_its_rate_and_goes_on_where_it_was_saved(tmp_path):
    data = easily_held_out()
    trained = train(NET, data, SETTLING, 0)
    constant = train(NET, data, replace(SETTLING, schedule="constant"), 0)
    assert trained.steps == constant.steps < 400  # both settle at the same step
    settled = trained.curve["step"].searchsorted(trained.steps - 40)
    assert (trained.curve["held_out_accuracy"][settled:] >= 0.5).all()
    for name in MEASURES:  # the rate has not fallen before
        assert np.array_equal(trained.curve[name][: settled + 1], constant.curve[name][: settled + 1])
    assert trained.curve["train_loss"][-1] != constant.curve["train_loss"][-1]
    save = Save(tmp_path / "state.npz", every=1)

    def stop(step, measures):
        if step == trained.steps - 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(NET, data, SETTLING, 0, progress=stop, save=save)
    assert save.path.exists()
    assert same(train(NET, data, SETTLING, 0, save=save).params, trained.params)


def test_a_loss_that_is_not_finite_stops_with_a_sentence():
    with pytest.raises(ValueError, match=r"seed 0: expected a finite loss, got .* at step .* lower the learning rate"):
        train(NET, table(80), replace(RECIPE, learning_rate=1e30), 0)


def test_progress_is_told_each_evaluation():
    seen = []
    trained = train(NET, table(80), RECIPE, 0, progress=lambda step, measures: seen.append((step, set(measures))))
    assert [step for step, _ in seen] == trained.curve["step"].tolist()
    assert seen[0][1] == set(MEASURES)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps": 0}, "expected steps >= 1, got 0"),
        ({"weight_decay": -1.0}, "expected weight_decay >= 0, got -1"),
        ({"learning_rate": float("nan")}, "expected learning_rate >= 0, got nan"),
        ({"steps": 100.5}, r"expected steps to be an integer, got 100\.5"),
        ({"steps": "abc"}, "expected steps to be an integer, got 'abc'"),
        ({"checkpoints": True}, "expected checkpoints to be an integer, got True"),
        ({"batch": "all"}, "expected batch to be an integer, got 'all'"),
        ({"b1": "0.9"}, "expected b1 to be a number, got '0.9'"),
        ({"restarts": 0}, "expected restarts >= 1, got 0"),
        ({"noise": -0.1}, r"expected noise >= 0, got -0\.1"),
        ({"smooth": -1}, r"expected smooth >= 0, got -1"),
        ({"sparse": "few"}, "expected sparse to be a number, got 'few'"),
        ({"smooth_param": 0}, "expected smooth_param to be a name, got 0"),
        ({"noise_site": None}, "expected noise_site to be a name, got None"),
        ({"clip": 0.0}, r"expected clip > 0, got 0\.0; leave it out"),
        ({"clip": "no"}, "expected clip to be a number, got 'no'"),
        ({"batch": 0}, "expected batch >= 1, got 0"),
        ({"schedule": "linear"}, "expected schedule in constant, cosine, settling, got 'linear'; choose one of them"),
        ({"schedule": "settling"}, r"expected `settle`, .*, in 1 \.\. 60, got None; give it, such as 15"),
        ({"schedule": "settling", "settle": 61}, r"expected `settle`, .*, in 1 \.\. 60, got 61; give it, such as 15"),
        ({"schedule": "cosine", "settle": 10}, "expected no `settle` with a cosine schedule"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(RECIPE, **changes)


def test_trained_is_a_value():
    assert isinstance(train(NET, table(80), replace(RECIPE, steps=1), 0), Trained)
