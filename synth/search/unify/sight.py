"""The values of stored programs on some examples, those of the bank and further ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from synth.bank.elsewhere import values_on
from synth.language.types import Type
from synth.search.question import Question, Step, stored

SMALL = 1 << 22  # values of all programs together, up to which they are worked out once for all
NESTED = 16  # programs that one is made of, about
Rows = Int[np.ndarray, " n"] | slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Examples under view: the bank's own first, then further ones."""

    question: Question
    further: Int[np.ndarray, " further"]
    whole: Mapping[Type, np.ndarray] | None  # all programs' values on all of them; None where worked out when needed

    @property
    def examples(self) -> Int[np.ndarray, " some"]:
        """Their numbers among all examples."""
        return np.concatenate([self.question.places, self.further])

    @property
    def answers(self) -> Shaped[np.ndarray, "some ..."]:
        """The goal on them."""
        return self.question.answers[self.examples]


def see(question: Question, further: Int[np.ndarray, " further"]) -> Sight:
    """A view of the bank's examples and further ones."""
    bank = question.bank
    further = np.setdiff1d(further, question.places)
    kinds = [kind for kind in bank.stores if bank.count(kind)]
    if not len(further):
        whole = {kind: stored(bank, kind) for kind in kinds}
    elif len(further) * sum(bank.count(kind) * bank.words(kind) for kind in kinds) > bank.meter.memory.block(16, SMALL):
        whole = None
    else:
        words = values_on(bank, question.at(further))
        whole = {k: np.concatenate([stored(bank, k), bank.shaped(k, words[k])]) for k in kinds}
    return Sight(question=question, further=further, whole=whole)


def values(
    sight: Sight, wanted: Mapping[Type, Rows], spots: Int[np.ndarray, " m"] | slice = slice(None)
) -> dict[Type, np.ndarray]:
    """Values of some programs by type on the examples at `spots` of a view, shape (examples, n, ...)."""
    bank, own = sight.question.bank, len(sight.question.places)
    if sight.whole is not None:
        return {kind: sight.whole[kind][:, rows][spots] for kind, rows in wanted.items()}
    spots = np.arange(len(sight.examples))[spots]
    near, far = spots[spots < own], spots[spots >= own]
    found = {kind: [stored(bank, kind, rows)[near]] for kind, rows in wanted.items()}
    every = {kind: np.arange(bank.count(kind))[rows] for kind, rows in wanted.items()}
    few = parts_of(sight, every)
    for begin in range(0, len(far), few):
        bank.meter.check()
        words = values_on(bank, sight.question.at(sight.examples[far[begin : begin + few]]), every)
        for kind, parts in found.items():
            parts.append(bank.shaped(kind, words[kind]))
    return {kind: np.concatenate(parts) for kind, parts in found.items()}


def parts_of(sight: Sight, wanted: Mapping[Type, np.ndarray]) -> int:
    """Examples on which programs, and those that they are made of, are worked out together."""
    bank = sight.question.bank
    programs = min(sum(map(bank.count, bank.stores)), NESTED * sum(map(len, wanted.values())))
    return bank.meter.memory.block(8 * programs * max(map(bank.words, wanted)), len(sight.examples), 1)


def alone(sight: Sight, example: int) -> dict[Type, np.ndarray]:
    """Values of all programs on one example, shape (1, n, ...); `Spent` where there is no room for them."""
    bank = sight.question.bank
    bank.meter.check()
    bank.check_room(8 * sum(bank.count(kind) * bank.words(kind) for kind in bank.stores))
    words = values_on(bank, sight.question.at(np.array([example])))
    return {kind: bank.shaped(kind, values) for kind, values in words.items()}


def with_others(
    sight: Sight, kind: Type, rows: Rows, path: tuple[Step, ...], spots: Int[np.ndarray, " m"] | slice = slice(None)
) -> tuple[np.ndarray, list[list[np.ndarray]]]:
    """Values of some programs, and those of the other arguments of each step."""
    others = [[values(sight, {other: np.array([row])}, spots)[other] for other, row in pairs(step)] for step in path]
    return values(sight, {kind: rows}, spots)[kind], others


def pairs(step: Step) -> list[tuple[Type, int]]:
    """The other arguments of a step: type and row."""
    return list(zip(step.others, step.rows, strict=True))
