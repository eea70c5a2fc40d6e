"""`synthnet solve FILE`: a question from a file, its answer, and the ways to write it."""

import keyword
import re
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
from synth import Budget, Found, Language, Program, Spec, Terminal, answers, solve
from synth.language.arguments import argument_names
from synth.language.python_view import python_source
from synth.language.sympy_view import sympy_expression
from synth.language.types import is_vector

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
        return Reply(
            status=FOUND,
            claim=smallest.statement,
            programs={problem.functions[0].name if problem is not None else "program": smallest.program},
            size=counted(smallest.nodes, "node"),
            fits=fitting(smallest.program, spec),
        )
    left = budget if smallest is None else replace(budget, seconds=(1 - FILLING) * budget.seconds)
    solution = solve(spec, question.language, left, backend=backend, certificate=certificate, seed=seed)
    unit = "nodes" if problem is not None else "bits"
    if smallest is not None:
        solution = replace(solution, sure=smallest.excluded)
    if not isinstance(solution, Found):
        return Reply(status=NOT_FOUND, claim=solution.said(unit), programs={})
    return Reply(
        status=FOUND,
        claim=solution.said(unit),
        programs={problem.functions[0].name if problem is not None else "program": solution.program},
        size=f"{solution.bits:g} {unit}",
        fits=fitting(solution.program, spec),
    )


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


def fitting(program: Program, spec: Spec) -> str:
    """How many of the examples the program fits."""
    right = np.equal(answers(program, spec, spec.inputs), spec.outputs).reshape(len(spec.outputs), -1).all(axis=1)
    return f"{int(np.count_nonzero(right))} of {counted(len(spec.outputs), 'example')}"


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
    from synth.files.sygus.write import write_function

    if question.problem is not None:
        return write_answers(question.problem, reply.programs)
    assert question.spec is not None
    type = question.spec.type
    if any(is_vector(kind) for kind in (*type.args, type.result)):
        raise ValueError(f"expected integers, Booleans, bit-vectors or reals, which SyGuS has sorts for, got {type}")
    given = [(n, smt_sort(kind)) for n, kind in zip(argument_names(question.spec), type.args, strict=True)]
    return write_function("program", given, smt_sort(type.result), reply.programs["program"])


def python_text(question: Question, name: str, program: Program) -> str:
    """A Python function of the arguments, whose names Python takes."""
    parameters = parameters_of(question, name)
    words = {parameter: identifier(parameter, i) for i, parameter in enumerate(parameters)}
    nodes = (Terminal(words.get(n.name, n.name), n.type) if isinstance(n, Terminal) else n for n in program.nodes)
    source = python_source(Program(tuple(nodes)), list(words.values())).rstrip()
    before, _, own = source.rpartition("def program(")
    return f"{before}def {identifier(name, 0)}({own}"


def parameters_of(question: Question, name: str) -> tuple[str, ...]:
    if question.problem is not None:
        return tuple(parameter.name for parameter in question.problem.function(name).parameters)
    assert question.spec is not None
    return argument_names(question.spec)


def identifier(name: str, place: int) -> str:
    """The name, or one like it that Python takes."""
    if name.isidentifier() and not keyword.iskeyword(name):
        return name
    word = re.sub(r"\W", "_", name)
    return f"x{place}_{word}"


def formula(program: Program) -> str:
    if len(program.nodes) > LONGEST:
        raise ValueError(f"expected at most {LONGEST} operations for a formula, got {len(program.nodes)}")
    return str(sympy_expression(program))


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
