"""The two searches side by side, a task at a time: what each found, whether it is the same, and why to believe it."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from compare.record import Record
from compare.report.formula import Form, form
from compare.report.letters import letters, own_letters
from compare.report.same import Same, sameness
from compare.report.show import count, fraction, listed, seconds, span
from compare.report.terms import bits_ratio, present
from compare.report.verdicts import agrees, counts, outcome

Facts = list[tuple[str, str]]  # what, how much


class Enumerated(NamedTuple):
    """What the enumerative search found for a task."""

    program: str | None
    facts: Facts
    statement: str | None


class Read(NamedTuple):
    """What was read in nets that are alike in form, and one of them to show it."""

    record: Record  # the one shown
    program: str | None
    form: Form | None
    letters: list[tuple[str, str]]  # in the formula, with what they stand for
    facts: Facts
    nets: int
    where: str  # of how many nets, over how many seeds


class Figure(NamedTuple):
    """One measure beside its control, over the nets that the card speaks of."""

    name: str
    sentence: str
    value: float  # median
    control: float | None
    range: str  # lowest to highest, empty where all are one
    control_name: str
    control_range: str

    @property
    def share(self) -> float:
        """Of the bar that is filled."""
        return min(1.0, max(0.0, self.value))

    @property
    def control_share(self) -> float:
        """Of the control's bar that is filled."""
        return min(1.0, max(0.0, self.control or 0.0))

    @property
    def text(self) -> str:
        """The value as it is printed."""
        return fraction(self.value)

    @property
    def control_text(self) -> str:
        """The control as it is printed."""
        return fraction(self.control)


class Card(NamedTuple):
    """A task's card."""

    task: str
    sizes: str
    asked: str | None
    nets: int
    counts: dict[str, int]
    expected: str
    enumerated: Enumerated
    readings: list[Read]  # of nets that are programs, the most frequent first; else of the net that came nearest
    accepted: bool  # whether any net is a program
    motifs: tuple[str, ...]  # of the nets that are, parts that programs of other families have too
    reason: str | None  # of the verdict of the net that is shown first
    way: str | None  # what stands in the way of its verdict, and what would decide
    same: Same
    figures: list[Figure]
    figures_of: str  # which nets


def cards(records: Sequence[Record]) -> list[Card]:
    """One card a task, in the records' order."""
    tasks: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        tasks[record.task].append(record)
    return [_card(task, group) for task, group in tasks.items()]


def told(made: Sequence[Card]) -> str:
    """Of several tasks, in one sentence: how many have programs on either side, and how many are the same."""
    if len(made) < 2:
        return ""
    found = sum(card.enumerated.program is not None for card in made)
    read = sum(card.accepted for card in made)
    same = sum(card.same.kind in ("equal", "alike") for card in made)
    compared = sum(card.same.kind != "undecided" for card in made)
    text = f"Of {len(made)} tasks the enumeration found a program for {found}, nets hold one for {read}"
    text = f"{text}; {same} of the {compared} that were compared are the same function." if compared else f"{text}."
    return " ".join([text, *reused(made)])


def reused(made: Sequence[Card]) -> list[str]:
    """A sentence for each part that the programs of several tasks share."""
    holders: dict[str, list[str]] = defaultdict(list)
    for card in made:
        for motif in card.motifs:
            holders[motif].append(card.task)
    shared = ((motif, tasks) for motif, tasks in holders.items() if len(tasks) > 1)
    return [f"One part is reused, {motif}: {listed(tasks)}." for motif, tasks in shared]


def learner(record: Record) -> bool:
    """Whether the net was trained, or given, to do the task itself: no control, nothing shuffled, not untrained."""
    detail = record.recipe_detail
    known = any(detail.get(name) for name in ("control", "untrained", "shuffled"))
    return not known and detail.get("labels", "true") == "true"


def _card(task: str, group: list[Record]) -> Card:
    programs = [record for record in group if outcome(record) == "program"]
    readings = _readings(programs, group) or _nearest(group)
    spoken = programs or [record for record in group if record.s_agreement is not None]
    enumerated = _enumerated(group)
    first = readings[0].record if readings else next((record for record in group if record.would_decide), None)
    return Card(
        task=task,
        sizes=_sizes(group),
        asked=next((record.asked for record in group if record.asked), None),
        nets=len(group),
        counts=counts(group),
        expected=_expected(group),
        enumerated=enumerated,
        readings=readings,
        accepted=bool(programs),
        motifs=tuple(dict.fromkeys(motif for record in programs for motif in record.motifs)),
        reason=next((read.record.reason for read in readings), None) or _error(group),
        way=_way(first) if first else None,
        same=sameness(programs, found=enumerated.program is not None),
        figures=[figure for make in (_s, _d, _b) if (figure := make(spoken)) is not None],
        figures_of=_which(spoken, programs),
    )


def _enumerated(group: list[Record]) -> Enumerated:
    asked = [record for record in group if record.program or record.program_statement]
    if not asked:
        return Enumerated(None, [], None)
    record = next((each for each in asked if each.program), asked[0])
    known = [
        (f"{record.bits_program:.4g}" if record.bits_program and record.program else None, "bits"),
        (record.program_candidates and count(record.program_candidates), "candidates"),
        (record.program_seconds and seconds(record.program_seconds), "seconds"),
    ]
    others = sorted({each.program for each in asked if each.program} - {record.program})
    statement = [record.program_statement or "", f"At other sizes: {listed(others)}." if others else ""]
    return Enumerated(
        record.program, [(text, of) for text, of in known if text], " ".join(filter(None, statement)) or None
    )


def _readings(programs: list[Record], group: list[Record]) -> list[Read]:
    forms: dict[object, list[Record]] = defaultdict(list)
    for record in programs:
        forms[record.net_program or (form(record.formula).key if record.formula else "")].append(record)
    ordered = sorted(forms.values(), key=lambda each: (-sum(map(learner, each)), -len(each)))
    return [_read(each, group) for each in ordered]


def _nearest(group: list[Record]) -> list[Read]:
    """Without a program, the formula that was proposed for the net that does the task best."""
    proposed = [record for record in group if record.formula or record.net_program]
    if not proposed:
        return []
    best = max(proposed, key=lambda record: (learner(record), record.s_agreement or 0.0, record.match_domain or 0.0))
    return [_read([best], group)]


def _read(alike: list[Record], group: list[Record]) -> Read:
    mine = [record for record in alike if learner(record)] or alike
    shown = min(mine, key=lambda record: (not record.net_program, -record.size, record.seed))
    by_hand = len(alike) - sum(map(learner, alike))
    sizes = {record.size for record in alike}
    learners = [record for record in group if learner(record) and record.size in sizes]
    seeds = len({record.seed for record in alike if learner(record)})
    where = (
        [f"{len(alike) - by_hand} of {_counted(len(learners), 'net')} trained on it"] if by_hand < len(alike) else []
    )
    where += [f"size {listed(sorted(sizes))}"] if len({record.size for record in group}) > len(sizes) else []
    where += [_counted(seeds, "seed")] if seeds > 1 else []
    where += [f"{by_hand} made by hand"] if by_hand else []
    facts = [
        (span([record.bits_total for record in mine]), "bits"),
        (span([record.bits_formula for record in mine]), "in its formula"),
        (span([record.net_agreement for record in mine], fraction), "agreement"),
        (
            span([min(record.match_longer, default=None) for record in mine], fraction),
            "right beyond the training range",
        ),
    ]
    known = ("bits_total", "bits_formula", "net_agreement", "match_longer")
    made = form(shown.formula) if shown.formula else None
    return Read(
        shown,
        shown.net_program,
        made,
        [*letters(shown.formula, shown.notes), *(own_letters(made.shapes) if made else [])],
        [f for f, name in zip(facts, known, strict=True) if any(present(each, name) for each in mine)],
        len(alike),
        ", ".join(where),
    )


def _way(record: Record) -> str | None:
    if record.would_decide is None:
        return None
    if record.effect_explained is None:
        return f"Would decide: {record.would_decide}"
    left = (
        f"{_counted(record.units_left or 0, 'unit')} left, {fraction(record.effect_explained)} of the effect explained"
    )
    return f"{left}; would decide: {record.would_decide}"


def _s(records: list[Record]) -> Figure | None:
    return _figure(
        records, "S", "answers kept when formulas stand in for units", lambda r: r.s_agreement,
        "true terms forbidden", lambda r: r.s_control,
    )  # fmt: skip


def _d(records: list[Record]) -> Figure | None:
    return _figure(
        records, "D", "predicted change when one variable is exchanged", lambda r: r.d_r2,
        "wrong term", lambda r: r.d_control,
    )  # fmt: skip


def _b(records: list[Record]) -> Figure | None:
    known = [record for record in records if bits_ratio(record) is not None]
    made = _figure(known, "B", "bits of what was read, divided by a table's", bits_ratio, "table", None)
    if made is None:
        return None
    tables = dict.fromkeys(record.table_of for record in known if record.table_of)
    return made._replace(
        control=1.0, control_range=", ".join([f"{span([record.bits_table for record in known])} bits", *tables])
    )


def _figure(
    records: list[Record],
    name: str,
    sentence: str,
    measure: Callable[[Record], float | None],
    control_name: str,
    control: Callable[[Record], float | None] | None,
) -> Figure | None:
    values = [value for record in records if (value := measure(record)) is not None]
    if not values:
        return None
    controls = [value for record in records if control is not None and (value := control(record)) is not None]
    return Figure(
        name,
        sentence,
        statistics.median(values),
        statistics.median(controls) if controls else None,
        _range(values),
        control_name,
        _range(controls),
    )


def _range(values: list[float]) -> str:
    text = span(values, fraction)
    return text if len(values) > 1 and " to " in text else ""


def _which(spoken: list[Record], programs: list[Record]) -> str:
    if not spoken:
        return ""
    kind = "program" if programs else "explained"
    return f"{kind} net" if len(spoken) == 1 else f"median of {len(spoken)} {kind} nets"


def _expected(group: list[Record]) -> str:
    judged = [agreed for record in group if (agreed := agrees(record)) is not None]
    if not judged:
        return "none known beforehand"
    return f"{sum(judged)} of {len(judged)} as known beforehand"


def _sizes(group: list[Record]) -> str:
    return listed(sorted({record.size for record in group}))


def _error(group: list[Record]) -> str | None:
    return next((record.error for record in group if record.error), None)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
