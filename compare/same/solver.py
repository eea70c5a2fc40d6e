"""All inputs at once, by z3: integers without bounds, Booleans and bit-vectors, within the ranges that were given."""

from collections.abc import Mapping, Sequence

from compare.same.answer import Answer, Equal, Row, Undecided, different
from compare.same.draws import typed
from compare.same.question import Argument, Question, kind_of, many
from compare.same.smaller import smallest
from compare.same.values import both, unlike
from synth.language.literals import constant
from synth.language.program import Program, apply, leaf_program, terminal
from synth.language.types import BOOL, INT, MODULUS, REAL, is_vector
from synth.library.bitvectors import bitvectors, equality
from synth.library.boolean import AND, NOT, OR, XOR
from synth.library.choice import EQ, LE, LT
from synth.proofs.smt import Proved, Refuted, installed, prove

HOW = "by z3"
CLOSER = 6  # further questions for a smaller counterexample
MANY = 64  # values of an argument that are named one by one


def decide(question: Question) -> Answer | Undecided:
    """Equal where z3 finds no input that tells the programs apart, Different with the input that it finds."""
    kinds = [kind_of(question.one), *(argument.type for argument in question.arguments)]
    if any(is_vector(kind) or kind == REAL for kind in kinds):
        return Undecided(why="z3 is asked about integers, Booleans and bit-vectors alone")
    if not installed():
        return Undecided(why="z3 is not installed; run `pip install 'synthnet[smt]'`")
    try:
        claim = implied(premise(question), agreement(question))
    except ValueError as error:
        return Undecided(why=str(error))
    found = prove(claim, question.seconds)
    if isinstance(found, Proved):
        where = "all inputs in the given ranges" if ranged(question) else "all inputs"
        return Equal(how=HOW, sentence=f"equal for {where}: no input tells them apart (z3)")
    if not isinstance(found, Refuted):
        return Undecided(why=found.why)
    row = smallest(question, closer(question, claim, row_of(question, found.inputs)))
    answers = both(question)(row)
    if not unlike(question, answers):
        return Undecided(why="z3 and the programs' Python do not say the same")
    return different(HOW, question.names, row, answers)


def agreement(question: Question) -> Program:
    """The claim that both programs give one value."""
    kind = kind_of(question.one)
    if kind == BOOL:
        return apply(NOT, apply(XOR, question.one, question.other))
    return apply(EQ if kind == INT else equality(kind.width or 1), question.one, question.other)


def premise(question: Question) -> list[Program]:
    """What is given of the arguments."""
    found: list[Program] = []
    for argument in question.arguments:
        found += given(argument)
    return found


def given(argument: Argument) -> list[Program]:
    """That an argument is in its range; types that z3 knows say it themselves."""
    kind, values = argument.type, argument.values
    word = terminal(argument.name, argument.type)
    if argument.modulus is not None:
        return [apply(LE, number(0), word), apply(LT, word, terminal(argument.modulus, MODULUS))]
    if kind == MODULUS and values is None:
        return [apply(LE, number(1), word)]
    if values is None or (kind == BOOL and len(values) == 2):
        return []
    if kind == BOOL:
        return [word if values[0] else apply(NOT, word)]
    if kind.width is not None:
        whole = isinstance(values, range) and values == range(2**kind.width)
        return [] if whole else between(word, argument, values)
    if isinstance(values, range) and values.step == 1:
        return [apply(LE, number(values[0]), word), apply(LE, word, number(values[-1]))]
    return [one_of(word, argument)]


def between(word: Program, argument: Argument, values: Sequence[int]) -> list[Program]:
    """That a word is in its range."""
    width = argument.type.width or 1
    if not (isinstance(values, range) and values.step == 1):
        return [one_of(word, argument)]
    below = next(primitive for primitive in bitvectors(width) if primitive.name == "bvule")
    low, high = (leaf_program(constant(value, argument.type)) for value in (values[0], values[-1]))
    return [apply(below, low, word), apply(below, word, high)]


def one_of(word: Program, argument: Argument) -> Program:
    """That an argument is one of a few values."""
    values = argument.values or ()
    if many(values) > MANY:
        raise ValueError(f"{argument.name} has {many(values):,} values with gaps between them")
    width = argument.type.width
    same = EQ if width is None else equality(width)
    tests = [apply(same, word, leaf_program(constant(value, argument.type if width else INT))) for value in values]
    claim = tests[0]
    for test in tests[1:]:
        claim = apply(OR, claim, test)
    return claim


def implied(premises: Sequence[Program], claim: Program) -> Program:
    """That the claim holds where all premises do."""
    if not premises:
        return claim
    together = premises[0]
    for each in premises[1:]:
        together = apply(AND, together, each)
    return apply(OR, apply(NOT, together), claim)


def closer(question: Question, claim: Program, row: Row) -> Row:
    """A counterexample whose integers are smaller, as far as a few more questions show."""
    integers = [each for each in question.arguments if each.type == INT or each.type.modulus is not None]
    for _ in range(CLOSER if integers else 0):
        largest = max(abs(row[question.names.index(each.name)]) for each in integers) // 2
        within = [
            test
            for each in integers
            for test in (
                apply(LE, number(-largest), terminal(each.name, each.type)),
                apply(LE, terminal(each.name, each.type), number(largest)),
            )
        ]
        found = prove(implied(within, claim), question.seconds / CLOSER)
        if not isinstance(found, Refuted):
            break
        row = row_of(question, found.inputs)
    return row


def number(value: int) -> Program:
    return leaf_program(constant(value, INT))


def row_of(question: Question, inputs: Mapping[str, int | bool]) -> Row:
    """An argument that neither program names may be anything."""
    least = {each.name: each.values[0] if each.values else int(each.type == MODULUS) for each in question.arguments}
    return tuple(typed(each.type, inputs.get(each.name, least[each.name])) for each in question.arguments)


def ranged(question: Question) -> bool:
    return any(given(argument) for argument in question.arguments)
