"""The values of stored programs on some examples, those of the bank and further ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from synth.types import Type
from synth.unify.question import Question, Step, shaped, stored

SMALL = 1 << 19  # values of all programs together, up to which they are worked out once for all


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Examples under view: the bank's own first, if `own`, then further ones; `whole` has all values on the latter."""

    question: Question
    further: Int[np.ndarray, " further"]
    whole: Mapping[Type, np.ndarray] | None  # (further, n, ...) by type; None where they are worked out when needed
    own: bool = True

    @property
    def examples(self) -> Int[np.ndarray, " some"]:
        """Their numbers among all examples."""
        return np.concatenate([self.question.places, self.further]) if self.own else self.further

    @property
    def answers(self) -> Shaped[np.ndarray, "some ..."]:
        """The goal on them."""
        return self.question.answers[self.examples]


def see(question: Question, further: Int[np.ndarray, " further"]) -> Sight:
    """A view of the bank's examples and further ones."""
    bank = question.bank
    further = np.setdiff1d(further, question.places)
    if not len(further):
        return Sight(question=question, further=further, whole=None)
    kinds = [kind for kind in bank.stores if bank.count(kind)]
    if len(further) * sum(bank.count(kind) * bank.words(kind) for kind in kinds) > SMALL:
        return Sight(question=question, further=further, whole=None)
    values = bank.evaluate(question.at(further))
    return Sight(question=question, further=further, whole={kind: shaped(bank, kind, values[kind]) for kind in kinds})


def values(sight: Sight, wanted: Mapping[Type, Int[np.ndarray, " n"]]) -> dict[Type, np.ndarray]:
    """Values of some programs by type, shape (examples, n, ...)."""
    bank = sight.question.bank
    near = {kind: stored(bank, kind, rows) for kind, rows in wanted.items()} if sight.own else {}
    if not len(sight.further):
        return near
    if sight.whole is None:
        far = bank.evaluate(sight.question.at(sight.further), wanted)
        far = {kind: shaped(bank, kind, far[kind]) for kind in wanted}
    else:
        far = {kind: sight.whole[kind][:, rows] for kind, rows in wanted.items()}
    return {kind: np.concatenate([near[kind], far[kind]]) for kind in wanted} if sight.own else far


def with_others(
    sight: Sight, kind: Type, rows: Int[np.ndarray, " n"], path: tuple[Step, ...]
) -> tuple[np.ndarray, list[list[np.ndarray]]]:
    """Values of some programs, and those of the other arguments of each step."""
    wanted: dict[Type, list[int]] = {kind: list(rows)}
    spots: list[list[tuple[Type, int]]] = []
    for step in path:
        spots.append([])
        for other, row in zip(step.others, step.rows, strict=True):
            spots[-1].append((other, len(wanted.setdefault(other, []))))
            wanted[other].append(row)
    seen = values(sight, {other: np.array(places, np.int64) for other, places in wanted.items()})
    return seen[kind][:, : len(rows)], [[seen[other][:, at : at + 1] for other, at in spot] for spot in spots]
