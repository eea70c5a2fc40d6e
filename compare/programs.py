"""What was read in a net as a program in the synthesizer's language, and that program beside the synthesizer's own.

A program is derived from the explanation alone: from its formula, and from what that formula answers when it is run in
place of the net; never from the right answers, nor from what the synthesizer found.
"""

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from compare.explanation import Explanation
from compare.fit.logits import LogitWaves, formula_outputs
from compare.read import Reading
from compare.same import same, same_program
from compare.same.question import read as read_program
from synth.language.arguments import argument_names, columns, names_of, packed_name, packs, terminals
from synth.language.batches import lengths_to, on_batches
from synth.language.literals import constant, literal
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, apply, leaf_program
from synth.language.spec import Spec
from synth.language.types import BOOL, SEQUENCE, carrier, is_vector
from synth.library.arith import ABS, ADD, MAX, MIN, MOD, MUL, NEG, SQUARE, SUB
from synth.library.bits import COUNT
from synth.library.boolean import AND, IF_BOOL, NOT, OR, XOR
from synth.library.choice import EQ, IF_INT, LE, LT

SAID = 0.99  # of its own answers, that a formula's short form must give
STANDS = 0.9  # of the net's answers, below which its program is not compared: it is not what the net computes


def of_residues(reading: Reading, waves: LogitWaves) -> Program | None:
    """m u(a) + n v(b) + d modulo p, or d u(a)^m v(b)^n + e, as the combined argument and most of the peaks have it."""
    frame, p = waves.frame, waves.frame.answer.p
    arguments = list(zip("ab", (frame.first.inner, frame.second.inner), (waves.lead, waves.sign), strict=True))
    x = reading.x[:, :2]
    answers = np.asarray(formula_outputs(waves, x)).argmax(axis=1)
    parts = [inner.values(p)[tokens] for (_, inner, _), tokens in zip(arguments, x.T, strict=True)]
    if frame.answer.group == "additive":
        combined = sum(sign * inner.multiple * part for (_, inner, sign), part in zip(arguments, parts, strict=True))
        terms = [
            "*".join([str(sign * inner.multiple * factor), *[name] * power])
            for name, inner, sign in arguments
            for power, factor in inner.powers
        ]
        return in_words(f"Mod({' + '.join([*terms, str(_commonest((answers - combined) % p))])}, p)", reading.spec)
    if min(waves.lead, waves.sign) < 0:
        return None
    shift, powers = int(frame.answer.inner.values(p)[0]), [inner.multiple for _, inner, _ in arguments]
    tables = [np.array([pow(value, power, p) for value in range(p)]) for power in powers]
    combined = tables[0][parts[0]] * tables[1][parts[1]] % p
    inverse = np.array([0, *(pow(value, -1, p) for value in range(1, p))])
    factor = _commonest(((answers + shift) * inverse[combined] % p)[combined > 0])
    factors = [inner.plain(name) for name, inner, _ in arguments for _ in range(inner.multiple)]
    return in_words(f"Mod({'*'.join([str(factor), *factors])} + {-shift % p}, p)", reading.spec)


def _commonest(values: np.ndarray) -> int:
    return int(np.bincount(values).argmax())


def of_integers(reading: Reading, name: str, run: Callable[[Any], Any]) -> Program | None:
    """The function of the arguments that a formula reads, or its size, where its answers are just that."""
    if reading.spec is None:
        return None
    answers = np.asarray(reading.decode(np.asarray(run(reading.x))))
    for text in (name, f"Abs({name})"):
        program = in_words(text, reading.spec)
        if program is not None and np.mean(answers == run_on(program, reading)) >= SAID:
            return program
    return None


def in_words(text: str, spec: Spec | None) -> Program | None:
    """A formula in a, b, ... or x0, x1, ..., and p, over the specification's own arguments; None without the words."""
    if spec is None or any(map(is_vector, (*spec.type.args, spec.type.result))):
        return None
    try:
        tree = ast.parse(text, mode="eval").body
        found = Translation(spec).of(tree)
    except (SyntaxError, KeyError, ValueError):
        return None
    return found if carrier(found.type) == carrier(spec.type.result) else None


class Translation:
    """Python expressions as programs over a specification's terminals; KeyError where there is no word."""

    def __init__(self, spec: Spec) -> None:
        given = {node.name: node for node in terminals(spec)}
        own = dict(zip(names_of(spec.type), argument_names(spec), strict=True))
        modulus = spec.type.result.modulus
        self.words: dict[str, Terminal] = {name: given[mine] for name, mine in own.items()}
        if modulus is not None:
            self.words["p"] = given[modulus]
        self.packed = given[packed_name(spec)] if packs(spec.type) else None
        self.arguments = set(own)

    def of(self, tree: ast.expr) -> Program:
        if isinstance(tree, ast.Name):
            return self.word(tree.id)
        if isinstance(tree, ast.Compare):
            return self.comparison(tree)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self.call(tree.func.id, tree.args)
        return self.sum_of(tree)

    def word(self, name: str) -> Program:
        if name in ("true", "false"):
            return leaf_program(constant(name == "true", BOOL))
        return leaf_program(self.words[name])

    def call(self, name: str, args: Sequence[ast.expr]) -> Program:
        if name == "ITE":
            return apply(IF_BOOL, *map(self.of, args))
        if name == "Eq":
            return apply(EQ, *map(self.number, args))
        parts = [self.of(arg) if name in LOGIC else self.number(arg) for arg in args]
        return nested(CALLS[name], parts)

    def comparison(self, tree: ast.Compare) -> Program:
        """x >= c as c <= x, one comparison alone."""
        left, right = self.number(tree.left), self.number(tree.comparators[0])
        primitive, turned = RELATIONS[type(tree.ops[0])]
        return apply(primitive, right, left) if turned else apply(primitive, left, right)

    def number(self, tree: ast.expr) -> Program:
        """An expression as an integer, a Boolean as 1 or 0."""
        return self.sum_of(tree) if isinstance(tree, ast.BinOp | ast.UnaryOp | ast.Constant) else self.times(1, tree)

    def sum_of(self, tree: ast.expr) -> Program:
        """A sum in its order, what is subtracted after what is added; all bits together are their count."""
        terms = [(factor, term) for factor, term in terms_of(tree, 1) if factor]
        shift = sum(factor for factor, term in terms if term is None)
        parts = [(factor, term) for factor, term in terms if term is not None]
        names = [term.id for factor, term in parts if isinstance(term, ast.Name) and factor == 1]
        if self.packed is not None and set(names) == self.arguments and len(parts) == len(names):
            positive, negative = [apply(COUNT, leaf_program(self.packed))], []
        else:
            positive = [self.times(factor, term) for factor, term in parts if factor > 0]
            negative = [self.times(-factor, term) for factor, term in parts if factor < 0]
        if shift or not (positive or negative):
            (positive if shift >= 0 else negative).append(leaf_program(literal(abs(shift))))
        found = nested(ADD, positive) if positive else apply(NEG, negative.pop(0))
        for each in negative:
            found = apply(SUB, found, each)
        return found

    def times(self, factor: int, tree: ast.expr) -> Program:
        """So many times a term: a product, or what is no sum."""
        if isinstance(tree, ast.BinOp):
            return nested(MUL, [*([number(factor)] if factor != 1 else []), *powers(self, factors_of(tree))])
        inner = self.of(tree)
        if inner.type == BOOL:
            return apply(IF_INT, inner, number(factor), number(0))
        return inner if factor == 1 else apply(MUL, number(factor), inner)


def terms_of(tree: ast.expr, sign: int) -> list[tuple[int, ast.expr | None]]:
    """The terms of a sum with their whole factors; None for the number 1."""
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
        other = sign if isinstance(tree.op, ast.Add) else -sign
        return [*terms_of(tree.left, sign), *terms_of(tree.right, other)]
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return terms_of(tree.operand, -sign)
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int):
        return [(sign * tree.value, None)]
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        whole, rest = 1, []
        for factor in factors_of(tree):
            value = terms_of(factor, 1) if isinstance(factor, ast.Constant | ast.UnaryOp) else []
            if len(value) == 1 and value[0][1] is None:
                whole *= value[0][0]
            else:
                rest.append(factor)
        return [(sign * whole, product_of(rest))]
    if isinstance(tree, ast.BinOp | ast.UnaryOp | ast.Constant):
        raise KeyError(ast.dump(tree))
    return [(sign, tree)]


def factors_of(tree: ast.expr) -> list[ast.expr]:
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        return [*factors_of(tree.left), *factors_of(tree.right)]
    return [tree]


def product_of(factors: Sequence[ast.expr]) -> ast.expr | None:
    found: ast.expr | None = None
    for factor in factors:
        found = factor if found is None else ast.BinOp(left=found, op=ast.Mult(), right=factor)
    return found


def powers(translation: Translation, factors: Sequence[ast.expr]) -> list[Program]:
    """The factors of a product, a pair of equal ones as a square."""
    found = [translation.number(factor) for factor in factors]
    if len(found) == 2 and found[0] == found[1]:
        return [apply(SQUARE, found[0])]
    return found


def number(value: int) -> Program:
    return leaf_program(literal(value))


def nested(primitive: Primitive, parts: Sequence[Program]) -> Program:
    """A primitive of two arguments on many, the first ones innermost; of one argument, on just that."""
    if len(primitive.type.args) != 2:
        return apply(primitive, *parts)
    found = parts[0]
    for part in parts[1:]:
        found = apply(primitive, found, part)
    return found


def run_on(program: Program, reading: Reading, rows: np.ndarray | None = None) -> np.ndarray:
    """The program's answers on rows of the reading, all when None."""
    assert reading.spec is not None
    given = [values if rows is None else values[rows] for values in reading.arguments]
    if {*reading.spec.type.args, reading.spec.type.result} == {SEQUENCE}:
        named = dict(zip(argument_names(reading.spec), given, strict=True))
        return on_batches(program, named, lengths_of(reading, given[0], rows)).astype(np.int64)
    return program.run(columns(reading.spec, given)).astype(np.int64)


def lengths_of(reading: Reading, values: Int[np.ndarray, "n time"], rows: np.ndarray | None) -> Int[np.ndarray, " n"]:
    """A sequence ends with its last position that counts, as it does where it is given to the synthesizer."""
    if reading.mask is None or reading.mask.shape[1:] != values.shape[1:]:
        return np.full(len(values), values.shape[1])
    return lengths_to(reading.mask if rows is None else reading.mask[rows])


def fields(explanation: Explanation | None, agreement: float | None) -> dict[str, Any]:
    """What a record says of the net's program."""
    program = explanation.program if explanation else None
    return {
        "net_program": program and program.show(),
        "net_program_nodes": program.size if program else explanation and explanation.nodes,
        "net_loop": explanation and explanation.loop and explanation.loop.python(),
        "net_loop_of_answers": explanation and explanation.loop_of_answers and explanation.loop_of_answers.python(),
        "net_agreement": agreement,
    }


def sides(
    explanation: Explanation | None,
    agreement: float | None,
    found: str,
    spec: Spec,
    library: Iterable[Primitive],
) -> dict[str, Any]:
    """What a record says of the net's program beside `found`, the synthesizer's; nothing where the net has none."""
    program = explanation.program if explanation else None
    if program is None or agreement is None:
        return {}
    if agreement < STANDS:
        short = f"the net's program gives {agreement:.3f} of the net's answers, less than {STANDS}"
        return {"same_how": f"not compared: {short}"}
    other = read_program(found, {node.name: node.type for node in terminals(spec)}, library)
    answer = same(program, other, spec)
    return {
        "same_function": answer.outcome,
        "same_how": answer.sentence,
        "same_program": same_program(program, other),
    }


LOGIC = {"And": AND, "Or": OR, "Xor": XOR, "Not": NOT}
CALLS: dict[str, Primitive] = {**LOGIC, "Max": MAX, "Min": MIN, "Abs": ABS, "Mod": MOD}
RELATIONS: dict[type[ast.cmpop], tuple[Primitive, bool]] = {  # and whether the sides change places
    ast.Lt: (LT, False),
    ast.LtE: (LE, False),
    ast.Gt: (LT, True),
    ast.GtE: (LE, True),
    ast.Eq: (EQ, False),
}
