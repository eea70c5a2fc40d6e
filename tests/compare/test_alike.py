"""Rows that a net cannot tell apart by construction; what it has learnt to treat alike is not among them."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from nets_at_hand import addition, reading_of

from benchmarks.controls.circles import clock
from benchmarks.controls.tables import lookup
from compare import assess, by_position
from compare.evidence.alike import alike, representatives
from compare.read import Reading, read
from nets import Data, mlp, wrap
from synth import BOOL, INT, Fn, Spec
from tests.slowly import slowly

P, WIDTH = 11, 24


def net_of(pre: Callable, scale: float = 1.0):
    """A net of one hidden layer over `pre(E, x)`, E a table of (3, tokens, units), with random parameters."""
    keys = jax.random.split(jax.random.key(0), 2)
    params = {"E": scale * jax.random.normal(keys[0], (3, 32, WIDTH)), "U": jax.random.normal(keys[1], (WIDTH, P))}

    def apply(params, x, edits):
        before = edits.get("hidden.0.pre", pre(params["E"], x))
        hidden = edits.get("hidden.0", jax.nn.relu(before))
        return hidden @ params["U"], {"hidden.0.pre": before, "hidden.0": hidden}

    return wrap(apply, ("hidden.0.pre", "hidden.0")), params


def same(key: np.ndarray) -> np.ndarray:
    return key[:, None] == key[None]


def classes_of(reading: Reading) -> np.ndarray:
    return same(alike(reading))


A, B = np.divmod(np.arange(P * P), P)
SEEN = {
    "both": (lambda E, x: E[0][x[:, 0]] + E[1][x[:, 1]], A * P + B),
    "in any order": (lambda E, x: E[0][x[:, 0]] + E[0][x[:, 1]], np.minimum(A, B) * P + np.maximum(A, B)),
    "the first alone": (lambda E, x: E[0][x[:, 0]], A),
    "the sum": (lambda E, x: E[0][x[:, 0] + x[:, 1]], A + B),
    "the sum modulo p": (lambda E, x: E[0][(x[:, 0] + x[:, 1]) % P], (A + B) % P),
}


@pytest.mark.parametrize("seen", SEEN)
def test_rows_are_alike_where_the_input_layer_sees_the_same(seen: str) -> None:
    pre, key = SEEN[seen]
    np.testing.assert_array_equal(classes_of(reading_of(net_of(pre), P)), same(key))


def test_three_arguments_in_any_order() -> None:
    domain = tuple(np.indices((6, 6, 6)).reshape(3, -1))
    spec = Spec(type=Fn((INT,) * 3, INT), inputs=domain, outputs=domain[0], domain=domain)
    net, params = net_of(lambda E, x: E[0][x[:, 0]] + E[0][x[:, 1]] + E[0][x[:, 2]])
    reading = read(net, params, spec, by_position(6, P))
    key = np.sort(np.stack(domain, axis=1), axis=1) @ np.array([36, 6, 1])
    np.testing.assert_array_equal(classes_of(reading), same(key))


@pytest.mark.parametrize("counted", [True, False])
def test_bits_of_which_only_the_number_is_seen(counted: bool) -> None:
    n = 8
    domain = tuple((np.arange(2**n) >> i & 1).astype(bool) for i in range(n))
    spec = Spec(type=Fn((BOOL,) * n, BOOL), inputs=domain, outputs=domain[0], domain=domain)
    weights = np.ones((n, WIDTH)) if counted else np.random.default_rng(0).normal(size=(n, WIDTH))

    def apply(params, x, edits):
        reads = jnp.ones((n, WIDTH)) if counted else params["W"]
        pre = edits.get("pre", (x @ reads) * params["a"] + params["b"])
        hidden = edits.get("hidden", jax.nn.relu(pre))
        return hidden @ params["U"], {"pre": pre, "hidden": hidden}

    rng = np.random.default_rng(1)
    params = {"W": weights, "a": rng.normal(size=WIDTH), "b": rng.normal(size=WIDTH), "U": rng.normal(size=(WIDTH, 1))}
    reading = read(wrap(apply, ("pre", "hidden")), params, spec, by_position(2, 1))
    ones = np.sum(domain, axis=0)
    assert len(representatives(alike(reading))) == (n + 1 if counted else 2**n)
    if counted:
        np.testing.assert_array_equal(classes_of(reading), same(ones))


def test_what_a_net_computes_does_not_make_rows_alike() -> None:
    reading = reading_of(clock(P, (1, 3)), P)
    assert len(representatives(alike(reading))) == P * P  # its outputs depend on a + b alone
    spec = addition(P)
    x = np.stack(spec.inputs, axis=1).astype(np.int32)
    rows = np.arange(P * P)
    data = Data(x=x, y=spec.outputs.astype(np.int32), train=rows, held_out=rows[:0], alphabet=P, classes=P)
    assert len(representatives(alike(reading_of(lookup(data), P)))) == P * P  # its outputs are a few one-hot rows
    net = mlp(alphabet=P, classes=P, width=WIDTH, embedding=8)
    assert len(representatives(alike(reading_of((net, net.init(jax.random.key(0))), P)))) == P * P


@pytest.mark.parametrize("shared", slowly([True, False], [False]))
def test_a_memoriser_right_on_mirrored_rows_is_a_table(shared: bool) -> None:
    """A unit for each trained pair, in that order or in any."""
    p = 29
    a, b = np.divmod(np.arange(p * p), p)
    train = np.random.default_rng(0).permutation(np.flatnonzero(a != b))[: p * p // 2]
    first, second = np.eye(p)[:, a[train]], np.eye(p)[:, b[train]]
    tables = np.stack([first + second] * 2 if shared else [first, second])
    guess = np.random.default_rng(1).normal(size=(p, p))
    params = {"E": tables, "U": 40 * np.eye(p)[(a + b)[train] % p], "c": guess}

    def apply(params, x, edits):
        one, other = params["E"][0], params["E"][0 if shared else 1]
        pre = edits.get("pre", one[x[:, 0]] + other[x[:, 1]] - 1.5)
        hidden = edits.get("hidden", jax.nn.relu(pre))
        return hidden @ params["U"] + params["c"][x[:, 0]] + params["c"][x[:, 1]], {"pre": pre, "hidden": hidden}

    made = wrap(apply, ("pre", "hidden")), jax.tree.map(jnp.asarray, params)
    found = assess(*made, addition(p), by_position(p, p), train=train)
    assert found.match_train == 1
    assert found.match_test is not None
    assert (found.match_test > 0.4) == shared
    assert (found.verdict.outcome, found.verdict.decided_by) == ("table", "held out")
