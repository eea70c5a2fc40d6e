"""Ten units of known form on their whole domain, and the columns that a fitter is given."""

from dataclasses import dataclass

import numpy as np

P = 59
W = 2 * np.pi * 5 / P


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A unit's values, its arguments, and words that its formula has to contain."""

    name: str
    values: np.ndarray
    arguments: dict[str, np.ndarray]
    modulus: int | None
    words: tuple[str, ...]


def grid(n: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    return first.ravel(), second.ravel()


def planted() -> tuple[Planted, ...]:
    x, y = grid(P)
    opened, closed = grid(11)
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    rng = np.random.default_rng(0)
    token, state = rng.integers(0, 2, 400).astype(float), rng.normal(size=400)
    residues, eight = {"x": x, "y": y}, {f"x{i}": bits[:, i] for i in range(8)}

    def unit(name: str, values: np.ndarray, arguments: dict, modulus: int | None, *words: str) -> Planted:
        return Planted(name=name, values=np.asarray(values, float), arguments=arguments, modulus=modulus, words=words)

    slow, fast = (1.7 * np.cos(2 * np.pi * k * (x + y) / P) for k in (1, 7))
    return (
        unit("relu of a slow wave", np.maximum(slow + 0.4, 0), residues, P, "Max(0", "2*pi*(x + y)/59"),
        unit("relu of a fast wave", np.maximum(fast - 0.4, 0), residues, P, "Max(0", "2*pi*7*(x + y)/59"),
        unit("two waves", 1.1 * np.cos(W * x) + 0.6 * np.cos(W * y), residues, P, "2*pi*5*x", "2*pi*5*y"),
        unit("products", np.cos(W * x) * np.cos(W * y) - np.sin(W * x) * np.sin(W * y), residues, P, "pi*5*", "x + y"),
        unit("remainder", (x + y) % P, residues, P, "Mod(x + y, 59)"),
        unit("threshold of a count", np.tanh(1.9 * (bits.sum(1) - 3.5)), eight, None, "tanh", "x0 + x1 + x2"),
        unit("parity of four", bits[:, [1, 3, 4, 6]].sum(1) % 2, eight, None, "Mod(x1 + x3 + x4 + x6, 2)"),
        unit("distance", np.maximum(x, y) - np.minimum(x, y), residues, None, "Abs(x - y)"),
        unit("clip", np.clip(opened - closed, 0, 6), {"o": opened, "c": closed}, None, "Min(6, Max(0, o - c))"),
        unit("recurrent", np.tanh(0.8 * token - 1.3 * state), {"x": token, "h": state}, None, "tanh", "0.8", "1.3"),
    )
