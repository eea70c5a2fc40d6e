"""Parts that programs of several families share, each named once; a report says which programs reuse them."""

from typing import NamedTuple


class Motif(NamedTuple):
    """What a program is made of, whatever family of nets it was read from."""

    name: str
    doc: str


ROTATION = Motif(
    "rotation",
    "An angle to which each input adds its own: a residue's by its frequency, a heading's by the velocity; answers are "
    "waves of it.",
)
MOTIFS = (ROTATION,)
