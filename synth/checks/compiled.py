"""A primitive's `run` as numba compiles it for the search, one more view to be compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synth.checks.claims import attempt
from synth.checks.views import REMEDY, View
from synth.language.primitive import Primitive
from synth.language.source import Unwritable, scalar_source
from synth.language.types import dtype_of

HEAD = """import numpy as np
from numba import njit
from numba.extending import register_jitable

from synth.language import scalar as xp

"""
LOOP = """

@njit(error_model="numpy")
def table({arrays}, results):
    for row in range(len(results)):
        results[row] = run({values})
"""


def on_numba(primitive: Primitive) -> View | None:
    """The view on columns of single values; None where the search does not compile `run` either.

    That is so unless `on_single_values`, where the source of `run` cannot stand alone, and where numba refuses it.
    """
    if not primitive.on_single_values:
        return None
    try:
        source = scalar_source("run", primitive.run, primitive.body, len(primitive.type.args))
    except Unwritable:
        return None
    names = "abc"[: len(primitive.type.args)]
    scope: dict[str, Any] = {}
    exec(HEAD + source + LOOP.format(arrays=", ".join(names), values=", ".join(f"{a}[row]" for a in names)), scope)
    kinds = primitive.type.args
    try:
        scope["table"](*(np.zeros(1, dtype_of(kind)) for kind in kinds), np.empty(1, dtype_of(primitive.type.result)))
    except Exception:  # what numba refuses has no class in common
        return None

    def view(columns: Sequence[Any], rows: int) -> np.ndarray:
        results = np.empty(rows, dtype=dtype_of(primitive.type.result))
        given = [np.ascontiguousarray(values) for values in columns]
        attempt(primitive, "run", lambda: scope["table"](*given, results), "in numba; " + REMEDY)
        return results

    return view
