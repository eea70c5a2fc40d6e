"""Scores of a selector: every term that holds adds as much, and the first key stands in where none holds."""

from enum import Enum
from typing import Any

import numpy as np

from benchmarks.controls.selects.parts import BEGIN, Base, Looking, Term

MARGIN = 10.0  # of a score over one that must not matter, at least
SHARE = 0.25  # of what better keys have over others, by which this margin grows with it
COUNTED = 8.0  # of what is counted over what is not: the keys' scores must be as equal as they can be
STEP = 10.0  # of the score of a better key over the next one


class Scores(Enum):
    """What the first key is for: looked at where nothing else is, or always, as one more."""

    NOTHING = "nothing"
    COUNTED = "counted"


def scored(
    looking: Looking, how: Scores, starts: dict[str, int], planner: Any
) -> tuple[tuple[Term, ...], dict[int, float]]:
    """Terms and scores by distance. `starts` is the direction of each key's base that is on at the first position."""
    token, time = planner.token, planner.rows.shape[1]
    ranked, distances, spread = ranks(looking, planner, time)
    margin = max(MARGIN, SHARE * spread)
    each = COUNTED if how is Scores.COUNTED else 2 * spread + 2 * margin
    count = len(looking.pairs) + len(looking.offsets) + looking.earlier
    if how is Scores.COUNTED and looking.ranks:
        raise ValueError("compiled: expected a selector without first, last, least or greatest where keys are counted")
    for offset in looking.offsets:
        distances[offset] = distances.get(offset, 0.0) + each
    stand_in = (count - 1) * each + spread + margin if how is Scores.NOTHING else count * each
    if looking.earlier:  # as the first key is, so that this is not its own to say
        stand_in -= each
        distances |= {-d: distances.get(-d, 0.0) + each for d in range(1, time)}
    terms: list[Term] = []
    first = np.zeros((token.size, token.size))
    for query, key, table in looking.pairs:
        made = each * table.astype(float)
        if how is Scores.COUNTED or count > 1:
            own = np.zeros(query.size)
        else:
            own = np.where(table[:, starts[key.name]], each, stand_in)
        if key == token:
            made[:, BEGIN] = own
        else:
            at = np.zeros((query.size, token.size))
            at[:, BEGIN] = own - made[:, starts[key.name]]
            terms.append(Term(query, token, at))
        terms.append(Term(query, key, made))
    if (how is Scores.COUNTED or count > 1 or looking.offsets) and (looking.pairs or looking.offsets):
        first[:, BEGIN] = stand_in
        terms.append(Term(token, token, first))
    return (*terms, *ranked), distances


def ranks(looking: Looking, planner: Any, time: int) -> tuple[list[Term], dict[int, float], float]:
    """What better keys have over others: terms, scores by distance, and the most that these take away in all."""
    terms: list[Term] = []
    distances: dict[int, float] = {}
    unit, spread = STEP, 0.0
    for view, sign in reversed(looking.ranks):
        if view is None and planner.relative and looking.causal:
            distances.update({-d: unit * ((time - 1 - d if sign > 0 else d) - (time - 1)) for d in range(time)})
            steps = time - 1
        elif view is None:
            places = planner.position("indices")
            terms.append(by_key(planner.token, places, unit, sign * np.arange(time)))
            steps = time - 1
        else:
            order = np.unique(view.values, return_inverse=True)[1]
            terms.append(by_key(planner.token, view.base, unit, sign * order))
            steps = int(order.max())
        spread += unit * steps
        unit = unit * (steps + 1)
    return terms, distances, spread


def by_key(query: Base, key: Base, unit: float, order: np.ndarray) -> Term:
    """Less for worse keys, 0 for the best, whatever the query."""
    return Term(query, key, np.tile(unit * (order - order.max()).astype(float), (query.size, 1)))
