"""Plain Python for every task on sequences: lists of integers in; at each position what is right, None where none."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

Items = Sequence[int]
Answers = list[Any]


def causal(f: Callable[[list[int], int], Any]) -> Callable[..., Answers]:
    """Of what came before a letter, and it; none where a sequence begins."""
    return lambda n, x: [None if t == 0 else f(list(x[:t]), v) for t, v in enumerate(x)]


def whole(f: Callable[[list[int], int], Any]) -> Callable[..., Answers]:
    """Of all letters and a place among them."""
    return lambda n, x: [None, *(f(list(x[1:]), t) for t in range(len(x) - 1))]


def induction(n: int, x: Items) -> Answers:
    answers: Answers = []
    for t, symbol in enumerate(x):
        behind = {x[j + 1] for j in range(t) if x[j] == symbol}
        answers.append(behind.pop() if len(behind) == 1 else None)
    return answers


def fixed_offset(n: int, x: Items) -> Answers:
    return [x[t - n + 1] if t >= n else None for t in range(len(x))]


def written(order: Callable[[list[int]], list[int]], end: Callable[[int], int]) -> Callable[..., Answers]:
    """Answers from the separator n + 1 on, then what ends them."""

    def answers(n: int, x: Items) -> Answers:
        given = list(x[1 : x.index(n + 1)])
        right = [*order(given), end(n)]
        return [*[None] * (len(given) + 1), *right, *[None] * (len(x) - 2 - 2 * len(given))]

    return answers


def histogram(n: int, x: Items) -> Answers:
    given = [symbol for symbol in x[1:] if symbol != n + 1]
    return [None, *map(Counter(given).get, given), *[None] * (len(x) - 1 - len(given))]


def most_common(n: int, x: Items) -> Answers:
    ((first, one), (_, other), *_) = [*Counter(v for v in x if 0 < v <= n).most_common(), (0, 0)]
    assert one > other
    return [first if symbol == n + 1 else None for symbol in x]


def brackets(f: Callable[[list[int]], int]) -> Callable[..., Answers]:
    """Of how many are open after none, one, ... of the brackets so far."""
    return lambda n, x: [f([x[: s + 1].count(1) - x[: s + 1].count(2) for s in range(t + 1)]) for t in range(len(x))]


def gap(before: list[int], v: int) -> int:
    return next((back for back in range(1, len(before)) if before[-back] == v), 0)


def other_name(n: int, x: Items) -> Answers:
    return [*[None] * 5, x[2] if x[4] == x[1] else x[1]]


def greater(n: int, x: Items) -> Answers:
    return [None, None, [number > x[1] for number in range(1, n + 1)]]


def hops(k: int, x: Items) -> Answers:
    step = dict(divmod(edge - 1, 8) for edge in x[1:9])
    answers: Answers = [None] * 10
    for symbol in x[10:]:
        node = symbol - 65 - k
        for _ in range(x[9] - 64):
            node = step[node]
        answers.append(node)
    return answers


def after_marker(n: int, x: Items) -> Answers:
    place = x.index(n + 1) + 1
    return [x[place] if t >= place else None for t in range(len(x))]


def two_after(n: int, x: Items) -> Answers:
    """Where the letter came at least two places ago."""
    answers: Answers = []
    for t, symbol in enumerate(x):
        found = [x[j + 2] for j in range(t - 1) if x[j] == symbol]
        answers.append(found[-1] if found else None)
    return answers


def sentences(n: int, x: Items) -> Answers:
    names, years = [v for v in x if 0 < v <= n], [v for v in x if n < v <= n + 20]
    if names:
        (right,) = ([v] for v in names if names.count(v) == 1)
    else:
        right = [v for v in range(n + 1, n + 21) if v > years[0]] if years else [*range(n + 21, n + 25)]
    return [*[None] * (len(x) - 1), [v in right for v in range(1, n + 25)]]


def tree_path(n: int, x: Items) -> Answers:
    parent = {child: above for above, child in (divmod(edge - 1, n) for edge in x[1:n])}
    way = [x[n] - n * n - 1]
    while way[-1] in parent:
        way.append(parent[way[-1]])
    path = way[::-1]
    assert [symbol - n * n - n - 1 for symbol in x[n + 1 : n + len(path)]] == path[:-1]
    return [*[None] * (n + 1), *path[1:], *[None] * (len(x) - n - len(path))]


def markov(n: int, x: Items) -> Answers:
    answers: Answers = []
    for t, symbol in enumerate(x):
        after = [x[j + 1] for j in range(t) if x[j] == symbol]
        answers.append([0.0, *((after.count(v) + 1) / (len(after) + n) for v in range(1, n + 1))])
    return answers


def likely(n: int, came: Sequence[int]) -> list[float]:
    """Of 0 .. n, each letter as often as it came, once more each."""
    return [0.0, *((came.count(v) + 1) / (sum(v > 0 for v in came) + n) for v in range(1, n + 1))]


PLAIN: dict[str, Callable[..., Answers]] = {
    "induction": induction,
    "induction_repeats": induction,
    "fixed_offset": fixed_offset,
    "copy_unique": written(lambda given: given, lambda n: n + 1),
    "reverse_unique": written(lambda given: given[::-1], lambda n: 0),
    "sort_unique": written(sorted, lambda n: 0),
    "histogram": histogram,
    "most_common": most_common,
    "may_close": brackets(lambda open: open[-1] > 0),
    "bracket_state": brackets(lambda open: 2 if min(open) < 0 else min(open[-1], 1)),
    "first_count": causal(lambda before, v: [*before, v].count([*before, v][1])),
    "same_as_first": whole(lambda given, t: given[t] == given[0]),
    "rotate": whole(lambda given, t: given[t - 1]),
    "next_larger": whole(lambda given, t: min([v for v in given if v > given[t]], default=0)),
    "rank": whole(lambda given, t: 1 + sum(v < given[t] for v in given)),
    "mirror_equal": whole(lambda given, t: given[t] == given[len(given) - 1 - t]),
    "last_seen_gap": causal(gap),
    "max_before": causal(lambda before, v: max(*before, v)),
    "three_back": lambda n, x: [x[t - 3] if t > 3 else None for t in range(len(x))],
    "running_max": causal(lambda before, v: max(*before, v)),
    "seen_before": causal(lambda before, v: v in before),
    "other_name": other_name,
    "greater": greater,
    "hops": hops,
    "tree_path": tree_path,
    "sentences": sentences,
    "sentences_names": sentences,
    "sentences_years": sentences,
    "markov": markov,
    "throws": lambda n, x: [likely(n, x[: t + 1]) for t in range(len(x))],
    "latest_throws": lambda n, x: [likely(n, x[max(t - 3, 0) : t + 1]) for t in range(len(x))],
    "new_minimum": causal(lambda before, v: all(v < w for w in before[1:])),
    "previous_count": lambda n, x: [None if t < 2 else list(x[:t]).count(x[t - 1]) for t in range(len(x))],
    "after_marker": after_marker,
    "two_after": two_after,
    "leads": causal(lambda before, v: [*before, v].count(1) > [*before, v].count(2)),
    "swap_pairs": whole(lambda given, t: given[t + 1 if t % 2 == 0 else t - 1]),
}
