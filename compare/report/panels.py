"""The panels of one net, in the order in which they are shown; a panel is a line of PANELS and a template of its name.

To add one: a function from `Net` to what the template `templates/panels/NAME.html.j2` shows as `part` (None or empty:
no panel), and a line in PANELS.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from markupsafe import Markup

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.boards import BoardsPart, boards
from compare.report.cell_drawings import cell_drawings, state_drawings, tuning_drawings
from compare.report.chart_data import Charts
from compare.report.gallery import Gallery, gallery
from compare.report.heads import heads_table, heads_words
from compare.report.held import EXPLAINED, held_table, sites_table
from compare.report.letters import letters
from compare.report.machine import machine
from compare.report.maps import MapsPart, rate_maps
from compare.report.mathml import summands
from compare.report.step_lines import left_line, step_line
from compare.report.switched import ObjectsPart, objects_part
from compare.report.terms import FACTS, READ, present, shown, term

TERMS_SHOWN = 16  # of a formula; a net without a program can have hundreds, of which the text holds all
FOUND = (
    "synth_strict",
    "program_published",
    "bits_program",
    "bits_reference",
    "program_candidates",
    "program_distinct",
    "program_seconds",
    "program_rate",
)


class Net(NamedTuple):
    """What a panel may look at."""

    record: Record
    arrays: Arrays
    charts: Charts  # takes the panel's drawings
    room: float  # bytes that its pictures may take


class Panel(NamedTuple):
    """A part of a net's section."""

    name: str  # also the template's
    title: str
    part: Callable[[Net], Any]
    doc: str


def shown_panels(net: Net) -> list[dict[str, Any]]:
    """The panels that have something to show: name, title, part."""
    parts = [(panel, panel.part(net)) for panel in PANELS]
    return [{"name": panel.name, "title": panel.title, "part": part} for panel, part in parts if part]


def facts(record: Record, names: Iterable[str]) -> list[tuple[str, str]]:
    """Label and value of the fields that are present."""
    return [(term(name).label, shown(record, name)) for name in names if present(record, name)]


def _verdict(net: Net) -> dict[str, Any]:
    record = net.record
    names = ("error", "reason", "decided_by", "in_the_way", "would_decide")
    found = {name: getattr(record, name) for name in names}
    left = [left_line(unit) for unit in record.left]
    return {**found, "left": left, "criteria": record.criteria} if any(found.values()) or record.criteria else {}


def _formula(net: Net) -> dict[str, Any]:
    if not net.record.formula:
        return {}
    terms = [Markup(each) for each in summands(net.record.formula_mathml)]
    return {
        "mathml": terms[:TERMS_SHOWN],
        "left_out": len(terms[TERMS_SHOWN:]),
        "text": net.record.formula,
        "variance": net.record.logit_variance,
        "letters": letters(net.record.formula, net.record.notes),
    }


def _programs(net: Net) -> dict[str, Any]:
    record = net.record
    if not (record.program or record.net_program or record.program_statement):
        return {}
    return {
        "read": record.net_loop or record.net_program,
        "read_facts": facts(record, READ),
        "found": record.program_loop or record.program,
        "found_facts": facts(record, FOUND) if record.program else [],
        "statement": record.program_statement,
    }


def _machine(net: Net) -> dict[str, Any]:
    found, drawn = machine(net.arrays, net.record.cell), state_drawings(net.record, net.arrays)
    drawn += tuning_drawings(net.record, net.arrays)
    if found is None and not drawn:
        return {}
    picture = found and found._replace(svg=Markup(found.svg))  # of our own making, names escaped
    return {"machine": picture, "charts": [net.charts.add(each) for each in drawn]}


def _held(net: Net) -> dict[str, Any]:
    lines = net.record.held
    return {"words": EXPLAINED, "best": held_table(lines), "sites": sites_table(lines)} if lines else {}


def _heads(net: Net) -> dict[str, Any]:
    return {"words": heads_words(net.record), "table": heads_table(net.record)} if net.record.heads else {}


def _maps(net: Net) -> MapsPart | None:
    return rate_maps(net.record, net.arrays)


def _boards(net: Net) -> BoardsPart | None:
    found = boards(net.record, net.arrays)
    return found and found._replace(pairs=[each._replace(svg=Markup(each.svg)) for each in found.pairs])  # of our own


def _objects(net: Net) -> ObjectsPart | None:
    return objects_part(net.record, net.arrays)


def _groups(net: Net) -> dict[str, Any]:
    formulas = [line.rpartition("effect, ")[2] for line in net.record.groups]
    return {"lines": net.record.groups, "letters": letters(" ".join(formulas))} if formulas else {}


def _steps(net: Net) -> list[str]:
    return [step_line(step) for step in net.record.read_steps]


def _gallery(net: Net) -> Gallery | None:
    return gallery(net.record, net.arrays, net.room)


def _charts(net: Net) -> list[dict[str, str]]:
    return [net.charts.add(drawing) for drawing in cell_drawings(net.record, net.arrays)]


def _figures(net: Net) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(heading, known) for heading, names in FACTS if (known := facts(net.record, names))]


def _remarks(net: Net) -> list[tuple[str, list[str]]]:
    return [(name, lines) for name, lines in (("Refusals", net.record.refusals), ("Notes", net.record.notes)) if lines]


PANELS = (
    Panel("verdict", "Verdict", _verdict, "The reason, what is in the way, every criterion in order."),
    Panel("formula", "Formula", _formula, "What the net computes for its outputs."),
    Panel("programs", "The two programs", _programs, "What was read in the net, and what the enumeration found."),
    Panel("machine", "The state", _machine, "The machine that the program runs, and where its values sit in the net."),
    Panel("steps", "Steps", _steps, "Where each step sits, how well, and what its exchange does."),
    Panel(
        "held",
        "On the way",
        _held,
        "Variables on the way to the answer: at which site they sit, and what follows them.",
    ),
    Panel("heads", "Heads", _heads, "What each head of attention looks at and copies, and what two alone keep."),
    Panel("maps", "Rate maps", _maps, "What units do where a path is: how many fire in hexagons, and in periods."),
    Panel("boards", "Boards", _boards, "Boards that the state was moved to, and the moves that are then answered."),
    Panel(
        "objects", "Objects", _objects, "How the pictures are painted, with units switched off, and what numbers say."
    ),
    Panel("groups", "Groups of units", _groups, "Units that share a form."),
    Panel("gallery", "Neuron gallery", _gallery, "Units beside their fitted forms."),
    Panel("charts", "Charts", _charts, "Evidence with controls, bits, frequencies, curves along training."),
    Panel("figures", "Figures", _figures, "Every measured number."),
    Panel("remarks", "Remarks", _remarks, "What refused to explain the net, and notes."),
)
