"""Programs from constraints: verification, search by examples of an oracle, and conditions over terms."""

from synth.proofs.constraints.answer import Answer, Contradiction, Outcome, Unsolved
from synth.proofs.constraints.solve import solve_problem

__all__ = ["Answer", "Contradiction", "Outcome", "Unsolved", "solve_problem"]
