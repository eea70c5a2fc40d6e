"""Transformers over sequences compute what a textbook does, one row, one head, one query at a time."""

import jax
import numpy as np
import pytest

from nets import Patch, sequence_transformer

SIZES = {"positions": 6, "alphabet": 5, "classes": 3, "width": 8, "hidden": 10, "heads": 2}
OPTIONS = (
    {"layers": 1},
    {"layers": 2, "causal": False, "norm": "rms", "activation": "tanh"},
    {"layers": 2, "norm": "layer", "attention_bias": True, "readout": "last"},
    {"layers": 1, "mlp": False, "order": "relative", "reach": 2, "head_width": 3},
    {"layers": 1, "order": "sinusoidal", "causal": False},
    {"layers": 1, "order": "rotary"},
    {"layers": 2, "order": "none", "heads": 1},
    {"layers": 1, "order": "ends", "padded": True, "causal": False},
    {"layers": 1, "order": "relative", "reach": 2, "padded": True, "scalable": True},
    {"layers": 2, "order": "relative", "reach": 2, "period": 3},
    {"layers": 1, "order": "ends", "padded": True, "readout": "last"},
)


def made(options: dict, seed: int = 0):
    net = sequence_transformer(**SIZES | options)
    rng = np.random.default_rng(seed)
    shapes = jax.eval_shape(net.init, jax.random.key(0))
    return net, {name: 0.5 * rng.normal(size=leaf.shape).astype("f") for name, leaf in shapes.items()}


def tokens(options: dict, rows: int = 4) -> np.ndarray:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 4, (rows, 6))
    if options.get("padded"):
        x[1, 4:] = x[2, 2:] = 4
    return x


def textbook(params, row: np.ndarray, options: dict) -> tuple[np.ndarray, list[np.ndarray]]:
    """Outputs at every position, and the stream after the embedding and each layer."""
    order, norm = options.get("order", "learned"), options.get("norm", "none")
    shown = row != 4 if options.get("padded") else np.ones(len(row), bool)
    stream = params["E"][row].astype(float)
    for i in range(len(row)):
        if order in ("learned", "ends"):
            stream[i] += params["P"][i]
        if order == "ends":
            stream[i] += params["L"][shown[i + 1 :].sum()]
        if order == "sinusoidal":
            turn = i * 10000.0 ** (-np.arange(4) / 4)
            stream[i] += np.concatenate([np.sin(turn), np.cos(turn)]) / 2
    streams = [stream]
    for layer in range(options["layers"]):
        rows = normed(params, norm, stream, layer, 0)
        stream = stream + sum(head(params, rows, layer, k, shown, options) for k in range(options.get("heads", 2)))
        stream = stream + (params["o"][layer] if options.get("attention_bias") else 0)
        if options.get("mlp", True):
            pre = normed(params, norm, stream, layer, 1) @ params["W"][layer] + params["b"][layer]
            act = np.tanh(pre) if options.get("activation") == "tanh" else np.maximum(pre, 0)
            stream = stream + act @ params["D"][layer] + params["d"][layer]
        streams.append(stream)
    return normed(params, norm, stream) @ params["U"] + params["c"], streams


def normed(params, norm: str, rows: np.ndarray, layer: int | None = None, which: int = 0) -> np.ndarray:
    if norm == "none":
        return rows
    rows = rows - rows.mean(axis=1, keepdims=True) if norm == "layer" else rows
    gain = 1 + (params["last_gain"] if layer is None else params["gain"][layer, which])
    scaled = rows / np.sqrt((rows**2).mean(axis=1, keepdims=True) + 1e-5) * gain
    if norm == "rms":
        return scaled
    return scaled + (params["last_shift"] if layer is None else params["shift"][layer, which])


def head(params, rows: np.ndarray, layer: int, k: int, shown: np.ndarray, options: dict) -> np.ndarray:
    queries, keys, values = (rows @ params[name][layer, k] for name in "QKV")
    if options.get("attention_bias"):
        queries, keys, values = (
            queries + params["q"][layer, k],
            keys + params["k"][layer, k],
            values + params["v"][layer, k],
        )
    if options.get("order") == "rotary":
        queries, keys = turned(queries), turned(keys)
    out = np.zeros((len(rows), params["O"].shape[-1]))
    for i in range(len(rows)):
        seen = [j for j in range(len(rows)) if shown[j] and (j <= i or not options.get("causal", True))]
        scores = np.array([queries[i] @ keys[j] for j in seen]) / np.sqrt(queries.shape[1])
        if options.get("order") == "relative":
            scores = scores + [params["R"][layer, k, np.clip(j - i, -2, 2) + 2] for j in seen]
        if "period" in options:
            scores = scores + [params["T"][layer, k, (j - i) % options["period"]] for j in seen]
        scores = scores * (np.log(1 + len(seen)) if options.get("scalable") else 1)
        weights = np.exp(scores) / np.exp(scores).sum()
        out[i] = sum(weight * values[j] for weight, j in zip(weights, seen, strict=True)) @ params["O"][layer, k]
    return out


def turned(rows: np.ndarray) -> np.ndarray:
    """Each pair (i, i + h / 2) as a complex number, times a phase a position."""
    half = rows.shape[1] // 2
    phases = np.arange(len(rows))[:, None] * 10000.0 ** (-np.arange(half) / half)
    pairs = (rows[:, :half] + 1j * rows[:, half:]) * np.exp(1j * phases)
    return np.concatenate([pairs.real, pairs.imag], axis=1)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(map(str, options.values())))
def test_it_equals_a_textbook(options):
    net, params = made(options)
    x, last = tokens(options), options.get("readout") == "last"
    outputs, sites = jax.jit(net.apply)(params, x)
    for i, row in enumerate(x):
        expected, streams = textbook(params, np.append(row, 5) if last else row, options)
        np.testing.assert_allclose(sites["embed"][i], streams[0], atol=1e-5)
        np.testing.assert_allclose(sites[f"resid.{options['layers'] - 1}"][i], streams[-1], atol=2e-5)
        np.testing.assert_allclose(outputs[i], expected[-1] if last else expected, atol=5e-5)


@pytest.mark.parametrize("options", [{"layers": 2}, {"layers": 2, "causal": False}], ids=["causal", "not causal"])
def test_a_causal_net_sees_nothing_that_comes_later(options):
    net, params = made(options)
    x = tokens(options)
    other = np.where(np.arange(6) == 4, (x + 1) % 5, x)
    apply = jax.jit(net.apply)
    moved = np.abs(np.asarray(apply(params, x)[0] - apply(params, other)[0])).max(axis=(0, 2))
    assert moved[4] > 1e-2
    assert (moved[:4] < 1e-5).all() == options.get("causal", True)


def test_a_pattern_replaced_for_one_query_changes_what_follows_it():
    net, params = made({"layers": 2})
    x, apply = tokens({}), jax.jit(net.apply)
    own, before = apply(params, x)
    third = (np.arange(6) == 2)[:, None]
    outputs, after = apply(params, x, {"head.0.1.pattern": Patch(third, np.eye(6)[0])})
    mixed = before["head.0.1.value"][:, 0] @ params["O"][0, 1]
    np.testing.assert_allclose(after["head.0.1.out"][:, 2], mixed, atol=1e-5)
    moved = np.abs(np.asarray(outputs - own)).max(axis=(0, 2))
    assert (moved[:2] < 1e-6).all()
    assert (moved[2:] > 1e-4).all()


@pytest.mark.parametrize("order", ["sinusoidal", "rotary", "relative", "none"])
def test_one_set_of_params_runs_at_any_length(order):
    net, params = made({"layers": 1, "order": order})
    x = np.random.default_rng(0).integers(0, 5, (2, 20))
    longer, shorter = (jax.jit(net.apply)(params, given)[0] for given in (x, x[:, :4]))
    np.testing.assert_allclose(longer[:, :4], shorter, atol=1e-5)


@pytest.mark.parametrize("options", [{"order": "learned"}, {"order": "ends"}, {"readout": "last"}])
def test_more_positions_than_were_learned_are_refused(options):
    net, params = made({"layers": 1} | options)
    jax.eval_shape(net.apply, params, np.zeros((2, 6), int))
    with pytest.raises(ValueError, match="expected at most 6 positions, got 7; give it more `positions`, or order="):
        jax.eval_shape(net.apply, params, np.zeros((2, 7), int))


@pytest.mark.parametrize("mlp", [True, False])
def test_the_stream_before_an_mlp_is_a_site_where_there_is_one(mlp: bool):
    net, params = made({"layers": 2, "mlp": mlp})
    sites = jax.jit(net.apply)(params, tokens({}))[1]
    assert ("resid.1.mid" in net.sites) == mlp
    if mlp:
        added = sites["hidden.1"] @ params["D"][1] + params["d"][1]
        np.testing.assert_allclose(sites["resid.1.mid"] + added, sites["resid.1"], atol=1e-5)
        moved = jax.jit(net.apply)(params, tokens({}), {"resid.1.mid": sites["resid.1.mid"][::-1]})[1]
        np.testing.assert_allclose(moved["resid.1"], sites["resid.1"][::-1], atol=1e-5)
