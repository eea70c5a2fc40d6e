"""When two values are alike: reals within one tolerance, everything else where it is equal."""

import numpy as np
from jaxtyping import Bool, Shaped

RELATIVE, ABSOLUTE = 1e-9, 1e-12  # how far a real may be from what is wanted: in times of its size, and about zero
TOLERANCE = f"reals within {RELATIVE:g} of their size"


def agree(values: Shaped[np.ndarray, "..."], wanted: Shaped[np.ndarray, "..."]) -> Bool[np.ndarray, "..."]:
    """Where values are what is wanted; infinite or undefined reals only where just these are wanted."""
    if values.dtype != np.float64:
        return values == wanted
    return np.isclose(values, wanted, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)
