"""Programs of a bank as terms and conditions: those that help on the inputs of a board."""

from collections.abc import Sequence

import numpy as np

from synth.bank.bank import Bank
from synth.bank.elsewhere import values_on
from synth.language.program import Program
from synth.language.types import BOOL, Type, plain
from synth.proofs.constraints.board import Board

TERMS = 24  # that are taken at once
TESTS = 1200
SHORT = 600  # programs of each type that a part may be replaced by
ARRAYS = 4  # of their values that exist at a time
FIRST = 100  # programs that there is always room for
CELLS = 1 << 20  # values that are held against the constraints together


def helpful_terms(board: Board, bank: Bank) -> list[Program]:
    """Programs that serve inputs which no term serves: each time the one that serves most of those left."""
    kind = plain(board.call.output.type)
    values = values_on(bank, columns_for(board, bank), {kind: first_rows(board, bank, kind)})[kind]
    parts = blocks(values, board.rows * len(board.body.nodes))
    good = np.concatenate([board.satisfied(block.T) for block in parts]) if values.size else None
    missing = ~board.good.any(axis=0)
    found: list[Program] = []
    while good is not None and missing.any() and len(found) < TERMS:
        gain = good[:, missing].sum(axis=1)
        row = int(np.argmax(gain))
        if not gain[row]:
            break
        found.append(bank.program(kind, row))
        missing &= ~good[row]
    return found


def first_rows(board: Board, bank: Bank, kind: Type) -> np.ndarray:
    """As many of the first programs of a type as there is room for with their values on the inputs."""
    memory = bank.meter.memory
    most = max(FIRST, int((memory.most - memory.held) / (ARRAYS * 8 * board.rows)))
    return np.arange(min(bank.count(kind), most))


def blocks(values: np.ndarray, rows: int) -> list[np.ndarray]:
    width = max(1, CELLS // rows)  # rows: of all that is worked out on the way
    return [values[:, begin : begin + width] for begin in range(0, values.shape[1], width)]


def helpful_tests(board: Board, bank: Bank) -> list[Program]:
    """The first conditions of each kind of outcome on the inputs."""
    if BOOL not in bank.stores:
        return []
    holds = values_on(bank, columns_for(board, bank), {BOOL: first_rows(board, bank, BOOL)})[BOOL]
    some = np.flatnonzero(holds.any(axis=0) & ~holds.all(axis=0))
    _, first = np.unique(np.packbits(holds[:, some], axis=0), axis=1, return_index=True)
    return [bank.program(BOOL, int(row)) for row in some[np.sort(first)][:TESTS]]


def short_programs(bank: Bank, kinds: Sequence[Type]) -> list[Program]:
    """The first programs of each type."""
    return [
        bank.program(kind, row) for kind in kinds if kind in bank.stores for row in range(min(SHORT, bank.count(kind)))
    ]


def columns_for(board: Board, bank: Bank) -> dict[str, np.ndarray]:
    return {name: board.given.get(name, np.zeros(board.rows)) for name in bank.columns}
