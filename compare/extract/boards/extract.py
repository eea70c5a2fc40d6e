"""A net that plays a game for two, by its moves alone, as the rules of the game and the board that its state holds.

Nothing is known but the squares and the first board. The rules are what the enumerator finds for what the net answers
(`synth.search.games`); the board that they lead to is held by the state as a code of features, which are chosen by bits
(`features`). Every square is as the player sees it who moves next.

A net that looks back at all moves carries no state. There the board is sought, after every move, at the sites that
decide the answer at their own position, and what is explained is how the answer is made of it: the rest of the net
makes the board anew at every position, and is not read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from compare.answers import Sets
from compare.asked import Asked
from compare.explanation import Code, Explanation, Refusal
from compare.extract.boards.code import BoardCode, Squares, fitted, seen_of, squares_of
from compare.extract.boards.features import BOARDS, Feature, chosen, of_own_discs, proposals
from compare.read import Reading
from compare.sites.states import answered_from, answering, state_of
from compare.step import Exchange, Inputs, Step, Steps, Value
from synth.search.games import Rules, rules_of

NAME = "boards"
TEMPLATE = "a move makes some squares the mover's; the state is a sum of vectors, one for each marked square"
BOARD, OUTPUTS = "board", "outputs"
LEARNT = 0.9  # of the answers, from which on rules are sought
APART = 2  # squares, at most, in which boards differ that are exchanged
STEPS = (0.4, 0.3, 0.2, 0.1)  # of a state's size, to which numbers are rounded
KEEPS = 0.995  # of the answers, by the fewest features
ANEW = (
    "the board is made anew at every position from all moves so far: how is not read, and of an exchange at one "
    "position nothing follows at later ones"
)
NO_SITE = (
    "no site holds a board: expected one of shape (batch, time, width) that, put in place at one time, decides what is "
    "answered then; the net has {sites}"
)


def reads(asked: Asked) -> str | None:
    """None for games on a board, otherwise why not."""
    if asked.view.board is None or not isinstance(asked.view.answers, Sets):
        return "expected a game on a board, whose answers are the moves that are legal next"
    if asked.exhaustive or asked.x.ndim != 2 or asked.x.shape[1] < 3:
        return f"expected samples of moves (rows, time), got inputs of shape {asked.x.shape}"
    return None


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net whose state holds the board; refuse any other with the reason."""
    reason = reads(reading) or unlearnt(reading)
    state = None if reason else answered_from(reading) or state_of(reading)
    sites = [state] if state else [] if reason else answering(reading)
    if not sites:
        return Refusal(extractor=NAME, reason=reason or NO_SITE.format(sites=list(reading.net.sites)))
    rules = found_rules(reading)
    if isinstance(rules, str):
        return Refusal(extractor=NAME, reason=rules)
    squares = squares_of(rules.board, rules.along(reading.x))
    games = [_Game(reading=reading, site=each, rules=rules, squares=squares, carried=bool(state)) for each in sites]
    held = [(game, game.fitted(features, game.counted(squares))) for game in games if (features := game.chosen())]
    if not held:
        return Refusal(extractor=NAME, reason=f"no feature of the board saves bits of {' or '.join(map(repr, sites))}")
    return _explanation(*(held[0] if len(held) == 1 else max(held, key=lambda each: each[0].kept(each[1], squares))))


def unlearnt(reading: Reading) -> str | None:
    """Why a net is not read that is right on so few answers."""
    right = reading.match(reading.answers[reading.reported], reading.reported)
    return None if right >= LEARNT else f"not learned: right on {right:.3g} of the answers, read from {LEARNT} on"


def found_rules(reading: Reading) -> Rules | str:
    """The shortest rules that give what the net says is legal."""
    board, rows = reading.view.board, reading.fitted
    assert board is not None
    counts = None if reading.mask is None else reading.mask[rows]
    found = rules_of(board, reading.x[rows], reading.answers[rows], counts, reading.seed)
    return "no rules of few words over the squares give what the net says is legal" if found is None else found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Game:
    """A net with the rules that its answers follow, and the boards that these lead to."""

    reading: Reading
    site: str
    rules: Rules
    squares: Int[np.ndarray, "rows time squares"]
    carried: bool  # the board after a move is made of the one before it, and not anew of all moves

    def counted(self, values: np.ndarray) -> np.ndarray:
        """Of the rows that are fitted on, at the times that count, one after the other."""
        rows = self.reading.fitted
        return self.reading.counted(values[rows], rows)

    def chosen(self) -> tuple[Feature, ...]:
        """The features that the site holds."""
        squares, states = self.counted(self.squares), self.counted(self.reading.site(self.site))
        some = np.random.default_rng([self.reading.seed, 63]).permutation(len(squares))[:BOARDS]
        seen = seen_of(self.rules.board, squares[some])
        proposed = proposals(self.rules, seen)
        return tuple(chosen(proposed if self.carried else of_own_discs(proposed, seen), states[some], len(states)))

    def fitted(self, features: tuple[Feature, ...], squares: Squares) -> BoardCode:
        return fitted(self.rules.board, features, squares, self.counted(self.reading.site(self.site)))

    def fewest(self, code: BoardCode) -> dict[int, BoardCode]:
        """The code of the first features that keep the net's answers where they are fitted, if fewer than all do."""
        squares = self.counted(self.squares)
        for count in range(1, len(code.features)):
            found = self.fitted(code.features[:count], squares)
            if self.kept(found, self.squares) >= KEEPS:
                return {count: found}
        return {}

    def kept(self, code: BoardCode, squares: Squares) -> float:
        """The share of the net's answers that stay with these boards' code in the site's place, where it is fitted."""
        rows = self.reading.fitted
        given = self.reading.decode(self.reading.run({self.site: code(squares[rows])}, rows=rows)[0])
        return float(self.reading.alike(given, rows).mean())

    def along(self, x: np.ndarray) -> Squares:
        """The board after every move."""
        return squares_of(self.rules.board, self.rules.along(np.asarray(x)))

    def resumed(self, x: Inputs, squares: Value, time: Int[np.ndarray, " rows"]) -> Squares:
        """The boards again, those after `time` from the ones at it."""
        moves, found = np.asarray(x), np.array(squares)
        for now in range(1, moves.shape[1]):
            later = np.flatnonzero(time < now)
            before = seen_of(self.rules.board, found[later, now - 1])
            found[later, now] = squares_of(self.rules.board, self.rules.after(before, moves[later, now]))
        return found

    def legal(self, x: np.ndarray, squares: Squares) -> Float[np.ndarray, "rows time moves"]:
        """1 for what is legal, -1 for what is not."""
        return np.where(self.rules.allowed(seen_of(self.rules.board, np.asarray(squares))), 1.0, -1.0)

    def steps(self, code: BoardCode) -> Steps:
        bits = sum(feature.bits for feature in code.features)
        board = Step(
            name=BOARD,
            formula=self.rules.text,
            compute=self.along,
            resume=self.resumed if self.carried else None,
            holds=self.site,
            code=lambda squares: code(np.asarray(squares)),
            shown=lambda squares: squares,
            exchange=Exchange(site=self.site, apart=APART),
            form=" + ".join(feature.program.show() for feature in code.features),
            bits=self.rules.bits + bits,
        )
        return board, Step(name=OUTPUTS, formula=self.rules.legal.show(), reads=(BOARD,), compute=self.legal)

    def wrongly(self, features: tuple[Feature, ...]) -> Steps:
        """The same for boards as the first player sees them, whoever moves.

        Where the answers stay by these too, they say nothing of whose a disc is: then for those of a move before.
        """
        told, code = colours, self._fitted_on(features, colours)
        if self.kept(code, colours(self.squares)) >= KEEPS:
            told, code = self.before, self._fitted_on(features, self.before)
        board, outputs = self.steps(code)
        return replace(board, compute=lambda x: told(self.along(x))), outputs

    def _fitted_on(self, features: tuple[Feature, ...], told: Callable[[Squares], Squares]) -> BoardCode:
        return self.fitted(features, self.counted(told(self.squares)))

    def before(self, squares: Squares) -> Squares:
        """Boards before each move (rows, time, squares), as who moves after it sees them."""
        board = self.rules.board
        first = squares_of(board, board.begun(len(squares)))
        return -np.concatenate([first[:, None], squares[:, :-1]], axis=1)


def colours(squares: Squares) -> Squares:
    """Boards after each move (rows, time, squares) as the first player sees them: after the first the other is next."""
    turn = np.where(np.arange(squares.shape[1]) % 2, 1, -1)
    return squares * turn[:, None]


def _explanation(game: _Game, code: BoardCode) -> Explanation:
    reading, squares, features = game.reading, game.counted(game.squares), code.features
    mixed = squares[np.random.default_rng([reading.seed, 33]).permutation(len(squares))]
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=game.steps(code),
        outputs=(OUTPUTS,),
        hidden=game.site,
        control=game.wrongly(features),
        permuted=game.steps(game.fitted(features, mixed)),
        codes=lambda: _codes(game, code),
        formula=game.rules.text,
        bits_formula=game.rules.bits,
        rules=game.rules,
        run_alone=lambda x: game.rules.allowed(game.rules.along(x)),
        nodes=game.rules.nodes,
        notes=_notes(game, features),
    )


def _codes(game: _Game, code: BoardCode) -> Iterator[Code]:
    """Numbers on few levels, of all features and of the fewest first ones by which the net keeps its answers.

    An answer is right where the rules give it, and the net does with this code in it.
    """
    reading, kind = game.reading, game.reading.view.answers
    alone = game.rules.allowed(game.rules.along(reading.x))
    for features in {len(code.features): code, **game.fewest(code)}.values():
        for step in STEPS:
            rounded, bits = features.rounded(step)
            within = reading.decode(reading.run({game.site: rounded(game.squares)})[0])
            stays = kind.alike(within, reading.answers)
            yield Code(
                bits_dictionary=sum(each.bits for each in game.steps(rounded)),
                bits_alignment=bits,
                units_kept=code.vectors.shape[1],
                precision=round(np.log2(1 / step)) + 2,
                answers=np.where(stays[..., None], alone, within),
            )


def _notes(game: _Game, features: tuple[Feature, ...]) -> tuple[str, ...]:
    what = "the state" if game.carried else f"{game.site}, of which each answer is made,"
    found = f"{what} holds, each square for itself: {'; '.join(each.program.show() for each in features)}"
    return (found,) if game.carried else (found, ANEW)
