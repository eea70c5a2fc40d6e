"""A HookedTransformer's state dict, or that of Nanda et al. (arXiv 2301.05217), as `nets.sequence_transformer`."""

import re
from typing import Any

import numpy as np

from nets.arch.sequence_transformer import NORMS, sequence_transformer
from nets.imported.layout import Arrays, Options, activation_of, check_names, refuse_options, shaped, sizes_of
from nets.net import Net, Params

KIND = "transformer"
BUFFERS = ("attn.mask", "attn.IGNORE", "attn.rotary_sin", "attn.rotary_cos")
BIASES = {"q": "attn.b_Q", "k": "attn.b_K", "v": "attn.b_V", "o": "attn.b_O"}
WEIGHTS = {"Q": "attn.W_Q", "K": "attn.W_K", "V": "attn.W_V", "O": "attn.W_O"}
NORM_PARTS = ("ln1.w", "ln1.b", "ln2.w", "ln2.b")
MLP = {"W": "mlp.W_in", "b": "mlp.b_in", "D": "mlp.W_out", "d": "mlp.b_out"}


def transformer_of(arrays: Arrays, options: Options) -> tuple[Net, Params]:
    """The net of these arrays."""
    refuse_options(KIND, options, ("activation", "readout", "causal", "norm"))
    layers = 1 + max(int(found[1]) for found in (re.match(r"blocks\.(\d+)\.", name) for name in arrays) if found)
    mlp = any(".mlp." in name for name in arrays)
    norm = _norm(arrays, options)
    check_names(KIND, arrays, _needed(arrays, layers, mlp), _optional(layers))
    given = _as_hooked(arrays) if arrays["blocks.0.attn.W_O"].ndim == 2 else arrays
    params = _params(given, layers, mlp, norm)
    places, extra = _places(given), int(options.readout == "last")
    heads, _, inner = params["Q"].shape[1:]
    net = sequence_transformer(
        positions=max(len(params["P"]) - extra, 1) if "P" in params else 1,
        alphabet=len(params["E"]) - extra,
        classes=params["U"].shape[1],
        width=params["E"].shape[1],
        layers=layers,
        heads=heads,
        head_width=inner,
        hidden=params["W"].shape[2] if mlp else 1,
        mlp=mlp,
        activation=activation_of(KIND, options),
        causal=_causal(given, options),
        norm=norm,
        order=places,
        attention_bias="o" in params,
        readout=options.readout or "every",
    )
    return net, params


def _needed(arrays: Arrays, layers: int, mlp: bool) -> list[str]:
    """Weights that every block has, and norms and biases that one of them has."""
    each = [*WEIGHTS.values(), *((MLP["W"], MLP["D"]) if mlp else ())]
    shared = {re.sub(r"^blocks\.\d+\.", "", name) for name in arrays if name.startswith("blocks.")}
    each += [name for name in (*BIASES.values(), MLP["b"], MLP["d"], *NORM_PARTS) if name in shared]
    last = [name.replace("ln1", "ln_final") for name in ("ln1.w", "ln1.b") if name in shared]
    return ["embed.W_E", "unembed.W_U", *(f"blocks.{layer}.{name}" for layer in range(layers) for name in each), *last]


def _optional(layers: int) -> list[str]:
    buffers = (f"blocks.{layer}.{name}" for layer in range(layers) for name in BUFFERS)
    return ["pos_embed.W_pos", "unembed.b_U", *buffers]


def _norm(arrays: Arrays, options: Options) -> Any:
    """As the weights say, or where they are folded into others as the user does."""
    names = {name.rpartition(".")[2] for name in arrays if ".ln" in f".{name}"}
    found = "layer" if "b" in names else "rms" if "w" in names else None
    if options.norm is not None and options.norm not in ((found,) if found else NORMS):
        raise ValueError(f"{KIND}: expected norm in {(found,) if found else NORMS}, got {options.norm!r}")
    return found or options.norm or "none"


def _places(arrays: Arrays) -> Any:
    """How the positions are told, by what is there."""
    if "blocks.0.attn.rotary_sin" not in arrays:
        return "learned" if "pos_embed.W_pos" in arrays else "none"
    turned, inner = arrays["blocks.0.attn.rotary_sin"].shape[-1], arrays["blocks.0.attn.W_Q"].shape[-1]
    if turned != inner:
        raise ValueError(f"{KIND}: expected rotary positions of all {inner} numbers of a head, got {turned}")
    return "rotary"


def _causal(arrays: Arrays, options: Options) -> bool:
    if options.causal is not None:
        return options.causal
    mask = arrays.get("blocks.0.attn.mask")
    return mask is None or not np.asarray(mask, bool).all() or mask.shape[-1] == 1


def _as_hooked(arrays: Arrays) -> Arrays:
    """Nanda's layout, whose matrices act from the left and whose heads are side by side, as a HookedTransformer's."""

    def turned(name: str, value: np.ndarray) -> np.ndarray:
        part = name.rpartition(".")[2]
        if part in ("W_Q", "W_K", "W_V"):
            return value.transpose(0, 2, 1)
        if part == "W_O":
            heads = len(arrays["blocks.0.attn.W_Q"])
            return value.reshape(len(value), heads, -1).transpose(1, 2, 0)
        return value.T if part in ("W_E", "W_in", "W_out") else value

    return {name: turned(name, value) for name, value in arrays.items()}


def _params(arrays: Arrays, layers: int, mlp: bool, norm: str) -> Params:
    symbols, width = sizes_of(KIND, arrays, "embed.W_E", 2)
    heads, _, inner = sizes_of(KIND, arrays, "blocks.0.attn.W_Q", 3)
    classes, biased = arrays["unembed.W_U"].shape[-1], any(f"blocks.0.{name}" in arrays for name in BIASES.values())

    def stacked(name: str, *shape: int) -> np.ndarray:
        return np.stack([shaped(KIND, arrays, f"blocks.{layer}.{name}", shape) for layer in range(layers)])

    params = {
        "E": shaped(KIND, arrays, "embed.W_E", (symbols, width)),
        "U": shaped(KIND, arrays, "unembed.W_U", (width, classes)),
        "c": shaped(KIND, arrays, "unembed.b_U", (classes,)),
        **{name: stacked(WEIGHTS[name], heads, width, inner) for name in "QKV"},
        "O": stacked(WEIGHTS["O"], heads, inner, width),
    }
    if _places(arrays) == "learned":
        params["P"] = shaped(KIND, arrays, "pos_embed.W_pos", (len(arrays["pos_embed.W_pos"]), width))
    if biased:
        params |= {name: stacked(BIASES[name], heads, inner) for name in "qkv"} | {"o": stacked(BIASES["o"], width)}
    if mlp:
        hidden = arrays["blocks.0.mlp.W_in"].shape[-1]
        params |= {"W": stacked(MLP["W"], width, hidden), "b": stacked(MLP["b"], hidden)}
        params |= {"D": stacked(MLP["D"], hidden, width), "d": stacked(MLP["d"], width)}
    return params | _norms(arrays, layers, mlp, norm, width)


def _norms(arrays: Arrays, layers: int, mlp: bool, norm: str, width: int) -> Params:
    """Gains less 1, and shifts; zeros where they were folded into other weights."""
    params = {}
    for name, part in {"none": {}, "rms": {"gain": "w"}, "layer": {"gain": "w", "shift": "b"}}[norm].items():
        less = 1 if part == "w" and f"ln_final.{part}" in arrays else 0
        own = [
            [shaped(KIND, arrays, f"blocks.{layer}.ln{which}.{part}", (width,)) - less for which in (1, 2)[: 1 + mlp]]
            for layer in range(layers)
        ]
        params |= {name: np.array(own), f"last_{name}": shaped(KIND, arrays, f"ln_final.{part}", (width,)) - less}
    return params
