"""What heads over sequences do, by the scores of the papers on induction heads."""

from compare.record import Record
from compare.report.show import fraction
from compare.report.tables import Table

HEADINGS = ("head", "previous", "matching", "copying")
EXPLAINED = "Measured beside the verdict, which they do not decide."


def heads_table(record: Record) -> Table:
    """A row a head, then chance."""
    rows = [(each.head, *map(fraction, (each.previous, each.matching, each.copying))) for each in record.heads]
    return Table(HEADINGS, rows)


def heads_words(record: Record) -> str:
    """`... head.0.0 and head.1.2 alone, all others at their means, keep 0.981 of what all heads gain.`"""
    if record.heads_kept is None or len(record.heads_two) == len(record.heads) - 1:  # no other head but chance
        return EXPLAINED
    alone = f"{' and '.join(record.heads_two)} alone, all others at their means"
    return f"{EXPLAINED} {alone}, keep {fraction(record.heads_kept)} of what all heads gain."
