"""Sequences: selectors and aggregates say the same in every view; RASP's standard programs can be written."""

import numpy as np
import pytest

from synth import INT, SELECTOR, SEQUENCE, Fn, Spec
from tests.synth.language.vector_views import drawn, views

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
    ],
    ids=["reverse", "histogram", "sort", "most_frequent_first", "shift", "mean"],
)
def test_programs_of_rasp(text, expected):
    rows = [{"a": a, "b": [], "n": 0} for a in ([3, 1, 3, 2], [5], [], [2, 2, -1, 0, -1, 2])]
    assert views(text, KINDS, rows)[0] == [expected(row["a"]) for row in rows]


def test_selectors_have_a_largest_size():
    wide = np.zeros((2, 1 + 63), np.int64)
    with pytest.raises(ValueError, match="selectors of at most 62 positions, got a capacity of 63"):
        Spec(type=Fn((SELECTOR,), SELECTOR), inputs=(wide,), outputs=wide)
    assert Spec(type=Fn((SELECTOR,), SELECTOR), inputs=(wide[:, 1:],), outputs=wide[:, 1:])
