"""Near misses: the same parts but for one head, the one that is nearest to the answer."""

from dataclasses import replace

import numpy as np

from benchmarks.controls.selects.parts import BEGIN, Head, Parts, Term

TRIES = 20  # orders of keys
MISSES = ("cut", "shuffled", "offset")


def missed(parts: Parts, miss: str, seed: int) -> Parts:
    """One head with its scores cut off, with what it compares or copies shuffled, or one key beside the right one."""
    if miss not in MISSES:
        raise ValueError(f"compiled: expected a miss among {', '.join(MISSES)}, got {miss!r}; choose one, or None")
    if not parts.heads:
        raise ValueError("compiled: expected a program with a head to miss, got one that selects nothing")
    *others, last = parts.heads
    if miss == "cut" and parts.most:  # of what is most frequent, a few keys more or less change too little
        last = replace(last, terms=(), distances={})
    made = {"cut": cut, "shuffled": shuffled, "offset": beside}[miss](last, np.random.default_rng([seed, 12]))
    return replace(parts, heads=(*others, made))


def cut(head: Head, rng: np.random.Generator) -> Head:
    """Looks everywhere; where it did already, writes nothing."""
    if head.terms or head.distances:
        return replace(head, terms=(), distances={})
    return replace(head, value=np.zeros_like(head.value))


def shuffled(head: Head, rng: np.random.Generator) -> Head:
    """Keys are taken for one another; where that makes no difference, what is copied is."""
    return otherwise(replace(head, terms=tuple(mixed(term, rng) for term in head.terms)), head)


def mixed(term: Term, rng: np.random.Generator) -> Term:
    """The keys in another order that makes a difference, where any does."""
    orders = [rng.permutation(count(term)) for _ in range(TRIES)]
    made = [moved(term, order) for order in orders]
    return next((other for other in made if (other.table != term.table).any()), term)


def beside(head: Head, rng: np.random.Generator) -> Head:
    """The key one place before, or of the next value, instead of the right one."""
    terms = tuple(moved(term, np.roll(np.arange(count(term)), 1)) for term in head.terms)
    distances = {offset - 1: score for offset, score in head.distances.items()}
    return otherwise(replace(head, terms=terms, distances=distances), head)


def otherwise(made: Head, head: Head) -> Head:
    """What was made of a head; where its scores are the same, the values one on."""
    changed = any((new.table != old.table).any() for new, old in zip(made.terms, head.terms, strict=True))
    if changed or made.distances != head.distances:
        return made
    return replace(head, value=np.roll(head.value, 1, axis=0))


def first(term: Term) -> int:
    """The directions of a key's base before this stand for the first position."""
    return BEGIN + 1 if term.key.name == "token" else 0


def count(term: Term) -> int:
    return term.key.size - first(term)


def moved(term: Term, order: np.ndarray) -> Term:
    columns = np.concatenate([np.arange(first(term)), first(term) + order])
    return replace(term, table=term.table[:, columns])
