"""How bits grow with the task's size: power laws fitted to a family of nets, with intervals."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from compare.record import Record

LEVEL = 0.95
SERIES = ("bits_total", "bits_table", "bits_program", "bits_weights")
RIGHT = 0.99  # a net below this match has not learnt the task, so its bits say nothing about the task's growth


class PowerLaw(NamedTuple):
    """value = scale * size ** exponent; `low` and `high` bound the exponent at 95 %."""

    exponent: float
    low: float
    high: float
    scale: float
    points: int
    deviation: float  # residual standard deviation of ln value
    centre: float  # mean of ln size
    spread: float  # sum of squares of ln size about its mean

    def band(self, size: Float[np.ndarray, "grid"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Low end, value and high end of the fitted mean at each size, each (grid,)."""
        away = np.log(size) - self.centre
        mean = np.log(self.scale) + self.exponent * np.log(size)
        error = self.deviation * np.sqrt(1 / self.points + away**2 / self.spread)
        half = stats.t.ppf((1 + LEVEL) / 2, self.points - 2) * error
        return np.exp(mean - half), np.exp(mean), np.exp(mean + half)


class Family(NamedTuple):
    """Nets of one task, net (or kind of nets) and recipe over several sizes."""

    task: str
    net: str
    recipe: str
    pooled: bool  # several nets, whose widths differ
    records: tuple[Record, ...]  # those that are right, see `RIGHT`
    left_out: int
    laws: dict[str, PowerLaw]


def power_law(size: Float[np.ndarray, "points"], value: Float[np.ndarray, "points"]) -> PowerLaw | None:
    """Least squares of ln value on ln size, with the t-interval of the slope; None below three sizes."""
    x, y = np.log(np.asarray(size, float)), np.log(np.asarray(value, float))
    if len(np.unique(x)) < 3:
        return None
    centre, spread = float(x.mean()), float(((x - x.mean()) ** 2).sum())
    slope = float(((x - centre) * y).sum() / spread)
    intercept = float(y.mean() - slope * centre)
    deviation = float(np.sqrt(((y - intercept - slope * x) ** 2).sum() / (len(x) - 2)))
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(x) - 2)) * deviation / np.sqrt(spread)
    return PowerLaw(slope, slope - half, slope + half, float(np.exp(intercept)), len(x), deviation, centre, spread)


def families(records: Sequence[Record]) -> list[Family]:
    """Groups of (task, net, recipe) that span at least three sizes; nets of one kind are pooled besides."""
    groups: dict[tuple[str, str, str, bool], list[Record]] = defaultdict(list)
    kinds: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for record in records:
        kinds[record.task, _kind(record.net), record.recipe].add(record.net)
        groups[record.task, record.net, record.recipe, False].append(record)
        groups[record.task, _kind(record.net), record.recipe, True].append(record)
    wanted = [
        (key, group)
        for key, group in groups.items()
        if len({record.size for record in group}) >= 3 and (not key[3] or len(kinds[key[:3]]) > 1)
    ]
    return [_family(key, group) for key, group in sorted(wanted, key=lambda item: item[0])]


def measured(family: Family, name: str) -> tuple[Float[np.ndarray, "points"], Float[np.ndarray, "points"]]:
    """Sizes and positive values of a bits field over the family, each (points,)."""
    known = [(record.size, bits) for record in family.records if (bits := getattr(record, name)) and bits > 0]
    return np.array([size for size, _ in known], float), np.array([bits for _, bits in known], float)


def _family(key: tuple[str, str, str, bool], group: list[Record]) -> Family:
    right = tuple(record for record in group if _is_right(record))
    task, net, recipe, pooled = key
    family = Family(task, net, recipe, pooled, right, len(group) - len(right), {})
    laws = {name: law for name in SERIES if (law := power_law(*measured(family, name))) is not None}
    return family._replace(laws=laws)


def _is_right(record: Record) -> bool:
    match = record.match_test if record.match_domain is None else record.match_domain
    return record.status == "done" and match is not None and match >= RIGHT


def _kind(net: str) -> str:
    """`mlp` of `mlp-512`, `mlp_w512`: the name up to its first digit, `-`, `_` or `@`."""
    return re.split(r"[-_@\d]", net, maxsplit=1)[0] or net
