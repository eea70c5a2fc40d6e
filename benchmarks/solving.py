"""`synthnet solve FILE`: a question from a file, its answer, and the ways to write it."""

import ast
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.asking import Question
from benchmarks.names import counted
from synth import Budget, Found, Language, Program, Spec, answers, solve
from synth.files.formats.sheet import quoted
from synth.language.alike import TOLERANCE, agree
from synth.language.arguments import argument_names
from synth.language.python_view import python_source
from synth.language.sympy_view import sympy_text
from synth.language.types import REAL, is_vector
from synth.search.rerun import rerun

if TYPE_CHECKING:
    from synth.proofs.constraints import Outcome
    from synth.proofs.constraints.exemplified import Smallest

FOUND, NOT_FOUND, WRONG = 0, 1, 2  # exit statuses
FILLING = 0.15  # share of the time for small programs with constants that a grammar does not list
LONGEST = 1000  # nodes of a program that is written as a formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a search ended with: programs by name where it found them, and the sentence that it claims."""

    status: int
    claim: str
    programs: Mapping[str, Program]
    size: str = ""  # bits or nodes
    fits: str = ""


def opening(question: Question) -> str:
    """What is asked, for the line that is shown while the search runs."""
    problem = question.problem
    if question.spec is None and problem is not None:
        names = ", ".join(function.name for function in problem.functions)
        return f"{names} under {counted(len(problem.conditions), 'constraint')}"
    language = question.language
    words = len(language.primitives if isinstance(language, Language) else language)
    assert question.spec is not None
    given = counted(len(question.spec.outputs), "example") if problem is None or problem.examples else "a term"
    return f"{question.spec.type} by {given}, with {counted(words, 'primitive')}"


def ask(question: Question, budget: Budget, *, backend: str, certificate: bool, seed: int) -> Reply:
    """Search for the answer; z3 takes problems of constraints, and proves what it can."""
    problem = question.problem
    if problem is not None and (question.spec is None or (problem.kind != "examples" and find_spec("z3"))):
        from synth.proofs.constraints import solve_problem

        return from_constraints(solve_problem(problem, budget, seed))
    return by_examples(question, budget, backend=backend, certificate=certificate, seed=seed)


def by_examples(question: Question, budget: Budget, *, backend: str, certificate: bool, seed: int) -> Reply:
    """The search by examples; where a SyGuS grammar allows any constant, small programs are solved for theirs first."""
    problem, spec = question.problem, question.spec
    assert spec is not None
    smallest = with_any_constants(question, budget, seed)
    if smallest is not None and smallest.program is not None:
        return by_program(question, smallest.program, smallest.statement, counted(smallest.nodes, "node"))
    left = budget if smallest is None else replace(budget, seconds=(1 - FILLING) * budget.seconds)
    solution = solve(spec, question.language, left, backend=backend, certificate=certificate, seed=seed)
    unit = "nodes" if problem is not None else "bits"
    if smallest is not None:
        solution = replace(solution, sure=smallest.excluded)
    if not isinstance(solution, Found):
        return Reply(status=NOT_FOUND, claim=solution.said(unit), programs={})
    return by_program(question, solution.program, solution.said(unit), f"{solution.bits:g} {unit}")


def by_program(question: Question, program: Program, claim: str, size: str) -> Reply:
    """The answer, once its printed Python was right on every example."""
    name = question.problem.functions[0].name if question.problem is not None else "program"
    fits, wrong = fitting(question, name, program)
    if wrong:
        return Reply(status=NOT_FOUND, programs={}, claim=f"{program.show()} fits in numpy, but {wrong}")
    return Reply(status=FOUND, claim=claim, programs={name: program}, size=size, fits=fits)


def with_any_constants(question: Question, budget: Budget, seed: int) -> "Smallest | None":
    """None where all constants are listed, or z3 is not installed."""
    if question.problem is None or question.problem.kind != "examples" or not find_spec("z3"):
        return None
    from synth.proofs.constraints.exemplified import smallest_with_constants
    from synth.proofs.smt import Patience

    seconds = FILLING * budget.seconds
    patience = Patience(until=time.monotonic() + seconds, bytes=budget.bytes // 2, stopped=budget.stopped)
    return smallest_with_constants(question.problem, seconds, seed, patience)


def from_constraints(outcome: "Outcome") -> Reply:
    from synth.proofs.constraints import Answer, Contradiction

    if isinstance(outcome, Answer):
        size = counted(outcome.size, "node")
        return Reply(status=FOUND, claim=outcome.statement, programs=outcome.programs, size=size)
    status = WRONG if isinstance(outcome, Contradiction) else NOT_FOUND
    return Reply(status=status, claim=outcome.statement, programs={})


def fitting(question: Question, name: str, program: Program) -> tuple[str, str]:
    """How many of the examples the printed Python fits, and where it does not, what is wrong."""
    spec = question.spec
    assert spec is not None
    try:
        source = python_text(question, name, program)
    except ValueError:  # without a Python view, numpy has to do
        right = agree(answers(program, spec, spec.inputs), spec.outputs).reshape(len(spec.outputs), -1).all(axis=1)
        return fitted(int(np.count_nonzero(right)), spec), ""
    done = rerun(source, defined_in(source), spec)
    why = "integers of 64 bits wrap at 2**63, Python's do not" if "int" in str(spec.type) else "mend the Python views"
    return fitted(done.right, spec), f"its Python gives {done.wrong}; {why}" if done.wrong else ""


def fitted(right: int, spec: Spec) -> str:
    tolerance = f", {TOLERANCE}" if spec.type.result == REAL else ""
    return f"{right} of {counted(len(spec.outputs), 'example')}{tolerance}"


def defined_in(source: str) -> str:
    """The function that a source ends with."""
    last = ast.parse(source).body[-1]
    assert isinstance(last, ast.FunctionDef)
    return last.name


def texts(question: Question, reply: Reply) -> Iterator[tuple[str, str]]:
    """The answer as SyGuS, Python and sympy, in this order; what cannot be written says why."""
    yield "sygus", attempted(lambda: sygus_text(question, reply))
    sources = [attempted(lambda p=p, n=n: python_text(question, n, p)) for n, p in reply.programs.items()]
    yield "python", "\n".join(sources)
    formulas = [attempted(lambda p=p: formula(p)) for p in reply.programs.values()]
    yield "sympy", "\n".join(formulas)


def attempted(text: Callable[[], str]) -> str:
    try:
        return text()
    except ValueError as error:
        return f"cannot be written: {error}"


def sygus_text(question: Question, reply: Reply) -> str:
    """Definitions that a SyGuS checker takes."""
    from synth.files.sygus import write_answers
    from synth.files.sygus.build import smt_sort
    from synth.files.sygus.write import write_example_answer

    if question.problem is not None:
        return write_answers(question.problem, reply.programs)
    assert question.spec is not None
    type = question.spec.type
    if any(is_vector(kind) for kind in (*type.args, type.result)):
        raise ValueError(f"expected integers, Booleans, bit-vectors or reals, which SyGuS has sorts for, got {type}")
    given = dict(zip(argument_names(question.spec), map(smt_sort, type.args), strict=True))
    return write_example_answer("program", given, smt_sort(type.result), reply.programs["program"])


def python_text(question: Question, name: str, program: Program) -> str:
    """A Python function of the arguments, under names that Python takes."""
    return python_source(program, parameters_of(question, name), name).rstrip()


def parameters_of(question: Question, name: str) -> tuple[str, ...]:
    if question.problem is not None:
        return tuple(parameter.name for parameter in question.problem.function(name).parameters)
    assert question.spec is not None
    return argument_names(question.spec)


def formula(program: Program) -> str:
    if len(program.nodes) > LONGEST:
        raise ValueError(f"expected at most {LONGEST} operations for a formula, got {len(program.nodes)}")
    return sympy_text(program)[0]


def renamings(reply: Reply) -> Iterator[str]:
    """What the sympy text calls inputs whose names sympy has for something else; Python's text says its own."""
    for program in reply.programs.values():
        if len(program.nodes) <= LONGEST:
            changed = sympy_text(program)[1]
            yield from (f"in sympy, {word} stands for {quoted(name)}" for name, word in changed.items())


@contextmanager
def patience(budget: Budget) -> Iterator[Budget]:
    """The budget, which Ctrl-C ends; a second Ctrl-C is not waited for."""
    asked: list[int] = []

    def stop(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # only the main thread may listen
        yield budget
        return
    try:
        yield replace(budget, stopped=lambda: bool(asked))
    finally:
        signal.signal(signal.SIGINT, before)
