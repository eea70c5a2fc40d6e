"""A net's answers as sums of waves of the phases, with few digits."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from compare.extract.phases.motion import bits_of_number
from compare.extract.phases.template import after, spoken, terms
from compare.step import Value

DIGITS = 3  # of a coefficient, at most
WRITTEN = 6  # outputs, at most, that are written out


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Outputs as sums of waves of the phases after a step."""

    names: tuple[str, ...]
    waves: tuple[tuple[int, ...], ...]
    constants: Float[np.ndarray, "columns outputs"]

    @classmethod
    def fitted(
        cls,
        angles: Float[np.ndarray, "n phases"],
        outputs: Float[np.ndarray, "n outputs"],
        names: tuple[str, ...],
        margin: float,
    ) -> "Said":
        """The constants with as few digits as move the outputs little; waves that do not matter left out."""
        count = angles.shape[1]
        waves = tuple(dict.fromkeys(term.wave for term in terms(count) if term.wave is not None))
        allowed = margin * outputs.std(axis=0)
        least = _solved(angles, outputs, waves)
        size = np.abs(least[1:].reshape(len(waves), 2, -1)).max(axis=1)
        kept = tuple(wave for wave, each in zip(waves, size, strict=True) if (each > allowed).any())
        constants = _solved(angles, outputs, kept)
        constants = np.where(np.abs(constants) > allowed, constants, 0.0)
        rounded = np.array(
            [[_short(value, most) for value, most in zip(row, allowed, strict=True)] for row in constants]
        )
        return cls(names=names, waves=kept, constants=rounded)

    def outputs(self, values: Value) -> np.ndarray:
        angles = after(values, len(self.names))
        return _columns(angles, self.waves) @ self.constants

    @property
    def bits(self) -> float:
        return float(sum(bits_of_number(value) if value else 1.0 for value in self.constants.ravel()))

    @property
    def nodes(self) -> int:
        return int(2 * (self.constants != 0).sum())

    @property
    def text(self) -> str:
        if self.constants.shape[1] > WRITTEN:
            return " + ".join(f"{size:.2g}*wave({angle})" for angle, size in self._sizes()) + " for each output"
        parts = [self._one(column) for column in self.constants.T]
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

    def _sizes(self) -> list[tuple[str, float]]:
        """Each wave with its amplitude, a root of the mean square over the outputs."""
        pairs = self.constants[1:].reshape(len(self.waves), 2, -1)
        sizes = np.sqrt((pairs**2).sum(axis=1).mean(axis=1))
        return [(spoken(wave, self.names), float(size)) for wave, size in zip(self.waves, sizes, strict=True)]

    def _one(self, column: Float[np.ndarray, " columns"]) -> str:
        angles = [spoken(wave, self.names) for wave in self.waves]
        words = ["1", *(f"{f}({angle})" for angle in angles for f in ("cos", "sin"))]
        told = [
            word if value == 1 else f"-{word}" if value == -1 else f"{value:g}" if word == "1" else f"{value:g}*{word}"
            for word, value in zip(words, column, strict=True)
            if value
        ]
        return " + ".join(told).replace("+ -", "- ") or "0"


def _columns(angles: Float[np.ndarray, "... phases"], waves: Iterable[tuple[int, ...]]) -> np.ndarray:
    turned = [angles @ np.array(wave, dtype=float) for wave in waves]
    return np.stack([np.ones(angles.shape[:-1]), *(f(each) for each in turned for f in (np.cos, np.sin))], axis=-1)


def _solved(angles: np.ndarray, outputs: np.ndarray, waves: tuple[tuple[int, ...], ...]) -> np.ndarray:
    return np.linalg.lstsq(_columns(angles, waves), outputs, rcond=None)[0]


def _short(value: float, margin: float) -> float:
    """As few digits as stay within the margin."""
    rounded = (float(f"{value:.{digits}g}") for digits in range(1, DIGITS + 1))
    return next((each for each in rounded if abs(each - value) <= margin), float(f"{value:.{DIGITS}g}"))
