"""How many classes a unit of a layer serves: those whose margin falls when it takes its mean everywhere."""

import numpy as np
from jaxtyping import Float

from compare.read import Reading

ROWS = 1024
FALLS = 0.1  # of a class's margin, that a unit has to be worth


def served(reading: Reading, site: str) -> Float[np.ndarray, " units"]:
    """For each unit of a site (height, breadth, units) the number of classes that it serves."""
    rows = reading.reported[:ROWS]
    outputs, sites = reading.run(keep=(site,), rows=rows)
    held, truth = sites[site], reading.answers[rows]
    own = _margins(outputs, truth)
    counts = []
    for unit in range(held.shape[-1]):
        edited = held.copy()
        edited[..., unit] = held[..., unit].mean()
        now = _margins(reading.run({site: edited}, rows=rows)[0], truth)
        counts.append(float(np.nansum((own - now) > FALLS * np.abs(own))))
    return np.array(counts)


def _margins(outputs: Float[np.ndarray, "n classes"], truth: np.ndarray) -> Float[np.ndarray, " classes"]:
    """By class the mean of how far the answer's output is above the best other one."""
    at = np.arange(len(outputs))
    others = outputs.copy()
    others[at, truth] = -np.inf
    margin = outputs[at, truth] - others.max(axis=1)
    classes = range(outputs.shape[1])
    return np.array([margin[truth == each].mean() if (truth == each).any() else np.nan for each in classes])
