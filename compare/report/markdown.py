"""The report in Markdown: the same tables and the same facts of every net, without charts."""

import re
from collections.abc import Iterable, Sequence

from compare.criteria import CRITERIA
from compare.record import Record
from compare.report.growth import families
from compare.report.panels import panel_line
from compare.report.phases import timings
from compare.report.show import listed
from compare.report.tables import Table, family_table, fingerprint, size_table, timing_table, without_growth
from compare.report.terms import FACTS, TABLE, TERMS, field, present, shown, term
from compare.report.verdicts import failures, outcome, summary

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def markdown_report(records: Sequence[Record]) -> str:
    """The whole report as Markdown."""
    parts = [
        f"# synthnet: {escaped(listed(sorted({record.suite for record in records})))}",
        escaped(summary(records)),
        *_bullets((name, code(text)) for name, text in fingerprint(records)),
        "## Verdicts",
        table(Table(tuple(term(name).label for name in TABLE), [_row(record) for record in records])),
        *_failed(records),
        *_growth(records),
        *_timing(records),
        "## Nets",
        *(line for record in records for line in _net(record)),
        "## Legend",
        legend_table(),
        criteria_table(),
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


def _row(record: Record) -> tuple[str, ...]:
    return tuple(shown(record, name) for name in TABLE)


def _failed(records: Sequence[Record]) -> list[str]:
    found = failures(records)
    return ["## Failed", table(Table(("what", "reason"), found))] if found else []


def _growth(records: Sequence[Record]) -> list[str]:
    found = families(records)
    if not found:
        return []
    sizes = [(f"{each.task} · {each.net} · {each.recipe}", size_table(each)) for each in found if each.records]
    return [
        "## Family: how bits grow with size",
        "Exponents of bits ∝ size^exponent with their 95 % intervals, over nets that answer at least 99 % rightly.",
        *([table(family_table(found))] if sizes else []),
        *([escaped(left)] if (left := without_growth(found)) else []),
        *(part for label, each in sizes for part in (f"### By size: {escaped(label)}", table(each))),
    ]


def _timing(records: Sequence[Record]) -> list[str]:
    found = timings(records)
    if not found:
        return []
    words = (
        "Training steps, where the recipe keeps checkpoints: mean over the seeds that got there, ± half the 95 % "
        "interval of that mean, and how many did."
    )
    return ["## Trajectory: formation, generalisation, clean-up", words, table(timing_table(found))]


def _net(record: Record) -> Iterable[str]:
    yield f"### {escaped(f'{record.task} {record.size} · {record.net} · {record.recipe} · seed {record.seed}')}"
    yield f"**{outcome(record)}**" + (f" (expected: {escaped(record.expected)})" if record.expected else "")
    for sentence in (record.error, record.reason):
        if sentence:
            yield escaped(sentence)
    named = [("formula", record.formula), ("program", record.program)]
    yield from _bullets((name, code(text)) for name, text in named if text)
    if record.program_statement:
        yield escaped(record.program_statement)
    for heading, lines in (
        ("Criteria", record.criteria),
        ("Steps", [panel_line(panel) for panel in record.panels]),
        ("Groups", record.groups),
        ("Refusals", record.refusals),
        ("Notes", record.notes),
    ):
        if lines:
            yield f"{heading}:\n\n" + "\n".join(f"- {escaped(line)}" for line in lines)
    yield from _bullets((heading, facts) for heading, names in FACTS if (facts := _facts(record, names)))


def _facts(record: Record, names: Sequence[str]) -> str:
    return "; ".join(
        f"{escaped(term(name).label)} {escaped(shown(record, name))}" for name in names if present(record, name)
    )


def _bullets(items: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"- {name}: {text}" for name, text in items]
    return ["\n".join(lines)] if lines else []
