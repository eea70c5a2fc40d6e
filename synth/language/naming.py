"""Names as a text can take them: near the user's spelling, no two alike, none that the text needs otherwise."""

import keyword
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

LONGEST = 40  # letters of a name that stays as it is
PYTHON = frozenset((*keyword.kwlist, "__debug__"))


def spelled(names: Iterable[str], taken: Collection[str], spell: Callable[[str], str]) -> dict[str, str]:
    """A spelling for each name; those that stay as they are come first, the others get a _ or a number behind."""
    names = list(dict.fromkeys(names))
    made: dict[str, str] = {}
    used = set(taken)
    for name in sorted(names, key=lambda name: spell(name) != name):
        made[name] = free(spell(name), used)
        used.add(made[name])
    return {name: made[name] for name in names}


def free(name: str, used: Collection[str]) -> str:
    """The name, or the first of name_, name_2, name_3, ... that is not used."""
    if name not in used:
        return name
    if f"{name}_" not in used:
        return f"{name}_"
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"


def identifier(name: str) -> str:
    """A word of Python like the name; Python takes names for the same that NFKC makes equal."""
    word = unicodedata.normalize("NFKC", name)[:LONGEST]
    for flags in (0, re.ASCII):
        if not word.isidentifier():
            word = re.sub(r"\W+", "_", word, flags=flags).strip("_") or "x"
            word = f"x_{word}" if word[0].isdigit() else word
    return f"{word}_" if word in PYTHON else word
