"""What every reader of a state dict shares: the user's options, and whose arrays are missing, extra or misshapen."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

Arrays = Mapping[str, np.ndarray]
TORCH = {"relu": "relu", "tanh": "tanh", "gelu": "exact_gelu", "gelu_new": "gelu", "quadratic": "quadratic"}


class Options(NamedTuple):
    """What a state dict does not say; None where the user said nothing."""

    inputs: Any = None
    alphabet: int | None = None
    activation: str | None = None
    readout: Any = None
    causal: bool | None = None
    norm: str | None = None


def refuse_options(kind: str, options: Options, known: Iterable[str]) -> None:
    """ValueError for an option that says nothing about this kind of net."""
    given = [name for name, value in options._asdict().items() if value is not None and name not in known]
    if given:
        raise ValueError(f"{kind}: expected only the options {', '.join(known)}, got {given[0]}; leave it out")


def activation_of(kind: str, options: Options, usual: str = "relu", allowed: Iterable[str] = tuple(TORCH)) -> Any:
    """Our name for the activation, which is given by PyTorch's: its "gelu" is the exact one."""
    name = options.activation or usual
    if name not in allowed:
        raise ValueError(f"{kind}: expected activation in {tuple(allowed)}, got {name!r}")
    return TORCH[name]


def check_names(kind: str, arrays: Arrays, needed: Iterable[str], optional: Iterable[str] = ()) -> None:
    """ValueError that names every array that is missing, and every one that nothing asks for."""
    needed = tuple(needed)
    missing = [name for name in needed if name not in arrays]
    extra = [name for name in arrays if name not in {*needed, *optional}]
    if missing or extra:
        wrong = [f"{what} {', '.join(names)}" for what, names in (("without", missing), ("besides", extra)) if names]
        raise ValueError(f"{kind}: expected other arrays, got a state dict {' and '.join(wrong)}")


def shaped(kind: str, arrays: Arrays, name: str, shape: tuple[int, ...]) -> Float[np.ndarray, "..."]:
    """The array of this name, of this shape; zeros where there is none, as a bias that was left out."""
    if name not in arrays:
        return np.zeros(shape, np.float32)
    if arrays[name].shape != shape:
        raise ValueError(f"{kind}: expected {name} of shape {shape}, got {arrays[name].shape}")
    return arrays[name].astype(np.float32)


def sizes_of(kind: str, arrays: Arrays, name: str, axes: int) -> tuple[int, ...]:
    """The shape of an array that has so many axes."""
    shape = arrays[name].shape
    if len(shape) != axes:
        raise ValueError(f"{kind}: expected {name} to have {axes} axes, got shape {shape}")
    return shape


class Linear(NamedTuple):
    """One layer of a state dict: PyTorch's weight (out, in), or an embedding's (symbols, width), without a bias."""

    name: str
    weight: Float[np.ndarray, "out in"]
    bias: Float[np.ndarray, " out"] | None

    @property
    def shift(self) -> Float[np.ndarray, " out"]:
        """Its bias; zeros where it has none."""
        return np.zeros(len(self.weight), np.float32) if self.bias is None else self.bias


def linears(kind: str, arrays: Arrays) -> list[Linear]:
    """The layers in order: by their numbers where their names differ in nothing else, or else as they come."""
    stems = dict.fromkeys(name.rpartition(".")[0] for name in arrays)
    layers = {}
    for stem in stems:
        weight, bias = (f"{stem}.{part}" if stem else part for part in ("weight", "bias"))
        own = [name for name in arrays if name.rpartition(".")[0] == stem]
        fits = weight in own and arrays[weight].ndim == 2 and set(own) <= {weight, bias}
        if not fits or (bias in own and arrays[bias].ndim != 1):
            shapes = ", ".join(f"{name} {arrays[name].shape}" for name in own)
            raise ValueError(
                f"{kind}: expected layers with a `weight` (out, in) and perhaps a `bias` (out,), got {shapes}"
            )
        layers[stem] = Linear(stem, arrays[weight].astype(np.float32), _bias(kind, arrays, weight, bias))
    if len({re.sub(r"\d+", "", stem) for stem in stems}) == 1:
        return [layers[stem] for stem in sorted(stems, key=lambda stem: [int(n) for n in re.findall(r"\d+", stem)])]
    return list(layers.values())


def _bias(kind: str, arrays: Arrays, weight: str, bias: str) -> Float[np.ndarray, " out"] | None:
    return shaped(kind, arrays, bias, arrays[weight].shape[:1]) if bias in arrays else None


def check_chain(kind: str, layers: Iterable[Linear], width: int, before: str) -> None:
    """ValueError unless each layer takes what the one before gives: at first `width` numbers."""
    for layer in layers:
        if layer.weight.shape[1] != width:
            raise ValueError(
                f"{kind}: expected {layer.name} to take the {width} numbers of {before}, got a weight of shape "
                f"{layer.weight.shape}; give the layers in the order in which they run"
            )
        width, before = layer.weight.shape[0], layer.name
