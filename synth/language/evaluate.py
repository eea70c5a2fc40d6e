"""Values of a primitive on blocks of arguments, with numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Shaped

from synth.language.primitive import Primitive
from synth.language.types import dtype_of, is_vector
from synth.language.xp import NUMPY


def evaluate(primitive: Primitive, arguments: Sequence[Any]) -> Shaped[np.ndarray, "..."]:
    """`run` on numpy, in the result's dtype and with the arguments' shape.

    Arguments have shape (examples, n), those of vector types one more axis, functions are callables.
    """
    values = np.asarray(primitive.run(NUMPY, *arguments), dtype=dtype_of(primitive.type.result))
    shape = shape_of(primitive, arguments)
    if is_vector(primitive.type.result):
        return np.broadcast_to(values, (*shape, values.shape[-1]))
    return np.broadcast_to(values, shape)


def shape_of(primitive: Primitive, arguments: Sequence[Any]) -> tuple[int, ...]:
    """The shape of the block, without a vector's own axis."""
    shapes = []
    for kind, values in zip(primitive.type.args, arguments, strict=True):
        if not callable(values):
            shapes.append(np.shape(values)[:-1] if is_vector(kind) else np.shape(values))
    return np.broadcast_shapes(*shapes)


def defined(primitive: Primitive, arguments: Sequence[Any]) -> Bool[np.ndarray, " n"]:
    """Whether each candidate is defined on all examples."""
    assert primitive.defined is not None
    holds = np.asarray(primitive.defined(NUMPY, *arguments), bool)
    return np.asarray(np.broadcast_to(holds, shape_of(primitive, arguments)).all(axis=0))


def flat_words(values: Shaped[np.ndarray, "examples n ..."]) -> Shaped[np.ndarray, "words n"]:
    """One column a candidate: the examples' values below each other."""
    if values.ndim == 2:
        return values
    return np.moveaxis(values, 2, 1).reshape(-1, values.shape[1])
