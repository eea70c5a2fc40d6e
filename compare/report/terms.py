"""What each field of a record means: the only home of these sentences, for the README, the reports and the terminal."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from compare.record import Record
from compare.report.formula import form
from compare.report.show import (
    DASH,
    count,
    fraction,
    fractions,
    listed,
    pairs,
    parts,
    seconds,
    shortened,
    signed,
    text,
    yes_or_no,
)
from compare.report.step_lines import head_lines, held_lines, left_units, step_lines
from compare.report.verdicts import agrees, outcome


class Term(NamedTuple):
    """A field of a record, or a value derived from several."""

    name: str
    label: str  # column heading
    show: Callable[[Any], str]
    sentence: str


def legend() -> dict[str, str]:
    """Name of a field or derived column -> one plain sentence."""
    return {term.name: term.sentence for term in TERMS}


def term(name: str) -> Term:
    """The term of that name."""
    return _BY_NAME[name]


def field(of: Term) -> str:
    """The record's field, or the derived column's name, marked as such."""
    return f"{of.name} (derived)" if of.name in DERIVED else of.name


def value(record: Record, name: str) -> Any:
    """The field of that name, or what is derived under it."""
    return DERIVED[name](record) if name in DERIVED else getattr(record, name)


def shown(record: Record, name: str) -> str:
    """The value as it is printed."""
    return _BY_NAME[name].show(value(record, name))


def present(record: Record, name: str) -> bool:
    """Whether the record says anything under that name."""
    found = value(record, name)
    return found is not None and (not isinstance(found, str | list | dict) or bool(found))


def bits_ratio(record: Record) -> float | None:
    """bits_total / bits_table, where both are known."""
    if record.bits_total is None or not record.bits_table:
        return None
    return record.bits_total / record.bits_table


def expectation(record: Record) -> str:
    """yes, or no with the verdict that was expected; a dash where none was."""
    agreed = agrees(record)
    return DASH if agreed is None else "yes" if agreed else f"no: {record.expected}"


def columns(records: Sequence[Record]) -> list[str]:
    """The columns of the table of verdicts in which any of the records says something."""
    said = [name for name in TABLE if name in ALWAYS or any(shown(record, name) != DASH for record in records)]
    return said if records else list(TABLE)


DERIVED: dict[str, Callable[[Record], Any]] = {
    "outcome": outcome,
    "agrees": expectation,
    "bits_ratio": bits_ratio,
    "read": lambda record: record.net_program or (form(record.formula).said() if record.formula else None),
    "why": lambda record: record.reason or record.error,
}

IDENTITY = (
    Term("suite", "suite", text, "The suite that asked for this net."),
    Term("task", "task", text, "The function that was to be learnt."),
    Term("asked", "asked", text, "What the task asks, in a sentence."),
    Term("size", "size", count, "The task's size: the modulus p, or the number of bits or values."),
    Term("net", "net", text, "The architecture, or the hand-made net, that was judged."),
    Term("recipe", "recipe", text, "How the net was trained, or which control it is."),
    Term("seed", "seed", str, "The seed of everything random in this cell."),
    Term("cell", "cell", text, "The cell's unique name in its suite."),
    Term("status", "status", text, "done, or failed when the cell could not be finished."),
    Term("error", "error", text, "Why a failed cell failed."),
    Term("expected", "expected", text, "The verdict that is known beforehand for this kind of net, where one is."),
    Term("command", "command", text, "The command that made this record."),
    Term("versions", "versions", pairs, "The versions of the software that made this record."),
    Term("recipe_detail", "recipe in full", pairs, "The recipe's settings, one by one."),
    Term("made_from", "made from", pairs, "Fingerprints of the answers, the net and the recipe that it was made from."),
    Term("arrays", "arrays", text, "The file that holds the record's arrays, relative to the run directory."),
)
VERDICT = (
    Term("outcome", "verdict", text, "The verdict, or failed for a cell that could not be finished."),
    Term(
        "verdict",
        "verdict of a finished cell",
        text,
        "program, table or undetermined: what the net was found to have converged to.",
    ),
    Term(
        "agrees",
        "as expected",
        text,
        "Whether the verdict is the one expected, and which was where it is not; a dash where none was.",
    ),
    Term("decided_by", "decided by", text, "The criterion that decided the verdict."),
    Term("reason", "reason of a finished cell", text, "The verdict's reason in one sentence."),
    Term("why", "reason", text, "The verdict's reason in one sentence, or why the cell failed."),
    Term(
        "margin",
        "margin",
        signed,
        "How far the deciding value is past its threshold, as a share of the way to the best value; below 0 it failed.",
    ),
    Term("criteria", "criteria", listed, "The criteria that were weighed, one sentence each, in order."),
    Term("thresholds", "thresholds", pairs, "The thresholds that the verdict was held against, by field."),
)
IN_THE_WAY = (
    Term("in_the_way", "in the way", text, "What stands in the way of a verdict: the units that nothing explains."),
    Term("would_decide", "would decide", text, "What to bring next, where the verdict is undetermined."),
    Term("effect_site", "site of the units", text, "The hidden site whose units are ranked by their effect."),
    Term("effect_explained", "effect explained", fraction, "Share of that site's effect that is explained."),
    Term("units_left", "units left", count, "Units of it of which less than .90 of the variance is explained."),
    Term("left", "units in the way", left_units, "The first of these, by their effect."),
    Term("left_share", "effect left", fraction, "Share of the effect on the outputs that they have together."),
    Term("left_directions", "directions left", count, "Directions of the outputs that hold .90 of what these miss."),
    Term("left_bits", "bits, units left", count, "Bits of the cheapest table of each of them, added up."),
    Term("left_table", "table of units left", text, "What most of these tables list."),
)
EXPLANATION = (
    Term("extractor", "extractor", text, "The method that wrote the explanation."),
    Term("template", "template", text, "The form that every unit was allowed to have, declared before fitting."),
    Term("formula", "formula", text, "What the net computes for its outputs, as a sympy expression."),
    Term("read", "read", shortened, "What was read in the net: its program, or its formula, like terms said once."),
    Term("formula_latex", "formula, LaTeX", text, "The formula in LaTeX."),
    Term("formula_mathml", "formula, MathML", text, "The formula in MathML."),
    Term(
        "read_steps",
        "program's steps",
        step_lines,
        "Each step of the explanation: its site, its effect, its error, what its exchange does, its bits.",
    ),
    Term("groups", "groups", listed, "Units that share a form, one line a group."),
    Term("gallery_formulas", "unit formulas", listed, "The formula of each unit shown in the gallery."),
    Term("refusals", "refusals", listed, "Methods that refused to explain this net, and why."),
    Term("notes", "notes", listed, "Remarks of the judgement."),
    Term("motifs", "shared parts", listed, "Parts of the program that programs of other families have too."),
    Term(
        "frequencies",
        "frequencies",
        listed,
        "The frequencies k that the explanation uses, their number is K: k/p turns a step (k/(p-1) of discrete "
        "logarithms where the group is multiplicative, k/8n for integers below n).",
    ),
    Term("variables", "variables", listed, "The intermediate variables of the explanation."),
    Term("units_kept", "units kept", count, "Hidden units that the shortest code of the explanation pays for."),
    Term("units_total", "units in all", count, "Hidden units of the net."),
    Term("precision", "precision", count, "Bits a constant in the shortest code."),
)
PROGRAMS = (
    Term("net_program", "net's program", text, "What was read in the net, as a program in the synthesizer's language."),
    Term("net_loop", "net's loop", text, "What was read in the net as a Python function."),
    Term("net_loop_of_answers", "loop by answers", text, "What the same search makes of the net's answers alone."),
    Term(
        "net_strict",
        "net's program, strict",
        yes_or_no,
        "Whether that loop, or the machine where there is none, is right on 10,000 fresh streams of the training "
        "length and on 10,000 longer ones, and answers as the net up to the length that the net is exact to.",
    ),
    Term("net_lenient", "net's program, lenient", yes_or_no, "Whether it is right on ten of the training length."),
    Term("state_values", "states", count, "Values that the state takes which the net's program carries along."),
    Term(
        "exact_to", "net exact to", count, "Length up to which the net answers every sequence of its samples rightly."
    ),
    Term("followed_to", "followed to", count, "Length up to which what was read answers as the net on all of these."),
    Term("right_to", "right to", count, "Length up to which what was read is right on all of these."),
    Term(
        "net_program_nodes",
        "net's program, nodes",
        count,
        "Nodes of that program, equal subexpressions once; of a machine its states times the letters.",
    ),
    Term(
        "net_agreement",
        "net's program, agreement",
        fraction,
        "Agreement of that program, when it is run, with the net's answers on rows that no constant was fitted on.",
    ),
    Term(
        "agreement_throughout",
        "net's program, agreement on whole sequences",
        fractions,
        "Share of the sequences, by sample, to which that program answers as the net at every position that counts.",
    ),
    Term(
        "same_function",
        "same function",
        text,
        "Whether the net's program and the synthesizer's compute one function: equal (proven), alike (on every "
        "sample) or different.",
    ),
    Term("same_how", "decided how", text, "What shows that: a proof, the bound that samples give, or an input."),
    Term(
        "same_program",
        "same program",
        yes_or_no,
        "Whether the two are one text, up to the laws that their primitives declare.",
    ),
)
SYNTHESIZER = (
    Term("program", "program", text, "The synthesizer's shortest program for the task, as an s-expression."),
    Term("program_loop", "program, Python", text, "A loop over streams, as a Python function."),
    Term(
        "synth_strict",
        "strict",
        yes_or_no,
        "Whether the loop is right on 10,000 fresh streams of the training length and on 10,000 longer ones, and "
        "where the task draws special words of an alphabet, on as many of any.",
    ),
    Term(
        "bits_reference",
        "bits, definition",
        count,
        "Bits of the task's definition, as a loop that a person would write.",
    ),
    Term("program_published", "published", text, "Who has solved the task before, of those that were tried on it."),
    Term("program_latex", "program, LaTeX", text, "The program in LaTeX."),
    Term("program_statement", "statement", text, "What the search proves about the program."),
    Term("program_candidates", "candidates", count, "Programs that the synthesizer looked at."),
    Term("program_distinct", "distinct", count, "Programs among them that differ on the examples."),
    Term("program_seconds", "search seconds", seconds, "Seconds that the synthesizer took."),
    Term("program_rate", "programs a second", count, "Programs a second that the search looked at."),
)
BALANCED = ", averaged over the two classes for Boolean tasks"
BEHAVIOUR = (
    Term("match_domain", "match", fraction, f"Share of right answers on all inputs{BALANCED}."),
    Term("lengths", "lengths", listed, "Items of the sequences reported on, then of those beyond the training range."),
    Term("match_longer", "match, longer", fractions, "Share of right answers beyond the training range, by sample."),
    Term(
        "match_throughout",
        "match, whole",
        fractions,
        "Share of the sequences, by sample, that are right at every position that counts.",
    ),
    Term("match_snapped", "snapped", fractions, "The same, a state replaced by its nearest codeword at every time."),
    Term(
        "match_parts", "match, parts", parts, "Share of right answers on the parts that the task names, each by itself."
    ),
    Term(
        "halves",
        "halves",
        parts,
        "Share of the pictures with another's upper half in a site that are answered as such.",
    ),
    Term("halves_control", "halves, control", parts, "The same with random places in the place of the upper half."),
    Term("match_train", "match, train", fraction, f"Share of right answers on the training rows{BALANCED}."),
    Term("match_test", "match, held out", fraction, f"Share of right answers on the held-out rows{BALANCED}."),
    Term(
        "match_chance",
        "chance",
        fraction,
        f"Share of right answers that guessing gets on the held-out rows{BALANCED}.",
    ),
)
SUBSTITUTION = (
    Term(
        "s_agreement",
        "S",
        fraction,
        "Agreement with the net when formulas replace its units, on rows that no constant was fitted on.",
    ),
    Term("s_low", "S, low", fraction, "Lower end of the 95 % Wilson interval of S."),
    Term("s_high", "S, high", fraction, "Upper end of the 95 % Wilson interval of S."),
    Term("s_domain", "S, all rows", fraction, "The same agreement on all rows."),
    Term("s_right", "S, right answers", fraction, "The same of those answers of the net alone that are right."),
    Term(
        "s_variance",
        "S variance",
        fraction,
        "Share of the hidden sites' variance that the formulas explain, each unit weighted by its effect.",
    ),
    Term(
        "coverage",
        "coverage",
        fraction,
        "Share of the outputs' variance, or of the last hidden site's if less, that follows the explanation's sites "
        "when they take another input's values.",
    ),
    Term(
        "coverage_answers",
        "coverage of answers",
        fraction,
        "Share of the net's answers that follow those sites when all else, or every other unit, is another input's.",
    ),
    Term("s_control", "S control", fraction, "Agreement of the best formulas with the true terms forbidden."),
    Term("s_control_variance", "S control variance", fraction, "Variance that the formulas of the control explain."),
    Term("s_exact", "S exact", fraction, "Agreement with the program itself in place of what is fitted to the net."),
    Term("s_permuted", "S permuted", fraction, "Agreement when the same fitter is given permuted data."),
)
INTERCHANGE = (
    Term(
        "d_r2",
        "D",
        fraction,
        "How well the explanation predicts the change of every output when two inputs exchange one variable; for bits, "
        "a random eighth of the units is exchanged.",
    ),
    Term("d_control", "D control", fraction, "The same exchanges, predicted by a wrong term."),
    Term("d_dictionary", "D, all variables", fraction, "The same when all variables are exchanged at once."),
    Term(
        "d_lands",
        "D, lands",
        fraction,
        "How often what follows an exchange at rest is what follows from the other value.",
    ),
    Term("d_same", "D, same value", fraction, "How often another codeword of a state's same value changes nothing."),
    Term("closure", "closure", fraction, "Share of a state's codewords that the net's own update leads as explained."),
)
HELD = (
    Term(
        "held",
        "on the way",
        held_lines,
        "Variables on the way to the answer: the site that tells them, how often the answers follow their exchange.",
    ),
)
HEADS = (
    Term("heads", "heads", head_lines, "What each head looks at and copies, beside chance."),
    Term("heads_two", "two heads", listed, "The two heads that keep most when all others take their means."),
    Term("heads_kept", "kept by two heads", fraction, "What those two keep of the gain over all heads at their means."),
)
MAPS = (
    Term(
        "maps_hexagonal",
        "maps, hexagonal",
        fraction,
        "Share of the units whose rate maps have a grid score above their own limit: the 95th percentile of Gaussian "
        "maps of the same power at each spatial frequency.",
    ),
    Term(
        "maps_periodic",
        "maps, periodic",
        fraction,
        "Share of the units whose rate maps' autocorrelograms rise again, away from the centre, by more than the same "
        "percentile.",
    ),
    Term("maps_units", "maps", count, "Units that fire, whose rate maps were measured."),
    Term("maps_chance", "maps, chance", fraction, "What either share is of Gaussian maps."),
)
OBJECTS = (
    Term("objects_right", "objects, right", parts, "Share of each object's pixels that are right in every channel."),
    Term(
        "objects_iou",
        "objects, overlap",
        parts,
        "Intersection over union of each object with the unit, above one of its quantiles, that overlaps most with it.",
    ),
    Term("objects_shuffled", "objects, overlap, control", parts, "The same with the objects of other pictures."),
    Term(
        "objects_told",
        "objects, told",
        parts,
        "Area under the curve of a line that tells by the site whether an object is in the picture.",
    ),
    Term(
        "objects_removed",
        "objects, removed",
        parts,
        "Share of the pixels drawn as each object that are not with four units set to 0, which are chosen on other "
        "rows by what they do; a pixel is drawn as the object of the nearest colour.",
    ),
    Term(
        "objects_others",
        "objects, others",
        parts,
        "The same of the other objects' pixels, each object counting alike, but not of what is a part of this one.",
    ),
    Term(
        "objects_random", "objects, removed at random", parts, "The same of its own pixels without four random units."
    ),
    Term(
        "objects_inserted",
        "objects, inserted",
        parts,
        "Share of each object's pixels that are drawn as it in pictures without it, with the four units of pictures "
        "that have it.",
    ),
    Term("objects_inserted_random", "objects, inserted at random", parts, "The same with four random units."),
    Term(
        "objects_drawn",
        "objects, drawn",
        parts,
        "Share of the pictures with an object where its colour is on some pixels.",
    ),
    Term(
        "objects_misplaced",
        "objects, misplaced",
        parts,
        "The same of pictures that it is asked for in where the task's rules never put it.",
    ),
    Term(
        "objects_latent",
        "objects, told by latents",
        parts,
        "Area under the curve of a line that tells by the latents of given pictures whether an object is in them.",
    ),
    Term(
        "objects_sampled",
        "objects, sampled",
        parts,
        "Share of the pictures drawn from latents of the prior that have an object.",
    ),
    Term(
        "objects_alone",
        "objects, parts alone",
        parts,
        "Of those pictures that have a part of an object, the share without the object.",
    ),
    Term("objects_formulas", "objects, formulas", pairs, "Of the latents: whether an object is there, and where."),
    Term(
        "objects_there",
        "objects, there",
        parts,
        "Area under the curve of the formula for whether it is there, on other pictures than it was fitted on.",
    ),
    Term(
        "objects_place",
        "objects, place",
        parts,
        "Share of the variance of where it is that the formula explains, the same.",
    ),
)
PAINTING = (
    Term(
        "painting",
        "painting",
        pairs,
        "The program by which the net paints: where each object is, by a pixel's column x and row y and the scene's "
        "factors, from the back to the front, found in the net's own pictures.",
    ),
    Term("painting_code", "painting, code", listed, "The same as Python, with the colours."),
    Term(
        "painting_iou",
        "painting, overlap",
        parts,
        "Intersection over union of each object's pixels as the net and as the program paint them, in other scenes.",
    ),
    Term(
        "painting_left",
        "painting, left",
        parts,
        "Of the squares by which the net's pixels of each object differ from the mean picture, the share that is left "
        "with the program's picture in its place.",
    ),
    Term(
        "painting_alike",
        "painting, alike",
        parts,
        "Share of the pixels of other scenes that the program paints as the net does; beside it with other scenes' "
        "factors, layers in another order, objects' regions dealt out anew, the mean picture, and by factors that are "
        "read from the latents.",
    ),
    Term(
        "painting_explained",
        "painting, explained",
        parts,
        "Share of the net's variance around its mean picture that the program's pictures explain, the same.",
    ),
    Term("painting_whole", "painting, whole", parts, "Share of the pictures that are alike in every pixel, the same."),
    Term(
        "painting_bits",
        "painting, bits",
        pairs,
        "Bits of the program, of the pixels that it does not tell, and of a table of which object each pixel shows.",
    ),
)
SQUARES = (
    Term(
        "squares_groups",
        "board",
        listed,
        "Groups of features of the board that the state holds as a linear code, in the order of the bits they save.",
    ),
    Term(
        "squares_explained",
        "board, variance",
        fractions,
        "Share of the state's variance that the code explains with each of these groups more.",
    ),
    Term(
        "squares_kept",
        "board, S",
        fractions,
        "Share of the net's sets that stay with the code as its state at all times, with each of these groups more.",
    ),
    Term("squares_kept_right", "board, S right", fraction, "With all of them, of the net's sets that are right."),
    Term("squares_kept_once", "board, S once", fraction, "With all of them at one time, of the sets then and later."),
    Term(
        "squares_kept_colours",
        "board, S colours",
        fraction,
        "The share at all times of a code of occupied squares and absolute colours, the wrong frame.",
    ),
    Term(
        "squares_wrong",
        "board, D",
        fractions,
        "Moves wrong in the set when the code moves the state to another real board: at once and after each next move.",
    ),
    Term("squares_wrong_each", "board, D each", fractions, "Moves wrong at once, with each of these groups more."),
    Term(
        "squares_wrong_colours",
        "board, D colours",
        fractions,
        "Moves wrong, at once and later, when the code of the wrong frame moves the state.",
    ),
    Term(
        "squares_wrong_none",
        "board, D none",
        fractions,
        "Moves wrong, at once and later, with the state left as it is.",
    ),
    Term("squares_pairs", "board, pairs", listed, "Pairs of boards over which these are means."),
    Term(
        "squares_live",
        "board, live",
        fraction,
        "Share of the live discs, those whose colour can still matter, that a line a square reads off the state as the "
        "mover's or the opponent's.",
    ),
    Term("squares_live_untrained", "board, live untrained", fraction, "The share off the state of the net untrained."),
    Term(
        "squares_live_majority",
        "board, live majority",
        fraction,
        "The share by what is most common on a square after as many moves.",
    ),
)
BITS = (
    Term("bits_ratio", "B", fraction, "Bits of the explanation, divided by the bits of the table."),
    Term("bits_total", "bits", count, "Bits of the whole explanation: dictionary, alignment and exceptions."),
    Term("bits_dictionary", "bits, dictionary", count, "Bits that say which terms are used."),
    Term("bits_alignment", "bits, alignment", count, "Bits of every kept unit's constants."),
    Term("bits_exceptions", "bits, exceptions", count, "Bits that name the inputs on which the explanation errs."),
    Term(
        "exceptions",
        "exceptions",
        fraction,
        f"Share of the net's answers on which the code by itself errs{BALANCED}.",
    ),
    Term(
        "bits_formula", "bits, formula", count, "Bits of the grouped formula that the report shows; it never decides."
    ),
    Term("bits_table", "bits, table", count, "Bits of a lookup table of the net's answers."),
    Term("table_of", "table", text, "What that table lists: every input, or the answers of a sample."),
    Term("bits_weights", "bits, weights", count, "Bits of the net's quantised weights."),
    Term("bits_program", "bits, program", count, "Bits of the synthesizer's program."),
    Term("bits_affine", "bits, affine", count, "Bits of the baseline that writes each unit as an affine function."),
    Term("bits_machine", "bits, machine", count, "The table of a state's values and the inputs."),
    Term(
        "bits_control",
        "bits, control",
        count,
        "Bits that the same search for a code needs with the true terms forbidden.",
    ),
)
MEMORY = (
    Term(
        "refit_random",
        "refit",
        fraction,
        "Share of random labels that the frozen last hidden layer can be refitted to.",
    ),
    Term(
        "refit_task",
        "refit, task",
        fraction,
        "Share of unseen rows that a read-out of that layer, refitted to the task on half of the rows, gets right.",
    ),
    Term("refit_width", "refit width", fraction, "Hidden units a row of the domain."),
    Term(
        "local_units",
        "local units",
        fraction,
        "Share of the last hidden layer in units that fire on one or two rows, each weighted by the largest change it "
        "can make.",
    ),
    Term(
        "ablation_keep",
        "kept alone",
        fraction,
        "Match with the task when the first argument's part keeps only the explanation's variables.",
    ),
    Term(
        "ablation_remove",
        "removed",
        fraction,
        "Match with the task when the first argument's part loses the explanation's variables.",
    ),
    Term(
        "certificate",
        "certificate",
        fraction,
        "Share of rows proven right: there the formula's margin exceeds twice that row's worst residual.",
    ),
    Term("certificate_seconds", "proof seconds", seconds, "Seconds that the proof took."),
    Term(
        "logit_variance",
        "output variance",
        fraction,
        "Share of the outputs' variance that the formula explains in place of the net.",
    ),
)
TRAINING = (
    Term("step_formation", "formation", count, "Training step at which the structure had formed."),
    Term("step_cleanup", "clean-up", count, "Training step at which what was memorised had gone."),
    Term("step_generalisation", "generalisation", count, "Training step at which the held-out rows were answered."),
    Term("steps", "steps", count, "Training steps in all."),
    Term("seconds_train", "training seconds", seconds, "Seconds that building, training and checking the net took."),
    Term("seconds_judge", "judging seconds", seconds, "Seconds that explaining and judging took."),
)
TERMS = (
    *IDENTITY, *VERDICT, *IN_THE_WAY, *EXPLANATION, *PROGRAMS, *SYNTHESIZER, *BEHAVIOUR, *SUBSTITUTION, *INTERCHANGE,
    *HELD, *HEADS, *MAPS, *OBJECTS, *PAINTING, *SQUARES, *BITS, *MEMORY, *TRAINING,
)  # fmt: skip
_BY_NAME = {each.name: each for each in TERMS}

TABLE = (
    "outcome", "task", "size", "net", "recipe", "seed", "read", "s_agreement", "d_r2", "bits_ratio", "match_domain",
    "same_function", "why", "agrees", "decided_by", "margin", "s_variance", "refit_random",
)  # fmt: skip
ALWAYS = ("outcome", "task", "size", "net", "recipe", "seed")  # columns that are shown even where they say nothing
READ = (
    "net_program_nodes",
    "net_strict",
    "net_lenient",
    "state_values",
    "exact_to",
    "followed_to",
    "right_to",
    "net_agreement",
    "agreement_throughout",
    "same_function",
    "same_program",
    "same_how",
)  # beside the net's program
FACTS = (
    ("Behaviour", tuple(t.name for t in BEHAVIOUR if t.name not in DERIVED)),
    ("Substitution (S)", tuple(t.name for t in SUBSTITUTION)),
    ("Interchange (D)", tuple(t.name for t in INTERCHANGE)),
    ("Bits (B)", tuple(t.name for t in BITS)),
    ("Rate maps", tuple(t.name for t in MAPS)),
    ("Objects in pictures", tuple(t.name for t in OBJECTS)),
    ("Painting", tuple(t.name for t in PAINTING)),
    ("Boards", tuple(t.name for t in SQUARES)),
    ("In the way", tuple(t.name for t in IN_THE_WAY if t.name not in ("in_the_way", "would_decide", "left"))),
    ("Table, ablation, certificate", tuple(t.name for t in MEMORY)),
    ("Along training", tuple(t.name for t in TRAINING)),
    ("Explanation", ("extractor", "template", "variables", "frequencies", "units_kept", "units_total", "precision")),
    ("Cell", ("cell", "recipe_detail", "thresholds", "arrays")),
)
