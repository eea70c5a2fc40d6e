"""Every architecture keeps the interface of `Net`."""

import inspect
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nets import ARCHITECTURES, Net, check_net, mlp, transformer

SMALL = {
    "mlp": (
        {"alphabet": 7, "classes": 5, "width": 12, "embedding": 4},
        {"alphabet": 7, "classes": 5, "width": 12, "embedding": None, "inputs": "onehot", "activation": "quadratic"},
        {"alphabet": 2, "positions": 6, "classes": 1, "width": 12, "inputs": "bits", "output_bias": True},
        {"alphabet": 7, "positions": 3, "classes": 7, "width": 12, "activation": "gelu"},
    ),
    "transformer": (
        {"alphabet": 7, "classes": 5, "width": 8, "heads": 2, "hidden": 12},
        {"alphabet": 5, "classes": 5, "positions": 3, "width": 4, "heads": 1, "hidden": 12},
    ),
}
CASES = [(make, sizes) for make in ARCHITECTURES for sizes in SMALL[make.__name__]]


@pytest.fixture(params=CASES, ids=[f"{make.__name__}-{i}" for i, (make, _) in enumerate(CASES)])
def case(request) -> tuple[Net, dict, np.ndarray]:
    make, sizes = request.param
    net = make(**sizes)
    x = np.random.default_rng(0).integers(0, sizes["alphabet"], (6, sizes.get("positions", 2)))
    return net, net.init(jax.random.key(0)), x


def test_sites_come_in_declared_order(case):
    net, params, x = case
    outputs, sites = net.apply(params, x)
    assert tuple(sites) == net.sites
    assert len(outputs) == len(x)
    assert all(len(value) == len(x) for value in sites.values())


def test_jit_agrees_with_eager(case):
    net, params, x = case
    outputs, sites = net.apply(params, x)
    compiled, compiled_sites = jax.jit(net.apply)(params, x)
    np.testing.assert_allclose(compiled, outputs, atol=1e-5)
    for name in net.sites:
        np.testing.assert_allclose(compiled_sites[name], sites[name], atol=1e-5)


def test_editing_a_site_to_itself_changes_nothing(case):
    net, params, x = case
    outputs, sites = net.apply(params, x)
    for name in net.sites:
        edited, after = net.apply(params, x, {name: sites[name]})
        np.testing.assert_allclose(edited, outputs, atol=1e-5)
        for other in net.sites:
            np.testing.assert_allclose(after[other], sites[other], atol=1e-5)


def test_edits_are_read_by_what_follows_and_only_by_that(case):
    net, params, x = case
    check_net(net, params, x)
    _, sites = net.apply(params, x)
    for number, name in enumerate(net.sites):
        _, after = net.apply(params, x, {name: sites[name] + 1.0})
        for earlier in net.sites[:number]:
            np.testing.assert_allclose(after[earlier], sites[earlier], atol=1e-5)


def test_editing_every_site_at_once_returns_them_all(case):
    net, params, x = case
    _, sites = net.apply(params, x)
    edits = {name: np.asarray(value) + 0.5 for name, value in sites.items()}
    _, after = net.apply(params, x, edits)
    for name in net.sites:
        np.testing.assert_array_equal(after[name], edits[name])


def test_an_edit_broadcasts_over_the_batch(case):
    net, params, x = case
    _, sites = net.apply(params, x)
    name = net.sites[-1]
    mean = sites[name].mean(axis=0, keepdims=True)
    outputs, after = net.apply(params, x, {name: mean})
    assert after[name].shape == sites[name].shape
    full, _ = net.apply(params, x, {name: jnp.broadcast_to(mean, sites[name].shape)})
    np.testing.assert_array_equal(outputs, full)


def test_an_unknown_edit_is_refused_with_the_nearest_name(case):
    net, params, x = case
    with pytest.raises(ValueError, match=r"got 'hiden\.0'; the nearest is 'hidden\.0'"):
        jax.jit(net.apply)(params, x, {"hiden.0": 0.0})


def test_an_edit_of_another_shape_is_refused(case):
    net, params, x = case
    with pytest.raises(ValueError, match=r"site 'hidden\.0': expected an edit of shape \(6, 12\)"):
        net.apply(params, x, {"hidden.0": np.zeros((3, 5))})


def test_other_params_are_refused(case):
    net, params, x = case
    with pytest.raises(ValueError, match=f"net {net.name!r}: expected params"):
        net.apply({name: value for name, value in params.items() if name != "U"}, x)


def test_vmap_over_seeds(case):
    net, _, x = case
    keys = jax.random.split(jax.random.key(1), 3)
    params = jax.vmap(net.init)(keys)
    outputs, _ = jax.vmap(lambda params: net.apply(params, x))(params)
    for i, key in enumerate(keys):
        np.testing.assert_allclose(outputs[i], net.apply(net.init(key), x)[0], atol=1e-5)


def test_only_a_new_set_of_edits_is_traced(case):
    net, params, x = case
    traces = []

    @jax.jit
    def apply(params, x, edits):
        traces.append(tuple(edits))
        return net.apply(params, x, edits)[0]

    _, sites = net.apply(params, x)
    name = net.sites[-1]
    for scale in (1.0, 2.0, 3.0):
        apply(params, x, {name: scale * sites[name]})
    assert traces == [(name,)]


@pytest.mark.parametrize("make", ARCHITECTURES, ids=lambda make: make.__name__)
def test_the_same_sizes_give_the_same_net(make):
    sizes = SMALL[make.__name__][0]
    assert make(**sizes) is make(**sizes)
    assert make.__doc__.splitlines()[0].endswith(".")
    assert all(value.default is not inspect.Parameter.empty for value in inspect.signature(make).parameters.values())


def test_mlp_computes_what_its_docstring_says():
    net = mlp(alphabet=7, classes=5, width=6, embedding=4)
    params, x = net.init(jax.random.key(2)), np.array(list(itertools.product(range(7), repeat=2)))
    E, A, b, U = (np.asarray(params[name]) for name in "EAbU")
    expected = [np.maximum(E[i] @ A[0] + E[j] @ A[1] + b, 0) @ U for i, j in x]
    np.testing.assert_allclose(net.apply(params, x)[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("activation", "function"), [("relu", lambda v: np.maximum(v, 0)), ("quadratic", np.square), ("gelu", jax.nn.gelu)]
)
def test_mlp_over_bits_maps_them_to_signs(activation, function):
    net = mlp(alphabet=2, positions=4, classes=2, width=6, inputs="bits", activation=activation, output_bias=True)
    params, x = net.init(jax.random.key(2)), np.array(list(itertools.product(range(2), repeat=4)))
    params["c"] = np.array([0.5, -1.0], dtype=np.float32)
    expected = function(np.where(x == 1, 1.0, -1.0) @ params["W"] + params["b"]) @ params["U"] + params["c"]
    np.testing.assert_allclose(net.apply(params, x)[0], expected, atol=1e-5)


def test_hand_made_params_may_have_another_width():
    net = mlp(alphabet=5, classes=5, inputs="onehot", embedding=None)
    params = {"A": np.ones((2, 5, 3)), "b": np.zeros(3), "U": np.ones((3, 5))}
    outputs, sites = net.apply(params, np.array([[0, 1]]))
    assert sites["hidden.0"].shape == (1, 3)
    np.testing.assert_allclose(outputs, np.full((1, 5), 6.0))


def test_transformer_in_table_mode_equals_a_plain_forward():
    net = transformer(alphabet=6, classes=5, width=8, heads=2, hidden=12)
    params = jax.tree.map(np.asarray, net.init(jax.random.key(3)))
    x = np.array(list(itertools.product(range(6), repeat=2)))
    outputs, sites = net.apply(params, x)
    for row, tokens in enumerate(x):
        expected, scores, patterns = _plain_transformer(params, [*tokens, 6])
        np.testing.assert_allclose(outputs[row], expected, atol=1e-5)
        for k in range(2):
            np.testing.assert_allclose(sites[f"head.0.{k}.score"][row], scores[k], atol=1e-5)
            np.testing.assert_allclose(sites[f"head.0.{k}.pattern"][row], patterns[k], atol=1e-5)


def _plain_transformer(params, tokens):
    """One input at a time, one head at a time, every position: what a textbook does."""
    stream = np.stack([params["E"][token] + params["P"][i] for i, token in enumerate(tokens)])
    written, scores, patterns = stream.copy(), [], []
    for Q, K, V, O in zip(*(params[name] for name in "QKVO"), strict=True):  # noqa: E741
        score = (stream @ Q) @ (stream @ K).T / np.sqrt(Q.shape[1])
        pattern = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
        written += pattern @ (stream @ V) @ O
        scores.append(score[-1])
        patterns.append(pattern[-1])
    written += np.maximum(written @ params["W"] + params["b"], 0) @ params["D"]
    return (written @ params["U"])[-1], scores, patterns


@pytest.mark.parametrize(
    ("make", "sizes", "sentence"),
    [
        (mlp, {"width": "abc"}, "mlp: expected width to be an integer of at least 1, got 'abc'"),
        (mlp, {"embedding": 0}, "mlp: expected embedding to be an integer of at least 1, got 0"),
        (mlp, {"positions": 1.5}, "expected positions to be an integer of at least 1, got 1.5"),
        (transformer, {"heads": 0}, "transformer: expected heads to be an integer of at least 1, got 0"),
        (transformer, {"hidden": -1}, "expected hidden to be an integer of at least 1, got -1"),
        (mlp, {"activation": "tanh"}, "expected activation in"),
        (mlp, {"inputs": "tokens"}, "expected inputs in"),
        (mlp, {"embedding": None}, "expected an embedding width"),
        (mlp, {"inputs": "bits", "alphabet": 3}, "expected alphabet 2"),
        (transformer, {"width": 10, "heads": 4}, "expected a width divisible by heads"),
    ],
)
def test_sizes_that_cannot_be_are_refused(make, sizes, sentence):
    with pytest.raises(ValueError, match=sentence):
        make(**sizes)
