"""The primitives, one topic a file; a new one goes into the tuple at the end of its topic, a topic into LIBRARIES."""

from collections.abc import Iterable

from synth.language.primitive import Primitive
from synth.language.program import unknown
from synth.library.arith import ARITH
from synth.library.bits import BITVECTOR, COUNT
from synth.library.bitvectors import bitvectors
from synth.library.boards import boards
from synth.library.boolean import BOOLEAN
from synth.library.choice import CHOICE
from synth.library.constants import CONSTANTS
from synth.library.digits import DIGITS
from synth.library.ends import ENDS
from synth.library.functions import FUNCTIONS
from synth.library.integers import INTEGERS
from synth.library.lists import DEEPCODER, LISTS
from synth.library.loops import LOOPS
from synth.library.measures import MEASURES
from synth.library.reals import REALS
from synth.library.residues import RESIDUES
from synth.library.sequences import SEQUENCES
from synth.library.streams import STREAMS
from synth.library.trigonometric import TRIGONOMETRIC

LIBRARIES = {
    "arith": ARITH,
    "choice": CHOICE,
    "boolean": (*BOOLEAN, COUNT),
    "bits": BITVECTOR,
    "digits": (*BITVECTOR, DIGITS),
    "constants": CONSTANTS,
    "residues": RESIDUES,
    "reals": REALS,
    "measures": MEASURES,
    "bitvectors": bitvectors(64),
    "boards": boards(8),
    "functions": FUNCTIONS,
    "lists": LISTS,
    "streams": STREAMS,
    "sequences": SEQUENCES,
    "ends": ENDS,
    "integers": INTEGERS,
    "loops": LOOPS,
    "trigonometric": TRIGONOMETRIC,
}
PRIMITIVES = tuple(dict.fromkeys(primitive for library in LIBRARIES.values() for primitive in library))
LIBRARY = (*ARITH, *CHOICE, *BOOLEAN, *BITVECTOR, *CONSTANTS)  # the default language of `solve`


def named(names: Iterable[str | Primitive]) -> tuple[Primitive, ...]:
    """Primitives by their own names or by their library's, each once; Primitives stand for themselves."""
    if isinstance(names, str):
        raise ValueError(f"expected a tuple of names, got the string {names!r}; write ({names!r},) with its comma")
    known = {primitive.name: (primitive,) for primitive in PRIMITIVES} | LIBRARIES
    chosen: dict[Primitive, None] = {}
    for name in names:
        if isinstance(name, str) and name not in known:
            raise unknown("primitive", name, [*LIBRARIES, *known], f"libraries are {', '.join(LIBRARIES)}")
        chosen.update(dict.fromkeys(known[name] if isinstance(name, str) else (name,)))
    return tuple(chosen)


__all__ = [
    "ARITH",
    "BITVECTOR",
    "BOOLEAN",
    "CHOICE",
    "CONSTANTS",
    "DEEPCODER",
    "FUNCTIONS",
    "INTEGERS",
    "LIBRARIES",
    "LIBRARY",
    "LISTS",
    "LOOPS",
    "MEASURES",
    "PRIMITIVES",
    "REALS",
    "RESIDUES",
    "SEQUENCES",
    "STREAMS",
    "TRIGONOMETRIC",
    "bitvectors",
    "boards",
    "named",
]
