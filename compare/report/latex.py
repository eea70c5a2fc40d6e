r"""Tables for a paper: the comparison and tasks over streams, one row a task, and the verdicts, one row a net.

LaTeX with booktabs.
"""

from collections.abc import Sequence

from compare.record import Record
from compare.report.comparison import Card, cards
from compare.report.show import DASH
from compare.report.streams import over_streams, stream_table
from compare.report.terms import shown, term

COMPARED = ("task", "found by enumeration", "bits", "read in the nets", "bits", "same", "S", "D", "B")

COLUMNS = (
    "task", "size", "net", "recipe", "seed", "outcome", "s_agreement", "s_variance", "d_r2", "bits_ratio",
    "match_domain",
)  # fmt: skip
NUMBERS = ("size", "seed", "s_agreement", "s_variance", "d_r2", "bits_ratio", "match_domain")
SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--", "−": "$-$", "<": "$<$", ">": "$>$",  # noqa: RUF001
        "·": r"$\cdot$", "π": r"$\pi$", "Σ": r"$\sum$", "φ": r"$\varphi$", "ψ": r"$\psi$", "χ": r"$\chi$",
        "ω": r"$\omega$", "…": r"\ldots{}",
    }
)  # fmt: skip


def latex_report(records: Sequence[Record]) -> str:
    """`longtable`s that need the packages booktabs and longtable."""
    align = "".join("r" if name in NUMBERS else "l" for name in COLUMNS)
    verdicts = [[shown(record, name) for name in COLUMNS] for record in records]
    return (
        "\n".join(
            [
                *_table("lp{4cm}rp{4cm}rp{3cm}rrr", COMPARED, [_compared(card) for card in cards(records)]),
                *_streams(records),
                *_table(align, [term(name).label for name in COLUMNS], verdicts),
            ]
        )
        + "\n"
    )


def _streams(records: Sequence[Record]) -> list[str]:
    made = stream_table(over_streams(records))
    align = "".join("p{5cm}" if heading == "read in the net" else "l" for heading in made.headings)
    return _table(align, made.headings, made.rows) if made.rows else []


def _compared(card: Card) -> list[str]:
    read = card.readings[0] if card.readings and card.accepted else None
    return [
        card.task,
        card.enumerated.program or DASH,
        next((text for text, of in card.enumerated.facts if of == "bits"), DASH),
        (read.program or (read.form.said() if read.form else DASH)) if read else DASH,
        next((text for text, of in (read.facts if read else []) if of == "bits"), DASH),
        card.same.headline,
        *(next((figure.text for figure in card.figures if figure.name == name), DASH) for name in ("S", "D", "B")),
    ]


def _table(align: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        rf"\begin{{longtable}}{{{align}}}",
        r"\toprule",
        " & ".join(map(escaped, headings)) + r" \\",
        r"\midrule\endhead",
        *(" & ".join(map(escaped, row)) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{longtable}",
    ]


def escaped(text: str) -> str:
    """Text that LaTeX sets as it stands."""
    return " ".join(text.split()).translate(SPECIAL)
