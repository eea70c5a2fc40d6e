"""One flat line of JSON a net: everything that a report prints. Arrays live beside it, by the names listed here.

Arrays of a cell (a .npz file whose path, relative to the run directory, is the field `arrays`; each may be absent):
`curve.step`, `curve.train_accuracy`, `curve.held_out_accuracy`, `curve.train_loss`, `curve.held_out_loss`,
`curve.weight_norm`, each (points,);
`params/NAME`, the parameters that were judged;
`trajectory.step`, `.train_accuracy`, `.held_out_accuracy`, `.structure`, `.s_agreement`, `.s_variance`, `.d_r2`,
`.restricted_loss`, `.excluded_loss`, `.gini`, `.weight_norm`, `.bits`, of samples `.longer_accuracy`, `.s_exact`,
`.program` (whether that is the verdict), `.same_program` (whether its text is the last one's), each (checkpoints,);
`stages.step`, `stages.NAME`, loss of the outputs against simpler answers than the right ones, each (checkpoints,);
`gallery.unit` (shown,), `gallery.actual` and `gallery.fitted` (shown, rows, columns), a unit's activation over the
first half of the arguments (rows) and the rest (columns);
`machine.after` (states, letters), the next state of what was read, -1 where it was not met, the first one the start;
`machine.says` (states, letters, numbers), the answer; `machine.values` (states, numbers), what the program carries
there; `machine.letters` (letters, streams);
`states.at` (shown, 2), states of the net in the two directions in which they vary most; `states.values` (shown,
numbers), what the program carries there;
`tuning.at` (bins,), degrees of a phase; `tuning.units` (shown,); `tuning.actual` and `tuning.fitted` (phases, shown,
bins), the mean of a unit of the site that holds the phases, in the net and by the explanation;
`maps.unit`, `maps.score` and `maps.limit` (shown,), grid score and what maps as coarse reach by chance, of the units of
the highest score; `maps.rates` (shown, bins, bins), what they do where a path is, the first coordinate down;
`frequencies.k`, `frequencies.amplitude` (share of the outputs' variance), `frequencies.units`, each (terms,).
"""

import msgspec


class StepLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of an explanation: where it sits in the net, how well, and what its exchange does."""

    step: str
    formula: str  # sympy string in the arguments and earlier steps
    site: str | None = None  # that it holds, or in which it is exchanged
    units: int | None = None  # of the hidden site that read it
    share: float | None = None  # of the effect on the outputs, by these units
    error: float | None = None  # of these units' variance, weighted by their effect, or of the site's, that is missed
    variance: float | None = None  # of the site that it holds, explained on rows that nothing was fitted on
    r2: float | None = None  # of the outputs' change when it is exchanged, predicted
    turned: float | None = None  # share of the net's answers that change when it is exchanged
    bits: float | None = None  # of its expression and of how it sits in the net


class LeftUnit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit of the hidden site that no step explains."""

    unit: str  # its number; the position before it where there are several
    share: float  # of the site's effect on the outputs
    missed: float  # of its variance, on rows that nothing was fitted on
    bits: float  # of its cheapest table


class HeldLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variable that a person would work out on the way to the answer: where the net holds it, and how well."""

    variable: str
    number: bool = False  # how much, not which
    site: str
    dimensions: int  # of the subspace that is exchanged
    decoded: float  # values that a linear map of the site tells; of numbers the variance that it explains
    followed: float | None  # exchanges after which all answers are as predicted
    control: float | None  # the same search with each value taken for another
    decoded_at: dict[str, float] = {}  # by site
    followed_at: dict[str, float | None] = {}  # by site, with subspaces that nothing is searched for


class HeadLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one head of attention over a sequence does, each in [0, 1]; None where there is nothing to measure it on."""

    head: str  # head.LAYER.HEAD; "chance" for even weights on all that is seen, and any symbol rising most
    previous: float | None  # weight on the position before
    matching: float | None  # weight on what followed the symbol at hand earlier
    copying: float | None  # symbols looked at alone whose own outputs rise most


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cell of a suite: what was asked, what was found, the evidence and the verdict. None where nothing applies."""

    # identity
    suite: str
    task: str
    size: int
    net: str
    recipe: str
    seed: int
    cell: str  # unique in the suite, fit for a file name
    asked: str | None = None  # what the task asks, one sentence
    status: str = "done"  # done, failed
    error: str | None = None  # one sentence, for a failed cell
    expected: str | None = (
        None  # the verdict that is known beforehand: program, table, undetermined, "not program", ...
    )
    command: str | None = None  # what made this record
    versions: dict[str, str] = {}
    recipe_detail: dict[str, str | int | float | bool | None] = {}
    arrays: str | None = None
    made_from: dict[str, str] = {}  # fingerprints of the answers, the net and the recipe

    # verdict
    verdict: str | None = None  # program, table, undetermined
    decided_by: str | None = None  # the criterion's name
    reason: str | None = None  # one sentence
    margin: float | None = None  # (value - threshold) / (best possible - threshold) of the deciding criterion
    criteria: list[str] = []  # one sentence a criterion that was weighed, in order
    thresholds: dict[str, float] = {}  # by field that is held against it, or bits_ratio = bits_total / bits_table

    # what stands in the way of a verdict
    in_the_way: str | None = None  # one sentence, where the verdict is undetermined
    would_decide: str | None = None  # what to bring next, where the verdict is undetermined
    effect_site: str | None = None  # the hidden site whose units are meant here
    effect_explained: float | None = None  # share of its effect on the outputs that the explanation accounts for
    units_left: int | None = None  # of which less than .90 of the variance is explained
    left: list[LeftUnit] = []  # the first of them, by their effect
    left_share: float | None = None  # of the effect, by all of them
    left_directions: int | None = None  # of the outputs that hold .90 of what they miss
    left_bits: float | None = None  # of their cheapest table
    left_table: str | None = None  # what that table lists

    # the explanation
    extractor: str | None = None
    template: str | None = None
    formula: str | None = None  # sympy string
    formula_latex: str | None = None
    formula_mathml: str | None = None
    read_steps: list[StepLine] = []  # one a step
    groups: list[str] = []  # one line a group of units
    gallery_formulas: list[str] = []  # one a shown unit, in the order of gallery.unit
    refusals: list[str] = []
    notes: list[str] = []
    motifs: list[str] = []  # parts that programs of several families share, by the names of `compare.motifs`
    frequencies: list[int] = []
    variables: list[str] = []
    units_kept: int | None = None
    units_total: int | None = None
    precision: int | None = None  # bits a constant in the chosen code

    # the two programs
    net_program: str | None = None  # what was read in the net, as an s-expression; None where the words are missing
    net_strict: bool | None = (
        None  # loop, else machine: right on 10,000 fresh streams of two lengths; as the net up to exact_to
    )
    net_lenient: bool | None = None  # on ten of the training length
    state_values: int | None = None  # that the state takes which the program carries along, on sequences like its own
    exact_to: int | None = None  # length up to which the net answers every sequence of its samples rightly
    followed_to: int | None = None  # the same of what was read, by the net's answers
    right_to: int | None = None  # and by the right ones
    net_program_nodes: int | None = None  # equal subexpressions once; of a machine states times letters
    net_loop: str | None = None  # what was read in a net over sequences, as a Python function
    net_loop_of_answers: str | None = None  # what the same search makes of the net's answers alone
    net_agreement: float | None = None  # of the program, run, with the net's answers on the rows that are reported
    agreement_throughout: list[float] = []  # of each of `lengths`, sequences answered as the net at all that counts
    same_function: str | None = None  # equal, alike or different from the synthesizer's program
    same_how: str | None = None  # one sentence: the proof, the bound or the input that shows it
    same_program: bool | None = None  # one text, up to the laws that the primitives declare

    # the synthesizer
    program: str | None = None  # s-expression
    program_loop: str | None = None  # over streams, as a Python function
    synth_strict: bool | None = None  # right on fresh streams as net_strict, and on words that the task never draws
    bits_reference: float | None = None  # of the task's definition, as a person would write it in the same words
    program_published: str | None = None  # who has solved the task before
    program_latex: str | None = None
    program_statement: str | None = None  # what is claimed of it
    program_candidates: int | None = None
    program_distinct: int | None = None
    program_seconds: float | None = None
    program_rate: float | None = None  # candidates a second

    # behaviour, fractions in [0, 1]; balanced over classes where classes are unbalanced
    match_train: float | None = None
    match_test: float | None = None
    match_domain: float | None = None  # of samples, on those reported on
    lengths: list[int] = []  # of the sequences of match_domain, then of match_longer
    match_longer: list[float] = []  # beyond the training range, a sample each
    match_throughout: list[float] = []  # of each of `lengths`, sequences that are right at every position that counts
    match_snapped: list[float] = []  # the same, a state replaced by its nearest codeword at every time
    match_parts: dict[str, float] = {}  # of match_domain, by the parts that the task names
    halves: dict[
        str, float
    ] = {}  # by site: share of the recombinations of two pictures' halves there that are answered
    halves_control: dict[str, float] = {}  # the same of random places in place of the upper half
    match_chance: float | None = None  # what guessing scores on the held-out rows

    # S
    coverage: float | None = None  # of outputs and activations that the replaced sites carry
    coverage_answers: float | None = None  # of the net's answers, by the replaced sites alone
    s_agreement: float | None = None  # with the net, on rows that no constant was fitted on
    s_low: float | None = None  # Wilson interval, 95 %
    s_high: float | None = None
    s_domain: float | None = None  # the same on all rows
    s_right: float | None = None  # the same of the net's right answers alone
    s_variance: float | None = None  # effect-weighted explained variance of the hidden site, rows not fitted on
    s_control: float | None = None  # agreement of the control with the true terms forbidden
    s_control_variance: float | None = None
    s_exact: float | None = None  # agreement, the program itself in place of what is fitted to the net
    s_permuted: float | None = None  # agreement of the same fitter on permuted data

    # D
    d_r2: float | None = None
    d_control: float | None = None
    d_dictionary: float | None = None  # exchange of all variables at once
    d_same: float | None = None  # of a state: another codeword of the same value changes nothing
    d_lands: float | None = None  # of a state held by directions: share of what follows an exchange that is as it says
    closure: float | None = None  # of a state's codewords and inputs, by the net's own update

    # variables on the way, beside the verdict
    held: list[HeldLine] = []  # one a variable

    # heads over sequences, beside the verdict
    heads: list[HeadLine] = []  # one a head, then chance
    heads_two: list[str] = []  # the two that keep most when all others take their means
    heads_kept: float | None = None  # by those two, of the gain over all heads at their means

    # rate maps over the plane, beside the verdict
    maps_hexagonal: float | None = None  # share of the live units whose grid score is above their own limit
    maps_periodic: float | None = None  # of those whose autocorrelogram rises again by more than that of maps as coarse
    maps_units: int | None = None  # that are live
    maps_chance: float | None = None  # what either share is of Gaussian maps

    # objects in pictures that nets draw, by object and mostly at a site, beside the verdict
    objects_right: dict[str, float] = {}  # share of its pixels that are right in every channel
    objects_iou: dict[str, float] = {}  # intersection over union of one unit above a quantile with it, on other rows
    objects_shuffled: dict[str, float] = {}  # the same of masks of other pictures
    objects_told: dict[str, float] = {}  # area under the curve of a line that tells whether it is there
    objects_removed: dict[str, float] = {}  # of the pixels drawn as it, those that are not without four units
    objects_others: dict[str, float] = {}  # the same of the other objects' pixels, a mean over objects
    objects_random: dict[str, float] = {}  # of its own without as many random units
    objects_inserted: dict[str, float] = {}  # of its pixels, those drawn as it with the four put into other pictures
    objects_inserted_random: dict[str, float] = {}  # with as many random units
    objects_drawn: dict[str, float] = {}  # share of the pictures with it that have some pixels in its colour
    objects_misplaced: dict[str, float] = {}  # the same where it is asked for against the task's rules

    # the same in the numbers that a net draws them from
    objects_latent: dict[str, float] = {}  # area under the curve of a line that tells whether it is there
    objects_sampled: dict[str, float] = {}  # share of the pictures drawn from the prior that have it
    objects_alone: dict[str, float] = {}  # of those with a part of an object, the share without the whole
    objects_formulas: dict[str, str] = {}  # of the numbers: for whether it is there, and for where
    objects_there: dict[str, float] = {}  # area under the curve of the first, on other pictures
    objects_place: dict[str, float] = {}  # share of the variance that the second explains, on other pictures

    # the program by which a net paints pictures, beside the verdict
    painting: dict[str, str] = {}  # by object, from the back to the front, where it is; then those not found
    painting_code: list[str] = []  # the same as lines of Python
    painting_iou: dict[str, float] = {}  # by object, intersection over union of the net's pixels and the program's
    painting_left: dict[str, float] = {}  # by object, what the program leaves of how it differs from the mean picture
    painting_alike: dict[str, float] = {}  # share of the pixels, of the program and its controls
    painting_explained: dict[str, float] = {}  # share of the variance around the mean picture, the same
    painting_whole: dict[str, float] = {}  # share of the pictures that are alike in every pixel, the same
    painting_bits: dict[str, float] = {}  # of the program, of its exceptions, and of a table of the pictures

    # boards, beside the verdict
    squares_groups: list[str] = []  # of features of the board that the state holds, in the order of the bits they save
    squares_explained: list[float] = []  # share of the state's variance, with each of those more
    squares_kept: list[float] = []  # share of the net's sets that stay with the code as its state, the same
    squares_kept_right: float | None = None  # of those of them that are right, with the whole code
    squares_kept_once: float | None = None  # with the whole code at one time, then and later
    squares_kept_colours: float | None = None  # squares_kept of the wrong frame: occupied squares, absolute colours
    squares_wrong: list[float] = []  # moves wrong in a set, the state moved to another board: at once, a move later, ..
    squares_wrong_each: list[float] = []  # at once, with each group more
    squares_wrong_colours: list[float] = []  # squares_wrong of the wrong frame
    squares_wrong_none: list[float] = []  # squares_wrong with the state left as it is
    squares_pairs: list[int] = []  # of boards that these three are means over
    squares_live: float | None = None  # share of the live discs that a line reads off the state as mine or yours
    squares_live_untrained: float | None = None  # off the same net untrained
    squares_live_majority: float | None = None  # by what is most common on a square after as many moves

    # B, in bits
    bits_total: float | None = None
    bits_dictionary: float | None = None
    bits_alignment: float | None = None
    bits_exceptions: float | None = None
    exceptions: float | None = None  # share of the net's answers on which the code by itself errs
    bits_formula: float | None = None
    bits_table: float | None = None
    table_of: str | None = None  # what the table lists: every input, counted answers of a sample, nearest neighbours
    bits_weights: float | None = None
    bits_program: float | None = None
    bits_affine: float | None = None  # the baseline of affine units, for Boolean inputs
    bits_machine: float | None = None  # of a state: the table of its values and the inputs
    bits_control: float | None = None  # of the control's shortest code, where B asks for one; at most the table's

    # evidence for a table, the ablation pair, the certificate
    refit_random: float | None = None  # random labels that a read-out of the frozen hidden layer refits
    refit_task: float | None = None  # of the task on rows that a read-out refitted on half of them has not seen
    refit_width: float | None = None  # hidden units a row
    local_units: float | None = None  # share of units that fire on about one row
    ablation_keep: float | None = None  # accuracy with only the explained part
    ablation_remove: float | None = None  # accuracy without it
    certificate: float | None = None  # share of the domain proven right by formula and worst residual
    certificate_seconds: float | None = None
    logit_variance: float | None = None  # explained by the formula, in place of the net

    # along training, in steps
    step_formation: float | None = None
    step_cleanup: float | None = None
    step_generalisation: float | None = None
    steps: int | None = None
    seconds_train: float | None = None
    seconds_judge: float | None = None


SEARCH_FAILED = "the search failed: "  # begins the statement of a program that was not searched for to the end
REQUIRED = ("suite", "task", "size", "net", "recipe", "seed", "cell")


def to_line(record: Record) -> str:
    """One line of JSON."""
    return msgspec.json.encode(record).decode()


def from_line(line: str | bytes) -> Record:
    """The record of one line; msgspec.ValidationError or DecodeError says what is wrong with it."""
    return msgspec.json.decode(line, type=Record)


def schema() -> dict:
    """JSON schema of a record."""
    return msgspec.json.schema(Record)
