"""What heads look at, with quantised constants: heads that look alike are read as one."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Complex, Float

from compare.fit.heads import HeadFit, Heads, patterns_of
from compare.fit.levels import phase, uniform

SECOND_WAVE = 0.15  # of a head's strongest wave; a second one below it is left out
ALIKE = 0.02  # root mean square of the difference of two patterns, below which heads are read as one
ASKED = 512  # rows, about, on which patterns are compared


def merged(heads: Heads, fit: HeadFit) -> HeadFit:
    """The fit with one head of each group that looks alike; units are to be fitted to these anew."""
    patterns = patterns_of(fit.score, heads.column, heads.x[:: max(1, len(heads.x) // ASKED)])
    first: list[int] = []
    for h, own in enumerate(patterns):
        if all(float(((own - patterns[other]) ** 2).sum(axis=0).mean()) > ALIKE**2 for other in first):
            first.append(h)
    return replace(fit, score=fit.score[first], score_waves=fit.score_waves[first])


def quantised_scores(heads: Heads, fit: HeadFit, bits: int) -> tuple[Float[np.ndarray, "heads positions p"], float]:
    """Scores from quantised constants, the waves shared by all arguments; and what they cost."""
    frame, arguments = heads.frame, heads.arguments
    live = {s: heads.read(s).extra.sum(axis=1) == 0 for s in arguments}
    means = np.stack([fit.score[:, s, live.get(s, slice(None))].mean(axis=1) for s in range(len(heads.column))], axis=1)
    offset = uniform(means - means[:, arguments].mean(axis=1, keepdims=True), bits)
    rough = np.repeat(offset[:, :, None], frame.answer.p, axis=2)
    z = [{s: _centred(heads.read(s).z[rows], own) for s, own in live.items()} for rows in fit.score_waves]
    goals = [{s: fit.score[h, s] - means[h, s] for s in live} for h in range(len(z))]
    wave = np.stack([_shared_waves(waves, goal, live) for waves, goal in zip(z, goals, strict=True)])
    strong = np.abs(wave) >= SECOND_WAVE * np.abs(wave).max(axis=1, keepdims=True)
    wave = uniform(np.abs(wave), bits) * phase(wave, bits) * strong
    for h, waves in enumerate(z):
        for s, own in waves.items():
            rough[h, s] += np.real(np.conj(wave[h]) @ own)
    a_wave = float(np.log2(len(frame.answer.k))) + 2 * bits
    return rough, float(strong.sum() * a_wave + len(fit.score) * ((fit.score.shape[1] - 1) * bits + 1))


def _shared_waves(
    waves: dict[int, Complex[np.ndarray, "waves p"]],
    goal: dict[int, Float[np.ndarray, " p"]],
    live: dict[int, Bool[np.ndarray, " p"]],
) -> Complex[np.ndarray, " waves"]:
    """The same complex w for all positions: Re(conj(w) z) is nearest to what is asked there."""
    columns = np.concatenate([np.concatenate([np.real(z), np.imag(z)])[:, live[s]] for s, z in waves.items()], axis=1)
    wanted = np.concatenate([goal[s][live[s]] for s in waves])
    real, imaginary = np.split(np.linalg.lstsq(columns.T, wanted, rcond=None)[0], 2)
    return real + 1j * imaginary


def _centred(z: Complex[np.ndarray, "waves p"], live: Bool[np.ndarray, " p"]) -> Complex[np.ndarray, "waves p"]:
    return z - z[:, live].mean(axis=1, keepdims=True)
