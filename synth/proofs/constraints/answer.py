"""What the search for programs under constraints ends with, and what is claimed of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from synth.language.program import Program
from synth.proofs.smt import Proved, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Programs by the functions' names that satisfy the constraints, as far as `verdict` says.

    In the functions' languages no programs of together at most `excluded` nodes do.
    """

    programs: Mapping[str, Program]
    size: int  # nodes of all programs together, as their grammars write them
    verdict: Verdict
    samples: int  # inputs on which the constraints were tried
    excluded: float  # nodes
    how: str  # "enumeration", "unification" or "the specification's own term"
    seconds: float

    @property
    def minimal(self) -> bool:
        """Whether all smaller answers are excluded."""
        return self.excluded >= self.size - 1

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
        if self.minimal:
            least = f"no answer of fewer than {self.size} nodes is right"
        else:
            some = f" (no answer of at most {self.excluded:g} nodes is right)" if self.excluded > 0 else ""
            least = f"found by {self.how}, not proven minimal{some}"
        return f"{shown}: {sure}; {least}"


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
    """No answer was found; no programs of together at most `excluded` nodes satisfy the constraints."""

    why: str
    excluded: float
    seconds: float

    @property
    def statement(self) -> str:
        """What is claimed, in a sentence."""
        some = f"; no answer of at most {self.excluded:g} nodes is right" if self.excluded > 0 else ""
        return f"no answer found: {self.why}{some}"


Outcome = Answer | Contradiction | Unsolved
