"""The report in Markdown: the comparison, the same tables and the same facts of every net, without charts."""

import re
from collections.abc import Iterable, Sequence

from compare.criteria import CRITERIA
from compare.record import Record
from compare.report.comparison import Card, Figure, Read, cards, told
from compare.report.growth import families
from compare.report.lengths import length_summary, length_table, length_words, over_lengths
from compare.report.phases import timings
from compare.report.show import DASH, listed, shortened
from compare.report.step_lines import head_line, held_line, left_line, step_line
from compare.report.streams import over_streams, stream_summary, stream_table, stream_words
from compare.report.tables import (
    SIZE_HEADINGS,
    Table,
    family_table,
    fingerprint,
    size_table,
    timing_table,
    without_growth,
)
from compare.report.terms import FACTS, READ, TERMS, columns, field, present, shown, term
from compare.report.verdicts import counts, failures, outcome, summary
from compare.report.words import EVIDENCE, VERDICTS, words_of

LONG = 360  # characters of a formula in the comparison; the net's section has all of it
PARTS = (*FACTS, ("The two programs", READ))  # of a net
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def markdown_report(records: Sequence[Record]) -> str:
    """The whole report as Markdown."""
    names, made = columns(records), cards(records)
    parts = [
        f"# synthnet: {escaped(listed(sorted({record.suite for record in records})))}",
        escaped(f"{summary(records)} {told(made)}"),
        *(part for card in made for part in _card(card)),
        *_bullets((f"**{name}**", escaped(sentence)) for name, sentence in {**_met(records), **EVIDENCE}.items()),
        *_streams(records),
        *_lengths(records),
        "## Verdicts",
        table(Table(tuple(term(name).label for name in names), [_row(record, names) for record in records])),
        table(Table(("column", "meaning"), words_of((), [term(name).label for name in names]))),
        criteria_table(),
        *_failed(records),
        *_growth(records),
        *_timing(records),
        "## Nets",
        *(line for record in records for line in _net(record)),
        "## What the figures mean",
        table(Table(("figure", "meaning"), words_of((), _figures(records)))),
        *_bullets((name, code(text)) for name, text in fingerprint(records)),
    ]
    return "\n\n".join(parts) + "\n"


def legend_table() -> str:
    """Every field of a record and every derived column with its sentence, for a README too."""
    return table(Table(("column", "field", "meaning"), [(each.label, field(each), each.sentence) for each in TERMS]))


def criteria_table() -> str:
    """Every criterion that can decide a verdict with its sentence."""
    return table(Table(("decided by", "meaning"), list(CRITERIA.items())))


def table(of: Table) -> str:
    """A Markdown table; what a cell holds is escaped."""
    lines = [of.headings, tuple("---" for _ in of.headings), *of.rows]
    return "\n".join(
        "| " + " | ".join(cell if row == 1 else escaped(cell) for cell in line) + " |" for row, line in enumerate(lines)
    )


def escaped(text: str) -> str:
    """Text that Markdown and HTML read as it stands, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Text as an inline code span, whatever backticks it holds."""
    text = " ".join(text.split())
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _card(card: Card) -> Iterable[str]:
    yield f"## {escaped(card.task)}, size {escaped(card.sizes)}, {card.nets} net{'' if card.nets == 1 else 's'}"
    if card.asked:
        yield escaped(card.asked)
    found = card.enumerated
    read = "read in the nets" if card.accepted else "proposed for the nets, not accepted"
    rows = [
        ("program", found.program or DASH, listed(_texts(card.readings[0])) if card.readings else DASH),
        ("size", _facts_of(found.facts), _facts_of(card.readings[0].facts) if card.readings else DASH),
        ("where", found.statement or DASH, f"in {card.readings[0].where}" if card.readings else DASH),
    ]
    yield table(Table(("", "found by enumeration", read), rows))
    if card.readings and card.readings[0].letters:
        yield escaped("; ".join(f"{letter}: {meaning}" for letter, meaning in card.readings[0].letters) + ".")
    yield f"**{escaped(card.same.headline)}.** {escaped(card.same.how)}".strip()
    yield from _bullets((f"**{figure.name}**", escaped(_figure(figure))) for figure in card.figures)
    tally = ", ".join(f"{number} {name}" for name, number in card.counts.items())
    said = [each for each in (card.reason, card.way) if each and not card.accepted]
    yield escaped(" ".join(f"{each}." for each in (f"{tally}; {card.expected}", *said)))


def _texts(read: Read) -> list[str]:
    shapes = read.form.shapes if read.form else []
    return [
        *([read.program] if read.program else []),
        *(" with ".join(filter(None, (shortened(s.text, LONG), s.said()))) for s in shapes),
    ]


def _facts_of(facts: Sequence[tuple[str, str]]) -> str:
    return listed(f"{text} {of}" for text, of in facts)


def _figure(figure: Figure) -> str:
    return f"{figure.text}, {figure.control_name} {figure.control_text}: {figure.sentence}"


def _met(records: Sequence[Record]) -> dict[str, str]:
    return {name: VERDICTS[name] for name in counts(records)}


def _figures(records: Sequence[Record]) -> list[str]:
    named = dict.fromkeys(name for _, names in PARTS for name in names)
    return [term(name).label for name in named if any(present(record, name) for record in records)]


def _row(record: Record, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(shown(record, name) for name in names)


def _streams(records: Sequence[Record]) -> list[str]:
    rows = over_streams(records)
    if not rows:
        return []
    made = stream_table(rows)
    meanings = table(Table(("column", "meaning"), stream_words(made)))
    return ["## Streams", escaped(stream_summary(rows)), table(made), meanings]


def _lengths(records: Sequence[Record]) -> list[str]:
    rows = over_lengths(records)
    if not rows:
        return []
    made = length_table(rows)
    return [
        "## Published lists",
        escaped(length_summary(rows)),
        table(made),
        table(Table(("column", "meaning"), length_words(made))),
    ]


def _failed(records: Sequence[Record]) -> list[str]:
    found = failures(records)
    return ["## Failed", table(Table(("what", "reason"), found))] if found else []


def _growth(records: Sequence[Record]) -> list[str]:
    found = families(records)
    if not found:
        return []
    sizes = [(f"{each.task} · {each.net} · {each.recipe}", size_table(each)) for each in found if each.records]
    headings = family_table(found).headings
    return [
        "## Family: how bits grow with size",
        "Exponents of bits ∝ size^exponent with their 95 % intervals, over nets that answer at least 99 % rightly.",
        *([table(family_table(found))] if sizes else []),
        *([escaped(left)] if (left := without_growth(found)) else []),
        *(part for label, each in sizes for part in (f"### By size: {escaped(label)}", table(each))),
        table(Table(("column", "meaning"), words_of((), (*headings, *SIZE_HEADINGS)))),
    ]


def _timing(records: Sequence[Record]) -> list[str]:
    found = timings(records)
    if not found:
        return []
    words = (
        "Training steps, where the recipe keeps checkpoints: mean over the seeds that got there, ± half the 95 % "
        "interval of that mean, and how many did."
    )
    made = timing_table(found)
    meanings = table(Table(("column", "meaning"), words_of((), made.headings)))
    return ["## Trajectory: formation, generalisation, clean-up", words, table(made), meanings]


def _net(record: Record) -> Iterable[str]:
    yield f"### {escaped(f'{record.task} {record.size} · {record.net} · {record.recipe} · seed {record.seed}')}"
    yield f"**{outcome(record)}**" + (f" (expected: {escaped(record.expected)})" if record.expected else "")
    way = [
        f"{term(name).label}: {value}" for name in ("in_the_way", "would_decide") if (value := getattr(record, name))
    ]
    for sentence in (record.error, record.reason, *way):
        if sentence:
            yield escaped(sentence)
    named = [("formula", record.formula), ("net's program", record.net_program), ("program", record.program)]
    yield from _bullets((name, code(text)) for name, text in named if text)
    for name, source in (("The net's loop", record.net_loop), ("The synthesizer's loop", record.program_loop)):
        if source:
            yield f"{name}:\n\n```python\n{source.rstrip()}\n```"
    if record.program_statement:
        yield escaped(record.program_statement)
    for heading, lines in (
        ("Criteria", record.criteria),
        ("Units in the way", [left_line(unit) for unit in record.left]),
        ("Steps", [step_line(step) for step in record.read_steps]),
        ("On the way", [held_line(line) for line in record.held]),
        ("Heads", [head_line(line) for line in record.heads]),
        ("Groups", record.groups),
        ("Refusals", record.refusals),
        ("Notes", record.notes),
    ):
        if lines:
            yield f"{heading}:\n\n" + "\n".join(f"- {escaped(line)}" for line in lines)
    yield from _bullets((heading, facts) for heading, names in PARTS if (facts := _facts(record, names)))


def _facts(record: Record, names: Sequence[str]) -> str:
    return "; ".join(
        f"{escaped(term(name).label)} {escaped(shown(record, name))}" for name in names if present(record, name)
    )


def _bullets(items: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"- {name}: {text}" for name, text in items]
    return ["\n".join(lines)] if lines else []
