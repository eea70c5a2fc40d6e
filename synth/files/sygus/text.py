"""SyGuS-IF text: a bounded reading of a file, and its expressions one after another, each with its line.

Nothing here recurses and nothing is evaluated. SyGuS-IF 2.1 (https://sygus.org/language), section 2; comments,
symbols and literals are those of SMT-LIB 2.6, section 3.1.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, Union

DEPTH = 10_000  # brackets inside each other
TOKEN = re.compile(
    r"(?P<space>[^\S\n]+)|(?P<line>\n)|(?P<comment>;[^\n]*)|(?P<bracket>[()])"
    r'|(?P<string>"(?:[^"]|"")*")|(?P<quoted>\|[^|\\]*\|)|(?P<word>[A-Za-z0-9~!@$%^&*_+=<>.?/#:\'-]+)'
)
SYMBOL = re.compile(r"[A-Za-z~!@$%^&*_+=<>.?/-][A-Za-z0-9~!@$%^&*_+=<>.?/-]*")  # a symbol that needs no bars


class Atom(NamedTuple):
    """A word, a number or a string, as it is written."""

    text: str
    line: int


class Group(NamedTuple):
    """What stands between two brackets; `line` is the first one's."""

    items: tuple["Expression", ...]
    line: int


Expression = Union[Atom, Group]  # noqa: UP007 - `|` does not take a name that is defined later


def refusal(line: int, sentence: str) -> ValueError:
    """The error that names a line of the file."""
    return ValueError(f"line {line}: {sentence}")


def clipped(text: str, limit: int = 40) -> str:
    """A word of the file as a message may show it: one line, not longer than the limit."""
    return ascii(text if len(text) <= limit else text[: limit - 3] + "...")


def shown(expression: Expression, limit: int = 40) -> str:
    """The beginning of an expression as it may stand in a message."""
    words: list[str] = []
    stack: list[Expression | str] = [expression]
    while stack and sum(map(len, words)) <= limit:
        item = stack.pop()
        if isinstance(item, Group):
            words.append("(")
            stack += [")", *reversed(item.items)]
        else:
            words.append(item if isinstance(item, str) else item.text)
    return clipped(" ".join(words).replace("( ", "(").replace(" )", ")"), limit)


def expressions(text: str) -> Iterator[Expression]:
    """The expressions of a text, each as soon as it is whole; ValueError names the line of what is wrong."""
    open_groups: list[tuple[list[Expression], int]] = []
    for word, line in tokens(text):
        if word == "(":
            if len(open_groups) == DEPTH:
                raise refusal(line, f"expected at most {DEPTH} brackets inside each other; name parts by define-fun")
            open_groups.append(([], line))
            continue
        if word == ")":
            if not open_groups:
                raise refusal(line, "expected an expression, got ')' that closes nothing; remove it")
            items, first = open_groups.pop()
            done: Expression = Group(tuple(items), first)
        else:
            done = Atom(word, line)
        if open_groups:
            open_groups[-1][0].append(done)
        else:
            yield done
    if open_groups:
        line = open_groups[0][1]
        missing = f"{len(open_groups)} times ')'" if len(open_groups) > 1 else "')'"
        raise refusal(line, f"expected {missing} before the end for the bracket opened here; add what is missing")


def tokens(text: str) -> Iterator[tuple[str, int]]:
    """Words and brackets with their lines, counted from 1."""
    line, place = 1, 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise stray(text, place, line)
        place = match.end()
        kind, word = match.lastgroup, match.group()
        if kind == "line":
            line += 1
        elif kind in ("bracket", "word", "string"):
            yield word, line
        elif kind == "quoted":
            yield (word[1:-1] if SYMBOL.fullmatch(word[1:-1]) else word), line  # |a| is a; others keep their bars
        line += word.count("\n") if kind in ("string", "quoted") else 0


def stray(text: str, place: int, line: int) -> ValueError:
    """What to say of a character that begins nothing."""
    letter = text[place]
    if letter in '"|':
        return refusal(line, f"expected a second {letter} for the one opened here, got the end; close it")
    return refusal(line, f"expected words, numbers and brackets, got the character {letter!a}; remove it")
