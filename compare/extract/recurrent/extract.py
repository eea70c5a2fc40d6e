"""A recurrent net as the machine that it runs, and the machine as a loop of few variables where that is shorter.

The net is asked words of letters; what is right is never looked at, except that a net that has not learnt its task is
not read. Loops are proposed by the machine of its states, and beside it by its answers alone; either counts as read
only where its variables are found in the state.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from compare.answers import Sets
from compare.asked import Asked
from compare.explanation import Code, Explanation, Refusal
from compare.extract.recurrent.affine import affinely, fitted
from compare.extract.recurrent.carried import OUTPUTS, Affine, Mechanism, carried_along, run_along, steps_of
from compare.extract.recurrent.codebook import AFFINE_BITS, PRECISIONS, Codebook, clustered, codebook, many
from compare.extract.recurrent.controls import exchanged_words, other_code
from compare.extract.recurrent.learn import HOLDS, Learnt, learn
from compare.extract.recurrent.loops import Looped, Merged, merging
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.sought import BRIEF, SECONDS, Told, further, of_machine, of_words
from compare.extract.recurrent.strict import equal, first_difference
from compare.extract.recurrent.teacher import Teacher, numbers, teacher_of
from compare.read import Reading
from compare.step import Codewords, outputs_of
from synth.language.types import is_vector

NAME = "recurrent"
LEARNT = 0.99  # of the rows, right at every position
ERRING = 1.5  # times as many words as a net errs on may a loop answer otherwise
LISTED = 64  # letters, at most, with which states are asked to the end
MOST_SETS = 16  # that are written out
MOST_LOOPS = 3  # whose place is sought
TEMPLATE = "numbers that every input moves by one function, each value held by a set of codewords of the state"


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net that carries a state over an alphabet; refuse any other with the reason."""
    reason = reads(reading)
    right = 0.0 if reason else right_throughout(reading)
    teacher = reason or unlearnt(right) or teacher_of(reading)
    if isinstance(teacher, str):
        return Refusal(extractor=NAME, reason=teacher)
    found = proposals(teacher, right)
    if isinstance(found, str):
        return Refusal(extractor=NAME, reason=found)
    return _explanation(reading, teacher, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """The machine of the net's states, loops that answer as the net does, and what its answers alone gave."""

    learnt: Learnt | None
    loops: tuple[Looped, ...]  # the shortest first
    alone: Looped | None
    why: str  # there is no machine

    @property
    def machine(self) -> Machine | None:
        return self.learnt.machine if self.learnt else None


def proposals(teacher: Teacher, right: float) -> Proposals | str:
    """All that may be sought in the state of a net, right on this share of the words; or why there is nothing."""
    reading, few = teacher.reading, len(teacher.letters) <= LISTED
    words, told = teacher.words_of(reading), numbers(reading.view.answers, reading.answers)
    found = (
        "answers are several numbers" if teacher.several else f"{len(teacher.letters)} letters are more than {LISTED}"
    )
    if few and not teacher.several:
        found = learn(teacher, words)
    learnt = found if isinstance(found, Learnt) else None
    loops = of_machine(learnt.machine, teacher.values, reading.seed) if learnt else []
    asked = Told(words, told, forgiven=max(1 - HOLDS, ERRING * (1 - right)))
    alone = of_words(asked, teacher.values, reading.seed, BRIEF if loops else SECONDS)
    if learnt is None and alone is None:
        return f"no machine: {found}; and no loop of few variables gives the net's answers"
    loops = answering((*loops, *([alone] if alone else [])), asked)
    if learnt is not None and lasting(teacher, learnt.machine):
        loops = [each for each in loops if not isinstance(equal(each, learnt.machine, len(teacher.letters)), tuple)]
    elif loops and (better := further(teacher, loops[0], asked)):
        loops, alone = [better], better
    return Proposals(learnt=learnt, loops=tuple(loops[:MOST_LOOPS]), alone=alone, why="" if learnt else str(found))


def answering(loops: Iterable[Looped], asked: Told) -> list[Looped]:
    """Those that err on no more of the words than is forgiven, each once, the shortest first."""
    distinct = {each.loop: each for each in loops}.values()
    few = asked.forgiven * len(asked.words)
    return sorted((e for e in distinct if len(asked.wrong(e.loop, e.values)) <= few), key=lambda loop: loop.bits)


def lasting(teacher: Teacher, machine: Machine) -> bool:
    """Whether a machine answers as the net on words longer than those that it was learnt on, so that none is cut."""
    longer = [(teacher.words_of(each), numbers(each.view.answers, each.answers)) for each in teacher.reading.longer]
    return bool(longer) and all(first_difference(run_along(machine, words)[0], told) is None for words, told in longer)


def reads(asked: Asked) -> str | None:
    """None for streams and other sequences, otherwise why not."""
    kind = asked.spec.type if asked.spec is not None else None
    if kind is not None and not all(map(is_vector, (*kind.args, kind.result))):
        return f"expected streams, got a specification of type {kind}"
    if asked.exhaustive or asked.x.ndim not in (2, 3) or asked.x.shape[1] < 2:
        return f"expected samples of sequences (rows, time), got inputs of shape {asked.x.shape}"
    return None


def unlearnt(right: float) -> str | None:
    """Why a net is not read that is right on so few of the sequences."""
    if right >= LEARNT:
        return None
    return f"not learned: right throughout on {right:.3g} of the sequences, read from {LEARNT} on"


def right_throughout(reading: Reading) -> float:
    """Share of the sequences on which the net is right at every position."""
    right = reading.view.answers.alike(reading.answers, reading.targets)
    if reading.mask is not None and right.ndim == 2:
        right = right | ~reading.mask
    return float(right.reshape(len(right), -1).all(axis=1).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A mechanism with the codewords that hold it, and its values on the fitted rows."""

    mechanism: Mechanism
    book: Codebook
    values: Int[np.ndarray, "n numbers"]
    states: Float[np.ndarray, "n width"]


def _placed(reading: Reading, teacher: Teacher, mechanism: Mechanism) -> _Placed:
    words, states = teacher.words_of(reading)[reading.fitted], reading.site(teacher.site)[reading.fitted]
    values = carried_along(mechanism, words)
    flat, told = states.reshape(values[..., 0].size, -1), values.reshape(-1, values.shape[-1])
    books = []
    if many(told) or not isinstance(mechanism, Machine):
        found = affinely(teacher, mechanism, words, states, values)
        shares = {"closed": found.closed, "steady": found.steady, "pure": found.told}
        books.append(Codebook(held=found.held, precision=AFFINE_BITS, **shares))
    fewest = len(np.unique(told, axis=0)) * flat.shape[1] * PRECISIONS[0]
    if not (many(told) or (books and books[0].closes and books[0].bits <= fewest)):
        draft = steps_of(teacher, mechanism, Codewords(words=flat[:1], values=told[:1]))
        fitting = replace(reading, reported=reading.fitted)
        books.append(codebook(fitting, draft, (OUTPUTS,), flat, told, reading.seed))
    return _Placed(mechanism=mechanism, book=max(books, key=lambda book: book.rank), values=told, states=flat)


def _tried(teacher: Teacher, found: Proposals) -> Iterator[Mechanism]:
    """The loops, each with all values told apart, then only as far as what may follow tells them; else the machine."""
    for loop in found.loops:
        yield loop
        merged = None if teacher.sampled else merging(loop, len(teacher.letters), teacher.reading.x.shape[1])
        if merged is not None:
            yield merged
    if found.machine is not None and not found.loops:
        yield found.machine


def _explanation(reading: Reading, teacher: Teacher, found: Proposals) -> Explanation:
    """Of the shortest mechanism that the net's update respects, or of the one that it respects most."""
    tried: list[_Placed] = []
    for mechanism in _tried(teacher, found):
        tried.append(_placed(reading, teacher, mechanism))
        if tried[-1].book.closes:
            break
    best = max(tried, key=lambda each: (each.book.closes, each.book.worst))
    mechanism, book, steps = best.mechanism, best.book, partial(steps_of, teacher, best.mechanism)
    own = steps(book.held)
    control, permuted = _controls(teacher, best)
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(replace(own[0], alignment=book.bits), *own[1:]),
        outputs=(OUTPUTS,),
        hidden=teacher.site,
        control=() if control is None else steps(control),
        permuted=steps(permuted),
        codes=lambda: [_code(teacher, mechanism, book)],
        machine=found.machine.bits if found.machine else _table_of_values(teacher, best.values),
        formula=mechanism.text,
        bits_formula=mechanism.bits,
        nodes=mechanism.nodes,
        loop=mechanism.loop,
        loop_of_answers=found.alone.loop if found.alone else None,
        notes=_notes(teacher, found, best),
    )


def _controls(teacher: Teacher, best: _Placed) -> tuple[Codewords | Affine | None, Codewords | Affine]:
    """Each value held as another one is, and what the same fit makes of values that are shuffled between the states."""
    reading, held, values = teacher.reading, best.book.held, best.values
    mixed = values[np.random.default_rng([reading.seed, 33]).permutation(len(values))]
    letters = len(teacher.letters)
    if isinstance(held, Affine):
        return other_code(best.mechanism, letters, held, values, reading.seed), fitted(best.states, mixed)
    control = exchanged_words(best.mechanism, letters, held, reading.seed)
    return control, clustered(best.states, mixed, 1, reading.seed)


def _table_of_values(teacher: Teacher, values: Int[np.ndarray, "n numbers"]) -> float:
    """Bits of the machine whose states are the values that occur."""
    count, reading = len(np.unique(values, axis=0)), teacher.reading
    answers = len(np.unique(numbers(reading.view.answers, reading.answers)))
    return count * len(teacher.letters) * float(np.log2(max(count, 2)) + np.log2(max(answers, 2)))


def _code(teacher: Teacher, mechanism: Mechanism, book: Codebook) -> Code:
    """The mechanism run in the net's place; values that were taken for one another in the net do not matter there."""
    reading, own = teacher.reading, mechanism.inner if isinstance(mechanism, Merged) else mechanism
    steps = steps_of(teacher, own, book.held)
    return Code(
        bits_dictionary=own.bits,
        bits_alignment=book.bits,
        units_kept=len(book.held.by if isinstance(book.held, Affine) else book.held.words),
        precision=book.precision,
        answers=reading.decode(np.asarray(outputs_of(steps, (OUTPUTS,), reading.x))),
    )


def _notes(teacher: Teacher, found: Proposals, best: _Placed) -> tuple[str, ...]:
    book, longer = best.book, teacher.reading.longer
    held = (
        f"{len(book.held.by)} directions of the state hold {len(np.unique(best.values, axis=0))} values"
        if isinstance(book.held, Affine)
        else f"{len(book.held.words)} codewords of {book.precision} bits a number, for "
        f"{len(np.unique(book.held.values, axis=0))} values"
    )
    many_letters = f"the alphabet is too large to list: its letters are the {len(teacher.letters):,} that were met"
    said = [
        *([many_letters] if teacher.sampled else []),
        *sets_said(teacher),
        f"{held}; the net's update keeps {book.closed:.4g} of them",
        *(longest(teacher, best.mechanism, each) for each in longer),
    ]
    if found.learnt is None:
        return (f"no machine: {found.why}", *said)
    machine = found.learnt.machine
    head = (
        f"the minimal machine has {machine.size} states and takes {machine.bits:.0f} bits; it answers as the net on "
        f"{found.learnt.agreement:.4g} of the words of length {found.learnt.length}"
    )
    memory = [] if machine.memory is None else [f"the last {machine.memory} letters determine its state"]
    return (head, *memory, *said, *(f"the machine: {longest(teacher, machine, each)}" for each in longer))


def sets_said(teacher: Teacher) -> list[str]:
    """What the numbers mean that answers which are sets are written by."""
    kind, given = teacher.reading.view.answers, teacher.reading.answers
    if not isinstance(kind, Sets):
        return []
    met = np.unique(given.reshape(-1, kind.symbols), axis=0)[:MOST_SETS]
    order = numbers(kind, met).argsort()
    said = (f"{numbers(kind, met[i])} = {{{', '.join(map(str, np.flatnonzero(met[i])))}}}" for i in order)
    return [f"answers are sets of symbols: {', '.join(said)}"]


def longest(teacher: Teacher, mechanism: Mechanism, longer: Reading) -> str:
    """Up to which length a mechanism answers as the net, and the first word on which it does not."""
    words = teacher.words_of(longer)
    apart = first_difference(run_along(mechanism, words)[0], numbers(longer.view.answers, longer.answers))
    if apart is None:
        return f"it answers as the net on {len(words)} words of length {words.shape[1]}"
    row, time = apart
    word = " ".join(",".join(map(str, teacher.values[letter])) for letter in words[row, : time + 1])
    return f"it answers as the net up to length {time}; not on {word}"
