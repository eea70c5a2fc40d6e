"""PyTorch's GRU and RNN with a read-out, as `nets.recurrent`."""

import re
from typing import Any

import numpy as np

from nets.arch.recurrent import recurrent
from nets.imported.layout import (
    Arrays,
    Linear,
    Options,
    activation_of,
    check_chain,
    check_names,
    linears,
    refuse_options,
    shaped,
    sizes_of,
)
from nets.net import Net, Params

KIND = "recurrent net"
WEIGHT = re.compile(r"(|.*\.)weight_ih(|_l0)")  # of a module of layers, or of a cell
MORE = re.compile(r"(|.*\.)(weight|bias)_(ih|hh|hr)_l(\d+)(|_reverse)")
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def recurrent_weight(arrays: Arrays) -> str | None:
    """The name of the weights from the inputs to the state, where there are some."""
    return next((name for name in arrays if WEIGHT.fullmatch(name)), None)


def recurrent_of(arrays: Arrays, options: Options) -> tuple[Net, Params]:
    """The net of these arrays."""
    refuse_options(KIND, options, ("inputs", "alphabet", "activation", "readout"))
    weight = recurrent_weight(arrays) or ""
    own = {part: weight.replace("weight_ih", part) for part in PARTS}
    deeper = [name for name in arrays if MORE.fullmatch(name) and name not in own.values()]
    if deeper:
        raise ValueError(f"{KIND}: expected one layer that runs forward, got {deeper[0]}")
    held = {name: array for name, array in arrays.items() if name in own.values()}
    check_names(KIND, held, (own["weight_ih"], own["weight_hh"]), own.values())
    gated, width = _form(arrays, own)
    embedding, layers = _around(arrays, own, width)
    params, activation = _cell(arrays, own, gated, width), activation_of(KIND, options, "tanh", ("tanh", "relu"))
    kind, sizes = _inputs(embedding, arrays[own["weight_ih"]].shape[1], options)
    params |= {"E": embedding.weight} if embedding else {}
    params |= {"O": layers[0].weight.T, "o": layers[0].shift} if len(layers) == 2 else {}
    net = recurrent(
        **sizes,
        inputs=kind,
        classes=len(layers[-1].weight),
        width=width,
        cell="gru" if gated else activation,
        head=len(layers[0].weight) if len(layers) == 2 else None,
        readout=options.readout or "every",
    )
    return net, params | {"U": layers[-1].weight.T, "c": layers[-1].shift}


def _form(arrays: Arrays, own: dict[str, str]) -> tuple[bool, int]:
    """Whether it is a GRU, and how wide the state is."""
    rows, width = sizes_of(KIND, arrays, own["weight_hh"], 2)
    if rows not in (width, 3 * width):
        said = "; an LSTM is none of our architectures" if rows == 4 * width else ""
        raise ValueError(
            f"{KIND}: expected {own['weight_hh']} of an RNN ({width}, {width}) or a GRU ({3 * width}, {width}), "
            f"got shape {(rows, width)}{said}"
        )
    return rows == 3 * width, width


def _cell(arrays: Arrays, own: dict[str, str], gated: bool, width: int) -> Params:
    """V, W, b, S and, for a GRU, d: its gates in PyTorch's order, which is ours: reset, update, new."""
    gates = 3 if gated else 1
    into = shaped(KIND, arrays, own["weight_ih"], (gates * width, arrays[own["weight_ih"]].shape[-1]))
    V, W = (np.stack([part.T for part in np.split(each, gates)]) for each in (into, arrays[own["weight_hh"]]))
    one, other = (shaped(KIND, arrays, own[part], (gates * width,)).reshape(gates, width) for part in PARTS[2:])
    start = {"S": np.zeros(width, np.float32)}
    if not gated:
        return start | {"V": V[0], "W": W[0].astype(np.float32), "b": (one + other)[0]}
    return start | {"V": V, "W": W.astype(np.float32), "b": np.stack([*(one + other)[:2], one[2]]), "d": other[2]}


def _around(arrays: Arrays, own: dict[str, str], width: int) -> tuple[Linear | None, list[Linear]]:
    """The embedding before the state, if there is one, and one or two layers after it."""
    rest = linears(KIND, {name: value for name, value in arrays.items() if name not in own.values()})
    taken = arrays[own["weight_ih"]].shape[1]
    first = rest[0] if rest else None
    able = first is not None and first.bias is None and first.weight.shape[1] == taken
    embeds = first is not None and able and ("emb" in first.name.lower() or len(rest) > 1)
    layers = rest[1:] if embeds else rest
    if len(layers) not in (1, 2):
        raise ValueError(
            f"{KIND}: expected one Linear read-out of the state, or two with a ReLU between, got "
            f"{[layer.name for layer in layers] or 'none'}"
        )
    check_chain(KIND, layers, width, own["weight_hh"])
    return (first if embeds else None), layers


def _inputs(embedding: Linear | None, taken: int, options: Options) -> tuple[Any, dict[str, int]]:
    """How the inputs are read, and the sizes of that."""
    kind = "embedding" if embedding else options.inputs or ("onehot" if options.alphabet else "reals")
    alphabet = {"embedding": len(embedding.weight) if embedding else 0, "onehot": taken, "bits": 2}.get(kind)
    if options.inputs not in (None, kind) or (kind == "bits" and taken != 1) or (kind == "embedding" and not embedding):
        said = f"of the Embedding {embedding.name}" if embedding else "of one-hots, reals, or one of bits"
        raise ValueError(f"{KIND}: expected inputs to say {taken} numbers a step, {said}, got {options.inputs!r}")
    if options.alphabet not in (None, alphabet):
        raise ValueError(f"{KIND}: expected alphabet {alphabet} for inputs={kind!r}, got {options.alphabet}")
    sizes = {} if alphabet is None else {"alphabet": alphabet}
    return kind, sizes | ({"embedding": taken} if embedding else {"features": taken} if kind == "reals" else {})
