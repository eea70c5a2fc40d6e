"""Nets for the product of a small group in closed form: quadratic units that read irreducible representations."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from benchmarks.controls.layout import single
from compare.fit.groups import components, recognised
from nets import Net, mlp


def representation_net(table: Int[np.ndarray, "p p"], chosen: Sequence[int]) -> tuple[Net, Any]:
    """The net whose outputs are the sum of the chosen components' characters at x y z^-1.

    A component with orthonormal columns Q multiplies as Q_d[x y] = sum t_ijd Q_i[x] Q_j[y]; two units a pair of columns
    make the product, (Q_i[x] + Q_j[y])^2 - (Q_i[x] - Q_j[y])^2.
    """
    group = recognised(table)
    if group is None:
        raise ValueError(
            "closed-form net: expected the table of a group, got another one; give products x y of 0 .. p-1"
        )
    parts = components(group)
    first, second, read = zip(*(_pairs(table, parts[term]) for term in chosen), strict=True)
    tables = np.stack([np.concatenate(first, axis=1), np.concatenate(second, axis=1)])
    width, p = tables.shape[2], len(table)
    params = {"A": tables, "b": np.zeros(width), "U": np.concatenate(read)}
    net = mlp(alphabet=p, classes=p, width=width, embedding=None, inputs="onehot", activation="quadratic")
    return net, single(params)


def _pairs(
    table: Int[np.ndarray, "p p"], part: Float[np.ndarray, "p columns"]
) -> tuple[Float[np.ndarray, "p units"], Float[np.ndarray, "p units"], Float[np.ndarray, "units p"]]:
    count = part.shape[1]
    written = np.einsum("xi,yj,xyd,zd->ijz", part, part, part[table], part, optimize=True).reshape(count**2, -1)
    first, second = np.repeat(part, count, axis=1), np.tile(part, count)
    return (
        np.tile(first, 2),
        np.concatenate([second, -second], axis=1),
        len(table) * np.concatenate([written, -written]),
    )
