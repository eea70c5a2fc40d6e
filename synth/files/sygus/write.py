"""Answers in SyGuS-IF: the function's definition, as a checker takes it."""

import re
from collections.abc import Iterable, Mapping, Sequence

from synth.files.sygus.build import smt_sort
from synth.files.sygus.operators import known_names
from synth.files.sygus.problem import Problem
from synth.files.sygus.sorts import RESERVED
from synth.files.sygus.term import arguments_of, from_program, text_of
from synth.files.sygus.text import SYMBOL
from synth.language.naming import spelled
from synth.language.program import Program, renamed

OTHERS = ("Int", "Bool", "Real", "lambda", "to_real", "to_int", "is_int", "abs", "bv2nat", "concat", "extract")
LARGEST = 100_000  # letters of a body that is written without `let`


def write_function(name: str, parameters: Sequence[tuple[str, str]], sort: str, program: Program) -> str:
    """(define-fun name ((parameter sort) ...) sort body) for a program over these parameters."""
    given = " ".join(f"({parameter} {kind})" for parameter, kind in parameters)
    return f"(define-fun {name} ({given}) {sort} {body_text(program)})"


def write_example_answer(name: str, parameters: Mapping[str, str], sort: str, program: Program) -> str:
    """The same for inputs of any names, which become symbols of SMT-LIB."""
    names = smt_symbols(parameters)
    given = [(names[parameter], kind) for parameter, kind in parameters.items()]
    return write_function(name, given, sort, renamed(program, names))


def smt_symbols(names: Iterable[str]) -> dict[str, str]:
    """A symbol for each name, none that SMT-LIB has for something else; between bars where it is no plain word."""
    inner = spelled(names, {*known_names(), *RESERVED, *OTHERS}, lambda name: re.sub(r"[|\\]", "_", name))
    return {name: word if SYMBOL.fullmatch(word) else f"|{word}|" for name, word in inner.items()}


def write_answers(problem: Problem, programs: Mapping[str, Program]) -> str:
    """A definition a function, in the problem's order."""
    return "\n".join(
        write_function(
            function.name,
            [(parameter.name, smt_sort(parameter.type)) for parameter in function.parameters],
            smt_sort(function.result),
            programs[function.name],
        )
        for function in problem.functions
    )


def body_text(program: Program) -> str:
    """The program without `let`, as grammars have none, unless that would be very long."""
    term = from_program(program)
    lengths: list[int] = []
    for node in term.nodes:
        lengths.append(len(text_of(node, [""] * len(arguments_of(node)))) + sum(lengths[i] for i in arguments_of(node)))
        if lengths[-1] > LARGEST:
            return term.smt()
    texts: list[str] = []
    for node in term.nodes:
        texts.append(text_of(node, [texts[i] for i in arguments_of(node)]))
    return texts[-1]
