"""A recurrent net as the machine that it runs, and the machine as arithmetic on few integers where that is shorter.

The net is asked words of letters; what is right is never looked at, except that a net that has not learnt its task is
not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from compare.asked import Asked
from compare.explanation import Code, Explanation, Refusal
from compare.extract.recurrent.arithmetic import find_rule
from compare.extract.recurrent.carried import OUTPUTS, Mechanism, carried_along, steps_of
from compare.extract.recurrent.codebook import Codebook, clustered, codebook, shuffled
from compare.extract.recurrent.learn import Learnt, Unmerged, learn
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.rule import Rule
from compare.extract.recurrent.teacher import Teacher, numbers, teacher_of
from compare.read import Reading
from compare.step import Codewords, outputs_of
from synth.language.types import is_vector

NAME = "recurrent"
LEARNT = 0.99  # of the rows, right at every position
UNLIMITED = 1e9
TEMPLATE = "numbers that every input moves by one function, each value held by a set of codewords of the state"


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net that carries a state over an alphabet; refuse any other with the reason."""
    reason = reads(reading) or unlearnt(reading)
    teacher = reason or teacher_of(reading)
    if isinstance(teacher, str):
        return Refusal(extractor=NAME, reason=teacher)
    learnt = learn(teacher, teacher.words_of(reading))
    if isinstance(learnt, Unmerged):
        return Refusal(extractor=NAME, reason=f"no machine: {learnt}")
    rule = find_rule(learnt.machine, teacher.values, UNLIMITED)
    return _explanation(reading, teacher, learnt, [rule] if isinstance(rule, Rule) else [])


def reads(asked: Asked) -> str | None:
    """None for streams and other sequences, otherwise why not."""
    kind = asked.spec.type if asked.spec is not None else None
    if kind is not None and not all(map(is_vector, (*kind.args, kind.result))):
        return f"expected streams, got a specification of type {kind}"
    if asked.exhaustive or asked.x.ndim not in (2, 3) or asked.x.shape[1] < 2:
        return f"expected samples of sequences (rows, time), got inputs of shape {asked.x.shape}"
    return None


def unlearnt(reading: Reading) -> str | None:
    """Why a net is not read that has not learnt its task."""
    right = reading.view.answers.alike(reading.answers, reading.targets)
    if reading.mask is not None and right.ndim == 2:
        right = right | ~reading.mask
    share = float(right.reshape(len(right), -1).all(axis=1).mean())
    if share >= LEARNT:
        return None
    return f"not learned: right throughout on {share:.3g} of the sequences, read from {LEARNT} on"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A mechanism with the codewords that hold it, and its values on the fitted rows."""

    mechanism: Mechanism
    book: Codebook
    values: Int[np.ndarray, "n numbers"]
    states: Float[np.ndarray, "n width"]


def _placed(reading: Reading, teacher: Teacher, mechanism: Mechanism) -> _Placed:
    values = carried_along(mechanism, teacher.words_of(reading)[reading.fitted])
    values = values.reshape(-1, values.shape[-1])
    states = reading.site(teacher.site)[reading.fitted].reshape(len(values), -1)
    draft = steps_of(teacher, mechanism, Codewords(words=states[:1], values=values[:1]))
    book = codebook(reading, draft, (OUTPUTS,), states, values, reading.seed)
    return _Placed(mechanism=mechanism, book=book, values=values, states=states)


def _explanation(reading: Reading, teacher: Teacher, learnt: Learnt, rules: Sequence[Mechanism]) -> Explanation:
    """Of the shortest rule that the net's update respects, or of the one that it respects most."""
    machine, tried = learnt.machine, []
    for mechanism in rules or (learnt.machine,):
        tried.append(_placed(reading, teacher, mechanism))
        if tried[-1].book.closes:
            break
    best = max(tried, key=lambda each: (each.book.closes, min(each.book.closed, each.book.pure)))
    mechanism, book, steps = best.mechanism, best.book, partial(steps_of, teacher, best.mechanism)
    own = steps(book.held)
    known = machine.run(teacher.words_of(reading)[reading.fitted]).states.reshape(-1)
    mixed = np.random.default_rng([reading.seed, 33]).permutation(len(best.values))
    several = len(np.unique(book.held.values, axis=0)) > 1
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(replace(own[0], alignment=book.bits), *own[1:]),
        outputs=(OUTPUTS,),
        hidden=teacher.site,
        control=steps(shuffled(book.held, best.values, known)) if several else (),
        permuted=steps(clustered(best.states, best.values[mixed], 1, reading.seed)),
        codes=lambda: [_code(reading, mechanism, book, own)],
        machine=machine.bits,
        formula=mechanism.text,
        bits_formula=mechanism.bits,
        notes=_notes(teacher, learnt, best),
    )


def _code(reading: Reading, mechanism: Mechanism, book: Codebook, steps: tuple) -> Code:
    return Code(
        bits_dictionary=mechanism.bits,
        bits_alignment=book.bits,
        units_kept=len(book.held.words),
        precision=book.precision,
        answers=reading.decode(np.asarray(outputs_of(steps, (OUTPUTS,), reading.x))),
    )


def _notes(teacher: Teacher, learnt: Learnt, best: _Placed) -> tuple[str, ...]:
    machine, book = learnt.machine, best.book
    said = [
        f"the minimal machine has {machine.size} states and takes {machine.bits:.0f} bits; it answers as the net on "
        f"{learnt.agreement:.4g} of the words of length {learnt.length}",
        f"{len(book.held.words)} codewords of {book.precision} bits a number, for "
        f"{len(np.unique(book.held.values, axis=0))} values; the net's update keeps {book.closed:.4g} of them",
    ]
    if isinstance(best.mechanism, Machine):
        said.append("no arithmetic of few bits computes the machine")
    if machine.memory is not None:
        said.append(f"the last {machine.memory} letters determine the state")
    return (*said, *(longest(teacher, machine, longer) for longer in teacher.reading.longer))


def longest(teacher: Teacher, machine: Machine, longer: Reading) -> str:
    """Up to which length the machine answers as the net, and the first word on which it does not."""
    words = teacher.words_of(longer)
    wrong = machine.run(words).answers != numbers(longer.view.answers, longer.answers)
    if not wrong.any():
        return f"the machine answers as the net on {len(words)} words of length {words.shape[1]}"
    first = np.where(wrong.any(axis=1), wrong.argmax(axis=1), words.shape[1])
    row = int(first.argmin())
    word = " ".join(map(str, words[row, : first[row] + 1].tolist()))
    return f"the machine answers as the net up to length {first[row]}; not on {word}"
