"""The charts of one net and their data; a chart without data is left out."""

import math
from collections.abc import Iterable

import numpy as np

from compare.record import Record
from compare.report.arrays import Arrays, series
from compare.report.drawing import Columns, Drawing, columns, short
from compare.report.phases import PHASE_NAMES, PHASES, step
from compare.report.terms import bits_ratio

FEW = 10  # values that have a colour each
MOST_NUMBERS = 4  # that states are coloured by
POINTS = 120  # drawn along a curve
SEVERAL_LINES = (  # title, prefix, {array: words}, template
    ("Accuracy", "curve", {"train_accuracy": "training rows", "held_out_accuracy": "held-out rows"}, "fractions"),
    ("Loss", "curve", {"train_loss": "training rows", "held_out_loss": "held-out rows"}, "lines_log"),
    ("Weight norm", "curve", {"weight_norm": "weight norm"}, "lines"),
    (
        "Evidence along training",
        "trajectory",
        {
            "train_accuracy": "training rows",
            "held_out_accuracy": "held-out rows",
            "structure": "structure",
            "s_agreement": "S",
            "d_r2": "D",
            "gini": "Gini",
            "longer_accuracy": "longer rows",
            "s_exact": "S exact",
            "program": "program",
            "same_program": "the last program",
        },
        "fractions",
    ),
    (
        "Restricted and excluded loss",
        "trajectory",
        {"restricted_loss": "restricted: only the explained part", "excluded_loss": "excluded: all but that"},
        "lines_log",
    ),
    ("Bits of the explanation along training", "trajectory", {"bits": "bits"}, "lines_log"),
)


def cell_drawings(record: Record, arrays: Arrays) -> list[Drawing]:
    """The charts of one net, in the report's order."""
    made = [_evidence(record), _bits(record), _frequencies(arrays)]
    made += [_lines(record, arrays, *line) for line in SEVERAL_LINES]
    stages = {
        name.removeprefix("stages."): name.removeprefix("stages.") for name in arrays if name.startswith("stages.")
    }
    made += [_lines(record, arrays, "Loss against simpler answers", "stages", stages, "lines_log")]
    return [drawing for drawing in made if drawing is not None]


def state_drawings(record: Record, arrays: Arrays) -> list[Drawing]:
    """States of the net, coloured by each of the first numbers that the program carries along."""
    at, values = arrays.get("states.at"), arrays.get("states.values")
    if at is None or values is None or values.ndim != 2 or at.shape != (len(values), 2) or not len(at):
        return []
    caption = "A dot a state, in the two directions in which the net's states vary most."
    drawn = []
    for place, column in enumerate(values.T[:MOST_NUMBERS]):
        points = [(short(float(x)), short(float(y)), int(value)) for (x, y), value in zip(at, column, strict=True)]
        template = "states" if len(np.unique(column)) <= FEW else "states_many"
        title = f"The net's states by {_number(record, place, values.shape[1])}"
        drawn.append(Drawing(title, caption, template, {"states": columns(("x", "y", "value"), points)}))
    return drawn


def tuning_drawings(record: Record, arrays: Arrays) -> list[Drawing]:
    """Of the units of most effect, their means by each phase, in the net and by the template."""
    at, units, actual, fitted = (arrays.get(f"tuning.{name}") for name in ("at", "units", "actual", "fitted"))
    if at is None or units is None or actual is None or fitted is None or actual.shape != fitted.shape:
        return []
    drawn = []
    for place, pair in enumerate(zip(actual, fitted, strict=True)):
        points = [
            (f"unit {unit}", words, short(float(degrees)), short(float(value)))
            for words, curves in zip(("net", "explanation"), pair, strict=True)
            for unit, curve in zip(units, curves, strict=True)
            for degrees, value in zip(at, curve, strict=True)
        ]
        data = {"points": columns(("unit", "series", "degrees", "value"), points)}
        title = f"Tuning to {_number(record, place, len(actual))}"
        drawn.append(Drawing(title, "Means of the units with the largest effect, by the phase.", "tuning", data))
    return drawn


def _number(record: Record, place: int, of: int) -> str:
    """The variable's name where each of them is one number."""
    known = record.variables[0] if record.variables else "the program's state"
    names = known.split(", ")
    return names[place] if len(names) == of else f"number {place + 1} of {known}"


def _lines(
    record: Record, arrays: Arrays, title: str, prefix: str, words: dict[str, str], template: str
) -> Drawing | None:
    found = series(arrays, prefix, tuple(words))
    points: Columns = {"step": [], "series": [], "value": []}
    for name, values in found.items():
        kept = np.isfinite(values) & ((values > 0) if template == "lines_log" else True)
        steps, values = _thinned(arrays[f"{prefix}.step"][kept], values[kept])
        points["step"] += [int(at) for at in steps]
        points["series"] += [words[name]] * len(steps)
        points["value"] += [short(each) for each in values]
    if not points["step"]:
        return None
    reached = [(PHASE_NAMES[phase], at) for phase in PHASES if (at := step(record, phase)) is not None]
    marks: Columns = {"phase": [name for name, _ in reached], "step": [at for _, at in reached]}
    return Drawing(title, "", template, {"points": points, "marks": marks})


def _thinned(steps: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = np.unique(np.linspace(0, len(steps) - 1, min(POINTS, len(steps))).round().astype(int))
    return steps[kept], np.asarray(values[kept], float)


def _bits(record: Record) -> Drawing | None:
    parts = [
        ("explanation", "dictionary", record.bits_dictionary),
        ("explanation", "alignment", record.bits_alignment),
        ("explanation", "exceptions", record.bits_exceptions),
        ("affine units", "affine units", record.bits_affine),
        ("table", "table", record.bits_table),
    ]
    codes = [
        ("synthesizer's program", "program", record.bits_program),
        ("grouped formula", "formula", record.bits_formula),
        ("explanation", "explanation", record.bits_total),
        ("affine units", "affine units", record.bits_affine),
        ("table", "table", record.bits_table),
        ("quantised weights", "weights", record.bits_weights),
    ]
    known = _codes(parts), _codes(codes)
    if not known[1]["bits"]:
        return None
    caption = "Above: the explanation's three parts against the table. Below: every code of the net or the task."
    return Drawing("Bits", caption, "bits", {"parts": known[0], "codes": known[1]})


def _codes(codes: Iterable[tuple[str, str, float | None]]) -> Columns:
    known = [(code, part, short(bits), order) for order, (code, part, bits) in enumerate(codes) if bits and bits > 0]
    return columns(("code", "part", "bits", "order"), known)


def _evidence(record: Record) -> Drawing | None:
    measures = (
        ("match, train", "match_train", {"explanation": record.match_train}),
        ("match, held out", "match_test", {"explanation": record.match_test, "control": record.match_chance}),
        ("match", "match_domain", {"explanation": record.match_domain}),
        ("S agreement", "s_agreement", {
            "explanation": record.s_agreement, "control": record.s_control, "permuted": record.s_permuted}),
        ("S variance", "s_variance", {"explanation": record.s_variance, "control": record.s_control_variance}),
        ("coverage", "coverage", {"explanation": record.coverage}),
        ("D interchange", "d_r2", {"explanation": record.d_r2, "control": record.d_control}),
        ("D, all variables", "d_dictionary", {"explanation": record.d_dictionary}),
        ("bits / table", "bits_ratio", {"explanation": bits_ratio(record)}),
        ("refit of random labels", "refit_random", {"explanation": record.refit_random}),
        ("ablation: kept, removed", "ablation_keep", {
            "explanation": record.ablation_keep, "control": record.ablation_remove}),
        ("output variance", "logit_variance", {"explanation": record.logit_variance}),
        ("certificate", "certificate", {"explanation": record.certificate}),
    )  # fmt: skip
    known = [
        (label, role, short(at), min(1.0, max(0.0, short(at))), *_ends(record, name, role), order)
        for order, (label, name, roles) in enumerate(measures)
        for role, at in roles.items()
        if at is not None and math.isfinite(at)
    ]
    if not known:
        return None
    seen = {row[0] for row in known}
    bounds = [(label, record.thresholds[name]) for label, name, _ in measures if name in record.thresholds]
    data = {
        "rows": columns(("measure", "role", "value", "at", "low", "high", "order"), known),
        "thresholds": columns(("measure", "value"), [bound for bound in bounds if bound[0] in seen]),
    }
    caption = "The net or its explanation, its controls, and the thresholds (grey ticks). Values outside [0, 1] are drawn at the edge."  # noqa: E501
    return Drawing("Evidence and controls", caption, "evidence", data)


def _ends(record: Record, name: str, role: str) -> tuple[float | None, float | None]:
    return (record.s_low, record.s_high) if (name, role) == ("s_agreement", "explanation") else (None, None)


def _frequencies(arrays: Arrays, most: int = 40) -> Drawing | None:
    k, share = arrays.get("frequencies.k"), arrays.get("frequencies.amplitude")
    if k is None or share is None or k.shape != share.shape or not k.size:
        return None
    units = arrays.get("frequencies.units")
    if units is None or units.shape != k.shape:
        units = np.full(k.shape, np.nan)
    largest = np.sort(np.argsort(-share, kind="stable")[:most])
    largest = largest[np.argsort(k[largest], kind="stable")]
    known = [
        (int(k[i]), short(max(0.0, float(share[i]))), int(units[i]) if np.isfinite(units[i]) else None)
        for i in largest
        if np.isfinite(share[i])
    ]
    return Drawing("Frequencies", "", "frequencies", {"terms": columns(("k", "share", "units"), known)})
