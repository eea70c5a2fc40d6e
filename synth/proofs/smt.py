"""Proofs about programs by an SMT solver, z3 (Leonardo de Moura and Nikolaj Bjørner, TACAS 2008).

Integers are unbounded here, while a program's arrays hold 64 bits. Only this file imports z3, when it is first needed;
it comes with the extra `smt`.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from synth.language.exact import exact
from synth.language.macro import hole
from synth.language.primitive import Primitive
from synth.language.program import Apply, Program, Terminal
from synth.language.types import BOOL, INT, MODULUS, Type, carrier, dtype_of, plain

EXHAUSTIVE = 16  # bits of input up to which every input is tried
SMALL = 5.0  # seconds for the question whether there is one within it
SAFE = 2**40  # counterexamples beyond this could overflow 64 bits in a program's arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The claim holds for all inputs; `how` says by what: "exhaustively" or "by SMT"."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """An input on which the claim fails."""

    inputs: dict[str, int | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproved:
    """Neither a proof nor a counterexample; `why` is part of a sentence."""

    why: str


Verdict = Proved | Refuted | Unproved


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What the solver may take for all questions of a search together."""

    until: float = math.inf  # by time.monotonic
    bytes: int = 1 << 30
    stopped: Callable[[], bool] | None = None  # KeyboardInterrupt once it says so

    def seconds(self, most: float) -> float:
        """Seconds for one question, at most so many; none are left where it is not to be asked."""
        if self.stopped is not None and self.stopped():
            raise KeyboardInterrupt
        return min(most, self.until - time.monotonic())


FOREVER = Patience()


def installed() -> bool:
    """Whether z3 can be imported."""
    try:
        load()
    except ValueError:
        return False
    return True


def load() -> ModuleType:
    """The z3 module; ValueError says how to get it."""
    try:
        import z3
    except ImportError as error:
        raise ValueError(
            "proofs: expected the package z3-solver, which is not installed; run `pip install 'synthnet[smt]'`"
        ) from error
    return z3


def prove(
    claim: Program, seconds: float = 10.0, variables: Sequence[Terminal] = (), patience: Patience = FOREVER
) -> Verdict:
    """Whether a Boolean program is true for all values of its terminals, and of the other `variables`.

    All inputs are tried where they have at most 16 bits together, otherwise z3 is asked. ValueError where the claim is
    not Boolean.
    """
    if plain(claim.type) != BOOL:
        raise ValueError(f"prove: expected a claim of type bool, got {claim.show()} of type {claim.type}")
    names = tuple(dict.fromkeys((*variables, *claim.terminals)))
    if small(names):
        return try_all(claim, names)
    try:
        smt = Smt(names, patience)
        return smt.refute([smt.negation(smt.expression(claim))], seconds)
    except ValueError as error:
        return Unproved(why=str(error))


def small(variables: Sequence[Terminal]) -> bool:
    widths = [1 if plain(v.type) == BOOL else v.type.width or math.inf for v in variables]
    return sum(widths) <= EXHAUSTIVE


def try_all(claim: Program, variables: Sequence[Terminal]) -> Verdict:
    """The claim on every input; shapes (inputs,) with at most 2**16 rows."""
    columns = domain(variables)
    held = claim.run(columns or {"": np.zeros(1)})
    held = np.broadcast_to(np.atleast_1d(held), next((len(values) for values in columns.values()), 1))
    if held.all():
        held = exact(claim, columns, held)
    wrong = np.flatnonzero(~held)
    if not len(wrong):
        return Proved(how="exhaustively")
    return Refuted(inputs={name: values[wrong[0]].item() for name, values in columns.items()})


def domain(variables: Sequence[Terminal]) -> dict[str, np.ndarray]:
    """Every input of Booleans and bit-vectors, a column each."""
    sides = [np.arange(1 << (v.type.width or 1)).astype(dtype_of(v.type)) for v in variables]
    grids = np.meshgrid(*sides, indexing="ij")
    return {v.name: grid.reshape(-1) for v, grid in zip(variables, grids, strict=True)}


class Smt:
    """z3 expressions of programs over given variables, in a context of their own; queries about them."""

    def __init__(self, variables: Iterable[Terminal], patience: Patience = FOREVER) -> None:
        self._z3 = load()
        self._patience = patience
        self._context = self._z3.Context()
        self._made: dict[int, tuple[Program, Any]] = {}  # keeps the program, so that its id stays its own
        self._templates: dict[Primitive, tuple[list[Any], Any]] = {}
        self.variables = {v.name: self.constant(v) for v in variables}
        self.queries = 0

    def _sort(self, kind: Type) -> Any:
        kind = plain(carrier(kind))
        if kind == BOOL:
            return self._z3.BoolSort(self._context)
        if kind in (INT, MODULUS):
            return self._z3.IntSort(self._context)
        if kind.width is not None:
            return self._z3.BitVecSort(kind.width, self._context)
        raise ValueError(f"SMT reads int, bool and bit-vectors, not {kind}")

    def constant(self, node: Terminal) -> Any:
        return self._z3.Const(node.name, self._sort(node.type))

    def expression(self, program: Program, given: Mapping[str, Any] | None = None) -> Any:
        """The program in z3's terms; terminals are the variables, or what `given` says by name."""
        if given is None and id(program) in self._made:
            return self._made[id(program)][1]
        values: list[Any] = []
        for node in program.nodes:
            if isinstance(node, Terminal):
                known = given if given is not None and node.name in given else self.variables
                if node.name not in known:
                    self.variables[node.name] = self.constant(node)
                values.append(known[node.name])
            elif isinstance(node, Apply):
                values.append(self.apply(node.primitive, [values[i] for i in node.args]))
            else:
                raise ValueError(f"SMT reads no lambdas, as in {program.show()}")
        if given is None:
            self._made[id(program)] = (program, values[-1])
        return values[-1]

    def free(self, program: Program, variable: Terminal) -> tuple[Any, Any]:
        """A constant for a terminal that is no variable here, and the program over it."""
        constant = self.constant(variable)
        return constant, self.expression(program, {variable.name: constant})

    def apply(self, primitive: Primitive, args: Sequence[Any]) -> Any:
        """A primitive on z3 expressions, by its SMT-LIB template, or by what it stands for."""
        if primitive not in self._templates:
            self._templates[primitive] = self._template(primitive)
        holes, body = self._templates[primitive]
        return self._z3.substitute(body, *zip(holes, args, strict=True)) if holes else body

    def _template(self, primitive: Primitive) -> tuple[list[Any], Any]:
        """The template over constants of its own, parsed once."""
        holes = [self.constant(Terminal(f"hole!{i}", kind)) for i, kind in enumerate(primitive.type.args)]
        if primitive.body is not None:
            return holes, self.expression(primitive.body, {hole(i): each for i, each in enumerate(holes)})
        result = self.constant(Terminal("hole!", primitive.type.result))
        names = [str(hole) for hole in holes]
        text = f"(assert (= hole! {template_of(primitive).format(*names)}))"
        known = {"hole!": result, **dict(zip(names, holes, strict=True))}
        try:
            parsed = self._z3.parse_smt2_string(text, decls=known, ctx=self._context)
        except self._z3.Z3Exception as error:
            raise ValueError(
                f"primitive {primitive.name!r}: expected an SMT-LIB template for {primitive.type}, "
                f"got {primitive.smt!r}, which z3 does not read ({error}); mend `smt`"
            ) from error
        return holes, parsed[0].arg(1)

    def negation(self, expression: Any) -> Any:
        return self._z3.Not(expression)

    def choose(self, condition: Any, one: Any, other: Any) -> Any:
        """One expression where the condition holds, the other elsewhere; Python's values may stand for some."""
        if isinstance(condition, bool):
            return one if condition else other
        if isinstance(one, bool | int) and isinstance(other, bool | int):
            one = self.held(one)
        return self._z3.If(condition, one, other)

    def held(self, value: Any) -> Any:
        """A number or a truth value as an expression."""
        if isinstance(value, bool):
            return self._z3.BoolVal(value, self._context)
        return self._z3.IntVal(value, self._context) if isinstance(value, int) else value

    def every(self, expressions: Iterable[Any]) -> Any:
        return self._z3.And(self._z3.BoolVal(True, self._context), *expressions)

    def unlike(self, constants: Sequence[Any], values: Sequence[int]) -> Any:
        """That some constant has another value."""
        return self._z3.Or(*(constant != value for constant, value in zip(constants, values, strict=True)))

    def always(self, expression: Any, variables: Sequence[Any]) -> Any:
        """That an expression holds for all values of some constants."""
        return self._z3.ForAll(list(variables), expression) if variables else expression

    def replaced(self, expression: Any, old: Any, new: Any) -> Any:
        return self._z3.substitute(expression, (old, new))

    def substituted(self, expressions: Sequence[Any], inputs: Mapping[str, int | bool]) -> list[bool]:
        """Whether Boolean expressions hold for values of the variables."""
        given = [(self.variables[name], self.held(value)) for name, value in inputs.items()]
        return [self._z3.is_true(self._z3.simplify(self._z3.substitute(each, *given))) for each in expressions]

    def refute(self, formulas: Sequence[Any], seconds: float) -> Verdict:
        """Proved where no input satisfies all formulas, otherwise an input that does."""
        self.queries += 1
        seconds = self._patience.seconds(seconds)
        if seconds <= 0:
            return Unproved(why="the time was spent before z3 was asked")
        solver = self._solver(seconds)
        solver.add(*formulas)
        answer = self._check(solver)
        if answer == self._z3.unsat:
            return Proved(how="by SMT")
        if answer == self._z3.unknown:
            return Unproved(why=f"z3 gave up ({solver.reason_unknown()}) within {seconds:.3g} s")
        inputs = self._read(solver.model())
        if all(abs(value) <= SAFE for name, value in inputs.items() if self._z3.is_int(self.variables[name])):
            return Refuted(inputs=inputs)
        return self._refute_small(solver)

    def _solver(self, seconds: float) -> Any:
        solver = self._z3.Solver(ctx=self._context)
        solver.set("timeout", max(1, int(1000 * seconds)))
        solver.set("max_memory", max(1, self._patience.bytes >> 20))
        return solver

    def _check(self, solver: Any, *assumed: Any) -> Any:
        """z3's answer; z3 takes Ctrl-C for itself while it works."""
        try:
            answer = solver.check(*assumed)
        except self._z3.Z3Exception as error:
            if "memory" in str(error):
                return self._z3.unknown
            raise
        if answer == self._z3.unknown and "keyboard" in solver.reason_unknown():
            raise KeyboardInterrupt
        return answer

    def _refute_small(self, solver: Any) -> Verdict:
        for value in self.variables.values():
            if self._z3.is_int(value):
                solver.add(value <= SAFE, value >= -SAFE)
        solver.set("timeout", max(1, int(1000 * self._patience.seconds(SMALL))))
        if self._check(solver) == self._z3.sat:
            return Refuted(inputs=self._read(solver.model()))
        return Unproved(why="z3 found only counterexamples beyond 2**40, which 64-bit arithmetic may not hold")

    def values(
        self, formulas: Sequence[Any], constants: Sequence[Any], largest: int, seconds: float
    ) -> tuple[int, ...] | None:
        """Numbers below `largest` for constants under which all formulas hold; None where no numbers at all do so.

        An empty tuple where the solver gives up, or only larger numbers do.
        """
        self.queries += 1
        seconds = self._patience.seconds(seconds)
        if seconds <= 0:
            return ()
        solver = self._solver(seconds)
        solver.add(*formulas)
        answer = self._check(solver)
        if answer == self._z3.unsat:
            return None
        if answer == self._z3.sat and not small_model(solver.model(), constants, largest):
            solver.add(*(c < largest for c in constants if self._z3.is_int(c)))
            solver.add(*(c > -largest for c in constants if self._z3.is_int(c)))
            answer = self._check(solver)
        if answer != self._z3.sat:
            return ()
        return tuple(number_of(solver.model(), constant) for constant in constants)

    def core(self, always: Sequence[Any], formulas: Sequence[Any], seconds: float) -> tuple[int, ...] | None:
        """Places of the formulas that contradict what always holds, as few as leaving out one after another gives.

        None where no contradiction shows within the time for one question.
        """
        seconds = self._patience.seconds(seconds)
        if seconds <= 0:
            return None
        solver = self._solver(seconds)
        solver.add(*always)
        marks = [self._z3.Bool(f"mark!{place}", self._context) for place in range(len(formulas))]
        for mark, formula in zip(marks, formulas, strict=True):
            solver.add(self._z3.Implies(mark, formula))
        self.queries += 1
        if self._check(solver, *marks) != self._z3.unsat:
            return None
        kept = named_places(solver.unsat_core())
        for place in reversed(kept):
            rest = [marks[other] for other in kept if other != place]
            if place in kept and self._patience.seconds(1.0) > 0 and self._check(solver, *rest) == self._z3.unsat:
                kept = named_places(solver.unsat_core())
        return kept

    def _read(self, model: Any) -> dict[str, int | bool]:
        found: dict[str, int | bool] = {}
        for name, constant in self.variables.items():
            value = model.eval(constant, model_completion=True)
            found[name] = self._z3.is_true(value) if self._z3.is_bool(value) else value.as_long()
        return found


def template_of(primitive: Primitive) -> str:
    """The primitive in SMT-LIB; integer literals are their own text."""
    if primitive.smt is not None:
        return primitive.smt
    if not primitive.type.args and primitive.name.isdigit():
        return primitive.name
    raise ValueError(
        f'primitive {primitive.name!r}: expected an SMT-LIB template, got none; give it smt="(... {{}} ...)"'
    )


def number_of(model: Any, constant: Any) -> int:
    value = model.eval(constant, model_completion=True)
    return int(str(value) == "True") if value.sort().name() == "Bool" else value.as_long()


def small_model(model: Any, constants: Sequence[Any], largest: int) -> bool:
    """Whether a model's integers are below a bound."""
    return all(abs(number_of(model, c)) < largest for c in constants if c.sort().name() == "Int")


def named_places(marks: Iterable[Any]) -> tuple[int, ...]:
    return tuple(sorted(int(str(mark).rpartition("!")[2]) for mark in marks))


def columns_of(inputs: Mapping[str, int | bool], variables: Iterable[Terminal]) -> dict[str, np.ndarray]:
    """One row of inputs as columns of shape (1,)."""
    return {v.name: np.array([inputs[v.name]], dtype=dtype_of(v.type)) for v in variables}


__all__ = ["Proved", "Refuted", "Smt", "Unproved", "Verdict", "installed", "prove"]
