"""A one-layer transformer with planted weights: every head turns towards one frequency, every unit reads one."""

import jax.numpy as jnp
import numpy as np

from compare.read import Reading, read
from compare.view import by_position
from nets.arch.transformer import transformer
from synth.language.spec import Spec
from synth.language.types import Fn, Z

FREQUENCIES = (2, 3, 5, 9)
PHASES = 12
PULL = 0.3  # of the heads' scores


def planted(p: int = 23, shuffle: np.ndarray | None = None) -> dict:
    """Parameters of a net that adds modulo p; `shuffle` renames the tokens.

    Dimensions 2 i and 2 i + 1 of the stream hold the circle of frequency i, dimension 8 is set at "=" alone. Head i
    scores tokens by circle i, passes all circles on, and keeps away from "=". The units of frequency i sit at PHASES
    phases phi of it and write cos(w c + 2 phi).
    """
    width, heads, head = 36, len(FREQUENCIES), 9
    units, circles = PHASES * heads, 2 * heads
    w = 2 * np.pi * np.array(FREQUENCIES) / p
    E = np.zeros((p + 1, width))
    angle = np.outer(np.arange(p), w)
    E[:p, 0:circles:2], E[:p, 1:circles:2], E[p, circles] = np.cos(angle), np.sin(angle), 1.0
    Q, K, V = (np.zeros((heads, width, head)) for _ in range(3))
    O, W = np.zeros((heads, head, width)), np.zeros((width, units))  # noqa: E741 - the name of the parameter
    for h in range(heads):
        Q[h, circles, 0] = np.sqrt(head)
        K[h, 2 * h, 0], K[h, circles, 0] = PULL, -30.0
        V[h, np.arange(circles), np.arange(circles)] = 1.0
        O[h, np.arange(circles), np.arange(circles)] = 1.0
    phase = 2 * np.pi * np.arange(PHASES) / PHASES
    D, U = np.zeros((units, width)), np.zeros((width, p))
    for i in range(heads):
        mine = slice(i * PHASES, (i + 1) * PHASES)
        W[2 * i, mine], W[2 * i + 1, mine] = np.cos(phase), -np.sin(phase)
        D[mine, 10 + 2 * i], D[mine, 11 + 2 * i] = np.cos(2 * phase), -np.sin(2 * phase)
        U[10 + 2 * i], U[11 + 2 * i] = np.cos(w[i] * np.arange(p)), np.sin(w[i] * np.arange(p))
    if shuffle is not None:
        E[:p] = E[shuffle]
    params = {"E": E, "P": np.zeros((3, width)), "Q": Q, "K": K, "V": V, "O": O, "W": W, "b": np.zeros(units)}
    return {name: jnp.asarray(value, dtype=jnp.float32) for name, value in {**params, "D": D, "U": U}.items()}


def spec(p: int = 23) -> Spec:
    """a + b mod p over the whole table."""
    a, b = np.divmod(np.arange(p * p), p)
    residues = Fn((Z("p"), Z("p")), Z("p"))
    return Spec(type=residues, inputs=(a, b), outputs=(a + b) % p, domain=(a, b), terminals={"p": p})


def reading(p: int = 23, shuffle: np.ndarray | None = None) -> Reading:
    """The planted net, read over its domain."""
    net = transformer(alphabet=p, classes=p, width=36, heads=4, hidden=48)
    return read(net, planted(p, shuffle), spec(p), by_position(p, p))
