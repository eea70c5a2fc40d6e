"""Plain Python for the published tasks on sequences, as `plain_sequences` has them for the others."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks.plain_streams import PLAIN as STREAMS

Items = Sequence[int]
Answers = list[Any]


def algorithm(f: Callable[[list[int]], list[int]]) -> Callable[..., Answers]:
    """The answer behind the separator n + 1, and its end; the input alone is looked at."""

    def answers(n: int, x: Items) -> Answers:
        given = list(x[1 : x.index(n + 1)])
        right = [*[None] * (len(given) + 1), *f(given), n + 1]
        assert list(x[len(given) + 2 : len(right)]) == right[len(given) + 1 : -1]
        return [*right, *[None] * (len(x) - len(right))]

    return answers


def winner(given: list[int]) -> int:
    ((first, one), *others) = Counter(given).most_common(2)
    assert all(other < one for _, other in others)
    return first


def addition(given: list[int]) -> list[int]:
    one, other = "".join(str(v - 1) if v < 3 else "+" for v in given).split("+")
    return [1 + int(bit) for bit in f"{int(one, 2) + int(other, 2):b}"]


def after_every_symbol(name: str) -> Callable[..., Answers]:
    """Of a language as its streams have it, which say nothing of what may come first."""
    return lambda n, x: STREAMS[f"next_{name}"](n, [symbol - 1 for symbol in x[1:]])


def placed(f: Callable[[list[int]], list[int]], last: Callable[[int], int]) -> Callable[..., Answers]:
    """At every letter, of all letters; letters are 1 .. n."""

    def answers(n: int, x: Items) -> Answers:
        given = [v for v in x if 0 < v <= n]
        assert set(x) <= set(range(last(n) + 1))
        return [None, *f(given), *[None] * (len(x) - 1 - len(given))]

    return answers


def double_histogram(given: list[int]) -> list[int]:
    often = Counter(given)
    return [Counter(often.values())[often[v]] for v in given]


def by_frequency(given: list[int]) -> list[int]:
    found = [letter for letter, _ in Counter(given).most_common()]  # the first one first among equals
    return found + [0] * (len(given) - len(found))


def brackets(kinds: int, x: Items) -> Answers:
    answers: Answers = [None]
    stack, broken = [], False
    for symbol in x[1:]:
        if symbol <= kinds and not broken:
            stack.append(symbol)
        elif not broken:
            broken = not stack or stack.pop() != symbol - kinds
        answers.append(2 if broken else int(bool(stack)))
    return answers


PLAIN: dict[str, Callable[..., Answers]] = {
    "rasp_bin_majority": algorithm(lambda given: [winner(given)]),
    "rasp_majority": algorithm(lambda given: [winner(given)]),
    "rasp_bin_majority_interleave": algorithm(lambda given: [winner(given[start::3]) for start in range(3)]),
    "rasp_unique_copy": algorithm(lambda given: given),
    "rasp_unique_reverse": algorithm(lambda given: given[::-1]),
    "rasp_sort": algorithm(sorted),
    "rasp_unique_bigram_copy": algorithm(lambda given: given),
    "rasp_repeat_copy": algorithm(lambda given: given),
    "rasp_count": algorithm(lambda given: [*range(given[0], given[1] + 1)]),
    "rasp_parity": algorithm(lambda given: [1 + given.count(2) % 2]),
    "rasp_addition": algorithm(addition),
    "programs_reverse": placed(lambda given: given[::-1], lambda n: n + 2),
    "programs_sort": placed(sorted, lambda n: n + 2),
    "programs_hist": placed(lambda given: [given.count(v) for v in given], lambda n: n + 1),
    "programs_double_hist": placed(double_histogram, lambda n: n + 1),
    "programs_most_freq": placed(by_frequency, lambda n: n + 1),
    "programs_dyck": brackets,
}
LANGUAGES = {
    f"rasp_{name}": after_every_symbol(name)
    for name in ("tomita", "dyck", "repeats", "abab", "ascending", "ab_d_bc", "zero_then_twos")
}
