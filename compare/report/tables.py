"""The run's small tables as text, shared by HTML, Markdown and LaTeX: growth, timing, and what made the run."""

from collections.abc import Sequence
from typing import NamedTuple

from compare.record import Record
from compare.report.growth import Family, PowerLaw
from compare.report.phases import LAGS, PHASE_NAMES, PHASES, Spread, Timing
from compare.report.show import DASH, count, fraction, listed, span
from compare.report.terms import bits_ratio

SIZE_HEADINGS = ("size", "nets", "program", "K", "units kept", "units in all", "bits", "table bits", "B")


class Table(NamedTuple):
    """Headings and rows of text; every row as long as the headings."""

    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]


def family_table(families: Sequence[Family]) -> Table:
    """Growth: the exponents with intervals, and by size the nets, their verdicts, K, kept units and bits."""
    headings = (
        "task",
        "net",
        "recipe",
        "sizes",
        "nets",
        "exponent, explanation",
        "exponent, table",
        "exponent, weights",
    )
    return Table(
        headings,
        [
            (
                family.task,
                f"{family.net} (all widths)" if family.pooled else family.net,
                family.recipe,
                listed(sorted({record.size for record in family.records})),
                f"{len(family.records)}" + (f" ({family.left_out} not right, left out)" if family.left_out else ""),
                *(exponent(family.laws.get(name)) for name in ("bits_total", "bits_table", "bits_weights")),
            )
            for family in families
            if family.records
        ],
    )  # fmt: skip


def without_growth(families: Sequence[Family]) -> str:
    """A sentence on the groups in which no net is right, so that growth has no meaning; empty without any."""
    left = [f"{family.task} · {family.net} · {family.recipe}" for family in families if not family.records]
    return f"Not fitted, because no net of it is right: {listed(left)}." if left else ""


def size_table(family: Family) -> Table:
    """One family by size: nets, programs, K, kept units and bits, as ranges over the nets."""
    by_size: dict[int, list[Record]] = {}
    for record in family.records:
        by_size.setdefault(record.size, []).append(record)
    return Table(SIZE_HEADINGS, [_size_row(size, group) for size, group in sorted(by_size.items())])


def timing_table(timings: Sequence[Timing]) -> Table:
    """Formation, generalisation and clean-up with their lags: mean, 95 % interval, how many seeds got there."""
    lags = tuple(f"lag, {PHASE_NAMES[begin]} to {PHASE_NAMES[end]}" for begin, end in LAGS)
    headings = ("task", "size", "net", "recipe", "seeds", *(PHASE_NAMES[phase] for phase in PHASES), *lags)
    return Table(
        headings,
        [
            (
                timing.task,
                count(timing.size),
                timing.net,
                timing.recipe,
                str(timing.steps[PHASES[0]].of),
                *(spread(timing.steps[phase]) for phase in PHASES),
                *(spread(timing.lags[lag]) for lag in LAGS),
            )
            for timing in timings
        ],
    )


def fingerprint(records: Sequence[Record]) -> list[tuple[str, str]]:
    """What made the records: commands and versions, each said once."""
    commands = dict.fromkeys(record.command for record in records if record.command)
    versions = dict.fromkeys(f"{name} {of}" for record in records for name, of in sorted(record.versions.items()))
    return [*(("command", command) for command in commands), ("versions", listed(versions))]


def exponent(law: PowerLaw | None) -> str:
    """The exponent with its 95 % interval."""
    return DASH if law is None else f"{law.exponent:.2f} [{law.low:.2f}, {law.high:.2f}]"


def spread(of: Spread) -> str:
    """`mean ± half the 95 % interval (reached/seeds)`."""
    if of.mean is None:
        return f"{DASH} (0/{of.of})"
    half = "" if of.high is None else f" ± {count(of.high - of.mean)}"
    return f"{count(of.mean)}{half} ({len(of.values)}/{of.of})"


def _size_row(size: int, group: list[Record]) -> tuple[str, ...]:
    ratios = [bits_ratio(record) for record in group]
    return (
        count(size),
        str(len(group)),
        str(sum(record.verdict == "program" for record in group)),
        span([len(record.frequencies) or None for record in group]),
        span([record.units_kept for record in group]),
        span([record.units_total for record in group]),
        span([record.bits_total for record in group]),
        span([record.bits_table for record in group]),
        span(ratios, fraction),
    )
