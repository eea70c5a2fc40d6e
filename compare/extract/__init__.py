"""Extractors: a net as one program, or a refusal that says why."""

from collections.abc import Callable
from typing import NamedTuple

from compare.explanation import Explanation, Refusal
from compare.extract import attention, boolean, boolean_layer, integers, residues
from compare.extract.asked import Asked, asked
from compare.read import Reading
from compare.view import View
from synth.language.spec import Spec


class Extractor(NamedTuple):
    """`reads` says why a task is none of its own, whatever the net; None where it is."""

    name: str
    reads: Callable[[Asked], str | None]
    extract: Callable[[Reading], Explanation | Refusal]


EXTRACTORS = (
    Extractor(boolean.NAME, boolean_layer.reads, boolean.extract),
    Extractor(residues.NAME, residues.reads, residues.extract),
    Extractor(attention.NAME, attention.reads, attention.extract),
    Extractor(integers.NAME, integers.reads, integers.extract),
)


def readers(spec: Spec, view: View) -> dict[str, str | None]:
    """Each extractor by name: None where it may read nets for this task, otherwise why not. No net is needed."""
    task = asked(spec, view)
    return {extractor.name: extractor.reads(task) for extractor in EXTRACTORS}
