"""How a run shows itself: a bar and the cells at work on a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from benchmarks.names import counted, cut
from benchmarks.worker import Answer

LONGEST = 2000  # characters of a line, which a program's text takes no more than a fifth of


class Watcher:
    """Hears how a run goes on; this one says nothing."""

    def begin(self, total: int, kept: int) -> None: ...

    def note(self, sentence: str) -> None: ...

    def started(self, key: str) -> None: ...

    def ended(self, key: str, answer: Answer) -> None: ...


class Lines(Watcher):
    """One line a job, with how far the run is."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.done = 0
        self.total = 0

    def begin(self, total: int, kept: int) -> None:
        self.total, self.done = total, kept
        self.say(f"{counted(total, 'cell')}, {kept} done before")

    def note(self, sentence: str) -> None:
        self.say(f"note: {sentence}")

    def ended(self, key: str, answer: Answer) -> None:
        self.done += not key.startswith("program-")
        mark = "" if answer.kind == "done" else "failed: "
        self.say(f"[{self.done}/{self.total}] {key}: {mark}{answer.said}")

    def say(self, text: str) -> None:
        self.console.print(escape(cut(text, LONGEST)), soft_wrap=True, highlight=False)


class Bar(Lines):
    """The same lines above a bar that says which cells are at work."""

    def __init__(self, console: Console, progress: Progress) -> None:
        super().__init__(console)
        self.progress = progress
        self.whole: TaskID | None = None
        self.working: dict[str, TaskID] = {}

    def begin(self, total: int, kept: int) -> None:
        super().begin(total, kept)
        self.whole = self.progress.add_task("cells", total=total, completed=kept)

    def started(self, key: str) -> None:
        if key not in self.working:  # else it is tried again
            self.working[key] = self.progress.add_task(f"  {escape(key)}", total=None)

    def ended(self, key: str, answer: Answer) -> None:
        super().ended(key, answer)
        self.progress.remove_task(self.working.pop(key))
        if self.whole is not None:
            self.progress.update(self.whole, completed=self.done)


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    """The watcher that suits where the output goes."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(console, progress)
