"""A loop's printed Python, run: on whole numbers without end, where arrays of 64 bits wrap."""

from collections.abc import Callable
from typing import Any


def function_of(source: str) -> Callable[..., list]:
    """The function `program` of a source that we printed; of lists, one a stream."""
    scope: dict[str, Any] = {}
    exec(compile(source, "<printed>", "exec"), scope)
    return scope["program"]
