"""Tasks of published lists, a row each: the net by length, the text read in it, its size, and how far it is the net."""

import statistics
from collections.abc import Sequence

from compare.record import Record
from compare.report.columns import Column, laid_out, meanings
from compare.report.comparison import learner
from compare.report.show import DASH, count, counted, fraction, fractions, listed, shortened, text
from compare.report.tables import Table
from compare.report.terms import bits_ratio
from compare.report.verdicts import outcome

LONG = 120  # characters of a text in its row; the net's section has all of it
AGREES = 0.99  # of the sequences, from which on a text counts as the net's
REACH = 3  # times the length of training, up to which sequences are counted


def over_lengths(records: Sequence[Record]) -> list[Record]:
    """Nets that were trained for tasks which others have published figures of, in the records' order."""
    return [each for each in records if each.program_published and each.match_throughout and learner(each)]


def length_table(records: Sequence[Record]) -> Table:
    """A row a net; see `laid_out`."""
    return laid_out(COLUMNS, records)


def length_words(table: Table) -> list[tuple[str, str]]:
    """What its columns mean."""
    return meanings(COLUMNS, table)


def length_summary(records: Sequence[Record]) -> str:
    """How many tasks have a text that is the net's, the best net of each counted."""
    best: dict[tuple[str, int], Record] = {}
    for each in sorted(records, key=agreed):
        best[each.task, each.size] = each
    held = [each for each in best.values() if agreed(each) >= AGREES]
    nodes = [each.net_program_nodes for each in held if each.net_program_nodes is not None]
    size = f", of {statistics.median(nodes):g} nodes in the median" if nodes else ""
    return (
        f"Of {counted(len(best), 'task')} {len(held)} have a text{size} that answers at least {AGREES} of the "
        f"sequences as the net does, at all that counts, up to {REACH} times the length of training."
    )


def agreed(record: Record) -> float:
    """Mean over the samples of up to REACH times the length of training; -1 where nothing was run."""
    shares = record.agreement_throughout
    if not shares:
        return -1.0
    lengths = record.lengths or [1] * len(shares)
    near = [share for share, length in zip(shares, lengths, strict=False) if length <= REACH * lengths[0]]
    return sum(near) / len(near)


def read(record: Record) -> str:
    """The text, in synth's words where it has them."""
    if record.net_program is None and record.extractor == "recurrent" and record.state_values is not None:
        return f"a machine of {record.state_values} states"
    return shortened(record.net_program or record.formula, LONG)


def _evidence(record: Record) -> str:
    known = (record.s_agreement, record.s_exact, record.d_r2, bits_ratio(record))
    return DASH if all(each is None for each in known) else listed(map(fraction, known))


COLUMNS: tuple[Column[Record], ...] = (
    Column("task", lambda each: f"{each.task} {each.size}", "The task and its size."),
    Column(
        "published", lambda each: text(each.program_published), "Whether others have a program for it, or how long."
    ),
    Column("net", lambda each: each.net.replace("_", " "), "The net's architecture."),
    Column("lengths", lambda each: listed(each.lengths), "Positions of the sequences, the first as in training."),
    Column(
        "net right",
        lambda each: fractions(each.match_throughout),
        "Share of the sequences of each length that the net answers rightly at every position that counts.",
    ),
    Column("read in the net", read, "The text that was read, or that it is a machine's table."),
    Column("nodes", lambda each: count(each.net_program_nodes), "Of that text; of a machine states times letters."),
    Column(
        "agreement",
        lambda each: fractions(each.agreement_throughout),
        "Share of the sequences of each length to which the text answers as the net at every position that counts.",
    ),
    Column(
        "S, S exact, D, B", _evidence, "Substitution by the template and by the text, interchange, share of the bits."
    ),
    Column("verdict", outcome, "Whether the net runs its text."),
    Column(
        "synthesizer's program",
        lambda each: shortened(each.program, LONG),
        "What enumeration found for the task, where its language has the types.",
    ),
)
