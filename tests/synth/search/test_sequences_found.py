"""What people write of sequences is found from short examples, and right on longer ones."""

import numpy as np
import pytest

from synth import SEQUENCE, Budget, Fn, Found, Spec, on_batches, rows_of_lists, solve
from synth.library import FUNCTIONS, INTEGERS, SEQUENCES

LIBRARY = (*SEQUENCES, *FUNCTIONS, *INTEGERS)
SHORTEST, LONGEST, LONGER = 2, 8, 100


def mode(a):
    return min(a, key=lambda x: (-a.count(x), x))


def followed(a):
    """What came after the latest earlier place of each item, 0 of none."""
    latest = [max((k for k in range(i) if a[k] == x), default=None) for i, x in enumerate(a)]
    return [0 if place is None else a[place + 1] for place in latest]


TARGETS = {
    "reverse": lambda a: a[::-1],
    "sort": sorted,
    "histogram": lambda a: [a.count(x) for x in a],
    "previous": lambda a: [0, *a[:-1]],
    "most_frequent": lambda a: [mode(a)] * len(a),
    "rank": lambda a: [sum(y < x for y in a) for x in a],
    "running_max": lambda a: [max(a[: i + 1]) for i in range(len(a))],
    "induction": followed,
    "seen": lambda a: [int(x in a[:i]) for i, x in enumerate(a)],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_is_found_from_examples_of_a_few_items(name):
    random = np.random.default_rng(1)
    lists = [random.integers(1, 7, random.integers(SHORTEST, LONGEST + 1)).tolist() for _ in range(40)]
    outputs = [TARGETS[name](xs) for xs in lists]
    spec = Spec(
        type=Fn((SEQUENCE,), SEQUENCE),
        inputs=(rows_of_lists(lists, LONGEST),),
        outputs=rows_of_lists(outputs, LONGEST),
    )
    found = solve(spec, LIBRARY, Budget(seconds=60, effort=0.1))
    assert isinstance(found, Found), found.statement
    fresh = random.integers(1, 7, (3, LONGER))
    assert on_batches(found.program, {"a": fresh}).tolist() == [TARGETS[name](row.tolist()) for row in fresh]
