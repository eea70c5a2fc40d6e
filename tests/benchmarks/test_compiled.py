"""Compiled transformers compute their program on every input of a small domain, and look-alikes do not."""

import itertools

import numpy as np
import pytest

from benchmarks.controls import CONTROLS
from benchmarks.controls.compiled import compiled, known
from benchmarks.controls.selects.known import KNOWN, LIBRARY
from benchmarks.names import find
from benchmarks.tasks import Task
from benchmarks.tasks.sampling import Own
from synth import INT, SEQUENCE, Fn, on_batches, parse
from tests.slowly import slowly

NAMES = [one.name for one in KNOWN]
BINARY = np.array([[0, *bits] for bits in itertools.product((1, 2), repeat=6)])
THREE = np.array([[0, *letters] for letters in itertools.product((1, 2, 3), repeat=4)])
PADDED = np.array(
    [[0, *x] for x in itertools.product((1, 2, 3), repeat=4) if x == tuple(sorted(x, key=lambda v: v == 3))]
)


def agreement(net, params, program, rows, *, blank=None, shown=None):
    """Share of the positions after the first, or of those shown, where a net answers what the program says."""
    within = rows != blank
    expected = on_batches(program, {"a": rows}, within.sum(axis=1))
    counted = within & (np.arange(rows.shape[1]) > 0) if shown is None else shown
    found = np.asarray(net.apply(params, rows)[0]).argmax(axis=-1)
    return float(np.mean((found == expected)[counted]))


def run(text, rows, *, classes, **options):
    program = parse(text, LIBRARY, {"a": SEQUENCE})
    net, params = compiled(program, rows, alphabet=int(rows.max()) + 1, classes=classes, **options)
    blank = rows.max() if options.get("padded") else None
    return agreement(net, params, program, rows, blank=blank)


@pytest.mark.parametrize(
    ("text", "rows", "classes"),
    [
        ("(previous (following a))", THREE, 4),
        ("(aggregate (last_of (causal (select same (previous a) a))) a)", THREE, 4),
        ("(selector_width (select same a a))", THREE, 5),
        ("(selector_width (selector_and (select same a a) (select below (indices a) (indices a))))", THREE, 5),
        ("(aggregate (select same (indices a) (to_end a)) a)", THREE, 4),
        ("(aggregate (first_of (causal (selector_not (select same a a)))) (to_end a))", THREE, 6),
        ("(zip_seq minus (length_seq a) (indices a))", THREE, 6),
        ("(aggregate (greatest_of (causal (select below a a)) a) (previous a))", THREE, 4),
        ("(aggregate (causal (everywhere a)) a)", THREE, 4),
        ("(map_seq (lambda (x) (if_int (gt x 1) 1 0)) (selector_width (causal (select same a a))))", BINARY, 2),
        ("(selector_width (selector_or (select below a a) (select same a a)))", THREE, 6),
        ("(zip_seq plus a (fill 2 a))", BINARY, 5),
        ("(compare_seq above (selector_width (earlier (select same a a))) (to_end a))", THREE, 2),
        ("(aggregate (last_of (earlier (select same a a))) (indices a))", THREE, 5),
        ("(aggregate (earlier (everywhere a)) a)", BINARY, 3),
        ("(aggregate_else 0 (select same (indices a) (map_seq dec (indices a))) (indices a))", THREE, 5),
    ],
)
def test_a_compiled_net_is_its_program_on_every_input(text, rows, classes):
    assert run(text, rows, classes=classes) == 1.0


def test_positions_may_be_told_apart_one_by_one():
    text = "(aggregate (last_of (causal (select same (previous a) a))) a)"
    assert run(text, THREE, classes=4, relative=False, rotation_seed=3, noise=0.001) == 1.0


def test_blanks_are_not_seen():
    assert run("(selector_width (select same a a))", PADDED, classes=5, padded=True) == 1.0
    assert run("(aggregate (select same (indices a) (to_end a)) a)", PADDED, classes=4, padded=True) == 1.0


def scored(name, rows, letters):
    """Where a known program's answers are asked for."""
    if name == "sort_unique":
        return (np.arange(rows.shape[1]) >= (rows == letters + 1).argmax(axis=1)[:, None]) & (rows != letters + 2)
    if name in ("one_hop", "two_hops"):
        return rows > letters**2
    return None


@pytest.mark.parametrize(
    "name", slowly(NAMES, ("previous", "histogram", "reverse", "may_close", "two_hops", "running_max"))
)
def test_known_programs_run_rotated_and_noised_and_their_near_misses_do_not(name):
    one = find("known program", name, KNOWN)
    blank = one.symbols(one.letters) - 1 if one.padded else None

    def right(**options):
        net, params, program, rows = known(name, **options)
        rows = rows[:100]
        return agreement(net, params, program, rows, blank=blank, shown=scored(name, rows, one.letters))

    assert right(rotation_seed=None) == 1.0
    assert right(rotation_seed=1, noise=0.005) == 1.0
    for miss in ("cut", "shuffled", "offset"):
        assert right(rotation_seed=1, miss=miss) < 0.95


def test_rotations_and_noise_change_every_weight_but_not_the_answers():
    own, turned = known("induction", rotation_seed=None)[1], known("induction", rotation_seed=2)[1]
    assert (np.asarray(own["E"]) == 0).mean() > 0.9
    assert all((np.asarray(turned[name])[0] != 0).mean() > 0.9 for name in "EQKVO" if name != "Q")
    noisy = known("induction", rotation_seed=2, noise=0.05)[1]
    change = np.asarray(noisy["U"]) - np.asarray(turned["U"])
    assert change.std() == pytest.approx(0.05 * np.sqrt(np.mean(np.asarray(turned["U"]) ** 2)), rel=0.1)


def test_what_cannot_be_compiled_is_refused():
    def refusal(text, message, rows=THREE, **options):
        with pytest.raises(ValueError, match=message):
            run(text, rows, classes=options.pop("classes", 9), **options)

    refusal("a", "expected rows of symbols below 4, 0 at the first position and nowhere else", rows=THREE[:, 1:])
    refusal("(zip_seq minus a (indices a))", "expected answers from 0 to 8")
    refusal("(previous (most_common (everywhere a) a))", "expected the most common value as the answer itself")
    refusal("(selector_width (first_of (select same a a)))", "without first, last, least or greatest")
    refusal("(aggregate (causal (first_of (select same a a))) a)", "expected selectors of one table")
    refusal("(selector_width (selector_or (select same a a) (select same (indices a) a)))", "the same two sequences")
    refusal("(aggregate (selector_and (first_of (select same a a)) (select same a a)) a)", "that is joined before")
    refusal("a", "expected a width of at least", width=2)
    refusal("a", "expected a program with a head to miss", miss="cut")
    refusal("(previous a)", "expected a miss among cut, shuffled, offset, got 'none'", miss="none")
    with pytest.raises(ValueError, match="expected a program of one sequence that gives a sequence, got"):
        compiled(parse("(add n n)", LIBRARY, {"n": INT}), THREE, alphabet=4, classes=9)
    with pytest.raises(ValueError, match="unknown known program 'reversed'; did you mean 'reverse'"):
        known("reversed")
    assert run("a", THREE, classes=4) == 1.0


RISING = Task(
    name="running_max",
    doc="The largest letter so far.",
    type=Fn((SEQUENCE,), SEQUENCE),
    oracle=lambda n, x: np.maximum.accumulate(x, axis=1),
    sizes=(4,),
    values=lambda n: n + 1,
    classes=lambda n: n + 1,
    library=("sequences", "functions"),
    train=Own(lambda n, rows, rng: np.pad(rng.integers(1, n + 1, (rows, 8)), ((0, 0), (1, 0))), "8 letters"),
    test=(Own(lambda n, rows, rng: np.pad(rng.integers(1, n + 1, (rows, 12)), ((0, 0), (1, 0))), "12 letters"),),
)


@pytest.mark.parametrize("seed", [0, 3])
def test_controls_of_a_task_run_it_at_any_length(seed):
    rows = np.pad(np.random.default_rng(5).integers(1, 5, (50, 12)), ((0, 0), (1, 0)))

    def right(name):
        net, params = find("control", name, CONTROLS).make(RISING, 4, seed)
        return float(np.mean(np.asarray(net.apply(params, rows)[0]).argmax(axis=-1) == RISING.oracle(4, rows)))

    assert right("compiled") == 1.0
    assert max(right(f"compiled_{miss}") for miss in ("cut", "shuffled", "offset")) < 0.95


def test_controls_of_sequences_refuse_other_tasks():
    from benchmarks.tasks import TASKS

    with pytest.raises(ValueError, match="control 'compiled': expected a task among induction"):
        find("control", "compiled", CONTROLS).make(find("task", "mod_add", TASKS), 5, 0)
