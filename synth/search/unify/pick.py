"""From the many programs of a bank to the few terms and tests that a cheapest tree can need."""

import numpy as np
from jaxtyping import Int, UInt64

from synth.search.unify.loops import distinct, pack, together, undominated
from synth.search.unify.masks import Terms, Tests, everything, sizes, unpack

MOST = 1 << 13  # terms that are kept: those that are right most often


def pick_terms(
    masks: UInt64[np.ndarray, "n words"], costs: Int[np.ndarray, " n"], examples: int, *, compiled: bool = True
) -> Terms:
    """The terms that no other one beats, being right wherever it is at no more cost; at most `MOST`."""
    rights = sizes(masks)
    order = np.lexsort((-rights, costs))
    order = order[rights[order] > 0]
    order = order[distinct(masks[order], None, compiled)]
    order = order[np.sort(np.argsort(-rights[order], kind="stable")[: 2 * MOST])]
    order = order[undominated(masks[order], compiled)]
    order = order[np.argsort(-rights[order], kind="stable")][:MOST]
    hits = unpack(masks[order], examples)
    return Terms(
        masks=masks[order],
        costs=np.asarray(costs, np.int64)[order],
        places=order,
        holders=pack(np.ascontiguousarray(hits.T), compiled),
        mates=together(masks[order], examples, compiled),
        prefix=np.searchsorted(-rights[order], -np.arange(examples + 1), side="right").astype(np.int64),
    )


def pick_tests(
    masks: UInt64[np.ndarray, "n words"], costs: Int[np.ndarray, " n"], examples: int, *, compiled: bool = True
) -> Tests:
    """The cheapest test for each way to part the examples in two."""
    order = np.argsort(costs, kind="stable")
    order = order[distinct(masks[order], everything(examples), compiled)]
    held = sizes(masks[order])
    order = order[(held > 0) & (held < examples)]
    return Tests(masks=masks[order], costs=np.asarray(costs, np.int64)[order], places=order)
