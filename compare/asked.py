"""What is asked of a net, apart from the net: the part of a `Reading` that an extractor looks at first."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from compare.sample import Samples, joined
from compare.view import View
from synth.language.spec import Spec
from synth.language.types import Fn


class Asked(Protocol):
    """A specification with its view, its domain or a sample, and the net's inputs for it; a `Reading` is one."""

    @property
    def spec(self) -> Spec | None: ...

    @property
    def view(self) -> View: ...

    @property
    def arguments(self) -> tuple[np.ndarray, ...]: ...

    @property
    def x(self) -> Int[np.ndarray, "rows positions"] | Float[np.ndarray, "rows ..."]: ...

    @property
    def exhaustive(self) -> bool: ...

    @property
    def rows(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The same without a net."""

    spec: Spec | None
    view: View
    arguments: tuple[np.ndarray, ...]
    x: Int[np.ndarray, "rows positions"] | Float[np.ndarray, "rows ..."]
    exhaustive: bool = True

    @property
    def rows(self) -> int:
        return len(self.x)


def typed(task: Asked) -> Fn:
    """The types of a task that has a specification."""
    assert task.spec is not None
    return task.spec.type


def asked(spec: Spec | None, view: View, samples: Samples | None = None) -> Asked:
    """What the extractors may look at before there is a net; without samples the specification needs a domain."""
    if samples is not None:
        part = joined(samples.fit, samples.report)
        x = view.encode(*part.arguments)
        return Question(spec=spec, view=view, arguments=part.arguments, x=x, exhaustive=samples.exhaustive)
    assert spec is not None
    assert spec.domain is not None
    return Question(spec=spec, view=view, arguments=spec.domain, x=view.encode(*spec.domain))
