"""How to train, as data."""

from dataclasses import dataclass
from typing import Literal

Schedule = Literal["constant", "cosine", "settling"]
SCHEDULES = ("constant", "cosine", "settling")

WHOLE = ("steps", "warmup", "checkpoints", "evaluate_every", "restarts")
WHOLE_OR_NONE = ("batch", "settle")
REAL = ("learning_rate", "weight_decay", "b1", "b2", "settled", "noise", "smooth", "sparse", "prior")
REAL_OR_NONE = ("clip",)
NAMES = ("noise_site", "smooth_param", "sparse_param", "prior_site")
LEAST = {
    "steps": 1, "learning_rate": 0, "weight_decay": 0, "warmup": 0, "checkpoints": 0, "noise": 0, "restarts": 1,
    "smooth": 0, "sparse": 0, "prior": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """AdamW on all params; a linear warm-up, then a rate that is constant, a cosine to 0 over `steps`, or settling.

    A settling rate is constant until what is learnt has settled, and then falls to 0 in a line over `settle` steps,
    with which training ends; where it does not settle, the last `steps` fall so (warm-up, stable, decay: Hu et al.,
    arXiv 2404.06395). Should accuracy drop on the way, the rate is the full one again until it settles anew.
    """

    steps: int
    learning_rate: float = 1e-2
    weight_decay: float = 1.0
    b1: float = 0.9
    b2: float = 0.98
    schedule: Schedule = "constant"
    warmup: int = 10  # steps
    batch: int | None = None  # rows drawn afresh each step; None takes all rows
    settle: int | None = None  # steps to go on after accuracy has settled; None never stops early
    settled: float = 0.99  # accuracy of the rows trained on and of those held out, fraction
    checkpoints: int = 0  # how many, from step 0 on, denser early
    evaluate_every: int = 50  # steps
    clip: float | None = None  # the largest norm of a gradient; None never shortens one
    noise: float = 0.0  # standard deviation of what is added to a site while training
    noise_site: str = "state"  # the site, as what follows reads it
    smooth: float = 0.0  # times a parameter's squared differences between neighbours, added to the loss of training
    smooth_param: str = "F0"  # the parameter; neighbours are along its two leading axes, and zero beyond the edge
    sparse: float = 0.0  # times the absolute weights of a parameter, the same
    sparse_param: str = "F1"
    prior: float = 0.0  # times the nats by which normals are off the standard one, the same
    prior_site: str = "code"  # a site (batch, twice as many): their means, then the logarithms of their deviations
    restarts: int = 1  # seeds that are trained; the best on held-out rows is kept

    def __post_init__(self) -> None:
        self._check_types()
        for name, low in LEAST.items():
            if not getattr(self, name) >= low:
                raise ValueError(f"recipe: expected {name} >= {low}, got {getattr(self, name)}")
        for name in ("batch", "settle", "evaluate_every"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"recipe: expected {name} >= 1, got {value}")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(f"recipe: expected clip > 0, got {self.clip}; leave it out to shorten no gradient")
        if self.schedule not in SCHEDULES:
            raise ValueError(
                f"recipe: expected schedule in {', '.join(SCHEDULES)}, got {self.schedule!r}; choose one of them"
            )
        if self.schedule == "cosine" and self.settle is not None:
            raise ValueError(
                "recipe: expected no `settle` with a cosine schedule, which ends at rate 0 after `steps`; leave it out"
            )
        if self.schedule == "settling" and (self.settle is None or self.settle > self.steps):
            raise ValueError(
                f"recipe: expected `settle`, the steps in which a settling rate falls, in 1 .. {self.steps}, got "
                f"{self.settle}; give it, such as {max(self.steps // 4, 1)}"
            )

    def _check_types(self) -> None:
        for name in (*WHOLE, *WHOLE_OR_NONE, *REAL, *REAL_OR_NONE):
            value, real = getattr(self, name), name in (*REAL, *REAL_OR_NONE)
            if value is None and name in (*WHOLE_OR_NONE, *REAL_OR_NONE):
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float) if real else int):
                kind = "a number" if real else "an integer"
                raise ValueError(f"recipe: expected {name} to be {kind}, got {value!r}")
        for name in NAMES:
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"recipe: expected {name} to be a name, got {getattr(self, name)!r}")

    def milestones(self) -> tuple[int, ...]:
        """The steps of the checkpoints: the first 0, the last `steps`, quadratically spaced."""
        spread = max(self.checkpoints - 1, 1)
        return tuple(sorted({round(self.steps * (i / spread) ** 2) for i in range(self.checkpoints)}))
