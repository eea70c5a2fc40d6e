"""Whether a net that plays holds the board: features of it as a linear code of the state; decides no verdict.

A task declares groups of features of board and player after every move. Which of them the state holds is chosen, one
group more as long as it saves bits (`compare.beside.board_codes`). Then the code is put in the place of the state, and
the state is moved by the code from one real board to another (`compare.beside.board_pairs`; after Li et al., arXiv
2210.13382, and Nanda et al., arXiv 2309.00941, whose net holds discs as mine and yours). Beside it stands a code of the
wrong frame: occupied squares and absolute colours. What a line reads of live discs is in `compare.beside.live_discs`.
A net that looks back at all moves carries no state: there it is the site that makes each answer, of several the one at
which the code keeps most of them, and nothing is asked of later answers.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from compare.beside.board_codes import Code, Features, chosen, coded, counts, fitted
from compare.beside.board_pairs import COLOURS, LATER, OCCUPIED, Answer, Wrong, exchanged
from compare.beside.live_discs import Live, measure_live
from compare.read import Reading
from compare.sites.states import answered_from, answering
from nets.edits import Patch


class Squares(NamedTuple):
    """`kept` and the two after it: shares of the net's sets that stay with a code in place of its state."""

    codes: list[Code]  # one group more each
    kept: list[float]  # at all times, by each of these
    kept_right: float | None  # of the sets that are right, by the last; None where none is
    kept_once: float  # at one time, then and, of a state, later, by the last
    kept_wrong_frame: float  # at all times, by the wrong frame
    wrong: Wrong | None  # of each code, and last of the wrong frame; None where no two boards are a pair
    live: Live | None

    def fields(self) -> dict[str, Any]:
        """Of a record."""
        found = {
            "squares_groups": list(self.codes[-1].groups),
            "squares_explained": [code.explained for code in self.codes],
            "squares_kept": self.kept,
            "squares_kept_right": self.kept_right,
            "squares_kept_once": self.kept_once,
            "squares_kept_colours": self.kept_wrong_frame,
        }
        if self.live is not None:
            found |= {
                "squares_live": self.live.told,
                "squares_live_untrained": self.live.untrained,
                "squares_live_majority": self.live.majority,
            }
        if self.wrong is None:
            return found
        return found | {
            "squares_wrong": self.wrong.codes[-2],
            "squares_wrong_each": [each[0] for each in self.wrong.codes[:-1]],
            "squares_wrong_colours": self.wrong.codes[-1],
            "squares_wrong_none": self.wrong.nothing,
            "squares_pairs": self.wrong.pairs,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Beside it: pairs of boards for a picture."""
        return (
            {} if self.wrong is None else {f"boards.{name}": each for name, each in self.wrong.shown._asdict().items()}
        )


def measure_squares(
    reading: Reading, features: Features, answer: Answer, untrained: Reading | None = None
) -> Squares | None:
    """On the rows that are reported on; None where no site makes the answers, or none of the groups is held there.

    `untrained` is the same net on the same rows, with parameters as they are drawn.
    """
    state = answered_from(reading)
    held = {site: chosen(reading, site, features) for site in ([state] if state else answering(reading))}
    held = {site: codes for site, codes in held.items() if codes}
    if not held:
        return None
    site = next(iter(held)) if len(held) == 1 else max(held, key=lambda site: fits(reading, site, features, held[site]))
    codes, rows = held[site], reading.reported
    wrong_frame = fitted(reading, site, features, (OCCUPIED, COLOURS))
    *kept, other = (kept_at_all_times(reading, site, features, code, rows) for code in (*codes, wrong_frame))
    right = reading.right(rows)
    return Squares(
        codes=codes,
        kept=[float(each.mean()) for each in kept],
        kept_right=float(kept[-1][right].mean()) if right.any() else None,
        kept_once=kept_at_one_time(reading, site, features, codes[-1], later=state is not None),
        kept_wrong_frame=float(other.mean()),
        wrong=exchanged(reading, site, features, (*codes, wrong_frame), answer, LATER if state else 0),
        live=measure_live(reading, site, features, untrained),
    )


def fits(reading: Reading, site: str, features: Features, codes: list[Code]) -> float:
    """The share of the net's sets that stay with the last of the codes, where it is fitted."""
    return float(kept_at_all_times(reading, site, features, codes[-1], reading.fitted).mean())


def kept_at_all_times(
    reading: Reading, site: str, features: Features, code: Code, rows: Int[np.ndarray, " rows"]
) -> Bool[np.ndarray, " counted"]:
    """Which of the net's sets stay, of these rows."""
    return reading.alike(reading.decode(reading.run({site: coded(features, code, rows)}, rows=rows)[0]), rows)


def kept_at_one_time(reading: Reading, site: str, features: Features, code: Code, *, later: bool) -> float:
    """The same with the code at a time of its own for each row, of what is answered then, or from then on."""
    rows, length = reading.reported, reading.x.shape[1]
    time = np.random.default_rng([reading.seed, 91]).integers(0, length, len(rows))[:, None]
    at = (np.arange(length) == time)[..., None]
    answers = reading.decode(reading.run({site: Patch(at, coded(features, code, rows))}, rows=rows)[0])
    places = np.arange(length)
    asked = (places >= time if later else places == time) & counts(reading, rows)
    return float((answers == reading.answers[rows]).all(axis=-1)[asked].mean())
