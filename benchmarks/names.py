"""Finding a declaration by its name, and saying which name was nearest when there is none."""

import difflib
import fnmatch
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """Anything with a name and a docstring line."""

    @property
    def name(self) -> str: ...

    @property
    def doc(self) -> str: ...


N = TypeVar("N", bound=Named)
LONGEST = 400  # characters of a line in a log


def find(kind: str, name: str, declared: Sequence[N]) -> N:
    """The declaration called `name`; ValueError with the nearest name where there is none."""
    for declaration in declared:
        if declaration.name == name:
            return declaration
    raise ValueError(unknown(kind, name, [declaration.name for declaration in declared]))


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """The sentence for a name that is not there."""
    known = list(names)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    remedy = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
    return f"unknown {kind} {name!r}; {remedy}"


def matching(kind: str, pattern: str, names: Iterable[str]) -> list[str]:
    """Names that match: a pattern with * or ?, or any part of a name; ValueError where none does."""
    known = list(names)
    whole = pattern if set(pattern) & set("*?[") else f"*{pattern}*"
    found = [name for name in known if fnmatch.fnmatchcase(name, whole)]
    if not found:
        raise ValueError(unknown(kind, pattern, known))
    return found


def counted(number: int, noun: str) -> str:
    """The number with its noun, in the plural unless it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cut(text: str, length: int = LONGEST) -> str:
    """The text, or its beginning and how long it is in all: a line of a log stays a line."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}… ({len(text):,} characters)"
