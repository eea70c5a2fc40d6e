"""One line a step of an explanation: where it sits, how well, and what its exchange does."""

from collections.abc import Sequence

from compare.record import StepLine
from compare.report.show import DASH


def step_lines(steps: Sequence[StepLine]) -> str:
    """All steps, a line each."""
    return "\n".join(map(step_line, steps)) or DASH


def step_line(step: StepLine) -> str:
    """`k = 7 := exp(I*2*pi*7*a/p), in hidden.0.pre, read by 12 units; exchanged, its effect is predicted to 0.94`."""
    parts = [f"{step.step} := {step.formula}"]
    parts += [f"in {step.site}"] if step.site else []
    parts += [f"read by {step.units} units"] if step.units is not None else []
    parts += [f"{step.share:.1%} of the effect"] if step.share is not None else []
    parts += [f"{step.variance:.3g} of the site explained"] if step.variance is not None else []
    parts += [f"exchanged, its effect is predicted to {step.r2:.3g}"] if step.r2 is not None else []
    parts += [f"turns {step.turned:.1%} of the answers"] if step.turned is not None else []
    return ", ".join(parts)
