"""Boards that a state was moved to: every disc and every mark of an answer is drawn, and nothing without a measure."""

import numpy as np

from compare.record import Record
from compare.report.boards import boards, svg

BARE = {"suite": "s", "task": "t", "size": 4, "net": "n", "recipe": "r", "seed": 0, "cell": "c"}
RECORD = Record(**BARE, squares_wrong=[0.1, 0.2], squares_wrong_none=[1.5, 1.4])
COLOURS = np.zeros((1, 2, 16))
COLOURS[0, :, 5:8], COLOURS[0, 1, 7] = 1, -1
LEGAL = np.zeros((1, 2, 17), dtype=bool)
LEGAL[0, :, [0, 1, 2]], LEGAL[0, 1, 16] = True, True
ANSWERED = LEGAL.copy()
ANSWERED[0, 1, [0, 3, 16]] = False, True, False
ARRAYS = {"boards.colours": COLOURS, "boards.answered": ANSWERED, "boards.legal": LEGAL}


def test_discs_and_answers_are_drawn_as_they_are() -> None:
    part = boards(RECORD, ARRAYS)
    assert part is not None
    assert part.words == "Moved to another board, the net's sets are wrong in 0.100 moves; left as they are, in 1.500."
    (pair,) = part.pairs
    assert pair.words == "0 moves wrong before, 3 moves wrong after, pass missed after"
    marks = {each: pair.svg.count(f'class="{each}"') for each in ("first", "second", "right", "added", "missed")}
    assert marks == {"first": 5, "second": 1, "right": 5, "added": 1, "missed": 1}
    assert pair.svg == svg(COLOURS[0], ANSWERED[0], LEGAL[0], pair.words)
    before, after = pair.svg.split('class="to"')
    assert ("added" in before, "added" in after) == (False, True)


def test_without_a_measure_or_with_arrays_that_do_not_fit_nothing_is_drawn() -> None:
    assert boards(Record(**BARE), ARRAYS) is None
    for name in ARRAYS:
        assert boards(RECORD, {key: each for key, each in ARRAYS.items() if key != name}) is None
        assert boards(RECORD, {**ARRAYS, name: ARRAYS[name][..., :-1]}) is None
    assert boards(RECORD, {name: each[:0] for name, each in ARRAYS.items()}) is None
