"""The rows a search has to fit: every known input of one or several specifications of the same type, with answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Shaped

from synth.language.alike import agree
from synth.language.arguments import columns, typed
from synth.language.exact import exact
from synth.language.program import Program
from synth.language.spec import Spec
from synth.language.types import BOOL, Type, dtype_of

CELLS = 1 << 21  # values of a program's parts that are held together
LEAST = 256  # rows that are tried together anyway


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """A column a terminal and the right answers, all of shape (rows,); `whole` if they are the whole domain.

    Columns and answers that are vectors have a second axis.
    """

    table: dict[str, Shaped[np.ndarray, " rows"]]
    answers: Shaped[np.ndarray, " rows"]
    whole: bool

    def take(self, places: Int[np.ndarray, " taken"]) -> dict[str, np.ndarray]:
        return {name: values[places] for name, values in self.table.items()}

    def wrong(self, program: Program) -> Int[np.ndarray, " wrong"]:
        """The rows on which a program does not give the answer."""
        width = max((values.shape[1] for values in (self.answers, *self.table.values()) if values.ndim > 1), default=1)
        size = max(LEAST, CELLS // (len(program.nodes) * width))
        parts = [slice(low, low + size) for low in range(0, len(self.answers), size)]
        return np.concatenate([part.start + self._wrong_in(program, part) for part in parts])

    def _wrong_in(self, program: Program, part: slice) -> Int[np.ndarray, " wrong"]:
        answers = self.answers[part]
        given = {name: values[part] for name, values in self.table.items()}
        values = program.run({**given, "": np.zeros(len(answers))})  # "": the rows, where none is named
        return np.flatnonzero(~all_agree(values, answers))

    def exact(self, program: Program) -> bool:
        """Whether a program that is right in 64 bits is right on plain numbers."""
        return bool(exact(program, self.table, self.answers).all())


def gather(specs: Sequence[Spec]) -> Rows:
    """All rows of the specifications; ValueError where two of them contradict each other."""
    parts: list[tuple[dict[str, np.ndarray], np.ndarray]] = []
    for spec in specs:
        known = [(spec.inputs, spec.outputs)]
        if spec.domain is not None and spec.oracle is not None:
            known.append((spec.domain, spec.targets()))
        dtype = dtype_of(spec.type.result)
        parts += [(columns(spec, inputs), typed(answers, dtype, "outputs")) for inputs, answers in known]
    table = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    answers = np.concatenate([part[1] for part in parts])
    if not len(answers):
        raise ValueError("spec: expected at least one example, got none; give inputs and outputs of one row or more")
    first = distinct_rows(table, answers)
    whole = all(spec.domain is not None and (spec.oracle is not None or covers(spec)) for spec in specs)
    return Rows(table={name: values[first] for name, values in table.items()}, answers=answers[first], whole=whole)


def distinct_rows(table: dict[str, np.ndarray], answers: np.ndarray) -> Int[np.ndarray, " distinct"]:
    """The first of several equal rows, in order; ValueError names two equal inputs with unlike answers."""
    if not table:
        return np.arange(1)
    codes = [np.unique(values, return_inverse=True, axis=0)[1].reshape(-1) for values in table.values()]
    _, first, group = np.unique(np.stack(codes, axis=1), axis=0, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    unlike = np.flatnonzero(~all_agree(answers, answers[first][group]))
    if len(unlike):
        late = int(unlike[0])
        early = int(first[group[late]])
        inputs = ", ".join(f"{name}={table[name][late]}" for name in table if name != "bits")
        raise ValueError(
            f"examples contradict each other: rows {early} and {late} both have {inputs}, but the answers are "
            f"{answers[early]} and {answers[late]}; remove one of them"
        )
    return np.sort(first)


def covers(spec: Spec) -> bool:
    """Whether the examples are the whole domain."""
    if spec.domain is None:
        return False
    keys = ([row.tobytes() for row in np.asarray(values)] for values in spec.inputs)
    return len(set(zip(*keys, strict=True))) == len(spec.domain[0])


def all_agree(values: np.ndarray, wanted: np.ndarray) -> Bool[np.ndarray, " rows"]:
    """On which rows values are what is wanted, in all items where they are vectors."""
    same = agree(values, wanted)
    return np.asarray(same.all(axis=tuple(range(1, same.ndim))))


def irrelevant(rows: Rows, names: Sequence[str]) -> frozenset[str]:
    """Arguments that the answers do not depend on, and that another argument of the same values can stand in for.

    Only on a whole product domain. In a program that is right, such an argument may be replaced by the other one:
    it stays right and costs the same. So the shortest program need not name it.
    """
    if any(rows.table[name].ndim > 1 for name in names):
        return frozenset()
    sets = {name: np.unique(rows.table[name]) for name in names}
    if not rows.whole or np.prod([float(len(values)) for values in sets.values()]) != len(rows.answers):
        return frozenset()
    order = np.lexsort([rows.table[name] for name in reversed(names)])
    cube = rows.answers[order].reshape([len(sets[name]) for name in names])
    needed = [name for axis, name in enumerate(names) if (cube != cube.take([0], axis=axis)).any()] or [names[0]]
    return frozenset(
        name
        for name in names
        if name not in needed
        and any(np.array_equal(sets[name], sets[other]) and same_kind(rows, name, other) for other in needed)
    )


def same_kind(rows: Rows, one: str, other: str) -> bool:
    return rows.table[one].dtype == rows.table[other].dtype


def sample(answers: np.ndarray, size: int, seed: int) -> Int[np.ndarray, " taken"]:
    """A seeded sample of rows; of Boolean answers half are true where there are enough."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(answers))
    if answers.dtype == bool:
        true, false = order[answers[order]], order[~answers[order]]
        half = size // 2
        order = np.concatenate([true[:half], false[:half], true[half:], false[half:]])
    return np.sort(order[:size])


def examples_for(kind: Type) -> int:
    """How many examples the bank starts from; a Boolean answer says less than a number."""
    return 32 if kind == BOOL else 16
