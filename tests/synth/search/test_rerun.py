"""Printed Python, run on the examples: what is right, what is wrong and what raises."""

import numpy as np
import pytest

from synth import BOOL, INT, LIST, REAL, Budget, Fn, Found, Spec, rows_of_lists, solve
from synth.search.rerun import rerun


def spec_of(result, outputs, argument=INT, inputs=(1, 2, 3)) -> Spec:
    return Spec(type=Fn((argument,), result), inputs=(np.array(inputs),), outputs=np.array(outputs))


@pytest.mark.parametrize(
    ("body", "spec", "right", "wrong"),
    [
        ("a + a", spec_of(INT, [2, 4, 6]), 3, ""),
        ("a + a", spec_of(INT, [2, 4, 7]), 2, "6 for (3), where the example says 7"),
        ("1 // (a - 2)", spec_of(INT, [-1, 0, 1]), 2, "ZeroDivisionError"),
        ("a / 10", spec_of(REAL, [0.1, 0.2, 0.30000000000000004]), 3, ""),
        ("a / 10", spec_of(REAL, [0.1, 0.2, 0.31]), 2, "0.3 for (3), where the example says 0.31"),
        ("a > 1", spec_of(BOOL, [False, True, True]), 3, ""),
        ("a * 1.0", spec_of(INT, [1, 2, 3]), 0, "1.0 for (1), where the example says 1"),
        ("a ** 200", spec_of(INT, [1, 2, 3]), 1, "an integer of more than 30 digits for (2)"),
    ],
)
def test_rerun(body, spec, right, wrong):
    done = rerun(f"def f(a):\n    return {body}\n", "f", spec)
    assert (done.right, done.of) == (right, 3)
    assert wrong in done.wrong
    assert bool(wrong) == bool(done.wrong)


def test_lists():
    lists = rows_of_lists([[3, 1], []], 4)
    spec = Spec(type=Fn((LIST,), LIST), inputs=(lists,), outputs=rows_of_lists([[1, 3], []], 4))
    assert rerun("def f(a):\n    return sorted(a)\n", "f", spec).right == 2


def test_columns_may_be_called_like_primitives():
    a, b = np.array([1, 4, 7, -3]), np.array([2, 5, 7, 1])
    spec = Spec(type=Fn((INT, INT), INT), inputs=(a, b), outputs=np.maximum(a, b) + b, names=("max", "lambda"))
    found = solve(spec, budget=Budget(seconds=30))
    assert isinstance(found, Found)
    assert {node.name for node in found.program.terminals} <= {"max", "lambda"}
    assert found.program.run({"max": a, "lambda": b}).tolist() == spec.outputs.tolist()
