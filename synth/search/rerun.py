"""A program's printed Python, run on the examples: integers without bounds, lists of any length."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.language.alike import agree
from synth.language.spec import Spec, lists_of_rows
from synth.language.types import BOOL, REAL, carrier, is_vector, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """How many of the examples printed Python gives the right answer for, and the first that it does not, in words."""

    right: int
    of: int
    wrong: str = ""


def rerun(source: str, function: str, spec: Spec) -> Rerun:
    """Run a function of a source on every example; what it raises is a wrong answer."""
    scope: dict[str, Any] = {}
    exec(compile(source, "<printed>", "exec"), scope)
    kinds = (*spec.type.args, spec.type.result)
    columns = [plain_values(kind, values) for kind, values in zip(kinds, (*spec.inputs, spec.outputs), strict=True)]
    right, wrong = 0, ""
    for *given, wanted in zip(*columns, strict=True):
        value = attempted(scope[function], given)
        if alike(spec.type.result, value, wanted):
            right += 1
        elif not wrong:
            arguments = ", ".join(map(clipped, given))
            wrong = f"{clipped(value)} for ({arguments}), where the example says {clipped(wanted)}"
    return Rerun(right=right, of=len(spec.outputs), wrong=wrong)


def plain_values(kind: Any, values: np.ndarray) -> list[Any]:
    """A column as Python has it."""
    return lists_of_rows(values) if is_vector(kind) else np.asarray(values).tolist()


def attempted(function: Callable[..., Any], given: list[Any]) -> Any:
    try:
        return function(*given)
    except Exception as error:
        return error


def alike(kind: Any, value: Any, wanted: Any) -> bool:
    """Whether a Python value is the answer that the example has."""
    if isinstance(value, Exception):
        return False
    if plain(kind) == REAL:
        return isinstance(value, int | float) and bool(agree(np.array(float(value)), np.array(wanted)))
    if is_vector(kind):
        return isinstance(value, list | tuple) and list(value) == wanted
    return isinstance(value, bool if carrier(kind) == BOOL else int) and value == wanted


def clipped(value: Any) -> str:
    if isinstance(value, Exception):
        return f"{type(value).__name__} ({str(value)[:40]})"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "an integer of more than 30 digits"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
