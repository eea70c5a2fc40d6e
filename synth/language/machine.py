"""A function of lists or streams as a machine that reads them item by item, in step.

The functions of a machine use only operators and `where` of their first argument, so that states may be numbers or the
expressions of a solver.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """States are tuples of integers and Booleans; arguments come in the primitive's order.

    `start(*arguments)` has None in the place of each vector; `step(ops, state, *arguments)` has its next item there,
    and gives the state after it. Where the result is a vector, `item(ops, before, after, *arguments)` is its next item,
    left out where `keeps` of the same is given and does not hold; where it is a number, `value(ops, state)` is the
    number for the items so far.
    """

    start: Callable[..., tuple[Any, ...]] = lambda *_: ()
    step: Callable[..., tuple[Any, ...]] = lambda ops, state, *_: state
    item: Callable[..., Any] | None = None
    keeps: Callable[..., Any] | None = None
    value: Callable[..., Any] | None = None
