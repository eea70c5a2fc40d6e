"""Whether the two sides are the same, in one line."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from compare.record import Record

FUNCTION = {"equal": "Same function", "alike": "Same function on every sample", "different": "Different functions"}
SIGNS = {"equal": "=", "alike": "≈", "different": "≠"}
UNDECIDED = "?"


class Same(NamedTuple):
    """The line on sameness."""

    kind: str  # equal, alike, different, undecided: the worst of the nets decides
    sign: str
    headline: str
    how: str


def sameness(programs: Sequence[Record], *, found: bool) -> Same:
    """Of the nets that are programs against the synthesizer's, which `found` one or not."""
    if not programs or not found:
        missing = [] if found else ["the enumeration found no program"]
        missing += [] if programs else ["no net is a program"]
        return Same("undecided", UNDECIDED, "Nothing to compare", _sentence(" and ".join(missing)))
    kinds = Counter(record.same_function for record in programs if record.same_function in FUNCTION)
    if not kinds:
        why = next((record.same_how for record in programs if record.same_how), None)
        return Same("undecided", UNDECIDED, "Not compared", _sentence(why) if why else _by_answers(programs))
    kind = next(each for each in ("different", "alike", "equal") if kinds[each])
    first = max(kinds, key=lambda each: (kinds[each], each == kind))
    parts = [_share(FUNCTION[first or ""], kinds[first], len(programs))]
    parts += [
        _share(FUNCTION[each or ""].lower(), number, len(programs)) for each, number in kinds.items() if each != first
    ]
    shown = next((record for record in programs if record.same_function == kind and record.same_how), None)
    return Same(
        kind,
        SIGNS[kind],
        ", ".join([*parts, *_texts(programs)]),
        _sentence(shown.same_how if shown and shown.same_how else ""),
    )


def _texts(programs: Sequence[Record]) -> list[str]:
    known = [record.same_program for record in programs if record.same_program is not None]
    if not known:
        return ["written in another language"] if any(record.net_program is None for record in programs) else []
    if any(known):
        return [_share("the same program", sum(known), len(programs))]
    return ["another program"]


def _share(words: str, number: int, of: int) -> str:
    return words if number == of else f"{words} in {number} of {of} nets"


def _sentence(text: str) -> str:
    """With a capital and a full stop, and without the answer, which the headline says."""
    text = re.sub(r"^(equal|alike|different|not compared): ", "", text).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _by_answers(programs: Sequence[Record]) -> str:
    known = [record.match_domain for record in programs if record.match_domain is not None]
    if not known:
        return "These records do not say whether the two are the same."
    share = "all" if min(known) == 1 else f"at least {min(known):.2%}"
    return f"Both give the task's answers, the nets on {share} of its inputs; these records say no more."
