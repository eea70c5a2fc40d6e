"""Variables on the way to the answer: tables of where a net holds them, and how well every site does."""

from collections.abc import Sequence

from compare.record import HeldLine
from compare.report.show import fraction
from compare.report.tables import Table

HEADINGS = ("variable", "site", "dimensions", "decoded", "followed", "control")
EXPLAINED = "Looked for beside the verdict, which they do not decide; the control takes each value for another one."


def held_table(lines: Sequence[HeldLine]) -> Table:
    """A row a variable: the site that holds it best."""
    rows = [
        (each.variable, each.site, str(each.dimensions), *map(fraction, (each.decoded, each.followed, each.control)))
        for each in lines
    ]
    return Table(HEADINGS, rows)


def sites_table(lines: Sequence[HeldLine]) -> Table:
    """A row a variable and site, in the order of computation."""
    rows = [
        (each.variable, site, fraction(told), fraction(each.followed_at.get(site)))
        for each in lines
        for site, told in each.decoded_at.items()
    ]
    return Table(("variable", "site", "decoded", "followed"), rows)
