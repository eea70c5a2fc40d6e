"""What a section of the benchmark hands back: a table, and figures of which some have a bar to reach."""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean, median

from synth.bank.stored import BACKENDS

Progress = Callable[[str], None]
HASTE = 1e-6  # effort for proofs of minimality, which peers do not give, so times are of answers without them
SIGNS = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number; with a bar, it has to hold against it: `value sign bar`."""

    name: str
    value: float
    unit: str = ""
    sign: str = ""  # >=, <= or ==; "" where there is no bar
    bar: float = math.nan

    @property
    def short(self) -> bool:
        """Whether it falls short of its bar; what could not be measured does."""
        return bool(self.sign) and not SIGNS[self.sign](self.value, self.bar)

    def __str__(self) -> str:
        held = f" ({self.sign} {shown(self.bar)})" if self.sign else ""
        return f"{self.name} {shown(self.value)}{self.unit and ' ' + self.unit}{held}{' SHORT' * self.short}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table with its figures, and sentences about what was left out."""

    name: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    figures: tuple[Figure, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks for."""

    problems: Path | None = None  # a folder with SyGuS files
    backends: tuple[str, ...] = BACKENDS
    seconds: float = 60.0  # CPU time a problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What one solver did with one problem."""

    solved: bool
    seconds: float  # CPU
    size: int = 0  # nodes of the written program
    text: str = ""
    held_out: float = math.nan  # fraction of the held-out rows that are exact
    minimal: bool = False  # proven to have the fewest bits
    candidates: int = 0
    note: str = ""


def shown(value: float) -> str:
    """Four digits, thousands separated, without an exponent where it can be avoided."""
    if math.isnan(value):
        return "not measured"
    if value == int(value) and abs(value) < 1e12:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def seconds(one: Try) -> str:
    return f"{one.seconds:.3f}" if one.solved else "-"


def share(tries: Sequence[Try]) -> float:
    """Fraction solved."""
    return sum(one.solved for one in tries) / len(tries) if tries else math.nan


def middle(values: Iterable[float]) -> float:
    """Median; not a number where there are none."""
    values = list(values)
    return median(values) if values else math.nan


def mean_ratio(pairs: Iterable[tuple[float, float]]) -> float:
    """Geometric mean of the first over the second; not a number where there are no pairs."""
    ratios = [one / other for one, other in pairs if one > 0 and other > 0]
    return geometric_mean(ratios) if ratios else math.nan
