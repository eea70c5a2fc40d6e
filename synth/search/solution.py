"""What a search returns, each with the sentence that it claims."""

from dataclasses import dataclass

import numpy as np

from synth.bank.budget import Counts
from synth.language.program import Program

WRAPS = "; numbers wrap at 64 bits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A program that fits; `verified` inputs of all specs were checked, their whole domains if `whole`.

    `minimal`: no program of fewer bits fits. Otherwise it was met by working back from the goal, and only programs of
    at most `excluded` bits were ruled out. `how` names the direction that met it. `smallest_tree`: it is a decision
    tree, and over the terms and conditions that were stored when it was met there is none of fewer bits.
    """

    program: Program
    bits: float
    verified: int
    whole: bool
    examples: int  # on which programs were told apart
    counts: Counts
    specs: int = 1  # sizes of a family that the one program serves
    minimal: bool = True
    excluded: float = 0.0  # bits
    how: str = "enumeration"
    smallest_tree: bool = False
    tried: str = ""  # which constants, in words, where the language allows more than these
    sure: float = 0.0  # bits up to which programs were ruled out whatever constants they have
    wraps: bool = False  # in those that were ruled out, numbers may have wrapped round at 64 bits
    seeds: int = 1  # independent hash functions under which the claim was found

    @property
    def chance(self) -> float:
        """Bound on the probability that a false merge of two programs hid a shorter one."""
        return min(1.0, (self.counts.distinct**2 / 2**65)) ** self.seeds

    @property
    def statement(self) -> str:
        """What is claimed of the program."""
        return self.said()

    def said(self, unit: str = "bits") -> str:
        """The same, where the language's costs are counted in another unit."""
        where = "inputs of the domain" if self.whole else "examples"
        where = f"all {self.verified} {where}" + (f" over {self.specs} sizes" if self.specs > 1 else "")
        claim = f"no program of fewer than {self.bits:g} {unit} in this language does{self._among(unit)}"
        if not self.minimal:
            claim = (
                f"of {self.bits:g} {unit}, found by {self.how}, not proven minimal: no program of at most "
                f"{self.excluded:g} {unit} in this language does{self._among(unit)}"
            )
            if self.smallest_tree:
                claim += ", and no decision tree over the terms and conditions stored by then has fewer"
        return (
            f"{self.program.show()} fits {where}; {claim} "
            f"(among {self.counts.candidates} candidates, {self.counts.distinct} distinct on {self.examples} inputs; "
            f"chance of a false merge below {self.chance:.0e}{WRAPS if self.wraps else ''})"
        )

    def _among(self, unit: str) -> str:
        return among(self.tried, self.sure, self.excluded, unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """No program of at most `bits` bits fits; with infinite bits, none in the whole language.

    Where the language allows more constants than were `tried`, this holds of those; of all, up to `sure` bits.
    """

    bits: float
    counts: Counts
    tried: str = ""
    sure: float = 0.0
    wraps: bool = False

    @property
    def statement(self) -> str:
        return self.said()

    def said(self, unit: str = "bits") -> str:
        size = "" if np.isinf(self.bits) else f" of at most {self.bits:g} {unit}"
        some = among(self.tried, self.sure, self.bits, unit)
        wrapped = WRAPS if self.wraps else ""
        return f"no program{size} in this language fits{some} (among {self.counts.candidates} candidates{wrapped})"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfBudget:
    """The search stopped at a limit; no program of at most `bits` bits fits, of the `tried` constants as above."""

    bits: float
    which: str  # seconds, bytes or candidates; patience where `Budget.stopped` said so
    counts: Counts
    tried: str = ""
    sure: float = 0.0
    wraps: bool = False

    @property
    def statement(self) -> str:
        return self.said()

    def said(self, unit: str = "bits") -> str:
        end = "the search was stopped" if self.which == "patience" else f"the budget of {self.which} was spent"
        return (
            f"{end}; no program of at most {self.bits:g} {unit} in this language fits"
            f"{among(self.tried, self.sure, self.bits, unit)} "
            f"(among {self.counts.candidates} candidates{WRAPS if self.wraps else ''})"
        )


def among(tried: str, sure: float, excluded: float, unit: str) -> str:
    """The words that limit a claim to the constants that were tried; none where it holds of all."""
    if not tried or sure >= excluded or excluded <= 0:
        return ""
    more = f"; with any constants, none of at most {sure:g} {unit}" if sure > 0 else ""
    return f", among the constants that were tried ({tried}{more})"


Solution = Found | Exhausted | OutOfBudget
