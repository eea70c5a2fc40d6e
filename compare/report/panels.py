"""One line a step of an explanation: where it sits, how well, and what its exchange does."""

from collections.abc import Sequence

from compare.record import Panel
from compare.report.show import DASH


def panel_lines(panels: Sequence[Panel]) -> str:
    """All steps, a line each."""
    return "\n".join(map(panel_line, panels)) or DASH


def panel_line(panel: Panel) -> str:
    """`k = 7 := exp(I*2*pi*7*a/p), in hidden.0.pre, read by 12 units; exchanged, its effect is predicted to 0.94`."""
    parts = [f"{panel.step} := {panel.formula}"]
    parts += [f"in {panel.site}"] if panel.site else []
    parts += [f"read by {panel.units} units"] if panel.units is not None else []
    parts += [f"{panel.share:.1%} of the effect"] if panel.share is not None else []
    parts += [f"{panel.variance:.3g} of the site explained"] if panel.variance is not None else []
    parts += [f"exchanged, its effect is predicted to {panel.r2:.3g}"] if panel.r2 is not None else []
    parts += [f"turns {panel.turned:.1%} of the answers"] if panel.turned is not None else []
    return ", ".join(parts)
