"""All distinct programs of one type and one cost, in arrays."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int, Shaped


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Values, the operator's number (ascending) and the arguments' numbers within their types' banks.

    `constants` tells which row holds the same constant in every example, for the constants that laws speak of.
    """

    values: Shaped[np.ndarray, "examples n"]
    heads: Int[np.ndarray, " n"]
    args: Int[np.ndarray, "n 3"]
    start: int  # number of the first row within its type's bank
    constants: dict[int | bool | float, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.heads)

    def rows_of(self, head: int) -> tuple[int, int]:
        """First and last-but-one row whose root is the operator `head`."""
        first, last = np.searchsorted(self.heads, [head, head + 1])
        return int(first), int(last)
