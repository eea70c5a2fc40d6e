"""A function by examples alone whose language allows more constants than it lists: the smallest with any constants."""

from dataclasses import dataclass, replace

from synth.files.sygus.problem import Problem
from synth.language.derive import cost_of
from synth.language.grammar import EIGHTHS
from synth.language.program import Program
from synth.language.types import plain
from synth.proofs.constraints.constants import endless, fill
from synth.proofs.constraints.goal import failing
from synth.proofs.constraints.translate import goal_of
from synth.proofs.smt import FOREVER, Patience, Proved

MOST = 256  # examples that are constraints of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Smallest:
    """A program of some nodes that fits all examples, if one was found; no program of at most `excluded` nodes does."""

    program: Program | None
    nodes: int
    excluded: float
    examples: int

    @property
    def statement(self) -> str:
        """What is claimed of the program."""
        assert self.program is not None
        size = f"of fewer than {self.nodes}" if self.excluded >= self.nodes - 1 else f"of at most {self.excluded:g}"
        unsure = "" if self.excluded >= self.nodes - 1 else f"of {self.nodes} nodes, not proven minimal: "
        return (
            f"{self.program.show()} fits all {self.examples} examples; {unsure}no program {size} nodes in this "
            "language does, whatever its constants"
        )


def smallest_with_constants(
    problem: Problem, seconds: float, seed: int, patience: Patience = FOREVER
) -> Smallest | None:
    """The smallest program for examples of one function; None for languages that list all of their constants."""
    goal = replace(goal_of(replace(problem, examples=problem.examples[:MOST])), patience=patience)
    if not endless(goal):
        return None
    filled = fill(goal, {}, 1, seconds, seed)
    nothing = Smallest(program=None, nodes=0, excluded=filled.excluded, examples=len(problem.examples))
    if filled.programs is None or not isinstance(filled.verdict, Proved):
        return nothing
    if len(problem.examples) > MOST and failing(goal_of(problem), filled.programs, {}, 1).any():
        return nothing
    function = problem.functions[0]
    cost = cost_of(function.language, plain(function.result), filled.programs[0])
    assert cost is not None
    return replace(nothing, program=filled.programs[0], nodes=cost // EIGHTHS)
