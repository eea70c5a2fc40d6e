"""What the synthesizer is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from synth.types import Fn


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Argument and result types, examples, and where they exist an oracle and an enumerable domain.

    `inputs` holds one array of shape (examples,) an argument, `outputs` the results, shape (examples,). `domain` holds
    every admissible input in the same layout; for finite arguments its rows are in the order of `itertools.product`
    (the last argument moves fastest). `terminals` gives the numbers behind named terminals, e.g. {"p": 59}.
    """

    type: Fn
    inputs: tuple[np.ndarray, ...]
    outputs: np.ndarray
    oracle: Callable[..., np.ndarray] | None = None  # vectorised: arrays (n,) -> array (n,)
    domain: tuple[np.ndarray, ...] | None = None
    terminals: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # of the arguments; a, b, ... or x0, x1, ... by default

    def __post_init__(self) -> None:
        arguments = len(self.type.args)
        if len(self.inputs) != arguments:
            raise ValueError(
                f"spec: expected {arguments} input arrays for type {self.type}, got {len(self.inputs)}; "
                "give one array of shape (examples,) for each argument"
            )
        if self.names and not (len(self.names) == len(set(self.names)) == arguments):
            raise ValueError(
                f"spec: expected {arguments} different names for the arguments of type {self.type}, "
                f"got {', '.join(self.names)}; give each argument one, or none at all"
            )
        shapes = {np.shape(values) for values in (*self.inputs, self.outputs)}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise ValueError(
                f"spec: expected input and output arrays of one shape (examples,), got {sorted(shapes)}; "
                "flatten the examples so that row i of every array belongs to example i"
            )
        if self.domain is not None and len(self.domain) != arguments:
            raise ValueError(
                f"spec: expected {arguments} domain arrays for type {self.type}, got {len(self.domain)}; "
                "give one array of shape (domain size,) for each argument, or None"
            )

    def targets(self) -> np.ndarray:
        """Right answers on the whole domain, shape (domain size,); the examples' outputs where there is no oracle."""
        if self.domain is not None and self.oracle is not None:
            return np.asarray(self.oracle(*self.domain))
        return np.asarray(self.outputs)
