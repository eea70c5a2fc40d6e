"""One net of a suite: all that is needed to make, read and judge it."""

import msgspec

from benchmarks.recipe import Prepared


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One net of a suite. Names that point into a user's file are taken relative to `folder`."""

    suite: str
    folder: str
    name: str  # unique in the suite, fit for a file name
    task: str
    label: str  # the task's name; with where it is from if another task of the suite has the same
    size: int
    net: str | None
    net_label: str  # the same of the net
    recipe: Prepared
    recipe_file: str  # as the suite names it
    recipe_label: str  # the same of the recipe
    seed: int
    expected: str | None

    def net_place(self) -> str:
        """Where the net is from, if another one of the suite has its name."""
        return "".join(self.net_label.partition("@")[1:])
