"""The eleven algorithms of Huang et al. 2026 (arXiv 2602.08857): 0, the input, a separator, the answer.

From the separator on nets are asked for the next symbol of the answer, and in the end for its end. Trained on inputs of
up to 50 symbols, read up to 150. Symbols are 0, the 1 .. n of input and answer, the separator n + 1, the blank n + 2;
as an answer n + 1 is the end.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.sequences.counts import ahead, counts
from benchmarks.tasks.sequences.layout import AT_END, AT_ENDS, begun, behind, cut, different
from benchmarks.tasks.sequences.repeats import from_separator, separator
from benchmarks.tasks.task import Task

BINS = ((1, 50), (51, 100), (101, 150))  # lengths of the input, or where it is two numbers of the answer
NUMBERS, LETTERS, PAIRED = 150, 26, 16  # symbols of lists of numbers, of letters, and of strings without equal pairs
ZERO, ONE, PLUS = 1, 2, 3


class Text(NamedTuple):
    """One string a row: its symbols (rows, longest), anything beyond the length (rows,)."""

    symbols: np.ndarray
    lengths: np.ndarray


Draw = Callable[[int, np.ndarray, int, np.random.Generator], Text]  # (n, lengths, longest, generator)
Rule = Callable[[int, Text], Text]  # (n, inputs) -> answers


class Algorithm(NamedTuple):
    name: str
    doc: str
    size: int  # n
    draw: Draw
    rule: Rule
    longest: int | None = None  # symbols of an answer; None: as many as the input has, or what is counted


def inside(text: Text) -> np.ndarray:
    """Which symbols belong to the string."""
    return np.arange(text.symbols.shape[1]) < text.lengths[:, None]


def reversed_text(text: Text) -> Text:
    places = np.maximum(text.lengths[:, None] - 1 - np.arange(text.symbols.shape[1]), 0)
    return Text(np.take_along_axis(text.symbols, places, axis=1), text.lengths)


def once(symbols: np.ndarray) -> Text:
    """Answers of one symbol, (rows,)."""
    return Text(symbols[:, None], np.ones(len(symbols), dtype=np.int64))


def any_symbols(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    return Text(rng.integers(1, n + 1, (len(lengths), longest)), lengths)


def all_different(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    return Text(different(rng, len(lengths), longest, n), lengths)


def with_winner(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    """One symbol is the most frequent: every row that has none is drawn again."""
    text = any_symbols(n, lengths, longest, rng)
    while len(tied := np.flatnonzero(~ahead(n, cut(text.symbols, lengths, 0)))):
        text.symbols[tied] = rng.integers(1, n + 1, (len(tied), longest))
    return text


def three_winners(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    """Three strings of a third of the length, each with a winner, symbol by symbol in turn."""
    each = -(-lengths // 3)
    parts = [with_winner(n, each, -(-longest // 3), rng).symbols for _ in range(3)]
    return Text(np.stack(parts, axis=2).reshape(len(lengths), -1), 3 * each)


def many_ones(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    """Bits whose number of ones is anything from none to all, alike."""
    ones = rng.integers(0, lengths + 1)
    order = np.where(np.arange(longest) < lengths[:, None], rng.random((len(lengths), longest)), 2.0).argsort(axis=1)
    return Text(ZERO + (order.argsort(axis=1) < ones[:, None]), lengths)


def different_pairs(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    """No two neighbours stand beside each other twice; rows that find no way on are drawn again."""
    symbols, todo = np.zeros((len(lengths), longest), dtype=np.int64), np.arange(len(lengths))
    while len(todo):
        used, at = np.zeros((len(todo), n + 1, n + 1), dtype=bool), np.arange(len(todo))
        used[:, :, 0], stuck = True, np.zeros(len(todo), dtype=bool)
        symbols[todo, 0] = rng.integers(1, n + 1, len(todo))
        for place in range(1, longest):
            before = symbols[todo, place - 1]
            free = np.where(used[at, before], -1.0, rng.random((len(todo), n + 1)))
            symbols[todo, place] = np.maximum(free.argmax(axis=1), 1)
            stuck |= (free.max(axis=1) < 0) & (place < lengths[todo])
            used[at, before, symbols[todo, place]] = True
        todo = todo[stuck]
    return Text(symbols, lengths)


def ends_of_count(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    """The first and the last of so many numbers in a row."""
    first = rng.integers(1, n - lengths + 2)
    return Text(np.stack([first, first + lengths - 1], axis=1), np.full(len(lengths), 2))


def two_summands(n: int, lengths: np.ndarray, longest: int, rng: np.random.Generator) -> Text:
    """Two binary numbers that begin with 1, or are 0, and the plus between them; at least three symbols."""
    lengths = np.maximum(lengths, 3)
    symbols, plus = rng.integers(ZERO, ONE + 1, (len(lengths), longest)), rng.integers(1, lengths - 1)
    rows = np.arange(len(lengths))
    symbols[:, 0] = np.where(plus > 1, ONE, symbols[:, 0])
    symbols[rows, plus + 1] = np.where(lengths - plus > 2, ONE, symbols[rows, plus + 1])
    symbols[rows, plus] = PLUS
    return Text(symbols, lengths)


def copy(n: int, text: Text) -> Text:
    return text


def backwards(n: int, text: Text) -> Text:
    return reversed_text(text)


def in_order(n: int, text: Text) -> Text:
    return Text(np.sort(np.where(inside(text), text.symbols, n + 1), axis=1), text.lengths)


def winner(n: int, text: Text) -> Text:
    return once(1 + counts(n, np.where(inside(text), text.symbols, 0)).argmax(axis=1))


def winners(n: int, text: Text) -> Text:
    given = np.where(inside(text), text.symbols, 0)
    each = [1 + counts(n, given[:, start::3]).argmax(axis=1) for start in range(3)]
    return Text(np.stack(each, axis=1), np.full(len(given), 3))


def parity(n: int, text: Text) -> Text:
    return once(ZERO + ((text.symbols == ONE) & inside(text)).sum(axis=1) % 2)


def counted(n: int, text: Text) -> Text:
    first, last = text.symbols[:, :1], text.symbols[:, 1:2]
    return Text(np.minimum(first + np.arange(n), last), (last - first + 1)[:, 0])


def total(n: int, text: Text) -> Text:
    """The binary sum, its highest bit first, without zeros in front."""
    back = reversed_text(text).symbols
    places = np.arange(text.symbols.shape[1])
    plus = ((back == PLUS) & inside(text)).argmax(axis=1)[:, None]
    low = (back == ONE) & (places < plus)
    shifted = np.take_along_axis(back == ONE, np.minimum(places + plus + 1, places[-1]), axis=1)
    high = shifted & (places < text.lengths[:, None] - plus - 1)
    carry, bits = np.zeros(len(back), dtype=np.int64), []
    for place in places:
        carry = carry + low[:, place] + high[:, place]
        bits.append(carry % 2)
        carry = carry // 2
    found = np.stack(bits, axis=1)
    lengths = np.maximum(np.where(found == 1, places + 1, 0).max(axis=1), 1)
    return reversed_text(Text(ZERO + found, lengths))


def laid_out(algorithm: Algorithm, bounds: tuple[int, int]) -> Own:
    low, high = bounds

    def drawn(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        given = algorithm.draw(n, rng.integers(low, high + 1, rows), high, rng)
        answer = algorithm.rule(n, given)
        x = begun(cut(given.symbols, given.lengths, n + 2))
        x = np.pad(x, ((0, 0), (0, 1 + (algorithm.longest or high))), constant_values=n + 2)
        at = given.lengths[:, None] + 1
        places = np.arange(x.shape[1]) - at
        written = (places > 0) & (places <= answer.lengths[:, None])
        x = np.where(written, spread(answer, places - 1), x)
        return np.where(places == 0, n + 1, x)

    return Own(drawn, f"inputs of length {low} to {high}")


def spread(text: Text, places: np.ndarray) -> np.ndarray:
    """The symbols at these places (rows, positions) of each string, the nearest ones beyond its ends."""
    return np.take_along_axis(text.symbols, np.clip(places, 0, text.symbols.shape[1] - 1), axis=1)


def answering(rule: Rule) -> Callable[[int, np.ndarray], np.ndarray]:
    def oracle(n: int, x: np.ndarray) -> np.ndarray:
        at = separator(n, x)
        answer = rule(n, Text(x[:, 1:], at[:, 0] - 1))
        places = np.arange(x.shape[1]) - at
        written = np.where(places < answer.lengths[:, None], spread(answer, places), n + 1)
        return np.where(from_separator(n, x), written, 0)

    return oracle


GIVEN = (
    Algorithm("bin_majority", "The more frequent of two bits.", 2, with_winner, winner, 1),
    Algorithm("majority", "The most frequent of n letters.", LETTERS, with_winner, winner, 1),
    Algorithm("bin_majority_interleave", "The more frequent bit of each third symbol.", 2, three_winners, winners, 3),
    Algorithm("unique_copy", "Different numbers, copied.", NUMBERS, all_different, copy),
    Algorithm("unique_reverse", "Different numbers, backwards.", NUMBERS, all_different, backwards),
    Algorithm("sort", "Different numbers, in their order.", NUMBERS, all_different, in_order),
    Algorithm("unique_bigram_copy", "A string without two equal pairs, copied.", PAIRED, different_pairs, copy),
    Algorithm("repeat_copy", "A string of two letters, copied.", 2, any_symbols, copy),
    Algorithm("count", "From the first number to the last one, counted.", NUMBERS, ends_of_count, counted),
    Algorithm("parity", "The parity of the number of ones.", 2, many_ones, parity, 1),
    Algorithm("addition", "The binary sum of two binary numbers, the highest bit first.", PLUS, two_summands, total),
)
ALGORITHMS = tuple(
    Task(
        name=f"rasp_{each.name}", doc=each.doc, type=AT_END, oracle=answering(each.rule), mask=from_separator,
        sizes=(each.size,), smallest=each.size, values=lambda n: n + 3, classes=lambda n: n + 2, library=AT_ENDS,
        terminals=behind, recipe="published", train=laid_out(each, BINS[0]),
        test=tuple(laid_out(each, bounds) for bounds in BINS),
    )
    for each in GIVEN
)  # fmt: skip
