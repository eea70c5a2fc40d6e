"""What the search for programs under constraints ends with, and what is claimed of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from synth.language.program import Program
from synth.proofs.smt import Proved, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Programs by the functions' names that satisfy the constraints, as far as `verdict` says.

    In the functions' languages no programs of together at most `excluded` nodes do. Where these allow more constants
    than were tried, this holds of the `tried` ones; of all constants it holds up to `sure` nodes.
    """

    programs: Mapping[str, Program]
    size: int  # nodes of all programs together, as their grammars write them
    verdict: Verdict
    samples: int  # inputs on which the constraints were tried
    excluded: float  # nodes
    how: str  # "enumeration", "unification" or "the specification's own term"
    seconds: float
    tried: str = ""  # which constants, in words; empty where there are no others
    sure: float | None = None  # nodes; None where nobody asked

    @property
    def minimal(self) -> bool:
        """Whether all smaller answers are excluded, whatever constants they have."""
        return min(self.excluded, certain(self.excluded, self.sure, self.tried)) >= self.size - 1

    @property
    def proved(self) -> bool:
        """Whether the constraints are known to hold for all inputs."""
        return isinstance(self.verdict, Proved)

    @property
    def statement(self) -> str:
        """What is claimed, in a sentence."""
        shown = ", ".join(f"{name} = {program.show()}" for name, program in self.programs.items())
        if isinstance(self.verdict, Proved):
            sure = f"proven for all inputs {self.verdict.how}"
        else:
            why = getattr(self.verdict, "why", "a counterexample was found")
            sure = f"only tried on {self.samples} samples: {why}"
        return f"{shown}: {sure}; {self._least()}"

    def _least(self) -> str:
        if self.minimal:
            return f"no answer of fewer than {counted(self.size)} is right"
        if self.excluded >= self.size - 1:
            among = f"no answer of fewer than {counted(self.size)} is right among the constants that were tried"
            return f"{among} ({self.tried}){with_any(self.sure)}"
        some = excluding(self.excluded, self.sure, self.tried)
        return f"found by {self.how}, not proven minimal{f' ({some})' if some else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Constraints that no function satisfies; `lines` are those that together have no output for `inputs`."""

    lines: tuple[int, ...]
    inputs: Mapping[str, int | bool]

    @property
    def statement(self) -> str:
        """What is claimed, in a sentence."""
        lines = ", ".join(map(str, self.lines))
        where = ", ".join(f"{name} = {value}" for name, value in self.inputs.items()) or "every input"
        if len(self.lines) == 1:
            return f"line {lines} contradicts itself: for {where} no output satisfies it; mend it"
        return f"lines {lines} contradict each other: for {where} no output satisfies all of them; mend one of them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolved:
    """No answer was found; no programs of together at most `excluded` nodes satisfy the constraints.

    As in an `Answer`, this holds of the `tried` constants, and up to `sure` nodes of all.
    """

    why: str
    excluded: float
    seconds: float
    tried: str = ""
    sure: float | None = None

    @property
    def statement(self) -> str:
        """What is claimed, in a sentence."""
        some = excluding(self.excluded, self.sure, self.tried)
        return f"no answer found: {self.why}{f'; {some}' if some else ''}"


def certain(excluded: float, sure: float | None, tried: str) -> float:
    """Nodes up to which no program is right, whatever its constants."""
    return (sure or 0.0) if tried else excluded


def excluding(excluded: float, sure: float | None, tried: str) -> str:
    """What is excluded, as part of a sentence; empty where nothing is."""
    if excluded <= 0:
        return ""
    size = "" if math.isinf(excluded) else f" of at most {counted(excluded)}"
    if not tried or certain(excluded, sure, tried) >= excluded:
        return f"no answer{size} is right"
    return f"no answer{size} is right among the constants that were tried ({tried}){with_any(sure)}"


def with_any(sure: float | None) -> str:
    return f", and with any constants none of at most {counted(sure)}" if sure else ""


def counted(nodes: float) -> str:
    return f"{nodes:g} node{'' if nodes == 1 else 's'}"


Outcome = Answer | Contradiction | Unsolved
