"""Amplitudes by the answers: units' sizes in the outputs under which the net's own answers are most likely."""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize

STEPS = 40
MOST = 30.0  # that a size's logarithm may grow by
ROWS = 1536  # on which they are fitted


def likeliest_amplitudes(
    acts: Float[np.ndarray, "rows units"],
    write: Float[np.ndarray, "units p"],
    offset: Float[np.ndarray, " p"],
    answers: Int[np.ndarray, " rows"],
    start: Float[np.ndarray, " units"],
) -> Float[np.ndarray, " units"]:
    """From positive amplitudes, those of least cross-entropy of the answers given acts . (amplitude write) + offset.

    In the logarithm, by limited-memory BFGS (Liu and Nocedal 1989); few steps keep what says little near its start.
    """
    acts, write, answers = acts[:ROWS].astype(np.float32), write.astype(np.float32), answers[:ROWS]
    rows = np.arange(len(acts))

    def loss(logarithm: Float[np.ndarray, " units"]) -> tuple[float, Float[np.ndarray, " units"]]:
        amplitude = (start * np.exp(logarithm.clip(max=MOST))).astype(np.float32)
        outputs = acts @ (amplitude[:, None] * write) + offset
        outputs -= outputs.max(axis=1, keepdims=True)
        likely = np.exp(outputs)
        total = likely.sum(axis=1, keepdims=True)
        value = float((np.log(total[:, 0]) - outputs[rows, answers]).mean())
        slope = likely / total
        slope[rows, answers] -= 1
        gradient = ((acts.T @ slope) * write).sum(axis=1) * amplitude / len(rows)
        return value, gradient.astype(np.float64)

    found = minimize(loss, np.zeros(len(start)), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return start * np.exp(found.x.clip(max=MOST))
