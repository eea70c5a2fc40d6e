"""Nets over bits in closed form whose units read a few sums of bits, and nets of the same answers that hold tables."""

import numpy as np
from planted_bits import inputs

from nets import Net, mlp
from synth import BOOL, INT, Fn, Spec

Planted = tuple[Net, dict, Spec]
N = 10


def spec_of(answers: np.ndarray) -> Spec:
    n = int(np.log2(len(answers)))
    domain = tuple(inputs(n).T.astype(bool))
    result = BOOL if answers.dtype == bool else INT
    return Spec(type=Fn((BOOL,) * n, result), inputs=domain, outputs=answers, domain=domain)


def net_of(weights: np.ndarray, bias: np.ndarray, readout: np.ndarray, offset: np.ndarray) -> tuple[Net, dict]:
    """outputs = relu(signs @ weights + bias) @ readout + offset."""
    n, units = weights.shape
    net = mlp(positions=n, alphabet=2, classes=len(offset), width=units, inputs="bits", output_bias=True)
    params = {"W": weights, "b": bias, "U": readout, "c": offset}
    return net, {name: np.asarray(value, dtype=np.float32) for name, value in params.items()}


def spread(forms: np.ndarray, bias: np.ndarray, readout: np.ndarray, offset: np.ndarray, seed: int = 0):
    """Each unit in four copies of several sizes, a little noise on every weight."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.5, 2.0, 4 * len(bias))
    weights = np.repeat(forms, 4, axis=1) * size
    weights = weights * (1 + 0.01 * rng.normal(size=weights.shape))
    return net_of(weights, np.repeat(bias, 4) * size, np.repeat(readout, 4, axis=0) / size[:, None] / 4, offset)


def valued(forms: np.ndarray, bias: np.ndarray, out: np.ndarray, classes: int) -> tuple[Net, dict]:
    """The class that the sum of out . relu(signs @ forms + bias) is nearest to: 2 c v - c^2 is largest there."""
    c = np.arange(classes)
    return spread(forms, bias, np.outer(out, 2 * c), -(c.astype(float) ** 2))


def counted() -> Planted:
    """How many bits are set."""
    answers = inputs(N).sum(axis=1)
    return *valued(np.ones((N, 1)), np.array([N]), np.array([0.5]), N + 1), spec_of(answers)


def apart() -> Planted:
    """In how many places the two halves differ."""
    half = N // 2
    a, b = inputs(N)[:, :half], inputs(N)[:, half:]
    forms = np.concatenate([np.eye(half), -np.eye(half)])
    forms = np.concatenate([forms, -forms], axis=1)
    return *valued(forms, np.zeros(N), np.full(N, 0.5), half + 1), spec_of((a != b).sum(axis=1))


def smaller() -> Planted:
    """Whether the number that the first half spells is smaller than that of the second."""
    half = N // 2
    places = 2.0 ** np.arange(half)
    a, b = inputs(N)[:, :half] @ places, inputs(N)[:, half:] @ places
    forms = np.concatenate([-places, places])[:, None]
    net, params = spread(forms, np.zeros(1), np.array([[0.0, 1.0]]), np.array([0.0, -1.0]))
    return net, params, spec_of(a < b)


def remainders() -> Planted:
    """What is left of the number of set bits by 3: a zigzag of one count."""
    v = np.arange(N + 1)
    bends = np.diff(np.diff(v % 3, prepend=0), prepend=0)[1:].astype(float)
    knots = v[:-1]
    return (
        *valued(np.ones((N, N)), N - 2.0 * knots, bends / 2, 3),
        spec_of(inputs(N).sum(axis=1) % 3),
    )


PLANTED = (counted, apart, smaller, remainders)


def looked_up(spec: Spec) -> tuple[Net, dict]:
    """The same answers by a unit for every row that is not answered as most are."""
    answers = np.asarray(spec.outputs).astype(int)
    n, most = len(spec.inputs), int(np.bincount(answers).argmax())
    rows = np.flatnonzero(answers != most)
    classes = int(answers.max()) + 1
    signs = 2.0 * inputs(n)[rows].T - 1
    return net_of(signs, np.full(len(rows), 1.0 - n), np.eye(classes)[answers[rows]], 0.5 * np.eye(classes)[most])


def frozen(spec: Spec, width: int, whole: bool, seed: int = 0) -> tuple[Net, dict]:
    """Random units, normal or of the integers -1, 0 and 1, whose read-out was fitted to the same answers."""
    rng = np.random.default_rng(seed)
    answers, n = np.asarray(spec.outputs).astype(int), len(spec.inputs)
    shape = (n, width)
    weights = rng.choice([-1.0, 0.0, 1.0], size=shape) if whole else rng.normal(size=shape)
    bias = rng.integers(-n // 2, n // 2 + 1, size=width) if whole else rng.normal(size=width)
    hidden = np.maximum((2.0 * inputs(n) - 1) @ weights + bias, 0)
    goal = np.eye(int(answers.max()) + 1)[answers]
    mean, middle = hidden.mean(axis=0), goal.mean(axis=0)
    seen = hidden - mean
    readout = np.linalg.solve(seen.T @ seen + 1e-3 * np.eye(width), seen.T @ (goal - middle))
    return net_of(weights, bias, readout, middle - mean @ readout)
