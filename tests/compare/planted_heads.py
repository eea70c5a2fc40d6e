"""One-layer transformers with planted weights: every head turns towards one frequency, or looks at one argument."""

import jax.numpy as jnp
import numpy as np

from compare.fit.characters import discrete_logarithm
from compare.read import Reading, read
from compare.view import by_position
from nets.arch.transformer import transformer
from synth.language.spec import Spec
from synth.language.types import Fn, Z

FREQUENCIES = (2, 3, 5, 9)
PHASES = 12
PULL = 0.3  # of the heads' scores
ZERO = 300.0  # of the output 0 at the token 0


def planted(p: int = 23, shuffle: np.ndarray | None = None, product: bool = False) -> dict:
    """Parameters of a net that adds modulo p, or multiplies; `shuffle` renames the tokens.

    For products the circles are of discrete logarithms; dimension 9 is set at the token 0 alone, and says that c is 0.
    Where logarithms are half a turn apart, odd waves cancel, and the net is often wrong.
    Dimensions 2 i and 2 i + 1 of the stream hold the circle of frequency i, dimension 8 is set at "=" alone. Head i
    scores tokens by circle i, passes all circles on, and keeps away from "=". The units of frequency i sit at PHASES
    phases phi of it and write cos(w c + 2 phi).
    """
    width, heads, head = 36, len(FREQUENCIES), 9
    units, circles = PHASES * heads, 2 * heads
    place, period = (logarithms(p), p - 1) if product else (np.arange(p), p)
    w = 2 * np.pi * np.array(FREQUENCIES) / period
    E = np.zeros((p + 1, width))
    angle = np.outer(place, w)
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
        U[10 + 2 * i], U[11 + 2 * i] = np.cos(w[i] * place), np.sin(w[i] * place)
    if product:
        E[0], U[10:, 0] = 0.0, 0.0
        E[0, 9], U[9, 0], V[:, 9, 8], O[:, 8, 9] = 1.0, ZERO, 1.0, 1.0
    if shuffle is not None:
        E[:p] = E[shuffle]
    params = {"E": E, "P": np.zeros((3, width)), "Q": Q, "K": K, "V": V, "O": O, "W": W, "b": np.zeros(units)}
    return {name: jnp.asarray(value, dtype=jnp.float32) for name, value in {**params, "D": D, "U": U}.items()}


def logarithms(p: int) -> np.ndarray:
    found = discrete_logarithm(p)
    assert found is not None
    return found


def separate(p: int = 23, multiples: tuple[int, int] = (1, -1), side: int = 5) -> dict:
    """Parameters of a net for m a + n b modulo p: either head looks at one argument, units have a phase for each.

    Dimensions 0 .. 7 hold the circles of m a, 8 .. 15 those of n b, 16 and 17 say which argument it is, 18 is set at
    "=". The heads write what they see to 19 .. 34, the units cos(w c + phi + psi) to 35 .. 42.
    """
    width, head, circles = 44, 22, 2 * len(FREQUENCIES)
    w, tokens = 2 * np.pi * np.array(FREQUENCIES) / p, np.arange(p)
    E, P = np.zeros((p + 1, width)), np.zeros((3, width))
    E[p, 18], P[0, 16], P[1, 17] = 1.0, 1.0, 1.0
    Q, K, V = (np.zeros((2, width, head)) for _ in range(3))
    O = np.zeros((2, head, width))  # noqa: E741 - the name of the parameter
    for h, multiple in enumerate(multiples):
        angle, own = np.outer(multiple * tokens, w), np.arange(circles)
        E[:p, h * circles : (h + 1) * circles : 2] = np.cos(angle)
        E[:p, h * circles + 1 : (h + 1) * circles : 2] = np.sin(angle)
        Q[h, 18, 0], K[h, 16 + h, 0] = np.sqrt(head), 12.0
        V[h, h * circles + own, own], O[h, own, 19 + h * circles + own] = 1.0, 1.0
    phi, psi = (grid.ravel() for grid in np.meshgrid(*2 * [2 * np.pi * np.arange(side) / side]))
    units = side * side
    W, D = np.zeros((width, units * len(w))), np.zeros((units * len(w), width))
    U = np.zeros((width, p))
    for i in range(len(w)):
        mine = slice(i * units, (i + 1) * units)
        W[19 + 2 * i, mine], W[20 + 2 * i, mine] = np.cos(phi), -np.sin(phi)
        W[27 + 2 * i, mine], W[28 + 2 * i, mine] = np.cos(psi), -np.sin(psi)
        D[mine, 35 + 2 * i], D[mine, 36 + 2 * i] = np.cos(phi + psi), -np.sin(phi + psi)
        U[35 + 2 * i], U[36 + 2 * i] = np.cos(w[i] * tokens), np.sin(w[i] * tokens)
    params = {"E": E, "P": P, "Q": Q, "K": K, "V": V, "O": O, "W": W, "b": np.zeros(W.shape[1]), "D": D, "U": U}
    return {name: jnp.asarray(value, dtype=jnp.float32) for name, value in params.items()}


def spec(p: int = 23) -> Spec:
    """a + b mod p over the whole table."""
    a, b = np.divmod(np.arange(p * p), p)
    return table(p, (a + b) % p)


def table(p: int, answers: np.ndarray) -> Spec:
    """A function of two residues by its answers, a in the outer loop."""
    a, b = np.divmod(np.arange(p * p), p)
    residues = Fn((Z("p"), Z("p")), Z("p"))
    return Spec(type=residues, inputs=(a, b), outputs=answers, domain=(a, b), terminals={"p": p})


def reading(p: int = 23, shuffle: np.ndarray | None = None) -> Reading:
    """The planted net, read over its domain."""
    net = transformer(alphabet=p, classes=p, width=36, heads=4, hidden=48)
    return read(net, planted(p, shuffle), spec(p), by_position(p, p))


def multiplying(p: int = 23, shuffle: np.ndarray | None = None) -> Reading:
    """The planted net that multiplies, read over its domain."""
    a, b = np.divmod(np.arange(p * p), p)
    names = np.arange(p) if shuffle is None else shuffle
    net = transformer(alphabet=p, classes=p, width=36, heads=4, hidden=48)
    answers = names[a] * names[b] % p
    return read(net, planted(p, shuffle, product=True), table(p, answers), by_position(p, p))


def combining(multiples: tuple[int, int], p: int = 23) -> Reading:
    """The planted net for m a + n b, read over its domain."""
    a, b = np.divmod(np.arange(p * p), p)
    params = separate(p, multiples)
    net = transformer(alphabet=p, classes=p, width=44, heads=2, hidden=params["b"].size)
    return read(net, params, table(p, (multiples[0] * a + multiples[1] * b) % p), by_position(p, p))
