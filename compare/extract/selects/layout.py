"""Which nets are read, where their heads are, and how they lay out a sequence."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int

from compare.answers import Distributions, Reals
from compare.asked import Asked
from compare.extract.selects.effects import ROWS
from compare.extract.selects.parts import parts_of
from compare.extract.selects.variables import Frame, letters_of
from compare.read import Reading
from synth.language.types import is_vector

LEARNT = 0.9  # of the answers that count, right, below which a net is not read


def reads(asked: Asked) -> str | None:
    """None for sequences of symbols, otherwise why not."""
    given = asked.spec.type if asked.spec is not None else None
    if given is not None and not all(map(is_vector, (*given.args, given.result))):
        return f"expected sequences, got a specification of type {given}"
    if asked.view.board is not None:
        return "expected sequences of symbols, got the moves of a game on a board, which `boards` reads"
    kind = asked.view.answers
    if isinstance(kind, Reals) and not isinstance(kind, Distributions):
        return "expected answers that are classes, sets or distributions, got reals"
    if asked.exhaustive or asked.view.alphabet is None or asked.x.ndim != 2 or asked.x.shape[1] < 2:
        return f"expected samples of sequences of symbols (rows, positions), got inputs of {asked.x.ndim} axes"
    return None


def unfit(reading: Reading) -> str | None:
    """Why a net is none of attention heads that has learnt its task."""
    layers = heads_in(reading)
    if not layers:
        return "expected attention heads with sites head.LAYER.HEAD.pattern (queries, keys), .value and .out"
    s = reading.shapes[f"head.0.{layers[0][0]}.pattern"][0]
    if reading.answers.ndim - reading.view.answers.axes == 1 and s == reading.x.shape[1]:
        return "expected an answer at every position, or at a symbol that the net appends, got one a row"
    right = reading.match(reading.answers)
    if right < LEARNT:
        return f"not learned: right on {right:.3g} of the answers, read from {LEARNT} on"
    return None


def heads_in(reading: Reading) -> list[list[int]]:
    """The heads of every layer, where all that a head has are sites."""
    sites, s = set(reading.net.sites), reading.x.shape[1]
    found: list[list[int]] = []
    for layer in range(len(sites)):
        heads = [k for k in range(len(sites)) if f"head.{layer}.{k}.pattern" in sites]
        shapes = {reading.shapes[f"head.{layer}.{k}.pattern"] for k in heads}
        if not heads or not shapes <= {(s, s), (s + 1, s + 1)}:
            break
        if any(f"head.{layer}.{k}.{part}" not in sites for k in heads for part in ("value", "out")):
            break
        found.append(heads)
    return found


def frame_of(reading: Reading, layers: Sequence[Sequence[int]]) -> Frame:
    """What the patterns themselves say of padding and of what is seen; a sharp one leaves keys out by itself."""
    alphabet, rows = reading.view.alphabet, reading.fitted[:ROWS]
    assert alphabet is not None
    names = [f"head.{layer}.{k}.pattern" for layer, heads in enumerate(layers) for k in heads]
    pattern = np.sum([reading.site(name)[rows] for name in names], axis=0)
    s = pattern.shape[1]
    causal = not np.triu(pattern, 1).any()
    appended = s > reading.x.shape[1]
    tokens = np.pad(reading.x[rows], ((0, 0), (0, int(appended))), constant_values=alphabet)
    counted = np.zeros(tokens.shape, bool) if appended or reading.mask is None else reading.mask[rows]
    pad = padding_of(tokens, pattern.any(axis=1) | counted)
    letters = letters_of(reading.x[reading.fitted], alphabet, pad)
    parts = parts_of(reading.x[reading.fitted], alphabet, reading.view.classes)
    return Frame(alphabet=alphabet, letters=letters, causal=causal, padding=pad, appended=appended, parts=parts)


def padding_of(tokens: Int[np.ndarray, "rows s"], used: Bool[np.ndarray, "rows s"]) -> int | None:
    """The symbol that is nowhere looked at or counted and after which nothing else comes; the most frequent one."""
    found = []
    for symbol in np.unique(tokens[~used]):
        here = tokens == symbol
        if not (here & used).any() and (here == np.logical_or.accumulate(here, axis=1)).all():
            found.append((int(here.sum()), int(symbol)))
    return max(found)[1] if found else None
