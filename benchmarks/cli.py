"""The command `synthnet`. Exit status: 0 done, 1 something failed or differs, 2 bad usage."""

import errno
import importlib.util
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.listing import LISTINGS
from benchmarks.names import counted, matching, unknown

if TYPE_CHECKING:
    from compare.record import Record

FORMATS = {"html": "html", "md": "md", "json": "json", "latex": "tex"}
WRITTEN = ("all", "sygus", "python", "sympy")
MOST_MEMORY = 2.0**40  # MiB, which stands for any amount


class BadUsage(click.ClickException):
    """One sentence, and exit status 2."""

    exit_code = 2


class Nearest(click.Choice):
    """A choice whose refusal names the nearest word."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value not in self.choices:
            raise BadUsage(unknown(f"value of {said(param)}" if param else "value", value, self.choices))
        return value


def said(param: click.Parameter) -> str:
    """What the user calls it."""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


class Commands(click.Group):
    """A group that names the nearest command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise BadUsage(unknown("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with one_sentence():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with one_sentence():
            return super().invoke(ctx)


@contextmanager
def one_sentence() -> Iterator[None]:
    """click's own refusals in one sentence; without arguments, its help."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        path = " ".join(["synthnet", *(error.ctx.command_path.split()[1:] if error.ctx else ())])
        text = error.format_message().rstrip(".")
        raise BadUsage(f"{text[:1].lower()}{text[1:]}; `{path} --help` says what it takes") from error


def told(command: Callable[..., None]) -> Callable[..., None]:
    """What a user did wrong ends in one sentence and status 2, a full disk or a file error in status 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except ValueError as error:
            raise BadUsage(str(error)) from error
        except BrokenPipeError:  # whoever read the output has enough of it: click ends quietly
            raise
        except OSError as error:
            full = "no room left on the disk; free some, then run again"
            raise click.ClickException(full if error.errno == errno.ENOSPC else str(error)) from error

    return run


@click.group(cls=Commands)
@click.version_option(package_name="synthnet", prog_name="synthnet")
def main() -> None:
    """Did a trained net converge to a compact program, to a lookup table, or can it not be told?"""
    for package in ("synth", "nets", "compare", "benchmarks"):
        found = importlib.util.find_spec(package)
        place = Path(found.origin).parent if found is not None and found.origin else Path(package)
        if place.resolve().parent != Path(__file__).resolve().parents[1]:
            raise BadUsage(
                f"{place}: hides our package {package!r}; rename it, or take the folder that it lies in off PYTHONPATH"
            )


@main.command("list")
@click.argument(
    "what",
    type=Nearest(list(LISTINGS)),
    required=False,
)
@told
def list_(what: str | None) -> None:
    """List what there is.

    Tasks and samplers of their inputs; libraries, which a task may name, and their primitives; nets and losses; fitters
    and extractors; suites, recipes and controls; and the keys of a suite's and a recipe's file.
    """
    for kind in [what] if what else LISTINGS:
        if what is None:
            click.echo(f"{kind}:")
        entries = list(LISTINGS[kind]())
        width = max((len(name) for name, _ in entries), default=0)
        for name, doc in entries:
            click.echo(f"  {name:<{width}}  {doc}".rstrip())


@main.command()
@click.argument("suite")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Run directory; runs/SUITE by default.")
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; as many as cores by default.")
@click.option("--only", metavar="PATTERN", help="Only cells whose name contains this, or matches it (with * or ?).")
@click.option("--cluster", metavar="auto|ADDRESS", help="Run on this Ray cluster instead; needs the extra `cluster`.")
@told
def run(suite: str, out: Path | None, jobs: int | None, only: str | None, cluster: str | None) -> None:
    """Do what is missing of SUITE, a name from `list suites` or a .toml file, then report."""
    from rich.console import Console

    from benchmarks.outlook import notes
    from benchmarks.run import run_suite
    from benchmarks.suite import read_suite
    from benchmarks.watch import watching
    from compare.report import terminal_table, write_report

    if cluster is not None and jobs is not None:
        raise BadUsage("--jobs and --cluster: expected one of them; a cluster has as many workers as it has cores")
    read = read_suite(suite)
    folder = out or Path("runs") / read.name
    console = Console(width=None if sys.stdout.isatty() else 120)
    command = shlex.join(["synthnet", *sys.argv[1:]])
    for note in notes(read):
        click.echo(f"note: {note}")
    try:
        with watching(console) as watcher:
            outcome = run_suite(
                read, folder, command=command, jobs=jobs or cores(), only=only, watcher=watcher, cluster=cluster
            )
    except KeyboardInterrupt:
        raise click.ClickException("interrupted; run the same command again to go on") from None
    if outcome.stopped is not None:
        raise click.ClickException(outcome.stopped)
    console.print(terminal_table(outcome.records, console.width))
    click.echo(f"report: {write_report(folder, outcome.records)}")
    wrong = [f"{counted(outcome.failed, 'cell')} failed"] if outcome.failed else []
    wrong += [f"no program was searched for {sentence}" for sentence in outcome.unfound]
    if wrong:
        raise click.ClickException(f"{'; '.join(wrong)}; the lines above and the report say why")


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=Nearest(list(FORMATS)), default="html", show_default=True)
@click.option(
    "--charts", metavar="PATTERN", help="Also PNG and SVG of the run's charts and of these cells', as --only."
)
@told
def report(folder: Path, kind: str, charts: str | None) -> None:
    """Write the report of a run directory; `--format json` prints the records as one JSON list instead."""
    from compare.report import records_json, save_charts, write_report

    records = records_of(folder)
    if not records:
        raise click.ClickException(f"{folder}: expected a whole record, found none; `synthnet run` makes them")
    cells = [] if charts is None else matching("cell", charts, [record.cell for record in records])
    if kind == "json":
        click.echo(records_json(records), nl=False)
    else:
        click.echo(write_report(folder, records, formats=[FORMATS[kind]]))
    if charts is not None:
        saved = save_charts(folder, records, folder / "charts", cells=cells)
        click.echo(f"{counted(len(saved), 'file')} in {folder / 'charts'}", err=kind == "json")


@main.command()
@click.argument("left", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("right", metavar="DIR", type=click.Path(path_type=Path))
@told
def diff(left: Path, right: Path) -> None:
    """Say which verdicts and figures of two run directories differ; times do not count. Status 1 when any does."""
    from benchmarks.difference import differences

    lines = differences(records_of(left), records_of(right))
    for line in lines:
        click.echo(line)
    click.echo(counted(len(lines), "difference") if lines else "no differences")
    if lines:
        raise SystemExit(1)


@main.command()
@click.argument("task")
@told
def show(task: str) -> None:
    """Show TASK, by its name, as file.py:NAME or as file.py: what is asked, and whether nets for it can be judged."""
    from benchmarks.outlook import shown

    for line in shown(task):
        click.echo(line)


@main.command()
@click.argument("file", metavar="FILE.py")
@told
def check(file: str) -> None:
    """Check the primitives that FILE.py declares: their views, laws, inverses and choices. Status 1 when one fails."""
    from benchmarks.checking import check_file

    outcome = check_file(file)
    for line in outcome.lines:
        click.echo(line)
    if outcome.failed:
        raise click.ClickException(f"{outcome.failed} of {counted(outcome.of, 'primitive')} failed")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--primitives", metavar="FILE.py", type=click.Path(path_type=Path), help="Your own primitives, as well.")
@click.option("--library", metavar="NAME", multiple=True, help="A primitive or a topic of them; may be repeated.")
@click.option("--type", "signature", metavar="TYPE", help='The function\'s type, such as "int, bv8 -> bool".')
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Time limit, of reading FILE and of the search.",
)
@click.option(
    "--effort",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="How long to go on for a shorter program, in times of the first one's search; inf until proven.",
)
@click.option(
    "--memory",
    metavar="MIB",
    type=click.FloatRange(min=0, min_open=True),
    default=1024.0,
    show_default=True,
    help="What the search may allocate beside the program itself; where it is full, it goes on without storing.",
)
@click.option("--backend", type=Nearest(["numba", "numpy", "jax"]), default="numba", show_default=True)
@click.option("--certificate", is_flag=True, help="Search again with other hashes, for the claim that none is shorter.")
@click.option(
    "--format",
    "kind",
    type=Nearest(list(WRITTEN)),
    default="all",
    show_default=True,
    help="One alone goes to standard output, what is claimed of it to standard error.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the examples that are chosen first, and of the hashes.",
)
@told
def solve(
    file: Path,
    primitives: Path | None,
    library: tuple[str, ...],
    signature: str | None,
    seconds: float,
    memory: float,
    effort: float,
    backend: str,
    certificate: bool,
    kind: str,
    seed: int,
) -> None:
    """Find a shortest program for FILE: a SyGuS problem (.sl), or examples (.json, .csv, .tsv).

    Status 1 where none was found.
    """
    from benchmarks.asking import read_question
    from benchmarks.solving import FOUND, WRONG, ask, opening, patience, renamings, texts
    from benchmarks.waiting import waiting
    from synth import Budget

    began = time.monotonic()
    question = read_question(file, primitives=primitives, library=library, type=signature)
    for note in question.notes:
        click.echo(f"note: {note}", err=True)
    left = max(seconds / 10, seconds - (time.monotonic() - began))
    budget = Budget(seconds=left, bytes=int(min(MOST_MEMORY, memory) * 2**20), effort=effort)
    try:
        with patience(budget) as budget, waiting(f"{file.name}: {opening(question)}", seconds):
            reply = ask(question, budget, backend=backend, certificate=certificate, seed=seed)
    except KeyboardInterrupt:
        raise click.ClickException("interrupted; nothing was found so far") from None
    if reply.status == WRONG:
        raise BadUsage(f"{file}, {reply.claim}")
    if reply.status != FOUND:
        raise click.ClickException(reply.claim)
    for name, text in texts(question, reply):
        if kind == name:
            click.echo(text)
        elif kind == "all":
            click.echo(f"{name}:\n{indented(text)}")
    facts = [f"size: {reply.size}", *([f"fits: {reply.fits}"] if reply.fits else []), reply.claim]
    facts = [*(renamings(reply) if kind in ("all", "sympy") else ()), *facts]
    for line in facts:
        click.echo(line, err=kind != "all")


def indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def records_of(folder: Path) -> "list[Record]":
    """The whole records of a run directory; damaged ones are named and left out."""
    from benchmarks.store import identity_of, in_order, read_records

    identity_of(folder)
    stored = read_records(folder)
    for sentence in stored.broken.values():
        click.echo(f"note: {sentence}: left out; `synthnet run` does the cell again", err=True)
    return in_order(folder, stored.records)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
