"""What is written is read again: random programs of several grammars, their text, and the text's values."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.files.sygus import parse_problem, write_answers
from synth.files.sygus.examples import drawn
from synth.language.grammar import Language
from synth.language.listed import word
from synth.language.primitive import Primitive
from synth.language.program import Program, apply, leaf_program, terminal
from synth.language.types import Type, plain

PROBLEMS = Path(__file__).parent / "problems"
FREE_INT = "(set-logic NIA) (synth-fun f ((x Int) (b Bool)) Int) (constraint (= (f 5 true) (- 9)))"
FREE_WORD = (
    "(synth-fun f ((x (_ BitVec 7)) (y (_ BitVec 7))) (_ BitVec 7)) (constraint (= (f #b0000001 #b0000001) #b0110000))"
)
TEXTS = {name: (PROBLEMS / f"{name}.sl").read_text() for name in ("lowest_bit", "turn_off", "old_form", "larger")}
TEXTS |= {"free_int": FREE_INT, "free_word": FREE_WORD}


def random_program(language: Language, kind: Type, depth: int, random: np.random.Generator) -> Program:
    """A program of a nonterminal, its productions drawn evenly; leaves alone once the depth is used up."""
    words = {primitive.name: primitive for primitive in language.primitives}
    terminals = {node.name: node for node in language.terminals}
    names = list(language.costs[kind])
    if not names:  # any constant, none listed
        return leaf_program(word(language, kind, int(random.integers(2, 100))))
    leaves = [name for name in names if name in terminals or not words[name].type.args]
    name = str(random.choice(leaves if depth <= 0 and leaves else names))
    if name in terminals:
        return terminal(name, terminals[name].type)
    primitive: Primitive = words[name]
    return apply(primitive, *(random_program(language, asked, depth - 1, random) for asked in primitive.type.args))


@pytest.mark.parametrize("name", TEXTS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_written_answer_reads_as_the_same_function(name: str, seed: int) -> None:
    problem = parse_problem(TEXTS[name])
    function = problem.functions[0]
    random = np.random.default_rng(seed)
    program = random_program(function.language, function.result, 4, random)
    answer = write_answers(problem, {function.name: program}).replace(f"(define-fun {function.name} ", "(define-fun g ")
    variables = [f"v{i}" for i in range(len(function.parameters))]
    declared = " ".join(
        f"(declare-var {variable} {sort})"
        for variable, sort in zip(variables, answer_sorts(answer, len(variables)), strict=True)
    )
    claim = f"(constraint (= (g {' '.join(variables)}) ({function.name} {' '.join(variables)})))"
    again = parse_problem(TEXTS[name].replace("(check-synth)", "") + f"{answer} {declared} {claim}")
    inputs = [drawn(plain(parameter.type), random) for parameter in function.parameters]
    columns = dict(zip((parameter.name for parameter in function.parameters), inputs, strict=True))
    value = program.run(columns)
    held = again.constraints[-1].term.evaluate(
        dict(zip(variables, inputs, strict=True)), {function.name: lambda *arguments: value}
    )
    assert np.all(held), answer


def answer_sorts(answer: str, count: int) -> list[str]:
    """The sorts of the parameters as the answer writes them."""
    from synth.files.sygus.build import smt_sort
    from synth.files.sygus.sorts import sort_of_text
    from synth.files.sygus.text import Group, expressions

    (written,) = expressions(answer)
    assert isinstance(written, Group)
    parameters = written.items[2]
    assert isinstance(parameters, Group)
    assert len(parameters.items) == count
    return [smt_sort(sort_of_text(pair.items[1], {})) for pair in parameters.items if isinstance(pair, Group)]
