"""The reader's explanation as a program with quantised constants: terms of arguments, units, terms of the answer.

Dictionary: the terms of the arguments and of the answer's classes, each paid once wherever it is read, and an offset
for each column of the classes' terms (q + 6 bits). Terms are read one after the other, each without what those before
it say (Gram and Schmidt), so that most constants of the later ones are small; where most dimensions are read, half
waves take their place, which need no naming. A kept unit costs what `distinct.Units` says; for the classes, which
columns, q bits each and a log-amplitude (q + 2 bits). The read-outs are fitted again on the fitted rows. Where the
outputs are no linear function of a hidden layer, or the terms do not keep the answers, what lies behind the site is not
read, and is charged as the table that it may be.
"""

from collections.abc import Iterator

import numpy as np

from compare.explanation import Code
from compare.extract.units.choice import Choice, agreement, dealt_out
from compare.extract.units.distinct import Units, bases
from compare.extract.units.programs import PRECISIONS, SAMPLED, Front, Search
from compare.extract.units.readouts import answers_of
from compare.read import Reading
from compare.sites.layer import Layer, homogeneous_power

STANDS = 0.9  # of the answers, below which no program of these terms stands for the net and none is written
WEIGHED = 8  # bits a constant of the site, where the rest of the net is not read


def codes(reading: Reading, choice: Choice, layer: Layer | None) -> Iterator[Code]:
    """The shortest programs over a grid of precisions, terms of the classes and numbers of kept units."""
    if layer is None or layer.pre != choice.operands.site or agreement(reading, choice) < STANDS:
        yield _unread(reading, choice)
    else:
        yield from _programs(reading, choice, layer)


def control_codes(reading: Reading, choice: Choice, layer: Layer | None) -> Iterator[Code]:
    """The same search with other units of the same terms, as many of them."""
    if layer is not None and layer.pre == choice.operands.site:
        yield from _programs(reading, dealt_out(choice, reading.seed), layer)


def _programs(reading: Reading, choice: Choice, layer: Layer) -> Iterator[Code]:
    power = homogeneous_power(reading, layer)
    limit = reading.view.answers.table_bits(reading.counted(reading.answers))
    search = Search(
        reading=reading,
        answers=answers_of(reading, layer),
        limit=limit,
        sample=np.random.default_rng([reading.seed, 14]).permutation(reading.fitted)[:SAMPLED],
    )
    fronts = [
        Front.of(reading, Units.of(reading, choice, layer, basis, q, power), q, basis.bits, limit)
        for basis in bases(choice)
        for q in PRECISIONS
    ]
    for program in search.shortest(fronts):
        yield Code(
            bits_dictionary=program.dictionary,
            bits_alignment=program.alignment,
            units_kept=program.place.units,
            precision=program.place.front.precision,
            answers=program.answers(reading, np.arange(reading.rows)),
        )


def _unread(reading: Reading, choice: Choice) -> Code:
    """The terms and the site's constants; what lies behind the site is not read, and is charged as a table."""
    constants = sum(each.solution.size for each in choice.kept) + choice.bias.size
    return Code(
        bits_dictionary=next(bases(choice)).bits,
        bits_alignment=float(constants * WEIGHED) + reading.view.answers.table_bits(reading.counted(reading.answers)),
        units_kept=int((choice.operands.effect > 0).sum()),
        precision=WEIGHED,
        answers=reading.decode(reading.run(choice.edits(reading.x))[0]),
    )
