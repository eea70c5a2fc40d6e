"""Integer terms as sums of coefficients times parts, and the short terms that these sums are written as."""

from collections.abc import Mapping
from dataclasses import dataclass

from synth.files.sygus.operators import INTEGERS
from synth.language.program import Apply, Program, apply
from synth.language.types import INT, plain
from synth.proofs.constraints.expression import children, head, literal, number, part


@dataclass(frozen=True, slots=True)
class Sum:
    """constant + the sum of coefficient * part; parts are terminals or terms that are not linear."""

    coefficients: Mapping[Program, int]
    constant: int

    def __add__(self, other: "Sum") -> "Sum":
        merged = dict(self.coefficients)
        for key, value in other.coefficients.items():
            merged[key] = merged.get(key, 0) + value
        return Sum({key: value for key, value in merged.items() if value}, self.constant + other.constant)

    def times(self, factor: int) -> "Sum":
        if not factor:
            return Sum({}, 0)
        return Sum({key: factor * value for key, value in self.coefficients.items()}, factor * self.constant)

    def without(self, key: Program) -> "Sum":
        return Sum({k: v for k, v in self.coefficients.items() if k != key}, self.constant)


def linear(program: Program) -> Sum:
    """An integer term as a sum."""
    sums: list[Sum] = []
    for place, node in enumerate(program.nodes):
        if not isinstance(node, Apply):
            sums.append(Sum({part(program, place): 1}, 0))
            continue
        name, below = node.primitive.name, [sums[i] for i in node.args]
        value = number(part(program, place)) if not node.args else None
        if value is not None:
            sums.append(Sum({}, value))
        elif name == "add":
            sums.append(below[0] + below[1])
        elif name == "sub":
            sums.append(below[0] + below[1].times(-1))
        elif name == "neg":
            sums.append(below[0].times(-1))
        elif name == "mul" and not (below[0].coefficients and below[1].coefficients):
            scale, other = (below[0], below[1]) if not below[0].coefficients else (below[1], below[0])
            sums.append(other.times(scale.constant))
        else:
            sums.append(Sum({part(program, place): 1}, 0))
    return sums[-1]


def written(total: Sum) -> Program:
    """The sum as a term, additions first, and a negation only where nothing is added."""
    added = [scaled(key, value) for key, value in total.coefficients.items() if value > 0]
    taken = [scaled(key, -value) for key, value in total.coefficients.items() if value < 0]
    if total.constant > 0 or not (added or taken):
        added.append(literal(total.constant, INT))
    elif total.constant < 0 and added:
        taken.append(literal(-total.constant, INT))
    elif total.constant < 0:
        added.append(literal(total.constant, INT))
    if not added:
        return apply(INTEGERS["neg"], joined(taken))
    result = joined(added)
    for term in taken:
        result = apply(INTEGERS["-"], result, term)
    return result


def joined(terms: list[Program]) -> Program:
    result = terms[0]
    for term in terms[1:]:
        result = apply(INTEGERS["+"], result, term)
    return result


def scaled(term: Program, factor: int) -> Program:
    return term if factor == 1 else apply(INTEGERS["*"], literal(factor, INT), term)


def tidy(program: Program) -> Program:
    """A shorter equal term: sums are collected, in a comparison with what is added on each side."""
    if plain(program.type) == INT:
        return written(linear(program))
    root, args = head(program), children(program)
    if root is None or len(args) != 2 or plain(args[0].type) != INT:
        return program
    difference = linear(args[0]) + linear(args[1]).times(-1)
    left = Sum({key: value for key, value in difference.coefficients.items() if value > 0}, 0)
    right = Sum({key: -value for key, value in difference.coefficients.items() if value < 0}, 0)
    if left.coefficients and (right.coefficients or difference.constant < 0):
        right = right + Sum({}, -difference.constant)
        if right.coefficients and right.constant < 0:
            left, right = left + Sum({}, -right.constant), Sum(right.coefficients, 0)
    elif left.coefficients:
        right = Sum({}, -difference.constant)
    else:
        left = Sum({}, difference.constant)
    return apply(root, written(left), written(right))
