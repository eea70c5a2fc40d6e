"""A fixed set of rows that are drawn once and trained on again and again: what a net can learn by heart."""

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.tasks.declaration import Declaration
from benchmarks.tasks.drawn import MEASURED, PART, TOLERANT, batch, checked, sample

if TYPE_CHECKING:  # both bring JAX, which listing tasks can do without
    from compare.sample import Sample
    from nets.data import Data

TRIED = 4  # times as many rows are drawn, of which those that differ are kept


def fixed_sample(task: Declaration, size: int, rows: int, labels: str, seed: int) -> "Sample":
    """So many different rows from the sampler of training, their answers true or, at random, dealt out anew."""
    from compare.sample import Sample

    assert task.train is not None
    found = checked(task, task.train, size, TRIED * rows, np.random.default_rng([seed, PART["fixed"]]))
    flat = np.concatenate([values.reshape(len(values), -1) for values in found.arguments], axis=1)
    keep = np.sort(np.unique(flat, axis=0, return_index=True)[1])[:rows]
    if len(keep) < rows:
        raise ValueError(
            f"task {task.name!r}: expected {rows} different rows to train on, got {len(keep)} of {TRIED * rows} that "
            "were drawn; give a smaller `fixed`"
        )
    targets, mask = found.targets[keep], None if found.mask is None else found.mask[keep]
    if labels == "random":
        targets = dealt(task, size, targets, mask, seed)
    return Sample(arguments=tuple(values[keep] for values in found.arguments), targets=targets, mask=mask)


def dealt(task: Declaration, size: int, targets: np.ndarray, mask: np.ndarray | None, seed: int) -> np.ndarray:
    """The answers that count, each given to any place that counts."""
    lead = targets.ndim - task.view(size).answers.axes
    counts = np.ones(targets.shape[:lead], dtype=bool) if mask is None else mask
    mixed = targets.copy()
    mixed[counts] = np.random.default_rng([seed, PART["fixed"], 1]).permutation(targets[counts])
    return mixed


def fixed_data(task: Declaration, size: int, rows: int, labels: str, seed: int) -> "Data":
    """The fixed rows to train on; fresh ones with true answers are held out."""
    from compare.sample import joined
    from nets.data import Data

    assert task.train is not None
    fresh = sample(task, task.train, size, MEASURED, [seed, PART["measured"]])
    both, view = joined(fixed_sample(task, size, rows, labels, seed), fresh), task.view(size)
    x, y, mask = batch(task, view, both)
    return Data(
        x=x,
        y=y,
        mask=mask,
        train=np.arange(rows),
        held_out=np.arange(rows, len(x)),
        alphabet=view.alphabet,
        classes=view.classes,
        loss=task.kind,
        tolerance=task.tolerance if task.kind in TOLERANT else 0.0,
    )
