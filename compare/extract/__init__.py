"""Extractors: a net as one program, or a refusal that says why."""

from collections.abc import Callable
from typing import NamedTuple

from compare.asked import Asked, asked
from compare.explanation import Explanation, Refusal
from compare.extract import (
    attention,
    boards,
    boolean,
    filters,
    forms,
    groups,
    integers,
    phases,
    recurrent,
    residues,
    selects,
    units,
)
from compare.read import Reading
from compare.sample import Samples
from compare.view import View
from synth.language.spec import Spec


class Extractor(NamedTuple):
    """`reads` says why a task is none of its own, whatever the net; None where it is.

    It is asked only where every input is listed, unless it also reads `samples`; with `positions` it reads no net but
    one that answers at every position, with `once` none but one that answers once a row.
    """

    name: str
    reads: Callable[[Asked], str | None]
    extract: Callable[[Reading], Explanation | Refusal]
    samples: bool = False
    positions: bool = False
    once: bool = False


EXTRACTORS = (
    Extractor(boolean.NAME, boolean.reads, boolean.extract),
    Extractor(groups.NAME, groups.reads, groups.extract),
    Extractor(residues.NAME, residues.reads, residues.extract),
    Extractor(attention.NAME, attention.reads, attention.extract),
    Extractor(integers.NAME, integers.reads, integers.extract),
    Extractor(forms.NAME, forms.reads, forms.extract),
    Extractor(units.NAME, units.reads, units.extract),
    Extractor(selects.NAME, selects.reads, selects.extract, samples=True),
    Extractor(boards.NAME, boards.reads, boards.extract, samples=True),
    Extractor(recurrent.NAME, recurrent.reads, recurrent.extract, samples=True, positions=True),
    Extractor(filters.NAME, filters.reads, filters.extract, samples=True, once=True),
    Extractor(phases.NAME, phases.reads, phases.extract, samples=True, positions=True),
)


def readers(spec: Spec | None, view: View, samples: Samples | None = None) -> dict[str, str | None]:
    """Each extractor by name: None where it may read nets for this task, otherwise why not. No net is needed."""
    task = asked(spec, view, samples)
    return {
        extractor.name: sampled(extractor, task) or extractor.reads(task) or placed(extractor, view, samples)
        for extractor in EXTRACTORS
    }


def sampled(extractor: Extractor, task: Asked) -> str | None:
    """Why an extractor that needs every input does not read a task of samples."""
    if extractor.samples or (task.exhaustive and task.spec is not None):
        return None
    return "expected every input of a specification's domain, got samples"


def placed(extractor: Extractor, view: View, samples: Samples | None) -> str | None:
    """Why an extractor that needs an answer at every position, or one a row, does not read a task that asks others."""
    if samples is None or not (extractor.positions or extractor.once):
        return None
    report = samples.report
    many = report.targets.ndim - view.answers.axes >= 2
    if extractor.once:
        return "expected one answer a row, got one at every position" if many else None
    if not many:
        return "expected an answer at every position, got one a row"
    masked = report.mask is not None and not report.mask.all()
    return "expected answers that count at every position, got a mask" if masked else None
