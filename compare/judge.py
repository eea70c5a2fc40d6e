"""The verdict: one function of the evidence, with named thresholds.

*program* when the net does the task and S, D and B pass; *table* when there is positive evidence for one; else
*undetermined*. Each verdict names the criterion that decided and its distance from the threshold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from compare.bits import EXCEPTIONS
from compare.deciding import in_the_way, would_decide
from compare.evidence.bits import Bits
from compare.evidence.coverage import Coverage
from compare.evidence.interchange import Interchange
from compare.evidence.remainder import Remainder
from compare.evidence.rival import LOOKUP
from compare.evidence.states import Closure
from compare.evidence.substitution import Substitution
from compare.evidence.table import Table

Outcome = Literal["program", "table", "undetermined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What each criterion needs: values measured on the controls of the suites, which leave wide gaps around them."""

    match: float = 0.99  # with the task, on the whole domain
    coverage: float = 0.99  # of the outputs and activations, and of the answers, by the replaced sites
    s_agreement: float = 0.99
    s_variance: float | None = 0.90  # None: reported, not decisive
    s_exact: float = 0.75  # the program itself in place of what is fitted to the net
    s_gap: float = 0.20  # by which the control's agreement has to fall short
    d_r2: float = 0.85
    d_gap: float = 0.20
    d_same: float = 0.98  # of a state, when another codeword of the same value is put in
    d_lands: float = 0.9  # of a state that is held by directions, when its variable is another one's
    closure: float = 0.995  # of a state's codewords under the net's own update
    exceptions: float = EXCEPTIONS  # of the net's answers, by the code alone
    bits: float = 0.50  # of the table's
    bits_large: float = 0.10  # of the table's, for tables of at least `large` bits
    large: float = 60_000.0
    bits_machine: float = 0.67  # of the table of states and inputs, without what says how either sits in the net
    bits_alone: float = 0.25  # of the table's; a program of more is held against its control's code
    bits_control: float = 0.67  # of the control's code
    telling_bits: float = 20_000.0  # of a table; below, a program may take as many bits as its table
    trained: float = 0.99  # match on the trained rows, before being at chance elsewhere speaks for a table
    refit: float = 0.95  # random labels refitted
    local: float = 0.90  # of the layer, in units that fire on one or two rows
    smallest: float = 64.0  # bits of a table; below, a table and a program are the same
    rows: int = 64  # that a net or a refitted read-out has not seen, before that says anything
    telling: float = 0.75  # match by chance at which it says nothing
    deviations: float = 3.0  # standard errors within which a fraction counts as chance


RESIDUES = Thresholds()
HEADS = replace(RESIDUES, s_agreement=0.98, d_r2=0.80, bits_large=0.15)
BOOLEAN = replace(RESIDUES, s_variance=None, s_gap=0.02, bits_large=0.25)
INTEGERS = RESIDUES
UNITS = RESIDUES
RECURRENT = replace(RESIDUES, s_variance=None, d_r2=0.95)
SELECTS = replace(RESIDUES, s_variance=None, s_agreement=0.97, d_r2=0.65, bits_alone=0.5, bits_large=0.15)
PHASES = replace(RESIDUES, s_agreement=0.98, d_r2=0.95, d_same=0.9, closure=0.98)
FILTERS = replace(RESIDUES, s_agreement=0.95, s_variance=None, d_r2=0.8)
BOARDS = replace(RESIDUES, s_agreement=0.98, s_variance=None, d_r2=0.9, closure=0.9, bits_large=0.2)
FORMS = replace(RESIDUES, bits_large=0.25, bits_alone=0.0)  # any weights of bits are near some integers
THRESHOLDS: Mapping[str, Thresholds] = {
    "residues": RESIDUES,
    "attention": HEADS,
    "boolean": BOOLEAN,
    "integers": INTEGERS,
    "forms": FORMS,
    "units": UNITS,
    "recurrent": RECURRENT,
    "selects": SELECTS,
    "phases": PHASES,
    "filters": FILTERS,
    "boards": BOARDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is judged. None where no explanation was found or a part does not apply."""

    match: float
    coverage: Coverage | None
    substitution: Substitution | None
    interchange: Interchange | None
    bits: Bits | None
    bits_table: float
    table_of: str = LOOKUP  # what that table is
    bits_affine: float | None = None  # the baseline, reported beside
    bits_machine: float | None = None  # of a state: the table of its values and the inputs
    closure: Closure | None = None  # of a state
    bits_control: float | None = None  # of the control's code, at most the table's; None where none was asked for
    table: Table
    remainder: Remainder | None = None  # what the explanation leaves of the hidden site; it decides nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion's value against its threshold; `margin` >= 0 means passed, and 1 is as good as it gets."""

    name: str
    value: float
    threshold: float
    margin: float  # (value - threshold) / (best possible - threshold)
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome, the criterion that decided, its distance from the threshold as a fraction, and a sentence."""

    outcome: Outcome
    decided_by: str
    margin: float
    reason: str
    criteria: tuple[Criterion, ...]
    in_the_way: str | None = None  # of another verdict, in a sentence
    would_decide: str | None = None  # what to bring next


def judge(evidence: Evidence, thresholds: Thresholds) -> Verdict:
    """Weigh the evidence; see the module's rule."""
    verdict = _weighed(evidence, thresholds)
    if verdict.outcome != "undetermined":
        return verdict
    return replace(
        verdict,
        in_the_way=in_the_way(evidence.remainder, evidence.bits_table),
        would_decide=would_decide(
            verdict.decided_by,
            match=evidence.match,
            train=evidence.table.train,
            trained=thresholds.trained,
            bits=evidence.bits and evidence.bits.total,
            limit=_allowed(evidence, thresholds) * evidence.bits_table,
            small=evidence.bits_table < thresholds.telling_bits,
            remainder=evidence.remainder,
        ),
    )


def asks_control(bits: Bits, bits_table: float, thresholds: Thresholds) -> bool:
    """Whether a code is too long to speak for a program alone, and short enough to do so beside its control's."""
    allowed = _largest(bits_table, thresholds) * bits_table
    return min(thresholds.bits_alone * bits_table, allowed) < bits.total <= allowed


def _allowed(evidence: Evidence, thresholds: Thresholds) -> float:
    """Share of the table's bits that a program may take: more where there is a control to hold it against."""
    most = _largest(evidence.bits_table, thresholds)
    dear = evidence.bits is not None and evidence.bits.total > most * evidence.bits_table
    return most if dear or evidence.bits_control is not None else min(most, thresholds.bits_alone)


def _largest(bits_table: float, thresholds: Thresholds) -> float:
    return thresholds.bits_large if bits_table >= thresholds.large else thresholds.bits


def _weighed(evidence: Evidence, thresholds: Thresholds) -> Verdict:
    criteria = program_criteria(evidence, thresholds)
    failed = [criterion for criterion in criteria if not criterion.margin >= 0]
    if not failed and evidence.substitution and evidence.interchange and evidence.bits:
        return _verdict("program", min(criteria, key=lambda c: c.margin), criteria, "every criterion passed; nearest: ")
    table = table_criterion(evidence, thresholds)
    if table is not None:
        return _verdict("table", table, criteria, "")
    names = {criterion.name for criterion in failed}
    if names == {"B machine"} or (names == {"B"} and evidence.bits_table < thresholds.telling_bits):
        larger = "would (p >= 59)" if names == {"B"} else "may"
        reason = f"cannot be told at this size: {failed[0].sentence}; a larger size {larger}, or a family of sizes"
        return replace(_verdict("undetermined", failed[0], criteria, ""), reason=reason)
    if failed:
        return _verdict("undetermined", failed[0], criteria, "not shown to be a program: ")
    missing = Criterion(
        name="explanation",
        value=0.0,
        threshold=1.0,
        margin=-1.0,
        sentence="no explanation of the net's sites was found",
    )
    return _verdict("undetermined", missing, criteria, "")


def _verdict(outcome: Outcome, criterion: Criterion, criteria: tuple[Criterion, ...], prefix: str) -> Verdict:
    return Verdict(
        outcome=outcome,
        decided_by=criterion.name,
        margin=criterion.margin,
        reason=prefix + criterion.sentence,
        criteria=criteria,
    )


def program_criteria(evidence: Evidence, thresholds: Thresholds) -> tuple[Criterion, ...]:
    """The criteria for a program that can be evaluated, in the order in which a failure is named."""
    found = [_at_least("match", evidence.match, thresholds.match, "the net is right on {value} of the domain")]
    s, d, b = evidence.substitution, evidence.interchange, evidence.bits
    if evidence.coverage is not None:
        c = evidence.coverage
        sentence = "the explanation's sites carry {value} of what follows them"
        found.append(_at_least("coverage", c.variance, thresholds.coverage, sentence))
        sentence = "the explanation's sites alone decide {value} of the net's answers"
        found.append(_at_least("coverage of answers", c.answers, thresholds.coverage, sentence))
    if s is not None:
        kept, what = max((s.agreement, "the template"), (s.exact or 0.0, "the program itself"))
        found.append(_at_least("S", kept, thresholds.s_agreement, f"{what} in the net's sites keeps {{value}}"))
        if thresholds.s_variance is not None:
            found.append(
                _at_least("S variance", s.variance, thresholds.s_variance, "the template explains {value} of the units")
            )
        if s.exact is not None:
            sentence = "the program itself in the net's sites keeps {value}"
            found.append(_at_least("S exact", s.exact, thresholds.s_exact, sentence))
        sentence = f"{what} keeps {{value}} more answers than its control"
        gap = 0.0 if s.control is None else kept - s.control
        found.append(_at_least("S control", gap, thresholds.s_gap, sentence))
    if d is not None:
        found.append(_at_least("D", d.r2, thresholds.d_r2, "the explanation predicts {value} of the exchanges' effect"))
        sentence = "the explanation predicts {value} more than a wrong term"
        gap = 0.0 if d.control is None else d.r2 - d.control
        found.append(_at_least("D control", gap, thresholds.d_gap, sentence))
        if d.same is not None:
            sentence = "another codeword of the same value changes nothing in {value} of the cases"
            found.append(_at_least("D same", d.same, thresholds.d_same, sentence))
        if d.lands is not None:
            sentence = "what follows an exchange is what the explanation says in {value} of the answers"
            found.append(_at_least("D lands", d.lands, thresholds.d_lands, sentence))
    if evidence.closure is not None:
        sentence = "the net's own update keeps {value} of the codewords and inputs to the explanation"
        closed = min(evidence.closure.after, evidence.closure.answers)
        found.append(_at_least("closure", closed, thresholds.closure, sentence))
    if b is not None:
        sentence = "the code by itself errs on {value} of the net's answers"
        found.append(_at_most("exceptions", b.errors, thresholds.exceptions, sentence))
        ratio = b.total / max(evidence.bits_table, 1.0)
        sentence = "the code takes {value} of the table's bits"
        found.append(_at_most("B", ratio, _allowed(evidence, thresholds), sentence))
        if evidence.bits_machine is not None:
            sentence = "the explanation takes {value} of the bits of the table of states and inputs that it computes"
            share = b.dictionary / max(evidence.bits_machine, 1.0)
            found.append(_at_most("B machine", share, thresholds.bits_machine, sentence))
        if evidence.bits_control is not None:
            sentence = "the code takes {value} of the bits that its control takes"
            share = b.total / max(evidence.bits_control, 1.0)
            found.append(_at_most("B control", share, thresholds.bits_control, sentence))
    return tuple(found)


def _at_least(name: str, value: float, threshold: float, sentence: str) -> Criterion:
    text = sentence.format(value=f"{value:.3g}") + f" (at least {threshold:.3g})"
    return Criterion(
        name=name, value=value, threshold=threshold, margin=(value - threshold) / (1 - threshold), sentence=text
    )


def _at_most(name: str, value: float, threshold: float, sentence: str) -> Criterion:
    text = sentence.format(value=f"{value:.3g}") + f" (at most {threshold:.3g})"
    return Criterion(name=name, value=value, threshold=threshold, margin=1 - value / threshold, sentence=text)


def table_criterion(evidence: Evidence, thresholds: Thresholds) -> Criterion | None:
    """Positive evidence for a table, if any: held-out rows at chance, or a layer that would serve any table."""
    table = evidence.table
    if table.train is not None and table.held_out is not None and table.chance is not None:
        limit = table.chance + thresholds.deviations * (table.standard_error or 0.0)
        enough = table.unseen >= thresholds.rows
        if enough and table.train >= thresholds.trained and table.held_out <= limit:
            sentence = (
                f"right on {table.train:.3g} of the trained rows, and on {table.held_out:.3g} of those unlike them, "
                f"where chance is {table.chance:.3g} (at most {limit:.3g})"
            )
            return Criterion(
                name="held out",
                value=table.held_out,
                threshold=limit,
                margin=1 - table.held_out / limit,
                sentence=sentence,
            )
    if evidence.match < thresholds.match or table.refit_task is None:
        return None
    if evidence.bits_table < thresholds.smallest or table.refit_rows < thresholds.rows:
        return None
    if table.refit_task > min(refit_limit(table, thresholds), thresholds.telling):
        return None
    if table.local_units is not None and table.local_units >= thresholds.local:
        sentence = (
            "right everywhere, and {value} of its last hidden layer lies in units that fire on one or two rows; it "
            f"hands on {table.refit_task:.3g} of the task to unseen rows, where chance is {table.refit_chance:.3g}"
        )
        return _at_least("local units", table.local_units, thresholds.local, sentence)
    if table.refit_random is None or table.refit_random < thresholds.refit:
        return None
    sentence = (
        "right everywhere, yet its last hidden layer refits {value} of random labels and hands on "
        f"{table.refit_task:.3g} of the task to unseen rows, where chance is {table.refit_chance:.3g}"
    )
    return _at_least("refit", table.refit_random, thresholds.refit, sentence)


def refit_limit(table: Table, thresholds: Thresholds) -> float:
    """The largest match on unseen rows that still counts as chance."""
    chance = table.refit_chance or 0.0
    return chance + thresholds.deviations * (chance * (1 - chance) / max(table.refit_rows, 1)) ** 0.5
