"""A line for each step, each unit in the way, each variable that was looked for, and each head."""

from collections.abc import Sequence

from compare.record import HeadLine, HeldLine, LeftUnit, StepLine
from compare.report.show import DASH, fraction


def step_lines(steps: Sequence[StepLine]) -> str:
    """All steps, a line each."""
    return "\n".join(map(step_line, steps)) or DASH


def step_line(step: StepLine) -> str:
    """`k = 7 := exp(I*2*pi*7*a/p), in hidden.0.pre, read by 12 units, 31.0% of the effect, ...`."""
    parts = [f"{step.step} := {step.formula}"]
    parts += [f"in {step.site}"] if step.site else []
    parts += [f"read by {step.units} units"] if step.units is not None else []
    parts += [f"{step.share:.1%} of the effect"] if step.share is not None else []
    parts += [f"{step.error:.3f} of their variance missed"] if step.error is not None and step.units else []
    parts += [f"{step.variance:.3g} of the site explained"] if step.variance is not None else []
    parts += [f"exchanged, its effect is predicted to {step.r2:.3g}"] if step.r2 is not None else []
    parts += [f"turns {step.turned:.1%} of the answers"] if step.turned is not None else []
    parts += [f"{step.bits:,.0f} bits"] if step.bits is not None else []
    return ", ".join(parts)


def left_units(units: Sequence[LeftUnit]) -> str:
    """All units that stand in the way, a line each."""
    return "\n".join(map(left_line, units)) or DASH


def left_line(each: LeftUnit) -> str:
    """`unit 5: 4.1% of the effect, 0.32 of its variance missed, 367 bits as a table`."""
    missed = f"{each.missed:.2g} of its variance missed"
    return f"unit {each.unit}: {each.share:.1%} of the effect, {missed}, {each.bits:,.0f} bits as a table"


def held_lines(lines: Sequence[HeldLine]) -> str:
    """All variables, a line each."""
    return "\n".join(map(held_line, lines)) or DASH


def held_line(line: HeldLine) -> str:
    """`depth in resid.0, 1 dimension: decoded 1.000, followed 0.998 (control 0.120)`."""
    plural = "" if line.dimensions == 1 else "s"
    told = f"decoded {fraction(line.decoded)}, followed {fraction(line.followed)} (control {fraction(line.control)})"
    return f"{line.variable} in {line.site}, {line.dimensions} dimension{plural}: {told}"


def head_lines(lines: Sequence[HeadLine]) -> str:
    """All heads, a line each."""
    return "\n".join(map(head_line, lines)) or DASH


def head_line(line: HeadLine) -> str:
    """`head.1.0: previous 0.034, matching 0.999, copying 0.965`."""
    scores = {"previous": line.previous, "matching": line.matching, "copying": line.copying}
    return f"{line.head}: " + ", ".join(f"{name} {fraction(score)}" for name, score in scores.items())
