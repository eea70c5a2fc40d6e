"""The stream tasks of MIPS: 62 as published and the 13 that it dropped, as sizes of families."""

from benchmarks.tasks.mips.palindromes import PALINDROMES
from benchmarks.tasks.mips.published import DROPPED, MIPS62, Published
from benchmarks.tasks.mips.states import STATES
from benchmarks.tasks.mips.windows import WINDOWS

MIPS = (*WINDOWS, *STATES, *PALINDROMES)

__all__ = ["DROPPED", "MIPS", "MIPS62", "Published"]
