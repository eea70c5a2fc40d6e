"""The primitives, one topic a file."""

from synth.library.arith import ARITH
from synth.library.bits import BITVECTOR
from synth.library.boolean import BOOLEAN
from synth.library.choice import CHOICE
from synth.library.constants import CONSTANTS
from synth.library.reals import REALS
from synth.library.residues import RESIDUES

LIBRARIES = {
    "arith": ARITH,
    "choice": CHOICE,
    "boolean": BOOLEAN,
    "bits": BITVECTOR,
    "constants": CONSTANTS,
    "residues": RESIDUES,
    "reals": REALS,
}
PRIMITIVES = tuple(primitive for library in LIBRARIES.values() for primitive in library)
LIBRARY = (*ARITH, *CHOICE, *BOOLEAN, *BITVECTOR, *CONSTANTS)  # the default language of `solve`

__all__ = [
    "ARITH",
    "BITVECTOR",
    "BOOLEAN",
    "CHOICE",
    "CONSTANTS",
    "LIBRARIES",
    "LIBRARY",
    "PRIMITIVES",
    "REALS",
    "RESIDUES",
]
