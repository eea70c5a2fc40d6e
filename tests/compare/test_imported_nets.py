"""A net of PyTorch's is judged as ours is."""

import numpy as np
import pytest
from nets_at_hand import addition

from benchmarks.controls.circles import clock
from compare import assess, by_position
from nets import from_torch
from tests.slowly import slowly

P, WAVES = 43, (2, 7, 12, 19)


def as_torch(params: dict, kind: str) -> dict[str, np.ndarray]:
    """The state dict of Embedding, Flatten, Linear, square, Linear; or of Linear, square, Linear over one-hots."""
    last = {"2.weight": np.asarray(params["U"]).T}
    if kind == "embedding":
        into = np.concatenate(list(params["A"])).T
        return {"embedding.weight": params["E"], "0.weight": into, "0.bias": params["b"]} | last
    tables = np.concatenate([params["E"] @ part for part in params["A"]]).T
    return {"0.weight": tables, "0.bias": params["b"], "2.bias": np.linspace(-0.01, 0.01, P)} | last


@pytest.mark.parametrize("kind", slowly(["embedding", "onehot"], ["embedding"]))
def test_an_mlp_of_torch_s_that_runs_a_clock_is_a_program(kind):
    net, params = from_torch(
        as_torch(clock(P, WAVES)[1], kind), activation="quadratic", alphabet=None if kind == "embedding" else P
    )
    found = assess(net, params, addition(P), by_position(P, P))
    assert found.verdict.outcome == "program"
    assert found.fields()["frequencies"] == sorted(WAVES)
    assert found.fields()["match_domain"] == 1


@pytest.mark.slow
def test_one_whose_read_out_is_shuffled_is_none():
    arrays = as_torch(clock(P, WAVES)[1], "onehot")
    arrays["2.weight"] = np.random.default_rng(0).permutation(arrays["2.weight"], axis=1)
    net, params = from_torch(arrays, activation="quadratic", alphabet=P)
    assert assess(net, params, addition(P), by_position(P, P)).verdict.outcome != "program"
