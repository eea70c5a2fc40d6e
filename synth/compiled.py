"""A primitive's `run` as numba compiles it for the search, one more view to be compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synth.claims import attempt
from synth.primitive import Primitive
from synth.source import Unwritable, scalar_source
from synth.types import Fn, dtype_of, is_vector
from synth.views import REMEDY, View

HEAD = """import numpy as np
from numba import njit
from numba.extending import register_jitable

from synth import scalar as xp

"""
LOOP = """

@njit(error_model="numpy")
def table({arrays}, results):
    for row in range(len(results)):
        results[row] = run({values})
"""


def on_numba(primitive: Primitive) -> View | None:
    """The view on columns of single values; None where the search does not compile `run` either.

    That is so without arguments, with vectors or functions, and where the source of `run` cannot stand alone.
    """
    kinds = (*primitive.type.args, primitive.type.result)
    if not primitive.type.args or any(isinstance(kind, Fn) or is_vector(kind) for kind in kinds):
        return None
    try:
        source = scalar_source("run", primitive.run, primitive.body)
    except Unwritable:
        return None
    names = "abc"[: len(primitive.type.args)]
    scope: dict[str, Any] = {}
    exec(HEAD + source + LOOP.format(arrays=", ".join(names), values=", ".join(f"{a}[row]" for a in names)), scope)

    def view(columns: Sequence[Any], rows: int) -> np.ndarray:
        results = np.empty(rows, dtype=dtype_of(primitive.type.result))
        given = [np.ascontiguousarray(values) for values in columns]
        attempt(primitive, "run", lambda: scope["table"](*given, results), "in numba; " + REMEDY)
        return results

    return view
