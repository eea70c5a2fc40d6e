"""Functions of variables from the enumerator, in order of bits: what `compare.search` chooses from."""

from collections.abc import Iterable, Mapping

import numpy as np

from compare.search import Bank
from synth import Budget, Primitive, Type, levels
from synth.language.sympy_view import sympy_expression
from synth.library import ARITH

LARGEST = 1e9  # magnitude of a column that is of use


def proposals(
    variables: Mapping[str, np.ndarray],
    budget: Budget,
    library: Iterable[Primitive] = ARITH,
    types: Mapping[str, Type] | None = None,
) -> Bank:
    """Every distinct function within the budget that is finite and varies; those of fewest bits first."""
    columns, bits, texts = [], [], []
    for level in levels(library, variables, budget, types):
        for kind, given in level.values.items():
            values = np.asarray(given, dtype=np.float64)
            fit = np.isfinite(values).all(axis=0) & (np.abs(values).max(axis=0, initial=0.0) < LARGEST)
            for i in np.flatnonzero(fit & (np.ptp(values, axis=0) > 0)):
                columns.append(values[:, i])
                bits.append(level.bits)
                texts.append(str(sympy_expression(level.program(kind, int(i)))))
    rows = len(next(iter(variables.values())))
    return Bank(
        columns=np.stack(columns, axis=1) if columns else np.zeros((rows, 0)),
        bits=np.array(bits),
        texts=tuple(texts),
        term=np.arange(len(bits)),
    )
