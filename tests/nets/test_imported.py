"""Weights of PyTorch in our architectures: outputs as a plain reference in PyTorch's layout gives them."""

from collections.abc import Callable

import jax
import numpy as np
import pytest
from scipy.special import erf

from nets import check_net, from_arrays, from_torch

RNG = np.random.default_rng(0)


class Tensor:
    """What is used of PyTorch's tensors; on another device, half precise and tracked by its gradient until asked."""

    def __init__(self, values: np.ndarray, asked: tuple[str, ...] = ()) -> None:
        self.values, self.asked = values, asked

    def detach(self) -> "Tensor":
        return Tensor(self.values, (*self.asked, "detach"))

    def cpu(self) -> "Tensor":
        return Tensor(self.values, (*self.asked, "cpu"))

    def float(self) -> "Tensor":
        return Tensor(self.values, (*self.asked, "float"))

    def numpy(self) -> np.ndarray:
        assert set(self.asked) == {"detach", "cpu", "float"}
        return self.values


def normal(*shape: int, scale: float = 0.5) -> np.ndarray:
    return (scale * RNG.normal(size=shape)).astype(np.float32)


def linear(name: str, taken: int, given: int, bias: bool = True) -> dict[str, np.ndarray]:
    return {f"{name}.weight": normal(given, taken)} | ({f"{name}.bias": normal(given)} if bias else {})


def applied(arrays: dict[str, np.ndarray], name: str, rows: np.ndarray) -> np.ndarray:
    return rows @ arrays[f"{name}.weight"].T + arrays.get(f"{name}.bias", 0.0)


def agree(net, params, x: np.ndarray, expected: np.ndarray) -> None:
    outputs = np.asarray(jax.jit(net.apply)(params, x)[0])
    assert outputs.shape == expected.shape
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


def relu(v: np.ndarray) -> np.ndarray:
    return np.maximum(v, 0)


P = 11
PAIRS = np.stack(np.divmod(np.arange(P * P), P), axis=1)


def test_an_mlp_over_one_hots():
    arrays = linear("0", 2 * P, 16) | linear("2", 16, P)
    net, params = from_torch({name: Tensor(value) for name, value in arrays.items()}, alphabet=P)
    onehots = np.eye(P)[PAIRS].reshape(-1, 2 * P)
    agree(net, params, PAIRS, applied(arrays, "2", relu(applied(arrays, "0", onehots))))
    assert net.sites == ("operand.0", "operand.1", "hidden.0.pre", "hidden.0")
    check_net(net, params, PAIRS[::7])


def test_an_mlp_over_an_embedding():
    arrays = {"embed.weight": normal(P, 6)} | linear("net.0", 12, 16) | linear("net.2", 16, P, bias=False)
    net, params = from_torch(arrays)
    rows = arrays["embed.weight"][PAIRS].reshape(-1, 12)
    agree(net, params, PAIRS, applied(arrays, "net.2", relu(applied(arrays, "net.0", rows))))
    numbered = {name.replace("embed", "0").replace("net.2", "4").replace("net.0", "2"): arrays[name] for name in arrays}
    for given in (numbered, {f"module.{name}": value for name, value in arrays.items()}):
        np.testing.assert_array_equal(from_torch(given)[1]["A"], params["A"])


@pytest.mark.parametrize(
    ("activation", "function"),
    [("gelu", lambda v: v * (1 + erf(v / np.sqrt(2))) / 2), ("tanh", np.tanh), (None, relu)],
)
def test_a_deep_mlp_over_reals(activation, function):
    layers = [linear(f"layers.{i}", taken, given) for i, (taken, given) in enumerate([(3, 8), (8, 9), (9, 7), (7, 2)])]
    arrays = {name: value for layer in reversed(layers) for name, value in layer.items()}
    net, params = from_arrays(arrays, activation=activation)
    x = hidden = RNG.normal(size=(20, 3))
    for i in range(3):
        hidden = function(applied(arrays, f"layers.{i}", hidden))
    agree(net, params, x, applied(arrays, "layers.3", hidden))


def test_an_mlp_over_bits():
    arrays = linear("a", 4, 8) | linear("b", 8, 1)
    net, params = from_arrays(arrays, inputs="bits")
    x = np.array(np.unravel_index(np.arange(16), (2,) * 4)).T
    agree(net, params, x, applied(arrays, "b", relu(applied(arrays, "a", 2.0 * x - 1))))


def sigmoid(v: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-v))


def torch_gru(arrays: dict[str, np.ndarray], prefix: str, u: np.ndarray, h: np.ndarray) -> np.ndarray:
    """torch.nn.GRU's formula: rows of the weights are the gates r, z, n; b_hn is inside the reset gate."""
    of = {name: arrays[f"{prefix}{name}"] for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")}
    xr, xz, xn = np.split(u @ of["weight_ih_l0"].T + of["bias_ih_l0"], 3, axis=1)
    hr, hz, hn = np.split(h @ of["weight_hh_l0"].T + of["bias_hh_l0"], 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    return (1 - z) * n + z * h


def torch_rnn(act: Callable) -> Callable:
    def step(arrays: dict[str, np.ndarray], prefix: str, u: np.ndarray, h: np.ndarray) -> np.ndarray:
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        ih, hh, one, other = (arrays.get(f"{prefix}{name}", np.zeros(())) for name in names)
        return act(u @ ih.T + one + h @ hh.T + other)

    return step


def unrolled(step: Callable, arrays: dict[str, np.ndarray], prefix: str, u: np.ndarray) -> np.ndarray:
    h, states = np.zeros((len(u), arrays[f"{prefix}weight_hh_l0"].shape[1])), []
    for t in range(u.shape[1]):
        h = step(arrays, prefix, u[:, t], h)
        states.append(h)
    return np.stack(states, axis=1)


def cell(prefix: str, taken: int, width: int, gates: int, bias: bool = True) -> dict[str, np.ndarray]:
    weights = {
        f"{prefix}weight_ih_l0": normal(gates * width, taken),
        f"{prefix}weight_hh_l0": normal(gates * width, width),
    }
    return weights | ({f"{prefix}bias_{part}_l0": normal(gates * width) for part in ("ih", "hh")} if bias else {})


STREAM = RNG.integers(0, 5, (6, 9))


def test_a_gru_over_one_hots_is_read_out_at_every_position():
    arrays = cell("gru.", 5, 7, 3) | linear("fc", 7, 4)
    net, params = from_torch({name: Tensor(value) for name, value in arrays.items()}, alphabet=5)
    states = unrolled(torch_gru, arrays, "gru.", np.eye(5)[STREAM])
    agree(net, params, STREAM, applied(arrays, "fc", states))
    check_net(net, params, STREAM)


def test_a_gru_over_an_embedding_is_read_out_at_the_last_position():
    arrays = {"embedding.weight": normal(5, 3)} | cell("rnn.", 3, 7, 3) | linear("out", 7, 4, bias=False)
    net, params = from_torch(arrays, readout="last")
    states = unrolled(torch_gru, arrays, "rnn.", arrays["embedding.weight"][STREAM])
    agree(net, params, STREAM, applied(arrays, "out", states[:, -1]))


@pytest.mark.parametrize(("activation", "function"), [(None, np.tanh), ("relu", relu)])
@pytest.mark.parametrize("bias", [True, False])
def test_an_elman_net_over_reals(activation, function, bias):
    arrays = cell("", 2, 7, 1, bias) | linear("head.0", 7, 6) | linear("head.2", 6, 1)
    net, params = from_torch(arrays, activation=activation)
    u = RNG.normal(size=(6, 9, 2))
    states = unrolled(torch_rnn(function), arrays, "", u)
    agree(net, params, u, applied(arrays, "head.2", relu(applied(arrays, "head.0", states))))


def test_a_cell_is_read_as_its_layer():
    arrays = cell("c.", 1, 7, 1) | linear("fc", 7, 2)
    net, params = from_torch({name.removesuffix("_l0"): value for name, value in arrays.items()}, inputs="bits")
    x = STREAM % 2
    agree(net, params, x, applied(arrays, "fc", unrolled(torch_rnn(np.tanh), arrays, "c.", 2.0 * x[..., None] - 1)))


WIDTH, HEADS, INNER, HIDDEN, SYMBOLS, CLASSES, LONGEST = 8, 2, 3, 10, 6, 5, 7


def block(layer: int, mlp: bool = True, norm: str = "none") -> dict[str, np.ndarray]:
    arrays = {f"attn.W_{part}": normal(HEADS, WIDTH, INNER) for part in "QKV"}
    arrays |= {f"attn.b_{part}": normal(HEADS, INNER) for part in "QKV"}
    arrays |= {"attn.W_O": normal(HEADS, INNER, WIDTH), "attn.b_O": normal(WIDTH)}
    arrays |= {"attn.mask": np.tril(np.ones((LONGEST, LONGEST), bool)), "attn.IGNORE": np.array(-np.inf)}
    if mlp:
        arrays |= {"mlp.W_in": normal(WIDTH, HIDDEN), "mlp.b_in": normal(HIDDEN)}
        arrays |= {"mlp.W_out": normal(HIDDEN, WIDTH), "mlp.b_out": normal(WIDTH)}
    for which in ("ln1", "ln2")[: 0 if norm == "none" else 1 + mlp]:
        arrays |= {f"{which}.w": 1 + normal(WIDTH)} | ({f"{which}.b": normal(WIDTH)} if norm == "layer" else {})
    return {f"blocks.{layer}.{name}": value for name, value in arrays.items()}


def hooked(layers: int, mlp: bool = True, norm: str = "none") -> dict[str, np.ndarray]:
    arrays = {"embed.W_E": normal(SYMBOLS, WIDTH), "pos_embed.W_pos": normal(LONGEST, WIDTH)}
    for layer in range(layers):
        arrays |= block(layer, mlp, norm)
    if norm != "none":
        arrays |= {"ln_final.w": 1 + normal(WIDTH)} | ({"ln_final.b": normal(WIDTH)} if norm == "layer" else {})
    return arrays | {"unembed.W_U": normal(WIDTH, CLASSES), "unembed.b_U": normal(CLASSES)}


def normed(arrays: dict[str, np.ndarray], name: str, rows: np.ndarray) -> np.ndarray:
    if f"{name}.w" not in arrays:
        return rows
    rows = rows - rows.mean(-1, keepdims=True) if f"{name}.b" in arrays else rows
    return rows / np.sqrt((rows**2).mean(-1, keepdims=True) + 1e-5) * arrays[f"{name}.w"] + arrays.get(f"{name}.b", 0.0)


def forward(arrays: dict[str, np.ndarray], x: np.ndarray, layers: int, act: Callable = relu) -> np.ndarray:
    """TransformerLens's forward pass, in its own words and index letters."""
    resid = arrays["embed.W_E"][x] + arrays["pos_embed.W_pos"][: x.shape[1]]
    for layer in range(layers):
        of = {
            name.partition(f"blocks.{layer}.")[2]: value for name, value in arrays.items() if f"blocks.{layer}." in name
        }
        rows = normed(of, "ln1", resid)
        q, k, v = (
            np.einsum("bpm,hmd->bphd", rows, of[f"attn.W_{part}"]) + of.get(f"attn.b_{part}", 0.0) for part in "QKV"
        )
        scores = np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(q.shape[-1])
        scores = np.where(of["attn.mask"][: x.shape[1], : x.shape[1]].astype(bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        z = np.einsum("bhqk,bkhd->bqhd", weights / weights.sum(-1, keepdims=True), v)
        resid = resid + np.einsum("bqhd,hdm->bqm", z, of["attn.W_O"]) + of.get("attn.b_O", 0.0)
        if "mlp.W_in" in of:
            hidden = act(normed(of, "ln2", resid) @ of["mlp.W_in"] + of.get("mlp.b_in", 0.0))
            resid = resid + hidden @ of["mlp.W_out"] + of.get("mlp.b_out", 0.0)
    return normed(arrays, "ln_final", resid) @ arrays["unembed.W_U"] + arrays.get("unembed.b_U", 0.0)


X = RNG.integers(0, SYMBOLS, (5, LONGEST))


@pytest.mark.parametrize(("layers", "mlp", "norm"), [(1, True, "none"), (2, False, "rms"), (2, True, "layer")])
def test_a_hooked_transformer(layers, mlp, norm):
    arrays = hooked(layers, mlp, norm)
    net, params = from_torch({name: Tensor(value) for name, value in arrays.items()})
    agree(net, params, X, forward(arrays, X, layers))
    agree(net, params, X[:, :3], forward(arrays, X[:, :3], layers))


def test_a_mask_of_ones_is_not_causal_and_biases_may_be_absent():
    arrays = {name: value for name, value in hooked(1).items() if ".b_" not in name}
    arrays["blocks.0.attn.mask"] = np.ones((LONGEST, LONGEST), bool)
    net, params = from_torch(arrays, activation="gelu")
    agree(net, params, X, forward(arrays, X, 1, lambda v: v * (1 + erf(v / np.sqrt(2))) / 2))
    causal = from_torch(arrays, activation="gelu", causal=True)[0]
    assert np.abs(causal.apply(params, X)[0] - net.apply(params, X)[0]).max() > 1e-2


def test_the_layout_of_nanda_and_others_is_read_out_at_its_last_token():
    """Their code (arXiv 2301.05217) has matrices that act from the left and one W_O for all heads."""
    ours = {name: value for name, value in hooked(1).items() if ".attn.b_" not in name and "unembed.b_U" not in name}
    theirs = dict(ours) | {"embed.W_E": ours["embed.W_E"].T}
    for part in "QKV":
        theirs[f"blocks.0.attn.W_{part}"] = ours[f"blocks.0.attn.W_{part}"].transpose(0, 2, 1)
    theirs["blocks.0.attn.W_O"] = ours["blocks.0.attn.W_O"].reshape(HEADS * INNER, WIDTH).T
    theirs |= {f"blocks.0.mlp.{name}": ours[f"blocks.0.mlp.{name}"].T for name in ("W_in", "W_out")}
    net, params = from_torch(theirs, readout="last")
    pairs = X[:, :2] % (SYMBOLS - 1)
    equals = np.append(pairs, np.full((5, 1), SYMBOLS - 1), axis=1)
    agree(net, params, pairs, forward(ours, equals, 1)[:, -1])


def test_rotary_positions():
    arrays = {name: value for name, value in hooked(1).items() if "pos_embed" not in name}
    for part in "QK":
        arrays[f"blocks.0.attn.W_{part}"] = normal(HEADS, WIDTH, 4)
        arrays[f"blocks.0.attn.b_{part}"] = normal(HEADS, 4)
    arrays |= {"blocks.0.attn.W_V": normal(HEADS, WIDTH, 4), "blocks.0.attn.b_V": normal(HEADS, 4)}
    arrays |= {"blocks.0.attn.W_O": normal(HEADS, 4, WIDTH)}
    arrays |= {f"blocks.0.attn.rotary_{name}": normal(LONGEST, 4) for name in ("sin", "cos")}
    net, params = from_torch(arrays)
    one, other = (np.asarray(net.apply(params, x)[1]["head.0.0.score"]) for x in (X, np.roll(X, 1, axis=1)))
    np.testing.assert_allclose(one[:, 3, 1], other[:, 4, 2], atol=1e-5)
    assert np.abs(one[:, 3, 1] - one[:, 3, 2]).max() > 1e-3
    short = arrays | {"blocks.0.attn.rotary_sin": normal(LONGEST, 2)}
    with pytest.raises(ValueError, match="transformer: expected rotary positions of all 4 numbers of a head, got 2"):
        from_torch(short)


@pytest.mark.parametrize("norm", ["rms", "layer"])
def test_a_norm_that_was_folded_into_other_weights_is_said(norm):
    arrays = hooked(1)
    net, params = from_torch(arrays, norm=norm)
    ones = {f"{name}.w": np.ones(WIDTH) for name in ("blocks.0.ln1", "blocks.0.ln2", "ln_final")}
    ones |= {name.replace(".w", ".b"): np.zeros(WIDTH) for name in ones} if norm == "layer" else {}
    agree(net, params, X, forward(arrays | ones, X, 1))


MLP = linear("0", 6, 8) | linear("2", 8, 3)
GRU = cell("gru.", 5, 7, 3) | linear("fc", 7, 4)


def without(arrays: dict, *names: str) -> dict:
    return {name: value for name, value in arrays.items() if name not in names}


@pytest.mark.parametrize(
    ("arrays", "options", "sentence"),
    [
        ({}, {}, "from_arrays: expected arrays by name, got none"),
        ({"0.weight": "text"}, {}, "from_torch: expected 0.weight to be a tensor of numbers, got str"),
        (MLP | {"1.weight": normal(8)}, {}, r"MLP: expected layers with a `weight` \(out, in\) .* got 1.weight \(8,\)"),
        (MLP | {"1.running_mean": normal(8)}, {}, r"got 1.running_mean \(8,\)"),
        (MLP | {"4.bias": normal(8)}, {}, r"got 4.bias \(8,\)"),
        (MLP | {"2.bias": normal(4)}, {}, r"MLP: expected 2.bias of shape \(3,\), got \(4,\)"),
        (without(MLP, "2.weight", "2.bias"), {}, r"MLP: expected at least two Linear layers, got \['0'\]"),
        (MLP | linear("2", 7, 3), {}, r"expected 2 to take the 8 numbers of 0, got a weight of shape \(3, 7\)"),
        (
            MLP,
            {"alphabet": 4},
            "expected one-hots, of `alphabet` numbers each, side by side in the 6 .* got alphabet 4",
        ),
        (MLP, {"inputs": "onehot"}, "expected one-hots, .* got alphabet None"),
        (MLP, {"inputs": "embedding"}, r"expected an Embedding first, of whose rows 2 takes some, got shapes \(8, 6\)"),
        (MLP, {"activation": "selu"}, r"MLP: expected activation in \('relu', .*got 'selu'"),
        (MLP, {"readout": "last"}, "MLP: expected only the options inputs, alphabet, activation, got readout"),
        (
            {"emb.weight": normal(5, 3)} | MLP,
            {"alphabet": 6},
            "MLP: expected alphabet 5, the rows of emb, got 6",
        ),
        (without(GRU, "gru.weight_hh_l0"), {}, "recurrent net: expected other arrays, .* without gru.weight_hh_l0"),
        (GRU | {"gru.weight_ih_l1": normal(21, 7)}, {}, "expected one layer that runs forward, got gru.weight_ih_l1"),
        (GRU | {"gru.bias_hh_l0_reverse": normal(21)}, {}, "one layer that runs forward, got gru.bias_hh_l0_reverse"),
        (GRU | {"gru.weight_hh_l0": normal(28, 7)}, {}, r"got shape \(28, 7\); an LSTM is none of our architectures"),
        (GRU | {"gru.weight_hh_l0": normal(21)}, {}, r"expected gru.weight_hh_l0 to have 2 axes, got shape \(21,\)"),
        (GRU | {"gru.weight_ih_l0": normal(7, 5)}, {}, r"expected gru.weight_ih_l0 of shape \(21, 5\), got \(7, 5\)"),
        (GRU | {"gru.bias_ih_l0": normal(7)}, {}, r"expected gru.bias_ih_l0 of shape \(21,\), got \(7,\)"),
        (without(GRU, "fc.weight", "fc.bias"), {}, "expected one Linear read-out of the state, .* got none"),
        (GRU | linear("fc", 6, 4), {}, r"expected fc to take the 7 numbers of gru.weight_hh_l0, .* shape \(4, 6\)"),
        (GRU, {"inputs": "bits"}, "expected inputs to say 5 numbers a step, of one-hots, reals, or .* got 'bits'"),
        (GRU, {"alphabet": 6}, "recurrent net: expected alphabet 5 for inputs='onehot', got 6"),
        (GRU, {"activation": "gelu"}, r"recurrent net: expected activation in \('tanh', 'relu'\), got 'gelu'"),
        (GRU, {"causal": True}, "recurrent net: expected only the options .* got causal"),
        (
            without(hooked(2), "blocks.1.attn.W_Q", "unembed.W_U"),
            {},
            "expected other arrays, got a state dict without unembed.W_U, blocks.1.attn.W_Q$",
        ),
        (
            without(hooked(2), "blocks.1.mlp.b_in") | {"blocks.0.hook": normal(1)},
            {},
            "a state dict without blocks.1.mlp.b_in and besides blocks.0.hook",
        ),
        (
            hooked(1) | {"blocks.0.attn.b_Q": normal(3)},
            {},
            r"expected blocks.0.attn.b_Q of shape \(2, 3\), got \(3,\)",
        ),
        (hooked(1) | {"embed.W_E": normal(3)}, {}, r"expected embed.W_E to have 2 axes, got shape \(3,\)"),
        (hooked(1, norm="rms"), {"norm": "layer"}, r"transformer: expected norm in \('rms',\), got 'layer'"),
        (hooked(1), {"norm": "batch"}, r"transformer: expected norm in \('none', 'rms', 'layer'\), got 'batch'"),
        (hooked(1), {"alphabet": 3}, "transformer: expected only the options .* got alphabet"),
        (hooked(5), {}, "sequence_transformer: expected 1 to 4 layers, got 5"),
    ],
)
def test_what_cannot_be_read_is_named(arrays, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        from_torch(arrays, **options) if arrays else from_arrays(arrays, **options)


def test_a_module_in_place_of_its_state_dict_is_refused():
    with pytest.raises(ValueError, match=r"expected a state dict, .* got Tensor; give module.state_dict\(\)"):
        from_torch(Tensor(normal(3)))  # pyright: ignore[reportArgumentType]
