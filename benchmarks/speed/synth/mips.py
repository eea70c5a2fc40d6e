"""MIPS: the 62 stream tasks from examples, each program held against 10,000 fresh streams of two lengths."""

from statistics import median

from benchmarks.loops import Try, attempt
from benchmarks.names import find
from benchmarks.speed.synth.section import Figure, Options, Progress, Section
from benchmarks.tasks import TASKS
from benchmarks.tasks.mips import MIPS62

COLUMNS = ("task", "MIPS", "GPT-4", "found", "strict", "bits", "s", "program")


def run(options: Options, progress: Progress) -> Section:
    """A program is strict where its printed Python is right on every fresh stream of length 10 (or 20) and of 100."""
    tries = []
    for row in MIPS62:
        progress(f"MIPS: {row.number} of {len(MIPS62)}, {row.name}")
        tries.append(attempt(find("task", row.task, TASKS), row.size, options.seconds))
    rows = tuple(
        (row.name, yes(row.mips), yes(row.gpt4), yes(one.loop is not None), yes(one.strict), *shown(one))
        for row, one in zip(MIPS62, tries, strict=True)
    )
    strict = [one for one in tries if one.strict and one.seconds <= options.seconds]
    bits = [one.loop.bits for one in strict if one.loop is not None]
    return Section(
        name="MIPS",
        columns=COLUMNS,
        rows=rows,
        figures=(
            Figure(name="MIPS strict", value=len(strict), unit=f"of {len(tries)}", sign=">=", bar=60),
            Figure(name="MIPS median time", value=median(one.seconds for one in tries), unit="s"),
            Figure(name="MIPS median program", value=median(bits) if bits else float("nan"), unit="bits"),
        ),
    )


def yes(holds: bool) -> str:
    return "yes" if holds else "-"


def shown(one: Try) -> tuple[str, str, str]:
    if one.loop is None:
        return "-", f"{one.seconds:.1f}", "-"
    return f"{one.loop.bits:.0f}", f"{one.seconds:.1f}", one.loop.python().strip()
