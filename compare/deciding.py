"""What an undetermined verdict says besides its reason: what stands in the way, and what would decide."""

from compare.evidence.remainder import Remainder


def in_the_way(remainder: Remainder | None, bits_table: float) -> str:
    """The share of the effect that is explained, the units that are not, and what their table costs."""
    if remainder is None:
        return "the net has no site that can be read and edited, so nothing but its answers was looked at"
    said = f"{_share(remainder.explained)} of the effect of {remainder.site} is explained"
    if not remainder.units:
        return f"{said}, and no unit alone stands in the way"
    units = ", ".join(f"{left.unit} ({_share(left.share)})" for left in remainder.left)
    more = ", ..." if remainder.units > len(remainder.left) else ""
    spread = (
        ""
        if remainder.directions is None
        else f", which move the outputs in {_counted(remainder.directions, 'direction')}"
    )
    return (
        f"{said}; in the way {'stands' if remainder.units == 1 else 'stand'} {_counted(remainder.units, 'unit')} of "
        f"{remainder.live} with {_share(remainder.share)} of it{spread}: {units}{more}; their cheapest table, "
        f"of {remainder.table.of}, takes {remainder.table.bits:,.0f} bits beside the answers' {bits_table:,.0f}"
    )


def would_decide(
    decided_by: str,
    *,
    match: float,
    train: float | None,
    trained: float,
    bits: float | None,
    limit: float,
    small: bool,
    remainder: Remainder | None,
) -> str:
    """What to bring next. `trained` is the match from which a net counts as trained, `limit` the bits of a program.

    `small` says that the task's table is too short for bits to tell.
    """
    if decided_by == "match" and train is not None and train >= trained:
        return (
            f"more rows to train on, or weight decay: right on {train:.3g} of the rows trained on, {match:.3g} of all"
        )
    if decided_by == "match":
        return f"a net that is right: longer training, a wider net or another recipe; this one is right on {match:.3g}"
    if remainder is None:
        return "sites: name what the net holds with nets.tapping and declare it with nets.wrap, then judge again"
    if decided_by.startswith("coverage"):
        return f"a site that holds what goes round {remainder.site}, named or declared, and a formula for it"
    if decided_by == "B control":
        return "fewer units: weight decay or a narrower net; any units of this kind state the answers as briefly"
    if decided_by.endswith("control"):
        return (
            "a task in which wrong terms matter, a larger size of this one, at which they fit less well, or a family"
            " of sizes"
        )
    if decided_by == "B machine":
        return "a larger size of the task, where a rule stays short and its table of states grows, or a family of sizes"
    if decided_by in ("D same", "closure"):
        return "a net with cleaner states: noise on the state while it is trained, longer sequences, or more seeds"
    if decided_by == "B" and small:
        return "a larger size of the task, or a family of sizes"
    if decided_by in ("B", "exceptions"):
        return "weight decay or a narrower net, which leave fewer and cleaner units, more seeds, or a family of sizes"
    what = f"a formula for {_counted(remainder.units, 'unit')}" if remainder.units else "terms that fit closer"
    if bits is not None and remainder.units and bits + remainder.table.bits <= limit:
        what += f", or their table, with which the code would still be short ({bits + remainder.table.bits:,.0f} bits)"
    return f"{what}; else weight decay or more seeds, which leave cleaner units"


def _share(share: float) -> str:
    return f"{100 * share:.3g} %"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
