"""The transformer in table mode computes what a plain one does."""

import itertools

import jax
import numpy as np

from nets import transformer


def test_transformer_in_table_mode_equals_a_plain_forward():
    net = transformer(alphabet=6, classes=5, width=8, heads=2, hidden=12)
    params = jax.tree.map(np.asarray, net.init(jax.random.key(3)))
    x = np.array(list(itertools.product(range(6), repeat=2)))
    outputs, sites = jax.jit(net.apply)(params, x)
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
