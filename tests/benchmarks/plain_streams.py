"""Plain Python for every stream task: lists of integers in, what is right at each position out."""

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

Items = Sequence[int]


def window(f: Callable[[int, list[int]], int]) -> Callable[..., list[int]]:
    """Of the items up to each position, before which there are zeros, newest first."""
    return lambda n, x: [f(n, [*reversed(x[: t + 1]), *[0] * 20]) for t in range(len(x))]


def prefix(f: Callable[[int, Items], int]) -> Callable[..., list[int]]:
    return lambda n, x: [f(n, x[: t + 1]) for t in range(len(x))]


def pairs(f: Callable[[int, list[tuple[int, int]]], int]) -> Callable[..., list[int]]:
    return lambda n, a, b: [f(n, list(zip(a, b, strict=True))[: t + 1]) for t in range(len(a))]


def addition(n: int, a: Items, b: Items) -> list[int]:
    total = sum((x + y) * n**place for place, (x, y) in enumerate(zip(a, b, strict=True)))
    return [total // n**place % n for place in range(len(a))]


def division(n: int, x: Items) -> list[int]:
    quotient = int("".join(map(str, x)), 2) // n
    return [int(bit) for bit in f"{quotient:0{len(x)}b}"]


def dithering(n: int, x: Items) -> list[int]:
    whole = [sum(x[:t]) // (n - 1) for t in range(len(x) + 1)]
    return [after - before for before, after in itertools.pairwise(whole)]


def majority(n: int, x: Items) -> int:
    return max(range(n), key=lambda value: (list(x).count(value), -value))


def balanced(n: int, x: Items) -> int:
    text = "".join("()"[bit] for bit in x)
    while "()" in text:
        text = text.replace("()", "")
    return int(not text)


def cards(n: int, x: Items) -> int:
    names = [["ace", "2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king"][rank] for rank in x]
    low = sum(name in ("2", "3", "4", "5", "6") for name in names)
    return low - sum(name in ("10", "jack", "queen", "king", "ace") for name in names)


def newton(weight: int, stiffness: int) -> Callable[[int, Items], list[list[int]]]:
    def places(n: int, x: Items) -> list[list[int]]:
        velocity, place, found = 0, 0, []
        for force in x:
            velocity += force - weight - stiffness * place
            place += velocity
            found.append([place])
        return found

    return places


def magnetic(n: int, fx: Items, fy: Items) -> list[list[int]]:
    velocity, place, found = 0j, 0j, []
    for x, y in zip(fx, fy, strict=True):
        velocity += complex(x, y) + 1j * velocity
        place += velocity
        found.append([place.real, place.imag])
    return found


def vectors(f: Callable[..., list[int]]) -> Callable[..., list[list[int]]]:
    return lambda n, *x: [[answer] for answer in f(n, *x)]


ODD_THEN_ODD = r"(?:^|.*0)1(?:11)*0(?:00)*"
TOMITA: dict[int, tuple[str, str]] = {
    1: ("1*", "1*"),
    2: ("(10)*", "(10)*1?"),
    3: (rf"(?!{ODD_THEN_ODD}(?:1|$)).*", rf"(?!{ODD_THEN_ODD}1).*"),
    4: ("(?!.*000).*", "(?!.*000).*"),
    5: ("(?=(?:1*01*0)*1*$)(?:0*10*1)*0*", ".*"),
    6: ("", ".*"),
    7: ("0*1*0*1*", "0*1*0*1*"),
}
EVEN = "(?:0*10*1)*0*"
ASKED = f"(?:{EVEN}20|{EVEN}10*21)*"
WORDS: dict[str, Callable[[int], tuple[str, str]]] = {
    "tomita": lambda n: TOMITA[n],
    "repeats": lambda n: (rf"(0{{{n}}})*", "0*"),
    "abab": lambda n: ("(0101)*", "(01)*0?"),
    "ascending": lambda n: ("".join(f"{k}+" for k in range(n)), "".join(f"(?:{k}+" for k in range(n)) + ")?" * n),
    "ab_d_bc": lambda n: ("[01]*3[12]*", "[01]*(3[12]*)?"),
    "zero_then_twos": lambda n: ("[012]*02*", "[012]*"),
    "ones": lambda n: (ASKED, f"{ASKED}[01]*2?"),
}  # words and their prefixes as regular expressions


def depths(text: str) -> list[int]:
    return [text[: t + 1].count("0") - text[: t + 1].count("1") for t in range(len(text))]


def is_word(name: str, n: int, text: str) -> bool:
    if name == "dyck":
        return not text or (depths(text)[-1] == 0 and begins(name, n, text))
    if (name, n) == ("tomita", 6):
        return (text.count("0") - text.count("1")) % 3 == 0
    return re.fullmatch(WORDS[name](n)[0], text) is not None


def begins(name: str, n: int, text: str) -> bool:
    """Whether a word begins so."""
    if name == "dyck":
        return all(0 <= depth <= n for depth in depths(text))
    return re.fullmatch(WORDS[name](n)[1], text) is not None


def in_language(name: str, most: int) -> Callable[[int, Items], list[int]]:
    def found(n: int, x: Items) -> list[int]:
        text = "".join(map(str, x))
        return [int(is_word(name, n, text[: t + 1])) for t in range(min(len(text), most))]

    return found


def after(name: str, letters: Callable[[int], int], most: int) -> Callable[[int, Items], list[list[bool]]]:
    def found(n: int, x: Items) -> list[list[bool]]:
        read = ["".join(map(str, x))[: t + 1] for t in range(min(len(x), most))]
        symbols = [str(symbol) for symbol in range(letters(n))]
        return [[*(begins(name, n, text + each) for each in symbols), is_word(name, n, text)] for text in read]

    return found


LETTERS = {"ascending": lambda n: n, "ab_d_bc": lambda n: 4, "zero_then_twos": lambda n: 3, "ones": lambda n: 3}
MOST = 60  # positions of a word that are asked

PLAIN: dict[str, Callable[..., Any]] = {
    "bitwise_xor": pairs(lambda n, ab: int(ab[-1][0] != ab[-1][1])),
    "bitwise_or": pairs(lambda n, ab: int(1 in ab[-1])),
    "bitwise_and": pairs(lambda n, ab: int(ab[-1] == (1, 1))),
    "bitwise_not": window(lambda n, x: [1, 0][x[0]]),
    "parity_last": window(lambda n, x: sum(x[:n]) % 2),
    "alternating_last": window(lambda n, x: int(all(a != b for a, b in itertools.pairwise(x[:n])))),
    "bit_shift_right": window(lambda n, x: x[1]),
    "previous_equals_current": window(lambda n, x: int(x[0] == x[1])),
    "evens_detector": window(lambda n, x: int(x[0] in (0, 2, 4, 6, 8))),
    "perfect_square_detector": window(lambda n, x: int(x[0] in (0, 1, 4, 9, 16))),
    "current_number": vectors(window(lambda n, x: x[0])),
    "prev": vectors(window(lambda n, x: x[n])),
    "sum_last": vectors(window(lambda n, x: sum(x[:n]))),
    "diff_last2": vectors(window(lambda n, x: x[0] - x[1])),
    "abs_diff": vectors(window(lambda n, x: max(x[0] - x[1], x[1] - x[0]))),
    "abs_current": vectors(window(lambda n, x: max(x[0], -x[0]))),
    "diff_abs_values": vectors(window(lambda n, x: max(x[0], -x[0]) - max(x[1], -x[1]))),
    "base_addition": addition,
    "bit_dot_prod_mod2": pairs(lambda n, ab: sum(a * b for a, b in ab) % 2),
    "parity_all": prefix(lambda n, x: list(x).count(1) % 2),
    "parity_zeros": prefix(lambda n, x: list(x).count(0) % 2),
    "parity_bits_mod2": prefix(lambda n, x: (len(x) - 1) % 2),
    "add_mod": prefix(lambda n, x: sum(x) % n),
    "div": division,
    "dithering": dithering,
    "most_frequent": prefix(majority),
    "balanced_parenthesis": prefix(balanced),
    "min_seen": prefix(lambda n, x: min(x)),
    "max_seen": vectors(prefix(lambda n, x: max(x))),
    "evens_counter": vectors(prefix(lambda n, x: sum(item in (0, 2, 4, 6, 8) for item in x))),
    "sum_all": vectors(prefix(lambda n, x: sum(x))),
    "dot_prod": vectors(pairs(lambda n, ab: sum(a * b for a, b in ab))),
    "card_counting": vectors(prefix(cards)),
    "newton_freebody": newton(0, 0),
    "newton_gravity": newton(1, 0),
    "newton_spring": newton(0, 1),
    "newton_magnetic": magnetic,
    "bit_palindrome": prefix(lambda n, x: int(list(x) == list(x)[::-1])),
    "int_palindrome": prefix(lambda n, x: int(list(x) == list(x)[::-1])),
    **{f"in_{name}": in_language(name, MOST) for name in (*WORDS, "dyck")},
    **{f"next_{name}": after(name, LETTERS.get(name, lambda n: 2), MOST) for name in (*WORDS, "dyck")},
}
