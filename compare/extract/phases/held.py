"""Which site holds the phases, by which terms: the template of as few of them as keep the net's answers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from compare.extract.phases.carrying import Carrying
from compare.extract.phases.template import Template, Term, chosen, fitted, with_harmonics
from compare.sites.states import decides, over_time

KEEPS, EXPLAINS = 0.999, 0.93  # of the answers, and of the site's variance by its effect: by as few terms as do
TRIED = 512  # rows on which the net is run for that
SHOWN = 6  # units whose tuning is drawn
BINS = 36  # of a turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A site, its terms in the order in which they say most, and the template of as few of them as serve."""

    site: str
    template: Template
    keeps: float  # of the net's answers on some of the fitted rows
    explains: float  # of the site's variance, every unit by its effect
    effect: Float[np.ndarray, " width"]  # of a unit's change on the outputs, squared
    weight: Float[np.ndarray, " width"]  # shares of the effect-weighted variance

    @property
    def rank(self) -> tuple[bool, float]:
        return self.serves, self.keeps + self.explains

    @property
    def serves(self) -> bool:
        return self.keeps >= KEEPS and self.explains >= EXPLAINS


def best(carrying: Carrying) -> Held | None:
    """Of the sites that decide what follows the first that serves, else the one that keeps most; None without one."""
    return max(_tried(carrying), key=lambda each: each.rank, default=None)


def _tried(carrying: Carrying) -> Iterator[Held]:
    reading = carrying.reading
    for site in over_time(reading):
        if not decides(reading, site):
            continue
        effect = (reading.readout(site)[0] ** 2).sum(axis=1).reshape(reading.shapes[site]).sum(axis=0)
        held = fewest(carrying, site, effect)
        yield held
        if held.serves:
            return


def fewest(carrying: Carrying, site: str, effect: Float[np.ndarray, " width"], barred: tuple[Term, ...] = ()) -> Held:
    """As few of the terms as serve, or all of them; of a control none of the waves of `barred`."""
    values, states = carrying.flat(site)
    total = effect * states.var(axis=0)
    size = max(float(total.sum()), 1e-30)
    order = chosen(values, states, effect, carrying.count, barred)
    for number in range(len(order) + 1):
        template = fitted(order[:number], values, states, carrying.count)
        missed = effect @ ((template.code(values) - states) ** 2).mean(axis=0)
        held = Held(
            site=site,
            template=template,
            keeps=_keeps(carrying, site, template) if number else 0.0,
            explains=float(1 - missed / size),
            effect=effect,
            weight=total / size,
        )
        if held.serves or number == len(order):
            return held
    raise AssertionError


def _keeps(carrying: Carrying, site: str, template: Template) -> float:
    rows = carrying.reading.fitted[:TRIED]
    return carrying.reading.kept({site: carrying.patch(template.code(carrying.values[rows]))}, rows)


def moving(carrying: Carrying, site: str, some: tuple[Term, ...]) -> Float[np.ndarray, "width dimensions"]:
    """What the phases move of a site, by the waves of its terms and their harmonics; at most half of it."""
    values, states = carrying.flat(site)
    basis = fitted(with_harmonics(some, carrying.count), values, states, carrying.count).moving
    return basis[:, : max(states.shape[1] // 2, 1)]


def tuning(carrying: Carrying, held: Held) -> dict[str, np.ndarray]:
    """Means of the units of most effect by each phase before a step, of the net's and the template's values."""
    values, actual = carrying.flat(held.site)
    units = np.argsort(-held.weight)[:SHOWN]
    both = np.stack([actual[:, units], held.template.code(values)[:, units]])
    bins = (np.degrees(values[:, : carrying.count]) % 360 // (360 / BINS)).astype(int)
    curves = [_means(both, each) for each in bins.T]
    return {
        "tuning.at": (np.arange(BINS) + 0.5) * (360 / BINS),
        "tuning.units": units,
        "tuning.actual": np.stack([each[0] for each in curves]).astype(np.float32),
        "tuning.fitted": np.stack([each[1] for each in curves]).astype(np.float32),
    }


def _means(
    values: Float[np.ndarray, "two n units"], bins: Int[np.ndarray, " n"]
) -> Float[np.ndarray, "two units bins"]:
    counts = np.maximum(np.bincount(bins, minlength=BINS), 1)
    return np.stack([[np.bincount(bins, column, BINS) / counts for column in each.T] for each in values])
