"""What heads of attention over sequences do, in the measures of the papers on induction heads; they decide no verdict.

A head's *previous-token* score is the weight that it gives to the position before, its *prefix-matching* score the
weight that it gives to what followed earlier places of the symbol at hand (Olsson et al. 2022, arXiv 2209.11895). Its
*copying* score is how often, of symbols that it is made to look at alone, the outputs of that very symbol rise most. A
circuit is what is left when all other heads take their means: what it keeps of the gain over no heads at all.
"""

import itertools
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.loss import loss
from compare.read import Reading
from compare.record import HeadLine
from nets.edits import Patch
from nets.net import Net

ROWS = 256  # on which heads are looked at
STARTED = 0.1  # of the whole fall of a loss, at which it has begun, and before whose end it is over


class Circuit(NamedTuple):
    """Heads that are left, and the share of the gain that they keep; 1 is the whole net, 0 all heads at their means."""

    heads: tuple[str, ...]
    kept: float


class Fall(NamedTuple):
    """A fall of the loss along training: the steps at which it begins, is steepest and ends."""

    begins: float
    steepest: float
    ends: float


def measure_heads(reading: Reading) -> dict[str, Any]:
    """The fields of a record; none for nets without attention over sequences that answer at every position."""
    if not measurable(reading):
        return {}
    heads, two = list(heads_of(reading)), circuit(reading)  # scores first: they read all sites in one run
    kept = two.kept if np.isfinite(two.kept) else None
    return {"heads": heads, "heads_two": list(two.heads), "heads_kept": kept}


def measurable(reading: Reading) -> bool:
    """Whether it is a net of attention over sequences that answers at every position."""
    names = head_names(reading.net)
    sites = {f"{name}.{part}" for name in names for part in ("pattern", "value", "out")}
    return (
        bool(names)
        and sites <= set(reading.net.sites)
        and reading.x.ndim == 2
        and all(reading.shapes[f"{name}.pattern"] == 2 * reading.x.shape[1:] for name in names)
        and reading.answers.ndim - reading.view.answers.axes == 2
    )


def heads_of(reading: Reading) -> tuple[HeadLine, ...]:
    """Every head's scores, then those of chance."""
    names = head_names(reading.net)
    if not measurable(reading):
        got = "an answer a row" if names else f"the sites {', '.join(reading.net.sites)}"
        raise ValueError(
            f"net {reading.net.name!r}: expected answers at every position and sites head.LAYER.HEAD.pattern, .value "
            f"and .out, got {got}; measure nets of attention over sequences"
        )
    rows = reading.reported[:ROWS]
    reading.read_together(f"{name}.{part}" for name in names for part in ("pattern", "value", "out"))
    patterns = {name: reading.site(f"{name}.pattern")[rows] for name in names}
    seen = patterns[names[0]] > 0
    looked = _looked(reading, seen, rows)
    found = [
        HeadLine(head=name, copying=_copies(reading, name, rows, looked), **_looks(reading, pattern, rows))
        for name, pattern in patterns.items()
    ]
    even = seen / np.maximum(seen.sum(axis=2, keepdims=True), 1)
    copying = 1 / reading.view.classes if looked else None
    return (*found, HeadLine(head="chance", copying=copying, **_looks(reading, even, rows)))


def head_names(net: Net) -> tuple[str, ...]:
    """In the order of computation."""
    return tuple(site.removesuffix(".pattern") for site in net.sites if site.endswith(".pattern"))


def kept_by(reading: Reading, heads: Iterable[str]) -> Circuit:
    """All other heads at their means, each position its own; the gain is that over all heads at their means."""
    names, chosen = head_names(reading.net), tuple(heads)
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise ValueError(f"circuit: expected heads among {', '.join(names)}, got {unknown[0]!r}; name one of them")
    none, whole = _ends(reading)
    return Circuit(chosen, _share(none, _loss_with(reading, chosen), whole))


def circuit(reading: Reading, size: int = 2) -> Circuit:
    """The heads, so many of them, that keep most."""
    names = head_names(reading.net)
    none, whole = _ends(reading)
    losses = {heads: _loss_with(reading, heads) for heads in itertools.combinations(names, min(size, len(names)))}
    best = min(losses, key=losses.__getitem__)
    return Circuit(best, _share(none, losses[best], whole))


def fall(steps: Sequence[float], losses: Sequence[float]) -> Fall:
    """Where a loss along training falls: a tenth of its whole fall, its steepest part, a tenth before its lowest."""
    at, values = np.asarray(steps, float), np.minimum.accumulate(np.asarray(losses, float))
    if len(at) < 2 or not values[0] > values[-1]:
        raise ValueError(f"fall: expected losses at two steps or more that fall, got {len(at)} from {values[:1]} on")
    share = (values[0] - values) / (values[0] - values[-1])
    steep = int(np.argmax(np.diff(share) / np.diff(at)))
    begins, ends = (float(np.interp(level, share, at)) for level in (STARTED, 1 - STARTED))
    return Fall(begins, float(at[steep : steep + 2].mean()), ends)


def _looks(
    reading: Reading, pattern: Float[np.ndarray, "n s s"], rows: Int[np.ndarray, " n"]
) -> dict[str, float | None]:
    """Mean weight on the position before, and on what followed the symbol earlier, where it came earlier."""
    x, s = reading.x[rows], pattern.shape[1]
    before = np.diagonal(pattern, -1, axis1=1, axis2=2)[pattern[:, 1:].any(axis=2)]
    previous = float(before.mean()) if before.size else None
    earlier = (x[:, :, None] == x[:, None, :]) & np.tri(s, k=-1, dtype=bool)  # query, key
    after = np.pad(earlier, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]
    where = after.any(axis=2) & pattern.any(axis=2)
    if reading.mask is not None and reading.mask.shape[1] == s:
        where &= reading.mask[rows]
    matching = float((pattern * after).sum(axis=2)[where].mean()) if where.any() else None
    return {"previous": previous, "matching": matching}


def _looked(
    reading: Reading, seen: Bool[np.ndarray, "n q k"], rows: Int[np.ndarray, " n"]
) -> tuple[Int[np.ndarray, " m"], ...]:
    """Of each row a query whose answer counts and a key that it sees whose symbol is a class; empty without any."""
    x, rng = reading.x[rows], np.random.default_rng([reading.seed, 71])
    can = seen & (x < reading.view.classes)[:, None, :]
    can &= np.ones((*x.shape, 1), bool) if reading.mask is None else reading.mask[rows][:, :, None]
    some = np.flatnonzero(can.any(axis=(1, 2)))
    if not len(some):
        return ()
    chosen = np.where(can[some], rng.random(can[some].shape), -1.0).reshape(len(some), -1).argmax(axis=1)
    return (some, *np.divmod(chosen, x.shape[1]))


def _copies(
    reading: Reading, name: str, rows: Int[np.ndarray, " n"], looked: tuple[Int[np.ndarray, " m"], ...]
) -> float | None:
    """How often, where it writes what it brings of one key in place of its mean, that key's symbol rises most."""
    if not looked:
        return None
    some, query, key = looked
    pattern, value, out = (reading.site(f"{name}.{part}")[rows] for part in ("pattern", "value", "out"))
    mixed = (pattern @ value).reshape(-1, value.shape[-1])
    back = np.linalg.lstsq(mixed, out.reshape(-1, out.shape[-1]), rcond=None)[0]
    usual = np.broadcast_to(out.mean(axis=(0, 1)), (len(some), 1, out.shape[-1]))
    there = (np.arange(out.shape[1]) == query[:, None])[..., None]
    raised, kept = (
        _put(reading, {name: Patch(there, given)}, rows[some]) for given in ((value[some, key] @ back)[:, None], usual)
    )
    each = np.arange(len(some))
    return float(((raised - kept)[each, query].argmax(axis=1) == reading.x[rows[some], key]).mean())


def _ends(reading: Reading) -> tuple[float, float]:
    """The loss with all heads at their means, and the net's own."""
    return _loss_with(reading, ()), _loss_with(reading, head_names(reading.net))


def _share(none: float, left: float, whole: float) -> float:
    """Of the fall from one loss to the other."""
    return (none - left) / (none - whole) if none > whole else float("nan")


def _loss_with(reading: Reading, heads: Collection[str]) -> float:
    """The loss where all others are at their means, each position its own."""
    rows = reading.reported[:ROWS]
    means = {
        name: Patch(np.ones((1, 1, 1), bool), reading.site(f"{name}.out")[rows].mean(axis=0)[None])
        for name in head_names(reading.net)
        if name not in heads
    }
    return loss(reading, _put(reading, means, rows), reading.targets[rows], rows)


def _put(reading: Reading, edits: dict[str, Patch], rows: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n s classes"]:
    """Outputs with some heads' outs edited; all of them are named, so that the net is compiled once."""
    nothing = Patch(np.zeros((1, 1, 1), bool), np.zeros((1, 1, 1), np.float32))
    given = {f"{name}.out": edits.get(name, nothing) for name in head_names(reading.net)}
    return reading.run(given, rows=rows)[0]
