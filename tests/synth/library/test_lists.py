"""Lists: DeepCoder's functions and fold say the same in every view, and are total."""

import numpy as np
import pytest

from synth import INT, LIST, Fn, Spec, lists_of_rows, rows_of_lists
from tests.synth.language.vector_views import drawn, views

KINDS = {"a": LIST, "b": LIST, "n": INT}


@pytest.mark.parametrize(
    "text",
    [
        "(sort (map double (filter even a)))",
        "(map (lambda (x) (add (mul x n) 1)) a)",
        "(map (lambda (x) 3) a)",
        "(filter (lambda (x) (lt (sum a) x)) a)",
        "(zip plus (reverse a) b)",
        "(zip minus a (scan plus b))",
        "(scan greater a)",
        "(fold (lambda (x y) (add (mul 2 x) y)) n b)",
        "(count_if (lambda (x) (lt n x)) a)",
        "(take_list n a)",
        "(drop_list n a)",
        "(access n a)",
        "(sub (minimum a) (maximum a))",
        "(mul (head a) (last b))",
        "(add (length a) (sum (map (lambda (x) n) a)))",
    ],
)
def test_views_agree(text):
    rows = drawn(KINDS, 12, seed=0)
    first, *others = views(text, KINDS, rows)
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("text", "a", "n", "expected"),
    [
        ("(head a)", [], 0, 0),
        ("(last a)", [], 0, 0),
        ("(minimum a)", [], 0, 0),
        ("(maximum a)", [-3, -5], 0, -3),
        ("(access n a)", [4, 5], -1, 0),
        ("(access n a)", [4, 5], 2, 0),
        ("(take_list n a)", [4, 5], -2, []),
        ("(take_list n a)", [4, 5], 9, [4, 5]),
        ("(drop_list n a)", [4, 5, 6], 1, [5, 6]),
        ("(sort a)", [0, -2, 7, -2], 0, [-2, -2, 0, 7]),
        ("(map third a)", [-1, 4], 0, [-1, 1]),
        ("(filter odd a)", [3, 0, -1, 2], 0, [3, -1]),
        ("(scan minus a)", [9, 1, 2], 0, [9, 8, 6]),
        ("(fold plus n a)", [1, 2], 10, 13),
    ],
)
def test_known_values(text, a, n, expected):
    assert [value[0] for value in views(text, KINDS, [{"a": a, "b": [], "n": n}])] == [expected] * 4


def test_rows_and_lists():
    lists = [[3, -1], [], [5]]
    rows = rows_of_lists(lists, 3)
    assert rows.tolist() == [[2, 3, -1, 0], [0, 0, 0, 0], [1, 5, 0, 0]]
    assert lists_of_rows(rows) == lists
    with pytest.raises(ValueError, match="expected at most 1 items, got 2"):
        rows_of_lists(lists, 1)


GOOD = rows_of_lists([[1, 2], [3]], 4)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        (GOOD, GOOD[:1], "one shape"),
        (GOOD, GOOD[:, :3], "of one capacity"),
        (GOOD[:, 0], GOOD, "of one capacity"),
        (GOOD, np.array([[5, 1, 2, 0, 0], [0, 0, 0, 0, 0]]), "got .5, 1, 2, 0, 0. in row 0"),
        (GOOD, np.array([[1, 1, 0, 0, 0], [0, 0, 7, 0, 0]]), "in row 1"),
    ],
)
def test_bad_specifications(inputs, outputs, message):
    with pytest.raises(ValueError, match=message):
        Spec(type=Fn((LIST,), LIST), inputs=(inputs,), outputs=outputs)
    assert Spec(type=Fn((LIST,), LIST), inputs=(GOOD,), outputs=GOOD).outputs is GOOD
