"""Shapes of single units on their domains: the values, the arguments, and a reference formula."""

from dataclasses import dataclass

import numpy as np
from scipy.special import erf


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A unit and a formula of the size that one would write by hand."""

    name: str
    values: np.ndarray
    arguments: dict[str, np.ndarray]
    reference: str
    modulus: int | None = None


def columns(names: str, *sizes: int) -> dict[str, np.ndarray]:
    return {name: axis.ravel() for name, axis in zip(names.split(), np.indices(sizes), strict=True)}


def relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def silu(z: np.ndarray) -> np.ndarray:
    return z / (1 + np.exp(-z))


def gelu(z: np.ndarray) -> np.ndarray:
    return z * (1 + erf(z / np.sqrt(2))) / 2


def of_residues() -> list[Shape]:
    p = 31
    given = columns("a b", p, p)
    a, b = given.values()
    w = 2 * np.pi / p

    def shape(name: str, values: np.ndarray, reference: str) -> Shape:
        return Shape(name=name, values=np.asarray(values, float), arguments=given, reference=reference, modulus=p)

    gate = 1.3 * np.cos(w * 4 * (a + b) + 0.7) + 0.2
    gate_text = "(1.3*cos(8*pi*(a + b)/31 + 0.7) + 0.2)"
    return [
        shape(
            "two frequencies",
            1.2 * np.cos(w * 3 * (a + b) + 0.4) - 0.7 * np.cos(w * 11 * (a + b)),
            "1.2*cos(6*pi*(a + b)/31 + 0.4) - 0.7*cos(22*pi*(a + b)/31)",
        ),
        shape(
            "relu of two waves",
            relu(1.2 * np.cos(w * 5 * a + 0.4) + 0.9 * np.cos(w * 5 * b - 1.0) - 0.2),
            "Max(0, 1.2*cos(10*pi*a/31 + 0.4) + 0.9*cos(10*pi*b/31 - 1.0) - 0.2)",
        ),
        shape("cos cos", 1.4 * np.cos(w * 6 * a) * np.cos(w * 6 * b), "1.4*cos(12*pi*a/31)*cos(12*pi*b/31)"),
        shape(
            "cos sin",
            0.8 * np.cos(w * 6 * a) * np.sin(w * 9 * b) + 0.1,
            "0.8*cos(12*pi*a/31)*sin(18*pi*b/31) + 0.1",
        ),
        shape("gelu of a wave", gelu(gate), f"{gate_text}*(1 + erf({gate_text}/sqrt(2)))/2"),
        shape("silu of a wave", silu(gate), f"{gate_text}/(1 + exp(-{gate_text}))"),
        shape("absolute wave", np.abs(1.3 * np.cos(w * 4 * (a - b) + 0.7)), "Abs(1.3*cos(8*pi*(a - b)/31 + 0.7))"),
        shape("square of a wave", gate**2, f"{gate_text}**2"),
        shape("a + 2b", relu(1.3 * np.cos(w * 4 * (a + 2 * b)) - 0.3), "Max(0, 1.3*cos(8*pi*(a + 2*b)/31) - 0.3)"),
        shape("3a - b", relu(1.3 * np.cos(w * 4 * (3 * a - b)) - 0.3), "Max(0, 1.3*cos(8*pi*(3*a - b)/31) - 0.3)"),
        shape("a scaled silu", 1.4 * silu(gate) + 0.2, f"1.4*{gate_text}/(1 + exp(-{gate_text})) + 0.2"),
        shape("a part of each", relu(np.cos(w * 5 * a)) * np.cos(w * 3 * b), "Max(0, cos(10*pi*a/31))*cos(6*pi*b/31)"),
        shape("a wave of squares", np.cos(w * 3 * a**2), "cos(6*pi*a**2/31)"),
        shape("a*b + 3", (a * b + 3) % p, "Mod(a*b + 3, 31)"),
    ]


def of_bits() -> list[Shape]:
    given = {f"x{i}": axis.ravel() for i, axis in enumerate(np.indices((2,) * 6))}
    x0, x1, x2, x3, x4, x5 = (column.astype(bool) for column in given.values())
    every = np.stack(list(given.values()), axis=1)

    def shape(name: str, values: np.ndarray, reference: str) -> Shape:
        return Shape(name=name, values=np.asarray(values, float), arguments=given, reference=reference)

    weighted = 2 * every[:, 1] + every[:, 3] - every[:, 4]
    return [
        shape("if then else", np.where(x1, x3, x4), "Piecewise((x3, x1 > 0), (x4, True))"),
        shape("xor of and", 0.3 + 1.9 * ((x0 & x1) ^ (x2 & x3)), "0.3 + 1.9*Mod(x0*x1 + x2*x3, 2)"),
        shape(
            "decision list", np.select([x2, x0, x4], [1, 0, 1], 0), "Piecewise((1, x2 > 0), (0, x0 > 0), (x4, True))"
        ),
        shape("dnf", (x0 & x1) | (x2 & ~x3) | x5, "Max(x0*x1, x2*(1 - x3), x5)"),
        shape(
            "a steep tanh", np.tanh(30 * (weighted - 0.5) + 0.01 * every[:, 0]), "2*Heaviside(2*x1 + x3 - x4 - 0.5) - 1"
        ),
        shape("junta", 0.3 * x0 - 1.1 * (x0 & x3) + 0.8 * x5, "0.3*x0 - 1.1*x0*x3 + 0.8*x5"),
        shape(
            "a list of numbers",
            np.select([~x2, x0, x4, ~x5], [1.3, -0.4, 0.8, 2.0], 0.1),
            "Piecewise((1.3, x2 < 1), (-0.4, x0 > 0), (0.8, x4 > 0), (2, x5 < 1), (0.1, True))",
        ),
        shape("two parities", (x0 ^ x1 ^ x2) + 0.5 * (x4 ^ x5), "Mod(x0 + x1 + x2, 2) + 0.5*Mod(x4 + x5, 2)"),
        shape("interval", (every.sum(1) >= 2) & (every.sum(1) <= 4), f"Heaviside(1.5 - Abs({' + '.join(given)} - 3))"),
    ]


def of_integers() -> list[Shape]:
    given = columns("a b", 14, 14)
    a, b = given.values()
    three = columns("a b c", 7, 7, 7)

    def shape(name: str, values: np.ndarray, reference: str, arguments: dict = given) -> Shape:
        return Shape(name=name, values=np.asarray(values, float), arguments=arguments, reference=reference)

    return [
        shape("floor of a form", (2 * a + 3 * b + 1) // 4, "floor((2*a + 3*b + 1)/4)"),
        shape("another", 0.6 * ((5 * a - 2 * b + 3) // 7) - 1, "0.6*floor((5*a - 2*b + 3)/7) - 1"),
        shape("equal", 1.3 * (a == b) - 0.2, "1.3*KroneckerDelta(a, b) - 0.2"),
        shape("divisible", (a + 2 * b) % 5 == 0, "KroneckerDelta(Mod(a + 2*b, 5), 0)"),
        shape("less", 1.0 * (a < b), "Heaviside(b - a - 0.5)"),
        shape("clip", np.clip(0.5 * a - 3, 0, 2.5), "Min(2.5, Max(0, 0.5*a - 3))"),
        shape("gelu", gelu(0.3 * a - 0.4 * b + 0.2), "(.3*a - .4*b + .2)*(1 + erf((.3*a - .4*b + .2)/sqrt(2)))/2"),
        shape("quadratic form", a**2 + a * b + b**2, "a**2 + a*b + b**2"),
        shape("one of two forms", np.maximum(a, 2 * b - 3), "Max(a, 2*b - 3)"),
        shape("a remainder", (3 * a + 2 * b + 1) % 5, "Mod(3*a + 2*b + 1, 5)"),
        shape("a quotient", a // (b + 1), "floor(a/(b + 1))"),
        shape("median", np.median(list(three.values()), axis=0), "a + b + c - Max(a, b, c) - Min(a, b, c)", three),
        shape("three", np.array(list(three.values())).sum(0) % 4, "Mod(a + b + c, 4)", three),
    ]


def of_reals() -> list[Shape]:
    rng = np.random.default_rng(0)
    u, v = rng.uniform(-3, 3, size=(2, 300))
    b, n = rng.integers(0, 2, 300), rng.integers(0, 9, 300)
    z, text = 1.2 * u - 0.3 * v + 0.4, "(1.2*u - 0.3*v + 0.4)"
    return [
        Shape(name="silu", values=silu(z), arguments={"u": u, "v": v}, reference=f"{text}/(1 + exp(-{text}))"),
        Shape(name="product", values=1.4 * u * v, arguments={"u": u, "v": v}, reference="1.4*u*v"),
        Shape(name="gauss", values=np.exp(-(u**2)), arguments={"u": u}, reference="exp(-u**2)"),
        Shape(name="a product of curves", values=u * np.tanh(v), arguments={"u": u, "v": v}, reference="u*tanh(v)"),
        Shape(name="a step", values=1.0 * (u > 0.3), arguments={"u": u, "v": v}, reference="Heaviside(u - 0.3)"),
        Shape(
            name="a choice",
            values=np.where(b == 1, u, -0.5 * v),
            arguments={"u": u, "v": v, "b": b},
            reference="Piecewise((u, b > 0), (-0.5*v, True))",
        ),
        Shape(
            name="mixed",
            values=relu(0.8 * u - 1.1 * b + 0.2 * n),
            arguments={"u": u, "b": b, "n": n},
            reference="Max(0, 0.8*u - 1.1*b + 0.2*n)",
        ),
    ]
