"""Tasks over streams, a row each: who solved it before, the loop that was found, the net, the loop read in it."""

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from compare.record import Record
from compare.report.columns import Column, laid_out, meanings
from compare.report.comparison import learner
from compare.report.show import DASH, count, counted, fraction, fractions, listed, seconds, shortened, yes_or_no
from compare.report.tables import Table
from compare.report.verdicts import outcome

LONG = 90  # characters of a loop in its row; the net's section has all of it


class Row(NamedTuple):
    """Nets for one task and size, of one kind and recipe."""

    shown: Record  # the net that did best
    records: Sequence[Record]


def over_streams(records: Sequence[Record]) -> list[Row]:
    """Nets that were trained for tasks over streams, in the records' order; controls of one net stay out."""
    groups: dict[tuple[str, int, str, str], list[Record]] = {}
    for record in records:
        if (record.program_loop or record.net_loop or record.synth_strict is not None) and learner(record):
            groups.setdefault((record.task, record.size, record.net, record.recipe), []).append(record)
    return [Row(max(group, key=_worth), group) for group in groups.values()]


def _worth(record: Record) -> tuple[bool, bool, float]:
    return outcome(record) == "program", bool(record.net_strict), record.match_domain or 0.0


def stream_table(rows: Sequence[Row]) -> Table:
    """A row a task; see `laid_out`."""
    return laid_out(COLUMNS, rows)


def stream_words(table: Table) -> list[tuple[str, str]]:
    """What its columns mean."""
    return meanings(COLUMNS, table)


def stream_summary(rows: Sequence[Row]) -> str:
    """Counts over the tasks, in sentences."""
    every = [row.shown for row in rows]
    found = [each for each in every if each.synth_strict]
    read = [each for each in every if each.net_strict]
    tables = [each for each in read if each.net_loop is None]
    told = f", {len(tables)} of them as a machine's table" if tables else ""
    parts = [
        f"Of {counted(len(every), 'task')} the synthesizer has a strict loop for {len(found)}; what was read in the "
        f"nets is strict for {len(read)}{told} ({sum(map(bool, (each.net_lenient for each in every)))} leniently)"
    ]
    parts += [said] if (said := _sizes(found)) else []
    parts += [said] if (said := _as_before(every)) else []
    parts += [said] if (said := _drifting(read)) else []
    return " ".join(f"{part}." for part in parts)


def _sizes(found: Sequence[Record]) -> str:
    bits = [each.bits_program for each in found if each.bits_program is not None]
    if not bits:
        return ""
    shares = [each.bits_program / each.bits_reference for each in found if each.bits_program and each.bits_reference]
    median = f"The synthesizer's loops take {statistics.median(bits):.1f} bits in the median"
    if not shares:
        return median
    return (
        f"{median}; as a share of the bits of the task's definition {statistics.median(shares):.2f} in the median, "
        f"{max(shares):.2f} at most"
    )


def _as_before(every: Sequence[Record]) -> str:
    known = [each for each in every if "MIPS" in str(each.program_published)]
    before = [each for each in known if "MIPS yes" in str(each.program_published)]
    others = [each for each in known if each not in before]
    if not known:
        return ""
    mine, rest = (sum(bool(each.net_strict) for each in group) for group in (before, others))
    return f"Of the {len(before)} that MIPS solved {mine} were read strictly, of the other {len(others)} {rest}"


def _drifting(read: Sequence[Record]) -> str:
    """Of nets read strictly: those that err beyond their training, and what snapping makes of them."""
    drift = [each for each in read if each.match_longer and each.match_longer[0] < 1]
    snapped = [each for each in drift if each.match_snapped]
    if not drift:
        return ""
    mended = sum(each.match_snapped[0] == 1 for each in snapped)
    closed = sum(each.match_snapped[0] == 1 for each in snapped if each.closure == 1)
    return (
        f"{counted(len(drift), 'net')} read strictly err on the first longer sample; with their states snapped "
        f"to the codewords {mended} of {len(snapped)} are exact there ({closed} of "
        f"{sum(each.closure == 1 for each in snapped)} whose codewords close)"
    )


def _tried(row: Row) -> str:
    """Seeds, each with its restarts."""
    known = [each for each in row.records if each.steps]
    return count(sum(int(each.recipe_detail.get("restarts") or 1) for each in known)) if known else DASH


def _same(row: Row) -> str:
    found = row.shown
    return "one text" if found.same_program else found.same_function or DASH


def _hidden(row: Row) -> str:
    width = row.shown.recipe_detail.get("width")
    return DASH if width is None else str(width)


def _spent(row: Row) -> str:
    found = row.shown
    known = (found.program_seconds, found.seconds_train, found.seconds_judge)
    return DASH if not any(known) else listed(map(seconds, known))


def _read(row: Row) -> str:
    found = row.shown
    if found.net_program or found.state_values is None:
        return shortened(found.net_program, LONG)
    return f"a machine of {found.state_values} states"


def _published(name: str) -> Callable[[Row], str]:
    """What a record's `NAME yes, OTHER no` says of one of the names."""

    def shown(row: Row) -> str:
        said = dict(part.rsplit(" ", 1) for part in (row.shown.program_published or "").split(", ") if part)
        return said.get(name, DASH)

    return shown


def _right(row: Row) -> str:
    return fractions(each for each in (row.shown.match_domain, *row.shown.match_longer) if each is not None)


def _evidence(row: Row) -> str:
    known = (row.shown.s_agreement, row.shown.d_r2, row.shown.closure)
    return DASH if all(each is None for each in known) else listed(map(fraction, known))


COLUMNS: tuple[Column[Row], ...] = (
    Column("task", lambda row: f"{row.shown.task} {row.shown.size}", "The task and its size."),
    Column("MIPS", _published("MIPS"), "Whether MIPS solved it, as published."),
    Column("GPT-4", _published("GPT-4"), "Whether GPT-4 solved it, as published."),
    Column(
        "found, strict",
        lambda row: yes_or_no(row.shown.synth_strict),
        "The synthesizer's loop is right on 10,000 fresh streams of the training length and on as many longer ones.",
    ),
    Column("found, bits", lambda row: count(row.shown.bits_program), "Bits of that loop."),
    Column(
        "defined, bits",
        lambda row: count(row.shown.bits_reference),
        "Bits of the task's definition, as a person would write it in the same words.",
    ),
    Column("nets", _tried, "Nets that were trained for it, restarts counted."),
    Column("width", _hidden, "Numbers in the net's state."),
    Column("lengths", lambda row: listed(row.shown.lengths), "Items of the streams on which the net is measured."),
    Column("right", _right, "Share of right answers at each of these lengths."),
    Column(
        "snapped",
        lambda row: fractions(row.shown.match_snapped),
        "The same at the longer lengths, with the state replaced by its nearest codeword at every time.",
    ),
    Column("read in the net", _read, "The net's loop in one line, or the table of a machine where it has none."),
    Column(
        "read, bits",
        lambda row: count(row.shown.bits_formula if row.shown.extractor == "recurrent" else None),
        "Bits of that.",
    ),
    Column("states", lambda row: count(row.shown.state_values), "Values that the state takes which it carries along."),
    Column(
        "right to",
        lambda row: count(row.shown.right_to),
        "Length up to which it is right on all of the task's samples.",
    ),
    Column(
        "read, strict",
        lambda row: yes_or_no(row.shown.net_strict),
        "It is right on fresh streams as the synthesizer's has to be, and answers as the net where that is exact.",
    ),
    Column("lenient", lambda row: yes_or_no(row.shown.net_lenient), "It is right on ten of the training length."),
    Column("the two", _same, "Whether both loops are one text, proved equal, alike on fresh streams, or different."),
    Column("verdict", lambda row: outcome(row.shown), "Whether the net runs its loop."),
    Column(
        "S, D, closure", _evidence, "Substitution, interchange, and how far the net's update keeps to the codewords."
    ),
    Column("seconds", _spent, "Seconds of the search, of training, of judging."),
)
