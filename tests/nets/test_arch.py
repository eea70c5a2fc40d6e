"""Every architecture keeps the interface of `Net`."""

import inspect
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytest

from nets import (
    ARCHITECTURES,
    Net,
    Patch,
    autoencoder,
    check_net,
    cnn,
    generator,
    hierarchy,
    mlp,
    recurrent,
    sequence_transformer,
    transformer,
)

ROWS, TIME = 6, 5
STREAM = {"alphabet": 3, "classes": 4, "width": 6}
SEQUENCE = {"positions": TIME, "alphabet": 5, "classes": 3, "width": 8, "hidden": 10}
SMALL = {
    "mlp": (
        {"alphabet": 7, "classes": 5, "width": 12, "embedding": 4},
        {"alphabet": 7, "classes": 5, "width": 12, "embedding": None, "inputs": "onehot", "activation": "quadratic"},
        {"alphabet": 2, "positions": 6, "classes": 1, "width": 12, "inputs": "bits", "output_bias": True},
        {"alphabet": 7, "positions": 3, "classes": 7, "width": 12, "activation": "gelu"},
        {"positions": 4, "classes": 2, "width": (12, 8, 6), "inputs": "reals", "activation": "tanh"},
    ),
    "transformer": (
        {"alphabet": 7, "classes": 5, "width": 8, "heads": 2, "hidden": 12},
        {"alphabet": 5, "classes": 5, "positions": 3, "width": 4, "heads": 1, "hidden": 12},
    ),
    "recurrent": (
        {**STREAM, "cell": "gru"},
        {**STREAM, "cell": "tanh", "inputs": "reals", "features": 2, "scale": 9.0},
        {**STREAM, "cell": "relu", "alphabet": 2, "inputs": "bits", "readout": "last"},
        {**STREAM, "cell": "linear", "inputs": "embedding"},
        {**STREAM, "cell": "mlp", "inner": 7, "head": 5},
    ),
    "sequence_transformer": (
        {**SEQUENCE, "layers": 2, "heads": 2},
        {**SEQUENCE, "layers": 1, "heads": 1, "causal": False, "norm": "rms", "order": "ends", "padded": True},
        {**SEQUENCE, "layers": 2, "heads": 1, "mlp": False, "order": "relative", "readout": "last"},
        {**SEQUENCE, "layers": 1, "heads": 2, "norm": "layer", "order": "rotary", "attention_bias": True},
    ),
    "cnn": (
        {"height": 8, "breadth": 9, "classes": 3, "filters": (3, 4)},
        {"height": 4, "breadth": 4, "channels": 2, "classes": 3, "filters": 3, "pool": "mean", "hidden": 5},
    ),
    "hierarchy": (
        {"height": 8, "breadth": 9, "classes": 3, "first": 2, "second": 3, "third": 4},
        {"height": 2, "breadth": 3, "channels": 2, "classes": 3, "first": 1, "second": 2, "third": 3},
    ),
    "generator": (
        {"positions": 4, "classes": 192, "first": 3, "second": 4, "third": 2},
        {"positions": 2, "classes": 16, "channels": 1, "first": 2, "second": 1, "third": 3},
    ),
    "autoencoder": (
        {"positions": 16, "classes": 16, "channels": 1, "hidden": 5, "latents": 3, "first": 2, "second": 1, "third": 3},
    ),
}
CASES = [(make, sizes) for make in ARCHITECTURES for sizes in SMALL.get(make.__name__, ({},))]
FAST = (
    "mlp-0", "mlp-4", "transformer-5", "recurrent-7", "recurrent-11", "sequence_transformer-12", "cnn-17",
    "hierarchy-18", "generator-20", "autoencoder-22",
)  # fmt: skip
NAMED = [(f"{make.__name__}-{i}", (make, sizes)) for i, (make, sizes) in enumerate(CASES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    net: Net
    params: Any
    x: np.ndarray
    outputs: np.ndarray
    sites: dict[str, np.ndarray]

    def patched(self, wheres: dict[str, np.ndarray], value: float = 0.5) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Outputs and sites with `value` added where a site is named and its `where` holds; compiled once a net."""
        none = {name: np.zeros(site.shape, bool) for name, site in self.sites.items()}
        edits = {name: Patch(wheres.get(name, none[name]), site + value) for name, site in self.sites.items()}
        outputs, sites = jax.jit(self.net.apply)(self.params, self.x, edits)
        return np.asarray(outputs), {name: np.asarray(site) for name, site in sites.items()}


def inputs_of(make, sizes: dict) -> np.ndarray:
    """Some inputs for an architecture of these sizes: images, reals or integers, as its parameters say."""
    rng = np.random.default_rng(0)
    asked = {name: value.default for name, value in inspect.signature(make).parameters.items()} | sizes
    if "height" in asked:
        return rng.normal(size=(ROWS, asked["height"], asked["breadth"], asked["channels"]))
    if make in (generator, autoencoder):
        return rng.normal(size=(ROWS, asked["positions"]))
    length = asked.get("positions", TIME)
    if asked.get("inputs") == "reals":
        return rng.normal(size=(ROWS, length, asked["features"]) if "features" in asked else (ROWS, length))
    return rng.integers(0, asked["alphabet"], (ROWS, length))


@pytest.fixture(
    scope="module",
    params=[pytest.param(one, id=name, marks=[pytest.mark.slow] * (name not in FAST)) for name, one in NAMED],
)
def case(request) -> Case:
    make, sizes = request.param
    net, x = make(**sizes), inputs_of(make, sizes)
    params = jax.jit(net.init)(jax.random.key(0))
    outputs, sites = jax.jit(net.apply)(params, x)
    return Case(
        net=net,
        params=params,
        x=x,
        outputs=np.asarray(outputs),
        sites={name: np.asarray(value) for name, value in sites.items()},
    )


def test_sites_come_in_declared_order(case):
    came = []
    jax.eval_shape(lambda params: came.append(tuple(case.net.apply(params, case.x)[1])), case.params)
    assert came == [case.net.sites]
    assert len(case.outputs) == ROWS
    assert all(len(value) == ROWS for value in case.sites.values())


@pytest.mark.parametrize("make", ARCHITECTURES, ids=lambda make: make.__name__)
def test_jit_agrees_with_eager(make):
    sizes = SMALL[make.__name__][0] if make.__name__ in SMALL else {}
    net, x = make(**sizes), inputs_of(make, sizes)
    params = jax.jit(net.init)(jax.random.key(0))
    outputs, sites = net.apply(params, x)
    compiled, compiled_sites = jax.jit(net.apply)(params, x)
    np.testing.assert_allclose(compiled, outputs, atol=1e-5)
    for name in net.sites:
        np.testing.assert_allclose(compiled_sites[name], sites[name], atol=1e-5)


def test_every_edit_takes_effect_and_one_by_its_own_values_has_none(case):
    check_net(case.net, case.params, case.x)


def test_edits_are_read_by_what_follows_and_only_by_that(case):
    """At the last position or time only: in a recurrence what comes later in a step comes before the next."""
    for number, name in enumerate(case.net.sites):
        where = np.zeros(case.sites[name].shape, bool)
        where[:, -1] = True
        _, after = case.patched({name: where})
        for earlier in case.net.sites[:number]:
            np.testing.assert_allclose(after[earlier], case.sites[earlier], atol=1e-5)
        np.testing.assert_allclose(after[name], np.where(where, case.sites[name] + 0.5, case.sites[name]), atol=1e-5)


def test_editing_every_site_at_once_returns_them_all(case):
    _, after = case.patched({name: np.ones(site.shape, bool) for name, site in case.sites.items()})
    for name, own in case.sites.items():
        np.testing.assert_array_equal(after[name], (own + 0.5).astype(np.float32))


def test_an_edit_broadcasts_over_the_batch(case):
    for name in case.net.sites:
        _, after = jax.eval_shape(case.net.apply, case.params, case.x, {name: np.zeros_like(case.sites[name][:1])})
        assert after[name].shape == case.sites[name].shape


def test_an_unknown_edit_is_refused_with_the_nearest_name(case):
    name = case.net.sites[0]
    with pytest.raises(ValueError, match=rf"got 'x{name}'; the nearest is '{name}'"):
        jax.eval_shape(case.net.apply, case.params, case.x, {f"x{name}": 0.0})


def test_an_edit_of_another_shape_is_refused(case):
    for name in case.net.sites:
        with pytest.raises(ValueError, match=rf"site '{name}': expected an edit of shape \(6, .*got \(7, 5\)"):
            jax.eval_shape(case.net.apply, case.params, case.x, {name: np.zeros((7, 5))})


def test_other_params_are_refused(case):
    with pytest.raises(ValueError, match=f"net {case.net.name!r}: expected params"):
        case.net.apply(dict(list(case.params.items())[1:]), case.x)


def test_vmap_over_seeds(case):
    keys = jax.random.split(jax.random.key(1), 3)
    drawn = jax.eval_shape(jax.vmap(case.net.init), keys)
    params = jax.tree.map(lambda leaf: np.stack([leaf, 2 * leaf, 1 - leaf]), case.params)
    assert jax.tree.map(np.shape, drawn) == jax.tree.map(np.shape, params)
    outputs, _ = jax.jit(jax.vmap(case.net.apply, in_axes=(0, None)))(params, case.x)
    for i in range(3):
        own = jax.tree.map(lambda leaf, i=i: leaf[i], params)
        expected = jax.jit(case.net.apply)(own, case.x)[0]
        np.testing.assert_allclose(outputs[i], expected, atol=1e-4 * max(1, np.abs(expected).max()))


def test_only_a_new_set_of_edits_is_traced(case):
    traces = []

    @jax.jit
    def apply(params, x, edits):
        traces.append(tuple(edits))
        return case.net.apply(params, x, edits)[0]

    name = case.net.sites[-1]
    for scale in (1.0, 2.0, 3.0):
        apply(case.params, case.x, {name: scale * case.sites[name]})
    assert traces == [(name,)]


@pytest.mark.parametrize("make", ARCHITECTURES, ids=lambda make: make.__name__)
def test_the_same_sizes_give_the_same_net(make):
    sizes = SMALL[make.__name__][0] if make.__name__ in SMALL else {}
    assert make(**sizes) is make(**sizes)
    assert make.__module__ == f"nets.arch.{make.__name__}"
    assert make.__doc__.splitlines()[0].endswith(".")
    assert all(value.default is not inspect.Parameter.empty for value in inspect.signature(make).parameters.values())


@pytest.mark.parametrize(
    ("make", "sizes", "sentence"),
    [
        (mlp, {"width": "abc"}, "mlp: expected width to be an integer of at least 1, got 'abc'"),
        (mlp, {"embedding": 0}, "mlp: expected embedding to be an integer of at least 1, got 0"),
        (mlp, {"positions": 1.5}, "expected positions to be an integer of at least 1, got 1.5"),
        (mlp, {"activation": "sine"}, r"mlp: expected activation in \('relu', .*got 'sine'"),
        (mlp, {"inputs": "tokens"}, "expected inputs in"),
        (mlp, {"embedding": None}, "expected an embedding width"),
        (mlp, {"inputs": "bits", "alphabet": 3}, "expected alphabet 2"),
        (mlp, {"width": (8, 4), "depth": 3}, r"expected a width for each of 3 hidden layers, got \(8, 4\)"),
        (mlp, {"width": ()}, r"expected a width for each of 1 hidden layers, got \(\)"),
        (mlp, {"width": [8, 0]}, "mlp: expected width to be an integer of at least 1, got 0"),
        (mlp, {"depth": 0}, "mlp: expected depth to be an integer of at least 1, got 0"),
        (transformer, {"heads": 0}, "transformer: expected heads to be an integer of at least 1, got 0"),
        (transformer, {"hidden": -1}, "expected hidden to be an integer of at least 1, got -1"),
        (transformer, {"width": 10, "heads": 4}, "expected a width divisible by heads"),
        (recurrent, {"cell": "lstm"}, r"recurrent: expected cell in \('tanh', 'relu', 'linear', 'gru', 'mlp'\), got"),
        (recurrent, {"inputs": "tokens"}, "recurrent: expected inputs in"),
        (recurrent, {"readout": "all"}, "recurrent: expected readout in"),
        (recurrent, {"inputs": "bits", "alphabet": 3}, 'recurrent: expected alphabet 2 for inputs="bits", got 3'),
        (recurrent, {"scale": 0.0}, "recurrent: expected a scale > 0, got 0.0; give about the largest input"),
        (recurrent, {"head": 0}, "recurrent: expected head to be an integer of at least 1, got 0"),
        (sequence_transformer, {"layers": 5}, "sequence_transformer: expected 1 to 4 layers, got 5"),
        (
            sequence_transformer,
            {"period": 0, "order": "relative"},
            "expected period to be an integer of at least 1, got 0",
        ),
        (sequence_transformer, {"period": 3}, "expected no period with order='learned', got 3; take order"),
        (sequence_transformer, {"order": "alibi"}, "sequence_transformer: expected order in"),
        (sequence_transformer, {"norm": "batch"}, "sequence_transformer: expected norm in"),
        (sequence_transformer, {"readout": "first"}, "sequence_transformer: expected readout in"),
        (sequence_transformer, {"width": 9}, "expected a width divisible by heads, got width 9, heads 2"),
        (sequence_transformer, {"head_width": 0}, "expected head_width to be an integer of at least 1"),
        (sequence_transformer, {"order": "rotary", "width": 6}, "expected heads of an even width .* got 3"),
        (cnn, {"height": 7, "filters": (2, 2, 2)}, "cnn: expected images of at least 8 x 8 for 3 poolings, got 7 x 16"),
        (cnn, {"filters": (4, 0)}, r"cnn: expected filters\[1\] to be an integer of at least 1, got 0"),
        (cnn, {"pool": "min"}, "cnn: expected pool in"),
        (cnn, {"hidden": 0}, "cnn: expected hidden to be an integer of at least 1, got 0"),
        (hierarchy, {"second": 0}, "hierarchy: expected second to be an integer of at least 1, got 0"),
        (hierarchy, {"breadth": 1}, "hierarchy: expected images of at least 2 x 2, got 24 x 1; take larger ones"),
        (autoencoder, {"latents": 0}, "autoencoder: expected latents to be an integer of at least 1, got 0"),
        (
            autoencoder,
            {"classes": 300},
            "autoencoder: expected classes = 3 n x n with n a multiple of 4, .* got 300; ask",
        ),
        (generator, {"first": 0}, "generator: expected first to be an integer of at least 1, got 0"),
        (generator, {"classes": 300}, "generator: expected classes = 3 n x n with n a multiple of 4, .* got 300; ask"),
    ],
)
def test_sizes_that_cannot_be_are_refused(make, sizes, sentence):
    with pytest.raises(ValueError, match=sentence):
        make(**sizes)
