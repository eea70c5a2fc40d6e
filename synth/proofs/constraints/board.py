"""Terms held against sampled inputs: which term satisfies the constraints on which input.

For a goal with one call. Both tables grow: inputs by counterexamples, terms and conditions by need.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Shaped

from synth.language.program import Program, Terminal
from synth.proofs.constraints.expression import Columns, negated, run
from synth.proofs.constraints.goal import Goal, arguments
from synth.proofs.constraints.rows import joined
from synth.proofs.smt import Refuted, Smt, Verdict, columns_of

SECONDS = 5.0  # for one question to the solver


class Board:
    """Inputs, terms that may be the output, conditions that may choose among them; what holds where, and the solver."""

    def __init__(self, goal: Goal, columns: Columns, rows: int) -> None:
        (self.call,) = goal.calls
        self.goal = goal
        self.body = goal.body
        self.columns, self.rows = columns, rows
        self.given = arguments(goal, self.call, columns, rows)
        self.terms: list[Program] = []
        self.good: Bool[np.ndarray, "terms rows"] = np.zeros((0, rows), bool)
        self.tests: list[Program] = []
        self.holds: Bool[np.ndarray, "tests rows"] = np.zeros((0, rows), bool)
        self.smt = Smt(goal.variables, goal.patience)
        self._names = [parameter.name for parameter in goal.unknowns[0].parameters]
        self._args = {n: self.smt.expression(a) for n, a in zip(self._names, self.call.args, strict=True)}
        self._output = Program((Terminal(self.call.output.name, self.call.output.type),))
        self._made: dict[int, tuple[Program, Any]] = {}
        self._claims: dict[int, tuple[Program, Any]] = {}
        self._open = self.smt.free(self.body, self.call.output)

    def add_terms(self, terms: Iterable[Program]) -> None:
        """Terms over the parameters that are not known yet."""
        more = [term for term in dict.fromkeys(terms) if term not in self.terms]
        self.terms += more
        self.good = np.concatenate([self.good, self._good(more, self.columns, self.given, self.rows)])

    def add_tests(self, tests: Iterable[Program]) -> None:
        """Conditions over the parameters that are not known yet; each comes with its opposite after it."""
        more = [test for test in dict.fromkeys(tests) if test not in self.tests]
        both = [claim for test in more for claim in (test, negated(test))]
        self.tests += both
        self.holds = np.concatenate([self.holds, self._holds(both, self.given, self.rows)])

    def add_row(self, refuted: Refuted) -> bool:
        """Take a counterexample as an input; whether it is new."""
        more = columns_of(refuted.inputs, self.goal.variables)
        given = arguments(self.goal, self.call, more, 1)
        known = np.logical_and.reduce([self.columns[name] == values[0] for name, values in more.items()])
        if np.any(known):
            return False
        self.columns, self.given = joined(self.columns, more), joined(self.given, given)
        self.rows += 1
        self.good = np.concatenate([self.good, self._good(self.terms, more, given, 1)], axis=1)
        self.holds = np.concatenate([self.holds, self._holds(self.tests, given, 1)], axis=1)
        return True

    def _good(self, terms: Sequence[Program], columns: Columns, given: Columns, rows: int) -> np.ndarray:
        if not terms:
            return np.zeros((0, rows), bool)
        return self._satisfied(np.stack([run(term, given, (rows,)) for term in terms]), columns)

    def _satisfied(self, outputs: np.ndarray, columns: Columns) -> np.ndarray:
        known = {name: values[None, :] for name, values in columns.items()} | {self.call.output.name: outputs}
        held = self.body.run({node.name: known[node.name] for node in self.body.terminals})
        return np.broadcast_to(held, outputs.shape)

    def satisfied(self, outputs: Shaped[np.ndarray, "candidates rows"]) -> Bool[np.ndarray, "candidates rows"]:
        """Whether values of the output satisfy the constraints."""
        return self._satisfied(outputs, self.columns)

    def values(self, program: Program) -> Shaped[np.ndarray, " rows"]:
        """A program's values on the inputs."""
        return run(program, self.given, (self.rows,))

    def _holds(self, tests: Sequence[Program], given: Columns, rows: int) -> np.ndarray:
        return np.stack([run(test, given, (rows,)) for test in tests]) if tests else np.zeros((0, rows), bool)

    def expression(self, program: Program) -> Any:
        """A term or condition over the parameters, in the solver's terms over the variables."""
        if id(program) not in self._made:
            self._made[id(program)] = (program, self.smt.expression(program, self._args))
        return self._made[id(program)][1]

    def satisfies(self, term: Program) -> Any:
        """That the constraints hold with a term as the output."""
        if id(term) not in self._claims:
            output, body = self._open
            self._claims[id(term)] = (term, self.smt.replaced(body, output, self.expression(term)))
        return self._claims[id(term)][1]

    def fails(self, term: Program) -> Any:
        return self.smt.negation(self.satisfies(term))

    def ask(self, formulas: Sequence[Any], seconds: float = SECONDS) -> Verdict:
        """Proved where no input satisfies all formulas; a counterexample becomes an input of the board."""
        verdict = self.smt.refute(formulas, seconds)
        if isinstance(verdict, Refuted):
            self.add_row(verdict)
        return verdict
