r"""The table of verdicts for a paper: LaTeX with booktabs, one row a net."""

from collections.abc import Sequence

from compare.record import Record
from compare.report.terms import shown, term

COLUMNS = (
    "task", "size", "net", "recipe", "seed", "outcome", "s_agreement", "s_variance", "d_r2", "bits_ratio",
    "match_domain",
)  # fmt: skip
NUMBERS = ("size", "seed", "s_agreement", "s_variance", "d_r2", "bits_ratio", "match_domain")
SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--", "−": "$-$",  # noqa: RUF001
    }
)  # fmt: skip


def latex_report(records: Sequence[Record]) -> str:
    """A `longtable` that needs the packages booktabs and longtable."""
    align = "".join("r" if name in NUMBERS else "l" for name in COLUMNS)
    lines = [
        rf"\begin{{longtable}}{{{align}}}",
        r"\toprule",
        " & ".join(escaped(term(name).label) for name in COLUMNS) + r" \\",
        r"\midrule\endhead",
        *(" & ".join(escaped(shown(record, name)) for name in COLUMNS) + r" \\" for record in records),
        r"\bottomrule",
        r"\end{longtable}",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text that LaTeX sets as it stands."""
    return " ".join(text.split()).translate(SPECIAL)
