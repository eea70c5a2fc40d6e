"""Heads over residues: scores of two frequencies, values of a dictionary, units that read one frequency by every head.

Declared before fitting. A head's score at an argument's position is a constant plus two waves of that argument, its
pattern the true softmax. A unit's pre-activation is bias + sum over heads and positions of
pattern * (c + alpha cos w x + beta sin w x), one frequency w a unit (the structure found in grokked one-layer
transformers by Nanda et al., arXiv 2301.05217; their attention heads are periodic in one frequency too). What waves are
read of, x, is an argument's inner variable with its multiple (`compare.fit.characters.Frame`); a token outside the
group has a score, a value and a reading of its own.
"""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from compare.fit.characters import Characters, Frame
from compare.fit.inner import gains
from compare.search import Choice, Target, search

SCORE_WAVES = 2
DICTIONARY_SHARE = 0.01  # of the hidden layer's effect; frequencies below it are not in the dictionary
SEARCH_ROWS = 2048  # of the fitted rows, about, for choosing the dictionary
RIDGE = 1e-6  # of the mean squared column


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What is fitted: tables of one row a token, the hidden layer's pre-activations, and the units' importance."""

    frame: Frame
    column: Int[np.ndarray, " positions"]  # input column at each position, -1 for a constant token
    score: Float[np.ndarray, "heads positions p"]
    value: tuple[Float[np.ndarray, "positions p width"], ...]
    x: Int[np.ndarray, "rows columns"]  # the fitted rows
    pre: Float[np.ndarray, "rows units"]
    importance: Float[np.ndarray, " units"]

    @property
    def arguments(self) -> Int[np.ndarray, " n"]:
        """Positions that hold an input column."""
        return np.flatnonzero(self.column >= 0)

    def read(self, position: int) -> Characters:
        """The waves of the argument at a position."""
        return (self.frame.first, self.frame.second)[self.column[position]]

    def renamed(self, names: Int[np.ndarray, " p"], frame: Frame) -> "Heads":
        """The same with every token under another name, and the waves that are read of these."""
        back = np.argsort(names)
        value = tuple(table[:, back] for table in self.value)
        return replace(self, frame=frame, score=self.score[:, :, back], value=value, x=names[self.x])


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFit:
    """The template's constants, as tables over the tokens, and the frequencies behind them."""

    column: Int[np.ndarray, " positions"]
    dictionary: Int[np.ndarray, " waves"]  # rows of the characters
    score_waves: Int[np.ndarray, "heads score_waves"]  # rows of the characters
    score: Float[np.ndarray, "heads positions p"]
    value: tuple[Float[np.ndarray, "positions p width"], ...]
    wave: Int[np.ndarray, " units"]  # row of the characters
    bias: Float[np.ndarray, " units"]
    read: Float[np.ndarray, "heads positions p units"]  # what a unit reads from a token there
    gain: Complex[np.ndarray, "heads positions units"]  # amplitude and phase of that reading
    explained: Float[np.ndarray, " units"]  # of the pre-activation's variance on the fitted rows, in [0, 1]


def fit_heads(heads: Heads, allowed: Int[np.ndarray, " waves"] | None = None) -> HeadFit:
    """Least squares of the whole template, by the allowed frequencies."""
    waves = np.arange(len(heads.frame.answer.k)) if allowed is None else allowed
    score_waves, score = _fit_scores(heads, waves)
    patterns = patterns_of(score, heads.column, heads.x)
    cut = slice(None, None, max(1, len(heads.x) // SEARCH_ROWS))
    sample = replace(heads, x=heads.x[cut], pre=heads.pre[cut])
    target, fewer = _target(heads, patterns), _target(sample, patterns[:, :, cut])
    fitted = search(target, DICTIONARY_SHARE, waves, sample=fewer)
    return HeadFit(
        column=heads.column,
        dictionary=fitted.dictionary,
        score_waves=score_waves,
        score=score,
        value=tuple(_projected(heads, table, fitted.dictionary) for table in heads.value),
        wave=fitted.term,
        bias=fitted.solution[0],
        read=_tables(heads, fitted),
        gain=_gains(heads, fitted),
        explained=fitted.explained,
    )


def _basis(chars: Characters, waves: Int[np.ndarray, " waves"]) -> Float[np.ndarray, "p columns"]:
    z = chars.z[waves]
    return np.concatenate([np.ones((1, chars.p)), np.real(z), np.imag(z), chars.extra.T]).T


def _project(basis: Float[np.ndarray, "p columns"], table: np.ndarray) -> np.ndarray:
    return (basis @ np.linalg.lstsq(basis, table, rcond=None)[0]).astype(np.float32)


def _fit_scores(heads: Heads, waves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each head's strongest frequencies over all arguments, and its scores made of them."""
    chosen, score = [], heads.score.astype(np.float32).copy()
    for h, (table, power) in enumerate(zip(heads.score, score_powers(heads, heads.score).T, strict=True)):
        strongest = waves[np.argsort(-power[waves])[:SCORE_WAVES]]
        chosen.append(np.sort(strongest))
        for position in heads.arguments:
            score[h, position] = _project(_basis(heads.read(position), strongest), table[position])
    return np.stack(chosen), score


def score_powers(heads: Heads, score: Float[np.ndarray, "heads positions p"]) -> Float[np.ndarray, "waves heads"]:
    """How much of each head's scores every frequency explains, over all arguments."""
    tokens = np.arange(heads.frame.answer.p)[None]
    return np.sum([gains(heads.read(s), tokens, score[:, s].T)[0][0] for s in heads.arguments], axis=0)


def _projected(heads: Heads, table: np.ndarray, dictionary: np.ndarray) -> Float[np.ndarray, "positions p width"]:
    projected, basis = np.array(table, dtype=np.float32), _shared(heads.frame, dictionary)
    for position in heads.arguments:
        projected[position] = _project(basis, table[position])
    return projected


def _shared(frame: Frame, dictionary: np.ndarray) -> Float[np.ndarray, "p columns"]:
    """The dictionary's waves of the first argument and, where they are others, of the second: both share a table."""
    basis = _basis(frame.first, dictionary)
    if frame.second.inner == frame.first.inner:
        return basis
    return np.concatenate([basis, _basis(frame.second, dictionary)], axis=1)


def reading_directions(
    heads: Heads, table: Float[np.ndarray, "p features"], dictionary: Int[np.ndarray, " waves"]
) -> dict[int, Float[np.ndarray, "features dimensions"]]:
    """By frequency, the directions in which its wave of the first argument moves a table, beside all other waves."""
    found, count = np.linalg.lstsq(_shared(heads.frame, dictionary), table, rcond=None)[0], len(dictionary)
    parts = zip(found[1 : 1 + count], found[1 + count : 1 + 2 * count], strict=True)
    pairs = {int(row): np.stack(pair, axis=1) for row, pair in zip(dictionary, parts, strict=True)}
    return {row: np.linalg.svd(pair, full_matrices=False)[0] for row, pair in pairs.items()}


def patterns_of(score: np.ndarray, column: np.ndarray, x: np.ndarray) -> Float[np.ndarray, "heads positions rows"]:
    logits = np.stack([score[:, s, x[:, max(held, 0)]] for s, held in enumerate(column)], axis=1)
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weight / weight.sum(axis=1, keepdims=True)


def _target(heads: Heads, patterns: Float[np.ndarray, "heads positions rows"]) -> Target:
    """A constant and every head's pattern at every position; a term is these patterns times one frequency's waves.

    Beside the constant stand the patterns of tokens outside the group.
    """
    flat = patterns.reshape(-1, patterns.shape[-1])
    tokens = {s: heads.x[:, heads.column[s]] for s in heads.arguments}
    extra = [patterns[:, s] * own[tokens[s]] for s in tokens for own in heads.read(s).extra.T]

    def columns(row: int) -> Float[np.ndarray, "c rows"]:
        waved = [patterns[:, s] * heads.read(s).z[row].astype(np.complex64)[tokens[s]] for s in tokens]
        return np.concatenate([part for w in waved for part in (np.real(w), np.imag(w))])

    return Target(
        values=heads.pre.astype(np.float32),
        weight=heads.importance,
        columns=columns,
        fixed=np.concatenate([np.ones((1, flat.shape[1])), flat, *extra]),
        count=len(heads.frame.answer.k),
        ridge=RIDGE,
    )


def _gains(heads: Heads, fitted: Choice) -> Complex[np.ndarray, "heads positions units"]:
    """The complex g of every reading Re(conj(g) z(x))."""
    n, s = heads.score.shape[:2]
    gain = np.zeros((n, s, len(fitted.term)), dtype=complex)
    width = 2 * n * len(heads.arguments)
    parts = fitted.solution[-width:].reshape(len(heads.arguments), 2, n, -1)
    for i, position in enumerate(heads.arguments):
        gain[:, position] = parts[i, 0] + 1j * parts[i, 1]
    return gain


def _tables(heads: Heads, fitted: Choice) -> Float[np.ndarray, "heads positions p units"]:
    n, s = heads.score.shape[:2]
    constant = fitted.solution[1 : 1 + n * s].reshape(n, s, 1, -1)
    table = np.repeat(constant, heads.frame.answer.p, axis=2)
    gain, at = _gains(heads, fitted), 1 + n * s
    for position in heads.arguments:
        chars = heads.read(position)
        table[:, position] += np.real(np.conj(gain[:, position, None]) * chars.z[fitted.term].T)
        for own in chars.extra.T:
            table[:, position] += own[:, None] * fitted.solution[at : at + n, None]
            at += n
    return table.astype(np.float32)


def head_patterns(fit: HeadFit, x: Int[Array, "rows columns"]) -> Float[Array, "heads rows positions"]:
    """The true softmax of the fitted scores, in JAX."""
    return jax.nn.softmax(jnp.stack([scores(fit, h, x) for h in range(len(fit.score))]), axis=-1)


def scores(fit: HeadFit, h: int, x: Int[Array, "rows columns"]) -> Float[Array, "rows positions"]:
    """One head's fitted scores."""
    return jnp.stack([jnp.asarray(fit.score[h, s])[x[:, max(held, 0)]] for s, held in enumerate(fit.column)], axis=-1)


def values(fit: HeadFit, h: int, x: Int[Array, "rows columns"]) -> Float[Array, "rows positions width"]:
    """One head's values, read through the dictionary."""
    return jnp.stack([jnp.asarray(fit.value[h][s])[x[:, max(held, 0)]] for s, held in enumerate(fit.column)], axis=1)


def pre_activations(fit: HeadFit, x: Int[Array, "rows columns"]) -> Float[Array, "rows units"]:
    """Every unit's pre-activation under the template."""
    patterns = head_patterns(fit, x)
    total = jnp.broadcast_to(jnp.asarray(fit.bias, dtype=jnp.float32), (x.shape[0], len(fit.bias)))
    for h in range(len(fit.score)):
        for s, held in enumerate(fit.column):
            total = total + patterns[h, :, s, None] * jnp.asarray(fit.read[h, s])[x[:, max(held, 0)]]
    return total
