"""What is asked of a net, apart from the net: the part of a `Reading` that an extractor looks at first."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Int

from compare.view import View
from synth.language.spec import Spec


class Asked(Protocol):
    """A specification with its view, its domain, and the net's inputs for it; a `Reading` is one."""

    @property
    def spec(self) -> Spec: ...

    @property
    def view(self) -> View: ...

    @property
    def arguments(self) -> tuple[np.ndarray, ...]: ...

    @property
    def x(self) -> Int[np.ndarray, "rows positions"]: ...

    @property
    def rows(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The same without a net."""

    spec: Spec
    view: View
    arguments: tuple[np.ndarray, ...]
    x: Int[np.ndarray, "rows positions"]

    @property
    def rows(self) -> int:
        return len(self.x)


def asked(spec: Spec, view: View) -> Asked:
    """What the extractors may look at before there is a net; the specification needs a domain."""
    assert spec.domain is not None
    return Question(spec=spec, view=view, arguments=spec.domain, x=view.encode(*spec.domain))
