"""What is said of two programs: equal, alike or different, each with the sentence that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

Value = Any  # a Python integer, bool or float, or a list of integers
Row = tuple[Value, ...]  # one value an argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """A proof that the programs agree on every input asked about."""

    how: str  # the way that proved it
    sentence: str
    outcome: ClassVar[str] = "equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Agreement on every sample, and no proof."""

    samples: int
    bound: float  # the rate of inputs that differ, among inputs drawn as these were, is below it with 95 %
    sentence: str
    why: tuple[str, ...] = ()  # one sentence a way that did not prove it
    outcome: ClassVar[str] = "alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """An input on which the programs' answers differ."""

    how: str  # the way that found it
    inputs: Mapping[str, Value]
    answers: tuple[Value, Value]
    sentence: str
    outcome: ClassVar[str] = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A way that does not decide, and why."""

    why: str


Answer = Equal | Alike | Different
LONGEST = 40  # items of a list that a sentence shows


def different(how: str, names: tuple[str, ...], row: Row, answers: tuple[Value, Value], of: str = "") -> Different:
    """The difference that one input shows; `of` says on how many."""
    inputs = dict(zip(names, row, strict=True))
    at = ", ".join(f"{name} = {said(value)}" for name, value in inputs.items())
    where = f"at {at} they give" if at else "they give"
    text = f"different{of}: {where} {said(answers[0])} and {said(answers[1])}"
    return Different(how=how, inputs=inputs, answers=answers, sentence=text)


def said(value: Value) -> str:
    """A value in a sentence: long lists by their repeated items, or cut."""
    if not isinstance(value, list) or len(value) <= LONGEST:
        return str(value)
    if len(set(value)) == 1:
        return f"[{value[0]}] * {len(value)}"
    head, tail = (", ".join(map(str, part)) for part in (value[:8], value[-8:]))
    return f"[{head}, ..., {tail}] of {len(value)} items"
