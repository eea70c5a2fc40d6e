"""The charts of a whole run and their data: evidence of all nets, growth of bits, phases and paths along training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from compare.record import Record
from compare.report.arrays import load, series
from compare.report.drawing import Drawing, columns, short
from compare.report.growth import SERIES, Family, families, measured
from compare.report.phases import PHASE_NAMES, PHASES, Timing, mean_path, step, timings
from compare.report.show import listed
from compare.report.tables import exponent
from compare.report.terms import bits_ratio
from compare.report.verdicts import VERDICTS, outcome

EXPONENTS = ("bits_total", "bits_table")  # named in the words of the chart
PATHS = {"held_out_accuracy": "held-out rows", "structure": "structure", "s_agreement": "S", "d_r2": "D"}


def run_drawings(run_dir: Path, records: Sequence[Record]) -> dict[str, list[Drawing]]:
    """The charts of the whole run by section: overview, family, trajectory."""
    groups = timings(records)
    return {
        "overview": _known([_overview(records)]),
        "family": [_growth(family) for family in families(records) if family.laws],
        "trajectory": _known([_timing(groups), *(_paths(run_dir, timing) for timing in groups)]),
    }


def _overview(records: Sequence[Record]) -> Drawing | None:
    measured = [(record, record.s_agreement, record.d_r2, bits_ratio(record)) for record in records]
    known = [
        (record.cell, outcome(record), record.expected, s, d, b, record.reason)
        for record, s, d, b in measured
        if outcome(record) in VERDICTS and None not in (s, d, b)
    ]  # fmt: skip
    if not known:
        return None
    caption = (
        "One mark a net: interchange against substitution, and against bits. Nets without an explanation have none of "
        "the three and are not drawn. D below 0 is drawn at 0."
    )
    nets = columns(("cell", "outcome", "expected", "s", "d", "b", "reason"), known)
    return Drawing("Evidence of every net", caption, "overview", {"nets": nets})


def _growth(family: Family) -> Drawing:
    names = {"bits_total": "explanation", "bits_table": "table", "bits_program": "program", "bits_weights": "weights"}
    points, fits = [], []
    for name in SERIES:
        known = [record for record in family.records if (getattr(record, name) or 0) > 0]
        points += [(record.size, names[name], short(getattr(record, name)), record.cell) for record in known]
        if name in family.laws:
            sizes = measured(family, name)[0]
            grid = np.geomspace(sizes.min(), sizes.max(), 24)
            band = zip(grid, *family.laws[name].band(grid), strict=True)
            fits += [(short(p), names[name], short(low), short(at), short(high)) for p, low, at, high in band]
    data = {
        "points": columns(("size", "series", "bits", "cell"), points),
        "fits": columns(("size", "series", "low", "bits", "high"), fits),
    }
    title = f"{family.task} · {family.net}{' (all widths)' if family.pooled else ''} · {family.recipe}"
    exponents = listed(f"{names[name]} {exponent(law)}" for name, law in family.laws.items() if name in EXPONENTS)
    return Drawing(title, f"Exponents: {exponents}. Bands: 95 % of the mean.", "growth", data)


def _timing(groups: Sequence[Timing]) -> Drawing | None:
    seeds = [
        (timing.label, PHASE_NAMES[phase], at, record.seed)
        for timing in groups
        for phase in PHASES
        for record in timing.records
        if (at := step(record, phase)) is not None
    ]
    means = [
        (timing.label, PHASE_NAMES[phase], of.mean, of.low, of.high, of.of, len(of.values))
        for timing in groups
        for phase, of in timing.steps.items()
        if of.mean is not None
    ]
    if not means:
        return None
    data = {
        "seeds": columns(("group", "phase", "step", "seed"), seeds),
        "means": columns(("group", "phase", "step", "low", "high", "of", "reached"), means),
    }
    caption = "Dots: seeds. Ticks and lines: mean over the seeds that got there, with its 95 % interval."
    return Drawing("Formation, generalisation and clean-up", caption, "timing", data)


def _paths(run_dir: Path, timing: Timing) -> Drawing | None:
    arrays = [load(run_dir, record, "trajectory.") for record in timing.records]
    points = []
    for name, words in PATHS.items():
        seeds = [
            (each["trajectory.step"], found[name]) for each in arrays if (found := series(each, "trajectory", (name,)))
        ]
        path = mean_path(seeds)
        if path is not None:
            band = zip(path.step, path.low, path.mean, path.high, strict=True)
            points += [(short(at), words, short(lo), short(mid), short(hi)) for at, lo, mid, hi in band]
    if not points:
        return None
    known = [(PHASE_NAMES[phase], of.mean) for phase, of in timing.steps.items() if of.mean is not None]
    data = {
        "points": columns(("step", "series", "low", "value", "high"), points),
        "marks": columns(("phase", "step"), known),
    }
    return Drawing(timing.label, "Mean over the seeds and its 95 % interval.", "paths", data)


def _known(drawings: Sequence[Drawing | None]) -> list[Drawing]:
    return [drawing for drawing in drawings if drawing is not None]
