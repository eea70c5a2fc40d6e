"""Plain references of games on boards: one game at a time, a dictionary of discs by row and column."""

from collections.abc import Callable

import numpy as np

from benchmarks.tasks.othello import counts

BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))
ROUND = (*BESIDE, (1, 1), (1, -1), (-1, 1), (-1, -1))
Discs = dict[tuple[int, int], str]


def crossed(n: int) -> Discs:
    """Two discs each in the middle, black the first to move."""
    low, high = n // 2 - 1, n // 2
    return {(low, low): "white", (high, high): "white", (low, high): "black", (high, low): "black"}


def squares(n: int, discs: Discs, other: str) -> list[int]:
    """The empty ones that have a disc of the other next to them."""
    return [
        n * y + x
        for y in range(n)
        for x in range(n)
        if (y, x) not in discs and any(discs.get((y + down, x + right)) == other for down, right in BESIDE)
    ]


def put(n: int, discs: Discs, mine: str, move: int) -> None:
    """A disc, and all next to it turned; nothing for a pass."""
    if move == n * n:
        return
    y, x = divmod(move, n)
    for down, right in ((0, 0), *BESIDE):
        if (down, right) == (0, 0) or (y + down, x + right) in discs:
            discs[y + down, x + right] = mine


def hashed(number: int) -> int:
    """SplitMix64's last steps, of 64 bits."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        number = (number ^ (number >> shift)) * factor % 2**64
    return number ^ (number >> 31)


def tabled(n: int, discs: Discs, other: str) -> list[int]:
    """The empty squares of a random table: empty is 1, one's own 2, the other's 0 in a number of base three."""
    each = [discs.get(divmod(at, n)) for at in range(n * n)]
    number = sum({None: 1, other: 0}.get(disc, 2) * 3**at for at, disc in enumerate(each))
    return [at for at in range(n * n) if each[at] is None and hashed(hashed(number) + at) >= 2**63]


def played(n: int, moves: np.ndarray, rule: Callable[[int, Discs, str], list[int]]) -> list[list[bool]]:
    discs, players, found = crossed(n), ("black", "white"), []
    for turn, move in enumerate(moves.tolist()):
        mine = players[turn % 2]
        put(n, discs, mine, move)
        may = rule(n, discs, mine)
        found.append([square in may for square in range(n * n)] + [not may])
    return found


def infection(n: int, moves: np.ndarray) -> list[list[bool]]:
    return played(n, moves, squares)


def infection_table(n: int, moves: np.ndarray) -> list[list[bool]]:
    return played(n, moves, tabled)


def bracketed(n: int, discs: Discs, at: tuple[int, int], mine: str) -> list[tuple[int, int]]:
    """The other's discs in straight runs from a square that end with one of mine."""
    found: list[tuple[int, int]] = []
    for down, right in ROUND:
        run = []
        y, x = at[0] + down, at[1] + right
        while discs.get((y, x), mine) != mine:
            run.append((y, x))
            y, x = y + down, x + right
        found += run if (y, x) in discs else []
    return found


def openings(n: int, discs: Discs, mine: str) -> list[int]:
    """The empty squares from which some disc is turned over in Othello."""
    return [at for at in range(n * n) if divmod(at, n) not in discs and bracketed(n, discs, divmod(at, n), mine)]


def put_in_othello(n: int, discs: Discs, mine: str, move: int) -> None:
    if move < n * n:
        discs |= dict.fromkeys([divmod(move, n), *bracketed(n, discs, divmod(move, n), mine)], mine)


def othello(n: int, moves: np.ndarray) -> list[list[bool] | None]:
    """None after the end, and where the task says that states of a game are not asked about."""
    discs, found = crossed(n), []
    for turn, (move, asked) in enumerate(zip(moves.tolist(), counts(n, moves[None])[0], strict=True)):
        mine, other = (("black", "white"), ("white", "black"))[turn % 2]
        put_in_othello(n, discs, mine, move)
        may = openings(n, discs, other)
        assert may or openings(n, discs, mine) or not asked
        found.append([square in may for square in range(n * n)] + [not may] if asked else None)
    return found


PLAIN = {"othello": othello, "infection": infection, "infection_table": infection_table}
