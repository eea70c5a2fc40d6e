"""What a program of heads and a readout says: the heads that it needs, its size, its text."""

from collections.abc import Sequence

from compare.extract.selects.program import Head
from compare.extract.selects.readouts import Readout


def needed_by(reads: Sequence[str], heads: Sequence[Head]) -> list[Head]:
    """The heads that bring the variables that a readout reads, or that a head that is needed does."""
    wanted, found = set(reads), []
    for head in reversed(heads):
        if head.named is not None and any(_brings(head, name) for name in wanted):
            found.append(head)
            wanted |= {*head.named.select.reads(), head.named.value}
    return found[::-1]


def _brings(head: Head, variable: str) -> bool:
    return variable.startswith(head.name) and not variable[len(head.name) :][:1].isdigit()


def nodes_of(needed: Sequence[Head], readout: Readout) -> int:
    """Operations, variables and numbers of the program; of a head its select, the value and that it brings it."""
    return readout.nodes + sum(2 + head.named.select.nodes for head in needed if head.named)


def program_text(needed: Sequence[Head], readout: Readout) -> str:
    """The program, a head after the other."""
    said = []
    for head in needed:
        assert head.named is not None
        said.append(f"{head.name} = {head.named.value} at k where {head.named.select}")
    return "; ".join([*said, f"{readout.of} = {readout.text}"])
