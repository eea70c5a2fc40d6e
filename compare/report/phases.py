"""Formation, clean-up and generalisation over the seeds of a recipe: means with 95 % intervals, and the lags."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from compare.record import Record

PHASES = ("formation", "generalisation", "cleanup")
LAGS = (("formation", "generalisation"), ("generalisation", "cleanup"))
PHASE_NAMES = {"formation": "formation", "generalisation": "generalisation", "cleanup": "clean-up"}


class Spread(NamedTuple):
    """A quantity over seeds: its mean and the 95 % t-interval of it (None below two values)."""

    values: tuple[float, ...]
    of: int  # seeds in all; those without a value never got there
    mean: float | None
    low: float | None
    high: float | None


class Timing(NamedTuple):
    """The phases of one (task, size, net, recipe) over its seeds."""

    task: str
    size: int
    net: str
    recipe: str
    records: tuple[Record, ...]
    steps: dict[str, Spread]  # by phase
    lags: dict[tuple[str, str], Spread]  # by (from, to)

    @property
    def label(self) -> str:
        """One line that names the group."""
        return f"{self.task} {self.size} · {self.net} · {self.recipe}"


def spread(values: Sequence[float | None]) -> Spread:
    """Mean and interval of the values that are known."""
    known = tuple(float(value) for value in values if value is not None)
    if not known:
        return Spread((), len(values), None, None, None)
    mean = float(np.mean(known))
    if len(known) < 2:
        return Spread(known, len(values), mean, None, None)
    half = float(stats.t.ppf(0.975, len(known) - 1) * np.std(known, ddof=1) / np.sqrt(len(known)))
    return Spread(known, len(values), mean, mean - half, mean + half)


class Path(NamedTuple):
    """A quantity along training: its mean over the seeds and the 95 % interval of it, each (steps,)."""

    step: Float[np.ndarray, "steps"]
    low: Float[np.ndarray, "steps"]
    mean: Float[np.ndarray, "steps"]
    high: Float[np.ndarray, "steps"]


def mean_path(seeds: Sequence[tuple[np.ndarray, np.ndarray]], points: int = 60) -> Path | None:
    """The mean over pairs of steps and values, up to the last step that every seed has; None below two seeds."""
    known = [(at[np.isfinite(values)], values[np.isfinite(values)]) for at, values in seeds]
    known = [(at, values) for at, values in known if len(at)]
    if len(known) < 2:
        return None
    grid = np.linspace(max(at.min() for at, _ in known), min(at.max() for at, _ in known), points)
    values = np.array([np.interp(grid, at, values) for at, values in known])
    mean = values.mean(0)
    half = stats.t.ppf(0.975, len(known) - 1) * values.std(0, ddof=1) / np.sqrt(len(known))
    return Path(grid, mean - half, mean, mean + half)


def timings(records: Sequence[Record]) -> list[Timing]:
    """One timing for each (task, size, net, recipe) that was followed along training: its recipe has checkpoints."""
    groups: dict[tuple[str, int, str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.status == "done" and record.steps and record.recipe_detail.get("checkpoints"):
            groups[record.task, record.size, record.net, record.recipe].append(record)
    return [_timing(key, group) for key, group in sorted(groups.items())]


def step(record: Record, phase: str) -> float | None:
    """The record's step of that phase."""
    return getattr(record, f"step_{phase}")


def _timing(key: tuple[str, int, str, str], group: list[Record]) -> Timing:
    steps = {phase: spread([step(record, phase) for record in group]) for phase in PHASES}
    return Timing(*key, tuple(group), steps, {lag: spread([_lag(record, *lag) for record in group]) for lag in LAGS})


def _lag(record: Record, begin: str, end: str) -> float | None:
    first, last = step(record, begin), step(record, end)
    return None if first is None or last is None else last - first
