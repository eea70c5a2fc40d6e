"""Inputs that a net is read on, with their right answers, and what each part of them is for."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

MASKED = "mask: expected {what}, got {got}; {advice}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One array (rows, ...) an argument, and the right answers as the view's kind holds them.

    Classes are (rows,) or (rows, positions), sets (rows, [positions,] symbols), reals (rows, [positions,] width).
    `mask` says which positions count, None that all do.
    """

    arguments: tuple[np.ndarray, ...]
    targets: np.ndarray
    mask: Bool[np.ndarray, "rows positions"] | None = None

    def __post_init__(self) -> None:
        rows = {len(values) for values in (*self.arguments, self.targets)}
        if not self.arguments or len(rows) != 1 or rows == {0}:
            raise ValueError(
                f"sample: expected an array of as many rows for each argument as there are answers, at least one, got "
                f"{', '.join(str(np.shape(values)) for values in (*self.arguments, self.targets))}; let the sampler "
                "give one row an input"
            )
        if self.mask is None:
            return
        if self.mask.dtype != bool or self.mask.shape != self.targets.shape[:2]:
            raise ValueError(
                MASKED.format(
                    what=f"Booleans of shape {self.targets.shape[:2]}, a row and a position each",
                    got=f"{self.mask.dtype} of shape {self.mask.shape}",
                    advice="give True where the answer counts",
                )
            )
        if not self.mask.any():
            raise ValueError(
                MASKED.format(what="a position that counts", got="none in any row", advice="give True where it does")
            )

    @property
    def rows(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """`fit`: constants may be fitted there; `report`: figures are reported there; `longer`: beyond the training range.

    `trained` is what the net was trained on, where that is a fixed set. Together `fit` and `report` may be all inputs
    that there are: `exhaustive`.
    """

    fit: Sample
    report: Sample
    longer: tuple[Sample, ...] = ()
    trained: Sample | None = None
    exhaustive: bool = False

    def __post_init__(self) -> None:
        shapes = [[values.shape[1:] for values in (*part.arguments, part.targets)] for part in (self.fit, self.report)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"samples: expected rows of one shape to fit and to report on, got {shapes[0]} and {shapes[1]}; draw "
                "both at one length, and what is longer apart"
            )
        for part in (*self.longer, *((self.trained,) if self.trained else ())):
            axes = [values.ndim for values in (*part.arguments, part.targets)]
            if axes != [values.ndim for values in (*self.fit.arguments, self.fit.targets)]:
                raise ValueError(
                    f"samples: expected rows of {[len(shape) for shape in shapes[0]]} axes at every length, got "
                    f"{[number - 1 for number in axes]}; let the sampler give arrays of one kind, whatever the length"
                )


def joined(first: Sample, second: Sample) -> Sample:
    """The rows of both, the first's before the second's."""
    masks = [
        np.ones(part.targets.shape[:2], dtype=bool) if part.mask is None else part.mask for part in (first, second)
    ]
    unmasked = first.mask is None and second.mask is None
    return Sample(
        arguments=tuple(np.concatenate(pair) for pair in zip(first.arguments, second.arguments, strict=True)),
        targets=np.concatenate([first.targets, second.targets]),
        mask=None if unmasked else np.concatenate(masks),
    )
