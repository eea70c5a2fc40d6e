"""LIST: functions of lists in the manner of DeepCoder (Balog et al. 2017), as plain Python functions with inputs.

Twenty targets are compositions of three of DeepCoder's functions, twenty of four, and twelve need a function of their
own (a lambda with a body of at most five nodes) in map, filter, count, zip, scan or fold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth import INT, LIST, Fn, Primitive, Spec, Type, lists_of_rows, rows_of_lists
from synth.library import ARITH, CHOICE, CONSTANTS, DEEPCODER, FUNCTIONS, LISTS

CAPACITY = 10
LARGEST = 20  # absolute value of an item
EXAMPLES = 10
HELD_OUT = 200
SEED = 20170208

PIPELINES = (*DEEPCODER, *FUNCTIONS)
LAMBDAS = (*LISTS, *FUNCTIONS, *ARITH, *CHOICE, *CONSTANTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A function of plain lists and integers; `functions` is 3 or 4, or 0 where a lambda is needed."""

    name: str
    type: Fn
    oracle: Callable[..., Any]
    functions: int

    @property
    def library(self) -> tuple[Primitive, ...]:
        return PIPELINES if self.functions else LAMBDAS


def scanned(f: Callable[[int, int], int], xs: list[int]) -> list[int]:
    states = xs[:1]
    for x in xs[1:]:
        states.append(f(states[-1], x))
    return states


def folded(f: Callable[[int, int], int], start: int, xs: list[int]) -> int:
    for x in xs:
        start = f(start, x)
    return start


def paired(f: Callable[[int, int], int], xs: list[int], ys: list[int]) -> list[int]:
    return [f(x, y) for x, y in zip(xs, ys, strict=False)]


def evens(xs: list[int]) -> list[int]:
    return [x for x in xs if x % 2 == 0]


def odds(xs: list[int]) -> list[int]:
    return [x for x in xs if x % 2 == 1]


def above(xs: list[int]) -> list[int]:
    return [x for x in xs if x > 0]


def under(xs: list[int]) -> list[int]:
    return [x for x in xs if x < 0]


def first(n: int, xs: list[int]) -> list[int]:
    return xs[: max(n, 0)]


def without(n: int, xs: list[int]) -> list[int]:
    return xs[max(n, 0) :]


def plus(x: int, y: int) -> int:
    return x + y


def minus(x: int, y: int) -> int:
    return x - y


def times(x: int, y: int) -> int:
    return x * y


ONE, NUMBER = Fn((LIST,), LIST), Fn((LIST,), INT)
TWO, BOTH = Fn((LIST, LIST), LIST), Fn((LIST, LIST), INT)
COUNTED, COUNTED_NUMBER = Fn((INT, LIST), LIST), Fn((INT, LIST), INT)

THREE = (
    ("sorted_doubled_evens", ONE, lambda a: sorted(2 * x for x in evens(a))),
    ("sum_of_squared_positives", NUMBER, lambda a: sum(x * x for x in above(a))),
    ("largest_sum_of_neighbours_in_order", NUMBER, lambda a: max(paired(plus, a, sorted(a)), default=0)),
    ("dot_with_sorted", BOTH, lambda a, b: sum(paired(times, a, sorted(b)))),
    ("palindromic_sums", ONE, lambda a: sorted(paired(plus, a, a[::-1]))),
    ("last_of_running_max_of_negated", NUMBER, lambda a: max((-x for x in a), default=0)),
    ("smallest_first", COUNTED_NUMBER, lambda a, b: sum(first(a, sorted(b)))),
    ("without_smallest_backwards", COUNTED, lambda a, b: without(a, sorted(b))[::-1]),
    ("running_sum_of_odds", ONE, lambda a: [4 * x for x in scanned(plus, odds(a))]),
    ("pairwise_larger_sorted", TWO, lambda a, b: sorted(paired(max, a, b[::-1]))),
    ("count_of_positive_differences", BOTH, lambda a, b: sum(1 for x in paired(minus, a, sorted(b)) if x > 0)),
    ("halved_running_min", ONE, lambda a: scanned(min, [x // 2 for x in a])[::-1]),
    ("third_of_squares_sorted", ONE, lambda a: sorted(x * x // 3 for x in a)),
    ("sum_of_running_sum_of_decremented", NUMBER, lambda a: sum(scanned(plus, [x - 1 for x in a]))),
    ("evens_of_prefix_tripled", COUNTED, lambda a, b: [3 * x for x in evens(first(a, b))]),
    ("negatives_backwards_squared", ONE, lambda a: [x * x for x in under(a)][::-1]),
    ("item_at_length_of_positives", NUMBER, lambda a: dict(enumerate(sorted(a))).get(len(above(a)), 0)),
    ("largest_product", BOTH, lambda a, b: max(paired(times, a, b[::-1]), default=0)),
    ("running_difference_incremented", ONE, lambda a: [x + 1 for x in scanned(minus, sorted(a))]),
    ("items_after_the_smallest_count", ONE, lambda a: [-x for x in without(sum(1 for x in a if x < 0), a)]),
)
FOUR = (
    ("sum_of_last_squares", COUNTED_NUMBER, lambda a, b: sum(first(a, [x * x for x in b[::-1]]))),
    ("positive_products_in_order", TWO, lambda a, b: sorted(above(paired(times, a, b)))[::-1]),
    ("doubled_running_sum_of_sorted_evens", ONE, lambda a: [2 * x for x in scanned(plus, sorted(evens(a)))]),
    ("largest_of_differences_to_backwards", NUMBER, lambda a: max(paired(minus, a, scanned(plus, a[::-1])), default=0)),
    ("dot_of_sorted_and_backwards", BOTH, lambda a, b: sum(paired(times, sorted(a), b[::-1]))),
    ("count_of_even_sums", BOTH, lambda a, b: len(evens(paired(plus, sorted(a), sorted(b))))),
    ("squares_of_odds_summed_up", ONE, lambda a: scanned(plus, [x * x for x in odds(a)])[::-1]),
    ("prefix_of_sorted_positives_halved", COUNTED, lambda a, b: [x // 2 for x in first(a, sorted(above(b)))]),
    ("spread_with_running_max", ONE, lambda a: sorted(paired(minus, scanned(max, a), a))[::-1]),
    ("sum_of_smaller_of_sorted", BOTH, lambda a, b: sum(paired(min, sorted(a), sorted(b)))),
    ("negated_odds_in_order_tripled", ONE, lambda a: [3 * x for x in sorted(-x for x in odds(a))]),
    ("largest_of_running_product_sums", NUMBER, lambda a: max(scanned(plus, paired(times, a, a[::-1])), default=0)),
    ("rest_of_sorted_squares_sum", COUNTED_NUMBER, lambda a, b: sum(without(a, sorted(x * x for x in b)))),
    ("evens_of_running_sum_sorted", ONE, lambda a: sorted(evens(scanned(plus, [x + 1 for x in a])))),
    ("quarter_of_larger_pairs", TWO, lambda a, b: [x // 4 for x in paired(max, sorted(a), b[::-1])]),
    ("count_of_even_sums_of_squares", NUMBER, lambda a: len(evens(scanned(plus, [x * x for x in a[::-1]])))),
    (
        "item_at_of_sorted_differences",
        COUNTED_NUMBER,
        lambda a, b: dict(enumerate(sorted(paired(minus, b, b[::-1])))).get(a, 0),
    ),
    ("backwards_running_max_of_squares", ONE, lambda a: scanned(max, [x * x for x in a[::-1]])[::-1]),
    ("sum_of_evens_of_products", BOTH, lambda a, b: sum(evens(paired(times, a, [y - 1 for y in b])))),
    ("differences_of_sorted_halves", ONE, lambda a: paired(minus, sorted(a), sorted(x // 2 for x in a))),
)
WITH_LAMBDAS = (
    ("map_affine", ONE, lambda a: [3 * x + 1 for x in a]),
    ("map_with_argument", COUNTED, lambda a, b: [a * x - 2 for x in b]),
    ("map_remainder", ONE, lambda a: [x % 7 for x in a]),
    ("map_to_the_larger", COUNTED, lambda a, b: [max(x, a) for x in b]),
    ("filter_above", COUNTED, lambda a, b: [x for x in b if x > a]),
    ("filter_multiples", ONE, lambda a: [x for x in a if x % 5 == 0]),
    ("count_below_square", COUNTED_NUMBER, lambda a, b: sum(1 for x in b if x * x < a)),
    ("zip_distance", TWO, lambda a, b: [abs(x - y) for x, y in zip(a, b, strict=False)]),
    ("zip_weighted", TWO, lambda a, b: [x + 2 * y for x, y in zip(a, b, strict=False)]),
    ("scan_decaying", ONE, lambda a: scanned(lambda s, x: s // 2 + x, a)),
    ("fold_polynomial", NUMBER, lambda a: folded(lambda s, x: 3 * s + x, 0, a)),
    ("sum_of_remainders", NUMBER, lambda a: sum(x % 3 for x in a)),
)


def targets() -> tuple[Target, ...]:
    """All targets: twenty of three functions, twenty of four, twelve with lambdas."""
    return tuple(
        Target(name=name, type=type, oracle=oracle, functions=functions)
        for functions, group in ((3, THREE), (4, FOUR), (0, WITH_LAMBDAS))
        for name, type, oracle in group
    )


def draw(kind: Type, count: int, random: np.random.Generator) -> np.ndarray:
    """Random values of a type: lists of 0 to `CAPACITY` items as rows, integers as counts that may be negative."""
    if kind != LIST:
        return random.integers(-1, CAPACITY, count)
    lengths = np.concatenate([[CAPACITY], random.integers(0, CAPACITY + 1, count - 1)])
    return rows_of_lists([random.integers(-LARGEST, LARGEST + 1, n).tolist() for n in lengths], CAPACITY)


def spec_of(target: Target, count: int = EXAMPLES, seed: int = SEED) -> Spec:
    """Examples of a target; another seed gives held-out ones."""
    random = np.random.default_rng(seed)
    inputs = tuple(draw(kind, count, random) for kind in target.type.args)
    return Spec(type=target.type, inputs=inputs, outputs=answers_of(target, inputs))


def answers_of(target: Target, inputs: tuple[np.ndarray, ...]) -> np.ndarray:
    columns = [
        lists_of_rows(values) if kind == LIST else values.tolist()
        for kind, values in zip(target.type.args, inputs, strict=True)
    ]
    answers = [target.oracle(*row) for row in zip(*columns, strict=True)]
    return rows_of_lists(answers, CAPACITY) if target.type.result == LIST else np.array(answers, dtype=np.int64)
