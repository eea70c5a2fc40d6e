"""Who has solved a task before: MIPS and GPT-4, decompilers of transformers, and how long their programs are."""

from benchmarks.tasks.mips import MIPS62

# Huang et al. 2026 (arXiv 2602.08857): tasks without a program that agrees with its net on .90 of the sequences
NOT_ACCEPTED = (
    ("parity", 2),
    ("addition", 3),
    ("repeat_copy", 2),
    ("tomita", 3),
    ("tomita", 5),
    ("tomita", 6),
    ("dyck", 3),
)
LISTED = (
    "bin_majority", "majority", "bin_majority_interleave", "unique_copy", "unique_reverse", "sort",
    "unique_bigram_copy", "repeat_copy", "count", "parity", "addition", "tomita", "dyck", "repeats", "abab",
    "ascending", "ab_d_bc", "zero_then_twos",
)  # fmt: skip
# Friedman et al. 2023 (arXiv 2306.01128): lines of the programs that come with the paper
LINES = {
    ("reverse", 5): 709,
    ("hist", 6): 195,
    ("double_hist", 6): 845,
    ("sort", 5): 917,
    ("most_freq", 6): 1230,
    ("dyck", 1): 1109,
    ("dyck", 2): 1258,
}


def published(task: str, size: int) -> str | None:
    """`NAME yes, OTHER no`, or how long a program is; None where the task is of none of the lists."""
    mips = next((row for row in MIPS62 if (row.task, row.size) == (task, size)), None)
    if mips is not None:
        return f"MIPS {'yes' if mips.mips else 'no'}, GPT-4 {'yes' if mips.gpt4 else 'no'}"
    kind, _, name = task.partition("_")
    if kind in ("rasp", "next") and name in LISTED:
        return f"D-RASP {'no' if (name, size) in NOT_ACCEPTED else 'yes'}"
    lines = LINES.get((name, size)) if kind == "programs" else None
    return None if lines is None else f"Transformer Programs {lines} lines"
