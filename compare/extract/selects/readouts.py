"""What a position answers, of the integers that it holds: the shortest expression, a table, or a few questions."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2

import numpy as np
from jaxtyping import Int

from compare.bits import exception_bits
from compare.extract.selects.decisions import Decision, decisions, least
from compare.extract.selects.variables import PLACE, TOTAL, TOTALS, VALUE, Variable, brought_by
from synth import BOOL, Budget, Program, levels
from synth.library import LIBRARIES

MOST_PATCHES = 2  # numbers that are answered in another way
ROWS = 1500  # answers that expressions are held against
TOLD = 1000  # answers that two numbers are held against
LIMITS = Budget(seconds=120.0, bytes=1 << 28, candidates=50_000, bits=32.0)
MOST_ENTRIES = 600  # of a table
PROMISING = 0.5  # of the answers wrong, at most, before some numbers are answered in another way
WORDS = ("add", "sub", "min", "max", "lt", "le", "eq", "if_int", "and", "or", "not", "truth")
MORE_WORDS = ("mul", "mod", "floordiv", "abs")  # where few numbers tell the answers
CONSTANTS, MORE_CONSTANTS = (0, 1), (2, 3)  # there also how many answers, and how many letters, there are
FEW, TELLS = 3, 0.03  # sets of one or two numbers that tell the answers; share of these that they may leave
SOME = 400  # answers that these are held against
PAIRED = 60  # numbers that tell most alone, at most, of which two are tried together
DEEPER = replace(LIMITS, candidates=100_000, bits=36.0)

Values = Mapping[str, Int[np.ndarray, " n"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """Answers by integers; its text, its bits, and what it reads."""

    text: str
    of: str = "y"  # what the text is of
    bits: float
    reads: tuple[str, ...]
    answer: Callable[[Values], np.ndarray]  # (n,), of distributions (n, classes)
    program: Program | None = None  # None of a table and of a decision
    decision: Decision | None = None
    truth: bool = False  # the program says whether, 1 or 0
    patches: tuple[tuple[int, int], ...] = ()  # numbers of the program that are answered in another way
    entries: int = 0  # of a table
    table: tuple[tuple[int, int], ...] = ()  # of one variable, its numbers and the answers

    @property
    def nodes(self) -> int:
        """Of its expression, two for each patch; of a table its entries and what it reads."""
        if self.decision is not None:
            return self.decision.nodes
        return (len(self.program.nodes) if self.program else len(self.reads)) + 2 * len(self.patches) + self.entries

    def default(self, name: str) -> int:
        """What is answered where a variable that is answered as it is holds none."""
        alone = self.program is not None and self.reads == (name,) and self.program.show() == name
        return dict(self.patches).get(-1, 0) if alone else 0


def shortest(
    variables: Mapping[str, Variable],
    values: Values,
    answers: Int[np.ndarray, " n"],
    classes: int,
    seed: int,
    most: float | None = None,
) -> tuple[Readout, float]:
    """The readout of fewest bits with its exceptions on these answers; no expression of more than `most` bits."""
    rows = np.random.default_rng([seed, 43]).permutation(len(answers))[:ROWS]
    some, goal = {name: each[rows] for name, each in values.items()}, answers[rows]
    best: tuple[float, Readout] | None = None
    for readout in _tables(variables, some, goal, classes):
        best = _better(best, readout, some, goal, classes)
    assert best is not None
    plain = {name: each for name, each in some.items() if variables[name].kind != TOTAL}
    bound = np.inf if most is None else most
    for readout in _of_few(variables, some, goal, classes, min(best[0], bound)):
        best = _better(best, readout, some, goal, classes)
    for readout in _expressions(plain, goal, classes, min(best[0], bound)):
        best = _better(best, readout, some, goal, classes)
    if best[0] > least(variables):
        for each in decisions(variables, plain, goal, classes):
            told = Readout(text=str(each), bits=each.bits, reads=each.reads, answer=each.answer, decision=each)
            best = _better(best, told, some, goal, classes)
    return best[1], best[1].bits + _exceptions(best[1].answer(values), answers, classes)


def promised(values: Values, answers: Int[np.ndarray, " n"], classes: int, seed: int) -> float:
    """Bits of the answers that no number is equal to, nor two numbers tell: their table, learnt on half of few."""
    rows = np.random.default_rng([seed, 44]).permutation(len(answers))[:TOLD]
    goal, given = answers[rows], {name: each[rows] for name, each in values.items() if np.ptp(each[rows]) > 0}
    live = {name: given[name] for name in {each.tobytes(): name for name, each in reversed(given.items())}.values()}
    wrong = min([float((each != goal).mean()) for each in live.values()], default=1.0)
    wrong = min([wrong, *(share for share, _ in _untold(live, goal, classes))])
    return exception_bits(len(answers), round(wrong * len(answers)), classes)


def _untold(values: Values, answers: Int[np.ndarray, " n"], classes: int) -> Iterator[tuple[float, tuple[str, ...]]]:
    """What the table of one number, or of two of those that tell most, learnt on half of the answers, gets wrong."""
    numbers = {name: np.unique(each, return_inverse=True)[1] for name, each in values.items()}
    alone = {name: _wrong(each, answers, classes) for name, each in numbers.items()}
    yield from ((share, (name,)) for name, share in alone.items())
    few = set(sorted(alone, key=alone.__getitem__)[:PAIRED])
    for one, other in itertools.combinations([name for name in numbers if name in few], 2):
        if _beside(one, other):
            cells = np.unique(numbers[one] * (numbers[other].max() + 1) + numbers[other], return_inverse=True)[1]
            yield _wrong(cells, answers, classes), (one, other)


def _wrong(cells: Int[np.ndarray, " n"], answers: Int[np.ndarray, " n"], classes: int) -> float:
    """Share of the second half of the answers that is not the most usual one of its cell in the first."""
    half = len(answers) // 2
    counts = np.zeros((cells.max(initial=0) + 1, classes))
    np.add.at(counts, (cells[:half], answers[:half]), 1)
    return float((counts.argmax(axis=1)[cells[half:]] != answers[half:]).mean())


def _beside(one: str, other: str) -> bool:
    """Whether two numbers may tell the answers: what a head adds up, with others of it and the position's own."""
    heads = [brought_by(each) for each in (one, other)]
    totals = any(each[3:] in TOTALS for each in (one, other))
    return not totals or None in heads or heads[0] == heads[1]


def _better(
    best: tuple[float, Readout] | None, readout: Readout, values: Values, answers: np.ndarray, classes: int
) -> tuple[float, Readout]:
    total = readout.bits + _exceptions(readout.answer(values), answers, classes)
    return (total, readout) if best is None or total < best[0] else best


def _exceptions(given: np.ndarray, answers: np.ndarray, classes: int) -> float:
    return exception_bits(len(answers), int((given != answers).sum()), classes)


def _of_few(
    variables: Mapping[str, Variable], values: Values, answers: np.ndarray, classes: int, limit: float
) -> Iterator[Readout]:
    """Expressions in more words of one number, or of two, whose table tells the answers."""
    live = {name: each for name, each in values.items() if np.ptp(each) > 0}
    telling = sorted(
        (len(names), sum(variables[name].kind == PLACE for name in names), share, names)
        for share, names in _untold(live, answers, classes)
        if share <= TELLS
    )
    goal = answers[:SOME]
    numbers = {classes, *(each.size - 1 for each in variables.values() if each.kind == VALUE)}
    constants = sorted({*CONSTANTS, *MORE_CONSTANTS, *numbers})
    for *_, names in telling[:FEW]:
        some = {name: live[name][:SOME] for name in names}
        for readout in _expressions(some, goal, classes, limit, DEEPER, WORDS + MORE_WORDS, constants):
            limit = min(limit, readout.bits + _exceptions(readout.answer(values), answers, classes))
            yield readout


def _expressions(
    values: Values,
    answers: np.ndarray,
    classes: int,
    most: float,
    budget: Budget = LIMITS,
    words: Sequence[str] = WORDS,
    constants: Sequence[int] = CONSTANTS,
) -> Iterator[Readout]:
    """Expressions of the integers, shorter ones first, while a longer one may still pay."""
    live = {name: each for name, each in values.items() if np.ptp(each) > 0}
    columns = {**live, **{f"{number}": np.full(len(answers), number) for number in constants}}
    library = [word for word in LIBRARIES["loops"] if word.name in words]
    for level in levels(library, columns, budget):
        if level.bits >= most:
            return
        for kind, given in level.values.items():
            found = np.asarray(given).astype(np.int64)
            wrong = (found != answers[:, None]).sum(axis=0)
            for i in np.flatnonzero(wrong <= max(int(wrong.min()), PROMISING * len(answers)))[:64]:
                program = level.program(kind, int(i))
                for readout in _with_patches(program, level.bits, found[:, i], answers, classes):
                    total = readout.bits + _exceptions(readout.answer(values), answers, classes)
                    if total < most:
                        most = total
                        yield readout


def _with_patches(
    program: Program, bits: float, found: np.ndarray, answers: np.ndarray, classes: int
) -> Iterator[Readout]:
    """The expression, and the same with few of its numbers answered in another way."""
    reads = tuple(word.name for word in program.terminals if not word.name.isdigit())

    def run(values: Values) -> np.ndarray:
        rows = len(next(iter(values.values())))
        names = [word.name for word in program.terminals]
        given = {name: np.full(rows, int(name)) if name.isdigit() else values[name] for name in names}
        return program.run(given).astype(int)

    known = {"reads": reads, "program": program, "truth": program.type == BOOL}
    yield Readout(text=str(program), bits=3.0 + bits, answer=run, **known)
    patches = []
    for number in np.unique(found):
        here = answers[found == number]
        most = int(np.bincount(here, minlength=classes).argmax())
        if most != number:
            patches.append((int((here == most).sum() - (here == number).sum()), int(number), most))
    chosen = [each for each in sorted(patches, reverse=True)[:MOST_PATCHES] if each[0] > 0]
    for length in range(1, len(chosen) + 1):
        some = [(number, most) for _, number, most in chosen[:length]]
        said = ", ".join(f"{number} -> {most}" for number, most in some)
        spread = log2(max(len(np.unique(found)), 2)) + log2(max(classes, 2))
        total = 4.0 + bits + length * spread
        yield Readout(
            text=f"{program} but {said}", bits=total, answer=_patched(run, some), patches=tuple(some), **known
        )


def _patched(run: Callable[[Values], np.ndarray], some: list[tuple[int, int]]) -> Callable[[Values], np.ndarray]:
    def answer(values: Values) -> np.ndarray:
        found = run(values)
        given = found.copy()
        for number, most in some:
            given[found == number] = most
        return given

    return answer


def _tables(variables: Mapping[str, Variable], values: Values, answers: np.ndarray, classes: int) -> Iterator[Readout]:
    """One answer for each number of a variable, or of two."""
    names = [name for name in values if variables[name].kind not in (VALUE, TOTAL)]
    for place, one in enumerate(names):
        for other in (None, *names[place + 1 :]):
            size = (variables[one].size + 1) * (variables[other].size + 1 if other else 1)
            if size > MOST_ENTRIES:
                continue
            yield _table(one, other, variables, values, answers, classes)


def _table(
    one: str,
    other: str | None,
    variables: Mapping[str, Variable],
    values: Values,
    answers: np.ndarray,
    classes: int,
) -> Readout:
    width = variables[other].size + 1 if other else 1

    def place(given: Values, name: str) -> np.ndarray:
        return np.minimum(given[name], variables[name].size - 1) + 1  # longer sequences may hold more

    def number(given: Values) -> np.ndarray:
        return place(given, one) * width + (place(given, other) if other else 0)

    entries = (variables[one].size + 1) * width
    counts = np.zeros((entries, classes))
    np.add.at(counts, (number(values), answers), 1)
    table, seen = counts.argmax(axis=1), counts.any(axis=1)
    names = (one, other) if other else (one,)
    return Readout(
        text=f"table of {' and '.join(names)}",
        bits=3.0 + len(names) * log2(len(values) + 1) + float(seen.sum()) * log2(max(classes, 2)),
        reads=names,
        answer=lambda given: table[number(given)],
        entries=int(seen.sum()),
        table=() if other else tuple((int(each) - 1, int(table[each])) for each in np.flatnonzero(seen)),
    )
