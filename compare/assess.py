"""One call from a net to a verdict: read, explain, test, weigh, judge. It knows no task."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypedDict

import jax.numpy as jnp
import numpy as np
from jaxtyping import Int
from sympy.printing.mathml import mathml

from compare import programs
from compare.alone import Alone, alone, right_throughout
from compare.carried_state import CarriedState, carried_state
from compare.case import Case, case_of
from compare.checks import inputs_of, refuse_constant
from compare.evidence.ablation import Ablation, Certificate, ablation, certificate
from compare.evidence.bits import bits_of_weights, weigh
from compare.evidence.coverage import coverage
from compare.evidence.interchange import interchange
from compare.evidence.remainder import Remainder, remainder
from compare.evidence.rival import rival
from compare.evidence.states import carried, closure, snapped
from compare.evidence.substitution import replaced, substitution
from compare.evidence.table import Table, table_evidence
from compare.explanation import Code, Explanation, Refusal, check_explanation
from compare.extract import EXTRACTORS, Extractor, sampled
from compare.judge import RESIDUES, THRESHOLDS, Evidence, Thresholds, Verdict, asks_control, judge
from compare.names import expression_of, in_own_names
from compare.read import NO_DOMAIN, Reading, read
from compare.record import LeftUnit, StepLine
from compare.sample import Samples
from compare.sites.layer import Layer, find_layer, last_site
from compare.step_lines import gallery, step_lines
from compare.view import View
from nets.check import check_net
from nets.imported import from_model
from nets.net import Net, Params
from synth.language.spec import Spec
from synth.language.sympy_view import latex

PROBED = 64  # rows on which every site is edited once
FIELDS = {  # criterion -> field of a record; the bits are judged by their share of the table's
    "match": "match_domain",
    "coverage": "coverage",
    "coverage of answers": "coverage_answers",
    "S": "s_agreement",
    "S variance": "s_variance",
    "S exact": "s_exact",
    "D": "d_r2",
    "D same": "d_same",
    "D lands": "d_lands",
    "closure": "closure",
    "exceptions": "exceptions",
    "B": "bits_ratio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What was found in one net. `explanation` is None when every extractor refused; `refusals` say why."""

    verdict: Verdict
    evidence: Evidence
    explanation: Explanation | None
    refusals: tuple[Refusal, ...]
    ablation: Ablation | None
    certificate: Certificate | None
    match_train: float | None
    match_test: float | None
    lengths: tuple[int, ...]  # of the sequences reported on, then of longer ones
    match_longer: tuple[float, ...]  # beyond the training range, a sample each
    match_throughout: tuple[float, ...]  # of all of these, the share of the sequences that are right to their ends
    match_snapped: tuple[float, ...]  # the same, the state replaced by the nearest codeword at every time
    carried: CarriedState | None  # of an explanation one of whose steps is a state
    bits_weights: float
    units_total: int | None
    read_steps: list[StepLine]  # one a step of the explanation
    gallery: list[str]  # formulas of the units that are shown
    arrays: dict[str, np.ndarray]  # for the report, by the names in `compare.record`
    alone: Alone | None  # the explanation's program, run by itself
    seconds: float

    @property
    def net_agreement(self) -> float | None:
        """Of the explanation's program, run by itself, with the net's answers on the reported rows."""
        return None if self.alone is None else self.alone.agreement

    @property
    def formula(self) -> str:
        """What the net computes for its outputs; without an explanation, why there is none."""
        if self.explanation is not None:
            return self.explanation.formula
        return "no formula: " + "; ".join(f"{refusal.extractor}: {refusal.reason}" for refusal in self.refusals)

    def __str__(self) -> str:
        said = [f"{self.verdict.outcome} - {self.verdict.reason}", self.formula]
        if self.verdict.in_the_way:
            said += [f"in the way: {self.verdict.in_the_way}", f"would decide: {self.verdict.would_decide}"]
        return "\n".join(said)

    def fields(self) -> dict:
        """Fields of a `Record`, by name, as plain Python values."""
        return {name: _plain(value) for name, value in _fields(self).items()}


def assess(
    net: Any,
    params: Params,
    data: Case | Spec | Samples | None,
    view: View | None = None,
    *,
    samples: Samples | None = None,
    train: Int[np.ndarray, " train"] | None = None,
    seed: int = 0,
    thresholds: Mapping[str, Thresholds] = THRESHOLDS,
    extractors: Sequence[Extractor] = EXTRACTORS,
) -> Assessment:
    """Judge a net, ours or a user's: a Net, or a function or module as `nets.from_model` takes it.

    `data` is what `data_of(inputs, answers)` makes of arrays, or a specification with an enumerable domain and right
    answers (an oracle, or outputs in the domain's order); the extractors see its types and its domain, never the
    answers. Where inputs cannot be listed, `samples` are read: as the `data`, or beside a specification of types alone.
    `view` says how arguments become the net's inputs. `train` holds the domain rows that the net was trained on, None
    when unknown. `thresholds` by extractor name; extractors are heard in turn until one settles the verdict (see
    `hear`). Raises ValueError for a net that answers NaN or breaks its interface.
    """
    began = time.perf_counter()
    case = case_of(data, view, samples, train)
    spec = case.spec
    net, params = _probed(net, params, case, seed)
    reading = read(net, params, spec, case.view, samples=case.samples, train=case.train, seed=seed)
    refuse_constant(case.view.answers, reading.counted(reading.targets))
    layer = find_layer(reading) if reading.exhaustive else None
    found = layer if isinstance(layer, Layer) else None
    heard, refusals = hear(reading, extractors, found, thresholds)
    explanation, evidence, verdict = heard.explanation, heard.evidence, heard.verdict
    explanation = in_own_names(explanation, spec) if explanation and spec else explanation
    formulas, maps = gallery(reading, explanation) if explanation else ([], {})
    run_alone = alone(reading, explanation)
    state = carried_state(reading, explanation, run_alone)
    return Assessment(
        verdict=verdict,
        evidence=evidence,
        explanation=explanation,
        refusals=refusals,
        ablation=ablation(reading, explanation) if explanation else None,
        certificate=certificate(reading, explanation) if explanation else None,
        **_matches(reading),
        match_snapped=_snapped(reading, explanation),
        carried=state,
        bits_weights=bits_of_weights(reading),
        units_total=len(found.effect) if found else None,
        read_steps=step_lines(reading, explanation, evidence) if explanation else [],
        gallery=formulas,
        arrays={**explanation.arrays, **maps, **(state.arrays if state else {})} if explanation else {},
        alone=run_alone,
        seconds=time.perf_counter() - began,
    )


class Matches(TypedDict):
    """Fields of an `Assessment`, by name."""

    match_train: float | None
    match_test: float | None
    match_longer: tuple[float, ...]
    match_throughout: tuple[float, ...]
    lengths: tuple[int, ...]


def _probed(net: Any, params: Params, case: Case, seed: int) -> tuple[Net, Params]:
    """The net of a model; ValueError unless it keeps its promises on some of the rows."""
    spec, samples = case.spec, case.samples
    arguments = spec.domain if samples is None and spec else samples.report.arguments if samples else None
    if arguments is None:
        raise ValueError(NO_DOMAIN)
    x = inputs_of(case.view, tuple(np.asarray(values) for values in arguments))
    rows = jnp.asarray(x[np.random.default_rng([seed, 9]).permutation(len(x))[:PROBED]])
    found, own = (net, params) if isinstance(net, Net) else from_model(net, params, rows)
    check_net(found, own, rows)
    return found, own


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One explanation with its evidence, judged; without an explanation, what is left to judge by."""

    explanation: Explanation | None
    evidence: Evidence
    verdict: Verdict

    @property
    def substitutes(self) -> bool:
        """Whether the explanation stands in for the net's sites: S passes."""
        told = [c for c in self.verdict.criteria if c.name.split()[0] == "S"]
        return bool(told) and all(c.margin >= 0 for c in told)

    @property
    def settled(self) -> bool:
        """Whether no other explanation can change the verdict."""
        wrong = any(c.name == "match" and c.margin < 0 for c in self.verdict.criteria)
        return self.verdict.outcome != "undetermined" or (wrong and self.substitutes)

    @property
    def rank(self) -> tuple[bool, float]:
        """First those that stand in for the sites, the shortest code first; then by how much S exceeds its control."""
        bits, s = self.evidence.bits, self.evidence.substitution
        if self.substitutes:
            return False, bits.total if bits else np.inf
        return True, (s.control or 0.0) - s.agreement if s else 0.0


def hear(
    reading: Reading, extractors: Sequence[Extractor], layer: Layer | None, thresholds: Mapping[str, Thresholds]
) -> tuple[Heard, tuple[Refusal, ...]]:
    """The explanation of fewest bits that stands in for the net's sites, whichever extractor proposed it.

    Extractors are heard one after the other until one settles the verdict; where none stands in, the one whose S
    exceeds its control most counts. D and B are measured of those that stand in, and of the one that counts.
    """
    heard: list[Heard] = []
    refusals: list[Refusal] = []
    tables = cache(partial(table_evidence, reading))
    for result in proposed(reading, extractors):
        if isinstance(result, Refusal):
            refusals.append(result)
            continue
        limits = thresholds.get(result.extractor, RESIDUES)
        heard.append(_heard(result, gather(reading, result, layer, tables, limits, brief=True), limits))
        if heard[-1].substitutes or heard[-1].settled:
            heard[-1] = _heard(result, gather(reading, result, layer, tables, limits), limits)
        if heard[-1].settled:
            break
    if not heard:
        evidence = gather(reading, None, layer)
        return Heard(explanation=None, evidence=evidence, verdict=judge(evidence, RESIDUES)), tuple(refusals)
    best = heard[-1] if heard[-1].settled else min(heard, key=lambda each: each.rank)
    if not best.substitutes and best.explanation and not best.settled:
        limits = thresholds.get(best.explanation.extractor, RESIDUES)
        best = _heard(best.explanation, gather(reading, best.explanation, layer, tables, limits), limits)
    return best, tuple(refusals)


def _heard(explanation: Explanation, evidence: Evidence, thresholds: Thresholds) -> Heard:
    return Heard(explanation=explanation, evidence=evidence, verdict=judge(evidence, thresholds))


def explain(
    reading: Reading, extractors: Sequence[Extractor] = EXTRACTORS
) -> tuple[Explanation | None, tuple[Refusal, ...]]:
    """The first extractor's explanation, and the refusals of those before it."""
    refusals: list[Refusal] = []
    for result in proposed(reading, extractors):
        if isinstance(result, Explanation):
            return result, tuple(refusals)
        refusals.append(result)
    return None, tuple(refusals)


def proposed(reading: Reading, extractors: Sequence[Extractor]) -> Iterator[Explanation | Refusal]:
    """What each extractor says of the net, in turn.

    Raises ValueError where an extractor proposes steps that read none before them, or at sites that the net lacks.
    """
    for extractor in extractors:
        reason = sampled(extractor, reading)
        result = Refusal(extractor=extractor.name, reason=reason) if reason else extractor.extract(reading)
        if isinstance(result, Explanation):
            check_explanation(result, reading.net.sites)
        yield result


def gather(
    reading: Reading,
    explanation: Explanation | None,
    layer: Layer | None,
    tables: Callable[[str | None], Table] | None = None,
    limits: Thresholds = RESIDUES,
    *,
    brief: bool = False,
) -> Evidence:
    """S, D, B, the evidence for a table (`tables` gives it by the hidden site), and what is left unexplained.

    In brief S and the evidence for a table alone. `limits` say whether B asks for its control.
    """
    tables = tables or partial(table_evidence, reading)
    hidden = explanation.hidden if explanation else layer.hidden if layer else None
    site = hidden or last_site(reading)
    known = layer is not None and layer.hidden == site
    readout = None if site is None else layer.readout if layer and known else reading.readout(site)[0]
    effect = None if readout is None else (readout**2).sum(axis=1)
    own = replaced(reading, explanation.steps, explanation.hidden) if explanation else None
    rows = np.arange(reading.rows) if reading.exhaustive else reading.reported
    left, more = None, None if brief else explanation
    table = min(each for each in (rival(reading), more and more.rival) if each)
    if not brief and site is not None and readout is not None and effect is not None:
        pre = layer.pre if layer and known else None
        left = remainder(reading, site, effect, readout, fitted=own and own.hidden, pre=pre)
    bits = weigh(reading, more) if more else None
    return Evidence(
        coverage=coverage(reading, more) if more else None,
        match=reading.match(reading.answers[rows], rows),
        substitution=None if explanation is None or effect is None else substitution(reading, explanation, effect, own),
        interchange=interchange(reading, more) if more else None,
        bits=bits,
        bits_table=table.bits,
        table_of=table.what,
        bits_affine=_shortest(reading, more, more and more.baseline),
        bits_machine=more and more.machine,
        closure=closure(reading, more.steps, more.outputs) if more else None,
        bits_control=_control(reading, more, table.bits) if bits and asks_control(bits, table.bits, limits) else None,
        table=tables(hidden),
        remainder=left,
    )


def _control(reading: Reading, explanation: Explanation | None, bits_table: float) -> float | None:
    """Of the control's shortest code, at most the table's; None where there is no control."""
    if explanation is None or explanation.control_codes is None:
        return None
    found = _shortest(reading, explanation, explanation.control_codes)
    return bits_table if found is None else min(found, bits_table)


def _shortest(
    reading: Reading, explanation: Explanation | None, codes: Callable[[], Iterable[Code]] | None
) -> float | None:
    if explanation is None or codes is None:
        return None
    found = weigh(reading, replace(explanation, codes=codes))
    return found.total if found else None


def _matches(reading: Reading) -> Matches:
    """On what was trained on, on what was not, and beyond the training range."""
    train = reading.train
    rest = None if train is None else np.setdiff1d(np.arange(reading.rows), train)
    known = reading.trained.match(reading.trained.answers) if reading.trained else _match(reading, train)
    return Matches(
        match_train=known,
        match_test=_match(reading, rest if reading.exhaustive else reading.reported),
        match_longer=tuple(longer.match(longer.answers) for longer in reading.longer),
        match_throughout=right_throughout(reading),
        lengths=tuple(each.x.shape[1] for each in (reading, *reading.longer)) if reading.longer else (),
    )


def _snapped(reading: Reading, explanation: Explanation | None) -> tuple[float, ...]:
    """In the units in which the code was fitted."""
    state = carried(explanation.steps) if explanation else None
    if state is None:
        return ()
    found = (snapped(replace(longer, scales=reading.scales), state) for longer in reading.longer)
    return tuple(share for share in found if share is not None)


def _match(reading: Reading, rows: np.ndarray | None) -> float | None:
    return None if rows is None or len(rows) == 0 else reading.match(reading.answers[rows], rows)


def _fields(assessment: Assessment) -> dict:
    evidence, explanation = assessment.evidence, assessment.explanation
    s, d, b, table = evidence.substitution, evidence.interchange, evidence.bits, evidence.table
    verdict = assessment.verdict
    return {
        "verdict": verdict.outcome,
        "decided_by": verdict.decided_by,
        "reason": verdict.reason,
        "margin": verdict.margin,
        "in_the_way": verdict.in_the_way,
        "would_decide": verdict.would_decide,
        **(_left(evidence.remainder) if evidence.remainder else {}),
        "thresholds": {FIELDS[c.name]: c.threshold for c in verdict.criteria if c.name in FIELDS},
        "criteria": [f"{c.name}: {c.sentence}; margin {c.margin:+.3f}" for c in verdict.criteria],
        **(_explained(explanation) if explanation else {}),
        **programs.fields(explanation, assessment.net_agreement),
        "agreement_throughout": list(assessment.alone.throughout) if assessment.alone else [],
        "refusals": [f"{refusal.extractor}: {refusal.reason}" for refusal in assessment.refusals],
        "units_kept": b and b.units_kept,
        "units_total": assessment.units_total,
        "precision": b and b.precision,
        "match_train": assessment.match_train,
        "match_test": assessment.match_test,
        "lengths": list(assessment.lengths),
        "match_longer": list(assessment.match_longer),
        "match_throughout": list(assessment.match_throughout),
        "match_snapped": list(assessment.match_snapped),
        "state_values": assessment.carried and assessment.carried.values,
        "exact_to": assessment.carried and assessment.carried.exact_to,
        "followed_to": assessment.carried and assessment.carried.followed_to,
        "right_to": assessment.carried and assessment.carried.right_to,
        "match_domain": evidence.match,
        "match_chance": table.chance,
        "coverage": evidence.coverage and evidence.coverage.variance,
        "coverage_answers": evidence.coverage and evidence.coverage.answers,
        "s_agreement": s and s.agreement,
        "s_low": s and s.low,
        "s_high": s and s.high,
        "s_domain": s and s.domain,
        "s_right": s and s.right,
        "s_variance": s and s.variance,
        "s_control": s and s.control,
        "s_control_variance": s and s.control_variance,
        "s_exact": s and s.exact,
        "s_permuted": s and s.permuted,
        "d_r2": d and d.r2,
        "d_control": d and d.control,
        "d_dictionary": d and d.dictionary,
        "d_same": d and d.same,
        "d_lands": d and d.lands,
        "closure": evidence.closure and min(evidence.closure.after, evidence.closure.answers),
        "bits_total": b and b.total,
        "bits_dictionary": b and b.dictionary,
        "bits_alignment": b and b.alignment,
        "bits_exceptions": b and b.exceptions,
        "exceptions": b and b.errors,
        "bits_table": evidence.bits_table,
        "table_of": evidence.table_of,
        "bits_affine": evidence.bits_affine,
        "bits_control": evidence.bits_control,
        "bits_machine": evidence.bits_machine,
        "bits_weights": assessment.bits_weights,
        "refit_random": table.refit_random,
        "refit_task": table.refit_task,
        "refit_width": table.width,
        "local_units": table.local_units,
        "ablation_keep": assessment.ablation and assessment.ablation.keep,
        "ablation_remove": assessment.ablation and assessment.ablation.remove,
        "certificate": assessment.certificate and assessment.certificate.share,
        "certificate_seconds": assessment.certificate and assessment.certificate.seconds,
        "logit_variance": assessment.certificate and assessment.certificate.variance,
        "seconds_judge": assessment.seconds,
        "read_steps": assessment.read_steps,
        "gallery_formulas": assessment.gallery,
    }


def _left(remainder: Remainder) -> dict:
    return {
        "effect_site": remainder.site,
        "effect_explained": remainder.explained,
        "units_left": remainder.units,
        "left": [LeftUnit(unit=e.unit, share=e.share, missed=e.missed, bits=e.bits) for e in remainder.left],
        "left_share": remainder.share,
        "left_directions": remainder.directions,
        "left_bits": remainder.table.bits,
        "left_table": remainder.table.of,
    }


def _explained(explanation: Explanation) -> dict:
    expression = expression_of(explanation.formula, explanation.names)
    frequencies = explanation.arrays.get("frequencies.k", np.zeros(0, int))
    return {
        "extractor": explanation.extractor,
        "template": explanation.template,
        "formula": explanation.formula,
        "formula_latex": None if expression is None else latex(expression),
        "formula_mathml": None if expression is None else mathml(expression, printer="presentation"),
        "groups": [
            f"{group.label}: {len(group.units)} units, {group.share:.1%} of the effect, {group.formula}"
            for group in explanation.groups
        ],
        "notes": list(explanation.notes),
        "motifs": list(explanation.motifs),
        "frequencies": [int(k) for k in frequencies],
        "variables": [step.label or step.name for step in explanation.exchanged],
        "bits_formula": explanation.bits_formula,
    }


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
