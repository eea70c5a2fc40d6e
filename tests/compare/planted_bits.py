"""Hand-set nets over bits whose program is known, for the tests of the extractor."""

import itertools

import numpy as np

from compare.read import Reading, read
from compare.view import View, by_position
from nets import Net, mlp
from synth.language.spec import Spec
from synth.language.types import BOOL, Fn

ADDRESS, DATA = (8, 3), (0, 5, 9, 11)
WEIGHTS = np.array([5, 3, -2, 7, 1, -4, 2, 6, -3, 1, 4, -5])


def inputs(n: int) -> np.ndarray:
    return np.indices((2,) * n).reshape(n, -1).T


def net_of(weights: np.ndarray, bias: np.ndarray, out: np.ndarray, offset: float, columns: int = 2) -> tuple[Net, dict]:
    """margin = relu(signs @ weights + bias) @ out + offset, as one or two outputs."""
    halves = np.array([-0.5, 0.5]) if columns == 2 else np.ones(1)
    params = {"W": weights, "b": bias, "U": np.outer(out, halves), "c": offset * halves}
    n, units = weights.shape
    net = mlp(positions=n, alphabet=2, classes=columns, width=units, inputs="bits", output_bias=True)
    return net, {name: np.asarray(value, dtype=np.float32) for name, value in params.items()}


def counted(weights, kinks, slopes, offset, n=12, copies=8, noise=0.02, seed=0, columns=2):
    """margin = sum slopes * relu(v - kink) + offset, v = sum w_i x_i; each unit in noisy copies of several sizes."""
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.5, 2.0, copies)
    columns_of = np.outer(np.asarray(weights) / 2, np.tile(scale, len(kinks)))
    columns_of = columns_of * (1 + noise * rng.normal(size=columns_of.shape))
    columns_of += noise * 0.1 * rng.normal(size=columns_of.shape)
    bias = np.concatenate([(np.sum(weights) / 2 - kink) * scale for kink in kinks])
    out = np.concatenate([slope / scale / copies for slope in slopes])
    return net_of(columns_of, bias, out, offset, columns)


def parity(bits=(2, 7, 10), n=12, **options):
    weights = np.isin(np.arange(n), bits).astype(int)
    slopes = np.where(np.arange(len(bits)) % 2, -4.0, 4.0)
    slopes[0] = 2.0
    return counted(weights, range(len(bits)), slopes, -1.0, n, **options)


def threshold(weights=WEIGHTS, least=8, **options):
    return counted(weights, (least - 1, least), (2.0, -2.0), -1.0, len(weights), **options)


def minterms(terms, n=12, copies=6, noise=0.02, seed=0):
    """One unit, in noisy copies, for each conjunction {bit: value}; conjunctions exclude one another."""
    rng = np.random.default_rng(seed)
    weights, bias, out = [], [], []
    for term in terms:
        for scale in rng.uniform(0.5, 2.0, copies):
            column = np.zeros(n)
            column[list(term)] = [scale if value else -scale for value in term.values()]
            weights.append(column + noise * scale * rng.normal(size=n))
            bias.append(-scale * (len(term) - 1))
            out.append(2.0 / scale / copies)
    return net_of(np.array(weights).T, np.array(bias), np.array(out), -1.0)


def multiplexer(data=DATA, **options):
    address = itertools.product((0, 1), repeat=2)
    return minterms(
        [dict(zip((*ADDRESS, bit), (*number, 1), strict=True)) for number, bit in zip(address, data, strict=True)],
        **options,
    )


def junta(bits=(1, 4, 6, 11), **options):
    rows = [row for row in itertools.product((0, 1), repeat=4) if (row[0] & row[1]) ^ (row[2] | row[3])]
    return minterms([dict(zip(bits, row, strict=True)) for row in rows], **options)


def lookup(answers: np.ndarray, n: int = 12, noise: float = 0.0, seed: int = 0):
    """A unit for each input whose answer is 1."""
    signs = 2.0 * inputs(n)[answers == 1].T - 1.0
    weights = signs + noise * np.random.default_rng(seed).normal(size=signs.shape)
    units = signs.shape[1]
    return net_of(weights, np.full(units, 1.0 - n), np.full(units, 2.0), -1.0)


def random_features(answers: np.ndarray, n: int = 12, width: int = 256, seed: int = 0):
    """Random frozen units, the read-out by ridge regression on all inputs."""
    rng = np.random.default_rng(seed)
    weights, bias = rng.normal(size=(n, width)) / np.sqrt(n), rng.normal(size=width)
    hidden = np.maximum((2.0 * inputs(n) - 1.0) @ weights + bias, 0)
    gram = hidden.T @ hidden + 1e-6 * len(hidden) * np.eye(width)
    return net_of(weights, bias, np.linalg.solve(gram, hidden.T @ (2.0 * answers - 1.0)), 0.0)


def read_bits(planted: tuple[Net, dict], targets: np.ndarray | None = None, view: View | None = None) -> Reading:
    """The net on all inputs; `targets` are its own answers where none are given."""
    net, params = planted
    n = params["W"].shape[0] if "W" in params else params["A"].shape[0]
    x = inputs(n)
    answers = np.argmax(np.asarray(net.apply(params, x)[0]), axis=1) if targets is None else targets
    domain = tuple(x.T.astype(bool))
    spec = Spec(type=Fn((BOOL,) * n, BOOL), inputs=domain, outputs=answers.astype(bool), domain=domain)
    return read(net, params, spec, view or by_position(2, params["U"].shape[1]))
