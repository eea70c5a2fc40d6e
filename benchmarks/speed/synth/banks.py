"""Timed banks: how fast a space of programs is built, and what it takes in memory."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from synth import Budget
from synth.bank.bank import Bank
from synth.bank.budget import Meter
from synth.bank.match import find
from synth.language.grammar import Language
from synth.language.types import Type

ROOM = 12 << 30  # bytes that a bank may take here
PATIENCE = 600.0  # seconds
Clock = Callable[[], float]  # seconds: of CPU time, or of the wall's where a device works


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One bank after it was built: `distinct` of the goal's type, `stored` of all types."""

    seconds: float
    candidates: int
    distinct: int
    stored: int
    program_bytes: float  # of values, parents and operator, a stored program
    table_bytes: float  # of the table, a stored program

    @property
    def rate(self) -> float:
        """Candidates a second."""
        return self.candidates / self.seconds


def empty_bank(known: Language, columns: Mapping[str, np.ndarray], goal: Type, backend: str) -> Bank:
    meter = Meter(Budget(bytes=ROOM, seconds=PATIENCE))
    return Bank(known, columns, meter, goal=goal, backend=backend)


def build(bank: Bank, goal: Type, top: int, clock: Clock = time.process_time) -> Built:
    """Forget what the bank holds and build it to `top` eighths, on pages that it has."""
    bank.clear()
    seen = bank.meter.candidates
    began = clock()
    for cost in range(bank.step, top + 1, bank.step):
        bank.build(cost)
    spent = clock() - began
    stored = sum(bank.count(kind) for kind in bank.stores)
    programs = sum(store.count * store.bytes_a_program for store in bank.stores.values())
    tables = sum(store.table_nbytes for store in bank.stores.values())
    return Built(
        seconds=spent,
        candidates=bank.meter.candidates - seen,
        distinct=bank.count(goal),
        stored=stored,
        program_bytes=programs / max(stored, 1),
        table_bytes=tables / max(stored, 1),
    )


def count_level(bank: Bank, goal: Type, cost: int, values: np.ndarray) -> int:
    """Candidates of exactly this cost, counted where the bank meets the level for the first time."""
    seen = bank.meter.candidates
    sweep(bank, goal, cost, values)
    return bank.meter.candidates - seen


def sweep(bank: Bank, goal: Type, cost: int, values: np.ndarray, clock: Clock = time.process_time) -> float:
    """Seconds for holding every program of exactly this cost against values that none has, without storing."""
    began = clock()
    for program in find(bank, goal, cost, values):
        raise ValueError(f"sweep: expected values that no program has, got those of {program.show()}; take others")
    return clock() - began
