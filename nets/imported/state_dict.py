"""From a state dict to a net and its params: which of our architectures it is, read off its names."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from nets.imported.attention import transformer_of
from nets.imported.layout import Arrays, Options
from nets.imported.perceptron import mlp_of
from nets.imported.recurrence import recurrent_of, recurrent_weight
from nets.net import Net, Params


def from_torch(
    state_dict: Mapping[str, Any],
    *,
    inputs: Literal["embedding", "onehot", "bits", "reals"] | None = None,
    alphabet: int | None = None,
    activation: str | None = None,
    readout: Literal["every", "last"] | None = None,
    causal: bool | None = None,
    norm: Literal["none", "rms", "layer"] | None = None,
) -> tuple[Net, Params]:
    """The net and the params of `module.state_dict()`, or of arrays by these names; what it does not say, options say.

    - Linear layers with activations, perhaps an Embedding first, read by `nets.mlp`. The first Linear takes the
      embeddings of all positions side by side, or, with `alphabet` given, their one-hots, or else reals, or
      inputs="bits", which are +-1. `activation`: relu (usual), tanh, gelu (PyTorch's), gelu_new, quadratic.
    - GRU, RNN or a cell of these, one layer in one direction, a Linear read-out or two with a ReLU between, perhaps an
      Embedding first, read by `nets.recurrent`; `inputs` and `alphabet` as above, `activation` tanh (usual) or relu.
    - a HookedTransformer, or the transformer of Nanda et al. (arXiv 2301.05217), read by `nets.sequence_transformer`;
      `causal` unless its mask says so, `norm` where its weights are folded into others. readout="last" reads out at a
      last token "=" that `x` is without.
    `readout` of sequences: "every" position (usual) or the "last". An array that is missing, extra or of another shape
    raises ValueError, which names it.
    """
    if not isinstance(state_dict, Mapping):
        raise ValueError(
            f"from_torch: expected a state dict, arrays by name, got {type(state_dict).__name__}; "
            "give module.state_dict()"
        )
    if not state_dict:
        raise ValueError("from_arrays: expected arrays by name, got none")
    named = _without_wrapper({name: _array(name, value) for name, value in state_dict.items()})
    options = Options(inputs, alphabet, activation, readout, causal, norm)
    if any(name.startswith("blocks.") for name in named):
        return transformer_of(named, options)
    return recurrent_of(named, options) if recurrent_weight(named) else mlp_of(named, options)


from_arrays = from_torch  # numpy arrays with a state dict's names, such as those of an .npz file, enter alike


def _array(name: str, value: Any) -> np.ndarray:
    """A tensor, wherever it lies and whatever its precision, or an array."""
    for method in ("detach", "cpu", "float"):
        value = getattr(value, method)() if hasattr(value, method) else value
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"from_torch: expected {name} to be a tensor of numbers, got {type(value).__name__}")
    return array


def _without_wrapper(arrays: Arrays) -> Arrays:
    """Without the first part of all names, as `module.` or `_orig_mod.`, where it is the same and a name remains."""
    firsts = {name.partition(".")[0] for name in arrays}
    if len(firsts) > 1 or not all(name.count(".") > 1 for name in arrays) or firsts == {"blocks"}:
        return arrays
    return _without_wrapper({name.partition(".")[2]: value for name, value in arrays.items()})
