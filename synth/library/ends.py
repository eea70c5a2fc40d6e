"""What a sequence says at its end, for answers that are asked there alone."""

from typing import Any

from synth.language.types import INT, SEQUENCE, Fn
from synth.library.plain import on_lists


def final(xs: list) -> Any:
    return xs[-1] if xs else 0


FINAL = on_lists(
    "final",
    Fn((SEQUENCE,), INT),
    "The last item; 0 of an empty sequence.",
    lambda xp, xs: xp.at(xs, xp.length(xs) - 1),
    final,
)
ENDS = (FINAL,)
