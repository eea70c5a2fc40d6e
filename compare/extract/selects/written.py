"""What is read in a transformer as a program of synth's sequences, where it has the words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from compare.extract.selects.decisions import Decision, decided, shifted
from compare.extract.selects.parts import Part
from compare.extract.selects.program import Head
from compare.extract.selects.readouts import Readout
from compare.extract.selects.relations import OPERATORS, Always, Atom, Joined, Relation, Select, Within
from compare.extract.selects.variables import INDEX, LEFT, SYMBOLS, VALUES, Frame
from synth import Program, parse
from synth.language.types import SEQUENCE
from synth.library import named

LIBRARY = named(("sequences", "functions", "integers", "boolean", "choice"))
ARGUMENT = "a"
NAMED = {"=": "same", "!=": "different", "<": "below", ">": "above"}  # how a key is to a query
COMPARED = {"=": "(eq {0} {1})", "!=": "(not (eq {0} {1}))", "<": "(lt {0} {1})", ">": "(gt {0} {1})"}
LETTERS = "xyz"
WRITTEN = 16  # entries of a table, at most, that is written out


def in_words(frame: Frame, heads: Sequence[Head], readout: Readout) -> Program | None:
    """The program of these heads and this readout; None where the language has no words for a part of it.

    What a select looks at where it finds nothing is left out, since an aggregate has 0 there.
    """
    said = _variables(frame)
    for head in heads:
        text = _head(head, said, frame, readout)
        if text is None:
            return None
        said |= text
    text = _answer(readout, said)
    return None if text is None else parse(text, LIBRARY, {ARGUMENT: SEQUENCE})


def _variables(frame: Frame) -> dict[str, str]:
    """Every variable as a sequence; the value of a mark above the letters is 0, as that of one below is less."""
    above = frame.alphabet - frame.letters.stop - (frame.padding is not None)
    last = frame.letters.stop - 1
    value = f"(map_seq (lambda (x) (if_int (le x {last}) x 0)) {ARGUMENT})" if above > 0 else ARGUMENT
    said = {SYMBOLS: ARGUMENT, VALUES: value, INDEX: f"(indices {ARGUMENT})", LEFT: f"(to_end {ARGUMENT})"}
    return said | {part.name: _part(part, ARGUMENT, 1 + number) for number, part in enumerate(frame.parts)}


def _part(part: Part, symbols: str, nothing: int = 1) -> str:
    """What symbols of a sort hold, and a negative number for others."""
    held, nowhere = f"(sub x {part.start})", f"(sub 0 {nothing})"
    held = f"(floordiv {held} {part.over})" if part.over > 1 else held
    held = f"(mod {held} {part.by})" if part.by * part.over < part.stop - part.start else held
    held = f"(if_int (lt x {part.stop}) {held} {nowhere})"
    return f"(map_seq (lambda (x) (if_int (lt x {part.start}) {nowhere} {held})) {symbols})"


def _head(head: Head, said: Mapping[str, str], frame: Frame, readout: Readout) -> dict[str, str] | None:
    """The variables that the head brings."""
    assert head.named is not None
    select, value = head.named.select, said.get(head.named.value)
    looks = _select(select, said, frame)
    if looks is None or value is None:
        return None
    lettered = _of_letters(looks, head, said, frame)
    found = {f"{head.name}n": f"(selector_width {looks})", f"{head.name}most": f"(most_common {lettered} {value})"}
    for name, word in (("min", "least_of"), ("max", "greatest_of")):
        found[f"{head.name}{name}"] = f"(aggregate ({word} {lettered} {value}) {value})"
    for name, word in (("own", "same"), ("less", "below")):
        found[f"{head.name}{name}"] = f"(selector_width (selector_and {lettered} (select {word} {value} {value})))"
    if head.same:
        short = _short(select, value) if head.single else None
        default = readout.default(head.name)
        brought = short or (
            f"(aggregate_else {default} {looks} {value})" if default else f"(aggregate {looks} {value})"
        )
        found |= {head.name: brought, f"{head.name}v": brought}
    for part in head.parts:
        numbers = _part(part, value)
        here = f"(selector_and {looks} (select (lambda (x y) (ge x 0)) {numbers} {numbers}))"
        found[f"{head.name}{part.name}"] = f"(aggregate {here} {numbers})"
    for name, some in head.tallies.items():
        held = f"(select (lambda (x y) {_any_of(some)}) {value} {value})"
        found[name] = f"(selector_width (selector_and {looks} {held}))"
    return found


def _any_of(values: Sequence[int]) -> str:
    """Whether x is one of these."""
    if len(values) == 1:
        return f"(eq x {values[0]})"
    if values[-1] - values[0] == len(values) - 1:
        return f"(and (le {values[0]} x) (le x {values[-1]}))"
    return f"(or (eq x {values[0]}) {_any_of(values[1:])})"


def _of_letters(looks: str, head: Head, said: Mapping[str, str], frame: Frame) -> str:
    """What is looked at, marks left out."""
    assert head.named is not None
    if head.named.value == SYMBOLS and frame.letters.start > 0:
        letters = f"(select (lambda (x y) (lt 0 x)) {said[VALUES]} {said[VALUES]})"
        return f"(selector_and {looks} {letters})"
    return looks


def _short(select: Select, value: str) -> str | None:
    """The neighbour of a position has a word of its own, and so has one further away by it."""
    atom = select.relation
    if (
        select.pick != "all"
        or not isinstance(atom, Atom)
        or (atom.key, atom.query, atom.operator) != (INDEX, INDEX, "=")
    ):
        return None
    word = "previous" if atom.by < 0 else "following"
    for _ in range(abs(atom.by)):
        value = f"({word} {value})"
    return value if 0 < abs(atom.by) <= 4 else None


def _select(select: Select, said: Mapping[str, str], frame: Frame) -> str | None:
    looks = _relation(select.relation, said)
    if looks is None:
        return None
    if frame.causal:
        looks = f"(causal {looks})"
    if select.by is not None:
        word = {"least": "least_of", "most": "greatest_of"}[select.pick]
        return f"({word} {looks} {said[select.by]})" if select.by in said else None
    return {"all": looks, "first": f"(first_of {looks})", "last": f"(last_of {looks})"}[select.pick]


def _relation(relation: Relation, said: Mapping[str, str]) -> str | None:
    if isinstance(relation, Always):
        return f"(everywhere {ARGUMENT})"
    if isinstance(relation, Joined):
        one, other = _relation(relation.one, said), _relation(relation.other, said)
        if one is None or other is None:
            return None
        if relation.connective == "and not":
            return f"(selector_and {one} (selector_not {other}))"
        return f"(selector_{relation.connective} {one} {other})"
    if any(name not in said for name in relation.reads()):
        return None
    if isinstance(relation, Within):
        compared = COMPARED[relation.operator].format("x", "y")
        held = _over(f"(if_int {compared} 1 0)", [said[relation.one], said[relation.other]])
        return f"(select (lambda (x y) (eq x 1)) {held} {held})"
    return _atom(relation, said)


def _atom(atom: Atom, said: Mapping[str, str]) -> str:
    if atom.operator not in OPERATORS:
        keys, queries = said[str(atom.key)], said[atom.query or str(atom.key)]
        return f"(select (lambda (x y) {_periodic(atom)}) {keys} {queries})"
    if atom.key and atom.query:
        keys, queries = said[atom.key], said[atom.query]
        if atom.by == 0:
            return f"(select {NAMED[atom.operator]} {keys} {queries})"
        other = shifted("y", atom.by)
        return f"(select (lambda (x y) {COMPARED[atom.operator].format('x', other)}) {keys} {queries})"
    held = said[atom.key or str(atom.query)]
    side = "x" if atom.key else "y"
    return f"(select (lambda (x y) {COMPARED[atom.operator].format(side, atom.by)}) {held} {held})"


def _periodic(atom: Atom) -> str:
    if atom.operator[0] in "*:":
        key, query = (
            f"(mul {letter} {atom.period})" if atom.operator[0] == m else letter for m, letter in (":x", "*y")
        )
        return f"(eq {key} {shifted(query, atom.by)})"
    if atom.operator[0] == "%":
        number = "(sub x y)" if atom.query else "x"
        return f"(eq (mod {number} {atom.period}) {atom.by})"
    one, other = (f"(floordiv {shifted(letter, atom.by)} {atom.period})" for letter in "xy")
    return f"(eq {one} {other})"


def _answer(readout: Readout, said: Mapping[str, str]) -> str | None:
    """The readout's expression at every position."""
    if readout.decision is not None:
        return _decision(readout.decision, said)
    if readout.table and len(readout.table) <= WRITTEN and readout.reads[0] in said:
        return _over(_listed(readout.table), [said[readout.reads[0]]])
    if readout.program is None or any(name not in said for name in readout.reads):
        return None
    names = list(dict.fromkeys(readout.reads))
    if not 0 < len(names) <= 2:
        return None
    letters = dict(zip(names, LETTERS, strict=False))
    body = _without_truths(re.sub(r"\|(\d+)\|", r"\1", readout.program.show()))
    for name in sorted(letters, key=len, reverse=True):
        body = body.replace(name, letters[name])
    alone = body == "x" and names[0].endswith("most")  # 0, where there is none, is no letter
    for number, answer in readout.patches:
        number = 0 if alone and number < 0 else number
        if number >= 0:
            body = f"(if_int (eq {body} {number}) {answer} {body})"
    if readout.truth:
        body = f"(if_int {body} 1 0)"
    if body == "x":
        return said[names[0]]
    return _over(body, [said[name] for name in names])


def _without_truths(body: str) -> str:
    """Whether something is, as 1 or 0, in a word that the language has: the innermost first."""
    while "(truth " in body:
        begin = body.rindex("(truth ")
        inside = begin + len("(truth ")
        depth = np.cumsum([{"(": 1, ")": -1}.get(letter, 0) for letter in body[inside:]])
        end = inside + int((depth < 0).argmax())
        body = f"{body[:begin]}(if_int {body[inside:end]} 1 0){body[end + 1 :]}"
    return body


def _listed(table: Sequence[tuple[int, int]]) -> str:
    """The answer to each number, the most usual one to all others."""
    given = [answer for _, answer in table]
    usual = max(given, key=given.count)
    body = str(usual)
    for number, answer in table:
        if answer != usual and number >= 0:
            body = f"(if_int (eq x {number}) {answer} {body})"
    return body


def _decision(decision: Decision, said: Mapping[str, str]) -> str | None:
    """In one function of two sequences at most; of more, every question is a sequence of 0 and 1."""
    names, questions = decision.reads, decision.questions
    if any(name not in said for name in names):
        return None
    if len(names) <= 2:
        letters = dict(zip(names, LETTERS, strict=False))
        asked = [each.shown(letters[each.one], letters[each.other] if each.other else None) for each in questions]
        return _over(decided(asked, decision.leaves), [said[name] for name in names])
    each = [_decision(replace(decision, questions=(one,), leaves=(0, 1)), said) for one in questions]
    whole = each[0]
    for one in each[1:-1]:
        whole = f"(zip_seq (lambda (x y) (add (mul 2 x) y)) {whole} {one})"
    before = [f"(eq x {number})" for number in range(2 ** (len(each) - 1))]
    pairs = [decided(["(eq y 1)"], decision.leaves[2 * number : 2 * number + 2]) for number in range(len(before))]
    body = pairs[0]
    for test, pair in zip(before[1:], pairs[1:], strict=True):
        body = f"(if_int {test} {pair} {body})"
    return f"(zip_seq (lambda (x y) {body}) {whole} {each[-1]})"


def _over(body: str, sequences: Sequence[str]) -> str:
    """A function of the items of one or of two sequences."""
    if len(sequences) == 1:
        return f"(map_seq (lambda (x) {body}) {sequences[0]})"
    return f"(zip_seq (lambda (x y) {body}) {' '.join(sequences)})"
