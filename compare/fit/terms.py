"""Waves as the terms of an explanation: a step a frequency, the outputs made of it, and how both are shown."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import LIVE
from compare.fit.characters import Frame, Waves, period_of
from compare.fit.logits import LogitWaves, contribution, first_wave, formula_text
from compare.search import others_than
from compare.step import Exchange, Inputs, Step, Steps, Value
from compare.text import joined, plus


def wave_steps(
    logits: LogitWaves, exchange: Callable[[int], Exchange], wave: Int[np.ndarray, " units"], form: str
) -> Steps:
    """Each frequency's wave of the first argument, the largest first, and what the outputs make of it.

    `exchange` says where the wave of a row sits; `wave` is each unit's; `form` how a unit reads it, written in {k} and
    {period}.
    """
    chars, inner = logits.frame.answer, logits.frame.first.inner
    steps: list[Step] = []
    for i in np.argsort(-logits.share):
        row, k = logits.wave[i], int(chars.k[logits.wave[i]])
        angle = f"2*pi*{k}*{inner.of('a', logits.lead)}/{period_of(chars)}"
        steps += (
            Step(
                name=f"k = {k}",
                formula=f"exp(I*{angle})",
                compute=partial(_first, logits, int(i)),
                exchange=exchange(int(row)),
                units=np.flatnonzero(wave == row),
                form=form.format(k=k, period=period_of(chars)),
            ),
            Step(
                name=f"outputs, k = {k}",
                formula=formula_text(_only(logits, int(i))),
                reads=(f"k = {k}",),
                compute=partial(_written, logits, int(i)),
            ),
        )
    return tuple(steps)


def wrong_steps(terms: Steps, logits: LogitWaves) -> Steps:
    """The same steps by waves outside the dictionary."""
    by = replace(logits, wave=others_than(logits.wave, len(logits.frame.answer.k)))
    computes = [part for i in np.argsort(-logits.share) for part in (partial(_first, by, i), partial(_written, by, i))]
    return tuple(replace(step, compute=compute) for step, compute in zip(terms, computes, strict=True))


def _only(logits: LogitWaves, i: int) -> LogitWaves:
    return replace(logits, wave=logits.wave[[i]], weight=logits.weight[[i]], share=logits.share[[i]])


def _first(logits: LogitWaves, i: int, x: Inputs) -> Value:
    return first_wave(logits, i, x[:, 0])


def _written(logits: LogitWaves, i: int, x: Inputs, first: Value) -> Value:
    return contribution(logits, i, first, x[:, 1])


def frequency_arrays(
    logits: LogitWaves, wave: Int[np.ndarray, " units"], weight: Float[np.ndarray, " units"]
) -> dict[str, np.ndarray]:
    """Frequencies, their shares of the outputs' variance, and how many units with an effect carry each."""
    live = weight > LIVE
    return {
        "frequencies.k": logits.frame.answer.k[logits.wave],
        "frequencies.amplitude": logits.share,
        "frequencies.units": np.array([int((wave[live] == row).sum()) for row in logits.wave]),
    }


def wave_unit(waves: Waves, unit: int, angles: tuple[str, str]) -> str:
    """act(bias + A cos(angle + phi) + B cos(angle + psi)) with a unit's own constants."""
    parts = [f"{waves.bias[unit]:.3g}"]
    for angle, value in zip(angles, (waves.a[unit], waves.b[unit]), strict=True):
        turn = f"{angle}{plus(-float(np.angle(value)))}"
        parts.append(f"{abs(value):.3g}*cos({turn})")
        parts += [f"{waves.overtone * abs(value):.3g}*cos(3*({turn}))"] if waves.overtone else []
    return f"act({joined(parts)})"


def shape_text(overtone: float) -> str:
    """cos(t) - 0.19*cos(3*t)."""
    return f"cos(t){plus(overtone, times='cos(3*t)')}"


def frequency_unit(frame: Frame, waves: Waves, unit: int) -> str:
    """The same for waves of a group: cos(2 pi k u(a) / p + phi)."""
    turn, read = f"2*pi*{int(frame.answer.k[waves.wave[unit]])}", (frame.first.inner, frame.second.inner)
    first, second = (
        f"{turn}*{inner.of(name)}/{period_of(frame.answer)}" for inner, name in zip(read, "ab", strict=True)
    )
    return wave_unit(waves, unit, (first, second))
