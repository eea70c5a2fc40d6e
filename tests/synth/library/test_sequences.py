"""Sequences: selectors and aggregates say the same in every view; RASP's standard programs can be written."""

import numpy as np
import pytest

from synth import INT, SELECTOR, SEQUENCE, Fn, Spec, lists_of_rows, on_batches, parse, rows_of_lists, solve
from synth.library import SEQUENCES
from tests.synth.language.vector_views import LIBRARY, drawn, views

KINDS = {"a": SEQUENCE, "b": SEQUENCE, "n": INT}
BACKWARDS = "(zip_seq minus (map_seq dec (length_seq a)) (indices a))"
COUNTS = "(selector_width (select same a a))"
EARLIER = "(selector_and (select same {0} {0}) (select below (indices a) (indices a)))"
RANK = f"(selector_width (selector_or (select below {{0}} {{0}}) {EARLIER}))"


@pytest.mark.parametrize(
    "text",
    [
        f"(aggregate (select same (indices a) {BACKWARDS}) a)",
        COUNTS,
        "(aggregate (select (lambda (x y) (lt x (add y n))) a b) (indices b))",
        "(selector_width (selector_not (select below a b)))",
        "(selector_width (selector_or (select same a b) (select always b a)))",
        "(zip_seq times (fill n a) (indices a))",
        f"(aggregate (select same {RANK.format('a')} (indices a)) a)",
        "(aggregate (last_of (causal (select same (previous a) b))) b)",
        "(aggregate_else n (first_of (select above a b)) (to_end b))",
        "(most_common (selector_not (least_of (everywhere b) a)) b)",
        "(aggregate (greatest_of (causal (select different a b)) b) a)",
        "(zip_seq minus (ranks a) (following (next_above a)))",
        "(zip_seq plus (max_so_far a) (min_so_far b))",
        "(compare_seq below (selector_width (earlier (select same a b))) a)",
    ],
)
def test_views_agree(text):
    rows = drawn(KINDS, 8, seed=4)
    first, *others = views(text, KINDS, rows)
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"(aggregate (select same (indices a) {BACKWARDS}) a)", lambda a: a[::-1]),
        (COUNTS, lambda a: [a.count(x) for x in a]),
        (f"(aggregate (select same {RANK.format('a')} (indices a)) a)", sorted),
        (
            f"(aggregate (select same {RANK.format(f'(map_seq negate {COUNTS})')} (indices a)) a)",
            lambda a: [a[i] for i in sorted(range(len(a)), key=lambda i: (-a.count(a[i]), i))],
        ),
        ("(aggregate (select same (indices a) (map_seq dec (indices a))) a)", lambda a: [0, *a][: len(a)]),
        ("(aggregate (select always a a) a)", lambda a: [sum(a) // len(a) for _ in a]),
        ("(aggregate (select same (indices a) (to_end a)) a)", lambda a: a[::-1]),
        ("(aggregate (select same (ranks a) (indices a)) a)", sorted),
        ("(most_common (causal (everywhere a)) a)", lambda a: [mode(a[: i + 1]) for i in range(len(a))]),
        ("(aggregate_else (sub 0 1) (last_of (causal (select same (previous a) a))) a)", lambda a: induced(a)),
        ("(selector_width (first_of (earlier (select same a a))))", lambda a: [a[i] in a[:i] for i in range(len(a))]),
        ("(aggregate_else 0 (first_of (select above a a)) (indices a))", lambda a: [larger(a, x) for x in a]),
    ],
    ids=[
        *("reverse", "histogram", "sort", "most_frequent_first", "shift", "mean", "backwards", "ranked", "most_common"),
        *("induction", "seen", "larger"),
    ],
)
def test_programs_of_rasp(text, expected):
    rows = [{"a": a, "b": [], "n": 0} for a in ([3, 1, 3, 2], [5], [], [2, 2, -1, 0, -1, 2])]
    assert views(text, KINDS, rows)[0] == [expected(row["a"]) for row in rows]


def mode(a):
    return min(a, key=lambda x: (-a.count(x), x))


def larger(a, x):
    return next((j for j, y in enumerate(a) if y > x), 0)


def induced(a):
    """After the last earlier item that the item before equals; before the first item is 0."""
    before = [0, *a]
    return [next((a[j] for j in range(i, -1, -1) if before[j] == x), -1) for i, x in enumerate(a)]


LONG = {
    "(aggregate (select same (ranks a) (indices a)) a)": sorted,
    "(most_common (causal (everywhere a)) a)": lambda a: [mode(a[: i + 1]) for i in range(len(a))],
    "(aggregate_else (sub 0 1) (last_of (causal (select same (previous a) a))) a)": induced,
    "(selector_width (selector_not (selector_or (select same a a) (select above a a))))": lambda a: [
        sum(y < x for y in a) for x in a
    ],
}


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_programs_run_at_any_length(text, backend):
    program = parse(text, LIBRARY, {"a": SEQUENCE})
    random = np.random.default_rng(0)
    lengths = np.array([150, 0, 63, 97])
    batch = random.integers(-3, 7, (4, 150))
    expected = [LONG[text](row[:length].tolist()) for row, length in zip(batch, lengths, strict=True)]
    found = on_batches(program, {"a": batch}, lengths, backend)
    assert [row[:length].tolist() for row, length in zip(found, lengths, strict=True)] == expected
    assert not any(row[length:].any() for row, length in zip(found, lengths, strict=True))
    rows = rows_of_lists([row[:length].tolist() for row, length in zip(batch, lengths, strict=True)], 150)
    assert lists_of_rows(program.run({"a": rows}, backend)) == expected


def test_selectors_of_batches_are_matrices():
    program = parse("(causal (select same a a))", LIBRARY, {"a": SEQUENCE})
    found = on_batches(program, {"a": np.array([[1, 2, 1, 1]])}, np.array([3]))
    assert found[0].astype(int).tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_batches_ask_for_sequences_of_one_shape():
    same = parse("(select same a b)", LIBRARY, {"a": SEQUENCE, "b": SEQUENCE})
    two = np.zeros((2, 3), int)
    with pytest.raises(ValueError, match=r"expected sequences of one shape \(n, time\), got a \(2, 3\), b \(3,\)"):
        on_batches(same, {"a": two, "b": two[0]})
    with pytest.raises(ValueError, match="expected 2 lengths of at most 3, got array"):
        on_batches(same, {"a": two, "b": two}, np.array([3, 4]))
    with pytest.raises(ValueError, match="expected 'numpy' or 'jax', got 'torch'"):
        on_batches(same, {"a": two, "b": two}, backend="torch")
    with pytest.raises(ValueError, match="expected a program from sequences to a sequence or selector"):
        on_batches(parse("(add n n)", LIBRARY, {"n": INT}), {"n": np.arange(2)})
    assert on_batches(same, {"a": two, "b": two}).all()


def test_selectors_of_long_sequences_are_no_results_and_searches_are_refused():
    wide, narrow = rows_of_lists([[1] * 63], 63), rows_of_lists([[1] * 62], 62)
    program = parse("(select same a a)", LIBRARY, {"a": SEQUENCE})
    with pytest.raises(ValueError, match="expected selectors of at most 62 positions, got a longer one"):
        program.run({"a": wide})
    assert program.run({"a": narrow})[0, 1] == 2**62 - 1
    kind = Fn((SEQUENCE,), SEQUENCE)
    with pytest.raises(ValueError, match="room for at most 62 items in a language of selectors, got room for 63"):
        solve(Spec(type=kind, inputs=(wide,), outputs=wide), SEQUENCES)
    assert solve(Spec(type=kind, inputs=(narrow,), outputs=narrow), SEQUENCES).program.show() == "a"


def test_selectors_have_a_largest_size():
    wide = np.zeros((2, 1 + 63), np.int64)
    with pytest.raises(ValueError, match="selectors of at most 62 positions, got a capacity of 63"):
        Spec(type=Fn((SELECTOR,), SELECTOR), inputs=(wide,), outputs=wide)
    assert Spec(type=Fn((SELECTOR,), SELECTOR), inputs=(wide[:, 1:],), outputs=wide[:, 1:])
