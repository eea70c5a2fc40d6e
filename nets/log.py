"""What a training writes down, and what it gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Int

from nets.net import Params
from nets.recipe import Recipe
from nets.state import MEASURES, State

Curve = dict[str, np.ndarray]
Measures = dict[str, float]
Progress = Callable[[int, Measures], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What one seed gave. `curve` has the keys step and MEASURES, one row an evaluation; held-out ones may be NaN.

    Of `restarts` it is the best one, and `kept` is its number among them.
    """

    params: Params
    curve: Curve
    checkpoints: Params | None  # as params, stacked on a leading axis; None when the recipe asks for none
    checkpoint_steps: Int[np.ndarray, " checkpoints"]
    seed: int
    steps: int
    seconds: float
    restarts: int = 1
    kept: int = 0

    @property
    def score(self) -> tuple[float, float]:
        """How good it is on rows held out, or trained on where none are: answers right, then the loss, negative."""
        part = "train" if np.isnan(self.curve["held_out_accuracy"][-1]) else "held_out"
        return float(self.curve[f"{part}_accuracy"][-1]), -float(self.curve[f"{part}_loss"][-1])


class Diverged(NamedTuple):
    """A loss became infinite or NaN."""

    said: str


@dataclass(slots=True)
class Log:
    """What one seed's training has written down so far."""

    net: str
    recipe: Recipe
    seed: int
    curve: list[Measures] = field(default_factory=list)
    kept: list[tuple[int, Params]] = field(default_factory=list)
    settled_at: int | None = None  # the step since which accuracy has stayed at `recipe.settled`
    diverged: Diverged | None = None

    @property
    def last(self) -> int:
        """The step of the last evaluation; -1 before the first."""
        return int(self.curve[-1]["step"]) if self.curve else -1

    def add(self, step: int, measures: Measures, params: Params) -> bool:
        """Write down an evaluation; whether training is over before its time."""
        recipe = self.recipe
        self.curve.append({"step": step, **measures})
        if not np.isfinite(measures["train_loss"]):
            self.diverged = self.diverged or self._diverged(step, measures["train_loss"])
            return True
        held_out = measures["held_out_accuracy"]
        accurate = min(measures["train_accuracy"], 1.0 if np.isnan(held_out) else held_out) >= recipe.settled
        self.settled_at = None if not accurate else step if self.settled_at is None else self.settled_at
        done = self.settled_at is not None and recipe.settle is not None and step >= self.settled_at + recipe.settle
        if recipe.checkpoints and (step in recipe.milestones() or done):
            self.kept.append((step, params))
        return done

    def trained(self, state: State, seconds: float) -> Trained | Diverged:
        """What training gave."""
        if self.diverged is not None:
            return self.diverged
        kept = self.kept
        return Trained(
            params=jax.tree.map(np.asarray, state.params),
            curve={name: np.array([row[name] for row in self.curve]) for name in ("step", *MEASURES)},
            checkpoints=jax.tree.map(lambda *leaves: np.stack(leaves), *(each for _, each in kept)) if kept else None,
            checkpoint_steps=np.array([step for step, _ in kept], dtype=np.int64),
            seed=self.seed,
            steps=int(state.step),
            seconds=seconds,
        )

    def _diverged(self, step: int, loss: float) -> Diverged:
        return Diverged(
            f"net {self.net!r}, seed {self.seed}: expected a finite loss, got {loss} at step {step}; "
            f"lower the learning rate, now {self.recipe.learning_rate}"
        )
