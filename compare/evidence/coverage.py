"""Coverage: the explanation's sites carry all that the outputs know of the inputs, and each unit works alone.

A program that is substituted into a net says nothing about a path around its sites, nor about a nonlinearity that mixes
units or looks at the inputs. Two exchanges with the net's own values tell: all replaced sites taken from other inputs
must give those inputs' outputs; and pre-activations shuffled between inputs, each unit in its own order, must give the
activations shuffled alike, which put in order again must give those inputs' answers. Variance alone does not tell: a
table of a few rows moves little of it and decides the answers there. A state is exchanged at one time, and what follows
must be what followed from the other input's beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from compare.evidence.states import carried
from compare.explanation import Explanation
from compare.read import Reading
from compare.sites.states import taken_over
from compare.statistics import centred

ROWS = 4096  # at most, fewer for wide sites
VALUES = 2**21  # numbers in an exchanged site
FEWEST = 256  # rows, whatever the width


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Each the smaller share of the two exchanges that comes out as it must; 1 is all."""

    variance: float  # of the outputs, or of the hidden site
    answers: float  # averaged over the classes where they are unbalanced


def coverage(reading: Reading, explanation: Explanation) -> Coverage:
    """Exchange the sites between random pairs of inputs, then the units one by one."""
    state = carried(explanation.steps)
    if state is not None:
        return _of_state(reading, str(state.holds))
    rng = np.random.default_rng(reading.seed + 5)
    sites, hidden = explanation.sites, explanation.hidden
    width = max(int(np.prod(reading.shapes[site])) for site in (*sites, hidden))
    size = min(reading.rows, int(np.clip(VALUES // width, FEWEST, ROWS)))
    others, rows = rng.permutation(reading.rows)[:size], rng.permutation(reading.rows)[:size]
    outputs, theirs = reading.run(keep=(*sites, hidden), rows=others)
    given = [reading.run({site: theirs[site] for site in sites}, rows=rows)[0]]
    shares = [_alike(centred(given[0]), centred(outputs))]
    pre = _before(reading, sites, hidden)
    if pre is not None:
        order = rng.permuted(np.tile(np.arange(size)[:, None], reading.shapes[hidden]), axis=0)
        shuffled = {pre: np.take_along_axis(theirs[pre], order, axis=0)}
        mixed = reading.run(shuffled, keep=(hidden,), rows=rows)[1][hidden]
        alone = np.empty_like(mixed)
        np.put_along_axis(alone, order, mixed, axis=0)
        shares.append(_alike(alone, theirs[hidden]))
        given.append(reading.run({hidden: alone}, rows=rows)[0])
    wrong = [reading.disagreement(reading.decode(each), others) for each in given]
    return Coverage(variance=min(shares), answers=1 - max(wrong))


def _of_state(reading: Reading, site: str) -> Coverage:
    moved, wanted, _ = taken_over(reading, [site], max(reading.x.shape[1] // 2 - 1, 0), 2 * FEWEST)
    kind = reading.view.answers
    given, right = (reading.decode(each) for each in (moved, wanted))
    wrong = kind.disagreement(*(each.reshape(-1, *each.shape[2:]) for each in (given, right)))
    return Coverage(variance=_alike(centred(moved), centred(wanted)), answers=1 - wrong)


def _before(reading: Reading, sites: Sequence[str], hidden: str) -> str | None:
    """The replaced site that the hidden one is computed from, unit by unit."""
    if hidden in sites:
        return None
    shape = reading.shapes[hidden]
    pre = [site for site in sites if reading.shapes[site] == shape and site != hidden]
    return pre[-1] if pre and len(shape) == 1 else None


def _alike(given: Float[np.ndarray, "rows ..."], expected: Float[np.ndarray, "rows ..."]) -> float:
    total = float(((expected - expected.mean(axis=0)) ** 2).sum())
    return 1 - float(((given - expected) ** 2).sum()) / max(total, 1e-30) if total > 0 else 1.0
