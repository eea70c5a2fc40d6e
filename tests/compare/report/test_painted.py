"""The program that paints is shown with its scores, and the pictures of both decode to what was kept."""

import base64

import numpy as np

from compare.record import Record
from compare.report.painted import painted
from compare.report.show import DASH
from tests.compare.report.test_gallery import BARE
from tests.compare.report.test_switched import decoded

PICTURES = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 3)).astype(np.uint8)
RECORD = Record(
    **BARE,
    painting={"sky": "(le 0 0)", "sun": "not found"},
    painting_code=["fill(colour=(0.10))", "paint('sky', where=0 <= 0)"],
    painting_iou={"sky": 0.9, "sun": 0.0},
    painting_left={"sky": 0.1},
    painting_alike={"program": 0.9, "other factors": 0.5},
    painting_explained={"program": 0.8, "other factors": -0.1},
    painting_whole={"program": 0.25, "other factors": 0.0},
    painting_bits={"program": 40.5, "table": 1234.0},
)


def test_lines_and_scores_are_in_order() -> None:
    part = painted(RECORD, {})
    assert part is not None
    assert [tuple(line) for line in part.lines] == [
        ("sky", "(le 0 0)", "overlap 0.900, left 0.100"),
        ("sun", "not found", f"overlap 0.000, left {DASH}"),
    ]
    assert part.scores.rows == [("program", "0.900", "0.800", "0.250"), ("other factors", "0.500", "-0.100", "0.000")]
    assert part.code.splitlines() == RECORD.painting_code
    assert part.bits == "program 40, table 1,234"


def test_the_nets_pictures_are_above_the_programs() -> None:
    part = painted(RECORD, {"objects.painting": PICTURES})
    assert part is not None
    shown = decoded(base64.b64decode(part.uri.split(",")[1]))
    assert shown.shape == (part.height, part.width, 3) == (9, 17, 3)
    for version, pictures in enumerate(PICTURES):
        for number, picture in enumerate(pictures):
            assert np.array_equal(shown[5 * version :][:4, 6 * number : 6 * number + 5], picture)


def test_what_was_not_measured_or_does_not_fit_is_not_shown() -> None:
    assert painted(Record(**BARE), {"objects.painting": PICTURES}) is None
    for wrong in (PICTURES[:1], PICTURES.astype(np.float32), PICTURES[..., :2], PICTURES[0], PICTURES[:, :0]):
        part = painted(RECORD, {"objects.painting": wrong})
        assert part is not None
        assert part.uri == ""
