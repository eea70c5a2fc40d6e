"""`python -m benchmarks.speed.synth`: every section, a table each, one line of figures; 1 where one falls short."""

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.speed.synth import files, int24, limits, mips, order, rate, sequences
from benchmarks.speed.synth.section import Figure, Options, Progress, Section
from synth.bank.stored import BACKENDS
from synth.language.program import unknown

SECTIONS: dict[str, Callable[[Options, Progress], Section]] = {
    "RATE": rate.run,
    "INT": int24.run,
    "BV": files.run_bv,
    "HD": files.run_hd,
    "LIST": sequences.run_lists,
    "STREAM": sequences.run_streams,
    "MIPS": mips.run,
    "ORDER": order.run,
    "LIMITS": limits.run,
}
RECORDS = Path("runs/speed")
INTERRUPTED = 130


@click.command()
@click.option(
    "--problems", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of SyGuS files."
)
@click.option("--only", default=",".join(SECTIONS), show_default=True, help="Sections, with commas between them.")
@click.option("--backend", type=click.Choice([*BACKENDS, "all"]), default="all", show_default=True)
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True)
def main(problems: Path | None, only: str, backend: str, seconds: float) -> None:
    """The synthesizer's speed and quality beside cvc5's and plain Python's, on one core."""
    names = chosen(only)
    one_core()
    backends = BACKENDS if backend == "all" else (backend,)
    console = Console(width=None if sys.stdout.isatty() else 160)
    sections, interrupted = measured(names, Options(problems=problems, backends=backends, seconds=seconds), console)
    record(sections)
    figures = [figure for section in sections for figure in section.figures]
    console.print("; ".join(map(str, figures)) or "nothing was measured", soft_wrap=True, highlight=False)
    sys.exit(INTERRUPTED if interrupted else status(figures))


def chosen(only: str) -> list[str]:
    """The sections' names; a sentence where one does not exist."""
    names = [name.strip().upper() for name in only.split(",") if name.strip()]
    for name in names:
        if name not in SECTIONS:
            raise click.UsageError(str(unknown("section", name, list(SECTIONS))))
    return names


def one_core() -> None:
    """Keep this process and those that it starts on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measured(names: list[str], options: Options, console: Console) -> tuple[list[Section], bool]:
    """The sections that were finished, and whether the user stopped there."""
    done: list[Section] = []
    errors = Console(stderr=True)
    with errors.status("starting") as status:
        for name in names:
            try:
                section = SECTIONS[name](options, status.update)
            except KeyboardInterrupt:
                errors.print(f"stopped in {name}; what was finished follows")
                return done, True
            done.append(section)
            show(section, console)
    return done, False


def show(section: Section, console: Console) -> None:
    table = Table(*section.columns, title=section.name)
    for row in section.rows:
        table.add_row(*row)
    console.print(table)
    for line in (*section.remarks, *map(str, section.figures)):
        console.print(line, highlight=False, soft_wrap=True)


def record(sections: list[Section]) -> None:
    """Everything as JSON under runs/speed."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    path = RECORDS / time.strftime("synth-%Y%m%d-%H%M%S.json")
    path.write_text(json.dumps([dataclasses.asdict(section) for section in sections], indent=1, default=str) + "\n")


def status(figures: list[Figure]) -> int:
    """1 where a figure falls short of its bar, which is said."""
    short = [figure for figure in figures if figure.short]
    if short:
        click.echo(f"short of its bar: {', '.join(figure.name for figure in short)}", err=True)
    return int(bool(short))


if __name__ == "__main__":
    main()
