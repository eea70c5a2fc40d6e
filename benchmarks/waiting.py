"""How a search shows itself, apart from `benchmarks.watch`: it needs nothing of nets, whose imports take seconds."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def waiting(text: str, seconds: float) -> Iterator[None]:
    """A line about a search, on standard error; on a terminal with the time that it takes, until it ends."""
    console = Console(stderr=True)
    line = f"{text}, for at most {seconds:g} s"
    if not console.is_terminal:
        console.print(escape(line), soft_wrap=True, highlight=False)
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(escape(line), total=None)
        yield
