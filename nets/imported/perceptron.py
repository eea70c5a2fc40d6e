"""Linear layers, perhaps after an embedding, as `nets.mlp`."""

import numpy as np

from nets.arch.mlp import mlp
from nets.imported.layout import Arrays, Linear, Options, activation_of, check_chain, linears, refuse_options
from nets.net import Net, Params

KIND = "MLP"


def mlp_of(arrays: Arrays, options: Options) -> tuple[Net, Params]:
    """The net of these layers; ValueError where they do not follow one another."""
    refuse_options(KIND, options, ("inputs", "alphabet", "activation"))
    layers = linears(KIND, arrays)
    embedding = layers.pop(0) if _embeds(layers, options) else None
    if len(layers) < 2:
        raise ValueError(f"{KIND}: expected at least two Linear layers, got {[layer.name for layer in layers]}")
    first, *hidden, last = layers
    check_chain(KIND, (*hidden, last), first.weight.shape[0], first.name)
    kind = "embedding" if embedding else options.inputs or ("onehot" if options.alphabet else "reals")
    params, sizes = _first(first, embedding, kind, options.alphabet)
    for number, layer in enumerate(hidden, start=1):
        params |= {f"W{number}": layer.weight.T, f"b{number}": layer.shift}
    params |= {"b": first.shift, "U": last.weight.T} | ({} if last.bias is None else {"c": last.bias})
    net = mlp(
        **sizes,
        classes=last.weight.shape[0],
        width=tuple(layer.weight.shape[0] for layer in (first, *hidden)),
        activation=activation_of(KIND, options),
        inputs=kind,
        output_bias=last.bias is not None,
    )
    return net, params


def _embeds(layers: list[Linear], options: Options) -> bool:
    """Whether the first layer is an Embedding: it has no bias, and the next takes whole rows of it, not its columns."""
    if options.inputs not in (None, "embedding"):
        return False
    first, second = [*layers, None, None][:2]
    if first is None or second is None:
        return False
    rows, width = first.weight.shape
    able = first.bias is None and second.weight.shape[1] % width == 0
    if options.inputs == "embedding" and not able:
        raise ValueError(
            f"{KIND}: expected an Embedding first, of whose rows {second.name} takes some, "
            f"got shapes {first.weight.shape} and {second.weight.shape}"
        )
    return able and (options.inputs == "embedding" or "emb" in first.name.lower() or second.weight.shape[1] != rows)


def _first(first: Linear, embedding: Linear | None, kind: str, alphabet: int | None) -> tuple[Params, dict]:
    """Params and sizes of what reads the inputs."""
    taken = first.weight.shape[1]
    if kind in ("bits", "reals"):
        return {"W": first.weight.T}, {"positions": taken, "alphabet": 2}
    each = embedding.weight.shape[1] if embedding else alphabet
    if each is None or taken % each:
        raise ValueError(
            f"{KIND}: expected one-hots, of `alphabet` numbers each, side by side in the {taken} numbers that "
            f"{first.name} takes, got alphabet {alphabet}"
        )
    positions = taken // each
    table = {"A": np.stack([part.T for part in np.split(first.weight, positions, axis=1)])}
    sizes = {"positions": positions, "alphabet": embedding.weight.shape[0] if embedding else each}
    if embedding is None:
        return table, sizes
    if alphabet not in (None, sizes["alphabet"]):
        raise ValueError(f"{KIND}: expected alphabet {sizes['alphabet']}, the rows of {embedding.name}, got {alphabet}")
    return table | {"E": embedding.weight}, sizes | {"embedding": each}
